//! What is of the tracer's own making: left out, unless it is asked for.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;
use support::{root, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// Traces who reads and writes on the host while this test reads what is told of it from a pipe; tells
/// whether any of it was the test's own, or the tracer's.
fn told(options: &[&str]) -> (bool, bool) {
    let mut tracer = tracehound()
        .args([
            "-e",
            "read,write",
            "-o",
            "json",
            "--quiet",
            "--duration",
            "2s",
        ])
        .args(options)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (own, tracer_id) = (std::process::id(), tracer.id());
    let (mut reader, mut writer) = (false, false);
    let output = BufReader::new(tracer.stdout.take().unwrap());
    for line in output.lines() {
        let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let pid = line["process"]["host_pid"].as_u64();
        reader |= pid == Some(u64::from(own));
        writer |= pid == Some(u64::from(tracer_id));
    }
    assert!(tracer.wait().unwrap().success());
    (reader, writer)
}

#[test]
fn the_tracer_and_who_reads_from_it_are_left_out_unless_asked_for() {
    if !root() {
        return;
    }
    // Something else must happen, or nothing would be there to be read.
    let mut other = std::process::Command::new("sh")
        .args(["-c", "while :; do cat /proc/self/stat; sleep 0.1; done"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    assert_eq!(told(&[]), (false, false));
    assert_eq!(told(&["--show-own"]), (true, true));
    other.kill().unwrap();
    other.wait().unwrap();
}
