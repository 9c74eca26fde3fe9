//! What engines call containers: a daemon of our own that speaks Docker's interface, and the real podman
//! and containerd where they are installed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked;
mod real;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;

use serde_json::Value;

/// Files in a folder of the test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tracehound-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
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
