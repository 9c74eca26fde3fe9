//! prctl(2): what each option's arguments and result mean.

use linux_raw_sys::prctl::*;

use super::security::SECCOMP_FPROG;
use crate::names;
use crate::types::Len::ArgOrRet;
use crate::types::Type::{
    Addr, By, Bytes, Chars, Enum, Flags, Hex, I32, In, Long, Out, Pid, Signal, Size, Struct, Text,
    U64, Ulong, Unused, Wide,
};
use crate::types::Width::Word;
use crate::types::choices;

choices! {
    /// The filter of `PR_SET_SECCOMP`.
    FILTER = by "arg2" {
        [
            linux_raw_sys::ptrace::SECCOMP_MODE_DISABLED, linux_raw_sys::ptrace::SECCOMP_MODE_STRICT,
        ] => Hex(&Ulong),
    } else In(&Struct(&SECCOMP_FPROG));

    /// The capability of `PR_CAP_AMBIENT`, which clearing them all does not have.
    AMBIENT = by "arg2" {
        [PR_CAP_AMBIENT_CLEAR_ALL] => Hex(&Ulong),
    } else Enum(&names::CAPABILITY);

    /// Who may trace the caller.
    PTRACER = by "arg2" {
        [-1] => Enum(&names::PR_SET_PTRACER),
    } else Pid;

    /// The second argument.
    ARG2 = by "option" {
        [
            PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_GET_TIMING, PR_GET_SECCOMP, PR_GET_SECUREBITS,
            PR_GET_TIMERSLACK, PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE,
            PR_GET_FP_MODE, PR_SVE_GET_VL, PR_SME_GET_VL,
        ] => Unused,
        [PR_SET_PDEATHSIG] => Signal,
        [PR_GET_PDEATHSIG] => Out(&Signal),
        [PR_SET_DUMPABLE] => Enum(&names::SUID_DUMP),
        [PR_GET_UNALIGN] => Out(&Flags(&names::PR_UNALIGN)),
        [PR_SET_UNALIGN] => Flags(&names::PR_UNALIGN),
        [PR_GET_FPEMU, PR_GET_FPEXC, PR_GET_ENDIAN, PR_GET_CHILD_SUBREAPER] => Out(&I32),
        [
            PR_SET_KEEPCAPS, PR_SET_FPEMU, PR_SET_FPEXC, PR_SET_TIMING, PR_SET_ENDIAN,
            PR_SET_TIMERSLACK, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_SET_THP_DISABLE,
            PR_SET_IO_FLUSHER, PR_SET_MEMORY_MERGE,
        ] => Ulong,
        [PR_SET_NAME] => In(&Text),
        [PR_GET_NAME] => Out(&Chars(16)),
        [PR_SET_SECCOMP] => Enum(&names::SECCOMP_MODE),
        [PR_CAPBSET_READ, PR_CAPBSET_DROP] => Enum(&names::CAPABILITY),
        [PR_GET_TSC] => Out(&Enum(&names::PR_TSC)),
        [PR_SET_TSC] => Enum(&names::PR_TSC),
        [PR_SET_SECUREBITS] => Flags(&names::SECUREBITS),
        [PR_MCE_KILL] => Enum(&names::PR_MCE_KILL),
        [PR_SET_MM] => Enum(&names::PR_SET_MM),
        [PR_GET_TID_ADDRESS] => Out(&Addr),
        [PR_SET_FP_MODE] => Flags(&names::PR_FP_MODE),
        [PR_CAP_AMBIENT] => Enum(&names::PR_CAP_AMBIENT),
        [PR_GET_SPECULATION_CTRL, PR_SET_SPECULATION_CTRL] => Enum(&names::PR_SPEC_WHICH),
        [PR_PAC_RESET_KEYS, PR_PAC_SET_ENABLED_KEYS] => Flags(&names::PR_PAC_KEYS),
        [PR_SET_SYSCALL_USER_DISPATCH] => Enum(&names::PR_SYS_DISPATCH),
        [PR_SCHED_CORE] => Enum(&names::PR_SCHED_CORE),
        [PR_SET_MDWE] => Flags(&names::PR_MDWE),
        [PR_SET_VMA] => Enum(&names::PR_SET_VMA_WHAT),
        [PR_GET_AUXV] => Out(&Bytes(ArgOrRet("arg3"))),
        [PR_GET_SHADOW_STACK_STATUS] => Out(&Wide(Word, &Flags(&names::PR_SHADOW_STACK))),
        [PR_SET_SHADOW_STACK_STATUS, PR_LOCK_SHADOW_STACK_STATUS] => Flags(&names::PR_SHADOW_STACK),
        [PR_TIMER_CREATE_RESTORE_IDS] => Enum(&names::PR_TIMER_IDS),
        [PR_FUTEX_HASH] => Enum(&names::PR_FUTEX_HASH),
        [79] => Enum(&names::PR_RSEQ_SLICE),
        [PR_SET_PTRACER] => By(&PTRACER),
    } else Hex(&Ulong);

    /// The third argument.
    ARG3 = by "option" {
        [
            PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_GET_TIMING, PR_GET_SECCOMP, PR_GET_SECUREBITS,
            PR_GET_TIMERSLACK, PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE,
            PR_GET_FP_MODE, PR_SVE_GET_VL, PR_SME_GET_VL, PR_SET_PDEATHSIG, PR_GET_PDEATHSIG,
            PR_SET_DUMPABLE, PR_GET_UNALIGN, PR_SET_UNALIGN, PR_SET_KEEPCAPS, PR_GET_FPEMU,
            PR_SET_FPEMU, PR_GET_FPEXC, PR_SET_FPEXC, PR_SET_TIMING, PR_SET_NAME, PR_GET_NAME,
            PR_GET_ENDIAN, PR_SET_ENDIAN, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_GET_TSC, PR_SET_TSC,
            PR_SET_SECUREBITS, PR_SET_TIMERSLACK, PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER,
            PR_GET_TID_ADDRESS, PR_SET_FP_MODE, PR_SVE_SET_VL, PR_SME_SET_VL,
            PR_GET_SPECULATION_CTRL, PR_SET_PTRACER,
        ] => Unused,
        [PR_SET_SECCOMP] => By(&FILTER),
        [PR_MCE_KILL] => Enum(&names::PR_MCE_KILL_POLICY),
        [PR_SET_MM, PR_SET_VMA] => Addr,
        [PR_CAP_AMBIENT] => By(&AMBIENT),
        [PR_SET_SPECULATION_CTRL] => Flags(&names::PR_SPEC_STATE),
        [PR_PAC_SET_ENABLED_KEYS] => Flags(&names::PR_PAC_KEYS),
        [PR_SCHED_CORE] => Pid,
        [PR_GET_AUXV] => Size,
        [PR_FUTEX_HASH] => Ulong,
    } else Hex(&Ulong);

    /// The fourth argument.
    ARG4 = by "option" {
        [
            PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_GET_TIMING, PR_GET_SECCOMP, PR_GET_SECUREBITS,
            PR_GET_TIMERSLACK, PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE,
            PR_GET_FP_MODE, PR_SVE_GET_VL, PR_SME_GET_VL, PR_SET_PDEATHSIG, PR_GET_PDEATHSIG,
            PR_SET_DUMPABLE, PR_GET_UNALIGN, PR_SET_UNALIGN, PR_SET_KEEPCAPS, PR_GET_FPEMU,
            PR_SET_FPEMU, PR_GET_FPEXC, PR_SET_FPEXC, PR_SET_TIMING, PR_SET_NAME, PR_GET_NAME,
            PR_GET_ENDIAN, PR_SET_ENDIAN, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_GET_TSC, PR_SET_TSC,
            PR_SET_SECUREBITS, PR_SET_TIMERSLACK, PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER,
            PR_GET_TID_ADDRESS, PR_SET_FP_MODE, PR_SVE_SET_VL, PR_SME_SET_VL,
            PR_GET_SPECULATION_CTRL, PR_SET_PTRACER, PR_SET_SECCOMP, PR_SET_SPECULATION_CTRL,
        ] => Unused,
        [PR_SCHED_CORE] => Enum(&names::PR_SCHED_CORE_SCOPE),
        [PR_SET_VMA] => Ulong,
    } else Hex(&Ulong);

    /// The fifth argument.
    ARG5 = by "option" {
        [
            PR_GET_DUMPABLE, PR_GET_KEEPCAPS, PR_GET_TIMING, PR_GET_SECCOMP, PR_GET_SECUREBITS,
            PR_GET_TIMERSLACK, PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE,
            PR_GET_FP_MODE, PR_SVE_GET_VL, PR_SME_GET_VL, PR_SET_PDEATHSIG, PR_GET_PDEATHSIG,
            PR_SET_DUMPABLE, PR_GET_UNALIGN, PR_SET_UNALIGN, PR_SET_KEEPCAPS, PR_GET_FPEMU,
            PR_SET_FPEMU, PR_GET_FPEXC, PR_SET_FPEXC, PR_SET_TIMING, PR_SET_NAME, PR_GET_NAME,
            PR_GET_ENDIAN, PR_SET_ENDIAN, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_GET_TSC, PR_SET_TSC,
            PR_SET_SECUREBITS, PR_SET_TIMERSLACK, PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER,
            PR_GET_TID_ADDRESS, PR_SET_FP_MODE, PR_SVE_SET_VL, PR_SME_SET_VL,
            PR_GET_SPECULATION_CTRL, PR_SET_PTRACER, PR_SET_SECCOMP, PR_SET_SPECULATION_CTRL,
        ] => Unused,
        [PR_SCHED_CORE] => By(&COOKIE),
        [PR_SET_SYSCALL_USER_DISPATCH] => Addr,
        [PR_SET_VMA] => In(&Text),
    } else Hex(&Ulong);

    /// The cookie of `PR_SCHED_CORE`.
    COOKIE = by "arg2" {
        [PR_SCHED_CORE_CREATE, PR_SCHED_CORE_SHARE_TO, PR_SCHED_CORE_SHARE_FROM] => Addr,
    } else Out(&Hex(&U64));

    /// What is returned.
    RESULT = by "option" {
        [PR_GET_DUMPABLE] => Enum(&names::SUID_DUMP),
        [PR_GET_SECUREBITS] => Flags(&names::SECUREBITS),
        [PR_MCE_KILL_GET] => Enum(&names::PR_MCE_KILL_POLICY),
        [PR_GET_FP_MODE] => Flags(&names::PR_FP_MODE),
        [PR_GET_SPECULATION_CTRL] => Flags(&names::PR_SPEC_STATE),
        [PR_GET_MDWE] => Flags(&names::PR_MDWE),
    } else Long;
}

calls! {
    /// Does one of many things to the calling process or thread.
    prctl x86_64 157, i386 172, aarch64 167;
        (option: Enum(&names::PRCTL), arg2: By(&ARG2), arg3: By(&ARG3), arg4: By(&ARG4), arg5: By(&ARG5)) -> By(&RESULT),
        in ["proc"]
}
