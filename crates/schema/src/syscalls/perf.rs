//! Performance counters.

use crate::names;
use crate::types::Len;
use crate::types::Type::{By, Enum, Fd, Flags, Hex, I32, In, Pid, Struct, U16, U32, U64, Wide};
use crate::types::Width::W64;
use crate::types::{choices, structs};

choices! {
    /// The event, by its kind.
    CONFIG = by "type" {
        [0] => Wide(W64, &Enum(&names::perf::PERF_HARDWARE)),
        [1] => Wide(W64, &Enum(&names::perf::PERF_SOFTWARE)),
        [2] => U64,
    } else Hex(&U64);
}

structs! {
    /// What is to be counted or sampled.
    PERF_EVENT_ATTR = "struct perf_event_attr" {
        r#type: Enum(&names::perf::PERF_TYPE), size: U32, config: By(&CONFIG), sample_period: U64,
        sample_type: Wide(W64, &Flags(&names::perf::PERF_SAMPLE)),
        read_format: Wide(W64, &Flags(&names::perf::PERF_READ)),
        flags: Wide(W64, &Flags(&names::perf::PERF_ATTR_BITS)),
        wakeup_events: U32, bp_type: Flags(&names::perf::PERF_BREAKPOINT), config1: Hex(&U64), config2: Hex(&U64),
        branch_sample_type: Wide(W64, &Flags(&names::perf::PERF_BRANCH)),
        sample_regs_user: Hex(&U64), sample_stack_user: U32, clockid: I32, sample_regs_intr: Hex(&U64),
        aux_watermark: U32, sample_max_stack: U16, __pad: U16, aux_sample_size: U32, aux_action: Hex(&U32),
        sig_data: Hex(&U64), config3: Hex(&U64), config4: Hex(&U64),
    } with {
        brief: &["type", "size", "config", "sample_period", "sample_type", "read_format", "flags"],
        size: Some(Len::Arg("size")),
    }
}

calls! {
    /// Opens a counter or sampler of events.
    perf_event_open x86_64 298, i386 336, aarch64 241;
        (attr: In(&Struct(&PERF_EVENT_ATTR)), pid: Pid, cpu: I32, group_fd: Fd, flags: Wide(crate::types::Width::Word, &Flags(&names::perf::PERF_FLAGS))) -> Fd,
        in ["system"]
}
