//! What is told beside the records of events (`bpf/beside.h`).

use tracehound_schema::Event;

/// Files that are known to have been told.
const FILES: u32 = 4096;
/// What programs make beside the events that they are of.
const MADE: [&str; 3] = ["stack_captured", "code_file_seen", UTS];
/// The event that tells what machines are called.
const UTS: &str = "uts_named";

/// What is told of the thread to which an event happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The process's frames on its stack.
    pub user: bool,
    /// The kernel's.
    pub kernel: bool,
    /// The first of the process's.
    pub caller: bool,
    /// What its machine is called.
    pub uts: bool,
}

impl Beside {
    /// The same as the programs have it.
    pub(crate) fn bits(self) -> u32 {
        let bits = [self.user, self.kernel, self.caller, self.uts].into_iter();
        bits.enumerate().map(|(at, bit)| u32::from(bit) << at).sum()
    }

    /// How many files the programs remember.
    pub(crate) const fn files(self) -> u32 {
        if self.user || self.caller { FILES } else { 1 }
    }
}

/// Whether programs make an event beside others.
pub fn makes(event: &Event) -> bool {
    MADE.contains(&event.name)
}

/// Whether one of these events tells what machines are called.
pub fn tells_uts(events: &[&'static Event]) -> bool {
    events.iter().any(|event| event.name == UTS)
}
