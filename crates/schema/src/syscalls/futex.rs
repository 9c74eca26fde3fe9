//! Futexes and restartable sequences.

use super::time::{TIMESPEC, TIMESPEC64};
use crate::names;
use crate::types::Len::{Arg, Const};
use crate::types::Type::{
    Addr, Array, By, Enum, Flags, Hex, I32, In, Long, Out, Parts, Pid, Size, Struct, U32, U64,
    Ulong, Unused,
};
use crate::types::{Part, choices, structs};

/// An operation of futex(2).
static FUTEX_OP: [Part; 2] = [
    Part {
        mask: 0xff,
        kind: Enum(&names::FUTEX_OP),
    },
    Part {
        mask: !0xff,
        kind: Flags(&names::FUTEX_OP_FLAGS),
    },
];
/// What FUTEX_WAKE_OP does and compares.
static FUTEX_WAKE_OP: [Part; 5] = [
    Part {
        mask: 0x8000_0000,
        kind: Flags(&names::FUTEX_WAKE_SHIFT),
    },
    Part {
        mask: 0x7000_0000,
        kind: Enum(&names::FUTEX_WAKE_OPERATION),
    },
    Part {
        mask: 0x00ff_f000,
        kind: Hex(&U32),
    },
    Part {
        mask: 0x0f00_0000,
        kind: Enum(&names::FUTEX_WAKE_COMPARISON),
    },
    Part {
        mask: 0x0000_0fff,
        kind: Hex(&U32),
    },
];
/// The size and kind of a futex of the newer calls.
static FUTEX2: [Part; 2] = [
    Part {
        mask: 3,
        kind: Enum(&names::FUTEX2_SIZE),
    },
    Part {
        mask: !3,
        kind: Flags(&names::FUTEX2_FLAGS),
    },
];

structs! {
    /// A futex to wait on.
    FUTEX_WAITV = "struct futex_waitv" {
        val: Hex(&U64),
        uaddr: Hex(&U64),
        flags: Parts(&FUTEX2),
        __pad: U32,
    }
}

// By the operation: 0 WAIT, 1 WAKE, 2 FD, 3 REQUEUE, 4 CMP_REQUEUE, 5 WAKE_OP, 6 LOCK_PI,
// 7 UNLOCK_PI, 8 TRYLOCK_PI, 9 WAIT_BITSET, 10 WAKE_BITSET, 11 WAIT_REQUEUE_PI, 12 CMP_REQUEUE_PI,
// 13 LOCK_PI2.
choices! {
    /// The value that a futex must have, or how many to wake.
    FUTEX_VAL = by "futex_op" & 0x7f { [6, 7, 8, 13] => Unused } else U32;

    /// How long to wait, or how many to move.
    FUTEX_TIMEOUT = by "futex_op" & 0x7f {
        [0, 6, 9, 11, 13] => In(&Struct(&TIMESPEC64)),
        [3, 4, 5, 12] => U32,
        [1, 2, 7, 8, 10] => Unused,
    } else Hex(&Ulong);

    /// The second futex.
    FUTEX_SECOND = by "futex_op" & 0x7f {
        [0, 1, 2, 6, 7, 8, 9, 10, 13] => Unused,
    } else Addr;

    /// The third value.
    FUTEX_THIRD = by "futex_op" & 0x7f {
        [4, 12] => U32,
        [5] => Parts(&FUTEX_WAKE_OP),
        [9, 10] => Enum(&names::FUTEX_BITSET),
        [0, 1, 2, 3, 6, 7, 8, 11, 13] => Unused,
    } else Hex(&U32);

    /// The value that a futex must have, or how many to wake.
    FUTEX32_VAL = by "op" & 0x7f { [6, 7, 8, 13] => Unused } else U32;

    /// How long to wait, in 32-bit seconds, or how many to move.
    FUTEX32_TIMEOUT = by "op" & 0x7f {
        [0, 6, 9, 11, 13] => In(&Struct(&TIMESPEC)),
        [3, 4, 5, 12] => U32,
        [1, 2, 7, 8, 10] => Unused,
    } else Hex(&Ulong);

    /// The second futex.
    FUTEX32_SECOND = by "op" & 0x7f {
        [0, 1, 2, 6, 7, 8, 9, 10, 13] => Unused,
    } else Addr;

    /// The third value.
    FUTEX32_THIRD = by "op" & 0x7f {
        [4, 12] => U32,
        [5] => Parts(&FUTEX_WAKE_OP),
        [9, 10] => Enum(&names::FUTEX_BITSET),
        [0, 1, 2, 3, 6, 7, 8, 11, 13] => Unused,
    } else Hex(&U32);
}

calls! {
    /// Waits on a word of memory, or wakes those who do.
    futex x86_64 202, i386 422, aarch64 98;
        (uaddr: Addr, futex_op: Parts(&FUTEX_OP), val: By(&FUTEX_VAL), timeout: By(&FUTEX_TIMEOUT),
         uaddr2: By(&FUTEX_SECOND), val3: By(&FUTEX_THIRD)) -> Long,
        in ["ipc", "ipc_futex"]
        with { name32: "futex_time64", entry: true }

    /// Waits on a word of memory, or wakes those who do, with times of 32-bit seconds.
    futex_time32 i386 240;
        (uaddr: Addr, op: Parts(&FUTEX_OP), val: By(&FUTEX32_VAL), utime: By(&FUTEX32_TIMEOUT),
         uaddr2: By(&FUTEX32_SECOND), val3: By(&FUTEX32_THIRD)) -> Long,
        in []
        with { name32: "futex", entry: true, man: "futex(2)" }

    /// Waits on any of several futexes.
    futex_waitv x86_64 449, i386 449, aarch64 449;
        (waiters: In(&Array(&Struct(&FUTEX_WAITV), Arg("nr_futexes"))), nr_futexes: U32, flags: Hex(&U32),
         timeout: In(&Struct(&TIMESPEC64)), clockid: Enum(&names::CLOCK)) -> Long,
        in ["ipc", "ipc_futex"]
        with { entry: true, since: "5.16", man: "futex(2)" }

    /// Wakes those who wait on a futex of any size.
    futex_wake x86_64 454, i386 454, aarch64 454;
        (uaddr: Addr, mask: Hex(&Ulong), nr: I32, flags: Parts(&FUTEX2)) -> Long,
        in ["ipc", "ipc_futex"]
        with { since: "6.7", man: "futex(2)" }

    /// Waits on a futex of any size.
    futex_wait x86_64 455, i386 455, aarch64 455;
        (uaddr: Addr, val: Ulong, mask: Hex(&Ulong), flags: Parts(&FUTEX2),
         timeout: In(&Struct(&TIMESPEC64)), clockid: Enum(&names::CLOCK)) -> Long,
        in ["ipc", "ipc_futex"]
        with { entry: true, since: "6.7", man: "futex(2)" }

    /// Wakes those who wait on a futex of any size, or has them wait on another.
    futex_requeue x86_64 456, i386 456, aarch64 456;
        (waiters: In(&Array(&Struct(&FUTEX_WAITV), Const(2))), flags: Hex(&U32), nr_wake: I32, nr_requeue: I32) -> Long,
        in ["ipc", "ipc_futex"]
        with { since: "6.7", man: "futex(2)" }

    /// Tells the kernel of the futexes to release when the thread ends.
    set_robust_list x86_64 273, x32 530, i386 311, aarch64 99;
        (head: Addr, len: Size) -> Long,
        in ["ipc", "ipc_futex"]
        with { compat: true }

    /// Gets the list of the futexes to release when a thread ends.
    get_robust_list x86_64 274, x32 531, i386 312, aarch64 100;
        (pid: Pid, head_ptr: Out(&Addr), len_ptr: Out(&Size)) -> Long,
        in ["ipc", "ipc_futex"]
        with { compat: true }

    /// Registers the calling thread's area for restartable sequences.
    rseq x86_64 334, i386 386, aarch64 293;
        (rseq: Addr, rseq_len: Hex(&U32), flags: Flags(&names::RSEQ_FLAGS), sig: Hex(&U32)) -> Long,
        in []
        with { since: "4.18" }

    /// Gives up the rest of a time slice that was extended for the caller's sake.
    rseq_slice_yield x86_64 471, i386 471, aarch64 471;
        () -> Long,
        in []
        with { since: "7.0" }
}
