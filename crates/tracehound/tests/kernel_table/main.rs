//! The table of system calls against the running kernel: its functions, its trace events' formats and
//! its types. The kernel lab runs this on each kernel.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod formats;
mod functions;
mod types;

use std::fs;

use tracehound_schema::syscalls::Syscall;

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// The kernel's version as two numbers.
fn version() -> (u32, u32) {
    parsed(&fs::read_to_string("/proc/sys/kernel/osrelease").unwrap())
}

fn parsed(text: &str) -> (u32, u32) {
    let mut numbers = text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|number| number.parse().ok());
    (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    )
}

/// Whether the kernel is older than the call.
fn newer_than_this_kernel(call: &Syscall) -> bool {
    !call.since.is_empty() && parsed(call.since) > version()
}

/// The kernel's function behind the last `sys_` of a symbol.
fn own<'a>(own: &'a str, name: &'a str) -> &'a str {
    if own.is_empty() { name } else { own }
}

#[test]
fn versions_compare_by_their_numbers() {
    assert!(parsed("5.9") < parsed("5.10.0-3-cloud"));
    assert_eq!(parsed("6.18.44-x"), (6, 18));
}
