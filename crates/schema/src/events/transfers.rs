//! What is read from files and written to them. Ids 232 to 238.

use super::{events, file};
use crate::field::{kernel, user};
use crate::kind::Kind::{Bytes, I64, Size, U64, WallTime};

/// What the end of a call leaves of its file.
const AT_CALL_END: &str = "At the end of calls the file is the one that the descriptor stands for then, and pos is told by the file's position: another thread can have changed either. An error that a seccomp filter answers with looks like the file's.";

events! {
    /// Bytes were written to a file, or failed to be.
    ///
    /// Fires for write(2), pwrite(2) and what the kernel writes on behalf of a process by the same
    /// function; not for vectors (vfs_writev).
    vfs_write = 232 by Hook
        on [
            "fexit/vfs_write",
            "kprobe+kretprobe/vfs_write",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", buf: "const char *", count: "size_t", ppos: "loff_t *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["write", "pwrite64"]
            when "call_reaches(current, file, FMODE_PWRITE)"
            {
                file = "file_of_call(current)"; buf = "0"; count = "call_argument(current, 2)"; ppos = "0";
                pos = "place_of_call(current, file, ret, true)";
            }
        sets []
        {
            pathname: file::PATH;
            dev: file::DEV;
            inode: file::INODE;
            /// How many bytes were to be written.
            count: Size, kernel("count").ctype("size_t");
            /// Where in the file the first of them went. 0 for what has no places, as pipes.
            pos: I64, kernel("place_before(ppos, ret)").ctype("off_t");
            /// How many were written, or the error.
            returnValue: I64, kernel("ret").ctype("long");
        }
        ret true
        page {
            purpose: "Sees writes below the system call, with what became of them.",
            use_case: "Find out who writes to a file, whichever descriptor it came by.",
            command: "sudo tracehound -e vfs_write -- sh -c 'echo hello'",
            issues: [
                "Writes of vectors, splices, mappings, io_uring and the kernel itself (__kernel_write) do not come here.",
                AT_CALL_END,
            ],
            related: ["write", "pwrite64", "vfs_writev"],
            sources: ["write(2)", "fs/read_write.c (v6.18): vfs_write()"],
        }

    /// Bytes were read from a file, or failed to be.
    ///
    /// Fires for read(2), pread(2) and what the kernel reads on behalf of a process by the same
    /// function; not for vectors (vfs_readv).
    vfs_read = 233 by Hook
        on [
            "fexit/vfs_read",
            "kprobe+kretprobe/vfs_read",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", buf: "char *", count: "size_t", ppos: "loff_t *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["read", "pread64"]
            when "call_reaches(current, file, FMODE_PREAD)"
            {
                file = "file_of_call(current)"; buf = "0"; count = "call_argument(current, 2)"; ppos = "0";
                pos = "place_of_call(current, file, ret, false)";
            }
        sets []
        {
            pathname: file::PATH;
            dev: file::DEV;
            inode: file::INODE;
            /// How many bytes were to be read.
            count: Size, kernel("count").ctype("size_t");
            /// Where in the file the first of them was. 0 for what has no places, as pipes.
            pos: I64, kernel("place_before(ppos, ret)").ctype("off_t");
            /// How many were read, or the error.
            returnValue: I64, kernel("ret").ctype("long");
        }
        ret true
        page {
            purpose: "Sees reads below the system call, with what became of them.",
            use_case: "Find out who reads a file, whichever descriptor it came by.",
            command: "sudo tracehound -e vfs_read -- cat /etc/hostname",
            issues: [
                "Reads of vectors, splices, mappings, io_uring and the kernel itself, as of programs that are run, do not come here.",
                AT_CALL_END,
            ],
            related: ["read", "pread64", "vfs_readv"],
            sources: ["read(2)", "fs/read_write.c (v6.18): vfs_read()"],
        }

    /// Bytes were read from a file into several buffers, or failed to be.
    ///
    /// Fires for readv(2), preadv(2) and preadv2(2).
    vfs_readv = 234 by Hook
        on [
            "fexit/vfs_readv",
            "kprobe+kretprobe/vfs_readv",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", vec: "const struct iovec *", vlen: "unsigned long", ppos: "loff_t *", flags: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["readv", "preadv", "preadv2"]
            when "call_reaches(current, file, FMODE_PREAD)"
            {
                file = "file_of_call(current)"; vec = "0"; vlen = "call_argument(current, 2)"; ppos = "0"; flags = "0";
                pos = "place_of_call(current, file, ret, false)";
            }
        sets []
        {
            pathname: file::PATH;
            dev: file::DEV;
            inode: file::INODE;
            /// How many buffers were given.
            vlen: U64, kernel("vlen").ctype("unsigned long");
            /// Where in the file the first of the bytes was. 0 for what has no places, as pipes.
            pos: I64, kernel("place_before(ppos, ret)").ctype("off_t");
            /// How many bytes were read, or the error.
            returnValue: I64, kernel("ret").ctype("long");
        }
        ret true
        page {
            purpose: "Sees reads into several buffers below the system call, with what became of them.",
            use_case: "Find out who reads a file in a way that vfs_read does not tell of.",
            command: "sudo tracehound -e vfs_readv -- python3 -c 'import os; os.readv(os.open(\"/etc/hostname\", 0), [bytearray(9)])'",
            issues: [
                "Requests of io_uring and of io_submit(2) do not come here.",
                AT_CALL_END,
            ],
            related: ["readv", "preadv", "preadv2", "vfs_read"],
            sources: ["readv(2)", "fs/read_write.c (v6.18): vfs_readv()"],
        }

    /// Bytes were written to a file from several buffers, or failed to be.
    ///
    /// Fires for writev(2), pwritev(2) and pwritev2(2).
    vfs_writev = 235 by Hook
        on [
            "fexit/vfs_writev",
            "kprobe+kretprobe/vfs_writev",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", vec: "const struct iovec *", vlen: "unsigned long", ppos: "loff_t *", flags: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["writev", "pwritev", "pwritev2"]
            when "call_reaches(current, file, FMODE_PWRITE)"
            {
                file = "file_of_call(current)"; vec = "0"; vlen = "call_argument(current, 2)"; ppos = "0"; flags = "0";
                pos = "place_of_call(current, file, ret, true)";
            }
        sets []
        {
            pathname: file::PATH;
            dev: file::DEV;
            inode: file::INODE;
            /// How many buffers were given.
            vlen: U64, kernel("vlen").ctype("unsigned long");
            /// Where in the file the first of the bytes went. 0 for what has no places, as pipes.
            pos: I64, kernel("place_before(ppos, ret)").ctype("off_t");
            /// How many bytes were written, or the error.
            returnValue: I64, kernel("ret").ctype("long");
        }
        ret true
        page {
            purpose: "Sees writes from several buffers below the system call, with what became of them.",
            use_case: "Find out who writes to a file in a way that vfs_write does not tell of.",
            command: "sudo tracehound -e vfs_writev -- python3 -c 'import os; os.writev(1, [b\"a\", b\"b\"])'",
            issues: [
                "Requests of io_uring and of io_submit(2) do not come here.",
                AT_CALL_END,
            ],
            related: ["writev", "pwritev", "pwritev2", "vfs_write"],
            sources: ["writev(2)", "fs/read_write.c (v6.18): vfs_writev()"],
        }

    /// The kernel itself wrote to a file.
    ///
    /// Core dumps, process accounting and what else the kernel writes from its own memory.
    __kernel_write = 236 by Hook
        on ["fexit/__kernel_write", "kprobe+kretprobe/__kernel_write"]
        (file: "struct file *", buf: "const void *", count: "size_t", ppos: "loff_t *")
        unproved "it takes a core dump, which on many machines goes to a program that reports it"
        sets []
        {
            pathname: file::PATH;
            dev: file::DEV;
            inode: file::INODE;
            /// How many bytes were to be written.
            count: Size, kernel("count").ctype("size_t");
            /// Where in the file the first of them went. 0 for what has no places, as pipes.
            pos: I64, kernel("place_before(ppos, ret)").ctype("off_t");
        }
        ret true
        page {
            purpose: "Sees what the kernel writes to files for a process, as its core dump.",
            use_case: "Find out which programs leave core dumps, and where.",
            command: "sudo tracehound -e __kernel_write -- sh -c 'cd $(mktemp -d); ulimit -c 1000; kill -SEGV $$'",
            issues: [
                "From 6.1 on the pages of a core dump go by another function: its headers and notes are told, its memory is not.",
                "What calls kernel_write() is seen by its own event, if at all: compilers make one function of the two.",
                "No tracepoint tells the same, and no call ends: none on a kernel without trampolines and probes.",
            ],
            related: ["vfs_write", "magic_write"],
            sources: ["core(5)", "fs/read_write.c (v6.18): __kernel_write()"],
        }

    /// The beginning of a regular file was written.
    ///
    /// Fires for writes that begin at place 0, with the bytes that tell what kind of file it is to be.
    magic_write = 237 by Hook
        on [
            "fexit/vfs_write,vfs_writev,__kernel_write",
            "kprobe+kretprobe/vfs_write,vfs_writev,__kernel_write",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", buf: "const void *", count: "size_t", ppos: "loff_t *")
        when "ret > 0 && file_is_regular(file)"
        at ["fexit/vfs_write", "kprobe+kretprobe/vfs_write"]
            when "!place_before(ppos, ret)"
            {}
        at ["fexit/vfs_writev", "kprobe+kretprobe/vfs_writev"]
            when "!place_before(ppos, ret)"
            { ret = "GIVEN(5)"; bytes = "header_of(buf, IN_VECTOR, ret)"; }
        at ["fexit/__kernel_write", "kprobe+kretprobe/__kernel_write"]
            when "!place_before(ppos, ret)"
            { bytes = "header_of(buf, IN_KERNEL, ret)"; }
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["write", "pwrite64", "writev", "pwritev", "pwritev2"]
            when "!place_of_call(current, file, ret, true)"
            {
                file = "file_of_call(current)"; buf = "call_argument(current, 1)"; count = "0"; ppos = "0";
                bytes = "header_of(buf, how_called(current), ret)";
            }
        sets []
        {
            pathname: file::PATH;
            /// What was written, the first 32 bytes of it.
            bytes: Bytes, user("header_of(buf, IN_USER, ret)").ctype("bytes")
                .unread("when the caller's memory is gone or not in place");
            dev: file::DEV;
            inode: file::INODE;
            /// How many bytes were written.
            returnValue: I64, kernel("ret").ctype("long");
        }
        ret true
        page {
            purpose: "Sees what kinds of files a process writes, by how they begin.",
            use_case: "Find programs and archives that are dropped, whatever they are called.",
            command: "sudo tracehound -e magic_write -- sh -c 'echo hello > $(mktemp)'",
            issues: [
                "The bytes are read from the caller's memory when they have been written: another thread can rewrite it meanwhile. Of what the kernel writes itself they are the kernel's own.",
                "A file that is copied by copy_file_range(2), sendfile(2), splice(2) or a reflink, written by a mapping or by io_uring does not come here.",
                "A beginning that is written in pieces is told by its first piece, and whenever it is written again.",
                "At the end of calls the file and its position are those of then, which another thread can have changed; what the kernel writes itself is not seen.",
            ],
            related: ["vfs_write", "vfs_writev", "__kernel_write"],
            sources: ["file(1)", "fs/read_write.c (v6.18): vfs_write()"],
        }

    /// A file's contents were changed: its times moved.
    ///
    /// By a write or by the first store to a page of a mapping. What changes a file again before the
    /// clock of its file system goes on moves no time and is not told again.
    file_modification = 238 by Hook
        on [
            "fentry+fexit/file_update_time_flags",
            "fentry+fexit/file_update_time,file_modified_flags",
            "fentry+fexit/file_update_time,file_modified,kiocb_modified",
            "fentry+fexit/file_update_time",
            "kprobe+kretprobe/file_update_time_flags",
            "kprobe+kretprobe/file_update_time,file_modified_flags",
            "kprobe+kretprobe/file_update_time,file_modified,kiocb_modified",
            "kprobe+kretprobe/file_update_time",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *")
        keeps "inode_ctime(inode_of(file))"
        at [
            "fentry+fexit/file_update_time_flags",
            "fentry+fexit/file_update_time",
            "fentry+fexit/file_modified_flags",
            "fentry+fexit/file_modified",
            "kprobe+kretprobe/file_update_time_flags",
            "kprobe+kretprobe/file_update_time",
            "kprobe+kretprobe/file_modified_flags",
            "kprobe+kretprobe/file_modified",
        ]
            when "kept != inode_ctime(inode_of(file))"
            {}
        at ["fentry+fexit/kiocb_modified", "kprobe+kretprobe/kiocb_modified"]
            when "kept != inode_ctime(inode_of(file))"
            { file = "file_of_request(GIVEN(0))"; }
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"]
            of ["write", "pwrite64", "writev", "pwritev", "pwritev2"]
            when "ret > 0 && file_is_regular(file)"
            { file = "file_of_call(current)"; }
            lacks { old_ctime: "when a call ends, the time has moved"; }
        sets []
        {
            file_path: file::PATH;
            dev: file::DEV;
            inode: file::INODE;
            /// When the inode was changed before.
            old_ctime: WallTime, kernel("kept").ctype("unsigned long");
            /// When it is changed now.
            new_ctime: WallTime, kernel("inode_ctime(inode_of(file))").ctype("unsigned long");
        }
        page {
            purpose: "Sees that a file's contents change, and when they did before.",
            use_case: "Watch files that are to stay as they are.",
            command: "sudo tracehound -e file_modification -- sh -c 'echo hello > $(mktemp)'",
            issues: [
                "Every change that moves the time is told, not only the first since the file was opened.",
                "Files of /proc, pipes and devices have no such times; file systems that keep times at a server may set them elsewhere.",
                "At the end of calls every write to a regular file is told, whether or not it moved the time; stores to mappings, splices, copies and io_uring are not seen, and the descriptor is looked at when the call is over.",
            ],
            related: ["vfs_write", "do_truncate"],
            sources: ["inode(7)", "fs/inode.c (v6.18): file_update_time()"],
        }
}
