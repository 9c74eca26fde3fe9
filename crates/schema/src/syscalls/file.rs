//! Files, directories and file systems.

use crate::names;
use crate::types::Len::{Arg, Ret};
use crate::types::Type::{
    By, Bytes, DirFd, Enum, Fd, Flags, In, Long, Mode, Out, Parts, Path, Size, Ulong,
};
use crate::types::{Part, choices};

/// Access mode and flags of open(2).
static OPEN: [Part; 2] = [
    Part {
        mask: 3,
        kind: Enum(&names::OPEN_ACCESS),
    },
    Part {
        mask: !3,
        kind: Flags(&names::OPEN_FLAGS),
    },
];

choices! {
    /// The argument of fcntl(2).
    FCNTL_ARGUMENT = by "cmd" {
        [linux_raw_sys::general::F_SETFD] => Flags(&names::FD_FLAGS),
        [linux_raw_sys::general::F_SETFL] => Parts(&OPEN),
    } else Ulong;

    /// What fcntl(2) returns.
    FCNTL_RESULT = by "cmd" {
        [linux_raw_sys::general::F_DUPFD] => Fd,
        [linux_raw_sys::general::F_GETFD] => Flags(&names::FD_FLAGS),
        [linux_raw_sys::general::F_GETFL] => Parts(&OPEN),
    } else Long;
}

calls! {
    /// Reads from a file descriptor.
    read x86_64 0, i386 3, aarch64 63;
        (fd: Fd, buf: Out(&Bytes(Ret)), count: Size) -> Long,
        in ["fs", "fs_read_write"]
        with { entry: true }

    /// Writes to a file descriptor.
    write x86_64 1, i386 4, aarch64 64;
        (fd: Fd, buf: In(&Bytes(Arg("count"))), count: Size) -> Long,
        in ["fs", "fs_read_write"]
        with { entry: true }

    /// Closes a file descriptor.
    close x86_64 3, i386 6, aarch64 57;
        (fd: Fd) -> Long,
        in ["fs", "fs_file_ops"]
        with { entry: true }

    /// Opens a file, which is created if need be, relative to a directory.
    openat x86_64 257, i386 295, aarch64 56;
        (dirfd: DirFd, pathname: In(&Path), flags: Parts(&OPEN), mode: Mode) -> Fd,
        in ["fs", "fs_file_ops"]
        with { compat: true, man: "open(2)" }

    /// Does one of several things to a file descriptor.
    fcntl x86_64 72, i386 55, aarch64 25;
        (fd: Fd, cmd: Enum(&names::FCNTL_COMMAND), arg: By(&FCNTL_ARGUMENT)) -> By(&FCNTL_RESULT),
        in ["fs", "fs_fd_ops"]
        with { compat: true }
}
