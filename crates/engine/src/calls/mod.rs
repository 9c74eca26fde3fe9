//! System calls: joined from their records, and decoded by the types of their rows.
//!
//! A [`Call`] is told of to a format through the trait [`Print`], by a walk over the type of each of
//! its arguments; [`Json`] and [`Human`] are the formats there are.

mod bpf;
mod call;
mod control;
mod files;
mod human;
mod join;
mod json;
mod layouts;
mod life;
mod lists;
mod members;
mod memory;
mod network;
mod plain;
mod print;
mod sets;
mod sockaddr;
mod walk;
mod words;

pub use call::{Call, Number, Phase};
pub use files::File;
pub use human::{Human, Style};
pub(crate) use join::Join;
pub use json::{Json, Notes};
pub use layouts::Prepared;
pub(crate) use life::Life;
pub use memory::{Memory, Side};
pub use print::{Print, Shape};
pub use sockaddr::Address;
pub use walk::{argument, returned, side};
pub(crate) use words::{mode, ticks};

pub use crate::text::Quoting;

#[cfg(test)]
mod tests;
