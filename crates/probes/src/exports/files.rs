//! What is asked once of each file that a process loads, in a thread of its own.

use std::collections::HashSet;
use std::fmt::Debug;
use std::time::Duration;

use tracehound_schema::record::{Builder, Record};
use tracehound_schema::{Event, by_name};

use super::file::Identity;
use super::message::{Load, Loading};
use super::{Asked, Follow};
use crate::snapshot::{Made, field};

/// What tells that a file is loaded.
const SOURCES: [&str; 3] = [
    "sched_process_exec",
    "existing_process",
    "shared_object_loaded",
];
/// The most files that are known to have been told; beyond them all are told again.
const MAX_TOLD: usize = 65_536;

/// A file of a mount namespace: device numbers of what is mounted there alone are used again.
type Key = (Identity, u32);

/// What is asked of files.
pub trait Question: Debug + Default + Send + 'static {
    /// The event that tells the answer: the file as it was loaded, and why it is unread.
    const EVENT: &'static str;
    /// What has not been done where too many files wait.
    const UNDONE: &'static str;
    /// What is found.
    type Found: Debug + Send;

    /// What is found of a file; the error is a reason to show.
    fn ask(&mut self, load: &Load) -> Result<Self::Found, String>;

    /// Puts what was found, or that it is unread.
    fn put(record: Builder, found: Option<Self::Found>) -> Builder;
}

type Answer<Q> = Result<<Q as Question>::Found, String>;

/// The files of a run.
#[derive(Debug)]
pub struct Files<Q: Question> {
    event: &'static Event,
    sources: Vec<Loading>,
    told: HashSet<Key>,
    asked: Asked<Load, Answer<Q>, Load>,
}

impl<Q: Question> Files<Q> {
    /// Starts the thread; `None` where the event is not selected.
    pub fn start(events: &[&'static Event]) -> Option<Files<Q>> {
        let event = by_name(Q::EVENT)?;
        if !events.iter().any(|other| other.id == event.id) {
            return None;
        }
        let mut question = Q::default();
        Some(Files {
            event,
            sources: SOURCES
                .iter()
                .filter_map(|name| Loading::of(name))
                .collect(),
            told: HashSet::new(),
            asked: Asked::start(move |load| question.ask(load)),
        })
    }

    /// The kernel's threads have no file, and what was not read is told so by its event.
    fn load(&mut self, load: Load) -> Option<Made> {
        let key = (load.identity?, load.header.mnt_ns);
        if self.told.len() >= MAX_TOLD {
            self.told.clear();
        }
        if !self.told.insert(key) {
            return None;
        }
        if self.asked.ask(load.clone(), load.clone()) {
            return None;
        }
        self.told.remove(&key);
        let why = format!("too many files waited to be {}", Q::UNDONE);
        Some(self.record(&load, Err(why)))
    }

    /// The record, of the process that had the file first.
    fn record(&self, load: &Load, answer: Answer<Q>) -> Made {
        let index = |name| field(Q::EVENT, name);
        let header = load.header.derived();
        let mut record = Builder::new(self.event.id, self.event.fields.len(), header);
        record = match &load.names {
            Some(names) => record.tail(index("pathname"), names),
            None => record.unread(index("pathname")),
        };
        if let Some(identity) = load.identity {
            record = record
                .slot(index("dev"), identity.dev.into())
                .slot(index("inode"), identity.inode)
                .slot(index("ctime"), identity.ctime);
        }
        record = match answer {
            Ok(found) => Q::put(record, Some(found)).absent(index("why")),
            Err(why) => Q::put(record, None).tail(index("why"), why.as_bytes()),
        };
        let mut made = Made::new(self.event);
        made.put(record);
        made
    }
}

impl<Q: Question> Follow for Files<Q> {
    fn feed(&mut self, records: &[u8], made: &mut Vec<Made>) {
        for (event, bytes) in Record::each(records) {
            let source = self.sources.iter().find(|source| source.is_of(event));
            let Some((source, (record, _))) = source.zip(Record::split(bytes)) else {
                continue;
            };
            if let Some(load) = source.read(&record) {
                made.extend(self.load(load));
            }
        }
    }

    fn found(&mut self) -> Vec<Made> {
        let found = self.asked.found().into_iter();
        found
            .map(|(load, answer)| self.record(&load, answer))
            .collect()
    }

    fn finish(&mut self, patience: Duration) -> Vec<Made> {
        let (answered, left) = self.asked.finish(patience);
        let late = left.into_iter().map(|load| {
            let why = format!("tracing ended before it was {}", Q::UNDONE);
            (load, Err(why))
        });
        let all = answered.into_iter().chain(late);
        all.map(|(load, answer)| self.record(&load, answer))
            .collect()
    }
}
