//! Names of files: given, changed and taken away. Ids 250 to 269, with attributes.

use super::{events, facts, issues};
use crate::field::{kernel, user};
use crate::kind::Kind::{Dev, Flags, Mode, Path, Str, U64};
use crate::names;

facts! {
    /// The path as it was given to the call. Absent where no call with a path is under way.
    SYSCALL_PATHNAME: Str, user("first_path(current)").ctype("const char*").opt();
}

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
                issues::NAMES_WITHOUT_MOUNT,
                issues::BY_LSM,
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
                issues::NAME_WITHOUT_MOUNT,
                issues::BY_LSM,
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
                issues::NAME_WITHOUT_MOUNT,
                issues::BY_LSM,
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
                issues::NAMES_WITHOUT_MOUNT,
                issues::BY_LSM,
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
            syscall_pathname: SYSCALL_PATHNAME;
        }
        page {
            purpose: "Sees which opens of files make them, and which only find them.",
            use_case: "Find out who drops files into a directory.",
            command: "sudo tracehound -e security_inode_create -- sh -c 'd=$(mktemp -d); : > $d/new; rm -r $d'",
            issues: [
                "Files without a name (O_TMPFILE, memfd_create) are not created in a directory and not told; a name they get later is told by security_inode_link.",
                issues::NAME_WITHOUT_MOUNT,
                issues::BY_LSM,
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
            syscall_pathname: SYSCALL_PATHNAME;
        }
        page {
            purpose: "Sees directories come, as the kernel resolves their names.",
            use_case: "Find out who makes a directory in a place of another.",
            command: "sudo tracehound -e security_inode_mkdir -- mktemp -d",
            issues: [
                issues::NAME_WITHOUT_MOUNT,
                issues::BY_LSM,
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
            syscall_pathname: SYSCALL_PATHNAME;
        }
        page {
            purpose: "Sees the directory that is removed, before it is gone.",
            use_case: "Find out who removes a directory.",
            command: "sudo tracehound -e security_inode_rmdir -- sh -c 'rmdir $(mktemp -d)'",
            issues: [
                issues::NAME_WITHOUT_MOUNT,
                issues::BY_LSM,
                "At the end of calls only those that succeed are seen, with the path as it was given; what io_uring removes is not seen there.",
                "syscall_pathname is read from user memory, which another thread can rewrite meanwhile.",
            ],
            related: ["rmdir", "unlinkat", "security_inode_unlink"],
            sources: ["rmdir(2)", "fs/namei.c (v6.18): vfs_rmdir()"],
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
