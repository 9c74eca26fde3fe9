//! Processes: names, credentials, namespaces, limits. Ids 200 to 229, with cgroups and traces.

use super::{events, issues};
use crate::field::{kernel, register, user};
use crate::kind::Kind::{
    Addr, Bytes, Cred, Dev, Enum, Flags, I32, I64, Mode, Path, Pid, Str, U32, U64, WallTime,
};
use crate::names;

events! {
    /// A thread got another name.
    task_rename = 200 by Hook
        on ["tp_btf/task_rename", "raw_tp/task_rename"]
        (task: "struct task_struct *", comm: "const char *")
        sets ["proc"]
        {
            /// The name it had.
            old_name: Str, kernel("task_comm(task)").ctype("const char*");
            /// The name it gets.
            new_name: Str, kernel("comm").ctype("const char*");
        }
        page {
            purpose: "Sees a thread's name change: by prctl(2), by a write to /proc, or by an exec.",
            use_case: "Find processes that take the name of another.",
            command: "sudo tracehound -e task_rename -- sh -c true",
            issues: ["A name is at most 15 bytes."],
            related: ["sched_process_exec"],
            sources: ["prctl(2), PR_SET_NAME", "include/trace/events/task.h (v6.18)"],
        }

    /// The credentials of a thread are replaced.
    ///
    /// Users, groups, capabilities and the user namespace before and after, as the kernel has them.
    /// Calls that set what is set already may come by too.
    commit_creds = 201 by Hook
        on ["fentry/commit_creds", "kprobe/commit_creds"]
        (cred: "struct cred *")
        sets []
        {
            /// The credentials it had.
            old_cred: Cred, kernel("task_cred(current)").ctype("slim_cred_t");
            /// The credentials it gets.
            new_cred: Cred, kernel("cred").ctype("slim_cred_t");
        }
        page {
            purpose: "Sees every change of a thread's credentials, whatever call or exec it comes from.",
            use_case: "Find processes that gain privileges.",
            command: "sudo tracehound -e commit_creds -- setpriv --clear-groups true",
            issues: ["No tracepoint tells the same, and the old credentials are gone when a call ends: none on a kernel without trampolines and probes."],
            related: ["setuid", "setresuid", "capset"],
            sources: ["credentials(7)", "kernel/cred.c (v6.18): commit_creds()"],
        }

    /// The kernel asked whether a thread has a capability.
    ///
    /// `ret` is the answer of the credentials: 0 for yes, EPERM for no. Where other security modules
    /// are in force, they may still refuse.
    cap_capable = 206 by Hook
        on [
            "fexit/cap_capable",
            "tp_btf/cap_capable",
            "raw_tp/cap_capable",
            "kprobe+kretprobe/cap_capable",
        ]
        (cred: "const struct cred *", targ_ns: "struct user_namespace *", cap: "int", opts: "unsigned int")
        at ["tp_btf/cap_capable", "raw_tp/cap_capable"]
            { cap = "(s32)ctx[3]"; ret = "(s64)(s32)ctx[4]"; }
        sets []
        {
            /// The capability.
            cap: Enum(&names::CAPABILITY), kernel("cap").ctype("int");
        }
        ret true
        page {
            purpose: "Sees every question for a capability, with its answer.",
            use_case: "Find out which capabilities a service needs, and which it is refused.",
            command: "sudo tracehound -e cap_capable -- chroot / true",
            issues: [
                "Questions that the kernel asks without a note to the audit log (CAP_OPT_NOAUDIT) are told too: the tracepoint, which kernels since 6.14 have, does not tell them apart.",
                "The question can be for credentials other than the thread's own, and in a user namespace of which it has all capabilities.",
            ],
            related: ["commit_creds", "capset"],
            sources: ["capabilities(7)", "security/commoncap.c (v6.18): cap_capable()", "include/trace/events/capability.h (v6.18)"],
        }

    /// A thread gets other namespaces.
    ///
    /// By unshare(2), by setns(2), or by an exec of a program whose children were to have another
    /// time namespace. A namespace that stays the same is absent.
    switch_task_ns = 207 by Hook
        on [
            "fentry/switch_task_namespaces",
            "kprobe/switch_task_namespaces",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (task: "struct task_struct *", to: "struct nsproxy *")
        at ["fentry/switch_task_namespaces", "kprobe/switch_task_namespaces"]
            when "gets_another(task, to)" {}
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["unshare", "setns"]
            when "!ret && has_renewed(current)"
            {
                task = "current";
                to = "NULL";
                new_mnt = "renewed_mnt(current)";
                new_pid = "renewed_pid(current)";
                new_uts = "renewed_uts(current)";
                new_ipc = "renewed_ipc(current)";
                new_net = "renewed_net(current)";
                new_cgroup = "renewed_cgroup(current)";
                new_time = "renewed_time(current)";
            }
        sets []
        {
            /// The thread, in the initial namespace.
            pid: Pid, kernel("thread_of(task)").ctype("pid_t");
            /// The inode number of its new mount namespace.
            new_mnt: U32, kernel("new_mnt(task, to)").ctype("u32").opt().unread("at the end of setns(2), when its descriptor is closed by then and no kind was passed");
            /// That of the pid namespace that its children will be in.
            new_pid: U32, kernel("new_pid(task, to)").ctype("u32").opt().unread("as new_mnt");
            /// That of its new namespace of host names.
            new_uts: U32, kernel("new_uts(task, to)").ctype("u32").opt().unread("as new_mnt");
            /// That of its new namespace of System V objects and message queues.
            new_ipc: U32, kernel("new_ipc(task, to)").ctype("u32").opt().unread("as new_mnt");
            /// That of its new network namespace.
            new_net: U32, kernel("new_net(task, to)").ctype("u32").opt().unread("as new_mnt");
            /// That of its new cgroup namespace.
            new_cgroup: U32, kernel("new_cgroup(task, to)").ctype("u32").opt().unread("as new_mnt");
            /// That of the time namespace that its children will be in.
            new_time: U32, kernel("new_time(task, to)").ctype("u32").opt().unread("as new_mnt");
        }
        page {
            purpose: "Sees threads enter namespaces, whichever call does it.",
            use_case: "Find out who enters a container, or builds one.",
            command: "sudo tracehound -e switch_task_ns -- unshare -u true",
            issues: [
                "A clone(2) with new namespaces does not come here: the child is born in them. A user namespace alone is a matter of credentials: see commit_creds.",
                "At the end of setns(2) the namespace that was there before is not known: one that is entered again is told as well. What an exec does is not seen there.",
            ],
            related: ["unshare", "setns", "commit_creds"],
            sources: ["namespaces(7)", "kernel/nsproxy.c (v6.18): switch_task_namespaces()"],
        }

    /// A resource limit of a process is about to be set.
    security_task_setrlimit = 208 by Hook
        on [
            "lsm/task_setrlimit",
            "fentry/security_task_setrlimit",
            "kprobe/security_task_setrlimit",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (task: "struct task_struct *", kind: "unsigned int", limit: "struct rlimit *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["setrlimit", "prlimit64"]
            when "!ret && sets_limit(current)"
            {
                task = "limited_task(current)";
                kind = "limited_resource(current)";
                limit = "limit_of(task, kind)";
            }
        sets ["lsm"]
        {
            /// The process, in the initial namespace.
            target_host_pid: Pid, kernel("host_pid_of(task)").ctype("u32").unread("at the end of a call, when the process is gone by then");
            /// Which limit.
            resource: Enum(&names::RLIMIT), kernel("kind").ctype("int");
            /// The limit in force, 18446744073709551615 for none.
            new_rlim_cur: U64, kernel("limit_soft(limit)").ctype("u64").unread("as target_host_pid");
            /// How far the process may raise it.
            new_rlim_max: U64, kernel("limit_hard(limit)").ctype("u64").unread("as target_host_pid");
        }
        page {
            purpose: "Sees limits set, of the process itself or of another.",
            use_case: "Find programs that lift limits, or take them from others.",
            command: "sudo tracehound -e security_task_setrlimit -- sh -c 'ulimit -n 64'",
            issues: [
                "At the end of calls only those that succeed are seen, with the limit as the kernel has it then.",
                issues::BY_LSM,
            ],
            related: ["setrlimit", "prlimit64"],
            sources: ["getrlimit(2)", "kernel/sys.c (v6.18): do_prlimit()"],
        }

    /// The working directory of a process is set.
    set_fs_pwd = 209 by Hook
        on ["fentry/set_fs_pwd", "kprobe/set_fs_pwd", "tp_btf/sys_exit", "raw_tp/sys_exit"]
        (fs: "struct fs_struct *", path: "const struct path *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["chdir", "fchdir"]
            when "!ret"
            { fs = "NULL"; path = "working_directory(current)"; }
        sets []
        {
            /// The path as it was given to chdir(2). Absent in other calls.
            unresolved_path: Str, user("chdir_path(current)").ctype("const char*").opt();
            /// The directory as the kernel resolves it.
            resolved_path: Path, kernel("path").ctype("const char*");
        }
        page {
            purpose: "Sees where a process goes, whatever its path was written as.",
            use_case: "Read relative paths of other events rightly; find programs at work in odd places.",
            command: "sudo tracehound -e set_fs_pwd -- sh -c 'cd /proc/self/..'",
            issues: [
                "unresolved_path is read from user memory, which another thread can rewrite meanwhile; resolved_path cannot be forged.",
                "Entering a mount namespace sets the directory too; at the end of calls only chdir(2) and fchdir(2) are seen.",
            ],
            related: ["chdir", "fchdir"],
            sources: ["chdir(2)", "fs/fs_struct.c (v6.18): set_fs_pwd()"],
        }

    /// The clock or the time zone is about to be set.
    ///
    /// The kernel asks its security modules whether the caller may; without CAP_SYS_TIME the answer
    /// is no, and the event tells of the attempt.
    security_settime64 = 210 by Hook
        // A BPF module comes after the capabilities: it would not see who is refused.
        on [
            "fentry/security_settime64",
            "kprobe/security_settime64",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (time: "const struct timespec64 *", zone: "const struct timezone *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"]
            of ["clock_settime", "clock_settime32", "settimeofday", "stime"]
            when "asks_for_time(current, ret)"
            {
                time = "NULL";
                zone = "NULL";
                tv_sec = "asked_sec(current)";
                tv_nsec = "asked_nsec(current)";
                tz_minuteswest = "asked_zone(current, 0)";
                tz_dsttime = "asked_zone(current, 1)";
            }
        sets ["lsm"]
        {
            /// Seconds since 1970. Absent where no time was passed.
            tv_sec: I64, kernel("time_sec(time)").ctype("time64_t").opt().unread("at the end of a call, when its memory cannot be read");
            /// And nanoseconds.
            tv_nsec: I64, kernel("time_nsec(time)").ctype("long").opt().unread("as tv_sec");
            /// Minutes west of Greenwich. Absent where no time zone was passed.
            tz_minuteswest: I32, kernel("zone_minutes(zone)").ctype("int").opt().unread("as tv_sec");
            /// Nothing to the kernel, which keeps it.
            tz_dsttime: I32, kernel("zone_dst(zone)").ctype("int").opt().unread("as tv_sec");
        }
        page {
            purpose: "Sees who sets the clock, or tries to.",
            use_case: "Find programs that turn back time to deceive logs and certificates.",
            command: "sudo tracehound -e security_settime64 -- hwclock --systz",
            issues: [
                "adjtimex(2) and clock_adjtime(2), which slew the clock or step it, do not come here.",
                "At the end of calls only those that succeed or are refused for want of a privilege are seen, and time and zone are read from the caller's memory, which another thread can rewrite meanwhile.",
            ],
            related: ["clock_settime", "settimeofday", "clock_adjtime"],
            sources: ["settimeofday(2)", "clock_settime(2)", "kernel/time/time.c (v6.18): do_sys_settimeofday64()"],
        }

    /// A call of prctl(2) has begun.
    ///
    /// Tells the option and its arguments, and of some options what they are about to replace and by
    /// what: addresses, auxiliary vector and file of the program (PR_SET_MM), name of a mapping
    /// (PR_SET_VMA), secure bits (PR_SET_SECUREBITS). What an option does not set is absent.
    security_task_prctl = 211 by Hook
        // A BPF module would answer for the kernel: its 0 means that the option is done with.
        on [
            "fentry/security_task_prctl",
            "kprobe/security_task_prctl",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (option: "int", arg2: "unsigned long", arg3: "unsigned long", arg4: "unsigned long", arg5: "unsigned long")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["prctl"]
            {
                option = "(s32)call_argument(current, 0)";
                arg2 = "call_argument(current, 1)";
                arg3 = "call_argument(current, 2)";
                arg4 = "call_argument(current, 3)";
                arg5 = "call_argument(current, 4)";
                old_start_code = "gone_start_code(option, arg2)";
                old_end_code = "gone_end_code(option, arg2)";
                old_start_data = "gone_start_data(option, arg2)";
                old_end_data = "gone_end_data(option, arg2)";
                old_start_brk = "gone_start_brk(option, arg2)";
                old_brk = "gone_brk(option, arg2)";
                old_start_stack = "gone_start_stack(option, arg2)";
                old_arg_start = "gone_arg_start(option, arg2)";
                old_arg_end = "gone_arg_end(option, arg2)";
                old_env_start = "gone_env_start(option, arg2)";
                old_env_end = "gone_env_end(option, arg2)";
                old_auxv = "gone_auxv(option, arg2, arg3, arg4)";
                old_pathname = "gone_exe(option, arg2, arg3)";
                old_dev = "gone_exe(option, arg2, arg3)";
                old_inode = "gone_exe(option, arg2, arg3)";
                old_ctime = "gone_exe(option, arg2, arg3)";
                old_inode_mode = "gone_exe(option, arg2, arg3)";
                old_securebits = "gone_securebits(option)";
            }
        sets ["lsm", "proc"]
        {
            /// What is to be done.
            option: Enum(&names::PRCTL), register("option").ctype("int");
            /// The second argument.
            arg2: U64, register("arg2").ctype("unsigned long");
            /// The third.
            arg3: U64, register("arg3").ctype("unsigned long");
            /// The fourth.
            arg4: U64, register("arg4").ctype("unsigned long");
            /// The fifth.
            arg5: U64, register("arg5").ctype("unsigned long");
            /// The name that a mapping is to get (PR_SET_VMA_ANON_NAME).
            vma_name: Str, user("vma_name(option, arg2, arg5)").ctype("const char*").opt();
            /// Where the program's instructions begin, before the call.
            old_start_code: Addr, kernel("old_start_code(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where they end, before the call.
            old_end_code: Addr, kernel("old_end_code(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where its data begin, before the call.
            old_start_data: Addr, kernel("old_start_data(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where they end, before the call.
            old_end_data: Addr, kernel("old_end_data(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where its heap begins, before the call.
            old_start_brk: Addr, kernel("old_start_brk(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where it ends, before the call.
            old_brk: Addr, kernel("old_brk(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where its stack begins, before the call.
            old_start_stack: Addr, kernel("old_start_stack(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where its arguments begin, before the call.
            old_arg_start: Addr, kernel("old_arg_start(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where they end, before the call.
            old_arg_end: Addr, kernel("old_arg_end(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where its environment begins, before the call.
            old_env_start: Addr, kernel("old_env_start(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// Where it ends, before the call.
            old_env_end: Addr, kernel("old_env_end(current, option, arg2)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// The auxiliary vector, before the call.
            old_auxv: Bytes, kernel("old_auxv(current, option, arg2, arg3, arg4)").ctype("void*").opt().unread("at the end of the call, by which it may be replaced");
            /// The program's file, before the call.
            old_pathname: Path, kernel("old_exe(current, option, arg2, arg3)").ctype("const char*").opt().unread("at the end of the call, by which it may be replaced");
            /// Its device.
            old_dev: Dev, kernel("exe_dev(old_exe(current, option, arg2, arg3))").ctype("dev_t").opt().unread("at the end of the call, by which it may be replaced");
            /// Its inode number.
            old_inode: U64, kernel("exe_inode(old_exe(current, option, arg2, arg3))").ctype("unsigned long").opt().unread("at the end of the call, by which it may be replaced");
            /// When the inode was changed last.
            old_ctime: WallTime, kernel("exe_ctime(old_exe(current, option, arg2, arg3))").ctype("unsigned long").opt().unread("at the end of the call, by which it may be replaced");
            /// Its type and permissions.
            old_inode_mode: Mode, kernel("exe_mode(old_exe(current, option, arg2, arg3))").ctype("umode_t").opt().unread("at the end of the call, by which it may be replaced");
            /// Where the program's instructions begin, if the call succeeds.
            new_start_code: Addr, user("new_start_code(option, arg2, arg3)").ctype("void*").opt().unread("when the structure that PR_SET_MM_MAP is given cannot be read");
            /// Where they end, if the call succeeds.
            new_end_code: Addr, user("new_end_code(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where its data begin, if the call succeeds.
            new_start_data: Addr, user("new_start_data(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where they end, if the call succeeds.
            new_end_data: Addr, user("new_end_data(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where its heap begins, if the call succeeds.
            new_start_brk: Addr, user("new_start_brk(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where it ends, if the call succeeds.
            new_brk: Addr, user("new_brk(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where its stack begins, if the call succeeds.
            new_start_stack: Addr, user("new_start_stack(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where its arguments begin, if the call succeeds.
            new_arg_start: Addr, user("new_arg_start(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where they end, if the call succeeds.
            new_arg_end: Addr, user("new_arg_end(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where its environment begins, if the call succeeds.
            new_env_start: Addr, user("new_env_start(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// Where it ends, if the call succeeds.
            new_env_end: Addr, user("new_env_end(option, arg2, arg3)").ctype("void*").opt().unread("as new_start_code");
            /// The auxiliary vector, if the call succeeds.
            new_auxv: Bytes, user("new_auxv(option, arg2, arg3, arg4)").ctype("void*").opt().unread("when it, or the structure that PR_SET_MM_MAP is given, cannot be read");
            /// The program's file, if the call succeeds. Absent where the descriptor stands for no file.
            new_pathname: Path, kernel("new_exe(current, option, arg2, arg3)").ctype("const char*").opt().unread("as new_start_code");
            /// Its device.
            new_dev: Dev, kernel("exe_dev(new_exe(current, option, arg2, arg3))").ctype("dev_t").opt().unread("as new_start_code");
            /// Its inode number.
            new_inode: U64, kernel("exe_inode(new_exe(current, option, arg2, arg3))").ctype("unsigned long").opt().unread("as new_start_code");
            /// When the inode was changed last.
            new_ctime: WallTime, kernel("exe_ctime(new_exe(current, option, arg2, arg3))").ctype("unsigned long").opt().unread("as new_start_code");
            /// Its type and permissions.
            new_inode_mode: Mode, kernel("exe_mode(new_exe(current, option, arg2, arg3))").ctype("umode_t").opt().unread("as new_start_code");
            /// The secure bits, before the call (PR_SET_SECUREBITS).
            old_securebits: Flags(&names::SECUREBITS), kernel("old_securebits(current, option)").ctype("u32").opt().unread("at the end of the call, by which it may be replaced");
        }
        page {
            purpose: "Sees what a program does to itself, with what was before.",
            use_case: "Find programs that pass themselves off as others: by another file, other arguments, other names.",
            command: "sudo tracehound -e security_task_prctl -- setpriv --no-new-privs true",
            issues: [
                "What the kernel makes of it is told by prctl: the call may still be refused.",
                "At the end of the call what it replaced is gone, so old_ fields of what the option sets are unread there.",
            ],
            related: ["prctl", "task_rename"],
            sources: ["prctl(2)", "include/uapi/linux/prctl.h (v6.18): struct prctl_mm_map", "kernel/sys.c (v6.18): SYSCALL_DEFINE5(prctl)"],
        }
}
