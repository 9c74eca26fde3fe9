//! Names that attack terminals and parsers, in every place where a process can put one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;

use support::{named, program, root, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

#[test]
fn hostile_names_reach_neither_terminal_nor_parser() {
    if !root() {
        return;
    }
    let run = trace(&["-e", "sigprocmask"], &[&program("hostile")]);
    let comms: Vec<_> = named(&run, "sigprocmask")
        .iter()
        .map(|e| e["process"]["comm"].clone())
        .collect();
    assert!(comms.contains(&Value::from("a\nb\r\"c\\d")), "{comms:?}");
    let mut table = tracehound();
    let output = table
        .args(["-e", "sigprocmask", "--", &program("hostile")])
        .output()
        .unwrap();
    let bad = output
        .stderr
        .iter()
        .find(|byte| **byte < 0x20 && **byte != b'\n' || **byte == 0x7f);
    assert_eq!(
        bad,
        None,
        "{}",
        String::from_utf8_lossy(&output.stderr).escape_debug()
    );
}
