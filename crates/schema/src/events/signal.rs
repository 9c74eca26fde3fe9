//! Signals: masks, sending and delivery.

use super::{events, facts};
use crate::event::Check;
use crate::field::{kernel, register, user};
use crate::kind::Kind::{
    Addr, Bool, Enum, Flags, Handler, I32, I64, Pid, SigSet, Signal, Size, Str, U32, Uid,
};
use crate::names;
use crate::sample::Sample::{Absent, Number, Text};

facts! {
    /// The signal.
    SIG: Signal, kernel("sig").ctype("int");
    /// Why it was sent.
    CODE: Enum(&names::SIGNAL_CODE), kernel("siginfo_code(info)").ctype("int");
    /// The error number that goes with it, mostly 0.
    ERRNO: I32, kernel("siginfo_errno(info)").ctype("int");
    /// The process id that comes with the signal, in the receiver's namespace: the sender's, or that of the child a SIGCHLD tells of; absent where none comes.
    SENDER_PID: Pid, kernel("siginfo_pid(info)").ctype("pid_t").opt();
    /// The real user id that comes with it.
    SENDER_UID: Uid, kernel("siginfo_uid(info)").ctype("uid_t").opt();
    /// Of a SIGCHLD: the child's exit code, or the signal that ended, stopped or continued it.
    STATUS: I32, kernel("siginfo_status(info)").ctype("int").opt();
    /// Of a SIGCHLD: the child's time in user mode, in clock ticks.
    UTIME: I64, kernel("siginfo_utime(info)").ctype("clock_t").opt();
    /// Of a SIGCHLD: the child's time in the kernel, in clock ticks.
    STIME: I64, kernel("siginfo_stime(info)").ctype("clock_t").opt();
}

events! {
    /// A thread examined or changed its signal mask.
    ///
    /// The signal mask is the set of signals whose delivery is blocked for the calling thread. With
    /// a set, SIG_BLOCK adds the set to the mask, SIG_UNBLOCK removes it and SIG_SETMASK replaces
    /// the mask; the three are values of which one is passed, not bits to be combined. Without a
    /// set the mask is only examined and `how` is ignored. SIGKILL and SIGSTOP are silently taken
    /// out: they cannot be blocked. A blocked signal stays pending until it is unblocked; what it
    /// does when delivered (its disposition) is not changed.
    ///
    /// The event fires for every way in: rt_sigprocmask, and the legacy sigprocmask that only i386
    /// has, from 32-bit programs and through `int $0x80` from 64-bit ones. The masks come from the
    /// kernel's own copy (`task->blocked`) before and after the call, so they are right whatever
    /// the process does to its memory meanwhile.
    sigprocmask = 120 by Hand
        on [
            "fentry+fexit+inner",
            "fentry+fexit",
            "kprobe.session",
            "kprobe.multi",
            "kprobe+kretprobe",
            "tp_btf",
            "raw_tp",
        ]
        calls ["rt_sigprocmask", "sigprocmask"]
        sets ["syscalls", "32bit_unique", "signals"]
        {
            /// What to do with the set: SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK. Another value is shown as a number, and the call returns EINVAL.
            how: Enum(&names::HOW), register("argument 1").ctype("int");
            /// The signals to block, unblock or put in place. Absent when the pointer is null: the mask is then only examined.
            set: SigSet, user("argument 2").ctype("const sigset_t *").opt().inner("sigprocmask").unread("when its memory could be read neither at entry nor at exit, when it could not at entry and the old set was stored over it, or when sigsetsize is not 8");
            /// The previous mask as the kernel stored it for the caller. Absent when the pointer is null.
            oldset: SigSet, kernel("task->blocked at entry, stored through argument 3").ctype("sigset_t *").opt().unread("when the call failed, so that nothing was stored, or when its beginning was not seen");
            /// The size of the sets in bytes; the kernel accepts 8 only. The legacy call has no such argument: absent.
            sigsetsize: Size, register("argument 4").ctype("size_t").opt();
            /// The thread's mask when the call began.
            blocked_before: SigSet, kernel("task->blocked at entry").ctype("sigset_t").unread("when the beginning of the call was not seen: it lay before tracing, or the kernel skipped the program (see missed in docs/loss.md)");
            /// The thread's mask when the call ended.
            blocked_after: SigSet, kernel("task->blocked at exit").ctype("sigset_t");
            /// The signals that the call began to block.
            added: SigSet, kernel("blocked_after & ~blocked_before").unread("when the beginning of the call was not seen: it lay before tracing, or the kernel skipped the program (see missed in docs/loss.md)");
            /// The signals that the call ceased to block.
            removed: SigSet, kernel("blocked_before & ~blocked_after").unread("when the beginning of the call was not seen: it lay before tracing, or the kernel skipped the program (see missed in docs/loss.md)");
            /// The set as user memory held it at entry, kept beside the kernel's copy.
            set_user: SigSet, user("argument 2").opt().hidden();
        }
        ret true
        checks [Check::SigMask]
        page {
            purpose: "Sees the call at its end, with the thread's mask before and after it from the kernel, and what was asked for from the registers and the caller's set.",
            use_case: "Find programs that make themselves deaf to SIGTERM or SIGINT, critical sections that forget to unblock, and code that rewrites its arguments under a running call.",
            command: "sudo tracehound -e sigprocmask -- bash -c 'trap : INT; sleep 0.1 & wait'",
            example: [oldset = Number(0), blocked_before = Number(0), removed = Number(0)],
            issues: [
                "The set is read from user memory where the kernel's inner function cannot be hooked; another thread can rewrite it under the call. blocked_before and blocked_after cannot be forged, and argument_mismatch is emitted when set cannot explain their difference. The figures: `make race`.",
                "The kernel has no function do_sigprocmask and no do_rt_sigprocmask, whatever older pages say. Its inner function is sigprocmask (kernel/signal.c); compilers inline it from about 6.12 on, and a hook on it then attaches and never fires.",
                "A set that is not resident at entry is read at exit and listed under late.",
                "The kernel's own copy lacks SIGKILL and SIGSTOP, which it takes out first; where it otherwise equals the set in user memory, the set is shown as it was asked for.",
            ],
            related: [
                "rt_sigprocmask", "signal_mask_change", "signal_generate", "signal_deliver", "argument_mismatch",
                "libc_signal", "libc_sigaddset", "libc_sigprocmask", "libc_pthread_sigmask",
            ],
            sources: [
                "sigprocmask(2)", "signal(7)",
                "kernel/signal.c (v6.18): SYSCALL_DEFINE4(rt_sigprocmask), COMPAT_SYSCALL_DEFINE3(sigprocmask), sigprocmask()",
            ],
        }

    /// A signal was sent, or dropped on the way.
    ///
    /// The kernel reports each signal that it is about to queue, with the sender's context (the
    /// record's process), the thread it is meant for, the reason, and what became of it: delivered
    /// to the queue, ignored, already pending, or lost for want of memory.
    signal_generate = 121 by Hook
        // A raw tracepoint cannot look up whether the target is in scope.
        on ["tp_btf/signal_generate"]
        (sig: "int", info: "struct kernel_siginfo *", target: "struct task_struct *", group: "int", result: "int")
        sets ["signals"]
        {
            sig: SIG;
            code: CODE;
            errno: ERRNO;
            sender_pid: SENDER_PID;
            sender_uid: SENDER_UID;
            status: STATUS;
            utime: UTIME;
            stime: STIME;
            /// The receiving process, in the initial namespace.
            target_host_pid: Pid, kernel("READ(target, tgid)").ctype("pid_t");
            /// The receiving thread, in the initial namespace.
            target_host_tid: Pid, kernel("READ(target, pid)").ctype("pid_t");
            /// The receiving thread's name.
            target_comm: Str, kernel("target").ctype("char [16]");
            /// Whether any thread of the process may take it (kill) or only this one (tgkill).
            group: Bool, kernel("group").ctype("int");
            /// What became of it.
            result: Enum(&names::SIGNAL_RESULT), kernel("result").ctype("int");
        }
        page {
            purpose: "Sees every signal at the moment it is queued, whoever sends it.",
            use_case: "Find out who killed a process, and why a signal had no effect.",
            command: "sudo tracehound -e signal_generate -- sh -c 'sleep 9 & kill $!; wait'",
            example: [code = Number(0), errno = Number(0), status = Absent, utime = Absent, stime = Absent, target_host_pid = Number(4243), target_host_tid = Number(4243), target_comm = Text(b"sleep")],
            issues: [
                "A timer's or terminal's signal is generated in an interrupt: the record's process is then whoever was running. Such records carry in_interrupt.",
            ],
            related: ["signal_deliver", "sigprocmask"],
            sources: ["signal(7)", "sigaction(2)", "include/trace/events/signal.h (v6.18)"],
        }

    /// A signal was delivered to a thread.
    ///
    /// The thread takes the signal off its queue: its handler runs next, or the default action
    /// happens. Signals that are ignored or blocked never come here.
    signal_deliver = 122 by Hook
        on ["tp_btf/signal_deliver", "raw_tp/signal_deliver"]
        (sig: "int", info: "struct kernel_siginfo *", action: "struct k_sigaction *")
        sets ["signals"]
        {
            sig: SIG;
            code: CODE;
            errno: ERRNO;
            sender_pid: SENDER_PID;
            sender_uid: SENDER_UID;
            status: STATUS;
            utime: UTIME;
            stime: STIME;
            /// Of a fault (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP): where.
            addr: Addr, kernel("siginfo_addr(info)").ctype("void *").opt();
            /// Of a queued signal or a timer's: the value that comes with it (`si_value`).
            value: Addr, kernel("siginfo_value(info)").ctype("sigval_t").opt();
            /// Of a timer: its id.
            timerid: I32, kernel("siginfo_timer(info)").ctype("int").opt();
            /// Of a timer: expirations that nobody was told of.
            overrun: I32, kernel("siginfo_overrun(info)").ctype("int").opt();
            /// Of input or output: what became possible (`si_band`).
            band: I64, kernel("siginfo_band(info)").ctype("long").opt();
            /// Of input or output: the file descriptor.
            fd: I32, kernel("siginfo_fd(info)").ctype("int").opt();
            /// Of SIGSYS: the instruction that made the refused system call.
            call_addr: Addr, kernel("siginfo_call(info)").ctype("void *").opt();
            /// Of SIGSYS: the call's number.
            syscall: I32, kernel("siginfo_nr(info)").ctype("int").opt();
            /// Of SIGSYS: the architecture of the call (`AUDIT_ARCH_*`).
            arch: U32, kernel("siginfo_arch(info)").ctype("unsigned int").opt();
            /// What the thread does: a handler's address, SIG_DFL or SIG_IGN.
            handler: Handler, kernel("action_handler(action)").ctype("__sighandler_t");
            /// Flags of the action.
            flags: Flags(&names::SA_FLAGS), kernel("action_flags(action)").ctype("unsigned long");
        }
        page {
            purpose: "Sees a signal reach its thread.",
            use_case: "Tell a signal that was sent from one that arrived; see handlers run.",
            command: "sudo tracehound -e signal_deliver -- bash -c 'trap : USR1; kill -USR1 $$'",
            example: [
                sig = Number(10), code = Number(0), errno = Number(0), status = Absent, utime = Absent, stime = Absent,
                addr = Absent, value = Absent, timerid = Absent, overrun = Absent, band = Absent, fd = Absent,
                call_addr = Absent, syscall = Absent, arch = Absent, flags = Number(0x0400_0000),
            ],
            issues: ["SIGKILL to a stopped or exiting thread may be acted on without this event."],
            related: ["signal_generate", "sigprocmask", "signal_mask_change"],
            sources: ["signal(7)", "sigaction(2)", "include/trace/events/signal.h (v6.18)"],
        }

    /// A process examined or changed what a signal does.
    ///
    /// The new action is the kernel's copy of what the caller passed, the old one is what the
    /// process does until now. Fires for rt_sigaction, and for sigaction and signal, which only
    /// 32-bit programs have.
    do_sigaction = 123 by Hook
        on [
            "fentry/do_sigaction",
            "kprobe/do_sigaction",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (sig: "int", act: "struct k_sigaction *", oact: "struct k_sigaction *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["rt_sigaction", "sigaction", "signal"]
            when "has_acted(current, ret)"
            {
                sig = "(s32)call_argument(current, 0)";
                act = "action_set(current, sig)";
                oact = "action_wanted(current)";
                old_sa_flags = "action_bits(action_before(current, sig, act))";
                old_sa_mask = "action_mask(action_before(current, sig, act))";
                old_sa_handle_method = "action_method(action_before(current, sig, act))";
                old_sa_handler = "action_does(action_before(current, sig, act))";
            }
        sets ["proc"]
        {
            sig: SIG;
            /// Whether a new action was passed; without one the action is only examined.
            is_sa_initialized: Bool, kernel("is_given(act)").ctype("bool");
            /// Flags of the new action.
            sa_flags: Flags(&names::SA_FLAGS), kernel("action_bits(act)").ctype("unsigned long").opt();
            /// Signals that its handler blocks.
            sa_mask: SigSet, kernel("action_mask(act)").ctype("unsigned long").opt();
            /// Which of the three it is: the default, nothing, or a handler.
            sa_handle_method: Enum(&names::SIGNAL_METHOD), kernel("action_method(act)").ctype("u8").opt();
            /// The handler's address, SIG_DFL or SIG_IGN.
            sa_handler: Handler, kernel("action_does(act)").ctype("void*").opt();
            /// Whether the caller asks what was done before.
            is_old_sa_initialized: Bool, kernel("is_given(oact)").ctype("bool");
            /// Flags of the action before. Absent where the number is no signal's.
            old_sa_flags: Flags(&names::SA_FLAGS), kernel("action_bits(action_now(current, sig))").ctype("unsigned long").opt().unread("at the end of a call that has replaced it");
            /// Signals that its handler blocked.
            old_sa_mask: SigSet, kernel("action_mask(action_now(current, sig))").ctype("unsigned long").opt().unread("at the end of a call that has replaced it");
            /// Which of the three it was.
            old_sa_handle_method: Enum(&names::SIGNAL_METHOD), kernel("action_method(action_now(current, sig))").ctype("u8").opt().unread("at the end of a call that has replaced it");
            /// The handler's address, SIG_DFL or SIG_IGN.
            old_sa_handler: Handler, kernel("action_does(action_now(current, sig))").ctype("void*").opt().unread("at the end of a call that has replaced it");
        }
        page {
            purpose: "Sees what a process does on a signal change: the kernel's copy of the new action, and the one before.",
            use_case: "Find programs that ignore SIGTERM, or catch SIGSEGV to go on.",
            command: "sudo tracehound -e do_sigaction -- bash -c 'trap : USR1'",
            issues: [
                "Before the end of the call sa_flags and sa_mask are what was passed; of them the kernel drops flags that it does not know (5.11 on), SIGKILL and SIGSTOP.",
                "At the end of calls only those that succeed are seen, with the new action as the kernel keeps it; another thread can have set another one meanwhile.",
                "An exec, which sets handlers back to the default, does not come here.",
            ],
            related: ["rt_sigaction", "sigaction", "signal", "signal_deliver"],
            sources: ["sigaction(2)", "kernel/signal.c (v6.18): do_sigaction()"],
        }
}
