//! What the strace output shows, and how; the front end makes it from strace's options.

use std::collections::HashSet;

use tracehound_schema::Abi;

use super::summary::Table;
use crate::calls::Style;

/// Digits behind the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// None.
    Seconds,
    /// Three.
    Milliseconds,
    /// Six.
    Microseconds,
    /// Nine.
    Nanoseconds,
}

impl Precision {
    /// The number of digits.
    #[must_use]
    pub const fn digits(self) -> usize {
        match self {
            Precision::Seconds => 0,
            Precision::Milliseconds => 3,
            Precision::Microseconds => 6,
            Precision::Nanoseconds => 9,
        }
    }
}

/// The time before each line (`-t`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// The time of day where the tracer runs.
    Day(Precision),
    /// Seconds since 1970.
    Unix(Precision),
}

/// The thread's id before each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// None.
    Never,
    /// `[pid N]` while several threads are traced.
    Several,
    /// `N`.
    Always,
}

/// How a call ended (`-e status=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Without an error.
    Successful = 1,
    /// With one.
    Failed = 2,
    /// Not at all, since its thread ended.
    Unfinished = 4,
    /// In a way that nobody saw.
    Unavailable = 8,
    /// Not before the tracing did.
    Detached = 16,
}

/// Messages that can be left out (`-e quiet=`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Message {
    /// `strace: Process N attached`.
    Attach = 1,
    /// `+++ exited with N +++`.
    Exit = 2,
    /// `[ Process PID=N runs in 32 bit mode. ]`.
    Personality = 4,
    /// `+++ superseded by execve in pid N +++`.
    ThreadExecve = 8,
}

/// Which threads are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Only {
    /// Every one.
    All,
    /// The first that is heard of: the command's, without its children and further threads.
    First,
    /// These, by their ids in the initial namespace.
    These(Vec<u32>),
}

/// What becomes of events that are no calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Each is told, by its name where strace has no line for it.
    Told,
    /// They were chosen to make up what strace shows, and no more is told of them.
    Woven,
}

/// How a set of calls is treated otherwise than the rest.
#[derive(Clone, Debug)]
pub enum Calls {
    /// Every call.
    All,
    /// The calls of these events.
    These(HashSet<u16>),
}

impl Calls {
    /// No call.
    #[must_use]
    pub fn none() -> Calls {
        Calls::These(HashSet::new())
    }

    pub(super) fn has(&self, event: u16) -> bool {
        match self {
            Calls::All => true,
            Calls::These(events) => events.contains(&event),
        }
    }
}

/// What is shown, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Texts, structures and descriptors.
    pub style: Style,
    /// The thread's id.
    pub prefix: Prefix,
    /// Which threads are shown.
    pub only: Only,
    /// Whether nothing is shown before the first execve(2), which is ours that starts the command.
    pub from_exec: bool,
    /// The time of each line.
    pub stamp: Option<Stamp>,
    /// The time since the line before.
    pub relative: Option<Precision>,
    /// The time that a call took.
    pub took: Option<Precision>,
    /// Show the call's number.
    pub numbers: bool,
    /// The column of the results.
    pub column: usize,
    /// What becomes of events that are no calls.
    pub others: Others,
    /// The bits of each [`Status`] that is shown.
    pub statuses: u8,
    /// The signals that are shown, as a set.
    pub signals: u64,
    /// The bits of each [`Message`] that is left out.
    pub quiet: u8,
    /// Whether there are lines, or the table alone.
    pub lines: bool,
    /// The table at the end.
    pub table: Option<Table>,
    /// Calls left out under one convention though their event is traced.
    pub hidden: HashSet<(u16, Abi)>,
    /// Calls whose arguments are printed as they are.
    pub raw: Calls,
    /// Calls whose structures are abbreviated.
    pub abbreviated: Calls,
    /// Show only calls that use one of these paths; empty for all.
    pub paths: Vec<Vec<u8>>,
}

/// Every status.
pub const ALL_STATUSES: u8 = 31;

impl Default for Options {
    fn default() -> Options {
        Options {
            style: Style::PLAIN,
            prefix: Prefix::Always,
            only: Only::All,
            from_exec: false,
            stamp: None,
            relative: None,
            took: None,
            numbers: false,
            column: 40,
            others: Others::Told,
            statuses: ALL_STATUSES,
            signals: u64::MAX,
            quiet: Message::Attach as u8 | Message::Personality as u8,
            lines: true,
            table: None,
            hidden: HashSet::new(),
            raw: Calls::none(),
            abbreviated: Calls::All,
            paths: Vec::new(),
        }
    }
}

impl Options {
    pub(super) const fn silent(&self, message: Message) -> bool {
        self.quiet & message as u8 != 0
    }

    pub(super) const fn shows(&self, status: Status) -> bool {
        self.statuses & status as u8 != 0
    }

    /// Whether a call's line can begin before it is known how the call ends.
    pub(super) fn begins_lines(&self) -> bool {
        self.lines && self.statuses == ALL_STATUSES && self.paths.is_empty()
    }
}
