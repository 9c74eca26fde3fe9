//! Changes of signal masks, whatever makes them. Ids among those of signals.

use super::events;
use crate::field::kernel;
use crate::kind::Kind::{Enum, I32, Pid, SigSet, Signal};
use crate::names;
use crate::sample::Sample::Number;

events! {
    /// A thread's signal mask was changed.
    ///
    /// By which of these it was, `cause` says: a call that sets the mask (rt_sigprocmask, and of
    /// 32-bit programs sigprocmask and ssetmask); the entry of a handler, which blocks its own signal
    /// and those of its action; the return from one (rt_sigreturn, sigreturn), which restores the mask
    /// that the handler's frame has; a call that lends another mask for its own time and puts the
    /// thread's back (pselect6, ppoll, epoll_pwait, epoll_pwait2, rt_sigsuspend, sigsuspend,
    /// rt_sigtimedwait, io_pgetevents, io_uring_enter); a tracer by ptrace(2), PTRACE_SETSIGMASK; or a
    /// fault whose signal is blocked, which the kernel unblocks. A mask that stays the same is not told:
    /// not that of a child, which starts with its parent's, and not that of an exec.
    signal_mask_change = 124 by Hook
        on [
            "fentry/__set_task_blocked",
            "kprobe/__set_task_blocked",
            "tp_btf/signal_deliver",
            "raw_tp/signal_deliver",
        ]
        beside {
            "fentry/__set_task_blocked": [
                "fentry/signal_setup_done",
                "fentry/recalc_sigpending",
                "fentry/force_sig_info_to_task",
                "fentry/ptrace_request",
                "fexit/ptrace_request",
            ],
            "kprobe/__set_task_blocked": [
                "kprobe/signal_setup_done",
                "kprobe/recalc_sigpending",
                "kprobe/force_sig_info_to_task",
                "kprobe/ptrace_request",
                "kretprobe/ptrace_request",
            ],
            "tp_btf/signal_deliver": ["tp_btf/sys_enter", "tp_btf/sys_exit", "tp_btf/sched_switch"],
            "raw_tp/signal_deliver": ["raw_tp/sys_enter", "raw_tp/sys_exit", "raw_tp/sched_switch"],
        }
        sets ["signals"]
        {
            /// What changed it. UNKNOWN where none of the others explains the change.
            cause: Enum(&names::MASK_CAUSE), kernel("cause").ctype("int");
            /// The mask that was.
            blocked_before: SigSet, kernel("task->blocked").ctype("sigset_t");
            /// The mask that is.
            blocked_after: SigSet, kernel("task->blocked").ctype("sigset_t");
            /// The signals that are blocked from now on.
            added: SigSet, kernel("blocked_after & ~blocked_before").ctype("sigset_t");
            /// The signals that are blocked no more.
            removed: SigSet, kernel("blocked_before & ~blocked_after").ctype("sigset_t");
            /// The number of the system call that the thread who changes it is in; of a handler's entry that of the call at whose end the signal came. Absent outside of calls.
            syscall: I32, kernel("orig_ax").ctype("int").opt();
            /// The signal whose handler is entered, or that is forced. Absent otherwise.
            sig: Signal, kernel("ksig->sig").ctype("int").opt();
            /// The process whose mask it is, in the initial namespace: another than the record's if the cause is PTRACE.
            target_host_pid: Pid, kernel("task->tgid").ctype("pid_t");
            /// The thread, in the initial namespace.
            target_host_tid: Pid, kernel("task->pid").ctype("pid_t");
        }
        page {
            purpose: "Sees every change of a thread's signal mask, whatever makes it, with the mask before and after as the kernel has them.",
            use_case: "Find out who has blocked a signal that does not arrive, where no call of sigprocmask did: handlers that are left by longjmp, masks that a handler's frame brings back, tracers.",
            command: "sudo tracehound -e signal_mask_change -- bash -c 'trap : INT; sleep 0.1 & wait'",
            example: [
                cause = Number(2), blocked_before = Number(0), blocked_after = Number(0x200), added = Number(0x200),
                removed = Number(0), syscall = Number(61), sig = Number(10), target_host_pid = Number(4242),
                target_host_tid = Number(4242),
            ],
            issues: [
                "On functions every change is told when it is made. Only drivers that write a mask without the kernel's functions (coda) are not seen.",
                "On tracepoints the mask is compared whenever a call of the thread begins or ends, a signal is delivered, or the thread loses its CPU. A change is told at the next such look: a handler's entry when the handler makes its first call, returns or is interrupted. Two changes between two looks are told as one of an unknown cause, or not at all if the second undoes the first.",
                "So on tracepoints a mask that is lent is not seen if the call ends without having slept or been interrupted, nor is one that sigtimedwait lends. Of a thread that was there before the tracer changes are told from its first look on.",
                "On tracepoints the programs look at every call and every switch of what is traced: name a command or processes to follow.",
                "The change of a mask by ptrace(2) is told if the tracer is followed; on fentry, and on kprobe of kernels before 5.11, also if its target is. On tracepoints a target whose tracer is not followed shows the change with an unknown cause.",
                "A mask that drivers lend in the kernel has an unknown cause.",
            ],
            related: ["sigprocmask", "signal_deliver", "rt_sigprocmask", "rt_sigreturn", "ppoll", "ptrace"],
            sources: [
                "signal(7)", "sigreturn(2)", "ptrace(2), PTRACE_SETSIGMASK",
                "kernel/signal.c (v6.18): __set_task_blocked(), signal_setup_done(), do_sigtimedwait(), force_sig_info_to_task(); kernel/ptrace.c: ptrace_request()",
            ],
        }
}
