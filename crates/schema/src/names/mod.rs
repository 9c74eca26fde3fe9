//! Names for numbers, one table a subject.

pub mod bpf;
mod credential;
mod directory;
mod errno;
mod file;
mod futex;
pub mod io_uring;
pub mod ioctl;
mod ipc;
pub mod keys;
mod memory;
mod mount;
pub mod network;
pub mod perf;
pub mod poll;
mod prctl;
mod process;
pub mod ptrace;
mod schedule;
pub mod security;
mod siginfo;
mod signal;
pub mod socket;
mod system;
pub mod terminal;
mod time;
mod watch;

pub use credential::*;
pub use directory::*;
pub use errno::ERRNO;
pub use file::*;
pub use futex::*;
pub use ipc::*;
pub use memory::*;
pub use mount::*;
pub use prctl::*;
pub use process::*;
pub use schedule::*;
pub use siginfo::signal_code;
pub use signal::*;
pub use system::*;
pub use time::*;
pub use watch::*;

use crate::kind::Names;

/// Declares tables of names whose values are those of the kernel's headers, in the order they are to
/// be printed; names that the crate of constants lacks stand with their value behind `and`, and a
/// test compares those with the headers of the machine.
///
/// ```text
/// /// Access modes of open(2).
/// OPEN_ACCESS = "flags" from general [O_RDONLY, O_WRONLY, O_RDWR];
/// ```
macro_rules! names {
    ($($(#[$doc:meta])* $table:ident = $title:literal
        $(from $header:ident [$($name:ident),* $(,)?])*
        $(and [$($value:literal => $own:literal),* $(,)?])?;
    )*) => {
        $($(#[$doc])* pub static $table: crate::kind::Names = crate::kind::Names {
            title: $title,
            rows: &[
                $($((linux_raw_sys::$header::$name as i64, stringify!($name)),)*)*
                $($(($value, $own),)*)?
            ],
        };)*
    };
}
pub(crate) use names;

/// Event classes that a gap can stand for: which ring lost records.
pub static RING: Names = Names {
    title: "ring",
    rows: &[(0, "events"), (1, "life")],
};

/// By what the owner of a connection or socket is known.
pub static OWNED_BY: Names = Names {
    title: "owned_by",
    rows: &[
        (0, "UNKNOWN"),
        (1, "CONNECTED"),
        (2, "LISTENS"),
        (3, "ACCEPTED"),
        (4, "ACTED"),
        (5, "CREATED"),
    ],
};
