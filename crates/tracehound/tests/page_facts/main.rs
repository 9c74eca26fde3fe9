//! What the pages say, held to the kernel that runs, to the kernel's headers and to the program.
//!
//! Symbols, types and headers need no root; where root is needed and missing, the reason is printed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod headers;
mod kernel;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program under test.
fn tracehound() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tracehound"))
}

/// The source folder, where commands of the pages are run.
fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Whether this is root; if not, says what is skipped.
fn root(what: &str) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let uids = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .unwrap();
    let root = uids.split_whitespace().nth(1) == Some("0");
    if !root {
        println!("skipped: {what} needs root");
    }
    root
}
