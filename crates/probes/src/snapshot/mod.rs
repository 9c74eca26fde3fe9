//! What is there when tracing begins: records that iterators give, and those that the tracer makes of
//! `/proc` and the like. See `docs/decisions/0013-snapshots-and-derived-events.md`.

mod cgroups;
mod facts;
mod first;
mod iterator;
mod modules;
mod mounts;
mod twice;

use std::fs;

use tracehound_schema::record::{ASIDE, Builder, Header};
use tracehound_schema::{Event, by_name};

use crate::tracer::boot_time;

pub use first::missing;
pub use iterator::read;
pub use modules::{LIST, Module};
pub use twice::without_forked;

/// What a maker fills.
#[derive(Debug)]
pub struct Made {
    /// The event.
    pub event: &'static Event,
    /// The records, one behind another.
    pub bytes: Vec<u8>,
    /// How many.
    pub count: u64,
    /// Of each record's header.
    flags: u32,
}

impl Made {
    /// Starts with none.
    #[must_use]
    pub fn new(event: &'static Event) -> Made {
        Made {
            event,
            bytes: Vec::new(),
            count: 0,
            flags: 0,
        }
    }

    /// A record to be filled, which belongs to no process.
    pub fn start(&self) -> Builder {
        let header = Header {
            time: boot_time(),
            nr: -1,
            cpu: cpu(),
            flags: self.flags,
            ..Header::default()
        };
        Builder::new(self.event.id, self.event.fields.len(), header)
    }

    /// Marks the records that come as made only to learn from.
    #[must_use]
    pub fn aside(mut self, aside: bool) -> Made {
        self.flags = if aside { ASIDE } else { 0 };
        self
    }

    /// A record to be filled that follows from another: of the same thread and time.
    #[must_use]
    pub fn follow(&self, from: &Header) -> Builder {
        let header = Header {
            flags: self.flags,
            ..from.derived()
        };
        Builder::new(self.event.id, self.event.fields.len(), header)
    }

    /// Takes a filled record.
    pub fn put(&mut self, record: Builder) {
        self.bytes.extend(record.build());
        self.count += 1;
    }
}

/// Makes the records of an event.
type Make = fn(&mut Made);

/// Events that the tracer makes when tracing begins.
static MAKERS: &[(&str, Make)] = &[
    ("tracee_info", facts::tracee_info),
    ("existing_module", modules::make),
    ("existing_mount", mounts::make),
    ("existing_cgroup", cgroups::make),
];

/// The event whose records are left out where a fork tells the same.
pub const PROCESSES: &str = "existing_process";

/// The event that stands behind those records.
pub const COMPLETE: &str = "process_snapshot";

/// The record that stands behind those of processes that started before `until`.
pub fn complete(event: &'static Event, until: u64, processes: u64, whole: bool) -> Made {
    let mut made = Made::new(event);
    let record = made
        .start()
        .slot(field(COMPLETE, "until"), until)
        .slot(field(COMPLETE, "processes"), processes)
        .slot(field(COMPLETE, "whole"), u64::from(whole));
    made.put(record);
    made
}

/// Whether the tracer makes an event when tracing begins.
pub fn is_made(event: &Event) -> bool {
    event.name == COMPLETE || MAKERS.iter().any(|maker| maker.0 == event.name)
}

/// The records of an event that the tracer makes when tracing begins; `None` for others. `aside`: only to
/// learn from.
pub fn make(event: &'static Event, aside: bool) -> Option<Made> {
    let maker = MAKERS.iter().find(|maker| maker.0 == event.name)?;
    let mut made = Made::new(event).aside(aside);
    (maker.1)(&mut made);
    Some(made)
}

/// The index of a field that the event has.
pub fn field(event: &str, field: &str) -> usize {
    let found = by_name(event).and_then(|event| event.field_index(field));
    found.unwrap_or(usize::MAX)
}

/// The processor that this thread is on.
fn cpu() -> u32 {
    // SAFETY: a system call without arguments.
    let cpu = unsafe { libc::sched_getcpu() };
    u32::try_from(cpu).unwrap_or(0)
}

/// A short file's text without white space at its end.
pub fn text(path: &str) -> Option<Vec<u8>> {
    let mut bytes = fs::read(path).ok()?;
    bytes.truncate(bytes.trim_ascii_end().len());
    Some(bytes)
}

/// Texts one behind another, each ended by NUL.
pub fn list<'a>(items: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        bytes.extend_from_slice(item);
        bytes.push(0);
    }
    bytes
}

/// A tail that is absent where there is nothing.
pub fn tail_or_absent(record: Builder, index: usize, bytes: Option<&[u8]>) -> Builder {
    match bytes {
        Some(bytes) => record.tail(index, bytes),
        None => record.absent(index),
    }
}

#[cfg(test)]
mod tests {
    use tracehound_schema::{MadeBy, all};

    /// Made elsewhere: of what is read, by the engine or by crates/symbols.
    const OTHERS: &[&str] = &[
        "gap",
        "argument_mismatch",
        "address_symbolized",
        super::COMPLETE,
    ];

    #[test]
    fn every_event_that_the_tracer_makes_has_a_maker() {
        for event in all().filter(|event| event.made_by == MadeBy::Tracer) {
            let makers = super::MAKERS.iter().map(|maker| maker.0);
            let checks = crate::check::names();
            let own = makers.chain(checks).any(|name| name == event.name);
            let made = own || crate::exports::makes(event) || crate::beside::makes(event);
            let derived = !event.derived.is_empty() && !made;
            let other = OTHERS.contains(&event.name) || derived;
            assert!(made != other, "{}", event.name);
        }
    }
}
