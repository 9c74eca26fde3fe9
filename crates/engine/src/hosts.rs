//! What the machine or the container of each thread is called, as records tell it.

use rustc_hash::FxHashMap;
use tracehound_schema::record::{Header, Record, State};
use tracehound_schema::{Event, by_name};

/// Most threads of which it is known; for one beyond them another is forgotten.
const MAX: usize = 65_536;

/// Names by thread ids in the initial namespace.
#[derive(Debug)]
pub struct Hosts {
    names: FxHashMap<u32, (u32, Box<[u8]>)>,
    changes: u32,
    named: Option<(u16, usize)>,
    exit: Option<u16>,
}

impl Default for Hosts {
    fn default() -> Hosts {
        let named = by_name("uts_named");
        Hosts {
            names: FxHashMap::default(),
            changes: 0,
            named: named.and_then(|event| Some((event.id, event.field_index("nodename")?))),
            exit: by_name("sched_process_exit").map(|event| event.id),
        }
    }
}

impl Hosts {
    /// The name by which a record's thread has its machine, if it was told.
    #[must_use]
    pub fn of(&self, header: &Header) -> Option<&[u8]> {
        self.names.get(&header.host_tid).map(|named| &*named.1)
    }

    /// A number that changes when a thread gets another name; to keep text that contains it.
    #[must_use]
    pub fn version(&self, header: &Header) -> u32 {
        self.names.get(&header.host_tid).map_or(0, |named| named.0)
    }

    /// Learns from a record before it is shown.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) {
        let Some((_, field)) = self.named.filter(|named| named.0 == event.id) else {
            return;
        };
        let tid = record.header.host_tid;
        let name = record
            .tail(field)
            .filter(|_| record.state(field) == State::Read);
        // What could not be read must not pass for what was told before.
        self.names.remove(&tid);
        let Some(name) = name else {
            return;
        };
        if self.names.len() >= MAX
            && let Some(other) = self.names.keys().next().copied()
        {
            self.names.remove(&other);
        }
        self.changes = self.changes.wrapping_add(1).max(1);
        self.names.insert(tid, (self.changes, name.into()));
    }

    /// Forgets a thread after its last record was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        if self.exit == Some(event.id) {
            self.names.remove(&record.header.host_tid);
        }
    }
}

#[cfg(test)]
mod tests {
    use tracehound_schema::record::Builder;

    use super::*;

    fn header(tid: u32) -> Header {
        Header {
            host_tid: tid,
            ..Header::default()
        }
    }

    fn feed(hosts: &mut Hosts, event: &str, tid: u32, name: Option<&[u8]>) {
        let event = by_name(event).unwrap();
        let mut record = Builder::new(event.id, event.fields.len(), header(tid));
        if let Some(at) = event.field_index("nodename") {
            record = match name {
                Some(name) => record.tail(at, name),
                None => record.unread(at),
            };
        }
        let bytes = record.build();
        let (record, _) = Record::split(&bytes).unwrap();
        hosts.learn(event, &record);
        hosts.forget(event, &record);
    }

    #[test]
    fn a_thread_has_the_name_that_was_told_of_it_last() {
        let mut hosts = Hosts::default();
        let is = |hosts: &Hosts, tid, name: Option<&[u8]>| assert_eq!(hosts.of(&header(tid)), name);
        feed(&mut hosts, "uts_named", 5, Some(b"web-1"));
        is(&hosts, 5, Some(b"web-1"));
        is(&hosts, 6, None);
        let version = hosts.version(&header(5));
        assert_ne!(version, hosts.version(&header(6)));
        feed(&mut hosts, "uts_named", 5, Some(b""));
        is(&hosts, 5, Some(b""));
        assert_ne!(version, hosts.version(&header(5)));
        feed(&mut hosts, "uts_named", 5, None);
        is(&hosts, 5, None);
    }

    #[test]
    fn a_thread_that_ended_has_no_name() {
        let mut hosts = Hosts::default();
        feed(&mut hosts, "uts_named", 5, Some(b"web-1"));
        feed(&mut hosts, "sched_process_exit", 5, None);
        assert_eq!(hosts.of(&header(5)), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut hosts = Hosts::default();
        for tid in 0..=MAX as u32 {
            feed(&mut hosts, "uts_named", tid, Some(b"web-1"));
        }
        assert_eq!(hosts.names.len(), MAX);
        assert_eq!(hosts.of(&header(MAX as u32)), Some(&b"web-1"[..]));
    }
}
