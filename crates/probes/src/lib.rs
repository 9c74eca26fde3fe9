//! How it is seen: BPF programs, the hook ladder, proof that hooks are live, rings and the account.
//!
//! This is the only crate with `unsafe`: memory maps shared with the kernel, and system calls that
//! no safe interface offers.

mod account;
mod beside;
mod calls;
mod cgroup;
mod check;
mod ends;
mod error;
mod exports;
mod helpers;
mod ladder;
mod launch;
mod library;
mod machine;
mod narrow;
mod object;
mod place;
mod preempt;
mod prove;
mod reader;
mod reason;
mod ring;
mod scope;
mod snapshot;
mod tracer;
mod trial;
mod trigger;
mod types;
mod users;

pub use account::{Account, Count};
pub use beside::{Beside, tells_uts};
pub use calls::CallOptions;
pub use error::Error;
pub use exports::{Follow, open_file};
pub use ladder::{Only, Outcome, Verdict};
pub use launch::{Held, Launch, User, send_signal};
pub use library::{Library, Report};
pub use machine::go_first;
pub use narrow::Judge;
pub use prove::make_calls;
pub use snapshot::Made;
pub use tracer::{Options, Tracer, boot_time};
