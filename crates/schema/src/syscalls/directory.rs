//! Paths and directories: making, linking, renaming, removing, listing and watching.

use super::file::{OPEN, PERMISSIONS};
use crate::names;
use crate::types::Len::{Arg, Ret};
use crate::types::Type::{
    By, Bytes, Chars, Dev, DirFd, Enum, Fd, Flags, Hex, I32, In, InOut, Long, Mode, Out, Parts,
    Path, PathOf, Records, Size, Split, Struct, Text, U16, U32, U64, Ulong, Unused, Wide,
};
use crate::types::Width::{W8, W16, W64};
use crate::types::{Part, choices, structs};

/// Class and flags of a fanotify group.
static FANOTIFY: [Part; 2] = [
    Part {
        mask: 0xc,
        kind: Enum(&names::FANOTIFY_CLASS),
    },
    Part {
        mask: !0xc,
        kind: Flags(&names::FANOTIFY_INIT),
    },
];

choices! {
    /// The device counts where a device file is made: of no other type.
    NODE_DEVICE = by "mode" & 0o170_000 {
        [0, 0o100_000, 0o040_000, 0o120_000, 0o010_000, 0o140_000] => Unused
    } else Dev;

    /// Where the number of the mount goes, which has 64 bits with `AT_HANDLE_MNT_ID_UNIQUE`.
    MOUNT_NUMBER = by "flags" & 1 { [1] => Out(&U64) } else Out(&I32);
}

structs! {
    /// A directory entry; its type is its last byte.
    DIRENT = "struct linux_dirent" {
        d_ino: Ulong,
        d_off: Ulong,
        d_reclen: U16,
        d_name: Chars(0),
        d_type: Wide(W8, &Enum(&names::ENTRY_TYPE)),
    }

    /// A directory entry in 64 bits.
    DIRENT64 = "struct linux_dirent64" {
        d_ino: U64,
        d_off: U64,
        d_reclen: U16,
        d_type: Wide(W8, &Enum(&names::ENTRY_TYPE)),
        d_name: Chars(0),
    }

    /// A directory entry as the first kernels told it, one at a time.
    DIRENT_OLD = "struct old_linux_dirent" {
        d_ino: Ulong,
        d_offset: Ulong,
        d_namlen: U16,
        d_name: Text,
    }

    /// A file as its file system knows it.
    FILE_HANDLE = "struct file_handle" {
        handle_bytes: U32,
        handle_type: I32,
        f_handle: Bytes(Arg("handle_bytes")),
    }
}

calls! {
    /// Tells the working directory.
    getcwd x86_64 79, i386 183, aarch64 17;
        (buf: Out(&Path), size: Size) -> Long,
        in ["fs", "fs_dir_ops"]

    /// Changes the working directory.
    chdir x86_64 80, i386 12, aarch64 49;
        (path: In(&Path)) -> Long,
        in ["fs", "fs_dir_ops"]

    /// Changes the working directory to an open one.
    fchdir x86_64 81, i386 133, aarch64 50;
        (fd: Fd) -> Long,
        in ["fs", "fs_dir_ops"]
        with { man: "chdir(2)" }

    /// Changes the root directory of the process.
    chroot x86_64 161, i386 61, aarch64 51;
        (path: In(&Path)) -> Long,
        in ["fs", "fs_dir_ops"]

    /// Changes the root directory of the process to an open one.
    fchroot x86_64 472, i386 472, aarch64 472;
        (fd: Fd, flags: Hex(&U32)) -> Long,
        in ["fs", "fs_dir_ops"]
        with { since: "7.3" }

    /// Makes a directory.
    mkdir x86_64 83, i386 39;
        (pathname: In(&Path), mode: PERMISSIONS) -> Long,
        in ["fs", "fs_dir_ops"]

    /// Makes a directory relative to another.
    mkdirat x86_64 258, i386 296, aarch64 34;
        (dirfd: DirFd, pathname: In(&Path), mode: PERMISSIONS) -> Long,
        in ["fs", "fs_dir_ops"]
        with { man: "mkdir(2)" }

    /// Removes a directory.
    rmdir x86_64 84, i386 40;
        (pathname: In(&Path)) -> Long,
        in ["fs", "fs_dir_ops"]

    /// Makes a file of any type.
    mknod x86_64 133, i386 14;
        (pathname: In(&Path), mode: Wide(W16, &Mode), dev: By(&NODE_DEVICE)) -> Long,
        in ["fs", "fs_file_ops"]

    /// Makes a file of any type relative to a directory.
    mknodat x86_64 259, i386 297, aarch64 33;
        (dirfd: DirFd, pathname: In(&Path), mode: Wide(W16, &Mode), dev: By(&NODE_DEVICE)) -> Long,
        in ["fs", "fs_file_ops"]
        with { man: "mknod(2)" }

    /// Gives a file a further name.
    link x86_64 86, i386 9;
        (oldpath: In(&Path), newpath: In(&Path)) -> Long,
        in ["fs", "fs_link_ops"]

    /// Gives a file a further name, relative to directories.
    linkat x86_64 265, i386 303, aarch64 37;
        (olddirfd: DirFd, oldpath: In(&Path), newdirfd: DirFd, newpath: In(&Path), flags: Flags(&names::AT_FLAGS)) -> Long,
        in ["fs", "fs_link_ops"]
        with { man: "link(2)" }

    /// Removes a name of a file.
    unlink x86_64 87, i386 10;
        (pathname: In(&Path)) -> Long,
        in ["fs", "fs_link_ops"]

    /// Removes a name of a file, or a directory, relative to a directory.
    unlinkat x86_64 263, i386 301, aarch64 35;
        (dirfd: DirFd, pathname: In(&Path), flags: Flags(&names::AT_FLAGS)) -> Long,
        in ["fs", "fs_link_ops"]
        with { man: "unlink(2)" }

    /// Makes a symbolic link.
    symlink x86_64 88, i386 83;
        (target: In(&Path), linkpath: In(&Path)) -> Long,
        in ["fs", "fs_link_ops"]

    /// Makes a symbolic link relative to a directory.
    symlinkat x86_64 266, i386 304, aarch64 36;
        (target: In(&Path), newdirfd: DirFd, linkpath: In(&Path)) -> Long,
        in ["fs", "fs_link_ops"]
        with { man: "symlink(2)" }

    /// Tells where a symbolic link leads.
    readlink x86_64 89, i386 85;
        (pathname: In(&Path), buf: Out(&PathOf(Ret)), bufsiz: I32) -> Long,
        in ["fs", "fs_link_ops"]

    /// Tells where a symbolic link leads, relative to a directory.
    readlinkat x86_64 267, i386 305, aarch64 78;
        (dirfd: DirFd, pathname: In(&Path), buf: Out(&PathOf(Ret)), bufsiz: I32) -> Long,
        in ["fs", "fs_link_ops"]
        with { man: "readlink(2)" }

    /// Renames or moves a file.
    rename x86_64 82, i386 38;
        (oldpath: In(&Path), newpath: In(&Path)) -> Long,
        in ["fs", "fs_file_ops"]

    /// Renames or moves a file, relative to directories.
    renameat x86_64 264, i386 302, aarch64 38;
        (olddirfd: DirFd, oldpath: In(&Path), newdirfd: DirFd, newpath: In(&Path)) -> Long,
        in ["fs", "fs_file_ops"]
        with { man: "rename(2)" }

    /// Renames, moves or exchanges files, relative to directories.
    renameat2 x86_64 316, i386 353, aarch64 276;
        (olddirfd: DirFd, oldpath: In(&Path), newdirfd: DirFd, newpath: In(&Path), flags: Flags(&names::RENAME)) -> Long,
        in ["fs", "fs_file_ops"]
        with { since: "3.15", man: "rename(2)" }

    /// Lists a directory.
    getdents x86_64 78, i386 141;
        (fd: Fd, dirp: Out(&Records(&DIRENT, Ret)), count: U32) -> Long,
        in ["fs", "fs_dir_ops"]
        with { compat: true }

    /// Lists a directory, in 64 bits.
    getdents64 x86_64 217, i386 220, aarch64 61;
        (fd: Fd, dirp: Out(&Records(&DIRENT64, Ret)), count: U32) -> Long,
        in ["fs", "fs_dir_ops"]
        with { man: "getdents(2)" }

    /// Tells one entry of a directory.
    readdir i386 89;
        (fd: Fd, dirp: Out(&Struct(&DIRENT_OLD)), count: U32) -> Long,
        in []
        with { compat: true, function32: "old_readdir" }

    /// Tells the path that a profiler's number stands for. Linux 6.7 took it out.
    lookup_dcookie x86_64 212, i386 253, aarch64 18;
        (cookie: Split(&U64), buffer: Out(&PathOf(Ret)), len: Size) -> Long,
        in ["fs", "fs_dir_ops"]
        with { compat: true }

    /// Tells a file's handle, by which it can be opened without a path.
    name_to_handle_at x86_64 303, i386 341, aarch64 264;
        (dirfd: DirFd, pathname: In(&Path), handle: InOut(&Struct(&FILE_HANDLE)), mount_id: By(&MOUNT_NUMBER), flags: Flags(&names::HANDLE_FLAGS)) -> Long,
        in ["fs", "fs_file_ops"]
        with { man: "open_by_handle_at(2)" }

    /// Opens a file by its handle.
    open_by_handle_at x86_64 304, i386 342, aarch64 265;
        (mount_fd: DirFd, handle: In(&Struct(&FILE_HANDLE)), flags: Parts(&OPEN)) -> Fd,
        in ["fs", "fs_file_ops"]
        with { entry: true, compat: true }

    /// Starts watching files: makes an inotify instance.
    inotify_init x86_64 253, i386 291;
        () -> Fd,
        in ["fs", "fs_monitor"]

    /// Starts watching files: makes an inotify instance, with flags.
    inotify_init1 x86_64 294, i386 332, aarch64 26;
        (flags: Flags(&names::INOTIFY_INIT)) -> Fd,
        in ["fs", "fs_monitor"]
        with { man: "inotify_init(2)" }

    /// Adds a file to what an inotify instance watches, or changes for what.
    inotify_add_watch x86_64 254, i386 292, aarch64 27;
        (fd: Fd, pathname: In(&Path), mask: Flags(&names::INOTIFY_MASK)) -> Long,
        in ["fs", "fs_monitor"]

    /// Removes a file from what an inotify instance watches.
    inotify_rm_watch x86_64 255, i386 293, aarch64 28;
        (fd: Fd, wd: I32) -> Long,
        in ["fs", "fs_monitor"]

    /// Starts watching file systems: makes a fanotify group.
    fanotify_init x86_64 300, i386 338, aarch64 262;
        (flags: Parts(&FANOTIFY), event_f_flags: Parts(&OPEN)) -> Fd,
        in ["fs", "fs_monitor"]

    /// Changes what a fanotify group watches.
    fanotify_mark x86_64 301, i386 339, aarch64 263;
        (fanotify_fd: Fd, flags: Flags(&names::FANOTIFY_MARK), mask: Split(&Wide(W64, &Flags(&names::FANOTIFY_MASK))), dirfd: DirFd, pathname: In(&Path)) -> Long,
        in ["fs", "fs_monitor"]
        with { compat: true }
}
