//! What addresses in stacks stand for: functions of programs and libraries, of code that was made at run time,
//! and of the kernel.
//!
//! Records of stacks go through a [`Stage`] before they are shown. It asks a thread of its own for what it has
//! not met before, and holds them until that has answered, but not for ever. What was found out stands before
//! the stacks as records of its own (`address_symbolized`), so a recording has it too.

#![forbid(unsafe_code)]

mod answer;
mod file;
mod files;
mod kernel;
mod perf_map;
mod query;
mod seen;
mod stage;
mod work;

pub use query::Code;
pub use stage::{Batch, Stage};

/// Opens the file that a process has by a path, if it is still the one that the kernel told of; the error is a
/// reason to show.
pub type Open = fn(process: u32, code: &Code) -> Result<std::fs::File, String>;
