//! What records tell of processes.

use tracehound_schema::Event;
use tracehound_schema::record::{Header, Record, State};

use super::identity::Identity;
use super::process::{End, Process, Seen, Session, name_of, padded};
use super::source::{Source, id, number};
use super::tree::{MOST_BYTES, Tree};
use crate::filter::Truth;
use crate::value;

/// Ancestors that are looked at; who has more is told as not known.
pub(super) const DEEP: usize = 256;

/// The processes.
#[derive(Debug)]
pub struct Processes {
    tree: Tree,
    /// Changes whenever something of what is known changes that others may have made text of.
    version: u32,
    /// What the last record's header said: often the next one says the same.
    last: Option<(Identity, Seen, [u8; 16])>,
    /// Snapshots that were complete.
    snapshots: u32,
    existing: Option<Source<7>>,
    snapshot: Option<Source<2>>,
    fork: Option<Source<6>>,
    exec: Option<Source<5>>,
    exit: Option<Source<3>>,
    rename: Option<Source<2>>,
}

fn session_of(record: &Record<'_>, [login_uid, session, tty]: [usize; 3]) -> Session {
    Session {
        login_uid: id(record, login_uid),
        id: id(record, session),
        tty: id(record, tty),
    }
}

impl Default for Processes {
    fn default() -> Processes {
        Processes::within(MOST_BYTES)
    }
}

impl Processes {
    /// Starts with none known; `most` bounds the bytes that they take.
    #[must_use]
    pub fn within(most: usize) -> Processes {
        Processes {
            tree: Tree::new(most),
            version: 0,
            last: None,
            snapshots: 0,
            existing: Source::new(
                "existing_process",
                [
                    "pathname",
                    "argv",
                    "kernel_thread",
                    "threads",
                    "login_uid",
                    "session",
                    "tty",
                ],
            ),
            snapshot: Source::new("process_snapshot", ["until", "whole"]),
            fork: Source::new(
                "sched_process_fork",
                [
                    "child_tid",
                    "child_pid",
                    "child_ns_pid",
                    "leader_start_time",
                    "parent_process_pid",
                    "parent_process_start_time",
                ],
            ),
            exec: Source::new(
                "sched_process_exec",
                ["pathname", "argv", "login_uid", "session", "tty"],
            ),
            exit: Source::new(
                "sched_process_exit",
                ["process_group_exit", "exit_code", "signal_code"],
            ),
            rename: Source::new("task_rename", ["old_name", "new_name"]),
        }
    }

    /// What is known of a process.
    #[must_use]
    pub fn get(&self, identity: Identity) -> Option<&Process> {
        self.tree.get(identity)
    }

    /// All that are known, those that have ended too.
    pub fn iter(&self) -> impl Iterator<Item = (Identity, &Process)> {
        self.tree.iter()
    }

    /// A number that changes whenever anything changes that is told of ancestors; to keep text of them.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Processes for which there was no room among those that live.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.tree.refused
    }

    /// Bytes that all of it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.tree.bytes()
    }

    /// Learns what the header of any record says of its process; the names of other threads are their own.
    pub fn observe(&mut self, header: &Header) {
        let own = Identity::of(header).filter(|_| header.host_tid == header.host_pid);
        let Some(own) = own else { return };
        let told = (own, Seen::of(header), header.comm);
        if self.last == Some(told) {
            return;
        }
        self.last = Some(told);
        let Some(process) = self.tree.get_mut(own) else {
            return;
        };
        process.seen = told.1.after(process.seen);
        if process.end.is_some_and(|end| end.time.is_none()) {
            // A snapshot had missed it.
            process.end = None;
        }
        if process.comm != Some(header.comm) {
            process.comm = Some(header.comm);
            self.version = self.version.wrapping_add(1);
        }
    }

    /// Learns from a record before it is shown; gives the child of a fork.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) -> Option<Identity> {
        if let Some(fields) = Source::of(self.snapshot, event) {
            self.compare(record, fields);
            return None;
        }
        let own = Identity::of(&record.header)?;
        if let Some(fields) = Source::of(self.existing, event) {
            self.exists(own, record, fields);
        } else if let Some(fields) = Source::of(self.fork, event) {
            return self.forked(own, record, fields);
        } else if let Some(fields) = Source::of(self.exec, event) {
            self.executed(own, record, fields);
        } else if let Some(fields) = Source::of(self.rename, event) {
            self.renamed(own, record, fields);
        }
        None
    }

    fn exists(&mut self, own: Identity, record: &Record<'_>, fields: [usize; 7]) {
        let [path, argv, kernels, threads, session @ ..] = fields;
        let header = &record.header;
        let kernel_thread = number(record, kernels) == Some(1);
        let program = self.program(record, path, argv);
        let session = session_of(record, session);
        let snapshot = self.snapshots + 1;
        self.changed();
        if self.tree.get(own).is_some() {
            // A fork knows the creator, a snapshot only who is the parent now.
            self.tree.run(own, program);
            if let Some(process) = self.tree.get_mut(own) {
                process.comm = Some(header.comm);
                process.seen = Seen::of(header).after(process.seen);
                process.session = session;
                process.snapshot = snapshot;
            }
            return;
        }
        // It has given its memory back and waits to be waited for.
        let ended =
            program.exe == Some(None) && !kernel_thread && number(record, threads) == Some(1);
        let seen = Seen::of(header);
        let process = Process {
            creator: seen.parent,
            program,
            comm: Some(header.comm),
            seen,
            session,
            kernel_thread,
            end: ended.then(End::default),
            snapshot,
            ..Process::default()
        };
        if self.tree.add(own, process) && ended {
            self.tree.ended(own);
        }
    }

    /// A snapshot is complete: who is not in it, and was there before, has ended.
    fn compare(&mut self, record: &Record<'_>, [until, whole]: [usize; 2]) {
        let until = number(record, until).filter(|_| number(record, whole) == Some(1));
        let Some(until) = until else { return };
        self.changed();
        self.snapshots += 1;
        let mut gone = Vec::new();
        for (identity, process) in self.tree.iter_mut() {
            let told = identity.start >= until || process.snapshot == self.snapshots;
            if !told && process.end.is_none() {
                process.end = Some(End::default());
                gone.push(identity);
            }
        }
        gone.sort_unstable();
        gone.into_iter().for_each(|one| self.tree.ended(one));
    }

    fn forked(
        &mut self,
        creator: Identity,
        record: &Record<'_>,
        fields: [usize; 6],
    ) -> Option<Identity> {
        let [tid, pid, own_pid, start, parent, parent_start] = fields;
        let header = &record.header;
        let (tid, pid) = (id(record, tid)?, id(record, pid)?);
        let start = number(record, start).filter(|_| tid == pid)?;
        let child = Identity::new(pid, start)?;
        let parent = id(record, parent).zip(number(record, parent_start));
        let parent = parent.and_then(|(pid, start)| Identity::new(pid, start));
        let known = self.tree.get(creator);
        let process = Process {
            creator: Some(creator),
            program: known.map(|one| one.program.clone()).unwrap_or_default(),
            session: known.map(|one| one.session).unwrap_or_default(),
            kernel_thread: known.is_some_and(|one| one.kernel_thread),
            comm: Some(header.comm),
            seen: Seen {
                parent: parent.or(Some(creator)),
                pid: id(record, own_pid).unwrap_or(0),
                // It may have got namespaces of its own.
                pid_ns: 0,
                mnt_ns: 0,
                ..Seen::of(header)
            },
            ..Process::default()
        };
        if self.tree.get(child).is_none() {
            self.tree.add(child, process);
        } else if let Some(known) = self.tree.get_mut(child) {
            known.creator.get_or_insert(creator);
        }
        Some(child)
    }

    fn executed(&mut self, own: Identity, record: &Record<'_>, fields: [usize; 5]) {
        let [path, argv, session @ ..] = fields;
        let program = self.program(record, path, argv);
        if self.tree.run(own, program)
            && let Some(process) = self.tree.get_mut(own)
        {
            process.comm = Some(record.header.comm);
            process.session = session_of(record, session);
            process.kernel_thread = false;
            self.changed();
        }
    }

    /// Takes it that a process has begun a session, which has no terminal.
    pub fn began_session(&mut self, header: &Header) {
        let own = Identity::of(header);
        let Some((own, process)) = own.and_then(|own| Some((own, self.tree.get_mut(own)?))) else {
            return;
        };
        process.session.id = Some(own.pid);
        process.session.tty = None;
        self.changed();
    }

    /// A thread was renamed, by itself or by another thread of its process.
    fn renamed(&mut self, own: Identity, record: &Record<'_>, [old, new]: [usize; 2]) {
        let Some(process) = self.tree.get_mut(own) else {
            return;
        };
        let name = |index| {
            let read = record.state(index) == State::Read;
            record.tail(index).filter(|_| read)
        };
        let known = process.comm.as_ref().map(name_of);
        if known.is_some() && name(old).is_some() && known != name(old) {
            return;
        }
        let leads = record.header.host_tid == record.header.host_pid;
        process.comm = name(new).filter(|_| leads).map(padded);
        self.changed();
    }

    fn program(
        &mut self,
        record: &Record<'_>,
        path: usize,
        argv: usize,
    ) -> super::process::Program {
        let exe = match record.state(path) {
            State::Read | State::Cut => Some(Some(value::path_of(record, path))),
            State::Absent => Some(None),
            State::Unread => None,
        };
        let cut = record.state(argv) == State::Cut;
        let there = cut || record.state(argv) == State::Read;
        let argv = record.tail(argv).filter(|_| there);
        let exe = exe.as_ref().map(Option::as_deref);
        self.tree.program(exe, argv.map(|text| (text, cut)))
    }

    fn changed(&mut self) {
        self.version = self.version.wrapping_add(1);
        self.last = None;
    }

    /// Says for each scope that is followed whether a child is of those that are told with it.
    pub fn follow(&mut self, child: Identity, followed: Vec<Truth>) {
        self.tree.follow(child, followed);
    }

    /// Notes the end of a process after its last record was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        let Some([whole, code, signal]) = Source::of(self.exit, event) else {
            return;
        };
        let byte = |index| number(record, index).map_or(0, |number| number.to_le_bytes()[0]);
        let own = Identity::of(&record.header).filter(|_| record.slot(whole) == Some(1));
        let Some((own, process)) = own.and_then(|own| Some((own, self.tree.get_mut(own)?))) else {
            return;
        };
        let end = End {
            time: Some(record.header.time),
            code: byte(code),
            signal: byte(signal),
        };
        if process.end.replace(end).is_none() {
            self.tree.ended(own);
        }
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
            let creator = match self.get(at) {
                Some(process) => process.creator,
                // Its creation was not seen: the parent that it has now may be another one.
                None if whole && Identity::of(header) == Some(at) => {
                    whole = false;
                    Identity::parent(header)
                }
                None => return whole && at.is_first(),
            };
            let Some(creator) = creator else {
                return whole;
            };
            if see(creator, self.get(creator)) {
                return true;
            }
            at = creator;
        }
        false
    }

    #[cfg(test)]
    pub(super) const fn tree(&self) -> &Tree {
        &self.tree
    }
}
