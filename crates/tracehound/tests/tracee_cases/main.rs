//! What Tracee's own tests of filters ask of policies (`tests/integration`, `Test_EventFilters`), asked
//! of ours over commands that are really traced.
//!
//! The cases are Tracee's, numbered in its order; the policies and what must be seen are written anew.
//! Cases share runs: each has policies of its own, and a line names those that chose it. Where a
//! command is lacking, as docker, a program of its name stands for it; where we mean to differ from
//! Tracee the case says so. They run on the best rungs, in the lab once on each kernel.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod case;
mod files;
mod flags;
mod host;
mod network;
mod rules;
mod scopes;
#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;
