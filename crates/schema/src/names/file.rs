//! Names of file and file system calls.

use super::names;

names! {
    /// Access modes of open(2), the lowest two bits of its flags.
    OPEN_ACCESS = "flags" from general [O_RDONLY, O_WRONLY, O_RDWR];

    /// Flags of open(2) besides the access mode.
    OPEN_FLAGS = "flags" from general [
        O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_APPEND, O_NONBLOCK, O_SYNC, O_DSYNC, FASYNC, O_DIRECT,
        O_LARGEFILE, O_DIRECTORY, O_NOFOLLOW, O_NOATIME, O_CLOEXEC, O_PATH, O_TMPFILE,
    ];

    /// Commands of fcntl(2).
    FCNTL_COMMAND = "cmd" from general [F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL];

    /// Flags of a file descriptor.
    FD_FLAGS = "flags" from general [FD_CLOEXEC];
}
