//! Live tests of the opt-in library events, on glibc and musl, 64 and 32 bits, wherever mapped.
//!
//! `TRACEHOUND_RUNG` keeps to one rung of the ladder if it is a uprobe's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use support::{program, root, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

const ROUNDS: usize = 100;
const EVENTS: &str = "tag=libc";

/// Breakpoints are in files, for all who map them: one test at a time.
static TURN: Mutex<()> = Mutex::new(());

/// A folder of this test's own, removed when it ends.
struct Folder(
    PathBuf,
    #[expect(dead_code, reason = "held")] MutexGuard<'static, ()>,
);

impl Folder {
    fn new() -> Folder {
        let name = std::thread::current().name().unwrap().replace("::", "_");
        let path = std::env::temp_dir().join(format!("tracehound-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path, TURN.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

struct Run {
    events: Vec<Value>,
    stdout: String,
    stats: String,
}

impl Run {
    /// Events of the test program; its process may have run others before.
    fn of(&self, event: &str, pid: u64) -> Vec<&Value> {
        let events = self.events.iter().filter(|line| line["event"] == event);
        let own = |line: &&Value| {
            let process = &line["process"];
            process["pid"] == pid && process["comm"].as_str().unwrap().starts_with("library")
        };
        events.filter(own).collect()
    }

    /// The words behind a word that starts a line of the program's output.
    fn told(&self, word: &str) -> Vec<Vec<&str>> {
        let lines = self.stdout.lines().map(|line| line.split(' '));
        lines
            .filter_map(|mut words| (words.next() == Some(word)).then(|| words.collect()))
            .collect()
    }

    fn pids(&self) -> Vec<u64> {
        let pids = self.told("pid");
        pids.iter().map(|words| words[0].parse().unwrap()).collect()
    }

    fn breakpoints(&self) -> Vec<&str> {
        self.told("changed").iter().map(|words| words[0]).collect()
    }
}

fn options(tracer: &mut Command, events: &str, file: &Path) {
    let output = format!("json:{}", file.display());
    tracer.args(["--stats", "-e", events, "-o", &output]);
    let rung = std::env::var("TRACEHOUND_RUNG").unwrap_or_default();
    if rung.starts_with("uprobe") && events == EVENTS {
        tracer.args(["--rung", &rung]);
    }
}

fn trace(folder: &Folder, events: &str, command: &[&str]) -> Run {
    let file = folder.join("events.json");
    let mut tracer = tracehound();
    options(&mut tracer, events, &file);
    let output = tracer.arg("--").args(command).output().unwrap();
    let stats = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stats}");
    finished(
        &file,
        String::from_utf8_lossy(&output.stdout).into_owned(),
        stats,
    )
}

fn finished(file: &Path, stdout: String, stats: String) -> Run {
    assert!(!stats.contains("DOES NOT BALANCE"), "{stats}");
    let text = fs::read_to_string(file).unwrap();
    let events = text
        .lines()
        .map(|line| serde_json::from_str(line).expect(line));
    Run {
        events: events.collect(),
        stdout,
        stats,
    }
}

/// The calls of one process, each exactly as often and with the arguments that it made.
fn tells_the_calls(run: &Run, pid: u64, library: &str) {
    let of = |event: &str, what: Value| {
        let fits = |line: &&&Value| {
            let args = &line["args"];
            what.as_object()
                .unwrap()
                .iter()
                .all(|(name, value)| args[name] == *value)
        };
        run.of(event, pid).iter().filter(fits).count()
    };
    let set = json!(["SIGUSR1", "SIGRT_8"]);
    let made = [
        (
            "libc_signal",
            json!({"signum": "SIGUSR2", "handler": "SIG_IGN"}),
        ),
        ("libc_sigaddset", json!({"signum": "SIGUSR1", "set": []})),
        (
            "libc_sigaddset",
            json!({"signum": "SIGRT_8", "set": ["SIGUSR1"]}),
        ),
        ("libc_sigaddset", json!({"signum": "1000", "set": set})),
        (
            "libc_sigprocmask",
            json!({"how": "SIG_BLOCK", "set": set, "oldset": "NULL"}),
        ),
        (
            "libc_pthread_sigmask",
            json!({"how": "SIG_SETMASK", "set": set}),
        ),
        (
            "libc_pthread_sigmask",
            json!({"how": "SIG_BLOCK", "set": null}),
        ),
    ];
    for (event, arguments) in made {
        let count = of(event, arguments.clone());
        assert_eq!(count, ROUNDS, "{event} {arguments}\n{}", run.stats);
    }
    assert_eq!(run.of("libc_signal", pid).len(), ROUNDS);
    assert_eq!(run.of("libc_sigaddset", pid).len(), 3 * ROUNDS);
    assert_eq!(run.of("libc_sigprocmask", pid).len(), ROUNDS);
    let at = run.pids().iter().position(|other| *other == pid).unwrap();
    let code = &run.told("code")[at];
    let code = number(code[0])..number(code[1]);
    // What the library's own sigprocmask passes on does not come from the program.
    let from_program = |line: &&Value| {
        line["event"] != "libc_pthread_sigmask" || line["args"]["how"] == "SIG_SETMASK"
    };
    let events = [
        "libc_signal",
        "libc_sigaddset",
        "libc_sigprocmask",
        "libc_pthread_sigmask",
    ];
    let lines = events.iter().flat_map(|event| run.of(event, pid));
    for line in lines.filter(from_program) {
        let args = &line["args"];
        let caller = number(args["caller"].as_str().unwrap().trim_start_matches("0x"));
        assert!(code.contains(&caller), "not from the program: {line}");
        if !knows_libraries() {
            assert!(args["library"].is_null(), "{line}");
            continue;
        }
        assert!(
            args["library"].as_str().unwrap().ends_with(library),
            "{line}"
        );
        assert!(args["inode"].is_u64() && args["dev"].is_string(), "{line}");
    }
}

/// Whether programs can be told where they were hit: by cookies, from 5.15 on.
fn knows_libraries() -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut parts = release.split(['.', '-']).map(|part| part.parse().unwrap());
    let version: (u32, u32) = (parts.next().unwrap(), parts.next().unwrap());
    version >= (5, 15)
}

fn number(hex: &str) -> u64 {
    u64::from_str_radix(hex, 16).unwrap()
}

fn every_call_is_told(name: &str, library: &str) {
    if !root() {
        return;
    }
    let folder = Folder::new();
    let run = trace(&folder, EVENTS, &[program(name).as_str()]);
    // Probed before the command began: no waiting in the program.
    assert_eq!(run.breakpoints(), ["4"], "{}", run.stats);
    tells_the_calls(&run, run.pids()[0], library);
}

#[test]
fn every_call_of_a_glibc_program_is_told() {
    every_call_is_told("library", "/libc.so.6");
}

#[test]
fn every_call_of_a_32_bit_program_is_told() {
    every_call_is_told("library32", "/libc.so.6");
}

#[test]
fn every_call_of_a_musl_program_is_told() {
    every_call_is_told("library-musl", "/libc.so");
}

#[test]
fn the_file_that_is_named_is_the_one_mapped() {
    if !root() {
        return;
    }
    let folder = Folder::new();
    let run = trace(&folder, "libc_sigaddset", &[program("library").as_str()]);
    let args = &run.of("libc_sigaddset", run.pids()[0])[0]["args"];
    let file = fs::metadata(args["library"].as_str().unwrap()).unwrap();
    assert_eq!(args["inode"], file.ino());
}

#[test]
fn nothing_is_probed_unless_library_events_are_named() {
    if !root() {
        return;
    }
    let folder = Folder::new();
    for events in ["sigprocmask", "*", "tag=signals"] {
        let run = trace(&folder, events, &[program("library").as_str()]);
        assert!(!run.stats.contains("libc_"), "{}", run.stats);
        assert!(!run.stats.contains("probed"), "{}", run.stats);
        let untraced = Command::new(program("library")).output().unwrap();
        if untraced.stdout.starts_with(b"changed 0\n") {
            assert_eq!(run.breakpoints(), ["0"], "{events}\n{}", run.stats);
        } else {
            println!("not looked at: somebody else on this machine probes the C library");
        }
    }
}

/// The files that a program needs to run, from `ldd`, copied under a root of its own.
fn make_root(at: &Path, program: &str) {
    let listed = Command::new("ldd").arg(program).output().unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    let paths = text.split_whitespace().filter(|word| word.starts_with('/'));
    for path in paths {
        let copy = at.join(&path[1..]);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(path, copy).unwrap();
    }
    fs::copy(program, at.join("library")).unwrap();
}

#[test]
fn a_library_in_another_root_is_met_when_it_is_mapped() {
    if !root() {
        return;
    }
    let folder = Folder::new();
    let tree = folder.join("tree");
    make_root(&tree, &program("library"));
    let rounds = ROUNDS.to_string();
    let run = trace(
        &folder,
        EVENTS,
        &[
            "chroot",
            tree.to_str().unwrap(),
            "/library",
            "wait",
            &rounds,
        ],
    );
    tells_the_calls(&run, run.pids()[0], "/libc.so.6");
    assert!(
        run.stats.contains("ms after it was first mapped"),
        "{}",
        run.stats
    );
}

#[test]
fn a_library_that_is_loaded_by_hand_is_met() {
    if !root() {
        return;
    }
    let folder = Folder::new();
    let copy = folder.join("copied-libc");
    let args = trace(&folder, "libc_sigaddset", &[program("library").as_str()]);
    let own = &args.of("libc_sigaddset", args.pids()[0])[0]["args"]["library"];
    fs::copy(own.as_str().unwrap(), &copy).unwrap();
    let (copy, rounds) = (copy.to_str().unwrap(), ROUNDS.to_string());
    let program = program("library");
    let command = [program.as_str(), "load", copy, &rounds];
    let run = trace(&folder, "libc_sigaddset", &command);
    let calls = run.of("libc_sigaddset", run.pids()[0]);
    let loaded = calls.iter().filter(|line| line["args"]["library"] == copy);
    assert_eq!(loaded.count(), ROUNDS, "{}", run.stats);
}

#[test]
fn a_library_that_only_another_mount_namespace_has_is_met() {
    if !root() {
        return;
    }
    let folder = Folder::new();
    let (tree, inner) = (folder.join("tree"), folder.join("inner"));
    make_root(&tree, &program("library"));
    fs::create_dir(&inner).unwrap();
    let script = format!(
        "mount -t tmpfs none {inner} && cp -a {tree}/. {inner} && exec chroot {inner} /library wait {ROUNDS}",
        inner = inner.display(),
        tree = tree.display()
    );
    let run = trace(&folder, EVENTS, &["unshare", "-m", "sh", "-c", &script]);
    tells_the_calls(&run, run.pids()[0], "/libc.so.6");
}

#[test]
fn a_library_that_two_overlays_share_is_probed_once() {
    if !root() {
        return;
    }
    let folder = Folder::new();
    let (tree, empty) = (folder.join("tree"), folder.join("empty"));
    make_root(&tree, &program("library"));
    fs::create_dir(&empty).unwrap();
    let mut script = String::from("set -e;");
    for name in ["one", "two"] {
        let point = folder.join(name);
        fs::create_dir(&point).unwrap();
        script += &format!(
            "mount -t overlay none {point} -o lowerdir={tree}:{empty} || exit 77; \
             chroot {point} /library wait {ROUNDS};",
            point = point.display(),
            tree = tree.display(),
            empty = empty.display()
        );
    }
    let mut probe = Command::new("unshare");
    let mount = script.split("||").next().unwrap();
    if !probe
        .args(["-m", "sh", "-c", mount])
        .status()
        .unwrap()
        .success()
    {
        println!("skipped: this kernel has no overlay file system");
        return;
    }
    let run = trace(&folder, EVENTS, &["unshare", "-m", "sh", "-c", &script]);
    assert_eq!(run.pids().len(), 2, "{}", run.stats);
    for pid in run.pids() {
        tells_the_calls(&run, pid, "/libc.so.6");
    }
    let probed = run
        .stats
        .lines()
        .filter(|line| line.contains("after it was first mapped"));
    assert_eq!(probed.count(), 1, "{}", run.stats);
}

#[test]
fn a_library_mapped_before_the_tracer_came_is_found() {
    if !root() {
        return;
    }
    let folder = Folder::new();
    let tree = folder.join("tree");
    make_root(&tree, &program("library"));
    // Its own copy of the library: nothing but its mappings can lead there.
    let mut waiting = Command::new("chroot")
        .args([
            tree.to_str().unwrap(),
            "/library",
            "hold",
            &ROUNDS.to_string(),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let file = folder.join("events.json");
    let mut tracer = tracehound();
    options(&mut tracer, EVENTS, &file);
    tracer.args(["-e", "sched_process_exec"]);
    let mut tracer = tracer.stderr(Stdio::piped()).spawn().unwrap();
    // It records from some moment on: from when it tells of programs started here.
    while fs::metadata(&file).map_or(0, |file| file.len()) == 0 {
        assert!(Command::new("true").status().unwrap().success());
        assert!(tracer.try_wait().unwrap().is_none(), "the tracer has ended");
    }
    drop(waiting.stdin.take());
    let ended = waiting.wait_with_output().unwrap();
    let id = tracer.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = tracer.wait_with_output().unwrap();
    assert!(ended.status.success());
    let stdout = String::from_utf8(ended.stdout).unwrap();
    let run = finished(&file, stdout, String::from_utf8(output.stderr).unwrap());
    tells_the_calls(&run, run.pids()[0], "/libc.so.6");
}

#[test]
fn the_command_on_each_page_shows_its_event() {
    if !root() {
        return;
    }
    let folder = Folder::new();
    let file = folder.join("events.json");
    for event in tracehound_schema::all().filter(|event| event.opt_in()) {
        let command = event.page.command.strip_prefix("sudo tracehound").unwrap();
        let mut shell = Command::new("sh");
        let binary = tracehound();
        let script = format!(
            "{:?} -o json:{}{command}",
            binary.get_program(),
            file.display()
        );
        assert!(shell.args(["-c", &script]).status().unwrap().success());
        let lines = fs::read_to_string(&file).unwrap();
        let name = format!("\"event\":\"{}\"", event.name);
        assert!(lines.contains(&name), "{command}\n{lines}");
    }
}
