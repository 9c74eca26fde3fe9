//! Scheduling: policies, priorities, processors, limits and use of resources.
//!
//! `struct sched_param` has one member, the priority, and is read as that.

use super::time::{TIMESPEC, TIMESPEC64, TIMEVAL};
use crate::names;
use crate::types::Len::{Arg, At, Ret};
use crate::types::Type::{
    Addr, BitSet, Enum, Flags, I32, I64, In, Limit, Long, Out, Parts, Pid, Struct, U32, U64, Wide,
};
use crate::types::Width::{W64, Word};
use crate::types::{Part, structs};

/// A scheduling policy and what it is marked with.
static POLICY: [Part; 2] = [
    Part {
        mask: !0x4000_0000,
        kind: Enum(&names::SCHED_POLICY),
    },
    Part {
        mask: 0x4000_0000,
        kind: Flags(&names::SCHED_RESET),
    },
];

/// A priority for input and output: the class and the level.
static IOPRIO: [Part; 2] = [
    Part {
        mask: !0x1fff,
        kind: Enum(&names::IOPRIO_CLASS),
    },
    Part {
        mask: 0x1fff,
        kind: U32,
    },
];

structs! {
    /// What a process has used.
    RUSAGE = "struct rusage" {
        ru_utime: Struct(&TIMEVAL),
        ru_stime: Struct(&TIMEVAL),
        ru_maxrss: Long,
        ru_ixrss: Long,
        ru_idrss: Long,
        ru_isrss: Long,
        ru_minflt: Long,
        ru_majflt: Long,
        ru_nswap: Long,
        ru_inblock: Long,
        ru_oublock: Long,
        ru_msgsnd: Long,
        ru_msgrcv: Long,
        ru_nsignals: Long,
        ru_nvcsw: Long,
        ru_nivcsw: Long,
    } with { brief: &["ru_utime", "ru_stime"], x32: Some(&RUSAGE_X32) }

    /// The same for an x32 caller, whose words of it have 64 bits.
    RUSAGE_X32 = "struct rusage" {
        ru_utime: Struct(&TIMEVAL),
        ru_stime: Struct(&TIMEVAL),
        ru_maxrss: I64,
        ru_ixrss: I64,
        ru_idrss: I64,
        ru_isrss: I64,
        ru_minflt: I64,
        ru_majflt: I64,
        ru_nswap: I64,
        ru_inblock: I64,
        ru_oublock: I64,
        ru_msgsnd: I64,
        ru_msgrcv: I64,
        ru_nsignals: I64,
        ru_nvcsw: I64,
        ru_nivcsw: I64,
    } with { brief: &["ru_utime", "ru_stime"] }

    /// A limit in the caller's `unsigned long`.
    RLIMIT = "struct rlimit" {
        rlim_cur: Wide(Word, &Limit(&names::RLIM_INFINITY)),
        rlim_max: Wide(Word, &Limit(&names::RLIM_INFINITY)),
    }

    /// A limit in 64 bits.
    RLIMIT64 = "struct rlimit64" {
        rlim_cur: Limit(&names::RLIM64_INFINITY),
        rlim_max: Limit(&names::RLIM64_INFINITY),
    }

    /// A policy with all that belongs to it; what is passed in says itself how long it is.
    SCHED_ATTR = "struct sched_attr" {
        size: U32,
        sched_policy: Enum(&names::SCHED_POLICY),
        sched_flags: Wide(W64, &Flags(&names::SCHED_FLAGS)),
        sched_nice: I32,
        sched_priority: U32,
        sched_runtime: U64,
        sched_deadline: U64,
        sched_period: U64,
        sched_util_min: U32,
        sched_util_max: U32,
    } with { size: Some(At("attr")) }

    /// The same as the kernel gives it: as long as the caller says.
    SCHED_ATTR_GIVEN = "struct sched_attr" {
        size: U32,
        sched_policy: Enum(&names::SCHED_POLICY),
        sched_flags: Wide(W64, &Flags(&names::SCHED_FLAGS)),
        sched_nice: I32,
        sched_priority: U32,
        sched_runtime: U64,
        sched_deadline: U64,
        sched_period: U64,
        sched_util_min: U32,
        sched_util_max: U32,
    } with { size: Some(Arg("size")) }
}

calls! {
    /// Lets other threads run first.
    sched_yield x86_64 24, i386 158, aarch64 124;
        () -> Long,
        in ["proc", "proc_sched"]

    /// Says which processors a thread may run on.
    sched_setaffinity x86_64 203, i386 241, aarch64 122;
        (pid: Pid, cpusetsize: U32, mask: In(&BitSet(Arg("cpusetsize")))) -> Long,
        in ["proc", "proc_sched"]
        with { compat: true }

    /// Tells which processors a thread may run on.
    sched_getaffinity x86_64 204, i386 242, aarch64 123;
        (pid: Pid, cpusetsize: U32, mask: Out(&BitSet(Ret))) -> Long,
        in ["proc", "proc_sched"]
        with { compat: true, man: "sched_setaffinity(2)" }

    /// Sets the policy and the real-time priority of a thread.
    sched_setscheduler x86_64 144, i386 156, aarch64 119;
        (pid: Pid, policy: Parts(&POLICY), param: In(&I32)) -> Long,
        in ["proc", "proc_sched"]

    /// Tells the policy of a thread.
    sched_getscheduler x86_64 145, i386 157, aarch64 120;
        (pid: Pid) -> Parts(&POLICY),
        in ["proc", "proc_sched"]
        with { man: "sched_setscheduler(2)" }

    /// Sets the real-time priority of a thread.
    sched_setparam x86_64 142, i386 154, aarch64 118;
        (pid: Pid, param: In(&I32)) -> Long,
        in ["proc", "proc_sched"]

    /// Tells the real-time priority of a thread.
    sched_getparam x86_64 143, i386 155, aarch64 121;
        (pid: Pid, param: Out(&I32)) -> Long,
        in ["proc", "proc_sched"]
        with { man: "sched_setparam(2)" }

    /// Sets the policy of a thread with all that belongs to it.
    sched_setattr x86_64 314, i386 351, aarch64 274;
        (pid: Pid, attr: In(&Struct(&SCHED_ATTR)), flags: U32) -> Long,
        in ["proc", "proc_sched"]
        with { since: "3.14" }

    /// Tells the policy of a thread with all that belongs to it.
    sched_getattr x86_64 315, i386 352, aarch64 275;
        (pid: Pid, attr: Out(&Struct(&SCHED_ATTR_GIVEN)), size: U32, flags: Flags(&names::SCHED_GETATTR_FLAGS)) -> Long,
        in ["proc", "proc_sched"]
        with { since: "3.14", man: "sched_setattr(2)" }

    /// Gives the highest real-time priority of a policy.
    sched_get_priority_max x86_64 146, i386 159, aarch64 125;
        (policy: Enum(&names::SCHED_POLICY)) -> Long,
        in ["proc", "proc_sched"]

    /// Gives the lowest real-time priority of a policy.
    sched_get_priority_min x86_64 147, i386 160, aarch64 126;
        (policy: Enum(&names::SCHED_POLICY)) -> Long,
        in ["proc", "proc_sched"]
        with { man: "sched_get_priority_max(2)" }

    /// Gives the time slice of a thread.
    sched_rr_get_interval x86_64 148, i386 423, aarch64 127;
        (pid: Pid, tp: Out(&Struct(&TIMESPEC64))) -> Long,
        in ["proc", "proc_sched"]
        with { name32: "sched_rr_get_interval_time64" }

    /// Gives the time slice of a thread, in 32-bit members.
    sched_rr_get_interval_time32 i386 161;
        (pid: Pid, interval: Out(&Struct(&TIMESPEC))) -> Long,
        in []
        with { name32: "sched_rr_get_interval", man: "sched_rr_get_interval(2)" }

    /// Gives the nice value of processes, as 20 less it.
    getpriority x86_64 140, i386 96, aarch64 141;
        (which: Enum(&names::PRIO_WHICH), who: I32) -> Long,
        in ["proc", "proc_sched"]

    /// Sets the nice value of processes.
    setpriority x86_64 141, i386 97, aarch64 140;
        (which: Enum(&names::PRIO_WHICH), who: I32, prio: I32) -> Long,
        in ["proc", "proc_sched"]
        with { man: "getpriority(2)" }

    /// Adds to the nice value of the calling process.
    nice i386 34;
        (inc: I32) -> Long,
        in []

    /// Gives the priority of processes for input and output.
    ioprio_get x86_64 252, i386 290, aarch64 31;
        (which: Enum(&names::IOPRIO_WHO), who: I32) -> Parts(&IOPRIO),
        in ["proc", "proc_sched"]
        with { man: "ioprio_set(2)" }

    /// Sets the priority of processes for input and output.
    ioprio_set x86_64 251, i386 289, aarch64 30;
        (which: Enum(&names::IOPRIO_WHO), who: I32, ioprio: Parts(&IOPRIO)) -> Long,
        in ["proc", "proc_sched"]

    /// Tells a limit of the calling process.
    getrlimit x86_64 97, i386 191, aarch64 163;
        (resource: Enum(&names::RLIMIT), rlim: Out(&Struct(&RLIMIT))) -> Long,
        in ["proc"]
        with { name32: "ugetrlimit", compat: true }

    /// Tells a limit of the calling process, at most 2,147,483,647.
    old_getrlimit i386 76;
        (resource: Enum(&names::RLIMIT), rlim: Out(&Struct(&RLIMIT))) -> Long,
        in []
        with { name32: "getrlimit", compat: true, man: "getrlimit(2)" }

    /// Sets a limit of the calling process.
    setrlimit x86_64 160, i386 75, aarch64 164;
        (resource: Enum(&names::RLIMIT), rlim: In(&Struct(&RLIMIT))) -> Long,
        in ["proc"]
        with { compat: true, man: "getrlimit(2)" }

    /// Sets and tells a limit of a process.
    prlimit64 x86_64 302, i386 340, aarch64 261;
        (pid: Pid, resource: Enum(&names::RLIMIT), new_limit: In(&Struct(&RLIMIT64)), old_limit: Out(&Struct(&RLIMIT64))) -> Long,
        in ["proc"]
        with { man: "prlimit(2)" }

    /// Tells what the calling process, a thread of it or its children used.
    getrusage x86_64 98, i386 77, aarch64 165;
        (who: Enum(&names::RUSAGE_WHO), usage: Out(&Struct(&RUSAGE))) -> Long,
        in ["proc"]
        with { compat: true }

    /// Tells the processor and the NUMA node that the caller runs on.
    getcpu x86_64 309, i386 318, aarch64 168;
        (cpu: Out(&U32), node: Out(&U32), tcache: Addr) -> Long,
        in ["system", "system_numa"]
}
