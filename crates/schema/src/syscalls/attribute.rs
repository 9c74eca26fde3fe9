//! Attributes of files: status, owner, permissions, times and extended attributes.

use super::file::PERMISSIONS;
use crate::names;
use crate::types::Len::{Arg, ArgOrRet, Const, Ret};
use crate::types::Type::{
    Array, By, Bytes, Chars, Dev, DirFd, Enum, Fd, Flags, Gid, Hex, I32, I64, In, Inline, Limit,
    Loff, Long, Mode, Out, Parts, Path, Seconds, Size, Struct, Text, U16, U32, U64, Uid, Ulong,
    Unused, Wide,
};
use crate::types::Width::{W16, W32, W64, Word};
use crate::types::{Part, choices, structs};

/// Flags of statx(2): how to synchronise, and those of the other calls that end in `at`.
static STATX: [Part; 2] = [
    Part {
        mask: 0x6000,
        kind: Enum(&names::STATX_SYNC),
    },
    Part {
        mask: !0x6000,
        kind: Flags(&names::AT_FLAGS),
    },
];

/// What access(2) asks for; zero stands for whether the file is there.
const ACCESS: crate::types::Type = Flags(&names::ACCESS);

/// 16-bit ids, of which -1 stands for "no change".
const UID16: crate::types::Type = Wide(W16, &Uid);
const GID16: crate::types::Type = Wide(W16, &Gid);

/// The members that strace shows of a file's status.
const BRIEF: &[&str] = &["st_mode", "st_rdev", "st_size"];
/// The order in which strace shows all.
const ORDER: &[&str] = &[
    "st_dev",
    "st_ino",
    "st_mode",
    "st_nlink",
    "st_uid",
    "st_gid",
    "st_blksize",
    "st_blocks",
    "st_rdev",
    "st_size",
    "st_atime",
    "st_atime_nsec",
    "st_mtime",
    "st_mtime_nsec",
    "st_ctime",
    "st_ctime_nsec",
];

choices! {
    /// When a file was made, where the file system keeps it (STATX_BTIME).
    STATX_BTIME = by "stx_mask" & 0x800 { [0] => Unused } else Struct(&STATX_TIME);

    /// What direct access asks of memory and offsets (STATX_DIOALIGN).
    STATX_ALIGN = by "stx_mask" & 0x2000 { [0] => Unused } else U32;

    /// The subvolume (STATX_SUBVOL).
    STATX_SUBVOL = by "stx_mask" & 0x8000 { [0] => Unused } else U64;

    /// What atomic writes are limited to (STATX_WRITE_ATOMIC).
    STATX_ATOMIC = by "stx_mask" & 0x1_0000 { [0] => Unused } else U32;

    /// What direct reads ask of offsets (STATX_DIO_READ_ALIGN).
    STATX_READ_ALIGN = by "stx_mask" & 0x2_0000 { [0] => Unused } else U32;

    /// The device that a device file stands for: any but regular files, directories, links, pipes,
    /// sockets and what has no type.
    RDEV64 = by "st_mode" & 0o170_000 {
        [0, 0o100_000, 0o040_000, 0o120_000, 0o010_000, 0o140_000] => Unused
    } else Wide(W64, &Dev);

    /// The same in a word of 32-bit callers.
    RDEV32 = by "st_mode" & 0o170_000 {
        [0, 0o100_000, 0o040_000, 0o120_000, 0o010_000, 0o140_000] => Unused
    } else Dev;

    /// The same in 16 bits.
    RDEV16 = by "st_mode" & 0o170_000 {
        [0, 0o100_000, 0o040_000, 0o120_000, 0o010_000, 0o140_000] => Unused
    } else Wide(W16, &Dev);

    /// The size of what is not a device.
    SIZE64 = by "st_mode" & 0o170_000 { [0o020_000, 0o060_000] => Unused } else Loff;

    /// The same in a word of the caller.
    SIZE32 = by "st_mode" & 0o170_000 { [0o020_000, 0o060_000] => Unused } else U32;
}

structs! {
    /// The status of a file.
    STAT = "struct stat" {
        st_dev: Wide(W64, &Dev),
        st_ino: U64,
        st_nlink: U64,
        st_mode: Mode,
        st_uid: Uid,
        st_gid: Gid,
        __pad0: U32,
        st_rdev: By(&RDEV64),
        st_size: By(&SIZE64),
        st_blksize: I64,
        st_blocks: I64,
        st_atime: Seconds,
        st_atime_nsec: Ulong,
        st_mtime: Seconds,
        st_mtime_nsec: Ulong,
        st_ctime: Seconds,
        st_ctime_nsec: Ulong,
        __pad1: Inline(&I64, 3),
    } with { brief: BRIEF, order: ORDER, compat: Some(&STAT_COMPAT), aarch64: Some(&STAT_GENERIC) }

    /// The status of a file on machines that have the generic headers.
    STAT_GENERIC = "struct stat" {
        st_dev: Wide(W64, &Dev),
        st_ino: U64,
        st_mode: Mode,
        st_nlink: U32,
        st_uid: Uid,
        st_gid: Gid,
        st_rdev: By(&RDEV64),
        __pad1: U64,
        st_size: By(&SIZE64),
        st_blksize: I32,
        __pad2: I32,
        st_blocks: I64,
        st_atime: Seconds,
        st_atime_nsec: Ulong,
        st_mtime: Seconds,
        st_mtime_nsec: Ulong,
        st_ctime: Seconds,
        st_ctime_nsec: Ulong,
        __pad3: Inline(&U32, 2),
    } with { brief: BRIEF, order: ORDER }

    /// The status of a file for callers of 32 bits.
    STAT_COMPAT = "struct stat" {
        st_dev: Dev,
        st_ino: U32,
        st_mode: Wide(W16, &Mode),
        st_nlink: U16,
        st_uid: U16,
        st_gid: U16,
        st_rdev: By(&RDEV32),
        st_size: By(&SIZE32),
        st_blksize: U32,
        st_blocks: U32,
        st_atime: Seconds,
        st_atime_nsec: Ulong,
        st_mtime: Seconds,
        st_mtime_nsec: Ulong,
        st_ctime: Seconds,
        st_ctime_nsec: Ulong,
        __pad0: Inline(&U32, 2),
    } with { brief: BRIEF, order: ORDER }

    /// The status of a file for callers of 32 bits, with 64-bit numbers. Its first inode number is
    /// the lower half of the last member.
    STAT64 = "struct stat64" {
        st_dev: Wide(W64, &Dev),
        __pad0: U32,
        __pad1: U32,
        st_mode: Mode,
        st_nlink: U32,
        st_uid: Uid,
        st_gid: Gid,
        st_rdev: By(&RDEV64),
        __pad2: U32,
        st_size: By(&SIZE64),
        st_blksize: Ulong,
        st_blocks: U64,
        st_atime: Seconds,
        st_atime_nsec: Ulong,
        st_mtime: Seconds,
        st_mtime_nsec: Ulong,
        st_ctime: Seconds,
        st_ctime_nsec: Ulong,
        st_ino: U64,
    } with { brief: BRIEF, order: ORDER }

    /// The status of a file as the first kernels told it.
    STAT_OLD = "struct __old_kernel_stat" {
        st_dev: Wide(W16, &Dev),
        st_ino: U16,
        st_mode: Wide(W16, &Mode),
        st_nlink: U16,
        st_uid: U16,
        st_gid: U16,
        st_rdev: By(&RDEV16),
        st_size: By(&SIZE32),
        st_atime: Wide(W32, &Seconds),
        st_mtime: Wide(W32, &Seconds),
        st_ctime: Wide(W32, &Seconds),
    } with { brief: BRIEF, order: ORDER }

    /// A time of statx(2).
    STATX_TIME = "struct statx_timestamp" { tv_sec: I64, tv_nsec: U32, __pad: I32 }
        with { dated: true }

    /// The extended status of a file.
    STATX_BUFFER = "struct statx" {
        stx_mask: Flags(&names::STATX_MASK),
        stx_blksize: U32,
        stx_attributes: Wide(W64, &Flags(&names::STATX_ATTRIBUTES)),
        stx_nlink: U32,
        stx_uid: Uid,
        stx_gid: Gid,
        stx_mode: Wide(W16, &Mode),
        __pad0: U16,
        stx_ino: U64,
        stx_size: U64,
        stx_blocks: U64,
        stx_attributes_mask: Wide(W64, &Flags(&names::STATX_ATTRIBUTES)),
        stx_atime: Struct(&STATX_TIME),
        stx_btime: By(&STATX_BTIME),
        stx_ctime: Struct(&STATX_TIME),
        stx_mtime: Struct(&STATX_TIME),
        stx_rdev_major: U32,
        stx_rdev_minor: U32,
        stx_dev_major: U32,
        stx_dev_minor: U32,
        stx_mnt_id: Hex(&U64),
        stx_dio_mem_align: By(&STATX_ALIGN),
        stx_dio_offset_align: By(&STATX_ALIGN),
        stx_subvol: By(&STATX_SUBVOL),
        stx_atomic_write_unit_min: By(&STATX_ATOMIC),
        stx_atomic_write_unit_max: By(&STATX_ATOMIC),
        stx_atomic_write_segments_max: By(&STATX_ATOMIC),
        stx_dio_read_offset_align: By(&STATX_READ_ALIGN),
        stx_atomic_write_unit_max_opt: By(&STATX_ATOMIC),
        __pad1: U32,
        __pad2: Inline(&U64, 8),
    } with { brief: &["stx_mask", "stx_attributes", "stx_mode", "stx_size"] }

    /// The free space of a file system, as the first kernels told it.
    USTAT = "struct ustat" { f_tfree: I32, f_tinode: Ulong, f_fname: Chars(6), f_fpack: Chars(6) }

    /// Times of access and change in seconds.
    UTIMBUF = "struct utimbuf" { actime: Seconds, modtime: Seconds }

    /// A time of access or change in microseconds.
    UTIMEVAL = "struct timeval" { tv_sec: Long, tv_usec: Long }

    /// A time of access or change in nanoseconds, in the words of the caller.
    UTIMESPEC = "struct timespec" { tv_sec: Long, tv_nsec: Wide(Word, &Limit(&names::UTIME)) }

    /// A time of access or change in nanoseconds, in 64 bits for every caller.
    UTIMESPEC64 = "struct __kernel_timespec" { tv_sec: I64, tv_nsec: Limit(&names::UTIME) }
        with { compat: Some(&UTIMESPEC64_COMPAT) }

    /// The same of a 32-bit caller, who has 32 bits of nanoseconds and 32 that count for nothing.
    UTIMESPEC64_COMPAT = "struct __kernel_timespec" {
        tv_sec: I64,
        tv_nsec: Wide(W32, &Limit(&names::UTIME)),
        __pad: I32,
    }

    /// An extended attribute that is set.
    XATTR_SET = "struct xattr_args" {
        value: Wide(W64, &In(&Bytes(Arg("size")))),
        size: U32,
        flags: Flags(&names::XATTR),
    }

    /// Where an extended attribute goes that is asked for.
    XATTR_GET = "struct xattr_args" {
        value: Wide(W64, &Out(&Bytes(Ret))),
        size: U32,
        flags: Flags(&names::XATTR),
    }

    /// Attributes of the file system of a file.
    FILE_ATTRIBUTES = "struct file_attr" {
        fa_xflags: Wide(W64, &Flags(&names::XFLAGS)),
        fa_extsize: U32,
        fa_nextents: U32,
        fa_projid: U32,
        fa_cowextsize: U32,
    } with { size: Some(Arg("usize")) }
}

calls! {
    /// Tells the status of a file by its path.
    stat x86_64 4, i386 106;
        (pathname: In(&Path), statbuf: Out(&Struct(&STAT))) -> Long,
        in ["fs", "fs_file_attr"]
        with { compat: true, function: "newstat" }

    /// Tells the status of an open file.
    fstat x86_64 5, i386 108, aarch64 80;
        (fd: Fd, statbuf: Out(&Struct(&STAT))) -> Long,
        in ["fs", "fs_file_attr"]
        with { compat: true, function: "newfstat", man: "stat(2)" }

    /// Tells the status of a file by its path, of a link itself.
    lstat x86_64 6, i386 107;
        (pathname: In(&Path), statbuf: Out(&Struct(&STAT))) -> Long,
        in ["fs", "fs_file_attr"]
        with { compat: true, function: "newlstat", man: "stat(2)" }

    /// Tells the status of a file relative to a directory.
    newfstatat x86_64 262, i386 300, aarch64 79;
        (dirfd: DirFd, pathname: In(&Path), statbuf: Out(&Struct(&STAT)), flags: Flags(&names::AT_FLAGS)) -> Long,
        in ["fs", "fs_file_attr"]
        i386 (dirfd: DirFd, pathname: In(&Path), statbuf: Out(&Struct(&STAT64)), flags: Flags(&names::AT_FLAGS))
        with { compat: true, function32: "ia32_fstatat64", name32: "fstatat64", man: "stat(2)" }

    /// Tells the extended status of a file.
    statx x86_64 332, i386 383, aarch64 291;
        (dirfd: DirFd, pathname: In(&Path), flags: Parts(&STATX), mask: Flags(&names::STATX_MASK), statxbuf: Out(&Struct(&STATX_BUFFER))) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "4.11" }

    /// Tells the status of a file by its path, in 64 bits.
    stat64 i386 195;
        (pathname: In(&Path), statbuf: Out(&Struct(&STAT64))) -> Long,
        in []
        with { compat: true, function32: "ia32_stat64", man: "stat(2)" }

    /// Tells the status of a file by its path, of a link itself, in 64 bits.
    lstat64 i386 196;
        (pathname: In(&Path), statbuf: Out(&Struct(&STAT64))) -> Long,
        in []
        with { compat: true, function32: "ia32_lstat64", man: "stat(2)" }

    /// Tells the status of an open file, in 64 bits.
    fstat64 i386 197;
        (fd: Fd, statbuf: Out(&Struct(&STAT64))) -> Long,
        in []
        with { compat: true, function32: "ia32_fstat64", man: "stat(2)" }

    /// Tells the status of a file by its path, as the first kernels did.
    oldstat i386 18;
        (filename: In(&Path), statbuf: Out(&Struct(&STAT_OLD))) -> Long,
        in []
        with { function32: "stat", man: "stat(2)" }

    /// Tells the status of an open file, as the first kernels did.
    oldfstat i386 28;
        (fd: Fd, statbuf: Out(&Struct(&STAT_OLD))) -> Long,
        in []
        with { function32: "fstat", man: "stat(2)" }

    /// Tells the status of a file by its path, of a link itself, as the first kernels did.
    oldlstat i386 84;
        (pathname: In(&Path), statbuf: Out(&Struct(&STAT_OLD))) -> Long,
        in []
        with { function32: "lstat", man: "stat(2)" }

    /// Tells the free space of a mounted file system by its device.
    ustat x86_64 136, i386 62;
        (dev: Dev, ubuf: Out(&Struct(&USTAT))) -> Long,
        in ["fs", "fs_info"]
        with { compat: true }

    /// Asks whether the real user may use a file.
    access x86_64 21, i386 33;
        (pathname: In(&Path), mode: ACCESS) -> Long,
        in ["fs", "fs_file_attr"]

    /// Asks whether the real user may use a file, relative to a directory.
    faccessat x86_64 269, i386 307, aarch64 48;
        (dirfd: DirFd, pathname: In(&Path), mode: ACCESS) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "access(2)" }

    /// Asks whether the real or effective user may use a file, relative to a directory.
    faccessat2 x86_64 439, i386 439, aarch64 439;
        (fd: DirFd, path: In(&Path), mode: ACCESS, flag: Flags(&names::FACCESS_FLAGS)) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "5.8", man: "access(2)" }

    /// Changes the permissions of a file.
    chmod x86_64 90, i386 15;
        (pathname: In(&Path), mode: PERMISSIONS) -> Long,
        in ["default", "fs", "fs_file_attr"]

    /// Changes the permissions of an open file.
    fchmod x86_64 91, i386 94, aarch64 52;
        (fd: Fd, mode: PERMISSIONS) -> Long,
        in ["default", "fs", "fs_file_attr"]
        with { man: "chmod(2)" }

    /// Changes the permissions of a file relative to a directory.
    fchmodat x86_64 268, i386 306, aarch64 53;
        (dirfd: DirFd, pathname: In(&Path), mode: PERMISSIONS) -> Long,
        in ["default", "fs", "fs_file_attr"]
        with { man: "chmod(2)" }

    /// Changes the permissions of a file relative to a directory, with flags.
    fchmodat2 x86_64 452, i386 452, aarch64 452;
        (dirfd: DirFd, pathname: In(&Path), mode: PERMISSIONS, flags: Flags(&names::AT_FLAGS)) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "6.6", man: "chmod(2)" }

    /// Changes owner and group of a file.
    chown x86_64 92, i386 212;
        (pathname: In(&Path), owner: Uid, group: Gid) -> Long,
        in ["default", "fs", "fs_file_attr"]
        with { name32: "chown32" }

    /// Changes owner and group of an open file.
    fchown x86_64 93, i386 207, aarch64 55;
        (fd: Fd, owner: Uid, group: Gid) -> Long,
        in ["default", "fs", "fs_file_attr"]
        with { name32: "fchown32", man: "chown(2)" }

    /// Changes owner and group of a file, of a link itself.
    lchown x86_64 94, i386 198;
        (pathname: In(&Path), owner: Uid, group: Gid) -> Long,
        in ["default", "fs", "fs_file_attr"]
        with { name32: "lchown32", man: "chown(2)" }

    /// Changes owner and group of a file relative to a directory.
    fchownat x86_64 260, i386 298, aarch64 54;
        (dirfd: DirFd, pathname: In(&Path), owner: Uid, group: Gid, flags: Flags(&names::AT_FLAGS)) -> Long,
        in ["default", "fs", "fs_file_attr"]
        with { man: "chown(2)" }

    /// Changes owner and group of a file, by 16-bit ids.
    chown16 i386 182;
        (pathname: In(&Path), owner: UID16, group: GID16) -> Long,
        in []
        with { name32: "chown", man: "chown(2)" }

    /// Changes owner and group of an open file, by 16-bit ids.
    fchown16 i386 95;
        (fd: Fd, user: UID16, group: GID16) -> Long,
        in []
        with { name32: "fchown", man: "chown(2)" }

    /// Changes owner and group of a file, of a link itself, by 16-bit ids.
    lchown16 i386 16;
        (pathname: In(&Path), owner: UID16, group: GID16) -> Long,
        in []
        with { name32: "lchown", man: "chown(2)" }

    /// Sets which permissions new files of the process do not get.
    umask x86_64 95, i386 60, aarch64 166;
        (mask: Mode) -> Mode,
        in ["fs", "fs_file_attr"]

    /// Sets the times of a file in seconds.
    utime x86_64 132, i386 30;
        (filename: In(&Path), times: In(&Struct(&UTIMBUF))) -> Long,
        in ["fs", "fs_file_attr"]
        with { function32: "utime32" }

    /// Sets the times of a file in microseconds.
    utimes x86_64 235, i386 271;
        (filename: In(&Path), times: In(&Array(&Struct(&UTIMEVAL), Const(2)))) -> Long,
        in ["fs", "fs_file_attr"]
        with { function32: "utimes_time32", man: "utime(2)" }

    /// Sets the times of a file in microseconds, relative to a directory.
    futimesat x86_64 261, i386 299;
        (dirfd: DirFd, pathname: In(&Path), times: In(&Array(&Struct(&UTIMEVAL), Const(2)))) -> Long,
        in ["fs", "fs_file_attr"]
        with { function32: "futimesat_time32" }

    /// Sets the times of a file in nanoseconds, relative to a directory.
    utimensat x86_64 280, i386 412, aarch64 88;
        (dirfd: DirFd, pathname: In(&Path), times: In(&Array(&Struct(&UTIMESPEC64), Const(2))), flags: Flags(&names::AT_FLAGS)) -> Long,
        in ["fs", "fs_file_attr"]
        with { name32: "utimensat_time64" }

    /// Sets the times of a file in nanoseconds, relative to a directory, in 32-bit seconds.
    utimensat_time32 i386 320;
        (dfd: DirFd, filename: In(&Path), t: In(&Array(&Struct(&UTIMESPEC), Const(2))), flags: Flags(&names::AT_FLAGS)) -> Long,
        in []
        with { name32: "utimensat", man: "utimensat(2)" }

    /// Sets an extended attribute of a file.
    setxattr x86_64 188, i386 226, aarch64 5;
        (path: In(&Path), name: In(&Text), value: In(&Bytes(Arg("size"))), size: Size, flags: Flags(&names::XATTR)) -> Long,
        in ["fs", "fs_file_attr"]

    /// Sets an extended attribute of a file, of a link itself.
    lsetxattr x86_64 189, i386 227, aarch64 6;
        (path: In(&Path), name: In(&Text), value: In(&Bytes(Arg("size"))), size: Size, flags: Flags(&names::XATTR)) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "setxattr(2)" }

    /// Sets an extended attribute of an open file.
    fsetxattr x86_64 190, i386 228, aarch64 7;
        (fd: Fd, name: In(&Text), value: In(&Bytes(Arg("size"))), size: Size, flags: Flags(&names::XATTR)) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "setxattr(2)" }

    /// Sets an extended attribute of a file relative to a directory.
    setxattrat x86_64 463, i386 463, aarch64 463;
        (dfd: DirFd, pathname: In(&Path), at_flags: Flags(&names::AT_FLAGS), name: In(&Text), uargs: In(&Struct(&XATTR_SET)), usize: Size) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "6.13", man: "setxattr(2)" }

    /// Tells an extended attribute of a file.
    getxattr x86_64 191, i386 229, aarch64 8;
        (path: In(&Path), name: In(&Text), value: Out(&Bytes(ArgOrRet("size"))), size: Size) -> Long,
        in ["fs", "fs_file_attr"]

    /// Tells an extended attribute of a file, of a link itself.
    lgetxattr x86_64 192, i386 230, aarch64 9;
        (path: In(&Path), name: In(&Text), value: Out(&Bytes(ArgOrRet("size"))), size: Size) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "getxattr(2)" }

    /// Tells an extended attribute of an open file.
    fgetxattr x86_64 193, i386 231, aarch64 10;
        (fd: Fd, name: In(&Text), value: Out(&Bytes(ArgOrRet("size"))), size: Size) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "getxattr(2)" }

    /// Tells an extended attribute of a file relative to a directory.
    getxattrat x86_64 464, i386 464, aarch64 464;
        (dfd: DirFd, pathname: In(&Path), at_flags: Flags(&names::AT_FLAGS), name: In(&Text), uargs: In(&Struct(&XATTR_GET)), usize: Size) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "6.13", man: "getxattr(2)" }

    /// Lists the names of extended attributes of a file.
    listxattr x86_64 194, i386 232, aarch64 11;
        (path: In(&Path), list: Out(&Bytes(ArgOrRet("size"))), size: Size) -> Long,
        in ["fs", "fs_file_attr"]

    /// Lists the names of extended attributes of a file, of a link itself.
    llistxattr x86_64 195, i386 233, aarch64 12;
        (path: In(&Path), list: Out(&Bytes(ArgOrRet("size"))), size: Size) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "listxattr(2)" }

    /// Lists the names of extended attributes of an open file.
    flistxattr x86_64 196, i386 234, aarch64 13;
        (fd: Fd, list: Out(&Bytes(ArgOrRet("size"))), size: Size) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "listxattr(2)" }

    /// Lists the names of extended attributes of a file relative to a directory.
    listxattrat x86_64 465, i386 465, aarch64 465;
        (dfd: DirFd, pathname: In(&Path), at_flags: Flags(&names::AT_FLAGS), list: Out(&Bytes(ArgOrRet("size"))), size: Size) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "6.13", man: "listxattr(2)" }

    /// Removes an extended attribute of a file.
    removexattr x86_64 197, i386 235, aarch64 14;
        (path: In(&Path), name: In(&Text)) -> Long,
        in ["fs", "fs_file_attr"]

    /// Removes an extended attribute of a file, of a link itself.
    lremovexattr x86_64 198, i386 236, aarch64 15;
        (path: In(&Path), name: In(&Text)) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "removexattr(2)" }

    /// Removes an extended attribute of an open file.
    fremovexattr x86_64 199, i386 237, aarch64 16;
        (fd: Fd, name: In(&Text)) -> Long,
        in ["fs", "fs_file_attr"]
        with { man: "removexattr(2)" }

    /// Removes an extended attribute of a file relative to a directory.
    removexattrat x86_64 466, i386 466, aarch64 466;
        (dfd: DirFd, pathname: In(&Path), at_flags: Flags(&names::AT_FLAGS), name: In(&Text)) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "6.13", man: "removexattr(2)" }

    /// Tells attributes that the file system keeps for a file.
    file_getattr x86_64 468, i386 468, aarch64 468;
        (dfd: DirFd, filename: In(&Path), ufattr: Out(&Struct(&FILE_ATTRIBUTES)), usize: Size, at_flags: Flags(&names::AT_FLAGS)) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "6.17" }

    /// Sets attributes that the file system keeps for a file.
    file_setattr x86_64 469, i386 469, aarch64 469;
        (dfd: DirFd, filename: In(&Path), ufattr: In(&Struct(&FILE_ATTRIBUTES)), usize: Size, at_flags: Flags(&names::AT_FLAGS)) -> Long,
        in ["fs", "fs_file_attr"]
        with { since: "6.17" }
}
