//! Opening, reading, writing and controlling files.

use super::Proof;
use crate::names;
use crate::types::Len::{Arg, Const, Ret};
use crate::types::Type::{
    By, Bytes, DirFd, Enum, Fd, Flags, Hex, High, I16, In, InOut, Inline, IoVec, Loff, Long, Low,
    Octal, Out, Parts, Path, Pid, Signal, Size, Split, Struct, Text, U16, U32, U64, Uid, Ulong,
    Unused, Wide,
};
use crate::types::Width::{W16, W64};
use crate::types::{Part, Type, choices, structs};

/// Permission bits alone, as `umode_t` arguments give them.
pub(super) const PERMISSIONS: Type = Octal(&U16);

/// Bytes in all of vectors whose lengths alone say how many.
const ANY: crate::types::Len = Const(u32::MAX);

/// Access mode and flags of open(2).
pub(super) static OPEN: [Part; 2] = [
    Part {
        mask: 3,
        kind: Enum(&names::OPEN_ACCESS),
    },
    Part {
        mask: !3,
        kind: Flags(&names::OPEN_FLAGS),
    },
];

/// Access mode and flags of openat2(2).
static OPENAT2: [Part; 2] = [
    Part {
        mask: 3,
        kind: Enum(&names::OPEN_ACCESS),
    },
    Part {
        mask: !3,
        kind: Flags(&names::OPENAT2_FLAGS),
    },
];

/// Flags of memfd_create(2) and the size of its pages.
static MEMFD: [Part; 2] = [
    Part {
        mask: 0x03ff_ffff,
        kind: Flags(&names::MEMFD),
    },
    Part {
        mask: 0xfc00_0000,
        kind: Enum(&names::MEMFD_HUGE),
    },
];

structs! {
    /// How openat2(2) is to open.
    OPEN_HOW = "struct open_how" {
        flags: Wide(W64, &Parts(&OPENAT2)),
        mode: By(&OPEN_HOW_MODE),
        resolve: Wide(W64, &Flags(&names::RESOLVE)),
    } with { size: Some(Arg("size")) }

    /// A record lock, in the words of the caller.
    FLOCK = "struct flock" {
        l_type: Wide(W16, &Enum(&names::LOCK_TYPE)),
        l_whence: Wide(W16, &Enum(&names::WHENCE)),
        l_start: Long,
        l_len: Long,
        l_pid: Pid,
    }

    /// A record lock that is set: who has it is not asked.
    FLOCK_SET = "struct flock" {
        l_type: Wide(W16, &Enum(&names::LOCK_TYPE)),
        l_whence: Wide(W16, &Enum(&names::WHENCE)),
        l_start: Long,
        l_len: Long,
        __pad: Pid,
    }

    /// A record lock with 64-bit offsets for every caller.
    FLOCK64 = "struct flock64" {
        l_type: Wide(W16, &Enum(&names::LOCK_TYPE)),
        l_whence: Wide(W16, &Enum(&names::WHENCE)),
        l_start: Loff,
        l_len: Loff,
        l_pid: Pid,
    }

    /// A record lock with 64-bit offsets that is set.
    FLOCK64_SET = "struct flock64" {
        l_type: Wide(W16, &Enum(&names::LOCK_TYPE)),
        l_whence: Wide(W16, &Enum(&names::WHENCE)),
        l_start: Loff,
        l_len: Loff,
        __pad: Pid,
    }

    /// Who gets the signals of a descriptor.
    OWNER = "struct f_owner_ex" { r#type: Enum(&names::OWNER_TYPE), pid: Pid }

    /// A delegation, a lease that also directories can have.
    DELEGATION = "struct delegation" {
        d_flags: Hex(&U32),
        d_type: Wide(W16, &Enum(&names::LOCK_TYPE)),
        __pad: I16,
    }

    /// A part of a file.
    CACHESTAT_RANGE = "struct cachestat_range" { off: U64, len: U64 }

    /// What of it is in memory, in pages.
    CACHESTAT = "struct cachestat" {
        nr_cache: U64,
        nr_dirty: U64,
        nr_writeback: U64,
        nr_evicted: U64,
        nr_recently_evicted: U64,
    }
}

choices! {
    /// Permissions count where the call may create a file: `O_CREAT|__O_TMPFILE`.
    OPEN_MODE = by "flags" & 0x0040_0040 { [0] => Unused } else PERMISSIONS;

    /// The same in `struct open_how`.
    OPEN_HOW_MODE = by "flags" & 0x0040_0040 { [0] => Unused } else Octal(&U64);

    /// The argument of fcntl(2). `F_GETLK64` and the like are for callers of 32 bits alone; others get
    /// an error.
    FCNTL_ARGUMENT = by "cmd" {
        [F_DUPFD, F_DUPFD_CLOEXEC, F_SETPIPE_SZ] => Long,
        [F_DUPFD_QUERY] => Fd,
        [F_GETFD, F_GETFL, F_GETOWN, F_GETSIG, F_GETLEASE, F_GETPIPE_SZ, F_GET_SEALS,
            F_CREATED_QUERY] => Unused,
        [F_SETFD] => Flags(&names::FD_FLAGS),
        [F_SETFL] => Parts(&OPEN),
        [F_SETOWN] => Pid,
        [F_SETSIG] => Signal,
        [F_SETLEASE] => Enum(&names::LOCK_TYPE),
        [F_NOTIFY] => Flags(&names::NOTIFY),
        [F_ADD_SEALS] => Flags(&names::SEALS),
        [F_GETLK] => InOut(&Struct(&FLOCK)),
        [F_SETLK, F_SETLKW] => In(&Struct(&FLOCK_SET)),
        [F_GETLK64, F_OFD_GETLK] => InOut(&Struct(&FLOCK64)),
        [F_SETLK64, F_SETLKW64, F_OFD_SETLK, F_OFD_SETLKW] => In(&Struct(&FLOCK64_SET)),
        [F_SETOWN_EX] => In(&Struct(&OWNER)),
        [F_GETOWN_EX] => Out(&Struct(&OWNER)),
        [F_GETOWNER_UIDS] => Out(&Inline(&Uid, 2)),
        [F_SET_RW_HINT, F_SET_FILE_RW_HINT] => In(&Wide(W64, &Enum(&names::WRITE_HINT))),
        [F_GET_RW_HINT, F_GET_FILE_RW_HINT] => Out(&Wide(W64, &Enum(&names::WRITE_HINT))),
        [F_SETDELEG] => In(&Struct(&DELEGATION)),
        [F_GETDELEG] => InOut(&Struct(&DELEGATION)),
    } else Hex(&Ulong);

    /// What fcntl(2) returns.
    FCNTL_RESULT = by "cmd" {
        [F_DUPFD, F_DUPFD_CLOEXEC] => Fd,
        [F_GETFD] => Flags(&names::FD_FLAGS),
        [F_GETFL] => Parts(&OPEN),
        [F_GETOWN] => Pid,
        [F_GETSIG] => Signal,
        [F_GETLEASE] => Enum(&names::LOCK_TYPE),
        [F_GET_SEALS] => Flags(&names::SEALS),
    } else Long;
}

use linux_raw_sys::general::{
    F_ADD_SEALS, F_CREATED_QUERY, F_DUPFD, F_DUPFD_CLOEXEC, F_DUPFD_QUERY, F_GET_FILE_RW_HINT,
    F_GET_RW_HINT, F_GET_SEALS, F_GETFD, F_GETFL, F_GETLEASE, F_GETLK, F_GETOWN, F_GETOWN_EX,
    F_GETOWNER_UIDS, F_GETPIPE_SZ, F_GETSIG, F_NOTIFY, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW,
    F_SET_FILE_RW_HINT, F_SET_RW_HINT, F_SETFD, F_SETFL, F_SETLEASE, F_SETLK, F_SETLKW, F_SETOWN,
    F_SETOWN_EX, F_SETPIPE_SZ, F_SETSIG,
};

// The crate of constants has no 32-bit headers here, and is too old for the last two.
const F_GETLK64: u32 = 12;
const F_SETLK64: u32 = 13;
const F_SETLKW64: u32 = 14;
const F_GETDELEG: u32 = 1039;
const F_SETDELEG: u32 = 1040;

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

    /// Opens a file, which is created if need be.
    open x86_64 2, i386 5;
        (pathname: In(&Path), flags: Parts(&OPEN), mode: By(&OPEN_MODE)) -> Fd,
        in ["fs", "fs_file_ops"]
        with { compat: true, entry: true }

    /// Opens a file, which is created if need be, relative to a directory.
    openat x86_64 257, i386 295, aarch64 56;
        (dirfd: DirFd, pathname: In(&Path), flags: Parts(&OPEN), mode: By(&OPEN_MODE)) -> Fd,
        in ["fs", "fs_file_ops"]
        with { compat: true, entry: true, man: "open(2)" }

    /// Opens a file relative to a directory, in a way that a structure says.
    openat2 x86_64 437, i386 437, aarch64 437;
        (dirfd: DirFd, pathname: In(&Path), how: In(&Struct(&OPEN_HOW)), size: Size) -> Fd,
        in ["fs", "fs_file_ops"]
        with { entry: true, since: "5.6" }

    /// Creates a file, or empties one, and opens it for writing.
    creat x86_64 85, i386 8;
        (pathname: In(&Path), mode: PERMISSIONS) -> Fd,
        in ["default", "fs", "fs_file_ops"]
        with { entry: true, man: "open(2)" }

    /// Closes a file descriptor.
    close x86_64 3, i386 6, aarch64 57;
        (fd: Fd) -> Long,
        in ["fs", "fs_file_ops"]
        with { entry: true }

    /// Closes all file descriptors of a range, or has them closed on execve(2).
    close_range x86_64 436, i386 436, aarch64 436;
        (first: U32, last: U32, flags: Flags(&names::CLOSE_RANGE)) -> Long,
        in ["fs", "fs_file_ops"]
        with { entry: true, since: "5.9" }

    /// Moves the offset of an open file.
    lseek x86_64 8, i386 19, aarch64 62;
        (fd: Fd, offset: Long, whence: Enum(&names::WHENCE)) -> Long,
        in ["fs", "fs_read_write"]
        with { compat: true }

    /// Moves the offset of an open file, in 64 bits.
    llseek i386 140;
        (fd: Fd, offset_high: High, offset_low: Low, result: Out(&Loff), whence: Enum(&names::WHENCE)) -> Long,
        in []
        with { name32: "_llseek" }

    /// Reads from a file descriptor at an offset.
    pread64 x86_64 17, i386 180, aarch64 67;
        (fd: Fd, buf: Out(&Bytes(Ret)), count: Size, offset: Loff) -> Long,
        in ["fs", "fs_read_write"]
        with { entry: true, function32: "ia32_pread64", man: "pread(2)" }

    /// Writes to a file descriptor at an offset.
    pwrite64 x86_64 18, i386 181, aarch64 68;
        (fd: Fd, buf: In(&Bytes(Arg("count"))), count: Size, offset: Loff) -> Long,
        in ["fs", "fs_read_write"]
        with { entry: true, function32: "ia32_pwrite64", man: "pread(2)" }

    /// Reads from a file descriptor into several buffers.
    readv x86_64 19, x32 515, i386 145, aarch64 65;
        (fd: Fd, iov: Out(&IoVec(Arg("iovcnt"), Ret)), iovcnt: Ulong) -> Long,
        in ["fs", "fs_read_write"]
        with { entry: true }

    /// Writes several buffers to a file descriptor.
    writev x86_64 20, x32 516, i386 146, aarch64 66;
        (fd: Fd, iov: In(&IoVec(Arg("iovcnt"), ANY)), iovcnt: Ulong) -> Long,
        in ["fs", "fs_read_write"]
        with { entry: true, man: "readv(2)" }

    /// Reads from a file descriptor at an offset into several buffers.
    preadv x86_64 295, x32 534, i386 333, aarch64 69;
        (fd: Fd, iov: Out(&IoVec(Arg("iovcnt"), Ret)), iovcnt: Ulong, pos_l: Low, pos_h: High) -> Long,
        in ["fs", "fs_read_write"]
        x32 (fd: Fd, iov: Out(&IoVec(Arg("iovcnt"), Ret)), iovcnt: Ulong, pos_l: Loff)
        with { entry: true, compat: true, man: "readv(2)", function_x32: "preadv64" }

    /// Writes several buffers to a file descriptor at an offset.
    pwritev x86_64 296, x32 535, i386 334, aarch64 70;
        (fd: Fd, iov: In(&IoVec(Arg("iovcnt"), ANY)), iovcnt: Ulong, pos_l: Low, pos_h: High) -> Long,
        in ["fs", "fs_read_write"]
        x32 (fd: Fd, iov: In(&IoVec(Arg("iovcnt"), ANY)), iovcnt: Ulong, pos_l: Loff)
        with { entry: true, compat: true, man: "readv(2)", function_x32: "pwritev64" }

    /// Reads from a file descriptor at an offset into several buffers, in a way that flags say.
    preadv2 x86_64 327, x32 546, i386 378, aarch64 286;
        (fd: Fd, iov: Out(&IoVec(Arg("iovcnt"), Ret)), iovcnt: Ulong, pos_l: Low, pos_h: High, flags: Flags(&names::RWF)) -> Long,
        in ["fs", "fs_read_write"]
        x32 (fd: Fd, iov: Out(&IoVec(Arg("iovcnt"), Ret)), iovcnt: Ulong, pos_l: Loff, flags: Flags(&names::RWF))
        with { entry: true, compat: true, since: "4.6", man: "readv(2)", function_x32: "preadv64v2" }

    /// Writes several buffers to a file descriptor at an offset, in a way that flags say.
    pwritev2 x86_64 328, x32 547, i386 379, aarch64 287;
        (fd: Fd, iov: In(&IoVec(Arg("iovcnt"), ANY)), iovcnt: Ulong, pos_l: Low, pos_h: High, flags: Flags(&names::RWF)) -> Long,
        in ["fs", "fs_read_write"]
        x32 (fd: Fd, iov: In(&IoVec(Arg("iovcnt"), ANY)), iovcnt: Ulong, pos_l: Loff, flags: Flags(&names::RWF))
        with { entry: true, compat: true, since: "4.6", man: "readv(2)", function_x32: "pwritev64v2" }

    /// Copies from one file descriptor to another.
    sendfile x86_64 40, i386 239, aarch64 71;
        (out_fd: Fd, in_fd: Fd, offset: InOut(&Loff), count: Size) -> Long,
        in ["fs", "fs_read_write"]
        with { entry: true, function: "sendfile64", name32: "sendfile64" }

    /// Copies from one file descriptor to another, with a 32-bit offset.
    sendfile32 i386 187;
        (out_fd: Fd, in_fd: Fd, offset: InOut(&Long), count: Size) -> Long,
        in []
        with { entry: true, compat: true, function32: "sendfile", name32: "sendfile", man: "sendfile(2)" }

    /// Copies a part of one file to another, within the kernel.
    copy_file_range x86_64 326, i386 377, aarch64 285;
        (fd_in: Fd, off_in: InOut(&Loff), fd_out: Fd, off_out: InOut(&Loff), len: Size, flags: U32) -> Long,
        in ["fs", "fs_read_write"]
        with { entry: true, since: "4.5" }

    /// Moves data between a pipe and another file descriptor.
    splice x86_64 275, i386 313, aarch64 76;
        (fd_in: Fd, off_in: InOut(&Loff), fd_out: Fd, off_out: InOut(&Loff), len: Size, flags: Flags(&names::SPLICE)) -> Long,
        in ["ipc", "ipc_pipe"]
        with { entry: true }

    /// Copies what is in one pipe into another.
    tee x86_64 276, i386 315, aarch64 77;
        (fd_in: Fd, fd_out: Fd, len: Size, flags: Flags(&names::SPLICE)) -> Long,
        in ["ipc", "ipc_pipe"]
        with { entry: true }

    /// Gives memory of the caller to a pipe.
    vmsplice x86_64 278, x32 532, i386 316, aarch64 75;
        (fd: Fd, iov: In(&IoVec(Arg("nr_segs"), ANY)), nr_segs: Ulong, flags: Flags(&names::SPLICE)) -> Long,
        in ["ipc", "ipc_pipe"]
        with { entry: true }

    /// Duplicates a file descriptor to the lowest free one.
    dup x86_64 32, i386 41, aarch64 23;
        (oldfd: Fd) -> Fd,
        in ["fs", "fs_fd_ops"]

    /// Duplicates a file descriptor to a given one, which is closed first.
    dup2 x86_64 33, i386 63;
        (oldfd: Fd, newfd: Fd) -> Fd,
        in ["fs", "fs_fd_ops"]
        with { entry: true, man: "dup(2)" }

    /// Duplicates a file descriptor to a given one, with flags.
    dup3 x86_64 292, i386 330, aarch64 24;
        (oldfd: Fd, newfd: Fd, flags: Flags(&names::OPEN_FLAGS)) -> Fd,
        in ["fs", "fs_fd_ops"]
        with { entry: true, man: "dup(2)" }

    /// Does one of several things to a file descriptor.
    fcntl x86_64 72, i386 55, aarch64 25;
        (fd: Fd, cmd: Enum(&names::FCNTL_COMMAND), arg: By(&FCNTL_ARGUMENT)) -> By(&FCNTL_RESULT),
        in ["fs", "fs_fd_ops"]
        with { entry: true, compat: true, function32: "fcntl64" }

    /// Does one of several things to a file descriptor, with 64-bit offsets.
    fcntl64 i386 221;
        (fd: Fd, cmd: Enum(&names::FCNTL_COMMAND), arg: By(&FCNTL_ARGUMENT)) -> By(&FCNTL_RESULT),
        in []
        with { entry: true, compat: true, man: "fcntl(2)" }

    /// Locks or unlocks a whole file.
    flock x86_64 73, i386 143, aarch64 32;
        (fd: Fd, operation: Flags(&names::FLOCK)) -> Long,
        in ["fs", "fs_fd_ops"]
        with { entry: true }

    /// Writes all changed file data and file systems to their devices.
    sync x86_64 162, i386 36, aarch64 81;
        () -> Long,
        in ["fs", "fs_sync"]
        with { entry: true, proof: Proof::Never }

    /// Writes what has changed of the file system of a descriptor to its device.
    syncfs x86_64 306, i386 344, aarch64 267;
        (fd: Fd) -> Long,
        in ["fs", "fs_sync"]
        with { entry: true, man: "sync(2)" }

    /// Writes what has changed of a file to its device.
    fsync x86_64 74, i386 118, aarch64 82;
        (fd: Fd) -> Long,
        in ["fs", "fs_sync"]
        with { entry: true }

    /// Writes the data of a file to its device.
    fdatasync x86_64 75, i386 148, aarch64 83;
        (fd: Fd) -> Long,
        in ["fs", "fs_sync"]
        with { entry: true, man: "fsync(2)" }

    /// Writes a part of a file to its device.
    sync_file_range x86_64 277, i386 314, aarch64 84;
        (fd: Fd, offset: Loff, nbytes: Loff, flags: Flags(&names::SYNC_FILE_RANGE)) -> Long,
        in ["fs", "fs_sync"]
        with { entry: true, function32: "ia32_sync_file_range" }

    /// Sets the length of a file by its path.
    truncate x86_64 76, i386 92, aarch64 45;
        (path: In(&Path), length: Long) -> Long,
        in ["fs", "fs_file_ops"]
        with { compat: true }

    /// Sets the length of a file by its path, in 64 bits.
    truncate64 i386 193;
        (path: In(&Path), length: Loff) -> Long,
        in []
        with { function32: "ia32_truncate64", man: "truncate(2)" }

    /// Sets the length of an open file.
    ftruncate x86_64 77, i386 93, aarch64 46;
        (fd: Fd, length: Long) -> Long,
        in ["fs", "fs_file_ops"]
        with { compat: true, man: "truncate(2)" }

    /// Sets the length of an open file, in 64 bits.
    ftruncate64 i386 194;
        (fd: Fd, length: Loff) -> Long,
        in []
        with { function32: "ia32_ftruncate64", man: "truncate(2)" }

    /// Allocates, frees or moves a part of a file.
    fallocate x86_64 285, i386 324, aarch64 47;
        (fd: Fd, mode: Flags(&names::FALLOCATE), offset: Loff, len: Loff) -> Long,
        in ["fs", "fs_file_ops"]
        with { function32: "ia32_fallocate" }

    /// Says how a part of a file will be used.
    fadvise64 x86_64 221, i386 250, aarch64 223;
        (fd: Fd, offset: Loff, len: Size, advice: Enum(&names::ADVICE)) -> Long,
        in ["fs"]
        with { function32: "ia32_fadvise64", man: "posix_fadvise(2)" }

    /// Says how a part of a file will be used, with a 64-bit length.
    fadvise64_64 i386 272;
        (fd: Fd, offset: Loff, len: Split(&U64), advice: Enum(&names::ADVICE)) -> Long,
        in []
        with { function32: "ia32_fadvise64_64", man: "posix_fadvise(2)" }

    /// Reads a part of a file into the page cache.
    readahead x86_64 187, i386 225, aarch64 213;
        (fd: Fd, offset: Loff, count: Size) -> Long,
        in ["fs"]
        with { function32: "ia32_readahead" }

    /// Tells how much of a part of a file is in memory.
    cachestat x86_64 451, i386 451, aarch64 451;
        (fd: Fd, cstat_range: In(&Struct(&CACHESTAT_RANGE)), cstat: Out(&Struct(&CACHESTAT)), flags: Hex(&U32)) -> Long,
        in ["fs"]
        with { since: "6.5" }

    /// Creates a file that exists in memory only.
    memfd_create x86_64 319, i386 356, aarch64 279;
        (name: In(&Text), flags: Parts(&MEMFD)) -> Fd,
        in ["default", "fs", "fs_file_ops"]
        with { since: "3.17" }

    /// Creates a file in memory that even the kernel does not see.
    memfd_secret x86_64 447, i386 447, aarch64 447;
        (flags: Flags(&names::CLOEXEC)) -> Fd,
        in []
        with { since: "5.14" }

    /// Was never put into the kernel: a message from a stream.
    getpmsg x86_64 181, i386 188;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never put into the kernel: a message to a stream.
    putpmsg x86_64 182, i386 189;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }
}
