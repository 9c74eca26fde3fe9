//! Libraries: finding those that processes map, choosing where in them to stop, attaching.
//!
//! A uprobe belongs to a file (an inode), for all processes and containers that map it. So each
//! library file is probed once, whoever maps it first, and the scope is left to the program.
//!
//! * `symbols` reads an ELF file: is it a C library, and where are its functions?
//! * `site` chooses the instruction to stop at.
//! * `mapped` reads `/proc/PID/maps` and opens what a process has mapped.
//! * `cache` knows the host's libraries that nothing has mapped yet.
//! * `watch` hears of new executable mappings from the kernel.
//! * `identity` tells which inode really lies behind a file.
//! * `attach` puts a program on a library's functions.
//! * `libraries` brings them together.

mod attach;
mod cache;
mod identity;
mod libraries;
mod mapped;
mod site;
mod symbols;
mod watch;

pub use libraries::{Libraries, Library, Report};
pub use mapped::{list, map_file, processes};
