//! Names of futexes and restartable sequences.

use super::names;

names! {
    /// Operations of futex(2), those on private futexes under the names that the headers have.
    FUTEX_OP = "futex_op" from general [
        FUTEX_WAIT, FUTEX_WAKE, FUTEX_FD, FUTEX_REQUEUE, FUTEX_CMP_REQUEUE, FUTEX_WAKE_OP,
        FUTEX_LOCK_PI, FUTEX_UNLOCK_PI, FUTEX_TRYLOCK_PI, FUTEX_WAIT_BITSET, FUTEX_WAKE_BITSET,
        FUTEX_WAIT_REQUEUE_PI, FUTEX_CMP_REQUEUE_PI, FUTEX_LOCK_PI2, FUTEX_WAIT_PRIVATE,
        FUTEX_WAKE_PRIVATE, FUTEX_REQUEUE_PRIVATE, FUTEX_CMP_REQUEUE_PRIVATE,
        FUTEX_WAKE_OP_PRIVATE, FUTEX_LOCK_PI_PRIVATE, FUTEX_UNLOCK_PI_PRIVATE,
        FUTEX_TRYLOCK_PI_PRIVATE, FUTEX_WAIT_BITSET_PRIVATE, FUTEX_WAKE_BITSET_PRIVATE,
        FUTEX_WAIT_REQUEUE_PI_PRIVATE, FUTEX_CMP_REQUEUE_PI_PRIVATE, FUTEX_LOCK_PI2_PRIVATE,
    ];

    /// Bits of a futex operation besides the operation and whether the futex is private.
    FUTEX_OP_FLAGS = "futex_op" from general [FUTEX_CLOCK_REALTIME]
        and [0x200 => "FUTEX_ROBUST_UNLOCK", 0x400 => "FUTEX_ROBUST_LIST32"];

    /// The set of waiters that is all of them.
    FUTEX_BITSET = "val3" from general [FUTEX_BITSET_MATCH_ANY];

    /// What FUTEX_WAKE_OP does to the second futex.
    FUTEX_WAKE_OPERATION = "val3" and [
        0x0000_0000 => "FUTEX_OP_SET<<28",
        0x1000_0000 => "FUTEX_OP_ADD<<28",
        0x2000_0000 => "FUTEX_OP_OR<<28",
        0x3000_0000 => "FUTEX_OP_ANDN<<28",
        0x4000_0000 => "FUTEX_OP_XOR<<28",
    ];

    /// That the operand of FUTEX_WAKE_OP is the number of a bit.
    FUTEX_WAKE_SHIFT = "val3" and [0x8000_0000 => "FUTEX_OP_OPARG_SHIFT<<28"];

    /// How FUTEX_WAKE_OP compares what the second futex held.
    FUTEX_WAKE_COMPARISON = "val3" and [
        0x0000_0000 => "FUTEX_OP_CMP_EQ<<24",
        0x0100_0000 => "FUTEX_OP_CMP_NE<<24",
        0x0200_0000 => "FUTEX_OP_CMP_LT<<24",
        0x0300_0000 => "FUTEX_OP_CMP_LE<<24",
        0x0400_0000 => "FUTEX_OP_CMP_GT<<24",
        0x0500_0000 => "FUTEX_OP_CMP_GE<<24",
    ];

    /// The size of a futex of the newer calls.
    FUTEX2_SIZE = "flags" from general [
        FUTEX2_SIZE_U8, FUTEX2_SIZE_U16, FUTEX2_SIZE_U32, FUTEX2_SIZE_U64,
    ];

    /// Flags of a futex of the newer calls.
    FUTEX2_FLAGS = "flags" from general [FUTEX2_NUMA, FUTEX2_MPOL, FUTEX2_PRIVATE];

    /// Flags of rseq(2).
    RSEQ_FLAGS = "flags" and [1 => "RSEQ_FLAG_UNREGISTER", 2 => "RSEQ_FLAG_SLICE_EXT_DEFAULT_ON"];
}
