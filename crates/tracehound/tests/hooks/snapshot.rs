//! What was there before tracing.

mod bpf;
mod machine;
mod processes;

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::is_available;
use crate::support::{root, tracehound};

/// What the tracer tells of the whole machine when it has just begun; `None` where it cannot.
fn snapshot_of(events: &[&str]) -> Option<Vec<Value>> {
    if !root()
        || !events
            .iter()
            .all(|event| !has_rungs(event) || is_available(event))
    {
        return None;
    }
    let mut command = tracehound();
    for event in events {
        command.args(["-e", event]);
    }
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        command.args(["--rung", &rung]);
    }
    command.args(["--stats", "--duration", "300ms", "-o", "json"]);
    Some(read(&mut command))
}

fn has_rungs(event: &str) -> bool {
    let event = tracehound_schema::by_name(event).unwrap();
    !event.ladder.is_empty()
}

/// The events that a run gives; its account balances, and it loses nothing.
fn read(command: &mut Command) -> Vec<Value> {
    let output = command.output().unwrap();
    let stats = String::from_utf8(output.stderr).unwrap();
    assert!(stats.contains("balances"), "{stats}");
    assert!(!stats.contains("DOES NOT"), "{stats}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// The events of a name.
fn named<'e>(events: &'e [Value], name: &str) -> Vec<&'e Value> {
    let found = events.iter().filter(|event| event["event"] == name);
    found.collect()
}

/// A process that ends with the test.
struct Sleeper(Child);

impl Sleeper {
    fn new(command: &mut Command) -> Sleeper {
        Sleeper(command.stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
