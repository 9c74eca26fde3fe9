//! Files: what is opened, written and removed. Ids 230 to 249.

use super::events;
use crate::field::{kernel, user};
use crate::kind::Kind::{Dev, Flags, I64, Path, Size, Str, U64, WallTime};
use crate::names;

events! {
    /// A file is about to be opened.
    ///
    /// The kernel has found the file and asks its security modules whether it may be opened. What
    /// opens it may be a call, an exec, or a request of io_uring.
    security_file_open = 230 by Hook
        on [
            "lsm/file_open",
            "fentry/security_file_open",
            "kprobe/security_file_open",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["open", "openat", "openat2", "creat"]
            when "ret >= 0 && file_is_open(file)"
            { file = "file_behind(current, ret)"; }
        sets ["lsm_hooks", "fs", "fs_file_ops"]
        {
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("file").ctype("const char*");
            /// How it is opened.
            flags: Flags(&names::FILE_FLAGS), kernel("file_flags(file)").ctype("int");
            /// The file's device.
            dev: Dev, kernel("file_dev(file)").ctype("dev_t");
            /// The file's inode number.
            inode: U64, kernel("file_inode(file)").ctype("unsigned long");
            /// When the inode was changed last.
            ctime: WallTime, kernel("inode_ctime(inode_of(file))").ctype("unsigned long");
            /// The path as it was given to the call. Absent where no call with a path is under way.
            syscall_pathname: Str, user("call_path(current)").ctype("const char*").opt();
        }
        page {
            purpose: "Sees the file that is opened, whatever its path was written as.",
            use_case: "Find out who opens a file, by any of its names.",
            command: "sudo tracehound -e security_file_open -- cat /etc/hostname",
            issues: [
                "At the end of calls only those that succeed are seen, and nothing that an exec or io_uring opens.",
                "syscall_pathname is read from user memory, which another thread can rewrite meanwhile; pathname cannot be forged.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
            ],
            related: ["openat", "security_inode_unlink"],
            sources: ["open(2)", "fs/open.c (v6.18): do_dentry_open()", "security/security.c (v6.18): security_file_open()"],
        }

    /// A name of a file is about to be removed.
    ///
    /// The file itself goes with its last name, once nobody has it open.
    security_inode_unlink = 231 by Hook
        on [
            "lsm/inode_unlink",
            "fentry/security_inode_unlink",
            "kprobe/security_inode_unlink",
        ]
        (dir: "struct inode *", dentry: "struct dentry *")
        sets ["default", "lsm_hooks", "fs", "fs_file_ops"]
        {
            /// The path that is removed.
            pathname: Path, kernel("dentry").ctype("const char*");
            /// The file's inode number.
            inode: U64, kernel("inode_number(inode_of(dentry))").ctype("unsigned long");
            /// The file's device.
            dev: Dev, kernel("inode_dev(inode_of(dentry))").ctype("dev_t");
            /// When the inode was changed last.
            ctime: WallTime, kernel("inode_ctime(inode_of(dentry))").ctype("unsigned long");
        }
        page {
            purpose: "Sees the name that is removed, before it is gone.",
            use_case: "Find out who deletes a file.",
            command: "sudo tracehound -e security_inode_unlink -- sh -c 'f=$(mktemp); rm $f'",
            issues: [
                "The kernel tells the name's place in its file system and not the mount: where the file system is mounted more than once, the path is that of one of its mounts in the process's mount namespace.",
                "By lsm only what the security modules before BPF's have allowed is seen. What happens then is told by the call that ends.",
                "On a kernel without trampolines and probes the name is gone when the call ends, so there is no such rung: select unlink and unlinkat.",
            ],
            related: ["unlink", "unlinkat", "security_file_open"],
            sources: ["unlink(2)", "fs/namei.c (v6.18): vfs_unlink()"],
        }

    /// Bytes were written to a file, or failed to be.
    ///
    /// Fires for write(2), pwrite(2) and what the kernel writes on behalf of a process by the same
    /// function; not for vectors (vfs_writev).
    vfs_write = 232 by Hook
        on ["fexit/vfs_write", "kprobe+kretprobe/vfs_write"]
        (file: "struct file *", buf: "const char *", count: "size_t", pos: "loff_t *")
        sets []
        {
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("file").ctype("const char*");
            /// The file's device.
            dev: Dev, kernel("file_dev(file)").ctype("dev_t");
            /// The file's inode number.
            inode: U64, kernel("file_inode(file)").ctype("unsigned long");
            /// How many bytes were to be written.
            count: Size, kernel("count").ctype("size_t");
            /// Where in the file the first of them went. 0 for what has no places, as pipes.
            pos: I64, kernel("place_before((u64)pos, ret)").ctype("off_t");
            /// How many were written, or the error.
            returnValue: I64, kernel("ret").ctype("long");
        }
        ret true
        page {
            purpose: "Sees writes below the system call, with what became of them.",
            use_case: "Find out who writes to a file, whichever descriptor it came by.",
            command: "sudo tracehound -e vfs_write -- sh -c 'echo hello'",
            issues: [
                "Writes of vectors, splices and mappings do not come here.",
                "No tracepoint tells the same: on a kernel without trampolines and probes select write and pwrite64, whose files say the path.",
            ],
            related: ["write", "pwrite64"],
            sources: ["write(2)", "fs/read_write.c (v6.18): vfs_write()"],
        }
}
