//! Who looks into whose memory. Ids among those of processes.

use super::events;
use crate::field::{kernel, register};
use crate::kind::Kind::{Bool, Enum, Flags, Pid, Str};
use crate::names;

events! {
    /// A process was attached to, to be traced, or was not.
    ptrace_attach = 212 by Hook
        on [
            "fexit/ptrace_attach",
            "kprobe+kretprobe/ptrace_attach",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (task: "struct task_struct *", kind: "long", addr: "unsigned long", flags: "unsigned long")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["ptrace"]
            when "attaches(current, ret)"
            {
                task = "task_of_id(current, (s32)call_argument(current, 1))";
                kind = "call_argument(current, 0)";
                addr = "call_argument(current, 2)";
                flags = "call_argument(current, 3)";
            }
        sets []
        {
            /// How: PTRACE_ATTACH or PTRACE_SEIZE.
            request: Enum(&names::ptrace::REQUEST), register("kind").ctype("long");
            /// Whose thread it is, in the initial namespace.
            target_host_pid: Pid, kernel("host_pid_of(task)").ctype("pid_t").unread("at the end of a call, when the thread is gone by then");
            /// The thread to trace.
            target_host_tid: Pid, kernel("host_tid_of(task)").ctype("pid_t").unread("as target_host_pid");
            /// Its name.
            target_comm: Str, kernel("task_comm(task)").ctype("const char*").unread("as target_host_pid");
            /// Options of the tracer, which come with PTRACE_SEIZE.
            options: Flags(&names::ptrace::OPTIONS), register("seize_options(kind, flags)").ctype("unsigned long").opt();
        }
        ret true
        page {
            purpose: "Sees who traces whom, from the first moment on, and who is refused.",
            use_case: "Find processes that read the secrets of others or put code into them.",
            command: "sudo tracehound -e ptrace_attach -- strace -p 1 -o /dev/null",
            issues: [
                "A process that asks to be traced by its parent (PTRACE_TRACEME) does not come here: see ptrace. What is asked of a thread that does not exist fails before.",
            ],
            related: ["ptrace", "process_vm_rw"],
            sources: ["ptrace(2)", "kernel/ptrace.c (v6.18): ptrace_attach()"],
        }

    /// A process read or wrote the memory of another.
    process_vm_rw = 213 by Hook
        on ["tp_btf/sys_exit", "raw_tp/sys_exit"]
        (task: "struct task_struct *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["process_vm_readv", "process_vm_writev"]
            { task = "task_of_id(current, (s32)call_argument(current, 0))"; }
        sets []
        {
            /// Whether it wrote.
            write: Bool, register("is_vm_write(current)").ctype("bool");
            /// Whose memory, in the initial namespace.
            target_host_pid: Pid, kernel("host_pid_of(task)").ctype("pid_t").unread("when there is no such process at the end of the call");
            /// Its name.
            target_comm: Str, kernel("task_comm(task)").ctype("const char*").unread("as target_host_pid");
        }
        ret true
        page {
            purpose: "Sees memory of processes read and written by others: who, whose, and how much (the result).",
            use_case: "Find processes that read the secrets of others or put code into them.",
            command: "sudo tracehound -e process_vm_rw -- strace -o /dev/null true",
            issues: [
                "/proc/PID/mem and ptrace(2) are other ways to the same memory.",
                "Addresses and lengths are told by process_vm_readv and process_vm_writev.",
            ],
            related: ["process_vm_readv", "process_vm_writev", "ptrace_attach"],
            sources: ["process_vm_readv(2)", "mm/process_vm_access.c (v6.18): process_vm_rw()"],
        }

    /// The kernel asked whether one process may look into another.
    ///
    /// `ret` is the answer. The question comes with ptrace(2), with process_vm_readv(2), with files
    /// of /proc as `maps`, `mem`, `environ` and `fd`, with pidfd_getfd(2), kcmp(2) and others.
    ptrace_may_access = 214 by Hook
        on ["fexit/__ptrace_may_access", "kprobe+kretprobe/__ptrace_may_access"]
        (task: "struct task_struct *", bits: "unsigned int")
        sets []
        {
            /// Whom it would look into, in the initial namespace.
            target_host_pid: Pid, kernel("thread_group_of(task)").ctype("pid_t");
            /// The thread.
            target_host_tid: Pid, kernel("thread_of(task)").ctype("pid_t");
            /// Its name.
            target_comm: Str, kernel("task_comm(task)").ctype("const char*");
            /// What it would do, and with which of its credentials.
            mode: Flags(&names::ptrace::ACCESS_MODE), kernel("bits").ctype("unsigned int");
        }
        ret true
        page {
            purpose: "Sees every look of one process into another, whatever the way, and every refusal.",
            use_case: "Find processes that search others for secrets.",
            command: "sudo tracehound -e ptrace_may_access -- cat /proc/1/environ",
            issues: [
                "The question is asked of threads of the same process too, and of /proc/self.",
                "No tracepoint tells the same: on a kernel without trampolines and probes select ptrace_attach and process_vm_rw.",
            ],
            related: ["ptrace_attach", "process_vm_rw", "kcmp", "pidfd_getfd"],
            sources: ["ptrace(2), ptrace access mode checking", "kernel/ptrace.c (v6.18): __ptrace_may_access()"],
        }
}
