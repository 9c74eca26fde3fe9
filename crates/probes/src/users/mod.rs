//! What users and groups are called in the namespaces of processes: `user_named`.
//!
//! Files of containers are read in a thread of its own: they can be of a file system that does not answer.

mod accounts;
mod names;

use std::collections::HashMap;
use std::time::Duration;

use tracehound_schema::record::{Builder, Header, Record, State};
use tracehound_schema::{Event, by_name};

use self::names::{Ask, Ids, Named, Names};
use crate::exports::{Asked, Follow};
pub use crate::place::namespace;
use crate::snapshot::{Made, field, tail_or_absent};

/// What tells of names.
pub const NAMED: &str = "user_named";
/// What tells of a process's user namespace.
const SOURCES: [&str; 2] = ["sched_process_exec", "existing_process"];
/// The most users that are known to have been asked for; beyond them all are asked for again.
const MAX_ASKED: usize = 65_536;
/// Nanoseconds after which files are looked at again, when a program begins.
const AGAIN: u64 = 1_000_000_000;

/// Mount namespace, user namespace where a record tells it, user and group.
type Key = (u32, Option<u32>, Ids);

/// The names of a run.
#[derive(Debug)]
pub struct Users {
    event: &'static Event,
    sources: Vec<(u16, usize)>,
    /// What the last record was of: often the next one is of the same.
    last: Option<Key>,
    /// When each was asked for.
    asked: HashMap<Key, u64>,
    questions: Asked<Ask, Option<Vec<Named>>, (Key, Header)>,
}

impl Users {
    /// Starts the thread; `None` where the event is not selected.
    pub fn start(events: &[&'static Event]) -> Option<Users> {
        let event = by_name(NAMED)?;
        if !events.iter().any(|other| other.id == event.id) {
            return None;
        }
        let mut names = Names::default();
        let source = |name| {
            let event = by_name(name)?;
            Some((event.id, event.field_index("user_ns")?))
        };
        Some(Users {
            event,
            sources: SOURCES.into_iter().filter_map(source).collect(),
            last: None,
            asked: HashMap::new(),
            questions: Asked::start(move |one| names.ask(one)),
        })
    }

    fn take(&mut self, record: &Record<'_>) {
        let header = &record.header;
        if header.host_pid == 0 || header.mnt_ns == 0 {
            return;
        }
        let mut sources = self.sources.iter();
        let source = sources.find(|source| source.0 == header.event);
        let user_ns = source.and_then(|source| read(record, source.1));
        let ids = Ids {
            user: header.uid,
            group: header.gid,
        };
        let key = (header.mnt_ns, user_ns, ids);
        if source.is_none() && self.last == Some(key) {
            return;
        }
        self.last = Some(key);
        let before = self.asked.get(&key);
        let due = |before: &u64| source.is_some() && header.time.saturating_sub(*before) > AGAIN;
        if before.is_none_or(due) {
            self.send(key, header);
        }
    }

    fn send(&mut self, key: Key, header: &Header) {
        let (mnt_ns, user_ns, ids) = key;
        let question = Ask {
            processes: [header.host_pid, header.host_ppid],
            mnt_ns,
            user_ns,
            ids,
        };
        if !self.questions.ask(question, (key, *header)) {
            return;
        }
        if self.asked.len() >= MAX_ASKED {
            self.asked.clear();
        }
        self.asked.insert(key, header.time);
    }

    /// The records of an answer; where there is none, who comes next is asked about.
    fn answered(
        &mut self,
        ((key, header), answer): ((Key, Header), Option<Vec<Named>>),
    ) -> Vec<Made> {
        if answer.is_none() {
            self.asked.remove(&key);
            self.last = None;
        }
        let named = answer.into_iter().flatten();
        named.map(|named| self.record(&header, &named)).collect()
    }

    /// The record, of the process that had it asked.
    fn record(&self, header: &Header, named: &Named) -> Made {
        let index = |name| field(NAMED, name);
        let mut record = Builder::new(self.event.id, self.event.fields.len(), header.derived());
        record = record
            .slot(index("user_ns"), named.user_ns.into())
            .slot(index("uid"), named.ids.user.into())
            .slot(index("gid"), named.ids.group.into());
        for (name, own) in ["own_uid", "own_gid"].into_iter().zip(named.own) {
            record = match own {
                Some(own) => record.slot(index(name), own.into()),
                None => record.absent(index(name)),
            };
        }
        for (name, text) in ["user", "group"].into_iter().zip(&named.names) {
            record = tail_or_absent(record, index(name), text.as_deref());
        }
        let why = named.why.as_ref().map(String::as_bytes);
        let mut made = Made::new(self.event);
        made.put(tail_or_absent(record, index("why"), why));
        made
    }
}

fn read(record: &Record<'_>, index: usize) -> Option<u32> {
    let there = record.state(index) == State::Read;
    let slot = record.slot(index).filter(|_| there)?;
    u32::try_from(slot).ok()
}

impl Follow for Users {
    fn feed(&mut self, records: &[u8], _made: &mut Vec<Made>) {
        let mut rest = records;
        while let Some((record, next)) = Record::split(rest) {
            rest = next;
            self.take(&record);
        }
    }

    fn found(&mut self) -> Vec<Made> {
        let answers = self.questions.found().into_iter();
        answers.flat_map(|one| self.answered(one)).collect()
    }

    fn finish(&mut self, patience: Duration) -> Vec<Made> {
        let (answers, _) = self.questions.finish(patience);
        let answers = answers.into_iter();
        answers.flat_map(|one| self.answered(one)).collect()
    }
}
