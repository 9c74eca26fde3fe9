//! Files: what is opened, cut and removed, and what lies behind overlays. Ids 230, 231, 239 and 240.

use super::{events, file, issues};
use crate::field::{kernel, user};
use crate::kind::Kind::{Dev, Enum, Flags, Path, Str, U64, WallTime};
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
            pathname: file::PATH;
            /// How it is opened.
            flags: Flags(&names::FILE_FLAGS), kernel("file_flags(file)").ctype("int");
            dev: file::DEV;
            inode: file::INODE;
            ctime: file::CTIME;
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
                issues::BY_LSM,
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

    /// A file is about to be cut to a length, or extended.
    do_truncate = 239 by Hook
        on ["fentry/do_truncate", "kprobe/do_truncate", "tp_btf/sys_exit", "raw_tp/sys_exit"]
        (first: "const void *", second: "const void *", third: "const void *",
         fourth: "const void *", fifth: "const void *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"]
            of ["ftruncate", "ftruncate64", "open", "openat", "openat2", "creat"]
            when "first"
            {
                first = "truncated_file(current, ret)"; second = "0"; third = "0"; fourth = "0"; fifth = "0";
                pathname = "(struct file *)first";
                inode = "file_inode((struct file *)first)";
                dev = "file_dev((struct file *)first)";
                length = "truncated_to(current)";
            }
        sets []
        {
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("truncated_place(first, second, fourth, fifth)").ctype("const char*");
            /// The file's inode number.
            inode: U64, kernel("inode_number(truncated_inode(first, second))").ctype("unsigned long");
            /// The file's device.
            dev: Dev, kernel("inode_dev(truncated_inode(first, second))").ctype("dev_t");
            /// How long it is to be.
            length: U64, kernel("truncated_length(second, third)").ctype("u64");
        }
        page {
            purpose: "Sees files emptied, shortened or extended, by calls and by being opened with O_TRUNC.",
            use_case: "Find out who empties a log.",
            command: "sudo tracehound -e do_truncate -- sh -c 'f=$(mktemp); echo x > $f; : > $f'",
            issues: [
                "By truncate(2) the kernel tells the name's place in its file system and not the mount: where the file system is mounted more than once, the path is that of one of its mounts.",
                "At the end of calls only those that succeed are seen, and not truncate(2), which leaves no descriptor; the flags of openat2(2) are read from user memory, and the descriptor is looked at when the call is over.",
                "A file that is made by the call that opens it is empty already and not told.",
            ],
            related: ["truncate", "ftruncate", "open"],
            sources: ["truncate(2)", "fs/open.c (v6.18): do_truncate()"],
        }

    /// A file of overlayfs was opened: the file that stands behind it.
    ///
    /// What a container sees as one file lies in an upper layer, which it writes to, or in one of the
    /// lower layers, which are its image.
    overlay_layer = 240 by Hook
        on ["fexit/vfs_open", "kprobe+kretprobe/vfs_open", "tp_btf/sys_exit", "raw_tp/sys_exit"]
        (path: "struct path *", file: "struct file *")
        when "ret >= 0 && file_is_open(file) && layer_file(file)"
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["open", "openat", "openat2", "creat"]
            { path = "0"; file = "file_behind(current, ret)"; }
        unproved "mounting an overlay loads a module"
        sets []
        {
            /// The file's path as the process sees it.
            pathname: Path, kernel("file").ctype("const char*");
            /// The device of overlayfs.
            dev: Dev, kernel("file_dev(file)").ctype("dev_t");
            /// The inode number there.
            inode: U64, kernel("file_inode(file)").ctype("unsigned long");
            /// In which layer it lies.
            layer: Enum(&names::OVERLAY_LAYER), kernel("layer_of(file, layer_file(file))").ctype("int");
            /// The path of the file behind it, by a mount of its file system that the process sees, else
            /// by one that the first process sees.
            layer_path: Path, kernel("layer_dentry(layer_file(file))").ctype("const char*")
                .unread("where neither sees its file system");
            /// That file's device.
            layer_dev: Dev, kernel("file_dev(layer_file(file))").ctype("dev_t");
            /// That file's inode number.
            layer_inode: U64, kernel("file_inode(layer_file(file))").ctype("unsigned long");
        }
        page {
            purpose: "Sees where a container's file really lies: in its image or in what it has written itself.",
            use_case: "Find programs that a container runs which are not of its image.",
            command: "sudo tracehound -e overlay_layer -- unshare -m sh -c 'mount -t tmpfs none /mnt && cd /mnt && mkdir lower upper work merged && echo x > lower/file && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged && cat merged/file'",
            issues: [
                "Told when a regular file is opened. A file of a lower layer that is written to later is copied up, and descriptors that were opened before go on to mean the lower one.",
                "At the end of calls what an exec or io_uring opens is not seen.",
                "Overlays upon overlays: the file behind is that of the next one, which has one behind it in turn.",
            ],
            related: ["security_file_open", "openat"],
            sources: ["Documentation/filesystems/overlayfs.rst", "fs/overlayfs/file.c (v6.18): ovl_open()"],
        }
}
