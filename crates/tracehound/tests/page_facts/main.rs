//! What the pages say, held to the kernel that runs, to the kernel's headers and to the program.
//!
//! Symbols, types and headers need no root; where root is needed and missing, the reason is printed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod headers;
mod kernel;

use support::{source, tracehound};

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// Whether this is root; if not, says what is skipped.
fn root(what: &str) -> bool {
    let root = support::root();
    if !root {
        println!("skipped: {what}");
    }
    root
}
