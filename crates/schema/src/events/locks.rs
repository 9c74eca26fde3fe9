//! Locks and leases on files. Ids 241 and 242.

use super::events;
use crate::field::kernel;
use crate::kind::Kind::{Dev, Enum, Flags, I64, Path, Pid, U64};
use crate::names;

events! {
    /// A lock on a file was asked for or given back.
    ///
    /// By flock(2), by fcntl(2), which locks ranges, and when a file is closed whose locks go with it.
    /// Told when it is settled, in each attempt.
    file_lock = 241 by Hook
        on [
            "tp_btf/posix_lock_inode,flock_lock_inode",
            "raw_tp/posix_lock_inode,flock_lock_inode",
        ]
        (locked: "struct inode *", lock: "struct file_lock *", result: "int")
        at ["tp_btf/posix_lock_inode,flock_lock_inode", "raw_tp/posix_lock_inode,flock_lock_inode"]
            { lock = "plain(ctx[1])"; }
        sets []
        {
            /// The file's path as the kernel resolves it. Absent where no open file is told, as of a server's lock.
            pathname: Path, kernel("lock_file(lock)").ctype("const char*").opt();
            /// The file's device.
            dev: Dev, kernel("inode_dev(locked)").ctype("dev_t");
            /// The file's inode number.
            inode: U64, kernel("inode_number(locked)").ctype("unsigned long");
            /// What kind of lock it is, and whether it is waited for.
            flags: Flags(&names::LOCK_FLAGS), kernel("lock_flags(lock)").ctype("unsigned int");
            /// Read, write, or unlock.
            type: Enum(&names::LOCK_TYPE), kernel("lock_type(lock)").ctype("unsigned char");
            /// The first byte.
            start: I64, kernel("BPF_CORE_READ(lock, fl_start)").ctype("loff_t");
            /// The last byte; 2^63 - 1 for the end of the file.
            end: I64, kernel("BPF_CORE_READ(lock, fl_end)").ctype("loff_t");
            /// Whose it is, in the initial namespace; 0 for locks that belong to an open file, on some kernels.
            pid: Pid, kernel("lock_pid(lock)").ctype("pid_t");
            /// 0, 1 if it is waited for, or the error.
            returnValue: I64, kernel("(s64)(s32)result").ctype("int");
        }
        page {
            purpose: "Sees locks on files, granted and refused.",
            use_case: "Find out who holds the lock that others wait for.",
            command: "sudo tracehound -e file_lock -- flock /tmp true",
            issues: [
                "File systems that lock elsewhere (NFS, FUSE, some cluster file systems) do not come here.",
                "A lock that is waited for is told again when it is tried again.",
            ],
            related: ["flock", "fcntl", "file_lease"],
            sources: ["flock(2)", "fcntl(2)", "fs/locks.c (v6.18): posix_lock_inode(), flock_lock_inode()"],
        }

    /// A lease on a file is asked for or given back.
    ///
    /// Who has a lease is told before others open or cut the file (F_SETLEASE).
    file_lease = 242 by Hook
        on [
            "tp_btf/generic_add_lease,generic_delete_lease",
            "raw_tp/generic_add_lease,generic_delete_lease",
        ]
        (leased: "struct inode *", lease: "void *")
        at ["tp_btf/generic_add_lease", "raw_tp/generic_add_lease"]
            { lease = "plain(ctx[1])"; }
        at ["tp_btf/generic_delete_lease", "raw_tp/generic_delete_lease"]
            { lease = "plain(ctx[1])"; action = "1"; }
        sets []
        {
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("lock_file(lease)").ctype("const char*").opt();
            /// The file's device.
            dev: Dev, kernel("inode_dev(leased)").ctype("dev_t");
            /// The file's inode number.
            inode: U64, kernel("inode_number(leased)").ctype("unsigned long");
            /// What kind of lease it is.
            flags: Flags(&names::LOCK_FLAGS), kernel("lock_flags(lease)").ctype("unsigned int");
            /// Read, write, or unlock.
            type: Enum(&names::LOCK_TYPE), kernel("lock_type(lease)").ctype("unsigned char");
            /// Whether it is asked for or given back.
            action: Enum(&names::LEASE_ACTION), kernel("0").ctype("int");
        }
        page {
            purpose: "Sees leases on files, by which a process can hold up others that open them.",
            use_case: "Find out who makes opening a file slow.",
            command: "sudo tracehound -e file_lease -- python3 -c 'import fcntl, os; fcntl.fcntl(os.open(\"/etc/hostname\", 0), fcntl.F_SETLEASE, 0)'",
            issues: [
                "Told when the kernel begins to add it: whether it was granted, the call tells.",
                "A lease that goes when its file is closed is told as one that is given back on some kernels only.",
            ],
            related: ["fcntl", "file_lock"],
            sources: ["fcntl(2), F_SETLEASE", "fs/locks.c (v6.18): generic_add_lease()"],
        }
}
