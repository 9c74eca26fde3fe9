//! Bad input and hostile surroundings: one clear sentence with the remedy, the exit code, nothing
//! half-written.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use support::{program, root, tracehound};

mod outputs;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;

/// An empty folder, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("tracehound-bad-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::remove_dir_all(&path).ok();
        std::fs::create_dir(&path).unwrap();
        // Users without any right must get as far as the tracer.
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        Folder(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn file(&self, name: &str, content: &[u8], mode: u32) {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The tracer's binary.
fn binary() -> PathBuf {
    PathBuf::from(tracehound().get_program())
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut tracer = tracehound();
    tracer
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null());
    tracer.output().unwrap()
}

/// One sentence of ours and nothing else, with the words, and the code.
fn refused(output: &Output, code: i32, words: &[&str]) {
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "not one line: {stderr}");
    assert!(stderr.starts_with("tracehound: "), "{stderr}");
    assert!(stderr.len() < 400, "too long to be clear: {stderr}");
    for word in words {
        assert!(stderr.contains(word), "{word:?} is missing: {stderr}");
    }
    assert!(
        stderr.matches("(os error").count() <= 1,
        "said twice: {stderr}"
    );
    assert_eq!(output.stdout, b"", "{stderr}");
}

/// Arguments, exit code, words of the sentence.
type Case = (&'static [&'static str], i32, &'static [&'static str]);

const USAGE: &[Case] = &[
    (
        &["-e", "sigprocmsk", "--", "true"],
        2,
        &["unknown event \"sigprocmsk\"", "did you mean sigprocmask?"],
    ),
    (
        &["-e", "tag=signal", "--", "true"],
        2,
        &["unknown set \"signal\"", "did you mean signals?"],
    ),
    (
        &["-e", "zzz*", "--", "true"],
        2,
        &["no event fits", "events list"],
    ),
    (
        &["-e", "sigprocmask,-*", "--", "true"],
        2,
        &["everything is excluded"],
    ),
    (
        &["-e", "\u{1b}[2J", "--", "true"],
        2,
        &["unknown event", "\\u{1b}[2J"],
    ),
    (
        &["--rung", "tp_bft", "--", "true"],
        2,
        &["unknown rung", "did you mean tp_btf?"],
    ),
    (
        &["-o", "jsn", "--", "true"],
        2,
        &["unknown output format", "did you mean json?"],
    ),
    (
        &["-o", "csv", "--", "true"],
        2,
        &["known: ", "table", "json", "strace", "none", "raw"],
    ),
    (
        &["-o", "json", "-o", "table", "--", "true"],
        2,
        &["same stream", "-o json:PATH"],
    ),
    (
        &["-o", "json:a", "-o", "strace:a", "--", "true"],
        2,
        &["two outputs write to a"],
    ),
    (
        &["-o", "raw", "--", "true"],
        2,
        &["raw", "need a file", "-o raw:PATH"],
    ),
    (
        &["-o", "none:a", "--", "true"],
        2,
        &["none", "takes no path"],
    ),
    (&["-o", "json:", "--", "true"], 2, &["path", "empty"]),
    (&["-q", "--stats", "--", "true"], 2, &["--quiet", "--stats"]),
    (
        &["--max-events", "0", "--", "true"],
        2,
        &["--max-events", "0"],
    ),
    (
        &["--duration", "0", "--", "true"],
        2,
        &["--duration", "1ms or more"],
    ),
    (
        &["--duration", "5x", "--", "true"],
        2,
        &["unknown unit", "ms, s, m or h"],
    ),
    (
        &["--ring-size", "5000", "--", "true"],
        2,
        &["power of two from 4K"],
    ),
    (&["--ring-size", "", "--", "true"], 2, &["--ring-size"]),
    (&["--statz"], 2, &["--statz", "--stats"]),
    (
        &["ls"],
        2,
        &["unknown subcommand \"ls\"", "tracehound [OPTIONS] -- ls"],
    ),
    (&["evnts"], 2, &["did you mean events?"]),
    (
        &["events", "show", "sigprocmsk"],
        2,
        &["did you mean sigprocmask?"],
    ),
    (
        &["doctor", "--rungs", "sigprocmsk"],
        2,
        &["did you mean sigprocmask?"],
    ),
    (&["replay"], 2, &["PATH"]),
    (&["completions", "tcsh"], 2, &["tcsh", "bash"]),
    (
        &["--", "no-such-command"],
        127,
        &["command not found: no-such-command", "PATH"],
    ),
    (
        &["--", "./no-such-command"],
        127,
        &["command not found: ./no-such-command"],
    ),
    (&["--", ""], 127, &["command not found"]),
    (&["--", "./plain"], 126, &["cannot run ./plain", "chmod +x"]),
    (
        &["--", "./folder"],
        126,
        &["cannot run ./folder", "directory"],
    ),
    (
        &["replay", "missing"],
        1,
        &["cannot open the recording missing", "No such file"],
    ),
    (
        &["replay", "folder"],
        1,
        &["recording folder", "cannot read it", "Is a directory"],
    ),
    (
        &["replay", "plain", "-o", "json:out"],
        1,
        &["recording plain", "not a Tracehound recording"],
    ),
    (
        &["replay", "short", "-o", "json:out"],
        1,
        &["not a Tracehound recording"],
    ),
    (
        &["replay", "foreign", "-o", "json:out"],
        1,
        &["not a Tracehound recording"],
    ),
    (
        &["replay", "foreign", "-o", "raw:foreign"],
        2,
        &["read and written at once"],
    ),
];

#[test]
fn bad_usage_is_one_sentence_and_touches_nothing() {
    let folder = Folder::new("usage");
    folder.file("plain", b"", 0o644);
    folder.file("short", b"THREC\x01\x02\x01", 0o644);
    folder.file("foreign", &[b'x'; 4096], 0o644);
    std::fs::create_dir(folder.0.join("folder")).unwrap();
    let before = folder.names();
    for (arguments, code, words) in USAGE {
        println!("{arguments:?}");
        refused(&run(&folder.0, arguments), *code, words);
    }
    assert_eq!(folder.names(), before);
    assert_eq!(
        std::fs::read(folder.0.join("foreign")).unwrap(),
        [b'x'; 4096]
    );
}

/// Needs root, since the tracer stands before the output is opened or the command is run.
const STARTED: &[Case] = &[
    (
        &["-o", "json:folder", "--", "true"],
        1,
        &["cannot write to folder", "name a file in it"],
    ),
    (
        &["-o", "json:none/x", "--", "true"],
        1,
        &["cannot write to none/x", "does not exist"],
    ),
    (
        &["-o", "json:plain/x", "--", "true"],
        1,
        &["cannot write to plain/x", "is a file"],
    ),
    (
        &["-o", "json:new", "-o", "strace:./new", "--", "true"],
        2,
        &["two outputs write to ./new"],
    ),
    (
        &["-o", "json:new", "-o", "raw:folder", "--", "true"],
        1,
        &["cannot write to folder"],
    ),
    (
        &["-o", "json:new", "-o", "raw:old", "--", "./bad"],
        126,
        &["cannot run ./bad", "interpreter"],
    ),
    (
        &[
            "-e",
            "rt_sigprocmask",
            "--rung",
            "tp_btf/signal_deliver",
            "--",
            "true",
        ],
        2,
        &["no selected event has a rung"],
    ),
];

#[test]
fn a_start_that_fails_leaves_no_output_behind() {
    if !root() {
        return;
    }
    let folder = Folder::new("start");
    folder.file("plain", b"", 0o644);
    folder.file("old", b"precious", 0o644);
    folder.file("bad", b"#!/no/such/interpreter\n", 0o755);
    std::fs::create_dir(folder.0.join("folder")).unwrap();
    let before = folder.names();
    for (arguments, code, words) in STARTED {
        println!("{arguments:?}");
        refused(&run(&folder.0, arguments), *code, words);
    }
    assert_eq!(folder.names(), before);
    assert_eq!(std::fs::read(folder.0.join("old")).unwrap(), b"precious");
}

/// A way of starting the tracer in worse surroundings: a shell script before `exec`, and the words.
const SURROUNDINGS: &[(&str, &[&str])] = &[
    (
        "exec setpriv --reuid=65534 --regid=65534 --clear-groups",
        &["needs root", "sudo"],
    ),
    (
        "exec setpriv --bounding-set=-all --inh-caps=-all",
        &["CAP_BPF", "container"],
    ),
    (
        "mount --bind empty /sys/kernel/btf; exec",
        &["/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF"],
    ),
    (
        "mount -t tmpfs none /sys; exec",
        &["/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF"],
    ),
    ("mount -t tmpfs none /proc; exec", &["mount /proc"]),
    (
        "mkdir -p /sys/kernel/security; mount -t tmpfs none /sys/kernel/security; \
         echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown; exec",
        &["locked down", "lockdown=integrity"],
    ),
    (
        "exec prlimit --nofile=40",
        &["at most 40 files", "ulimit -n"],
    ),
];

#[test]
fn hostile_surroundings_are_named_with_their_remedy() {
    if !root() {
        return;
    }
    let folder = Folder::new("surroundings");
    std::fs::create_dir(folder.0.join("empty")).unwrap();
    // Somewhere that every user can reach.
    std::fs::copy(binary(), folder.0.join("tracer")).unwrap();
    let before = folder.names();
    for (script, words) in SURROUNDINGS {
        println!("{script}");
        let script = format!("{script} ./tracer -o json:out -- true");
        let output = Command::new("unshare")
            .args(["--mount", "sh", "-c", &script])
            .current_dir(&folder.0)
            .output()
            .unwrap();
        refused(&output, 1, words);
        assert_eq!(folder.names(), before);
    }
}

#[test]
fn a_container_without_tracefs_and_locked_memory_is_no_obstacle() {
    if !root() {
        return;
    }
    let script = "mount -t tmpfs none /sys/kernel/tracing; mount -t tmpfs none /sys/kernel/debug; \
                  mount -t tmpfs none /sys/fs; exec prlimit --memlock=0 \"$0\" \"$@\"";
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .arg(binary())
        .args([
            "-e",
            "sigprocmask",
            "-o",
            "strace",
            "--",
            &program("sigmask"),
        ])
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(
        stderr.contains("rt_sigprocmask(SIG_BLOCK, NULL, [], 8)"),
        "{stderr}"
    );
}

#[test]
fn a_command_that_ends_before_the_first_event_is_a_run_like_any_other() {
    if !root() {
        return;
    }
    let folder = Folder::new("quick");
    folder.file("old", b"something older\n", 0o644);
    let output = run(
        &folder.0,
        &["-e", "signal_deliver", "-o", "json:old", "--", "true"],
    );
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.contains("; 0 shown"), "{stderr}");
    assert_eq!(std::fs::read(folder.0.join("old")).unwrap(), b"");
}
