//! Names of prctl(2): options, and what each option's arguments mean.

use super::names;
use crate::kind::Names;

names! {
    /// Options of prctl(2).
    PRCTL = "option" from prctl [
        PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_GET_UNALIGN,
        PR_SET_UNALIGN, PR_GET_KEEPCAPS, PR_SET_KEEPCAPS, PR_GET_FPEMU, PR_SET_FPEMU, PR_GET_FPEXC,
        PR_SET_FPEXC, PR_GET_TIMING, PR_SET_TIMING, PR_SET_NAME, PR_GET_NAME, PR_GET_ENDIAN,
        PR_SET_ENDIAN, PR_GET_SECCOMP, PR_SET_SECCOMP, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_GET_TSC,
        PR_SET_TSC, PR_GET_SECUREBITS, PR_SET_SECUREBITS, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK,
        PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE, PR_MCE_KILL, PR_MCE_KILL_GET,
        PR_SET_MM, PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS,
        PR_GET_NO_NEW_PRIVS, PR_GET_TID_ADDRESS, PR_SET_THP_DISABLE, PR_GET_THP_DISABLE,
        PR_MPX_ENABLE_MANAGEMENT, PR_MPX_DISABLE_MANAGEMENT, PR_SET_FP_MODE, PR_GET_FP_MODE,
        PR_CAP_AMBIENT, PR_SVE_SET_VL, PR_SVE_GET_VL, PR_GET_SPECULATION_CTRL,
        PR_SET_SPECULATION_CTRL, PR_PAC_RESET_KEYS, PR_SET_TAGGED_ADDR_CTRL,
        PR_GET_TAGGED_ADDR_CTRL, PR_SET_IO_FLUSHER, PR_GET_IO_FLUSHER, PR_SET_SYSCALL_USER_DISPATCH,
        PR_PAC_SET_ENABLED_KEYS, PR_PAC_GET_ENABLED_KEYS, PR_SCHED_CORE, PR_SME_SET_VL,
        PR_SME_GET_VL, PR_SET_MDWE, PR_GET_MDWE, PR_SET_MEMORY_MERGE, PR_GET_MEMORY_MERGE,
        PR_RISCV_V_SET_CONTROL, PR_RISCV_V_GET_CONTROL, PR_RISCV_SET_ICACHE_FLUSH_CTX,
        PR_PPC_GET_DEXCR, PR_PPC_SET_DEXCR, PR_GET_SHADOW_STACK_STATUS, PR_SET_SHADOW_STACK_STATUS,
        PR_LOCK_SHADOW_STACK_STATUS, PR_TIMER_CREATE_RESTORE_IDS, PR_FUTEX_HASH, PR_GET_AUXV,
        PR_SET_VMA, PR_SET_PTRACER,
    ] and [79 => "PR_RSEQ_SLICE_EXTENSION", 80 => "PR_GET_CFI", 81 => "PR_SET_CFI"];

    /// What unaligned accesses do.
    PR_UNALIGN = "arg2" from prctl [PR_UNALIGN_NOPRINT, PR_UNALIGN_SIGBUS];

    /// What the time stamp counter does in user space.
    PR_TSC = "arg2" from prctl [PR_TSC_ENABLE, PR_TSC_SIGSEGV];

    /// What is done about a kill policy of machine checks.
    PR_MCE_KILL = "arg2" from prctl [PR_MCE_KILL_CLEAR, PR_MCE_KILL_SET];

    /// Kill policies of machine checks.
    PR_MCE_KILL_POLICY = "arg3" from prctl [
        PR_MCE_KILL_LATE, PR_MCE_KILL_EARLY, PR_MCE_KILL_DEFAULT,
    ];

    /// Members of the memory descriptor.
    PR_SET_MM = "arg2" from prctl [
        PR_SET_MM_START_CODE, PR_SET_MM_END_CODE, PR_SET_MM_START_DATA, PR_SET_MM_END_DATA,
        PR_SET_MM_START_STACK, PR_SET_MM_START_BRK, PR_SET_MM_BRK, PR_SET_MM_ARG_START,
        PR_SET_MM_ARG_END, PR_SET_MM_ENV_START, PR_SET_MM_ENV_END, PR_SET_MM_AUXV,
        PR_SET_MM_EXE_FILE, PR_SET_MM_MAP, PR_SET_MM_MAP_SIZE,
    ];

    /// Modes of the floating point registers.
    PR_FP_MODE = "arg2" from prctl [PR_FP_MODE_FR, PR_FP_MODE_FRE];

    /// What is done with ambient capabilities.
    PR_CAP_AMBIENT = "arg2" from prctl [
        PR_CAP_AMBIENT_IS_SET, PR_CAP_AMBIENT_RAISE, PR_CAP_AMBIENT_LOWER, PR_CAP_AMBIENT_CLEAR_ALL,
    ];

    /// Features of speculation.
    PR_SPEC_WHICH = "arg2" from prctl [
        PR_SPEC_STORE_BYPASS, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_L1D_FLUSH,
    ];

    /// States of such a feature.
    PR_SPEC_STATE = "arg3" from prctl [
        PR_SPEC_NOT_AFFECTED, PR_SPEC_PRCTL, PR_SPEC_ENABLE, PR_SPEC_DISABLE,
        PR_SPEC_FORCE_DISABLE, PR_SPEC_DISABLE_NOEXEC,
    ];

    /// Keys of pointer authentication.
    PR_PAC_KEYS = "arg2" from prctl [
        PR_PAC_APIAKEY, PR_PAC_APIBKEY, PR_PAC_APDAKEY, PR_PAC_APDBKEY, PR_PAC_APGAKEY,
    ];

    /// Whether system calls are dispatched to user space.
    PR_SYS_DISPATCH = "arg2" from prctl [
        PR_SYS_DISPATCH_OFF, PR_SYS_DISPATCH_EXCLUSIVE_ON, PR_SYS_DISPATCH_INCLUSIVE_ON,
    ];

    /// What is done with a core scheduling cookie.
    PR_SCHED_CORE = "arg2" from prctl [
        PR_SCHED_CORE_GET, PR_SCHED_CORE_CREATE, PR_SCHED_CORE_SHARE_TO, PR_SCHED_CORE_SHARE_FROM,
    ];

    /// Whom that is done to.
    PR_SCHED_CORE_SCOPE = "arg4" from prctl [
        PR_SCHED_CORE_SCOPE_THREAD, PR_SCHED_CORE_SCOPE_THREAD_GROUP,
        PR_SCHED_CORE_SCOPE_PROCESS_GROUP,
    ];

    /// What memory may not become.
    PR_MDWE = "arg2" from prctl [PR_MDWE_REFUSE_EXEC_GAIN, PR_MDWE_NO_INHERIT];

    /// What is set of mappings.
    PR_SET_VMA_WHAT = "arg2" from prctl [PR_SET_VMA_ANON_NAME];

    /// States of the shadow stack.
    PR_SHADOW_STACK = "arg2" from prctl [
        PR_SHADOW_STACK_ENABLE, PR_SHADOW_STACK_WRITE, PR_SHADOW_STACK_PUSH,
    ];

    /// Whether timers get the ids that they are asked to have.
    PR_TIMER_IDS = "arg2" from prctl [
        PR_TIMER_CREATE_RESTORE_IDS_OFF, PR_TIMER_CREATE_RESTORE_IDS_ON,
        PR_TIMER_CREATE_RESTORE_IDS_GET,
    ];

    /// What is done with the process's own futex hash.
    PR_FUTEX_HASH = "arg2" from prctl [PR_FUTEX_HASH_SET_SLOTS, PR_FUTEX_HASH_GET_SLOTS];

    /// What is done with the extension of time slices.
    PR_RSEQ_SLICE = "arg2" and [
        1 => "PR_RSEQ_SLICE_EXTENSION_GET", 2 => "PR_RSEQ_SLICE_EXTENSION_SET",
    ];

    /// Processes that may trace the caller besides its own ancestors.
    PR_SET_PTRACER = "arg2" and [-1 => "PR_SET_PTRACER_ANY"];

    /// How system calls are filtered.
    SECCOMP_MODE = "arg2" from ptrace [
        SECCOMP_MODE_DISABLED, SECCOMP_MODE_STRICT, SECCOMP_MODE_FILTER,
    ];

    /// What user id 0 does not mean.
    SECUREBITS = "arg2" and [
        0x001 => "SECBIT_NOROOT",
        0x002 => "SECBIT_NOROOT_LOCKED",
        0x004 => "SECBIT_NO_SETUID_FIXUP",
        0x008 => "SECBIT_NO_SETUID_FIXUP_LOCKED",
        0x010 => "SECBIT_KEEP_CAPS",
        0x020 => "SECBIT_KEEP_CAPS_LOCKED",
        0x040 => "SECBIT_NO_CAP_AMBIENT_RAISE",
        0x080 => "SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED",
        0x100 => "SECBIT_EXEC_RESTRICT_FILE",
        0x200 => "SECBIT_EXEC_RESTRICT_FILE_LOCKED",
        0x400 => "SECBIT_EXEC_DENY_INTERACTIVE",
        0x800 => "SECBIT_EXEC_DENY_INTERACTIVE_LOCKED",
    ];
}

/// Who may read a process's memory (`include/linux/sched/coredump.h`).
pub static SUID_DUMP: Names = Names {
    title: "arg2",
    rows: &[
        (0, "SUID_DUMP_DISABLE"),
        (1, "SUID_DUMP_USER"),
        (2, "SUID_DUMP_ROOT"),
    ],
};
