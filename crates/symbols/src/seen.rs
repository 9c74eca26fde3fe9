//! Which places in records of stacks were not met before.

use std::collections::{HashMap, HashSet};

use tracehound_schema::by_name;
use tracehound_schema::record::{FrameFacts, Record, State, memory};

use crate::query::{Code, Place, Query};

/// Most places, and most files, that are remembered; then all are asked about again.
const MOST: usize = 65_536;

/// Where in records things are.
#[derive(Clone, Copy, Debug)]
struct Fields<const N: usize> {
    event: u16,
    fields: [usize; N],
}

impl<const N: usize> Fields<N> {
    fn of(event: &str, names: [&str; N]) -> Option<Fields<N>> {
        let event = by_name(event)?;
        let found: Option<Vec<_>> = names.iter().map(|name| event.field_index(name)).collect();
        Some(Fields {
            event: event.id,
            fields: found?.try_into().ok()?,
        })
    }
}

/// What was met.
#[derive(Debug)]
pub struct Seen {
    places: HashSet<Place>,
    files: HashMap<(u32, u64), Code>,
    stack: Fields<2>,
    file: Fields<4>,
}

impl Seen {
    /// Starts with nothing.
    pub fn new() -> Option<Seen> {
        Some(Seen {
            places: HashSet::new(),
            files: HashMap::new(),
            stack: Fields::of("stack_captured", ["user", "kernel"])?,
            file: Fields::of("code_file_seen", ["pathname", "dev", "inode", "ctime"])?,
        })
    }

    /// What to ask about the stacks in these records.
    pub fn new_in(&mut self, records: &[u8]) -> Vec<Query> {
        let (file, stack) = (self.file.event, self.stack.event);
        // Files are told before the stack that they were met in.
        for record in of_event(records, file) {
            self.learn(&record);
        }
        let mut queries = Vec::new();
        for record in of_event(records, stack) {
            self.stack(&record, &mut queries);
        }
        queries
    }

    fn learn(&mut self, record: &Record<'_>) {
        let [path, dev, inode, ctime] = self.file.fields;
        let number = |index| {
            let slot = record.slot(index);
            slot.filter(|_| record.state(index) == State::Read)
        };
        let dev = number(dev).and_then(|dev| u32::try_from(dev).ok());
        let (Some(dev), Some(inode), Some(ctime)) = (dev, number(inode), number(ctime)) else {
            return;
        };
        if self.files.len() >= MOST {
            self.files.clear();
        }
        let names = tail(record, path).unwrap_or_default().to_vec();
        let code = Code {
            dev,
            inode,
            ctime,
            names,
        };
        let before = self.files.insert((dev, inode), code);
        // Another file has the number: its places are others.
        if before.is_some_and(|before| before.ctime != ctime) {
            let of_file = |place: &Place| matches!(place, Place::File(of, number, _) if (*of, *number) == (dev, inode));
            self.places.retain(|place| !of_file(place));
        }
    }

    fn stack(&mut self, record: &Record<'_>, queries: &mut Vec<Query>) {
        let [user, kernel] = self.stack.fields;
        let header = record.header;
        let frames = FrameFacts::all(tail(record, user).unwrap_or_default());
        let frames = frames.filter_map(|facts| match facts.memory {
            memory::FILE => Some(Place::File(facts.dev, facts.inode, facts.offset)),
            memory::ANONYMOUS => Some(Place::Process(
                header.host_pid,
                header.leader_start,
                facts.ip,
            )),
            _ => None,
        });
        let addresses = tail(record, kernel).unwrap_or_default().as_chunks::<8>().0;
        let addresses = addresses
            .iter()
            .map(|bytes| Place::Kernel(u64::from_ne_bytes(*bytes)));
        let first = frames.enumerate().map(|(at, place)| (at > 0, place));
        for (behind_call, place) in first.chain(addresses.map(|place| (true, place))) {
            if self.places.len() >= MOST {
                self.places.clear();
            }
            if !self.places.insert(place) {
                continue;
            }
            let code = match place {
                Place::File(dev, inode, _) => self.files.get(&(dev, inode)).cloned(),
                _ => None,
            };
            queries.push(Query {
                place,
                behind_call,
                header,
                code,
            });
        }
    }
}

fn tail<'a>(record: &Record<'a>, index: usize) -> Option<&'a [u8]> {
    let there = matches!(record.state(index), State::Read | State::Cut);
    record.tail(index).filter(|_| there)
}

/// The records of one event among others, whose headers are not looked at.
fn of_event(records: &[u8], event: u16) -> impl Iterator<Item = Record<'_>> {
    let own = Record::each(records).filter(move |record| record.0 == event);
    own.filter_map(|(_, bytes)| Some(Record::split(bytes)?.0))
}

#[cfg(test)]
mod tests {
    use tracehound_schema::record::{Builder, Header};

    use super::*;

    fn record(name: &str, fill: impl FnOnce(Builder) -> Builder) -> Vec<u8> {
        let event = by_name(name).unwrap();
        let header = Header {
            host_pid: 7,
            ..Header::default()
        };
        fill(Builder::new(event.id, event.fields.len(), header)).build()
    }

    fn stack(offsets: &[u64]) -> Vec<u8> {
        let frames = offsets.iter().flat_map(|offset| {
            let facts = FrameFacts {
                offset: *offset,
                inode: 77,
                dev: 8,
                memory: memory::FILE,
                ip: 1,
            };
            facts.bytes()
        });
        let frames: Vec<u8> = frames.collect();
        record("stack_captured", |record| {
            record.tail(0, &frames).absent(1).absent(2)
        })
    }

    fn file(ctime: u64) -> Vec<u8> {
        record("code_file_seen", |record| {
            record.tail(0, b"a\0").slot(1, 8).slot(2, 77).slot(3, ctime)
        })
    }

    #[test]
    fn a_place_is_asked_about_once_with_its_file() {
        let mut seen = Seen::new().unwrap();
        let queries = seen.new_in(&[stack(&[5, 6]), file(1)].concat());
        let asked: Vec<_> = queries
            .iter()
            .map(|query| (query.place, query.behind_call))
            .collect();
        let expected = [
            (Place::File(8, 77, 5), false),
            (Place::File(8, 77, 6), true),
        ];
        assert_eq!(asked, expected);
        assert_eq!(queries[0].code.as_ref().unwrap().ctime, 1);
        assert!(seen.new_in(&stack(&[6, 5])).is_empty());
    }

    #[test]
    fn a_file_that_has_changed_is_asked_about_again() {
        let mut seen = Seen::new().unwrap();
        seen.new_in(&[stack(&[5]), file(1)].concat());
        assert!(seen.new_in(&[stack(&[5]), file(1)].concat()).is_empty());
        assert_eq!(seen.new_in(&[stack(&[5]), file(2)].concat()).len(), 1);
    }
}
