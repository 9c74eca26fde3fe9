//! The whole table against the kernel's headers for programs: numbers of calls, values of names and
//! the layout of structures.
//!
//! The headers are those of the machine (linux-libc-dev), or those in the folder that
//! `$TRACEHOUND_HEADERS` names, as `cargo xtask headers` has it, which fetches the newest ones.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gcc;
mod index;
mod layouts;
mod names;
mod numbers;
mod walk;
