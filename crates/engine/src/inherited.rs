//! What a process has from the one that created it, until it gets another: a program, a namespace.

use rustc_hash::FxHashMap;
use tracehound_schema::record::Record;
use tracehound_schema::{Event, by_name};

/// Most processes remembered; of those beyond them nothing is known.
const MAX: usize = 65_536;

/// A value for each process, by its id in the initial namespace.
#[derive(Debug)]
pub struct Inherited<T> {
    values: FxHashMap<u32, T>,
    fork: Option<(u16, usize)>,
    exit: Option<(u16, usize)>,
}

impl<T> Default for Inherited<T> {
    fn default() -> Inherited<T> {
        let field = |event: &str, name| {
            let event = by_name(event)?;
            Some((event.id, event.field_index(name)?))
        };
        Inherited {
            values: FxHashMap::default(),
            fork: field("sched_process_fork", "child_pid"),
            exit: field("sched_process_exit", "process_group_exit"),
        }
    }
}

impl<T: Clone> Inherited<T> {
    /// What a process has, if it is known.
    #[must_use]
    pub fn of(&self, pid: u32) -> Option<&T> {
        self.values.get(&pid)
    }

    /// Notes what a process has now. What is not known must not pass for what it had.
    pub fn set(&mut self, pid: u32, value: Option<T>) {
        let has_room = self.values.len() < MAX || self.values.contains_key(&pid);
        match value.filter(|_| has_room) {
            Some(value) => {
                self.values.insert(pid, value);
            }
            None => {
                self.values.remove(&pid);
            }
        }
    }

    /// Gives a child what its parent has; tells which process that is, where a record tells of one.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) -> Option<u32> {
        let (_, field) = self.fork.filter(|fork| fork.0 == event.id)?;
        let pid = record.header.host_pid;
        let child = u32::try_from(record.slot(field)?).ok()?;
        // A thread of its own process has what that has.
        (child != pid).then(|| {
            self.set(child, self.of(pid).cloned());
            child
        })
    }

    /// Forgets a process after its last record was shown; tells which, where that is one.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) -> Option<u32> {
        let (_, field) = self.exit.filter(|exit| exit.0 == event.id)?;
        let pid = record.header.host_pid;
        (record.slot(field) == Some(1)).then(|| {
            self.set(pid, None);
            pid
        })
    }
}
