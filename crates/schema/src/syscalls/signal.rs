//! Signals: sending, blocking, handling and waiting.

use super::Proof;
use super::siginfo::SIGINFO;
use super::time::{TIMESPEC, TIMESPEC64};
use crate::names;
use crate::types::Len::{Arg, Const};
use crate::types::Type::{
    Addr, By, Enum, Fd, Flags, Handler, I32, In, Long, Out, Pid, SigSet, Signal, Size, Struct,
    Unused, Wide,
};
use crate::types::{Width, choices, structs};

choices! {
    /// Where a handler returns to: only with SA_RESTORER.
    RESTORER = by "sa_flags" & 0x0400_0000 { [0] => Unused } else Addr;
}

structs! {
    /// What a signal does, as the kernel takes it.
    SIGACTION = "struct sigaction" {
        sa_handler: Handler,
        sa_flags: Wide(Width::Word, &Flags(&names::SA_FLAGS)),
        sa_restorer: By(&RESTORER),
        sa_mask: SigSet(Const(8)),
    } with { brief: &["sa_handler", "sa_mask", "sa_flags", "sa_restorer"] }

    /// What a signal does, as the oldest call has it.
    OLD_SIGACTION = "struct old_sigaction" {
        sa_handler: Handler,
        sa_mask: SigSet(Const(4)),
        sa_flags: Wide(Width::Word, &Flags(&names::SA_FLAGS)),
        sa_restorer: By(&RESTORER),
    }

    /// A stack for handlers.
    STACK = "stack_t" { ss_sp: Addr, ss_flags: Flags(&names::SS_FLAGS), ss_size: Size }
}

calls! {
    /// Examines or changes what a signal does.
    rt_sigaction x86_64 13, x32 512, i386 174, aarch64 134;
        (signum: Signal, act: In(&Struct(&SIGACTION)), oldact: Out(&Struct(&SIGACTION)), sigsetsize: Size) -> Long,
        in ["signals"]
        with { compat: true, man: "sigaction(2)" }

    /// Examines or changes what a signal does, as before there were real-time signals.
    sigaction i386 67;
        (sig: Signal, act: In(&Struct(&OLD_SIGACTION)), oact: Out(&Struct(&OLD_SIGACTION))) -> Long,
        in []
        with { compat: true }

    /// Sets what a signal does, once.
    signal i386 48;
        (signum: Signal, handler: Handler) -> Handler,
        in []

    /// Examines or changes the calling thread's signal mask.
    rt_sigprocmask x86_64 14, i386 175, aarch64 135;
        (how: Enum(&names::HOW), set: In(&SigSet(Arg("sigsetsize"))), oldset: Out(&SigSet(Arg("sigsetsize"))), sigsetsize: Size) -> Long,
        in ["signals"]
        with { compat: true, man: "sigprocmask(2)" }

    /// Examines or changes the calling thread's signal mask, first 32 signals only.
    sigprocmask i386 126;
        (how: Enum(&names::HOW), set: In(&SigSet(Const(4))), oldset: Out(&SigSet(Const(4)))) -> Long,
        in ["signals"]
        with { compat: true, event: "sigprocmask" }

    /// Gets the calling thread's signal mask, first 32 signals only.
    sgetmask i386 68;
        () -> SigSet(Const(4)),
        in []

    /// Sets the calling thread's signal mask, first 32 signals only.
    ssetmask i386 69;
        (newmask: SigSet(Const(4))) -> SigSet(Const(4)),
        in []
        with { man: "sgetmask(2)" }

    /// Gets the signals that wait to be unblocked.
    rt_sigpending x86_64 127, x32 522, i386 176, aarch64 136;
        (set: Out(&SigSet(Arg("sigsetsize"))), sigsetsize: Size) -> Long,
        in ["signals"]
        with { compat: true, man: "sigpending(2)" }

    /// Gets the signals that wait to be unblocked, first 32 only.
    sigpending i386 73;
        (set: Out(&SigSet(Const(4)))) -> Long,
        in []
        with { compat: true }

    /// Waits for a signal under another mask.
    rt_sigsuspend x86_64 130, i386 179, aarch64 133;
        (mask: In(&SigSet(Arg("sigsetsize"))), sigsetsize: Size) -> Long,
        in ["signals"]
        with { compat: true, entry: true, man: "sigsuspend(2)" }

    /// Waits for a signal under another mask of 32 signals, which stands in the third register.
    sigsuspend i386 72;
        (unused1: I32, unused2: I32, mask: SigSet(Const(4))) -> Long,
        in []
        with { entry: true, proof: Proof::Never }

    /// Waits until a signal handler has run.
    pause x86_64 34, i386 29;
        () -> Long,
        in ["signals"]
        with { entry: true, proof: Proof::Never }

    /// Waits for one of some signals and takes it.
    rt_sigtimedwait x86_64 128, x32 523, i386 421, aarch64 137;
        (set: In(&SigSet(Arg("sigsetsize"))), info: Out(&Struct(&SIGINFO)), timeout: In(&Struct(&TIMESPEC64)), sigsetsize: Size) -> Signal,
        in ["signals"]
        with {
            name32: "rt_sigtimedwait_time64", function32: "rt_sigtimedwait_time64", compat: true,
            entry: true, man: "sigtimedwait(2)",
        }

    /// Waits for one of some signals and takes it, within a time of 32-bit seconds.
    rt_sigtimedwait_time32 i386 177;
        (uthese: In(&SigSet(Arg("sigsetsize"))), uinfo: Out(&Struct(&SIGINFO)), uts: In(&Struct(&TIMESPEC)), sigsetsize: Size) -> Signal,
        in []
        with { name32: "rt_sigtimedwait", compat: true, entry: true, man: "sigtimedwait(2)" }

    /// Sends a signal to processes.
    kill x86_64 62, i386 37, aarch64 129;
        (pid: Pid, sig: Signal) -> Long,
        in ["signals"]
        with { entry: true }

    /// Sends a signal to a thread.
    tkill x86_64 200, i386 238, aarch64 130;
        (tid: Pid, sig: Signal) -> Long,
        in ["signals"]
        with { entry: true }

    /// Sends a signal to a thread of a process.
    tgkill x86_64 234, i386 270, aarch64 131;
        (tgid: Pid, tid: Pid, sig: Signal) -> Long,
        in ["signals"]
        with { entry: true }

    /// Sends a signal to a process, with a value.
    rt_sigqueueinfo x86_64 129, x32 524, i386 178, aarch64 138;
        (tgid: Pid, sig: Signal, info: In(&Struct(&SIGINFO))) -> Long,
        in ["signals"]
        with { compat: true, entry: true }

    /// Sends a signal to the process that a file descriptor stands for.
    pidfd_send_signal x86_64 424, i386 424, aarch64 424;
        (pidfd: Fd, sig: Signal, info: In(&Struct(&SIGINFO)), flags: Flags(&names::PIDFD_SIGNAL_FLAGS)) -> Long,
        in ["signals"]
        with { entry: true, since: "5.1" }

    /// Returns from a signal handler to what it interrupted.
    rt_sigreturn x86_64 15, x32 513, i386 173, aarch64 139;
        () -> Long,
        in ["signals"]
        with { compat: true, function_x32: "x32_rt_sigreturn", proof: Proof::Never, man: "sigreturn(2)" }

    /// Returns from a signal handler that was started without more about the signal.
    sigreturn i386 119;
        () -> Long,
        in []
        with { compat: true, proof: Proof::Never }

    /// Examines or changes the stack that handlers run on.
    sigaltstack x86_64 131, x32 525, i386 186, aarch64 132;
        (ss: In(&Struct(&STACK)), old_ss: Out(&Struct(&STACK))) -> Long,
        in ["signals"]
        with { compat: true }

    /// Makes a file descriptor that signals are read from.
    signalfd x86_64 282, i386 321;
        (fd: Fd, mask: In(&SigSet(Arg("sizemask"))), sizemask: Size) -> Fd,
        in ["signals"]
        with { compat: true }

    /// Makes a file descriptor that signals are read from, with flags.
    signalfd4 x86_64 289, i386 327, aarch64 74;
        (fd: Fd, mask: In(&SigSet(Arg("sizemask"))), sizemask: Size, flags: Flags(&names::SIGNALFD_FLAGS)) -> Fd,
        in ["signals"]
        with { compat: true, man: "signalfd(2)" }

    /// Goes on with a call that a stop interrupted, for the time that is left.
    restart_syscall x86_64 219, i386 0, aarch64 128;
        () -> Long,
        in ["signals"]
        with { entry: true }
}
