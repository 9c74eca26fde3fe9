//! Names of signal handling: `sigprocmask(2)`, `sigaction(2)`, `include/uapi/asm-generic/siginfo.h`.

use super::names;
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

/// What changed a thread's mask.
pub static MASK_CAUSE: Names = Names {
    title: "cause",
    rows: &[
        (0, "CALL"),
        (1, "SIGRETURN"),
        (2, "HANDLER_ENTRY"),
        (3, "TEMPORARY_SET"),
        (4, "TEMPORARY_RESTORED"),
        (5, "PTRACE"),
        (6, "FORCED_SIGNAL"),
        (7, "UNKNOWN"),
    ],
};

/// What is done on a signal, as one of three.
pub static SIGNAL_METHOD: Names = Names {
    title: "method",
    rows: &[(0, "SIG_DFL"), (1, "SIG_IGN"), (2, "SIG_HND")],
};

names! {
    /// Flags of a signal's action. SA_INTERRUPT is the C library's and does nothing.
    SA_FLAGS = "sa_flags" and [
        0x0400_0000 => "SA_RESTORER",
        0x0800_0000 => "SA_ONSTACK",
        0x1000_0000 => "SA_RESTART",
        0x2000_0000 => "SA_INTERRUPT",
        0x4000_0000 => "SA_NODEFER",
        0x8000_0000 => "SA_RESETHAND",
        0x0000_0004 => "SA_SIGINFO",
        0x0000_0001 => "SA_NOCLDSTOP",
        0x0000_0002 => "SA_NOCLDWAIT",
        0x0000_0400 => "SA_UNSUPPORTED",
        0x0000_0800 => "SA_EXPOSE_TAGBITS",
    ];
}

/// Declares tables of reasons: those of one signal, and those that mean the same for every signal.
macro_rules! codes {
    ($($(#[$doc:meta])* $table:ident [$($value:literal => $own:literal),* $(,)?];)*) => {
        $($(#[$doc])* pub static $table: Names = Names {
            title: "si_code",
            rows: &[
                $(($value, $own),)*
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
        };)*
    };
}

codes! {
    /// Why SIGILL was sent.
    ILL_CODE [
        1 => "ILL_ILLOPC", 2 => "ILL_ILLOPN", 3 => "ILL_ILLADR", 4 => "ILL_ILLTRP",
        5 => "ILL_PRVOPC", 6 => "ILL_PRVREG", 7 => "ILL_COPROC", 8 => "ILL_BADSTK",
        9 => "ILL_BADIADDR",
    ];

    /// Why SIGFPE was sent.
    FPE_CODE [
        1 => "FPE_INTDIV", 2 => "FPE_INTOVF", 3 => "FPE_FLTDIV", 4 => "FPE_FLTOVF",
        5 => "FPE_FLTUND", 6 => "FPE_FLTRES", 7 => "FPE_FLTINV", 8 => "FPE_FLTSUB",
        14 => "FPE_FLTUNK", 15 => "FPE_CONDTRAP",
    ];

    /// Why SIGSEGV was sent.
    SEGV_CODE [
        1 => "SEGV_MAPERR", 2 => "SEGV_ACCERR", 3 => "SEGV_BNDERR", 4 => "SEGV_PKUERR",
        5 => "SEGV_ACCADI", 6 => "SEGV_ADIDERR", 7 => "SEGV_ADIPERR", 8 => "SEGV_MTEAERR",
        9 => "SEGV_MTESERR", 10 => "SEGV_CPERR",
    ];

    /// Why SIGBUS was sent.
    BUS_CODE [
        1 => "BUS_ADRALN", 2 => "BUS_ADRERR", 3 => "BUS_OBJERR", 4 => "BUS_MCEERR_AR",
        5 => "BUS_MCEERR_AO",
    ];

    /// Why SIGTRAP was sent.
    TRAP_CODE [
        1 => "TRAP_BRKPT", 2 => "TRAP_TRACE", 3 => "TRAP_BRANCH", 4 => "TRAP_HWBKPT",
        5 => "TRAP_UNK", 6 => "TRAP_PERF",
    ];

    /// What became of a child.
    CLD_CODE [
        1 => "CLD_EXITED", 2 => "CLD_KILLED", 3 => "CLD_DUMPED", 4 => "CLD_TRAPPED",
        5 => "CLD_STOPPED", 6 => "CLD_CONTINUED",
    ];

    /// What a file is ready for.
    POLL_CODE [
        1 => "POLL_IN", 2 => "POLL_OUT", 3 => "POLL_MSG", 4 => "POLL_ERR", 5 => "POLL_PRI",
        6 => "POLL_HUP",
    ];

    /// Why a system call was refused.
    SYS_CODE [1 => "SYS_SECCOMP", 2 => "SYS_USER_DISPATCH"];

    /// Why any other signal was sent.
    SI_CODE [];
}

names! {
    /// Flags of an alternate signal stack.
    SS_FLAGS = "ss_flags" from general [SS_ONSTACK, SS_DISABLE, SS_AUTODISARM];

    /// Flags of signalfd4(2).
    SIGNALFD_FLAGS = "flags" and [0o2000000 => "SFD_CLOEXEC", 0o4000 => "SFD_NONBLOCK"];

    /// Whom pidfd_send_signal(2) is to reach.
    PIDFD_SIGNAL_FLAGS = "flags" and [
        1 => "PIDFD_SIGNAL_THREAD",
        2 => "PIDFD_SIGNAL_THREAD_GROUP",
        4 => "PIDFD_SIGNAL_PROCESS_GROUP",
    ];

    /// Conventions of system calls as audit(8) knows them.
    AUDIT_ARCH = "arch" and [
        0xc000_003e => "AUDIT_ARCH_X86_64",
        0x4000_0003 => "AUDIT_ARCH_I386",
        0xc000_00b7 => "AUDIT_ARCH_AARCH64",
    ];
}
