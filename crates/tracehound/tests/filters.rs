//! Filters over programs that are really traced: what is shown is what was asked for, and the account
//! says what was left out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};

use serde_json::Value;
use support::{Run, named, program, root, row, trace, trace_text, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// The row of an event in which something was left out and nothing else is missing.
fn left_out(run: &Run, event: &str) -> u64 {
    let [made, delivered, filtered, dropped, missed] = row(&run.stats, event)[..] else {
        panic!("{}", run.stats);
    };
    assert_eq!(made, delivered + filtered + dropped + missed);
    assert!(filtered > 0, "nothing was left out: {}", run.stats);
    delivered
}

#[test]
fn a_path_is_asked_for_by_its_start() {
    if !root() {
        return;
    }
    let filter = ["-e", "openat.data.pathname=/etc/hostn*"];
    let run = trace(&filter, &["cat", "/etc/hostname", "/dev/null"]);
    let seen = named(&run, "openat");
    assert_eq!(seen.len(), 1, "{}", run.text);
    assert_eq!(seen[0]["args"]["pathname"], "/etc/hostname");
    assert_eq!(left_out(&run, "openat "), 1, "{}", run.stats);
    let entry = run
        .stats
        .lines()
        .find(|line| line.starts_with("openat entry"));
    let numbers: Vec<&str> = entry.unwrap().split_whitespace().skip(2).collect();
    assert_eq!(numbers[1], "1", "{}", run.stats);
    assert!(run.stats.contains("shown 1, joined 1,"), "{}", run.stats);
}

#[test]
fn results_are_asked_for_by_number_and_error() {
    if !root() {
        return;
    }
    let command = ["cat", "/nothing-is-here", "/dev/null"];
    let failed = trace(&["-e", "openat.retval<0"], &command);
    let seen = named(&failed, "openat");
    assert!(!seen.is_empty());
    assert!(seen.iter().all(|event| event["ret"].as_i64().unwrap() < 0));
    let missing = trace(
        &[
            "-e",
            "openat.retval=-ENOENT",
            "-e",
            "openat.data.pathname=/nothing*",
        ],
        &command,
    );
    assert_eq!(named(&missing, "openat").len(), 1, "{}", missing.text);
    left_out(&missing, "openat ");
}

#[test]
fn words_are_combined() {
    if !root() {
        return;
    }
    let filter = "openat.data.pathname=/dev/null and data.flags has O_WRONLY|O_CREAT \
                  and not (retval<0 or scope.comm=cat)";
    let script = "cat /dev/null; echo > /dev/null; echo < /dev/null";
    let run = trace(&["-e", filter], &["bash", "-c", script]);
    let seen = named(&run, "openat");
    assert_eq!(seen.len(), 1, "{}", run.text);
    assert_eq!(seen[0]["process"]["comm"], "bash");
}

#[test]
fn hooks_are_filtered_as_calls_are() {
    if !root() {
        return;
    }
    let filter = "security_file_open.data.pathname=/dev/null,/etc/passwd";
    // The lab names a rung, which one event at least must have.
    let call = "openat.data.pathname=/nowhere";
    let run = trace(
        &["-e", filter, "-e", call],
        &["cat", "/dev/null", "/etc/passwd", "/proc/version"],
    );
    let seen = named(&run, "security_file_open");
    let paths: Vec<_> = seen
        .iter()
        .map(|event| &event["args"]["pathname"])
        .collect();
    assert_eq!(paths, ["/dev/null", "/etc/passwd"], "{}", run.text);
    left_out(&run, "security_file_open");
}

#[test]
fn a_set_that_could_not_be_read_is_not_hidden() {
    if !root() {
        return;
    }
    let run = trace(
        &[
            "-e",
            "sigprocmask.args.set has SIGUSR2|SIGHUP",
            "-e",
            "-argument_mismatch",
        ],
        &[&program("sigmask")],
    );
    let seen = named(&run, "sigprocmask");
    let lists = |event: &Value, list: &str, name: &str| {
        event[list]
            .as_array()
            .is_some_and(|all| all.contains(&Value::from(name)))
    };
    let unread = seen
        .iter()
        .filter(|event| lists(event, "unread", "set"))
        .count();
    let has = |event: &&&Value| {
        let args = &event["args"];
        lists(args, "set", "SIGUSR2") && lists(args, "set", "SIGHUP")
    };
    let has = seen.iter().filter(has).count();
    assert!(unread > 0, "sigmask passes a bad pointer: {}", run.text);
    assert_eq!(unread + has, seen.len(), "{}", run.text);
    left_out(&run, "sigprocmask");
}

#[test]
fn scope_is_about_every_event() {
    if !root() {
        return;
    }
    let run = trace(
        &["-e", "openat,close,sched_process_exec", "-s", "comm=cat"],
        &["bash", "-c", "ls /dev/null; cat /dev/null; true"],
    );
    assert!(!named(&run, "openat").is_empty() && !named(&run, "close").is_empty());
    let others = |event: &&Value| event["process"]["comm"] != "cat";
    let others: Vec<_> = run.events.iter().filter(others).collect();
    assert!(others.is_empty(), "{others:?}");
    left_out(&run, "close");
    // What comes after the start is new; all that a command does is.
    let new = trace(&["-e", "close", "-s", "pid=new"], &["cat", "/dev/null"]);
    assert!(!named(&new, "close").is_empty());
    let old = trace(&["-e", "close", "-s", "pid!=new"], &["cat", "/dev/null"]);
    assert_eq!(named(&old, "close").len(), 0, "{}", old.text);
    let exe = trace(
        &["-e", "close", "-s", "exe=*/cat"],
        &["bash", "-c", "ls /dev/null; cat /dev/null; true"],
    );
    let other = |event: &&Value| !event["process"]["exe"].as_str().unwrap().ends_with("/cat");
    assert!(!exe.events.is_empty());
    assert_eq!(exe.events.iter().filter(other).count(), 0, "{}", exe.text);
}

#[test]
fn a_recording_is_filtered_as_the_run_would_be() {
    if !root() {
        return;
    }
    let file = std::env::temp_dir().join(format!("tracehound-filters-{}", std::process::id()));
    let output = format!("raw:{}", file.display());
    let all = trace_text(&["-e", "openat", "-o", &output], &["cat", "/etc/hostname"]);
    assert!(all.text.lines().count() > 1);
    let replay = |arguments: &[&str]| {
        let output = tracehound()
            .arg("replay")
            .arg(&file)
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let shown = replay(&["-e", "openat.data.pathname=*hostname", "-o", "json"]);
    assert_eq!(shown.lines().count(), 1, "{shown}");
    let strace = replay(&["-e", "openat.data.pathname=*hostname", "-o", "strace"]);
    assert_eq!(strace.lines().count(), 1, "{strace}");
    assert!(
        strace.contains("openat(AT_FDCWD, \"/etc/hostname\""),
        "{strace}"
    );
    assert_eq!(
        replay(&["-e", "openat", "-s", "uid=4711", "-o", "json"]),
        ""
    );
    std::fs::remove_file(&file).ok();
}

/// What is said of an argument that is wrong, with the line that points at it.
fn refused(arguments: &[&str], message: &str, marked: &str) {
    let mut command: Command = tracehound();
    let output = command
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(output.stdout, b"");
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(
        lines[0].starts_with("tracehound: ") && lines[0].contains(message),
        "{said}"
    );
    let start = lines[2].find('^').unwrap();
    let end = start + lines[2].trim_start().len();
    assert_eq!(&lines[1][start..end.min(lines[1].len())], marked, "{said}");
}

#[test]
fn what_is_wrong_is_pointed_at() {
    refused(
        &["-e", "close,openat.data.pathnam=/etc/*"],
        "openat has no field \"pathnam\"; did you mean pathname?",
        "pathnam",
    );
    refused(
        &["-e", "opennat.retval<0"],
        "did you mean openat?",
        "opennat",
    );
    refused(
        &["-e", "openat.data.flags has O_CREATE"],
        "\"O_CREATE\" is no value here: write names or a number, joined by |; did you mean O_CREAT?",
        "O_CREATE",
    );
    refused(
        &["-e", "openat.data.flags>3"],
        "> does not fit this kind of value; =, !=, has, has any and lacks do",
        ">",
    );
    refused(&["-s", "uid=root"], "write a number", "root");
    refused(&["-s", "tree<1"], "ids of trees go with = and != only", "<");
    refused(&["-s", "uts<a"], "< does not fit this kind of value", "<");
    refused(
        &["-s", "usr=0"],
        "nothing in scope is named \"usr\"; did you mean uid?",
        "usr",
    );
    refused(
        &["replay", "/dev/null", "-s", "pid=new"],
        "a recording does not say when its run began",
        "new",
    );
}

#[test]
fn what_the_kernel_leaves_out_takes_no_room() {
    if !root() {
        return;
    }
    // Far more than the ring has room for between two looks at it.
    let calls = program("callcost");
    let command = [calls.as_str(), "1000", "100"];
    let run = trace(
        &["-e", "getppid.scope.comm=nobody", "--ring-size", "64K"],
        &command,
    );
    let numbers = row(&run.stats, "getppid ");
    assert!(numbers[0] >= 10_000, "{}", run.stats);
    assert_eq!(numbers[1..], [0, numbers[0], 0, 0], "{}", run.stats);
}

#[test]
fn a_recording_has_what_filters_exclude() {
    if !root() {
        return;
    }
    let file = std::env::temp_dir().join(format!("tracehound-narrow-{}", std::process::id()));
    let output = format!("raw:{}", file.display());
    let options = ["-e", "sigprocmask.scope.comm=nobody", "-o", &output];
    let run = trace(&options, &[&program("sequence"), "10", "1"]);
    assert_eq!(left_out(&run, "sigprocmask"), 0, "{}", run.stats);
    let all = tracehound()
        .args(["replay", "-e", "sigprocmask", "-o", "json"])
        .arg(&file)
        .output()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    let lines = all.stdout.iter().filter(|byte| **byte == b'\n').count();
    assert!(lines >= 10, "{lines}: {}", run.stats);
}
