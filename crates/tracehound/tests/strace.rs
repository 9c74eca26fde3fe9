//! `-o strace` against strace itself: the same programs, call by call, thread by thread.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use support::{program, root, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// Lines that differ for a reason: strace's, and ours.
///
/// The kernel refuses a set of 4 bytes before it reads it. strace reads as much of it as a 32-bit
/// word and shows that; bytes that nobody used are no argument to us, so we show the address.
const DIFFERENT: [(&str, &str); 1] = [(
    "rt_sigprocmask(SIG_BLOCK, [INT], NULL, 4) = -1 EINVAL (Invalid argument)",
    "rt_sigprocmask(SIG_BLOCK, ADDRESS, NULL, 4) = -1 EINVAL (Invalid argument)",
)];

/// Each thread's calls, by its place in the family: "0" is the command, "0.1" its second child.
type Calls = BTreeMap<String, Vec<String>>;

/// What one tool saw: calls per thread id, and who started whom, in order.
#[derive(Default)]
struct Seen {
    calls: HashMap<u64, Vec<String>>,
    children: HashMap<u64, Vec<u64>>,
}

impl Seen {
    fn by_family(&self) -> Calls {
        let started: Vec<u64> = self.children.values().flatten().copied().collect();
        let mut threads = self.calls.keys().chain(self.children.keys());
        let first = threads.find(|thread| !started.contains(thread)).unwrap();
        let mut calls = Calls::new();
        self.place(*first, "0".to_owned(), &mut calls);
        calls
    }

    fn place(&self, thread: u64, name: String, calls: &mut Calls) {
        let children = self.children.get(&thread);
        for (index, child) in children.into_iter().flatten().enumerate() {
            self.place(*child, format!("{name}.{index}"), calls);
        }
        calls.insert(name, self.calls.get(&thread).cloned().unwrap_or_default());
    }
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("tracehound-{name}-{}", std::process::id()))
}

fn strace(name: &str, command: &[String]) -> Seen {
    let file = temporary(&format!("{name}.strace"));
    let calls = "trace=rt_sigprocmask,sigprocmask,clone,clone3,fork,vfork";
    let status = Command::new("strace")
        .args(["-f", "-e", calls, "-o"])
        .arg(&file)
        .args(command)
        .stdout(Stdio::null())
        .status()
        .expect("strace runs; scripts/setup installs it");
    assert!(status.success(), "{command:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let mut seen = Seen::default();
    let mut begun: HashMap<u64, String> = HashMap::new();
    for line in text.lines() {
        let (thread, line) = split(line);
        if let Some(start) = line.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, start.to_owned());
            continue;
        }
        let line = match line.split_once(" resumed>") {
            Some((_, end)) => begun.remove(&thread).unwrap() + end,
            None => line.to_owned(),
        };
        let called = line.split('(').next().unwrap();
        if called.ends_with("sigprocmask") {
            seen.calls.entry(thread).or_default().push(plain(&line));
        } else if let Some(child) = line.rsplit("= ").next().and_then(|end| end.parse().ok())
            && line.contains('(')
        {
            seen.children.entry(thread).or_default().push(child);
        }
    }
    seen
}

fn ours(name: &str, command: &[String]) -> Seen {
    let (lines, forks) = (
        temporary(&format!("{name}.lines")),
        temporary(&format!("{name}.forks")),
    );
    let mut tracer = tracehound();
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        tracer.args(["--rung", &rung]);
    }
    let status = tracer
        .args(["-q", "-e", "sigprocmask,sched_process_fork"])
        .args(["-o", &format!("strace:{}", lines.display())])
        .args(["-o", &format!("json:{}", forks.display()), "--"])
        .args(command)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{command:?}");
    let mut seen = Seen::default();
    for line in take(&lines).lines().filter(|line| !line.contains(" --- ")) {
        let (thread, line) = split(line);
        seen.calls.entry(thread).or_default().push(plain(line));
    }
    for line in take(&forks).lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        if event["event"] == "sched_process_fork" {
            let parent = event["process"]["host_tid"].as_u64().unwrap();
            let child = event["args"]["child_tid"].as_u64().unwrap();
            seen.children.entry(parent).or_default().push(child);
        }
    }
    seen
}

fn take(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::remove_file(path).unwrap();
    text
}

fn split(line: &str) -> (u64, &str) {
    let (thread, rest) = line.split_once(' ').unwrap();
    (thread.parse().unwrap(), rest.trim_start())
}

/// A line without what differs between two runs: addresses, and the padding that depends on the
/// width of the thread's id and on whether strace had to split the line.
fn plain(line: &str) -> String {
    let (call, result) = line.rsplit_once(" = ").unwrap();
    let mut out = String::new();
    let mut rest = call.trim_end();
    while let Some(at) = rest.find("0x") {
        let digits = rest[at + 2..].find(|char: char| !char.is_ascii_hexdigit());
        let end = digits.map_or(rest.len(), |digits| at + 2 + digits);
        out += &rest[..at];
        out += if end - at > 6 {
            "ADDRESS"
        } else {
            &rest[at..end]
        };
        rest = &rest[end..];
    }
    format!("{out}{rest} = {result}")
}

fn expected(strace: Calls) -> Calls {
    let mut calls = strace;
    for line in calls.values_mut().flatten() {
        if let Some((_, ours)) = DIFFERENT.iter().find(|(strace, _)| line == strace) {
            *line = (*ours).to_owned();
        }
    }
    calls
}

/// Both tools over the same program. When a SIGCHLD comes is not in the program's hands and
/// changes what a shell does, so a pair of runs that differ is tried again.
fn agrees(name: &str, command: &[String], least: usize) {
    if !root() {
        return;
    }
    let pair = || {
        (
            expected(strace(name, command).by_family()),
            ours(name, command).by_family(),
        )
    };
    let (mut theirs, mut own) = pair();
    for _ in 0..4 {
        if theirs == own {
            break;
        }
        (theirs, own) = pair();
    }
    assert_eq!(own, theirs);
    let count: usize = own.values().map(Vec::len).sum();
    println!(
        "{name}: {count} calls of {} threads are the same",
        own.len()
    );
    assert!(count >= least, "{count} calls: {own:?}");
}

fn script(interpreter: &str, name: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    vec![
        interpreter.to_owned(),
        folder.join(name).display().to_string(),
    ]
}

#[test]
fn a_shell_pipeline_reads_as_in_strace() {
    agrees("pipeline", &script("bash", "pipeline.sh"), 50);
}

#[test]
fn python_with_threads_and_signals_reads_as_in_strace() {
    // The system's own: a version manager's shim is a shell script first.
    agrees("python", &script("/usr/bin/python3", "masks.py"), 20);
}

#[test]
fn a_32_bit_program_reads_as_in_strace() {
    agrees("sigmask32", &[program("sigmask32")], 30);
}

#[test]
fn results_stand_in_the_column_where_strace_puts_them() {
    if !root() {
        return;
    }
    let column = |line: &str| (line.find(" rt_").unwrap(), line.rfind('=').unwrap());
    let text = tracehound()
        .args([
            "-q",
            "-e",
            "sigprocmask",
            "-o",
            "strace",
            "--",
            &program("sigmask"),
            "--truth",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8(text.stderr).unwrap();
    let short = text
        .lines()
        .find(|line| line.contains("NULL, [], 8)"))
        .unwrap();
    let (start, result) = column(short);
    let natural = short.find(')').unwrap() + 2;
    assert!(start >= 5, "{short}");
    assert_eq!(result, natural.max(40), "{short}");
}
