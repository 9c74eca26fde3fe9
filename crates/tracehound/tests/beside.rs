//! Instances side by side: each sees everything, whoever else looks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use support::{program, root, row, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

const CALLS: usize = 20_000;

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("tracehound-beside-{name}-{}", std::process::id()))
}

/// The calls that `sequence` makes with numbered sets, per thread, without what an instance adds
/// of its own (when it looked).
fn calls(path: &Path) -> BTreeMap<u64, Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::remove_file(path).unwrap();
    let mut calls: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).expect(line);
        if event["event"] == "sigprocmask" && event["process"]["comm"] == "sequence" {
            let thread = event["process"]["host_tid"].as_u64().unwrap();
            let told = format!(
                "{} {} {}",
                event["args"], event["ret"], event["process"]["id"]
            );
            calls.entry(thread).or_default().push(told);
        }
    }
    calls
}

fn whole(calls: &BTreeMap<u64, Vec<String>>) {
    let total: usize = calls.values().map(Vec::len).sum();
    assert!(total >= CALLS, "{total} calls");
    assert!(calls.len() >= 3, "the main thread and two others");
}

#[test]
fn an_instance_traced_by_another_sees_the_same_calls() {
    if !root() {
        return;
    }
    let (outer, inner) = (temporary("outer"), temporary("inner"));
    let nested = tracehound();
    let options = ["--stats", "-e", "sigprocmask", "--ring-size", "32M"];
    let output = tracehound()
        .args(options)
        .args(["-o", &format!("json:{}", outer.display()), "--"])
        .arg(nested.get_program())
        .args(options)
        .args(["-o", &format!("json:{}", inner.display()), "--"])
        .args([&program("sequence"), &CALLS.to_string(), "2"])
        .output()
        .unwrap();
    let stats = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stats}");
    assert!(!stats.contains("NOT BALANCE"), "{stats}");
    // The inner one's own account comes first.
    for account in stats.split_inclusive("unreadable 0\n") {
        let row = row(account, "sigprocmask");
        assert_eq!((row[3], row[4]), (0, 0), "{account}");
    }
    let (outer, inner) = (calls(&outer), calls(&inner));
    whole(&inner);
    assert_eq!(outer, inner);
}

fn host_wide(out: &Path) -> Child {
    let child = tracehound()
        .args(["-q", "-e", "sigprocmask", "--ring-size", "32M", "-o"])
        .arg(format!("json:{}", out.display()))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // It is tracing when it tells what somebody does.
    let deadline = Instant::now() + Duration::from_secs(60);
    while out.metadata().map_or(0, |file| file.len()) == 0 {
        assert!(Instant::now() < deadline, "it does not start");
        Command::new(program("hostile")).status().unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

#[test]
fn instances_of_the_host_and_of_a_command_agree() {
    if !root() {
        return;
    }
    let (host, command) = (temporary("host"), temporary("command"));
    let mut beside = host_wide(&host);
    let status = tracehound()
        .args(["-q", "-e", "sigprocmask", "--ring-size", "32M"])
        .args(["-o", &format!("json:{}", command.display()), "--"])
        .args([&program("sequence"), &CALLS.to_string(), "2"])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    let pid = beside.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(beside.wait().unwrap().success());
    let (mut host, command) = (calls(&host), calls(&command));
    // Other tests run the program too.
    host.retain(|thread, _| command.contains_key(thread));
    whole(&command);
    assert_eq!(host, command);
}
