//! Names of signal handling: `sigprocmask(2)`, `sigaction(2)`, `include/uapi/asm-generic/siginfo.h`.

use crate::kind::Names;

/// What `sigprocmask` is to do with the set (`include/uapi/asm-generic/signal-defs.h`).
pub static HOW: Names = Names {
    title: "how",
    rows: &[(0, "SIG_BLOCK"), (1, "SIG_UNBLOCK"), (2, "SIG_SETMASK")],
};

/// Why a signal was sent, codes that mean the same for every signal.
///
/// Positive codes below 0x80 depend on the signal (SEGV_MAPERR, CLD_EXITED …) and stay numbers.
pub static SIGNAL_CODE: Names = Names {
    title: "si_code",
    rows: &[
        (0x80, "SI_KERNEL"),
        (0, "SI_USER"),
        (-1, "SI_QUEUE"),
        (-2, "SI_TIMER"),
        (-3, "SI_MESGQ"),
        (-4, "SI_ASYNCIO"),
        (-5, "SI_SIGIO"),
        (-6, "SI_TKILL"),
        (-7, "SI_DETHREAD"),
        (-60, "SI_ASYNCNL"),
    ],
};

/// What became of a generated signal (`include/trace/events/signal.h`).
pub static SIGNAL_RESULT: Names = Names {
    title: "result",
    rows: &[
        (0, "delivered"),
        (1, "ignored"),
        (2, "already_pending"),
        (3, "overflow_fail"),
        (4, "lose_info"),
    ],
};

/// Flags of a signal's action.
pub static SA_FLAGS: Names = Names {
    title: "sa_flags",
    rows: &[
        (0x0000_0001, "SA_NOCLDSTOP"),
        (0x0000_0002, "SA_NOCLDWAIT"),
        (0x0000_0004, "SA_SIGINFO"),
        (0x0000_0400, "SA_UNSUPPORTED"),
        (0x0000_0800, "SA_EXPOSE_TAGBITS"),
        (0x0400_0000, "SA_RESTORER"),
        (0x0800_0000, "SA_ONSTACK"),
        (0x1000_0000, "SA_RESTART"),
        (0x4000_0000, "SA_NODEFER"),
        (0x8000_0000, "SA_RESETHAND"),
    ],
};
