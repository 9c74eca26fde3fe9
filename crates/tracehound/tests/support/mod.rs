//! What live tests share: running the tracer over a program and reading what it said.
//!
//! The kernel lab runs the same binaries inside its guests: `TRACEHOUND_BIN` is then the program,
//! `TRACEHOUND_PROGRAMS` the folder of test programs, `TRACEHOUND_RUNG` the one rung to use, and
//! `TRACEHOUND_LAB` asks for fewer calls.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};

use serde_json::Value;
use signal_hook::consts::{SIGINT, SIGQUIT};
use signal_hook::flag::register_conditional_default;

/// The path of a test program.
pub fn program(name: &str) -> String {
    let folder = std::env::var_os("TRACEHOUND_PROGRAMS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/programs"),
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(
        path.exists(),
        "{} is missing: run `make programs`",
        path.display()
    );
    path.display().to_string()
}

/// Files in a folder of the test's own, removed at its end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tracehound-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The source folder, where commands of documents are run.
pub fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The tracer, without arguments.
pub fn tracehound() -> Command {
    take_signals();
    let path = std::env::var("TRACEHOUND_BIN")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_tracehound").to_owned());
    Command::new(path)
}

/// A shell has what it runs in the background ignore Ctrl-C and Ctrl-\, and so would the tracer until
/// it takes them over: one that comes before would end nothing. What has a handler here, the tracer
/// starts with as usual; the handler does what is usual too.
fn take_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [SIGINT, SIGQUIT] {
            register_conditional_default(signal, Arc::new(AtomicBool::new(true))).unwrap();
        }
    });
}

/// Whether the test can trace; says so where it cannot.
pub fn root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let uid = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .unwrap();
    let root = uid.split_whitespace().nth(1) == Some("0");
    if !root {
        println!("skipped: tracing needs root");
    }
    root
}

/// What a traced run gave.
pub struct Run {
    /// The JSON lines; a million of them are too many to be kept parsed.
    pub text: String,
    /// The same parsed.
    pub events: Vec<Value>,
    /// The tracer's standard error: the account.
    pub stats: String,
    /// What the command printed.
    pub stdout: String,
    /// The tracer's exit code.
    pub code: Option<i32>,
}

/// Traces a command to JSON, with the account on standard error, and parses the lines.
pub fn trace(options: &[&str], command: &[&str]) -> Run {
    let mut run = trace_text(options, command);
    run.events = run
        .text
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    run
}

/// Traces a command to JSON without parsing it.
pub fn trace_text(options: &[&str], command: &[&str]) -> Run {
    let name = std::thread::current()
        .name()
        .unwrap_or("live")
        .replace("::", "_");
    let file = std::env::temp_dir().join(format!("tracehound-{name}-{}.json", std::process::id()));
    let output = format!("json:{}", file.display());
    let mut tracer = tracehound();
    tracer.args(["--stats", "-o", &output]).args(options);
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        tracer.args(["--rung", &rung]);
    }
    let Output {
        status,
        stdout,
        stderr,
    } = tracer.arg("--").args(command).output().unwrap();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    std::fs::remove_file(&file).ok();
    let stats = String::from_utf8_lossy(&stderr).into_owned();
    assert!(!stats.contains("DOES NOT BALANCE"), "{stats}");
    Run {
        text,
        events: Vec::new(),
        stats,
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        code: status.code(),
    }
}

/// The events of a name.
pub fn named<'a>(run: &'a Run, name: &str) -> Vec<&'a Value> {
    run.events
        .iter()
        .filter(|event| event["event"] == name)
        .collect()
}

/// A set's bits from its printed names.
pub fn bits(value: &Value) -> u64 {
    let names = value
        .as_array()
        .unwrap_or_else(|| panic!("not a set: {value}"));
    names
        .iter()
        .map(|name| 1 << (number(name.as_str().unwrap()) - 1))
        .sum()
}

fn number(name: &str) -> u32 {
    let standard = tracehound_schema::sigset::STANDARD
        .iter()
        .position(|other| *other == name);
    match (standard, name.strip_prefix("SIGRT_")) {
        (Some(at), _) => at as u32 + 1,
        (None, Some(count)) => 32 + count.parse::<u32>().unwrap(),
        _ => 32,
    }
}

/// Whether this kernel may preempt BPF programs: see docs/decisions/0010.
pub fn preempts() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let major = release.split('.').next().unwrap();
    major.parse::<u32>().unwrap() >= 7
}

/// A command that mounts on /mnt the hierarchy that containers are in here.
pub fn mount_cgroups() -> String {
    let text = std::fs::read_to_string("/proc/cgroups").unwrap_or_default();
    let number = |controller: &str| {
        let mut lines = text.lines().map(str::split_whitespace);
        let mut line = lines.find(|line| line.clone().next() == Some(controller))?;
        line.nth(1)?.parse::<u32>().ok()
    };
    let first = ["memory", "pids", "cpuset"]
        .into_iter()
        .find(|controller| number(controller).is_some_and(|number| number != 0));
    let kind = first.map_or("cgroup2".to_owned(), |controller| {
        format!("cgroup -o {controller}")
    });
    format!("mkdir -p /mnt && mount -t {kind} none /mnt")
}

/// A row of the account: made, delivered, filtered, dropped, missed.
pub fn row(stats: &str, event: &str) -> Vec<u64> {
    let line = stats
        .lines()
        .find(|line| line.starts_with(event))
        .expect(stats);
    line.split_whitespace()
        .skip(1)
        .take(5)
        .map(|word| word.parse().unwrap())
        .collect()
}
