//! The process tree: who runs, who created whom and what is known of each, from records of processes'
//! lives and from snapshots of those that were there.
//!
//! A process is its id and the time at which it started, so one that gets a used id is another. Those that
//! have ended stay as long as what they created does, and beyond that as far as there is room.

mod identity;
mod learn;
mod process;
mod source;
mod texts;
mod tree;

pub use self::identity::{Identity, TICK};
pub use self::learn::Processes;
#[cfg(test)]
use self::process::End;
pub use self::process::{Process, Seen, Session, name_of};

#[cfg(test)]
mod tests;
