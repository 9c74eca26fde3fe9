//! What it means: records in, text out, on any machine and without root.

#![forbid(unsafe_code)]

pub mod calls;
mod clock;
mod engine;
mod integrity;
mod programs;
pub mod recording;
pub mod sink;
mod text;
mod value;

pub use clock::Clock;
pub use engine::{Engine, Selection};
pub use integrity::Mismatch;
pub use sink::{Format, Sink};
