//! Rings of requests that are shared with the kernel.

use crate::names;
use crate::types::Len::Arg;
use crate::types::Type::{
    Addr, Array, By, Enum, Fd, Flags, Hex, I32, In, InOut, Inline, IoVec, Long, Parts, Raw, SigSet,
    Size, Struct, U16, U32, U64, Wide,
};
use crate::types::Width::W64;
use crate::types::{Len, Part, choices, structs};

structs! {
    /// Where the parts of the submission ring are.
    SQ_OFFSETS = "struct io_sqring_offsets" {
        head: U32, tail: U32, ring_mask: U32, ring_entries: U32, flags: U32, dropped: U32, array: U32,
        resv1: U32, user_addr: Hex(&U64),
    }

    /// Where the parts of the completion ring are.
    CQ_OFFSETS = "struct io_cqring_offsets" {
        head: U32, tail: U32, ring_mask: U32, ring_entries: U32, overflow: U32, cqes: U32, flags: U32,
        resv1: U32, user_addr: Hex(&U64),
    }

    /// What a ring is to be, and is.
    PARAMS = "struct io_uring_params" {
        sq_entries: U32, cq_entries: U32, flags: Flags(&names::io_uring::SETUP_FLAGS), sq_thread_cpu: U32,
        sq_thread_idle: U32, features: Flags(&names::io_uring::FEATURES), wq_fd: U32, resv: Inline(&U32, 3),
        sq_off: Struct(&SQ_OFFSETS), cq_off: Struct(&CQ_OFFSETS),
    }

    /// What waiting is passed besides a signal mask.
    GETEVENTS_ARG = "struct io_uring_getevents_arg" {
        sigmask: Hex(&U64), sigmask_sz: U32, min_wait_usec: U32, ts: Hex(&U64),
    }

    /// Descriptors that take the place of registered ones.
    FILES_UPDATE = "struct io_uring_files_update" { offset: U32, resv: U32, fds: Hex(&U64) }

    /// Resources with their tags.
    RSRC_REGISTER = "struct io_uring_rsrc_register" { nr: U32, flags: Hex(&U32), resv2: U64, data: Hex(&U64), tags: Hex(&U64) }

    /// Resources that take the place of registered ones.
    RSRC_UPDATE = "struct io_uring_rsrc_update2" {
        offset: U32, resv: U32, data: Hex(&U64), tags: Hex(&U64), nr: U32, resv2: U32,
    }

    /// A ring of buffers.
    BUF_REG = "struct io_uring_buf_reg" {
        ring_addr: Hex(&U64), ring_entries: U32, bgid: U16, flags: Hex(&U16), min_left: U32,
        __pad: Raw(20),
    }

    /// A range of slots for descriptors.
    FILE_RANGE = "struct io_uring_file_index_range" { off: U32, len: U32, resv: U64 }
}

/// What is to be registered, and a flag.
static OPCODE: [Part; 2] = [
    Part {
        mask: 0x7fff_ffff,
        kind: Enum(&names::io_uring::REGISTER),
    },
    Part {
        mask: 0x8000_0000,
        kind: Flags(&names::io_uring::REGISTER_FLAGS),
    },
];

choices! {
    /// A signal mask or more, by a flag.
    WAIT = by "flags" & 8 {
        [8] => In(&Struct(&GETEVENTS_ARG)),
    } else In(&SigSet(Arg("argsz")));

    /// What is registered.
    REGISTERED = by "opcode" & 0x7fff_ffff {
        [0] => In(&IoVec(Arg("nr_args"), Len::Const(0))),
        [2] => In(&Array(&Fd, Arg("nr_args"))),
        [4, 7] => In(&Fd),
        [6] => In(&Struct(&FILES_UPDATE)),
        [13, 15] => In(&Struct(&RSRC_REGISTER)),
        [14, 16] => In(&Struct(&RSRC_UPDATE)),
        [19] => InOut(&Array(&U32, Len::Const(2))),
        [20, 21] => InOut(&Array(&Struct(&RSRC_UPDATE_RING), Arg("nr_args"))),
        [22, 23] => In(&Struct(&BUF_REG)),
        [25] => In(&Struct(&FILE_RANGE)),
    } else Addr;
}

structs! {
    /// A ring's descriptor by its slot.
    RSRC_UPDATE_RING = "struct io_uring_rsrc_update" { offset: U32, resv: U32, data: Wide(W64, &I32) }
}

calls! {
    /// Creates rings of requests and completions.
    io_uring_setup x86_64 425, i386 425, aarch64 425;
        (entries: U32, p: InOut(&Struct(&PARAMS))) -> Fd,
        in []
        with { since: "5.1" }

    /// Submits requests, and waits for completions.
    io_uring_enter x86_64 426, i386 426, aarch64 426;
        (fd: Fd, to_submit: U32, min_complete: U32, flags: Flags(&names::io_uring::ENTER_FLAGS), sig: By(&WAIT), argsz: Size) -> Long,
        in []
        with { entry: true, since: "5.1" }

    /// Registers files, buffers and more with a ring.
    io_uring_register x86_64 427, i386 427, aarch64 427;
        (fd: Fd, opcode: Parts(&OPCODE), arg: By(&REGISTERED), nr_args: U32) -> Long,
        in []
        with { entry: true, since: "5.1" }
}
