//! Which process is meant.

use tracehound_schema::record::Header;

/// Nanoseconds of the hundredths in which /proc tells when a process started.
pub const TICK: u64 = 10_000_000;

/// A process: ids are used again, an id and a time of start are not. A thread that executes a program takes
/// over both from the first thread of its process (`de_thread`, fs/exec.c).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// When it started.
    pub start: u64,
    /// Its id in the initial namespace.
    pub pid: u32,
}

impl Identity {
    /// A process by its numbers; nobody's are none.
    #[must_use]
    pub fn new(pid: u32, start: u64) -> Option<Identity> {
        (pid != 0).then_some(Identity { start, pid })
    }

    /// Whether it is the first process of the machine, which nobody created.
    #[must_use]
    pub const fn is_first(self) -> bool {
        self.pid == 1
    }

    /// The process of a record.
    #[must_use]
    pub fn of(header: &Header) -> Option<Identity> {
        Identity::new(header.host_pid, header.leader_start)
    }

    /// The parent that it has now.
    #[must_use]
    pub fn parent(header: &Header) -> Option<Identity> {
        Identity::new(header.host_ppid, header.parent_start)
    }
}
