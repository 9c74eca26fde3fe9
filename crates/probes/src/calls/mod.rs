//! System calls: one group of programs for all that are selected, told by tables what to do.

mod attach;
mod fill;
mod group;
pub mod lacking;
mod table;
mod trampoline;

pub use group::Group;
pub use table::CallOptions;
