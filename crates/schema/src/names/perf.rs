//! Names of perf_event_open(2).

use super::names;
use crate::kind::Names;

names! {
    /// Kinds of events.
    PERF_TYPE = "type" and [
        0 => "PERF_TYPE_HARDWARE", 1 => "PERF_TYPE_SOFTWARE", 2 => "PERF_TYPE_TRACEPOINT",
        3 => "PERF_TYPE_HW_CACHE", 4 => "PERF_TYPE_RAW", 5 => "PERF_TYPE_BREAKPOINT",
    ];

    /// Events of the hardware.
    PERF_HARDWARE = "config" and [
        0 => "PERF_COUNT_HW_CPU_CYCLES", 1 => "PERF_COUNT_HW_INSTRUCTIONS",
        2 => "PERF_COUNT_HW_CACHE_REFERENCES", 3 => "PERF_COUNT_HW_CACHE_MISSES",
        4 => "PERF_COUNT_HW_BRANCH_INSTRUCTIONS", 5 => "PERF_COUNT_HW_BRANCH_MISSES",
        6 => "PERF_COUNT_HW_BUS_CYCLES", 7 => "PERF_COUNT_HW_STALLED_CYCLES_FRONTEND",
        8 => "PERF_COUNT_HW_STALLED_CYCLES_BACKEND", 9 => "PERF_COUNT_HW_REF_CPU_CYCLES",
    ];

    /// Events of the kernel.
    PERF_SOFTWARE = "config" and [
        0 => "PERF_COUNT_SW_CPU_CLOCK", 1 => "PERF_COUNT_SW_TASK_CLOCK",
        2 => "PERF_COUNT_SW_PAGE_FAULTS", 3 => "PERF_COUNT_SW_CONTEXT_SWITCHES",
        4 => "PERF_COUNT_SW_CPU_MIGRATIONS", 5 => "PERF_COUNT_SW_PAGE_FAULTS_MIN",
        6 => "PERF_COUNT_SW_PAGE_FAULTS_MAJ", 7 => "PERF_COUNT_SW_ALIGNMENT_FAULTS",
        8 => "PERF_COUNT_SW_EMULATION_FAULTS", 9 => "PERF_COUNT_SW_DUMMY",
        10 => "PERF_COUNT_SW_BPF_OUTPUT", 11 => "PERF_COUNT_SW_CGROUP_SWITCHES",
    ];

    /// What is in a sample.
    PERF_SAMPLE = "sample_type" and [
        1 => "PERF_SAMPLE_IP", 2 => "PERF_SAMPLE_TID", 4 => "PERF_SAMPLE_TIME",
        8 => "PERF_SAMPLE_ADDR", 0x10 => "PERF_SAMPLE_READ", 0x20 => "PERF_SAMPLE_CALLCHAIN",
        0x40 => "PERF_SAMPLE_ID", 0x80 => "PERF_SAMPLE_CPU", 0x100 => "PERF_SAMPLE_PERIOD",
        0x200 => "PERF_SAMPLE_STREAM_ID", 0x400 => "PERF_SAMPLE_RAW", 0x800 => "PERF_SAMPLE_BRANCH_STACK",
        0x1000 => "PERF_SAMPLE_REGS_USER", 0x2000 => "PERF_SAMPLE_STACK_USER",
        0x4000 => "PERF_SAMPLE_WEIGHT", 0x8000 => "PERF_SAMPLE_DATA_SRC",
        0x10000 => "PERF_SAMPLE_IDENTIFIER", 0x20000 => "PERF_SAMPLE_TRANSACTION",
        0x40000 => "PERF_SAMPLE_REGS_INTR", 0x80000 => "PERF_SAMPLE_PHYS_ADDR",
        0x100000 => "PERF_SAMPLE_AUX", 0x200000 => "PERF_SAMPLE_CGROUP",
        0x400000 => "PERF_SAMPLE_DATA_PAGE_SIZE", 0x800000 => "PERF_SAMPLE_CODE_PAGE_SIZE",
        0x1000000 => "PERF_SAMPLE_WEIGHT_STRUCT",
    ];

    /// What is read of an event.
    PERF_READ = "read_format" and [
        1 => "PERF_FORMAT_TOTAL_TIME_ENABLED", 2 => "PERF_FORMAT_TOTAL_TIME_RUNNING",
        4 => "PERF_FORMAT_ID", 8 => "PERF_FORMAT_GROUP", 0x10 => "PERF_FORMAT_LOST",
    ];

    /// Flags of perf_event_open(2).
    PERF_FLAGS = "flags" and [
        1 => "PERF_FLAG_FD_NO_GROUP", 2 => "PERF_FLAG_FD_OUTPUT", 4 => "PERF_FLAG_PID_CGROUP",
        8 => "PERF_FLAG_FD_CLOEXEC",
    ];

    /// Which branches are sampled.
    PERF_BRANCH = "branch_sample_type" and [
        0x800 => "PERF_SAMPLE_BRANCH_STACK", 1 => "PERF_SAMPLE_BRANCH_USER",
        2 => "PERF_SAMPLE_BRANCH_KERNEL", 4 => "PERF_SAMPLE_BRANCH_HV",
        8 => "PERF_SAMPLE_BRANCH_ANY", 0x10 => "PERF_SAMPLE_BRANCH_ANY_CALL",
        0x20 => "PERF_SAMPLE_BRANCH_ANY_RETURN", 0x40 => "PERF_SAMPLE_BRANCH_IND_CALL",
        0x80 => "PERF_SAMPLE_BRANCH_ABORT_TX", 0x100 => "PERF_SAMPLE_BRANCH_IN_TX",
        0x200 => "PERF_SAMPLE_BRANCH_NO_TX", 0x400 => "PERF_SAMPLE_BRANCH_COND",
        0x800 => "PERF_SAMPLE_BRANCH_CALL_STACK", 0x1000 => "PERF_SAMPLE_BRANCH_IND_JUMP",
        0x2000 => "PERF_SAMPLE_BRANCH_CALL", 0x4000 => "PERF_SAMPLE_BRANCH_NO_FLAGS",
        0x8000 => "PERF_SAMPLE_BRANCH_NO_CYCLES", 0x10000 => "PERF_SAMPLE_BRANCH_TYPE_SAVE",
        0x20000 => "PERF_SAMPLE_BRANCH_HW_INDEX", 0x40000 => "PERF_SAMPLE_BRANCH_PRIV_SAVE",
        0x80000 => "PERF_SAMPLE_BRANCH_COUNTERS", 7 => "PERF_SAMPLE_BRANCH_PLM_ALL",
    ];

    /// What a breakpoint waits for.
    PERF_BREAKPOINT = "bp_type" and [
        1 => "HW_BREAKPOINT_R", 2 => "HW_BREAKPOINT_W", 4 => "HW_BREAKPOINT_X",
    ];
}

/// The bits that follow `read_format` in `struct perf_event_attr`. They have no constants: what the
/// header declares is bit fields.
pub static PERF_ATTR_BITS: Names = Names {
    title: "flags",
    rows: &[
        (1, "disabled"),
        (1 << 1, "inherit"),
        (1 << 2, "pinned"),
        (1 << 3, "exclusive"),
        (1 << 4, "exclude_user"),
        (1 << 5, "exclude_kernel"),
        (1 << 6, "exclude_hv"),
        (1 << 7, "exclude_idle"),
        (1 << 8, "mmap"),
        (1 << 9, "comm"),
        (1 << 10, "freq"),
        (1 << 11, "inherit_stat"),
        (1 << 12, "enable_on_exec"),
        (1 << 13, "task"),
        (1 << 14, "watermark"),
        (1 << 17, "mmap_data"),
        (1 << 18, "sample_id_all"),
        (1 << 19, "exclude_host"),
        (1 << 20, "exclude_guest"),
        (1 << 21, "exclude_callchain_kernel"),
        (1 << 22, "exclude_callchain_user"),
        (1 << 23, "mmap2"),
        (1 << 24, "comm_exec"),
        (1 << 25, "use_clockid"),
        (1 << 26, "context_switch"),
        (1 << 27, "write_backward"),
        (1 << 28, "namespaces"),
        (1 << 29, "ksymbol"),
        (1 << 30, "bpf_event"),
        (1 << 31, "aux_output"),
        (1 << 32, "cgroup"),
        (1 << 33, "text_poke"),
        (1 << 34, "build_id"),
        (1 << 35, "inherit_thread"),
        (1 << 36, "remove_on_exec"),
        (1 << 37, "sigtrap"),
        (1 << 38, "defer_callchain"),
        (1 << 39, "defer_output"),
    ],
};
