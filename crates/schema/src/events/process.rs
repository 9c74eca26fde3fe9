//! The life of processes: what following a command needs.

use super::events;
use crate::field::kernel;
use crate::kind::Kind::{
    Bool, Dev, Enum, Flags, I32, Mode, Path, Pid, Signal, Str, StrArray, Time, U32, U64, Uid,
    WallTime,
};
use crate::names;
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
            /// The thread that creates it, in the initial namespace.
            parent_tid: Pid, kernel("READ(parent, pid)").ctype("int");
            /// The same in its own namespace.
            parent_ns_tid: Pid, kernel("own_tid(parent)").ctype("int");
            /// The creator's process, in the initial namespace.
            parent_pid: Pid, kernel("READ(parent, tgid)").ctype("int");
            /// The same in its own namespace.
            parent_ns_pid: Pid, kernel("own_pid(parent)").ctype("int");
            /// When the thread that creates it started.
            parent_start_time: Time, kernel("READ(parent, start_boottime)").ctype("unsigned long");
            /// The new thread, in the initial namespace.
            child_tid: Pid, kernel("READ(child, pid)").ctype("int");
            /// The same in its own namespace, which can be a new one.
            child_ns_tid: Pid, kernel("own_tid(child)").ctype("int");
            /// Its process: equal to child_tid for a process, the creator's for a thread.
            child_pid: Pid, kernel("READ(child, tgid)").ctype("int");
            /// The same in its own namespace.
            child_ns_pid: Pid, kernel("own_pid(child)").ctype("int");
            /// When it started.
            start_time: Time, kernel("READ(child, start_boottime)").ctype("unsigned long");
            /// The first thread of the process that is the new one's parent from now on: with
            /// CLONE_PARENT not the creator's, of a thread its process's parent.
            parent_process_tid: Pid, kernel("READ(parent_process(child), pid)").ctype("int");
            /// The same in its own namespace.
            parent_process_ns_tid: Pid, kernel("own_tid(parent_process(child))").ctype("int");
            /// The id of that process, in the initial namespace.
            parent_process_pid: Pid, kernel("READ(parent_process(child), tgid)").ctype("int");
            /// The same in its own namespace.
            parent_process_ns_pid: Pid, kernel("own_pid(parent_process(child))").ctype("int");
            /// When it started.
            parent_process_start_time: Time, kernel("READ(parent_process(child), start_boottime)").ctype("unsigned long");
            /// The first thread of the new one's process: itself, if a process was created.
            leader_tid: Pid, kernel("READ(first_thread(child), pid)").ctype("int");
            /// The same in its own namespace.
            leader_ns_tid: Pid, kernel("own_tid(first_thread(child))").ctype("int");
            /// The id of its process, in the initial namespace.
            leader_pid: Pid, kernel("READ(first_thread(child), tgid)").ctype("int");
            /// The same in its own namespace.
            leader_ns_pid: Pid, kernel("own_pid(first_thread(child))").ctype("int");
            /// When it started.
            leader_start_time: Time, kernel("READ(first_thread(child), start_boottime)").ctype("unsigned long");
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
        on [
            "tp_btf/task_rename+tp_btf/sched_process_exec",
            "raw_tp/task_rename+raw_tp/sched_process_exec",
        ]
        (task: "struct task_struct *", old_pid: "pid_t", bprm: "struct linux_binprm *", loader: "struct file *")
        first "keep_name(current)"
        at [
            "tp_btf/task_rename+tp_btf/sched_process_exec",
            "raw_tp/task_rename+raw_tp/sched_process_exec",
        ] { loader = "loader_of(current, bprm)"; }
        sets ["default", "proc"]
        {
            /// The path as it was given to execve, copied by the kernel.
            cmdpath: Str, kernel("bprm_filename(bprm)").ctype("const char *");
            /// The file's path as the kernel resolves it; of a script that of its interpreter.
            pathname: Path, kernel("bprm_file(bprm)").ctype("const char*");
            /// The file's device.
            dev: Dev, kernel("file_dev(bprm_file(bprm))").ctype("dev_t");
            /// The file's inode number.
            inode: U64, kernel("file_inode(bprm_file(bprm))").ctype("unsigned long");
            /// When the inode was changed last.
            ctime: WallTime, kernel("inode_ctime(inode_of(bprm_file(bprm)))").ctype("unsigned long").costly();
            /// Type and permissions of the file.
            inode_mode: Mode, kernel("inode_mode(inode_of(bprm_file(bprm)))").ctype("umode_t").costly();
            /// The path of the loader (ELF interpreter) that the program begins in. Absent where it
            /// has none.
            interpreter_pathname: Path, kernel("loader").ctype("const char*").opt().costly().unread("when another process changed the program's mappings just then");
            /// The loader's device.
            interpreter_dev: Dev, kernel("loader_fact(loader, file_dev_if)").ctype("dev_t").opt().costly().unread("when its path is");
            /// The loader's inode number.
            interpreter_inode: U64, kernel("loader_fact(loader, file_inode_if)").ctype("unsigned long").opt().costly().unread("when its path is");
            /// When the loader's inode was changed last.
            interpreter_ctime: WallTime, kernel("loader_fact(loader, file_ctime_if)").ctype("unsigned long").opt().costly().unread("when its path is");
            /// The arguments, read from the new program's stack before it can change them; of a
            /// script those that its interpreter gets.
            argv: StrArray, kernel("arguments_of(task)").ctype("const char**").listed().pieces();
            /// What the kernel executes at last: cmdpath, or the interpreter as a script names it.
            interp: Str, kernel("bprm_interp(bprm)").ctype("const char*").costly();
            /// The type of what standard input is. Absent where it is closed.
            stdin_type: Enum(&names::FILE_TYPES), kernel("file_type_if(file_behind(current, 0))").ctype("umode_t").opt().costly();
            /// Its path. Absent where it is closed.
            stdin_path: Path, kernel("file_behind(current, 0)").ctype("const char*").opt().costly();
            /// Whether the kernel started it by itself and not a call.
            invoked_from_kernel: Bool, kernel("executed_by_kernel(task)").ctype("int").costly();
            /// The name that the thread had before.
            prev_comm: Str, kernel("name_before(current)").ctype("const char*").costly().unread("when the thread was just not traced yet");
            /// The environment, read as the arguments are.
            env: StrArray, kernel("environment_of(task)").ctype("const char**").costly().pieces();
            /// The working directory.
            pwd: Path, kernel("pwd_of(current)").ctype("const char*").costly();
            /// What is unusual about where the file is: in memory alone (memfd_create(2)), gone by that name,
            /// or in the upper layer of an overlay file system, as what a container wrote.
            source: Flags(&names::EXEC_SOURCE), kernel("exec_source(bprm_file(bprm))").ctype("unsigned int").costly();
            /// The id that the thread had, in the initial namespace: where it was not the first of
            /// its process, it has got that one's.
            old_tid: Pid, kernel("old_pid").ctype("pid_t");
            /// The user that logged in, whoever the process became since. Absent where nobody did, or
            /// the kernel is built without auditing.
            login_uid: Uid, kernel("login_user(task)").ctype("uid_t").opt();
            /// The first process of its session, in the initial namespace. Absent for the kernel's threads.
            session: Pid, kernel("session_of(task)").ctype("int").opt();
            /// The session's terminal. Absent where it has none.
            tty: Dev, kernel("terminal_of(task)").ctype("dev_t").opt();
            /// The inode number of its user namespace.
            user_ns: U32, kernel("user_namespace_of(task)").ctype("unsigned int");
        }
        page {
            purpose: "Sees the program that was really started, after scripts and links are resolved.",
            use_case: "Watch which programs a command starts.",
            command: "sudo tracehound -e sched_process_exec -- sh -c 'ls | wc'",
            example: [
                cmdpath = Text(b"/usr/bin/bash"),
                inode_mode = Number(0o100_755),
                interpreter_pathname = Text(b"ld-linux-x86-64.so.2\0x86_64-linux-gnu\0lib\0usr\0"),
                argv = Text(b"bash\0-c\0ls | wc\0"),
                interp = Text(b"/usr/bin/bash"),
                stdin_type = Number(0o020_000),
                stdin_path = Text(b"0\0pts\0dev\0"),
                invoked_from_kernel = Number(0),
                env = Text(b"LANG=C.UTF-8\0PATH=/usr/bin\0"),
                pwd = Text(b"user\0home\0"),
                source = Number(0),
            ],
            issues: [
                "argv and env are told whole up to 2 MiB each, which is what the kernel allows both together by default; what does not fit in the record is in records of its own (pieces), counted as records of the event, and where one was lost the rest is cut; a path of more than 64 names is cut.",
                "env is told only of variables that --env names, and without their secrets; recordings have all of it.",
                "A file is in the upper layer of an overlay too where it was only copied there, as by a chmod; what has its data below still (metacopy) is told so as well.",
                "Recordings of runs that did not select the event have the path, the file, the arguments, old_tid and what is told of the session; the rest is unread, and arguments are cut at 8191 bytes.",
            ],
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
            /// Whether the whole process ends with it.
            process_group_exit: Bool, kernel("ends_group(task, ctx)").ctype("bool");
            /// Whether the kernel wrote a core dump.
            core_dumped: Bool, kernel("!!(READ(task, exit_code) & 0x80)").ctype("int");
        }
        page {
            purpose: "Sees a thread end.",
            use_case: "Find out how and when a process ended.",
            command: "sudo tracehound -e sched_process_exit -- sh -c 'exit 3'",
            example: [exit_code = Number(3), signal_code = Number(0), core_dumped = Number(0)],
            issues: [
                "Where the kernel does not say it by the tracepoint (up to 6.15), two threads that end at the same time can both be told to end their process.",
            ],
            related: ["sched_process_fork", "sched_process_exec", "signal_deliver"],
            sources: ["_exit(2)", "wait(2)", "include/trace/events/sched.h (v6.18)"],
        }
}
