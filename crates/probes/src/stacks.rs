//! Which stacks are taken with records (`bpf/stack.h`).

use tracehound_schema::Event;

/// Files that are known to have been told.
const FILES: u32 = 4096;
/// What programs make beside the events that they are of.
const BESIDE: [&str; 2] = ["stack_captured", "code_file_seen"];

/// What is taken of the stack on which an event happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stacks {
    /// The process's frames.
    pub user: bool,
    /// The kernel's.
    pub kernel: bool,
    /// The first of the process's.
    pub caller: bool,
}

impl Stacks {
    /// The same as the programs have it.
    pub(crate) fn bits(self) -> u32 {
        let bits = [self.user, self.kernel, self.caller].into_iter();
        bits.enumerate().map(|(at, bit)| u32::from(bit) << at).sum()
    }

    /// How many files the programs remember.
    pub(crate) const fn files(self) -> u32 {
        if self.user || self.caller { FILES } else { 1 }
    }
}

/// Whether programs make an event beside others.
pub fn makes(event: &Event) -> bool {
    BESIDE.contains(&event.name)
}
