//! What a signal says of its reason: `siginfo_t`.
//!
//! Which members count follows from the reason (`si_code`) where a process sent the signal, else
//! from the signal; the kernel has the same two steps in `siginfo_layout()`. The last choice's other
//! case is the room that the union takes.

use crate::names;
use crate::types::Type::{
    Addr, By, Enum, Fd, I16, I32, Inline, Long, Pid, Raw, Signal, Struct, Ticks, U32, Uid, Ulong,
    Unused,
};
use crate::types::{choices, structs};

structs! {
    /// What a signal says of its reason.
    SIGINFO = "siginfo_t" {
        si_signo: Signal,
        si_errno: I32,
        si_code: By(&SI_CODE),
        __unnamed: By(&SI_SENDER),
    } with { compat: Some(&SIGINFO_COMPAT) }

    /// The same for a 32-bit program.
    SIGINFO_COMPAT = "siginfo_t" {
        si_signo: Signal,
        si_errno: I32,
        si_code: By(&SI_CODE),
        __unnamed: By(&SI_SENDER),
        __pad: Raw(60),
    }

    /// Who sent it.
    SI_KILL = "" { si_pid: Pid, si_uid: Uid }

    /// The value that was sent along, as either.
    SI_VALUE = "" { si_int: I32, si_ptr: Addr } with { union: true }

    /// Who sent it, with a value.
    SI_RT = "" { si_pid: Pid, si_uid: Uid, __unnamed: Struct(&SI_VALUE) }

    /// Which timer expired.
    SI_TIMER = "" { si_timerid: I32, si_overrun: I32, __unnamed: Struct(&SI_VALUE) }

    /// Which child changed, and how.
    SI_CHILD = "" {
        si_pid: Pid,
        si_uid: Uid,
        si_status: By(&SI_STATUS),
        si_utime: Ticks,
        si_stime: Ticks,
    }

    /// What a fault was about.
    SI_FAULT = "" { si_addr: Addr }

    /// What a memory error was about.
    SI_BUS = "" { si_addr: Addr, __unnamed: By(&SI_BUS_REST) }

    /// How much of the address counts.
    SI_LSB = "" { si_addr_lsb: I16 }

    /// What a fault of memory was about.
    SI_SEGV = "" { si_addr: Addr, __unnamed: By(&SI_SEGV_REST) }

    /// The bounds that the address is beyond.
    SI_BOUNDS = "" { __pad: Ulong, si_lower: Addr, si_upper: Addr }

    /// The protection key that forbade it.
    SI_KEY = "" { __pad: Ulong, si_pkey: U32 }

    /// What a trap was about.
    SI_TRAP = "" { si_addr: Addr, __unnamed: By(&SI_TRAP_REST) }

    /// The event of perf_event_open(2) that trapped.
    SI_PERF = "" { si_perf_data: Ulong, si_perf_type: U32, si_perf_flags: U32 }

    /// Which file is ready, for what.
    SI_POLL = "" { si_band: Long, si_fd: Fd }

    /// Which system call was refused.
    SI_SYS = "" { si_call_addr: Addr, si_syscall: I32, si_arch: Enum(&names::AUDIT_ARCH) }
}

choices! {
    /// The reason's name.
    SI_CODE = by "si_signo" {
        [4] => Enum(&names::ILL_CODE),
        [5] => Enum(&names::TRAP_CODE),
        [7] => Enum(&names::BUS_CODE),
        [8] => Enum(&names::FPE_CODE),
        [11] => Enum(&names::SEGV_CODE),
        [17] => Enum(&names::CLD_CODE),
        [29] => Enum(&names::POLL_CODE),
        [31] => Enum(&names::SYS_CODE),
    } else Enum(&names::SI_CODE);

    /// What a signal carries: reasons below zero are those of a sender.
    SI_SENDER = by "si_code" & 0x8000_0000 { [0x8000_0000] => By(&SI_SENT) } else By(&SI_OTHER);

    /// What a signal of a sender's carries.
    SI_SENT = by "si_code" {
        [-2] => Struct(&SI_TIMER),
        [-5] => Struct(&SI_POLL),
        [-6] => Struct(&SI_KILL),
    } else Struct(&SI_RT);

    /// What a signal of kill(2) carries, or one of the kernel's.
    SI_OTHER = by "si_code" { [0] => Struct(&SI_KILL) } else By(&SI_REASON);

    /// What a signal of the kernel's carries.
    SI_REASON = by "si_signo" {
        [4, 8] => Struct(&SI_FAULT),
        [5] => Struct(&SI_TRAP),
        [7] => Struct(&SI_BUS),
        [11] => Struct(&SI_SEGV),
        [17] => Struct(&SI_CHILD),
        [29] => Struct(&SI_POLL),
        [31] => Struct(&SI_SYS),
    } else Inline(&Ulong, 14);

    /// An exit status, or the signal that ended, stopped or continued the child.
    SI_STATUS = by "si_code" { [1] => I32 } else Signal;

    /// What follows the address of SIGBUS.
    SI_BUS_REST = by "si_code" { [4, 5] => Struct(&SI_LSB) } else Unused;

    /// What follows the address of SIGSEGV.
    SI_SEGV_REST = by "si_code" {
        [3] => Struct(&SI_BOUNDS),
        [4] => Struct(&SI_KEY),
    } else Unused;

    /// What follows the address of SIGTRAP.
    SI_TRAP_REST = by "si_code" { [6] => Struct(&SI_PERF) } else Unused;
}
