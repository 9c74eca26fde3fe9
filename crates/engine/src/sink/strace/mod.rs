//! `-o strace`: the lines that strace would write.
//!
//! strace writes a line in two halves: the arguments that are known when a call begins, then the rest
//! and the result. If anything else has to be written in between, the first half ends with
//! `<unfinished ...>` and the second half begins with `<... NAME resumed>`. The same is done here, with
//! the records of beginnings and ends.

mod arguments;
mod call;
pub mod files;
mod hand;
mod lead;
mod life;
mod options;
mod separate;
mod signal;
mod special;
mod state;
mod summary;

pub use options::{
    ALL_STATUSES, Calls, Message, Only, Options, Others, Precision, Prefix, Stamp, Status,
};
pub use separate::{Open, Separate};
pub use state::Strace;
pub use summary::{Column, Table};
