//! System calls at random, with hostile arguments, against the log that their maker keeps: none lost,
//! none told twice, none with another number, result or argument.
//!
//! `TRACEHOUND_RANDOM_SECONDS` makes it longer than ten seconds, `TRACEHOUND_RANDOM_SEED` repeats what
//! a seed gave, as far as threads let themselves be repeated.

#![cfg(target_arch = "x86_64")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use support::{program, root, row, tracehound};

use compare::Comparison;

mod compare;
mod log;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;
mod values;

fn setting(name: &str, otherwise: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| value.parse().expect(name))
}

/// Traces the program; gives the tracer's account.
fn trace(seconds: u64, seed: u64, lines: &Path, calls: &Path) -> String {
    let mut tracer = tracehound();
    tracer.args(["-e", "tag=syscalls", "--stats", "--ring-size", "64M"]);
    // The log has the addresses of environments, hidden or not.
    tracer.args(["--env", "*", "--redact", "none"]);
    tracer.args(["-o", &format!("json:{}", lines.display())]);
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        tracer.args(["--rung", &rung]);
    }
    tracer.args(["--", &program("random_calls")]);
    tracer.args([&seconds.to_string(), &seed.to_string()]);
    let output = tracer.arg(calls).output().unwrap();
    let stats = String::from_utf8_lossy(&output.stderr).into_owned();
    print!("{}", String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{:?}: {stats}", output.status);
    assert!(!stats.contains("panicked"), "{stats}");
    assert!(!stats.contains("DOES NOT BALANCE"), "{stats}");
    stats
}

/// A file that is removed at the end; large ones are left only where the test fails.
struct Temporary(PathBuf);

impl Temporary {
    fn new(ending: &str) -> Temporary {
        let name = format!("tracehound-random-{}.{ending}", std::process::id());
        Temporary(std::env::temp_dir().join(name))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            std::fs::remove_file(&self.0).ok();
        }
    }
}

fn parse(line: &str) -> Value {
    assert!(
        !line.chars().any(char::is_control),
        "a control character in {line:?}"
    );
    serde_json::from_str(line).expect(line)
}

#[test]
fn records_agree_with_what_the_caller_logged() {
    if !root() {
        return;
    }
    let seconds = setting("TRACEHOUND_RANDOM_SECONDS", 10);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = setting("TRACEHOUND_RANDOM_SEED", now.as_secs());
    println!("seed {seed}");
    let (lines, calls) = (Temporary::new("json"), Temporary::new("calls"));
    let stats = trace(seconds, seed, &lines.0, &calls.0);

    let account = row(&stats, "total");
    assert_eq!(account[3..], [0, 0], "records were lost: {stats}");
    let mut comparison = Comparison::new(log::read(&calls.0));
    for line in BufReader::new(File::open(&lines.0).unwrap()).lines() {
        let line = line.unwrap();
        comparison.record(&parse(&line));
    }
    let counts: BTreeMap<&str, u64> = comparison.finish();
    println!("{counts:?}");
    assert!(counts["records"] > seconds * 200, "{counts:?}");
    assert!(counts["arguments"] > counts["records"], "{counts:?}");
}
