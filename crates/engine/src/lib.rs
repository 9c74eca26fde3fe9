//! What it means: records in, text out, on any machine and without root.

#![forbid(unsafe_code)]

pub mod calls;
mod cgroups;
mod clock;
mod derive;
mod engine;
mod extra;
mod files;
pub mod filter;
mod hosts;
mod inherited;
mod integrity;
mod listing;
mod output;
mod pieces;
mod plan;
mod processes;
mod programs;
pub mod recording;
pub mod redact;
pub mod sink;
mod stacks;
mod text;
mod users;
mod value;
mod world;

pub use clock::Clock;
pub use derive::Container;
pub use engine::{Change, Engine};
pub use extra::{Extra, Extras};
pub use integrity::Mismatch;
pub use listing::Listing;
pub use plan::Selection;
pub use sink::{Format, Sink, strace};
