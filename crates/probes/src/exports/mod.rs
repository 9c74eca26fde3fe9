//! Which functions and variables loaded libraries define: `symbols_loaded`, `symbols_collision`.
//!
//! They follow from records, but from files too, so they are made here and not where a recording is read.
//! Files are looked at in a thread of their own, since a large one, or one of a file system that answers
//! late, must not keep the rings waiting.

mod elf;
mod file;
mod loads;
mod look;
mod message;
mod process;
mod store;
mod watch;

pub use loads::{Loads, makes};
