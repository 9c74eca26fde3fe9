//! Names of files and what inodes are: renamed, linked, changed, watched. Ids 250 to 269.

use super::events;
use crate::field::{kernel, user};
use crate::kind::Kind::{Bytes, Dev, Enum, Flags, I64, Mode, Path, Str, U32, U64, WallTime};
use crate::names;

events! {
    /// A file is about to get another name.
    security_inode_rename = 250 by Hook
        on [
            "lsm/inode_rename",
            "fentry/security_inode_rename",
            "kprobe/security_inode_rename",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (
            old_dir: "struct inode *", old_dentry: "struct dentry *",
            new_dir: "struct inode *", new_dentry: "struct dentry *", how: "unsigned int",
        )
        at ["lsm/inode_rename"]
            { how = "0"; }
            lacks { flags: "the kernel does not pass them to its security modules"; }
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["rename", "renameat", "renameat2"]
            when "ret == 0"
            { old_dir = "NULL"; old_dentry = "NULL"; new_dir = "NULL"; new_dentry = "NULL"; how = "rename_flags(current)"; }
            lacks {
                old_path: "when the call ends the kernel holds the name no longer";
                new_path: "when the call ends the kernel holds the name no longer";
            }
        sets []
        {
            /// The path that the file has.
            old_path: Path, kernel("old_dentry").ctype("const char*");
            /// The path that it gets. What has it is replaced, or with RENAME_EXCHANGE gets the old one.
            new_path: Path, kernel("new_dentry").ctype("const char*");
            /// How it is renamed.
            flags: Flags(&names::RENAME), kernel("how").ctype("unsigned int");
        }
        page {
            purpose: "Sees both names of a file that is renamed, as the kernel resolves them.",
            use_case: "Find out who puts a file in the place of another.",
            command: "sudo tracehound -e security_inode_rename -- sh -c 'f=$(mktemp); mv $f $f.new; rm $f.new'",
            issues: [
                "By lsm two files that change places (RENAME_EXCHANGE) are two events, one for each, and flags are unread.",
                "Names come without their mount: where the file system is mounted more than once, a path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
                "At the end of calls only those that succeed are seen, without the paths: select rename, renameat and renameat2 for them. What io_uring renames is not seen there.",
            ],
            related: ["rename", "renameat", "renameat2", "security_inode_link"],
            sources: ["rename(2)", "fs/namei.c (v6.18): vfs_rename()", "security/security.c (v6.18): security_inode_rename()"],
        }

    /// A symbolic link is about to be created.
    security_inode_symlink = 251 by Hook
        on [
            "lsm/inode_symlink",
            "fentry/security_inode_symlink",
            "kprobe/security_inode_symlink",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (dir: "struct inode *", dentry: "struct dentry *", old_name: "const char *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["symlink", "symlinkat"]
            when "ret == 0"
            { dir = "NULL"; dentry = "NULL"; old_name = "NULL"; }
            user { target = "link_target(current)"; }
            lacks { linkpath: "when the call ends the kernel holds the name no longer"; }
        sets ["lsm_hooks", "fs", "fs_file_ops"]
        {
            /// The path of the link.
            linkpath: Path, kernel("dentry").ctype("const char*");
            /// What it is to say, as it was given: it need not exist.
            target: Str, kernel("old_name").ctype("const char*");
        }
        page {
            purpose: "Sees symbolic links come, with the kernel's own copy of what they say.",
            use_case: "Find links that lead a privileged program to another file.",
            command: "sudo tracehound -e security_inode_symlink -- sh -c 'd=$(mktemp -d); ln -s /etc/passwd $d/link; rm -r $d'",
            issues: [
                "The name comes without its mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
                "At the end of calls only those that succeed are seen, without linkpath: select symlink and symlinkat for it. What io_uring links is not seen there.",
            ],
            related: ["symlink", "symlinkat", "security_inode_link"],
            sources: ["symlink(2)", "fs/namei.c (v6.18): vfs_symlink()"],
        }

    /// A device file, a named pipe or a socket's name is about to be created.
    security_inode_mknod = 252 by Hook
        on [
            "lsm/inode_mknod",
            "fentry/security_inode_mknod",
            "kprobe/security_inode_mknod",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (dir: "struct inode *", dentry: "struct dentry *", asked: "u16", device: "u32")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["mknod", "mknodat", "bind"]
            when "ret == 0 && makes_node(current)"
            {
                dir = "NULL";
                dentry = "NULL";
                asked = "node_mode(current)";
                device = "node_dev(current)";
                file_name = "bound_path(current)";
            }
        sets ["lsm_hooks"]
        {
            /// The path that is created.
            file_name: Path, kernel("dentry").ctype("const char*").unread("at the end of mknod and mknodat: the kernel holds the name no longer");
            /// Its type and permissions, before the file system takes off those of the umask where it has access control lists.
            mode: Mode, kernel("asked").ctype("umode_t");
            /// The device that it stands for. 0 for what stands for none.
            dev: Dev, kernel("device").ctype("dev_t");
        }
        page {
            purpose: "Sees what is created that is neither a regular file nor a directory nor a link.",
            use_case: "Find out who makes device files.",
            command: "sudo tracehound -e security_inode_mknod -- sh -c 'd=$(mktemp -d); mkfifo $d/pipe; rm -r $d'",
            issues: [
                "The name comes without its mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
                "At the end of calls only those that succeed are seen. mode is then what mknod was asked for, the umask's permissions included.",
                "A regular file made by mknod(2) is told by security_inode_create.",
            ],
            related: ["mknod", "mknodat", "bind", "security_inode_create"],
            sources: ["mknod(2)", "fs/namei.c (v6.18): vfs_mknod()", "net/unix/af_unix.c (v6.18): unix_bind_bsd()"],
        }

    /// A file is about to get one more name, a hard link.
    security_inode_link = 253 by Hook
        on [
            "lsm/inode_link",
            "fentry/security_inode_link",
            "kprobe/security_inode_link",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (old_dentry: "struct dentry *", dir: "struct inode *", new_dentry: "struct dentry *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["link", "linkat"]
            when "ret == 0"
            { old_dentry = "NULL"; dir = "NULL"; new_dentry = "NULL"; }
            lacks {
                old_path: "when the call ends the kernel holds the name no longer";
                new_path: "when the call ends the kernel holds the name no longer";
                inode: "when the call ends the kernel holds the name no longer";
                dev: "when the call ends the kernel holds the name no longer";
            }
        sets ["lsm_hooks", "fs", "fs_file_ops"]
        {
            /// A path that the file has.
            old_path: Path, kernel("old_dentry").ctype("const char*");
            /// The path that it gets besides.
            new_path: Path, kernel("new_dentry").ctype("const char*");
            /// The file's inode number.
            inode: U64, kernel("inode_number(inode_of(old_dentry))").ctype("unsigned long");
            /// The file's device.
            dev: Dev, kernel("inode_dev(inode_of(old_dentry))").ctype("dev_t");
            /// The old path as it was given to the call. Absent where no link(2) or linkat(2) is under way.
            syscall_old_path: Str, user("first_path(current)").ctype("const char*").opt();
            /// The new path as it was given to the call. Absent where no link(2) or linkat(2) is under way.
            syscall_new_path: Str, user("second_path(current)").ctype("const char*").opt();
        }
        page {
            purpose: "Sees a file's further names, by which it can be reached where the first is watched.",
            use_case: "Find out who keeps a file alive that is about to be removed.",
            command: "sudo tracehound -e security_inode_link -- sh -c 'd=$(mktemp -d); : > $d/a; ln $d/a $d/b; rm -r $d'",
            issues: [
                "Names come without their mount: where the file system is mounted more than once, a path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
                "At the end of calls only those that succeed are seen, with the paths as they were given; what io_uring links is not seen there.",
                "syscall_old_path and syscall_new_path are read from user memory, which another thread can rewrite meanwhile.",
            ],
            related: ["link", "linkat", "security_inode_rename"],
            sources: ["link(2)", "fs/namei.c (v6.18): vfs_link()"],
        }

    /// A regular file is about to be created.
    security_inode_create = 254 by Hook
        on [
            "lsm/inode_create",
            "fentry/security_inode_create",
            "kprobe/security_inode_create",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (dir: "struct inode *", dentry: "struct dentry *", asked: "u16")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"]
            of ["open", "openat", "openat2", "creat", "mknod", "mknodat"]
            when "ret >= 0 && creates(current, ret)"
            {
                dir = "NULL";
                dentry = "NULL";
                asked = "created_mode(current, ret)";
                pathname = "created_path(current, ret)";
            }
        sets ["lsm_hooks", "fs", "fs_file_ops"]
        {
            /// The path that is created.
            pathname: Path, kernel("dentry").ctype("const char*").unread("at the end of mknod and mknodat: the kernel holds the name no longer");
            /// Its type and permissions, before the file system takes off those of the umask where it has access control lists.
            mode: Mode, kernel("asked").ctype("umode_t");
            /// The path as it was given to the call. Absent where no call with a path is under way.
            syscall_pathname: Str, user("first_path(current)").ctype("const char*").opt();
        }
        page {
            purpose: "Sees which opens of files make them, and which only find them.",
            use_case: "Find out who drops files into a directory.",
            command: "sudo tracehound -e security_inode_create -- sh -c 'd=$(mktemp -d); : > $d/new; rm -r $d'",
            issues: [
                "Files without a name (O_TMPFILE, memfd_create) are not created in a directory and not told; a name they get later is told by security_inode_link.",
                "The name comes without its mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
                "At the end of calls only those that succeed are seen, no message queues and nothing of io_uring. mode is then what the file has, of mknod what was asked for.",
                "syscall_pathname is read from user memory, which another thread can rewrite meanwhile.",
            ],
            related: ["openat", "creat", "security_inode_mknod", "security_file_open"],
            sources: ["open(2), O_CREAT", "fs/namei.c (v6.18): lookup_open(), vfs_create()"],
        }

    /// A directory is about to be created.
    security_inode_mkdir = 255 by Hook
        on [
            "lsm/inode_mkdir",
            "fentry/security_inode_mkdir",
            "kprobe/security_inode_mkdir",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (dir: "struct inode *", dentry: "struct dentry *", asked: "u16")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["mkdir", "mkdirat"]
            when "ret == 0"
            { dir = "NULL"; dentry = "NULL"; asked = "mkdir_mode(current)"; }
            lacks { pathname: "when the call ends the kernel holds the name no longer"; }
        sets ["lsm_hooks", "fs", "fs_file_ops"]
        {
            /// The path that is created.
            pathname: Path, kernel("dentry").ctype("const char*");
            /// Its permissions, before the file system takes off those of the umask where it has access control lists.
            mode: Mode, kernel("permissions(asked)").ctype("umode_t");
            /// The path as it was given to the call. Absent where no call with a path is under way.
            syscall_pathname: Str, user("first_path(current)").ctype("const char*").opt();
        }
        page {
            purpose: "Sees directories come, as the kernel resolves their names.",
            use_case: "Find out who makes a directory in a place of another.",
            command: "sudo tracehound -e security_inode_mkdir -- mktemp -d",
            issues: [
                "The name comes without its mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
                "At the end of calls only those that succeed are seen, with the path as it was given and the mode that was asked for; what io_uring makes is not seen there.",
                "syscall_pathname is read from user memory, which another thread can rewrite meanwhile.",
            ],
            related: ["mkdir", "mkdirat", "security_inode_rmdir"],
            sources: ["mkdir(2)", "fs/namei.c (v6.18): vfs_mkdir()"],
        }

    /// A directory is about to be removed.
    security_inode_rmdir = 256 by Hook
        on [
            "lsm/inode_rmdir",
            "fentry/security_inode_rmdir",
            "kprobe/security_inode_rmdir",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (dir: "struct inode *", dentry: "struct dentry *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["rmdir", "unlinkat"]
            when "ret == 0 && removes_directory(current)"
            { dir = "NULL"; dentry = "NULL"; }
            lacks {
                pathname: "when the call ends the name is gone";
                inode: "when the call ends the name is gone";
                dev: "when the call ends the name is gone";
            }
        sets ["lsm_hooks", "fs", "fs_file_ops"]
        {
            /// The path that is removed.
            pathname: Path, kernel("dentry").ctype("const char*");
            /// The directory's inode number.
            inode: U64, kernel("inode_number(inode_of(dentry))").ctype("unsigned long");
            /// Its device.
            dev: Dev, kernel("inode_dev(inode_of(dentry))").ctype("dev_t");
            /// The path as it was given to the call. Absent where no call with a path is under way.
            syscall_pathname: Str, user("first_path(current)").ctype("const char*").opt();
        }
        page {
            purpose: "Sees the directory that is removed, before it is gone.",
            use_case: "Find out who removes a directory.",
            command: "sudo tracehound -e security_inode_rmdir -- sh -c 'rmdir $(mktemp -d)'",
            issues: [
                "The name comes without its mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
                "At the end of calls only those that succeed are seen, with the path as it was given; what io_uring removes is not seen there.",
                "syscall_pathname is read from user memory, which another thread can rewrite meanwhile.",
            ],
            related: ["rmdir", "unlinkat", "security_inode_unlink"],
            sources: ["rmdir(2)", "fs/namei.c (v6.18): vfs_rmdir()"],
        }

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
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("path").ctype("const char*").unread("at the end of calls that were given a path: the kernel holds it no longer");
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
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("path").ctype("const char*").unread("at the end of calls that were given a path: the kernel holds it no longer");
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
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("path").ctype("const char*").unread("at the end of calls that were given a path: the kernel holds it no longer");
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
                "The name comes without its mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
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
                "The name comes without its mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
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
                "By lsm only what the security modules before BPF's have allowed is seen.",
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

    /// A directory is listed with an entry whose inode number is 0.
    ///
    /// That means a removed entry: programs and C libraries leave it out. What hides files in the kernel
    /// can make one of it.
    zeroed_inodes = 264 by Hook
        on [
            "fentry/filldir64,filldir,compat_filldir",
            "kprobe/filldir64,filldir,compat_filldir",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (
            to: "struct dir_context *", name: "const char *", length: "int", offset: "s64",
            holder: "u64", kind: "unsigned int",
        )
        when "holder == 0 && name"
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["getdents64", "getdents"]
            when "ret > 0"
            {
                to = "NULL";
                name = "zeroed_name(current, ret)";
                length = "0";
                offset = "0";
                holder = "0";
                kind = "0";
            }
            user { dirent_name = "name"; }
        unproved "no file system that is mounted gives such an entry"
        sets []
        {
            /// The entry's name.
            dirent_name: Str, kernel("bytes_at(name, length)").ctype("const char*");
        }
        page {
            purpose: "Sees entries of directories that no program shows.",
            use_case: "Find files that are hidden by a change of the kernel.",
            command: "sudo tracehound -e zeroed_inodes -- ls -R /proc/sys",
            issues: [
                "By fentry and kprobe what the file system gives is seen, and not what is done to the answer later; at the end of calls it is what the program gets.",
                "At the end of calls the entries are read from user memory, which another thread can rewrite meanwhile, the first 1,024 of a call, and the first of them whose number is 0 is told.",
                "What io_uring or another kernel service lists is not seen, nor is the old readdir(2).",
                "A file system may give such an entry of its own accord, as one of FUSE can.",
            ],
            related: ["getdents64", "getdents"],
            sources: ["getdents(2)", "fs/readdir.c (v6.18): filldir64(), filldir(), compat_filldir()"],
        }
}
