//! Who created whom: the processes that there are and their ancestors, also those that have ended, as
//! long as a descendant lives.

use std::collections::HashMap;
use std::sync::Arc;

use tracehound_schema::record::{Header, Record, State};
use tracehound_schema::{Event, by_name};

use crate::filter::Truth;
use crate::value;

/// Most processes remembered; of those beyond them nothing is known.
const MAX: usize = 65_536;
/// Ancestors that are looked at; who has more is told as not known.
const DEEP: usize = 256;

/// A process: ids are used again, an id and a time of start are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Its id in the initial namespace.
    pub pid: u32,
    /// When it started.
    start: u64,
}

impl Identity {
    /// The process of a record; nobody's is none.
    #[must_use]
    pub fn of(header: &Header) -> Option<Identity> {
        let (pid, start) = (header.host_pid, header.leader_start);
        (pid != 0).then_some(Identity { pid, start })
    }

    /// The parent that it has now.
    fn parent(header: &Header) -> Option<Identity> {
        let (pid, start) = (header.host_ppid, header.parent_start);
        (pid != 0).then_some(Identity { pid, start })
    }
}

/// What is known of a process.
#[derive(Clone, Debug, Default)]
pub struct Process {
    parent: Option<Identity>,
    /// Its program: `None` if that is not known, without a path if it has none.
    pub exe: Option<Option<Arc<[u8]>>>,
    /// The name of its first thread, if it is known.
    pub comm: Option<[u8; 16]>,
    /// For each scope that is followed, whether it is of those that one in it created.
    pub followed: Vec<Truth>,
    ended: bool,
}

/// A process that runs when tracing begins, as /proc tells of it: for those that no record tells of.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its id in the initial namespace.
    pub pid: u32,
    /// When it started, in hundredths of a second since boot.
    pub start: u64,
    /// Its parent's id and start; none for the first process.
    pub parent: Option<(u32, u64)>,
    /// The name of its first thread.
    pub comm: Vec<u8>,
    /// The path of its program, if it could be read.
    pub exe: Option<Vec<u8>>,
}

/// Nanoseconds of the hundredths in which /proc tells when a process started.
pub const TICK: u64 = 10_000_000;

/// An event and fields of it.
#[derive(Clone, Copy, Debug)]
struct Source {
    id: u16,
    fields: [usize; 3],
}

impl Source {
    fn new(event: &str, fields: [&str; 3]) -> Option<Source> {
        let event = by_name(event)?;
        let index = |name| event.field_index(name);
        let [one, two, three] = fields;
        Some(Source {
            id: event.id,
            fields: [index(one)?, index(two)?, index(three)?],
        })
    }
}

/// The processes.
#[derive(Debug)]
pub struct Processes {
    known: HashMap<Identity, Process>,
    /// How many of the known ones each created.
    children: HashMap<Identity, u32>,
    /// Those of which only /proc tells, by id and hundredths of a second.
    running: HashMap<(u32, u64), Process>,
    existing: Option<Source>,
    fork: Option<Source>,
    exec: Option<Source>,
    exit: Option<Source>,
    rename: Option<Source>,
}

impl Default for Processes {
    fn default() -> Processes {
        let alike = |event, field| Source::new(event, [field; 3]);
        Processes {
            known: HashMap::new(),
            children: HashMap::new(),
            running: HashMap::new(),
            existing: alike("existing_process", "pathname"),
            fork: Source::new(
                "sched_process_fork",
                ["child_tid", "child_pid", "leader_start_time"],
            ),
            exec: alike("sched_process_exec", "pathname"),
            exit: alike("sched_process_exit", "process_group_exit"),
            rename: Source::new("task_rename", ["old_name", "new_name", "new_name"]),
        }
    }
}

impl Processes {
    /// What is known of a process.
    #[must_use]
    pub fn get(&self, identity: Identity) -> Option<&Process> {
        let running = || self.running.get(&(identity.pid, identity.start / TICK));
        self.known.get(&identity).or_else(running)
    }

    /// Takes what /proc tells of a process.
    pub fn runs(&mut self, running: Running) {
        let process = Process {
            parent: running.parent.map(|(pid, start)| Identity {
                pid,
                start: start * TICK,
            }),
            exe: running.exe.map(|path| Some(path.into())),
            comm: Some(padded(&running.comm)),
            ..Process::default()
        };
        self.running.insert((running.pid, running.start), process);
    }

    /// Learns from a record before it is shown; gives the child of a fork.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) -> Option<Identity> {
        let header = &record.header;
        let own = Identity::of(header)?;
        let is = |source: Option<Source>| {
            let source = source.filter(|source| source.id == event.id);
            source.map(|source| source.fields)
        };
        if let Some([field, ..]) = is(self.existing) {
            self.put(
                own,
                Process {
                    parent: Identity::parent(header),
                    exe: exe(record, field),
                    comm: Some(header.comm),
                    ..Process::default()
                },
            );
            return None;
        }
        let leads = header.host_tid == header.host_pid;
        if let Some(process) = self.known.get_mut(&own).filter(|_| leads) {
            process.comm = Some(header.comm);
        }
        if let Some(fields) = is(self.fork) {
            return self.forked(own, record, fields);
        }
        if let Some([field, ..]) = is(self.exec) {
            let process = self.known.get_mut(&own)?;
            process.exe = exe(record, field);
            process.comm = Some(header.comm);
        } else if let Some([old, new, _]) = is(self.rename) {
            self.renamed(own, record, (old, new));
        }
        None
    }

    fn forked(
        &mut self,
        parent: Identity,
        record: &Record<'_>,
        [tid, pid, start]: [usize; 3],
    ) -> Option<Identity> {
        let number = |index| u32::try_from(record.slot(index)?).ok();
        let (tid, pid) = (number(tid)?, number(pid)?);
        let start = record.slot(start).filter(|_| tid == pid)?;
        let child = Identity { pid, start };
        let exe = self.known.get(&parent).and_then(|one| one.exe.clone());
        self.put(
            child,
            Process {
                parent: Some(parent),
                exe,
                comm: Some(record.header.comm),
                ..Process::default()
            },
        );
        Some(child)
    }

    /// A thread was renamed, by itself or by another thread of its process.
    fn renamed(&mut self, own: Identity, record: &Record<'_>, (old, new): (usize, usize)) {
        let Some(process) = self.known.get_mut(&own) else {
            return;
        };
        let name = |index| {
            record
                .tail(index)
                .filter(|_| record.state(index) == State::Read)
        };
        let known = process.comm.as_ref().map(name_of);
        if known.is_some() && name(old).is_some() && known != name(old) {
            return;
        }
        let leads = record.header.host_tid == record.header.host_pid;
        process.comm = name(new).filter(|_| leads).map(padded);
    }

    /// Says for each scope that is followed whether a child is of those that are told with it.
    pub fn follow(&mut self, child: Identity, followed: Vec<Truth>) {
        if let Some(process) = self.known.get_mut(&child) {
            process.followed = followed;
        }
    }

    /// Forgets a process after its last record was shown, or when its last descendant has ended.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        let Some(exit) = self.exit.filter(|exit| exit.id == event.id) else {
            return;
        };
        let Some(own) = Identity::of(&record.header) else {
            return;
        };
        if record.slot(exit.fields[0]) != Some(1) {
            return;
        }
        if let Some(process) = self.known.get_mut(&own) {
            process.ended = true;
        }
        let mut next = Some(own);
        while let Some(one) = next {
            let over = self.known.get(&one).is_some_and(|process| process.ended);
            if !over || self.children.contains_key(&one) {
                break;
            }
            next = self.remove(one);
        }
    }

    fn put(&mut self, identity: Identity, process: Process) {
        if let Some(known) = self.known.get_mut(&identity) {
            // A fork knows the creator, a snapshot only who is the parent now.
            let parent = known.parent;
            *known = Process { parent, ..process };
            return;
        }
        if self.known.len() >= MAX {
            return;
        }
        if let Some(parent) = process.parent {
            *self.children.entry(parent).or_default() += 1;
        }
        self.known.insert(identity, process);
    }

    /// Removes a process; gives the one that created it.
    fn remove(&mut self, identity: Identity) -> Option<Identity> {
        let parent = self.known.remove(&identity)?.parent?;
        if let Some(count) = self.children.get_mut(&parent) {
            *count -= 1;
            if *count == 0 {
                self.children.remove(&parent);
            }
        }
        Some(parent)
    }

    /// Shows the ancestors of a record's process, the nearest first, until `see` has seen enough; tells
    /// whether there are no others. Of some only the id is known.
    pub fn ancestors(
        &self,
        header: &Header,
        mut see: impl FnMut(Identity, Option<&Process>) -> bool,
    ) -> bool {
        let Some(mut at) = Identity::of(header) else {
            return false;
        };
        let mut whole = true;
        for _ in 0..DEEP {
            let parent = match self.get(at) {
                Some(process) => process.parent,
                // Its creation was not seen: the parent that it has now may be another one.
                None if whole && Identity::of(header) == Some(at) => {
                    whole = false;
                    Identity::parent(header)
                }
                None => return false,
            };
            let Some(parent) = parent else {
                return whole;
            };
            if see(parent, self.get(parent)) {
                return true;
            }
            at = parent;
        }
        false
    }
}

/// A thread's name without its padding.
#[must_use]
pub fn name_of(padded: &[u8; 16]) -> &[u8] {
    let end = padded.iter().position(|byte| *byte == 0);
    &padded[..end.unwrap_or(padded.len())]
}

fn padded(name: &[u8]) -> [u8; 16] {
    let mut comm = [0; 16];
    let length = name.len().min(15);
    comm[..length].copy_from_slice(&name[..length]);
    comm
}

fn exe(record: &Record<'_>, field: usize) -> Option<Option<Arc<[u8]>>> {
    match record.state(field) {
        State::Read | State::Cut => Some(Some(value::path_of(record, field).into())),
        State::Absent => Some(None),
        State::Unread => None,
    }
}

#[cfg(test)]
mod tests;
