//! Live test: a command's children are followed when more of them start than there are CPUs.
//!
//! The kernel lab sets `TRACEHOUND_BIN` and `TRACEHOUND_RUNG`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use support::{root, row, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// Four shells that start fifty programs each.
const SCRIPT: &str = "f() { i=0; while [ $i -lt 50 ]; do cat /dev/null; i=$((i+1)); done; }; \
                      f & f & f & f & wait";
/// The programs and the first shell.
const EXECS: u64 = 201;

#[test]
fn every_child_is_followed_though_the_kernel_skips_a_fork() {
    if !root() {
        return;
    }
    let mut tracer = tracehound();
    tracer.args(["--stats", "-e", "sched_process_exec", "-o", "none"]);
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        tracer.args(["--rung", &rung]);
    }
    let output = tracer.args(["--", "sh", "-c", SCRIPT]).output().unwrap();
    let stats = String::from_utf8(output.stderr).unwrap();
    let row = row(&stats, "sched_process_exec");
    let (delivered, missed) = (row[1], row[4]);
    // A kernel that preempts programs skips some and counts them, those of others as well.
    assert!(delivered <= EXECS && delivered + missed >= EXECS, "{stats}");
}
