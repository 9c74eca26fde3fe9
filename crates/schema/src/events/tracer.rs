//! What the tracer itself has to say: loss and disagreement are events like any other.

use super::events;
use crate::field::tracer;
use crate::kind::Kind::{Enum, SigSet, Str, Time, U32, U64};
use crate::names;
use crate::sample::Sample::{Absent, Number, Text};

events! {
    /// Records were lost between two that were delivered.
    ///
    /// A ring was full. The gap stands in the stream where the records are missing.
    gap = 1 by Tracer
        on []
        sets ["tracer"]
        {
            /// The CPU whose ring was full.
            lost_cpu: U32, tracer("ring");
            /// Which ring: events, or life for process life cycle.
            ring: Enum(&names::RING), tracer("ring");
            /// How many records are missing.
            lost: U64, tracer("sequence numbers");
            /// Time of the last record before the gap.
            since: Time, tracer("record");
            /// Time of the first record after the gap.
            until: Time, tracer("record");
        }
        page {
            purpose: "Made by the reader when the sequence numbers of a CPU's records have a hole.",
            use_case: "Know when not to conclude anything from silence.",
            command: "sudo tracehound -e sigprocmask --ring-size 4K -- target/programs/sequence 100000 2",
            example: [process = Absent, lost = Number(1024)],
            issues: ["The command's program is a test of ours: `make programs` builds it.", "Which events were lost is in the account (--stats), per event and cause."],
            related: [],
            sources: ["docs/loss.md"],
        }

    /// What was read from user memory cannot explain what the kernel did.
    ///
    /// Another thread, or a mapping shared with another process, rewrote the argument between the
    /// kernel's read and ours. The record that follows from it keeps both values.
    argument_mismatch = 2 by Tracer
        on []
        sets ["tracer", "default"]
        {
            /// The event whose argument is meant.
            of: Str, tracer("event");
            /// The field.
            field: Str, tracer("field");
            /// The value in user memory.
            user: SigSet, tracer("field");
            /// The kernel's value; where it kept no copy, the smallest set that explains the change.
            kernel: SigSet, tracer("field");
            /// The likely cause.
            cause: Str, tracer("check");
        }
        page {
            purpose: "Made by the engine from the checks that an event declares.",
            use_case: "Catch programs that show a tracer one argument and the kernel another.",
            command: "sudo tracehound -e sigprocmask -- target/programs/race 100000 cold",
            example: [
                of = Text(b"sigprocmask"),
                field = Text(b"set"),
                user = Number(0x80_0000_0000),
                kernel = Number(0x100_0000_0800),
                cause = Text(b"the set was rewritten under the call by another thread or a shared mapping"),
            ],
            issues: ["The command's program is a test of ours: `make programs` builds it; `make race` gives the figures.", "A rewrite that leads to the same effect cannot be noticed, and does not matter."],
            related: ["sigprocmask"],
            sources: ["docs/integrity.md"],
        }
}
