//! Live tests of system calls on raw records: what the kernel side copies, when, and that it is the
//! same on every rung. They need root.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_pointers;
mod decoded;
mod first;
mod raw;
mod rungs;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;
