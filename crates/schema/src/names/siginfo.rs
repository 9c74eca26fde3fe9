//! Names of what comes with a signal: `sigaction(2)`, `include/uapi/asm-generic/siginfo.h`.

use super::names;
use crate::kind::Names;

names! {
    /// Codes that mean the same for every signal.
    ANY_CODE = "si_code" from general [
        SI_KERNEL, SI_USER, SI_QUEUE, SI_TIMER, SI_MESGQ, SI_ASYNCIO, SI_SIGIO, SI_TKILL, SI_DETHREAD,
        SI_ASYNCNL,
    ];
    /// Codes of SIGILL.
    ILL_CODE = "si_code" from general [
        ILL_ILLOPC, ILL_ILLOPN, ILL_ILLADR, ILL_ILLTRP, ILL_PRVOPC, ILL_PRVREG, ILL_COPROC, ILL_BADSTK,
        ILL_BADIADDR,
    ];
    /// Codes of SIGFPE.
    FPE_CODE = "si_code" from general [
        FPE_INTDIV, FPE_INTOVF, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES, FPE_FLTINV, FPE_FLTSUB,
        FPE_FLTUNK, FPE_CONDTRAP,
    ];
    /// Codes of SIGSEGV.
    SEGV_CODE = "si_code" from general [
        SEGV_MAPERR, SEGV_ACCERR, SEGV_BNDERR, SEGV_PKUERR, SEGV_ACCADI, SEGV_ADIDERR, SEGV_ADIPERR,
        SEGV_MTEAERR, SEGV_MTESERR, SEGV_CPERR,
    ];
    /// Codes of SIGBUS.
    BUS_CODE = "si_code" from general [
        BUS_ADRALN, BUS_ADRERR, BUS_OBJERR, BUS_MCEERR_AR, BUS_MCEERR_AO,
    ];
    /// Codes of SIGTRAP.
    TRAP_CODE = "si_code" from general [
        TRAP_BRKPT, TRAP_TRACE, TRAP_BRANCH, TRAP_HWBKPT, TRAP_UNK, TRAP_PERF,
    ];
    /// Codes of SIGCHLD.
    CLD_CODE = "si_code" from general [
        CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_TRAPPED, CLD_STOPPED, CLD_CONTINUED,
    ];
    /// Codes of SIGIO.
    POLL_CODE = "si_code" from general [POLL_IN, POLL_OUT, POLL_MSG, POLL_ERR, POLL_PRI, POLL_HUP];
    /// Codes of SIGSYS.
    SYS_CODE = "si_code" from general [SYS_SECCOMP] and [2 => "SYS_USER_DISPATCH"];
    /// Kinds of machine code (`include/uapi/linux/audit.h`).
    AUDIT_ARCH = "arch" and [
        0xc000_003e => "AUDIT_ARCH_X86_64",
        0x4000_0003 => "AUDIT_ARCH_I386",
        0xc000_00b7 => "AUDIT_ARCH_AARCH64",
    ];
}

/// The table of the codes that only one signal has.
const fn codes_of(signal: u8) -> Option<&'static Names> {
    Some(match signal {
        4 => &ILL_CODE,
        5 => &TRAP_CODE,
        7 => &BUS_CODE,
        8 => &FPE_CODE,
        11 => &SEGV_CODE,
        17 => &CLD_CODE,
        29 => &POLL_CODE,
        31 => &SYS_CODE,
        _ => return None,
    })
}

/// The name of a signal's code.
#[must_use]
pub fn signal_code(signal: u8, code: i32) -> Option<&'static str> {
    let code = i64::from(code);
    ANY_CODE.name(code).or_else(|| codes_of(signal)?.name(code))
}
