//! What it means: records in, text out, on any machine and without root.

#![forbid(unsafe_code)]

pub mod calls;
mod cgroups;
mod clock;
mod derive;
mod engine;
pub mod filter;
mod integrity;
mod output;
mod pieces;
mod plan;
mod processes;
mod programs;
pub mod recording;
pub mod sink;
mod text;
mod value;
mod world;

pub use clock::Clock;
pub use engine::{Change, Engine};
pub use integrity::Mismatch;
pub use plan::Selection;
pub use processes::Running;
pub use sink::{Format, Sink, strace};
