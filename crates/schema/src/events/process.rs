//! The life of processes: what following a command needs.

use super::events;
use crate::field::kernel;
use crate::kind::Kind::{Bool, Dev, I32, Path, Pid, Signal, Str, StrArray, Time, U64};
use crate::sample::Sample::{Number, Text};

events! {
    /// A process or thread was created.
    ///
    /// Fires in the parent before the child runs for the first time.
    sched_process_fork = 110 by Hook
        on ["tp_btf/sched_process_fork"]
        (parent: "struct task_struct *", child: "struct task_struct *")
        sets ["proc_life"]
        {
            /// The new thread, in the initial namespace.
            child_tid: Pid, kernel("READ(child, pid)").ctype("pid_t");
            /// Its process: equal to child_tid for a process, the creator's for a thread.
            child_pid: Pid, kernel("READ(child, tgid)").ctype("pid_t");
            /// When it started.
            start_time: Time, kernel("READ(child, start_boottime)").ctype("u64");
        }
        page {
            purpose: "Sees the child before it runs, so that it can be followed.",
            use_case: "Watch a command spread into processes and threads.",
            command: "sudo tracehound -e sched_process_fork -- sh -c 'ls | wc'",
            example: [child_tid = Number(4243), child_pid = Number(4243)],
            issues: [],
            related: ["sched_process_exec", "sched_process_exit"],
            sources: ["fork(2)", "clone(2)", "include/trace/events/sched.h (v6.18)"],
        }

    /// A process replaced its program.
    ///
    /// Fires when the new program is in place and before its first instruction.
    sched_process_exec = 111 by Hook
        on ["tp_btf/sched_process_exec", "raw_tp/sched_process_exec"]
        (task: "struct task_struct *", old_pid: "pid_t", bprm: "struct linux_binprm *")
        sets ["default", "proc"]
        {
            /// The path as it was given to execve, copied by the kernel.
            cmdpath: Str, kernel("bprm_filename(bprm)").ctype("const char *");
            /// The file's path as the kernel resolves it.
            pathname: Path, kernel("bprm_file(bprm)").ctype("struct file *");
            /// The file's device.
            dev: Dev, kernel("file_dev(bprm_file(bprm))").ctype("dev_t");
            /// The file's inode number.
            inode: U64, kernel("file_inode(bprm_file(bprm))").ctype("unsigned long");
            /// The arguments, read from the new program's stack before it can change them.
            argv: StrArray, kernel("arguments_of(task)").ctype("char **");
            /// The id that the thread had, in the initial namespace: where it was not the first of
            /// its process, it has got that one's.
            old_tid: Pid, kernel("old_pid").ctype("pid_t");
        }
        page {
            purpose: "Sees the program that was really started, after scripts and links are resolved.",
            use_case: "Watch which programs a command starts.",
            command: "sudo tracehound -e sched_process_exec -- sh -c 'ls | wc'",
            example: [cmdpath = Text(b"/usr/bin/bash"), argv = Text(b"bash\0-c\0ls | wc\0")],
            issues: ["argv longer than 8191 bytes is cut; a path of more than 64 names is cut."],
            related: ["sched_process_fork", "sched_process_exit"],
            sources: ["execve(2)", "include/trace/events/sched.h (v6.18)"],
        }

    /// A thread ended.
    sched_process_exit = 112 by Hook
        on ["tp_btf/sched_process_exit", "raw_tp/sched_process_exit"]
        (task: "struct task_struct *")
        sets ["proc", "proc_life"]
        {
            /// What was passed to exit(2), 0 to 255.
            exit_code: I32, kernel("READ(task, exit_code) >> 8 & 0xff").ctype("int");
            /// The signal that ended it; 0 if none did.
            signal_code: Signal, kernel("READ(task, exit_code) & 0x7f").ctype("int");
            /// Whether the kernel wrote a core dump.
            core_dumped: Bool, kernel("READ(task, exit_code) & 0x80").ctype("int");
            /// Whether the whole process ends with it.
            process_group_exit: Bool, kernel("group_dead(task)").ctype("bool");
        }
        page {
            purpose: "Sees a thread end.",
            use_case: "Find out how and when a process ended.",
            command: "sudo tracehound -e sched_process_exit -- sh -c 'exit 3'",
            example: [exit_code = Number(3), signal_code = Number(0), core_dumped = Number(0)],
            issues: [],
            related: ["sched_process_fork", "sched_process_exec", "signal_deliver"],
            sources: ["_exit(2)", "wait(2)", "include/trace/events/sched.h (v6.18)"],
        }
}
