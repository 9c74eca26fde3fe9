//! Policies: files that say whose events are wanted and which, in both of Tracee's forms.
//!
//! A file is read into a tree of bounded size ([`yaml`]), the tree into a [`Policy`] whose names,
//! fields and values are known to exist ([`read`]), and policies into the engine's filters. What is
//! wrong is told with its place in the file. The reader of YAML is a dependency of this crate alone.

#![forbid(unsafe_code)]

mod error;
mod explain;
mod file;
mod limits;
mod policy;
mod read;
mod yaml;

pub use error::Error;
pub use explain::explain;
pub use file::{load, parse};
pub use policy::{Actions, Policy, Rule, filters, named, selected};

#[cfg(test)]
mod tests;
