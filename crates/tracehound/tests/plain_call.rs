//! Live test of a system call as a plain event: what the registers held, and what was returned.
//!
//! The kernel lab sets `TRACEHOUND_BIN`, `TRACEHOUND_PROGRAMS` and `TRACEHOUND_RUNG`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use serde_json::Value;

/// The lines that `sigmask --truth` prints of its rt_sigprocmask calls, as `abi how ret`.
fn truth(stdout: &str) -> Vec<String> {
    let steps = stdout.lines().skip_while(|line| *line != "begin").skip(1);
    let calls = steps.filter(|line| line.split(' ').nth(1) == Some("rt_sigprocmask"));
    let columns = calls.map(|line| line.split(' ').collect::<Vec<_>>());
    columns
        .map(|words| format!("{} {} {}", words[0], words[2], words[7]))
        .collect()
}

/// A record in the same form; `how` is a number there.
fn told(event: &Value) -> String {
    let args = &event["args"];
    let names = ["SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK"];
    let how = names.iter().position(|name| args["how"] == *name);
    let how = how.map_or_else(|| args["how"].to_string(), |how| how.to_string());
    format!("{} {how} {}", event["abi"].as_str().unwrap(), event["ret"])
}

#[test]
fn the_plain_call_tells_registers_and_result() {
    let uid =
        std::fs::metadata("/proc/self").map(|meta| std::os::unix::fs::MetadataExt::uid(&meta));
    if uid.unwrap() != 0 {
        println!("skipped: tracing needs root");
        return;
    }
    let path = std::env::var("TRACEHOUND_BIN")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_tracehound").to_owned());
    let programs = std::env::var("TRACEHOUND_PROGRAMS").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/programs").to_owned()
    });
    let file = std::env::temp_dir().join(format!("tracehound-plain-{}.json", std::process::id()));
    let mut tracer = Command::new(path);
    tracer.args([
        "-e",
        "rt_sigprocmask",
        "-o",
        &format!("json:{}", file.display()),
    ]);
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        tracer.args(["--rung", &rung]);
    }
    let output = tracer
        .args(["--", &format!("{programs}/sigmask"), "--truth"])
        .output()
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).ok();
    let truth = truth(&String::from_utf8(output.stdout).unwrap());
    let events = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let seen: Vec<String> = events.map(|event| told(&event)).collect();
    assert!(truth.len() > 10, "{truth:?}");
    // The C library makes calls of its own before the first step.
    assert!(seen.ends_with(&truth), "seen {seen:#?}\ntruth {truth:#?}");
}
