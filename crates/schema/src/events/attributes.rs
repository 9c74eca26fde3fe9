//! What inodes are, and who watches them. Ids among those of paths.

use super::{events, facts, issues};
use crate::field::kernel;
use crate::kind::Kind::{Bytes, Dev, Enum, Flags, I64, Mode, Path, Str, U32, U64, WallTime};
use crate::names;

facts! {
    /// The file's path as the kernel resolves it.
    PATHNAME: Path, kernel("path").ctype("const char*").unread("at the end of calls that were given a path: the kernel holds it no longer");
}

events! {
    /// The permissions of a file were changed, or failed to be.
    chmod_common = 257 by Hook
        on [
            "fexit/chmod_common",
            "kprobe+kretprobe/chmod_common",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (path: "struct path *", asked: "u16")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["chmod", "fchmod", "fchmodat", "fchmodat2"]
            when "ret == 0"
            {
                path = "path_in(current, NR_X86_64_fchmod, NR_I386_fchmod)";
                asked = "chmod_mode(current)";
            }
        sets []
        {
            pathname: PATHNAME;
            /// The permissions that it was to get.
            mode: Mode, kernel("asked").ctype("umode_t");
            /// 0, or the error.
            returnValue: I64, kernel("ret").ctype("int");
        }
        ret true
        page {
            purpose: "Sees every change of permissions with what became of it, whichever call asked for it.",
            use_case: "Find files that are made executable or given the set-user-ID bit.",
            command: "sudo tracehound -e chmod_common -- sh -c 'f=$(mktemp); chmod u+x $f; rm $f'",
            issues: [
                "Permissions can also change with an access control list (setxattr) or where a file is written to, which is not told here.",
                "At the end of calls only those that succeed are seen, and pathname of fchmod alone.",
            ],
            related: ["chmod", "fchmod", "fchmodat", "chown_common"],
            sources: ["chmod(2)", "fs/open.c (v6.18): chmod_common()"],
        }

    /// The owner or the group of a file was changed, or failed to be.
    chown_common = 258 by Hook
        on [
            "fexit/chown_common",
            "kprobe+kretprobe/chown_common",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (path: "struct path *", owner: "u32", owners: "u32")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"]
            of ["chown", "fchown", "lchown", "fchownat", "chown16", "fchown16", "lchown16"]
            when "ret == 0"
            {
                path = "chown_path(current)";
                owner = "chown_id(current, 0)";
                owners = "chown_id(current, 1)";
            }
        sets ["fs", "fs_file_attr"]
        {
            pathname: PATHNAME;
            /// The user it is to belong to, in the process's user namespace. Absent where that stays.
            user: U32, kernel("id_given(owner)").ctype("uid_t").opt();
            /// The group it is to belong to, in the process's user namespace. Absent where that stays.
            group: U32, kernel("id_given(owners)").ctype("gid_t").opt();
            /// 0, or the error.
            returnValue: I64, kernel("ret").ctype("int");
        }
        ret true
        page {
            purpose: "Sees every change of owner or group with what became of it, whichever call asked for it.",
            use_case: "Find files that are given to another user.",
            command: "sudo tracehound -e chown_common -- sh -c 'f=$(mktemp); chown 1234 $f; rm $f'",
            issues: ["At the end of calls only those that succeed are seen, and pathname of fchown alone."],
            related: ["chown", "fchown", "fchownat", "chmod_common"],
            sources: ["chown(2)", "fs/open.c (v6.18): chown_common()"],
        }

    /// The times of a file are about to be set.
    vfs_utimes = 259 by Hook
        on ["fentry/vfs_utimes", "kprobe/vfs_utimes", "tp_btf/sys_exit", "raw_tp/sys_exit"]
        (path: "struct path *", times: "struct timespec64 *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"]
            of ["utime", "utimes", "futimesat", "utimensat", "utimensat_time32"]
            when "ret == 0"
            {
                path = "timed_path(current)";
                times = "NULL";
                atime = "atime_at(path)";
                mtime = "mtime_at(path)";
            }
        sets []
        {
            pathname: PATHNAME;
            /// The file's device.
            dev: Dev, kernel("dev_at(path)").ctype("dev_t").unread("as pathname is");
            /// The file's inode number.
            inode: U64, kernel("number_at(path)").ctype("unsigned long").unread("as pathname is");
            /// The time of the last access to be told. Absent where it is to be the present one, or to stay.
            atime: WallTime, kernel("given_time(times, 0)").ctype("u64").opt().unread("as pathname is");
            /// The time of the last change of content to be told. Absent where it is to be the present one, or to stay.
            mtime: WallTime, kernel("given_time(times, 1)").ctype("u64").opt().unread("as pathname is");
        }
        page {
            purpose: "Sees files being given other times than they have.",
            use_case: "Find files that are made to look older than they are.",
            command: "sudo tracehound -e vfs_utimes -- sh -c 'f=$(mktemp); touch -d 2001-01-01 $f; rm $f'",
            issues: [
                "Present time and no change (UTIME_NOW, UTIME_OMIT) look alike: select utimensat to tell them apart.",
                "At the end of calls only those that succeed are seen, and files that were given by a descriptor alone; atime and mtime are then those that the file has. A call that asks for no change at all, which the kernel answers without looking, is told there too.",
            ],
            related: ["utimensat", "utimes", "futimesat", "utime"],
            sources: ["utimensat(2)", "fs/utimes.c (v6.18): vfs_utimes()"],
        }

    /// An extended attribute of a file is about to be set.
    security_inode_setxattr = 260 by Hook
        on [
            "lsm/inode_setxattr",
            "fentry/security_inode_setxattr",
            "kprobe/security_inode_setxattr",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (
            a: "const void *", b: "const void *", c: "const void *", d: "const void *",
            e: "const void *", f: "const void *",
        )
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["setxattr", "lsetxattr", "fsetxattr", "setxattrat"]
            when "ret == 0"
            {
                a = "NULL"; b = "NULL"; c = "NULL"; d = "NULL"; e = "NULL"; f = "NULL";
                pathname = "path_in(current, NR_X86_64_fsetxattr, NR_I386_fsetxattr)";
                flags = "xattr_flags(current)";
            }
            user { name = "xattr_name(current)"; value = "xattr_value(current)"; }
        sets ["lsm_hooks", "fs", "fs_file_attr"]
        {
            /// The file's path.
            pathname: Path, kernel("attributed(a, b)").ctype("const char*").unread("at the end of calls that were given a path: the kernel holds it no longer");
            /// The attribute.
            name: Str, kernel("behind_ids(b, c)").ctype("const char*");
            /// What it is to hold. Absent where that is nothing.
            value: Bytes, kernel("bytes_at((void *)behind_ids(c, d), behind_ids(d, e))").ctype("const void*").opt();
            /// Whether it must or must not be there already.
            flags: Flags(&names::XATTR), kernel("(u32)behind_ids(e, f)").ctype("int");
        }
        page {
            purpose: "Sees attributes such as capabilities and security labels of files being set.",
            use_case: "Find programs that are given capabilities (security.capability).",
            command: "sudo tracehound -e security_inode_setxattr -- python3 -c 'import os, tempfile; f = tempfile.TemporaryFile(); os.setxattr(f.fileno(), \"trusted.demo\", b\"1\")'",
            issues: [
                "Access control lists (system.posix_acl_access) come here up to Linux 6.1 only.",
                issues::NAME_WITHOUT_MOUNT,
                issues::BY_LSM,
                "At the end of calls only those that succeed are seen, with access control lists and without what io_uring sets; name and value are then the caller's memory, and flags of setxattrat too.",
            ],
            related: ["setxattr", "fsetxattr", "security_inode_removexattr"],
            sources: ["setxattr(2)", "fs/xattr.c (v6.18): __vfs_setxattr_locked()"],
        }

    /// An extended attribute of a file is about to be removed.
    security_inode_removexattr = 261 by Hook
        on [
            "lsm/inode_removexattr",
            "fentry/security_inode_removexattr",
            "kprobe/security_inode_removexattr",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (a: "const void *", b: "const void *", c: "const void *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"]
            of ["removexattr", "lremovexattr", "fremovexattr", "removexattrat"]
            when "ret == 0"
            {
                a = "NULL"; b = "NULL"; c = "NULL";
                pathname = "path_in(current, NR_X86_64_fremovexattr, NR_I386_fremovexattr)";
            }
            user { name = "xattr_name(current)"; }
        sets ["lsm_hooks", "fs", "fs_file_attr"]
        {
            /// The file's path.
            pathname: Path, kernel("attributed(a, b)").ctype("const char*").unread("at the end of calls that were given a path: the kernel holds it no longer");
            /// The attribute.
            name: Str, kernel("behind_ids(b, c)").ctype("const char*");
        }
        page {
            purpose: "Sees attributes such as security labels of files being removed.",
            use_case: "Find files that are stripped of what protects them.",
            command: "sudo tracehound -e security_inode_removexattr -- python3 -c 'import os, tempfile; f = tempfile.TemporaryFile(); os.setxattr(f.fileno(), \"trusted.demo\", b\"1\"); os.removexattr(f.fileno(), \"trusted.demo\")'",
            issues: [
                "Access control lists (system.posix_acl_access) come here up to Linux 6.1 only.",
                issues::NAME_WITHOUT_MOUNT,
                issues::BY_LSM,
                "At the end of calls only those that succeed are seen, with access control lists; name is then the caller's memory.",
            ],
            related: ["removexattr", "fremovexattr", "security_inode_setxattr"],
            sources: ["removexattr(2)", "fs/xattr.c (v6.18): __vfs_removexattr_locked()"],
        }

    /// A file, a mount or a file system is about to be watched.
    ///
    /// By fanotify(7), inotify(7) or the old F_NOTIFY of fcntl(2). Ceasing to watch by fanotify_mark(2)
    /// comes here too.
    security_path_notify = 262 by Hook
        on [
            "lsm/path_notify",
            "fentry/security_path_notify",
            "kprobe/security_path_notify",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (path: "struct path *", events: "u64", kind: "unsigned int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"]
            of ["inotify_add_watch", "fanotify_mark", "fcntl", "fcntl64"]
            when "watches(current, ret)"
            {
                path = "NULL";
                events = "notify_mask(current)";
                kind = "notify_kind(current)";
                pathname = "notify_name(current, ret)";
                inode = "number_of(notify_inode(current, ret))";
                dev = "dev_of(notify_inode(current, ret))";
            }
        sets ["lsm_hooks", "fs_monitor"]
        {
            /// The path that is watched, or by which mount or file system are meant.
            pathname: Path, kernel("path").ctype("const char*").unread("at the end of fanotify_mark that was given a path, and of inotify_add_watch where the file has several names");
            /// The inode number.
            inode: U64, kernel("number_at(path)").ctype("unsigned long").unread("at the end of fanotify_mark that was given a path");
            /// The device.
            dev: Dev, kernel("dev_at(path)").ctype("dev_t").unread("as inode is");
            /// The events that are to be told.
            mask: Flags(&names::NOTIFY_MASK), kernel("events").ctype("u64").unread("at the end of fcntl");
            /// What is watched.
            obj_type: Enum(&names::NOTIFY_OBJECT), kernel("kind").ctype("unsigned int");
        }
        page {
            purpose: "Sees who watches which files, by whatever means.",
            use_case: "Find programs that wait for a file to appear or to be read.",
            command: "sudo tracehound -e security_path_notify -- timeout 1 tail -f /etc/hostname",
            issues: [
                issues::BY_LSM,
                "Some kernels leave out of a mask of fanotify_mark what is no event, as FS_ISDIR (FAN_ONDIR). At the end of a call it is there.",
                "At the end of calls only those that succeed are seen; the path is then that of one of the mounts in the process's mount namespace.",
            ],
            related: ["inotify_watch", "inotify_add_watch", "fanotify_mark", "fcntl"],
            sources: ["inotify(7)", "fanotify(7)", "security/security.c (v6.18): security_path_notify()", "include/linux/fsnotify_backend.h (v6.18)"],
        }

    /// A file is about to be watched by inotify.
    ///
    /// The kernel has found the file and lets it be watched.
    inotify_watch = 263 by Hook
        on [
            "fexit/inotify_find_inode",
            "kprobe+kretprobe/inotify_find_inode",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (dirname: "const char *", path: "struct path *", how: "unsigned int", mask: "u64")
        at ["fexit/inotify_find_inode", "kprobe+kretprobe/inotify_find_inode"]
            when "ret == 0"
            {}
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["inotify_add_watch"]
            when "ret >= 0"
            {
                dirname = "NULL";
                path = "NULL";
                how = "0";
                mask = "0";
                pathname = "inotify_name(current, ret)";
                inode = "number_of(inotify_inode(current, ret))";
                dev = "dev_of(inotify_inode(current, ret))";
            }
        sets []
        {
            /// The path that is watched.
            pathname: Path, kernel("path").ctype("const char*").unread("at the end of a call, where the file has several names");
            /// Its inode number.
            inode: U64, kernel("number_at(path)").ctype("unsigned long").unread("at the end of a call, where the watch is gone already");
            /// Its device.
            dev: Dev, kernel("dev_at(path)").ctype("dev_t").unread("as inode is");
        }
        page {
            purpose: "Sees which file a watch is put on, whatever its path was written as.",
            use_case: "Find programs that wait for a file to change.",
            command: "sudo tracehound -e inotify_watch -- timeout 1 tail -f /etc/hostname",
            issues: [
                "The watch can still fail to be made, as where there are too many.",
                "At the end of calls only those that succeed are seen; the path is then that of one of the mounts in the process's mount namespace.",
            ],
            related: ["inotify_add_watch", "security_path_notify"],
            sources: ["inotify(7)", "fs/notify/inotify/inotify_user.c (v6.18): inotify_find_inode()"],
        }
}
