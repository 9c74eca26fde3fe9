//! Live tests of hook events, a file per family. They need root.
//!
//! A test's name starts with its event's: the lab runs it on every rung of the event, by
//! `TRACEHOUND_RUNG`. Without that it runs on the best rung here, or says that there is none.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod checks;
mod connections;
mod containers;
mod datagrams;
mod exec;
mod files;
mod integrity;
mod io_uring;
mod libraries;
mod locks;
mod masks;
mod memory;
mod messages;
mod mounts;
mod objects;
mod odd;
mod packages;
mod paths;
mod prctl;
mod processes;
mod signal;
mod snapshot;
mod sockets;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;
mod tasks;
mod transfers;

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::Value;
use support::{Run, root, tracehound};
use tracehound_schema::{Event, all};

/// Traces one event of a shell command; `None` where this kernel has no rung for it, which is said.
fn events_of(event: &str, script: &str) -> Option<Vec<Value>> {
    let run = run_of(event, &["sh", "-c", script])?;
    Some(support::named(&run, event).into_iter().cloned().collect())
}

/// Programs that bind an address of a fixed name, which only one at a time can have.
const NAMES: [&str; 3] = ["programs/connect", "programs/messages", "programs/sockets"];
static TURN: Mutex<()> = Mutex::new(());

/// Traces one event of a command.
fn run_of(event: &str, command: &[&str]) -> Option<Run> {
    if !root() || !is_available(event) {
        return None;
    }
    let _alone = NAMES.iter().any(|name| command[0].contains(name)).then(|| {
        let turn = TURN.lock();
        turn.unwrap_or_else(PoisonError::into_inner)
    });
    let run = support::trace(&["-e", event, "--env", "*"], command);
    assert!(!run.stats.contains("cannot trace"), "{}", run.stats);
    Some(run)
}

/// The rungs that work here, best first, of every event that tests ask for: trying them all at once takes
/// no longer than a few of them one by one.
fn rungs_here() -> &'static HashMap<String, Vec<String>> {
    static HERE: OnceLock<HashMap<String, Vec<String>>> = OnceLock::new();
    HERE.get_or_init(|| {
        let hooked = |event: &&'static Event| !event.ladder.is_empty() && event.call.is_none();
        let names: Vec<&str> = all().filter(hooked).map(|event| event.name).collect();
        let mut doctor = tracehound();
        doctor.args(["doctor", "--all-rungs", &names.join(",")]);
        let text = String::from_utf8(doctor.output().unwrap().stdout).unwrap();
        let mut here: HashMap<String, Vec<String>> = HashMap::new();
        for (event, rung) in text.lines().filter_map(|line| line.split_once(' ')) {
            here.entry(event.to_owned())
                .or_default()
                .push(rung.to_owned());
        }
        assert!(!here.is_empty(), "this kernel has hooks");
        here
    })
}

/// Whether the event has a rung here. In the lab it must have: only rungs that work are asked for.
fn is_available(event: &str) -> bool {
    let works = std::env::var_os("TRACEHOUND_RUNG").is_some() || rungs_here().contains_key(event);
    if !works {
        println!("skipped: this kernel has no rung of {event}");
    }
    works
}

/// The rung that the test runs on: the lab's choice, or the best here.
fn rung_of(event: &str) -> String {
    std::env::var("TRACEHOUND_RUNG").unwrap_or_else(|_| {
        let rungs = rungs_here().get(event);
        rungs
            .and_then(|rungs| rungs.first())
            .cloned()
            .unwrap_or_default()
    })
}

/// Whether the test runs at the end of calls, where less is seen.
fn at_call_end(event: &str) -> bool {
    rung_of(event).ends_with("/sys_exit")
}

/// A folder of the test's own, under a name that nothing else has.
fn folder(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("tracehound-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path.canonicalize().unwrap()
}

/// Seconds since 1970 of a time as JSON has it; the `date` of a guest cannot read it.
fn seconds(time: &Value) -> f64 {
    let text = time.as_str().unwrap().trim_end_matches('Z');
    let numbers: Vec<f64> = text
        .split(['-', 'T', ':'])
        .map(|part| part.parse().unwrap())
        .collect();
    let [year, month, day, hour, minute, second] = numbers[..] else {
        panic!("{time}");
    };
    // Years that begin in March have their leap day at their end.
    let (year, month) = if month > 2.0 {
        (year, month - 3.0)
    } else {
        (year - 1.0, month + 9.0)
    };
    let leap_days = (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor();
    let before = (153.0 * month + 2.0) / 5.0;
    let days = year * 365.0 + leap_days + before.floor() + day - 719_469.0;
    ((days * 24.0 + hour) * 60.0 + minute) * 60.0 + second
}

#[test]
fn times_are_read_across_leap_days() {
    let read = |text: &str| seconds(&Value::from(text));
    assert_eq!(read("1970-01-01T00:00:00Z"), 0.0);
    assert_eq!(read("2026-11-27T01:58:16.5Z"), 1_795_744_696.5);
    assert_eq!(
        read("2024-03-01T00:00:00Z") - read("2024-02-28T00:00:00Z"),
        172_800.0
    );
}
