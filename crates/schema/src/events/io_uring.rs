//! Requests of io_uring, which are no system calls. Ids 350 to 359.

use super::events;
use crate::field::kernel;
use crate::kind::Kind::{Bool, Enum, Flags, I32, Path, Pid, U32, U64};
use crate::names;

events! {
    /// A ring for requests was made.
    io_uring_create = 350 by Hook
        on ["tp_btf/io_uring_create", "raw_tp/io_uring_create"]
        (fd: "int", ring: "void *", sq_entries: "u32", cq_entries: "u32", flags: "u32")
        sets []
        {
            /// Its descriptor.
            fd: I32, kernel("fd").ctype("int");
            /// How many requests it has room for.
            sq_entries: U32, kernel("sq_entries").ctype("u32");
            /// How many answers it has room for.
            cq_entries: U32, kernel("cq_entries").ctype("u32");
            /// How it works. With IORING_SETUP_SQPOLL a thread of the kernel fetches requests, without calls.
            flags: Flags(&names::io_uring::SETUP_FLAGS), kernel("flags").ctype("u32");
        }
        page {
            purpose: "Sees who can do things without system calls from now on.",
            use_case: "Find programs whose doings a tracer of calls does not see.",
            command: "sudo tracehound -e io_uring_create -- target/programs/uring",
            issues: ["Told before the descriptor is there for others: a ring whose descriptor cannot be installed is told, too."],
            related: ["io_uring_setup", "io_uring_submit_req"],
            sources: ["io_uring_setup(2)", "include/trace/events/io_uring.h (v6.18)"],
        }

    /// A request was put to io_uring.
    ///
    /// The kernel has taken it from the ring and is about to carry it out. Fires in the thread that
    /// submits, which for rings with IORING_SETUP_SQPOLL is a thread of the kernel's own in that process.
    io_uring_submit_req = 351 by Hook
        on [
            "tp_btf/io_uring_submit_req",
            "raw_tp/io_uring_submit_req",
            "tp_btf/io_uring_submit_sqe",
            "raw_tp/io_uring_submit_sqe",
        ]
        (request: "struct io_kiocb *")
        at ["tp_btf/io_uring_submit_sqe", "raw_tp/io_uring_submit_sqe"]
            { request = "request_of(word_of(ctx, 0), word_of(ctx, 1))"; }
        sets []
        {
            /// What is to be done.
            opcode: Enum(&names::io_uring::OPCODE), kernel("BPF_CORE_READ(request, opcode)").ctype("u8");
            /// What the process knows the request by.
            user_data: U64, kernel("request_user_data(request)").ctype("u64");
            /// How it is to be done.
            flags: Flags(&names::io_uring::SQE_FLAGS), kernel("request_flags(request)").ctype("u8");
            /// The descriptor it is about, or the number of a registered file (IOSQE_FIXED_FILE).
            /// Absent for what is about no open file, and before 5.19.
            fd: I32, kernel("request_fd(request)").ctype("int").opt();
            /// The file it is about. Absent for what is about no open file.
            pathname: Path, kernel("request_file(current, request)").ctype("const char*").opt();
            /// Whether the kernel's thread fetched it (IORING_SETUP_SQPOLL).
            sq_thread: Bool, kernel("request_is_polled(request)").ctype("bool");
            /// The process whose ring it is, where the kernel's thread fetched it, in the initial namespace.
            owner_pid: Pid, kernel("request_owner(request)").ctype("pid_t").opt();
        }
        page {
            purpose: "Sees what is done by way of io_uring, which no system call tells.",
            use_case: "Find out what a process reads, writes and opens past the eyes of tracers of calls.",
            command: "sudo tracehound -e io_uring_submit_req -- target/programs/uring",
            issues: [
                "Requests that the kernel refuses as malformed are not told; whether one succeeded is not, either.",
                "Paths and addresses that a request names are not told yet; the hooks of files and sockets see what is made of them.",
                "The file is looked for when the request is submitted: it can be carried out later, when a registered place or a descriptor holds another.",
                "With a command, the kernel's thread of a ring (IORING_SETUP_SQPOLL) is followed from its first request on; on 5.10 it is not.",
            ],
            related: ["io_uring_create", "io_uring_enter"],
            sources: ["io_uring(7)", "include/trace/events/io_uring.h (v6.18)"],
        }
}
