//! The events that tell of processes, with the fields that are needed.

use tracehound_schema::record::{Record, State};
use tracehound_schema::{Event, by_name};

/// An event and fields of it.
#[derive(Clone, Copy, Debug)]
pub struct Source<const N: usize> {
    id: u16,
    fields: [usize; N],
}

impl<const N: usize> Source<N> {
    /// An event that the catalogue has with all these fields.
    pub fn new(event: &str, fields: [&str; N]) -> Option<Source<N>> {
        let event = by_name(event)?;
        let mut found = [0; N];
        for (index, name) in found.iter_mut().zip(fields) {
            *index = event.field_index(name)?;
        }
        Some(Source {
            id: event.id,
            fields: found,
        })
    }

    /// The fields, if that is the event.
    pub fn of(source: Option<Source<N>>, event: &Event) -> Option<[usize; N]> {
        let source = source.filter(|source| source.id == event.id);
        source.map(|source| source.fields)
    }
}

/// A field that is a number, if it was read.
pub fn number(record: &Record<'_>, index: usize) -> Option<u64> {
    record
        .slot(index)
        .filter(|_| record.state(index) == State::Read)
}

/// A field that is an id.
pub fn id(record: &Record<'_>, index: usize) -> Option<u32> {
    u32::try_from(number(record, index)?).ok()
}
