//! Live tests of system calls on raw records: what the kernel side copies, when, and that it is the
//! same on every rung. They need root.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_pointers;
mod decoded;
mod expect;
mod first;
mod formats;
mod ipc;
mod raw;
mod rungs;
mod socketcall;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;
mod vectors;
mod x32;
