//! What engines and Kubernetes call containers: a daemon of our own that speaks Docker's interface, an API server of
//! our own, and the real podman and containerd where they are installed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../../../kubernetes/tests/apiserver/mod.rs"]
mod apiserver;
mod asked;
mod pods;
mod real;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use support::Folder;

/// Held by one test after the other: the tracer of one would tell of another's containers.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The events of a file of lines.
fn events(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The event of a name that a predicate fits.
fn one<'e>(events: &'e [Value], name: &str, fits: impl Fn(&Value) -> bool) -> &'e Value {
    let mut of = events.iter().filter(|event| event["event"] == name);
    let found = of.find(|event| fits(event));
    found.unwrap_or_else(|| panic!("no such {name} in {events:#?}"))
}
