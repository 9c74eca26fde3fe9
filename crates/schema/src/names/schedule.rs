//! Names of scheduling calls: policies, priorities, limits.

use super::names;
use crate::kind::Names;

names! {
    /// What a scheduling policy may be marked with.
    SCHED_RESET = "policy" from general [SCHED_RESET_ON_FORK];

    /// Flags of `struct sched_attr`.
    SCHED_FLAGS = "sched_flags" from general [
        SCHED_FLAG_RESET_ON_FORK, SCHED_FLAG_RECLAIM, SCHED_FLAG_DL_OVERRUN, SCHED_FLAG_KEEP_POLICY,
        SCHED_FLAG_KEEP_PARAMS, SCHED_FLAG_UTIL_CLAMP_MIN, SCHED_FLAG_UTIL_CLAMP_MAX,
    ];

    /// What getpriority(2) is about.
    PRIO_WHICH = "which" from general [PRIO_PROCESS, PRIO_PGRP, PRIO_USER];

    /// What a limit limits.
    RLIMIT = "resource" from general [
        RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC,
        RLIMIT_NOFILE, RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_LOCKS, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE,
        RLIMIT_NICE, RLIMIT_RTPRIO, RLIMIT_RTTIME,
    ];

    /// Whose use of resources is asked for.
    RUSAGE_WHO = "who" from general [
        RUSAGE_SELF, RUSAGE_CHILDREN, RUSAGE_BOTH, RUSAGE_THREAD,
    ];

    /// What sched_getattr(2) is asked for.
    SCHED_GETATTR_FLAGS = "flags" and [1 => "SCHED_GETATTR_FLAG_DL_DYNAMIC"];

    /// What ioprio_get(2) is about.
    IOPRIO_WHO = "which" and [
        1 => "IOPRIO_WHO_PROCESS", 2 => "IOPRIO_WHO_PGRP", 3 => "IOPRIO_WHO_USER",
    ];
}

/// Scheduling policies; user space names the first one `SCHED_OTHER`.
pub static SCHED_POLICY: Names = Names {
    title: "policy",
    rows: &[
        (0, "SCHED_OTHER"),
        (1, "SCHED_FIFO"),
        (2, "SCHED_RR"),
        (3, "SCHED_BATCH"),
        (4, "SCHED_ISO"),
        (5, "SCHED_IDLE"),
        (6, "SCHED_DEADLINE"),
        (7, "SCHED_EXT"),
    ],
};

/// Classes of priority for input and output, above the level.
pub static IOPRIO_CLASS: Names = Names {
    title: "ioprio",
    rows: &[
        (0, "IOPRIO_CLASS_NONE"),
        (1 << 13, "IOPRIO_CLASS_RT"),
        (2 << 13, "IOPRIO_CLASS_BE"),
        (3 << 13, "IOPRIO_CLASS_IDLE"),
    ],
};

/// No limit, in the caller's `unsigned long`.
pub static RLIM_INFINITY: Names = Names {
    title: "rlim",
    rows: &[(-1, "RLIM_INFINITY")],
};

/// No limit, in 64 bits.
pub static RLIM64_INFINITY: Names = Names {
    title: "rlim",
    rows: &[(-1, "RLIM64_INFINITY")],
};
