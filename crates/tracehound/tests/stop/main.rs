//! Every way in which a run ends: signals at any moment, the death of the tracer, a stalled output.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use libbpf_rs::query::{LinkInfoIter, ProgInfoIter};
use serde_json::Value;

use support::{root, tracehound};

mod stalled;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;

fn temporary(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tracehound-stop-{name}-{}", std::process::id()));
    std::fs::remove_file(&path).ok();
    path
}

fn named_pipe(name: &str) -> PathBuf {
    let path = temporary(name);
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    path
}

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// Waits for something that must happen, however busy the machine.
fn until<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(value) = poll() {
            return value;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        sleep(millis(5));
    }
}

fn ends(child: &mut Child) -> ExitStatus {
    until("the tracer ends", || child.try_wait().unwrap())
}

fn signal(name: &str, target: &str) {
    // Also to a process that has just ended: that is not what is tested.
    Command::new("kill")
        .args([&format!("-{name}"), "--", target])
        .stderr(Stdio::null())
        .status()
        .unwrap();
}

/// Moments from before the start to well after it, by the time that a start takes here and now;
/// beside other tests it may take twice as long.
fn moments() -> impl Iterator<Item = Duration> {
    let begin = Instant::now();
    let run = [
        "-q",
        "-o",
        "none",
        "-e",
        "sigprocmask,signal_*",
        "--",
        "true",
    ];
    assert!(tracehound().args(run).status().unwrap().success());
    let start = begin.elapsed();
    (0..12u32).map(move |step| start * step / 4)
}

/// What a process holds in the kernel: programs and links by id.
#[derive(Debug, Default)]
struct Held {
    programs: BTreeSet<u32>,
    links: BTreeSet<u32>,
}

impl Held {
    fn by(child: &Child) -> Held {
        let mut held = Held::default();
        let folder = format!("/proc/{}/fdinfo", child.id());
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            let id = |key| {
                let line = text.lines().find_map(|line| line.strip_prefix(key));
                line.map(|id| id.trim().parse::<u32>().unwrap())
            };
            held.programs.extend(id("prog_id:"));
            held.links.extend(id("link_id:"));
        }
        held
    }

    /// The kernel frees programs a moment after the last use.
    fn gone(&self) {
        until(&format!("{self:?} gone"), || {
            let programs = ProgInfoIter::default().any(|info| self.programs.contains(&info.id));
            let links = LinkInfoIter::default().any(|info| self.links.contains(&info.id));
            (!programs && !links).then_some(())
        });
    }
}

/// Runs whose command line holds a word of the test's own.
fn marked(mark: &str) -> Vec<String> {
    let folders = std::fs::read_dir("/proc").unwrap().flatten();
    let holds = |path: &Path| {
        let line = std::fs::read(path.join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(mark)
    };
    let found = folders.map(|entry| entry.path()).filter(|path| holds(path));
    found.map(|path| path.display().to_string()).collect()
}

/// Every line whole, every line JSON.
fn lines(text: &str) -> Vec<Value> {
    assert!(
        text.is_empty() || text.ends_with('\n'),
        "the last line is cut"
    );
    let parsed = text
        .lines()
        .map(|line| serde_json::from_str(line).expect(line));
    parsed.collect()
}

fn balanced(account: &str) {
    assert!(account.contains(" made = "), "no account: {account}");
    assert!(!account.contains("NOT BALANCE"), "{account}");
}

#[test]
fn killing_the_tracer_leaves_nothing_attached_and_the_command_running() {
    if !root() {
        return;
    }
    let (progress, out) = (temporary("progress"), temporary("killed"));
    let script = "while :; do echo $$; sleep 0.02; done";
    let mut tracer = tracehound()
        .args(["-e", "sigprocmask,signal_generate", "-o"])
        .arg(format!("json:{}", out.display()))
        .args(["--", "sh", "-c", script])
        .stdout(File::create(&progress).unwrap())
        .spawn()
        .unwrap();
    let size = || progress.metadata().unwrap().len();
    until("the command runs", || (size() > 0).then_some(()));
    let held = Held::by(&tracer);
    assert!(
        held.programs.len() >= 5 && held.links.len() >= 5,
        "{held:?}"
    );
    tracer.kill().unwrap();
    tracer.wait().unwrap();
    held.gone();
    let before = size();
    until("the command makes progress", || {
        (size() > before).then_some(())
    });
    let text = std::fs::read_to_string(&progress).unwrap();
    let command = text.lines().next().unwrap();
    signal("KILL", command);
    std::fs::remove_file(&progress).unwrap();
    std::fs::remove_file(&out).unwrap();
}

#[test]
fn killing_the_tracer_while_it_starts_leaves_no_process_behind() {
    if !root() {
        return;
    }
    let mark = format!("mark-{}-killed", std::process::id());
    for delay in moments() {
        let mut tracer = tracehound()
            .args(["-e", "sigprocmask", "-o", "none", "--", "true", &mark])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        sleep(delay);
        let held = Held::by(&tracer);
        tracer.kill().unwrap();
        tracer.wait().unwrap();
        held.gone();
    }
    until("every held command has ended", || {
        marked(&mark).is_empty().then_some(())
    });
}

#[test]
fn a_signal_at_any_moment_ends_a_host_wide_run_cleanly() {
    if !root() {
        return;
    }
    let out = temporary("host");
    let mut ran = 0;
    for (index, delay) in moments().enumerate() {
        let name = if index % 2 == 0 { "INT" } else { "TERM" };
        let tracer = tracehound()
            .args(["-e", "sigprocmask,signal_*", "-o"])
            .arg(format!("json:{}", out.display()))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        sleep(delay);
        let held = Held::by(&tracer);
        signal(name, &tracer.id().to_string());
        let output = tracer.wait_with_output().unwrap();
        held.gone();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let text = std::fs::read_to_string(&out);
        if output.status.signal().is_some() || stderr.contains("interrupted before") {
            // Before it takes over signals it dies of them like any program.
            assert!(
                text.is_err(),
                "a run that did not start left its output: {stderr}"
            );
            assert!(
                output.status.code().is_none_or(|code| code == 0),
                "{stderr}"
            );
            continue;
        }
        assert_eq!(output.status.code(), Some(0), "{stderr}");
        balanced(&stderr);
        lines(&text.unwrap());
        std::fs::remove_file(&out).unwrap();
        ran += 1;
    }
    assert!(ran > 0, "no run lasted long enough to be ended");
    println!("{ran} runs of 12 were ended while they ran, the others while they started");
}

#[test]
fn a_signal_at_any_moment_ends_a_command_and_its_run() {
    if !root() {
        return;
    }
    let out = temporary("command");
    let mark = format!("mark-{}-ended", std::process::id());
    let mut ran = 0;
    for (index, delay) in moments().enumerate() {
        let (name, code) = if index % 2 == 0 {
            ("INT", 130)
        } else {
            ("TERM", 143)
        };
        let tracer = tracehound()
            .args(["-e", "sigprocmask,sched_process_*", "-o"])
            .arg(format!("json:{}", out.display()))
            .args(["--", "sh", "-c", "while :; do sleep 0.01; done", &mark])
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        sleep(delay);
        let held = Held::by(&tracer);
        // As a terminal does it: to the whole foreground.
        signal(name, &format!("-{}", tracer.id()));
        let output = tracer.wait_with_output().unwrap();
        held.gone();
        let stderr = String::from_utf8(output.stderr).unwrap();
        if output.status.signal().is_none() {
            assert_eq!(output.status.code(), Some(code), "{stderr}");
        }
        if let Ok(text) = std::fs::read_to_string(&out) {
            balanced(&stderr);
            lines(&text);
            std::fs::remove_file(&out).unwrap();
            ran += 1;
        }
    }
    until("every command has ended", || {
        marked(&mark).is_empty().then_some(())
    });
    assert!(ran > 0, "no run lasted long enough to be ended");
    println!("{ran} runs of 12 were ended while they ran, the others while they started");
}

/// As under nohup(1), and in the background of a shell.
#[test]
fn a_command_ignores_what_its_run_was_started_to_ignore() {
    if !root() {
        return;
    }
    // Of signals that have a name; the C library keeps some of the others for itself.
    let ignored = |signals: &str| {
        let output = Command::new("env")
            .arg(format!("--ignore-signal={signals}"))
            .arg(tracehound().get_program())
            .args(["-q", "-e", "sched_process_exec", "-o", "none", "--"])
            .args(["grep", "SigIgn", "/proc/self/status"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let mask = text.trim_start_matches("SigIgn:").trim();
        u64::from_str_radix(mask, 16).expect(&said) & 0x3fff_ffff
    };
    assert_eq!(ignored("USR1"), 0x200);
    assert_eq!(ignored("HUP,INT,QUIT,TERM,CHLD"), 0x1_4007);
}

#[test]
fn ctrl_c_on_a_terminal_is_the_commands_business() {
    if !root() {
        return;
    }
    let out = temporary("terminal");
    let script = "trap 'echo caught; sleep 0.5; kill -0 $$; exit 5' INT; echo ready; \
                  while :; do sleep 0.05; done";
    // exec: a shell that stays beside the run is ended by Ctrl-C itself, as dash is.
    let run = format!(
        "exec {} -q -e signal_deliver,sched_process_exit -o json:{} -- sh -c \"{script}\"",
        tracehound().get_program().display(),
        out.display()
    );
    // script(1) gives it a terminal and hands on its exit status.
    let mut terminal = Command::new("script")
        .args(["-qec", &run, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut screen = BufReader::new(terminal.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("ready") {
        assert!(screen.read_line(&mut line).unwrap() > 0, "{line}");
    }
    let mut keys = terminal.stdin.take().unwrap();
    keys.write_all(b"\x03").unwrap();
    let mut rest = String::new();
    screen.read_to_string(&mut rest).unwrap();
    assert_eq!(ends(&mut terminal).code(), Some(5), "{rest}");
    assert!(rest.contains("caught"), "{rest}");
    let events = lines(&std::fs::read_to_string(&out).unwrap());
    std::fs::remove_file(&out).unwrap();
    let ended =
        |event: &Value| event["event"] == "sched_process_exit" && event["args"]["exit_code"] == 5;
    assert!(
        events.iter().any(ended),
        "not traced to its end: {events:?}"
    );
}

#[test]
fn a_signal_to_the_tracer_alone_is_passed_on() {
    if !root() {
        return;
    }
    let script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.02; done";
    let mut tracer = started(&["-o", "none", "--", "sh", "-c", script]);
    signal("TERM", &tracer.id().to_string());
    assert_eq!(ends(&mut tracer).code(), Some(9));
    balanced(&errors(&mut tracer));
}

#[test]
fn a_second_signal_leaves_a_command_that_ignores_the_first() {
    if !root() {
        return;
    }
    let mark = format!("mark-{}-ignores", std::process::id());
    let script = "trap '' TERM; echo ready; while :; do sleep 0.02; done";
    // Its errors to nowhere: the command would keep a pipe of ours open.
    let run = format!("exec 2>/dev/null; {script}");
    let mut tracer = started(&["-o", "none", "--", "sh", "-c", &run, &mark]);
    let held = Held::by(&tracer);
    let pid = tracer.id().to_string();
    signal("TERM", &pid);
    sleep(millis(200));
    assert!(
        tracer.try_wait().unwrap().is_none(),
        "the first is passed on"
    );
    signal("TERM", &pid);
    assert_eq!(ends(&mut tracer).code(), Some(143));
    balanced(&errors(&mut tracer));
    held.gone();
    let left = marked(&mark);
    assert_eq!(left.len(), 1, "{left:?}");
    signal("KILL", left[0].trim_start_matches("/proc/"));
}

#[test]
fn a_command_outlives_the_duration_and_keeps_its_status() {
    if !root() {
        return;
    }
    let script = "echo ready; sleep 0.4; exit 6";
    let mut tracer = started(&["-o", "none", "--duration", "50ms", "--", "sh", "-c", script]);
    let held = Held::by(&tracer);
    assert_eq!(ends(&mut tracer).code(), Some(6));
    held.gone();
    let stderr = errors(&mut tracer);
    balanced(&stderr);
    assert!(stderr.contains("goes on untraced"), "{stderr}");
}

#[test]
fn waiting_for_a_named_pipes_reader_can_be_interrupted() {
    if !root() {
        return;
    }
    let pipe = named_pipe("unread");
    let mut tracer = tracehound()
        .args(["-e", "sigprocmask", "-o"])
        .arg(format!("json:{}", pipe.display()))
        .args(["--", "true"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The programs that prove hooks come and go; at the end of the start nothing does.
    until("everything is attached", || {
        (Held::by(&tracer).links.len() >= 5).then_some(())
    });
    sleep(millis(200));
    assert!(
        tracer.try_wait().unwrap().is_none(),
        "it waits for a reader"
    );
    signal("INT", &tracer.id().to_string());
    assert_eq!(ends(&mut tracer).code(), Some(130));
    std::fs::remove_file(&pipe).unwrap();
    let stderr = errors(&mut tracer);
    assert!(
        stderr.contains("interrupted before true was started"),
        "{stderr}"
    );
}

/// Starts the tracer over a command that prints "ready".
fn started(arguments: &[&str]) -> Child {
    let mut tracer = tracehound()
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(tracer.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    tracer
}

fn errors(tracer: &mut Child) -> String {
    let mut text = String::new();
    let mut stderr = tracer.stderr.take().unwrap();
    stderr.read_to_string(&mut text).unwrap();
    text
}
