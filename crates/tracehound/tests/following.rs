//! Live test: a command's children are followed when more of them start than there are CPUs.
//!
//! The kernel lab sets `TRACEHOUND_BIN` and `TRACEHOUND_RUNG`.

use std::process::Command;

/// Four shells that start fifty programs each.
const SCRIPT: &str = "f() { i=0; while [ $i -lt 50 ]; do cat /dev/null; i=$((i+1)); done; }; \
                      f & f & f & f & wait";
/// The programs and the first shell.
const EXECS: u64 = 201;

#[test]
fn every_child_is_followed_though_the_kernel_skips_a_fork() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let uids = status
        .lines()
        .find(|line| line.starts_with("Uid:"))
        .unwrap();
    if uids.split_whitespace().nth(2) != Some("0") {
        println!("skipped: tracing needs root");
        return;
    }
    let path = std::env::var("TRACEHOUND_BIN")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_tracehound").to_owned());
    let mut tracer = Command::new(path);
    tracer.args(["--stats", "-e", "sched_process_exec", "-o", "none"]);
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        tracer.args(["--rung", &rung]);
    }
    let output = tracer.args(["--", "sh", "-c", SCRIPT]).output().unwrap();
    let stats = String::from_utf8(output.stderr).unwrap();
    let row = stats
        .lines()
        .find(|line| line.starts_with("sched_process_exec"))
        .expect(&stats);
    let row: Vec<u64> = row
        .split_whitespace()
        .skip(1)
        .take(5)
        .map(|word| word.parse().unwrap())
        .collect();
    let (delivered, missed) = (row[1], row[4]);
    // A kernel that preempts programs skips some and counts them, those of others as well.
    assert!(delivered <= EXECS && delivered + missed >= EXECS, "{stats}");
}
