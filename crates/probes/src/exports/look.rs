//! What follows from a library that was loaded, as far as its file can be read.

use std::sync::Arc;

use tracehound_schema::record::{Builder, Header};
use tracehound_schema::{Event, by_name};

use super::elf::Exports;
use super::message::{Load, Message};
use super::process::{Library, Processes};
use super::store::Store;
use super::watch;
use crate::snapshot::{Made, field};

/// What is told of the names that a library defines.
pub const LOADED: &str = "symbols_loaded";
/// What is told of two libraries.
pub const COLLISION: &str = "symbols_collision";

/// The most bytes of a list in a record.
const MAX_LIST: usize = 8191;

/// What linkers put into every library.
const EVERYWHERE: &[&[u8]] = &[
    b"__bss_start",
    b"_edata",
    b"_end",
    b"_fini",
    b"_init",
    b"__end__",
    b"_bss_end__",
    b"__bss_end__",
    b"__bss_start__",
];

/// Looks at files.
#[derive(Debug, Default)]
pub struct Looker {
    store: Store,
    processes: Processes,
    /// Which of the events are wanted.
    loaded: Option<&'static Event>,
    collision: Option<&'static Event>,
}

impl Looker {
    /// Prepares for the selected events.
    pub fn new(wanted: impl Fn(&str) -> bool) -> Looker {
        let event = |name| by_name(name).filter(|_| wanted(name));
        Looker {
            loaded: event(LOADED),
            collision: event(COLLISION),
            ..Looker::default()
        }
    }

    /// Takes what a record tells; the records that follow.
    pub fn take(&mut self, message: &Message) -> Vec<Made> {
        match message {
            Message::Load(load) => return self.load(load),
            Message::Fork(parent, child) => self.processes.fork(*parent, *child),
            Message::Exec(process) => self.processes.exec(*process),
            Message::Exit(process) => self.processes.exit(*process),
        }
        Vec::new()
    }

    /// What is said of a library that cannot be looked at.
    pub fn unread(&self, load: &Load, why: &str) -> Vec<Made> {
        let loaded = self.loaded.map(|event| {
            let record = start(event, load, 0);
            let record = record.unread(field(LOADED, "symbols"));
            let record = record.unread(field(LOADED, "sha256"));
            one(event, record.tail(field(LOADED, "why"), why.as_bytes()))
        });
        let collision = self.collision.map(|event| {
            let record = start(event, load, 0);
            let record = record.unread(field(COLLISION, "collision_path"));
            let record = record.unread(field(COLLISION, "symbols"));
            one(event, record.tail(field(COLLISION, "why"), why.as_bytes()))
        });
        loaded.into_iter().chain(collision).collect()
    }

    fn load(&mut self, load: &Load) -> Vec<Made> {
        let Some(identity) = load.identity else {
            return self.unread(load, "the kernel did not tell which file it is");
        };
        let path = load.path();
        let of = load.header.host_pid;
        let exports = match self.store.exports(of, path.as_deref(), identity) {
            Ok(exports) => exports,
            Err(why) => return self.unread(load, &why),
        };
        let mut made = Vec::new();
        if let Some(event) = self.loaded {
            made.extend(self.watched(event, load, path.as_deref(), &exports));
        }
        if let Some(event) = self.collision {
            let process = load.process();
            made.extend(self.collisions(event, load, &exports));
            let known = self.processes.loaded(process);
            if known.iter().all(|one| one.identity != identity) {
                let path = load.names.clone();
                self.processes.add(process, Library { identity, path });
            }
        }
        made
    }

    /// The watched names that a library defines.
    fn watched(
        &mut self,
        event: &'static Event,
        load: &Load,
        path: Option<&[u8]>,
        exports: &Exports,
    ) -> Option<Made> {
        let identity = load.identity?;
        if path.is_some_and(watch::is_c_library) {
            return None;
        }
        let names = exports.names().filter(|name| watch::is_watched(name));
        let list = List::of(names);
        if list.bytes.is_empty() {
            return None;
        }
        let index = field(LOADED, "symbols");
        let record = start(event, load, list.cut_bit(index)).tail(index, &list.bytes);
        let hash = self.store.hash(load.header.host_pid, path, identity);
        let (sum, why) = (field(LOADED, "sha256"), field(LOADED, "why"));
        let record = match hash {
            Ok(hash) => record.tail(sum, hash.as_bytes()).absent(why),
            Err(reason) => record.unread(sum).tail(why, reason.as_bytes()),
        };
        Some(one(event, record))
    }

    /// The libraries of the process that define the same.
    fn collisions(
        &mut self,
        event: &'static Event,
        load: &Load,
        exports: &Arc<Exports>,
    ) -> Vec<Made> {
        let Looker {
            store, processes, ..
        } = self;
        let loaded = processes.loaded(load.process()).iter();
        let others = loaded.filter(|other| Some(other.identity) != load.identity);
        let mut made = Vec::new();
        for other in others {
            let path = other.path.as_deref().map(super::message::path);
            let known = store.exports(load.header.host_pid, path.as_deref(), other.identity);
            let (symbols, why) = (field(COLLISION, "symbols"), field(COLLISION, "why"));
            let record = match &known {
                Ok(other) => {
                    let common = exports.common(other).into_iter();
                    let list = List::of(common.filter(|name| !EVERYWHERE.contains(name)));
                    if list.bytes.is_empty() {
                        continue;
                    }
                    let record = start(event, load, list.cut_bit(symbols));
                    record.tail(symbols, &list.bytes).absent(why)
                }
                Err(reason) => start(event, load, 0)
                    .unread(symbols)
                    .tail(why, reason.as_bytes()),
            };
            let index = field(COLLISION, "collision_path");
            let record = match &other.path {
                Some(names) => record.tail(index, names),
                None => record.unread(index),
            };
            made.push(one(event, record));
        }
        made
    }
}

/// Names one behind another, as many as a record holds.
struct List {
    bytes: Vec<u8>,
    cut: bool,
}

impl List {
    fn of<'n>(names: impl Iterator<Item = &'n [u8]>) -> List {
        let mut list = List {
            bytes: Vec::new(),
            cut: false,
        };
        for name in names {
            list.cut = list.bytes.len() + name.len() >= MAX_LIST;
            if list.cut {
                break;
            }
            list.bytes.extend_from_slice(name);
            list.bytes.push(0);
        }
        list
    }

    fn cut_bit(&self, index: usize) -> u64 {
        u64::from(self.cut) << index
    }
}

fn one(event: &'static Event, record: Builder) -> Made {
    let mut made = Made::new(event);
    made.put(record);
    made
}

/// A record of the same thread and time as the one that told the library, with its path, which is the
/// first field of both.
fn start(event: &'static Event, load: &Load, cut: u64) -> Builder {
    let header = Header {
        cut: cut | u64::from(load.names.is_some() && !load.whole),
        ..load.header.derived()
    };
    let record = Builder::new(event.id, event.fields.len(), header);
    match &load.names {
        Some(names) => record.tail(0, names),
        None => record.unread(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_with_a_whole_name_and_says_so() {
        let name = [b'a'; 100];
        let list = List::of(std::iter::repeat_n(&name[..], 100));
        assert!(list.cut && list.bytes.len() <= MAX_LIST);
        assert_eq!(list.bytes.len() % 101, 0);
        let short = List::of([&b"a"[..], b"b"].into_iter());
        assert_eq!((&short.bytes[..], short.cut), (&b"a\0b\0"[..], false));
    }
}
