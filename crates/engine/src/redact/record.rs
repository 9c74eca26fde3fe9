//! A record as it may be told.

use tracehound_schema::record::{HEADER_SIZE, Record, State};
use tracehound_schema::{Event, Kind};

use super::{Holds, Redaction};

/// A record of which something is not told.
#[derive(Debug)]
pub struct Told {
    /// The record without it.
    pub bytes: Vec<u8>,
    /// A bit per field of which something is not told.
    pub redacted: u64,
    /// How many variables are not among those told; nothing where none are told.
    pub left_out: u32,
}

/// A bit per field that something may be left out of.
#[must_use]
pub fn fields(event: &Event) -> u64 {
    let fields = event.fields.iter().enumerate();
    let lists = fields.filter(|(_, field)| {
        matches!(field.kind, Kind::StrArray) && Holds::of(field.name).is_some()
    });
    lists.map(|(index, _)| 1 << index).sum()
}

impl Redaction {
    /// What may be told of a record, if that is not all. `fields` are those of its event.
    #[must_use]
    pub fn record(&self, event: &Event, fields: u64, record: &Record<'_>) -> Option<Told> {
        let mut told = Told {
            bytes: Vec::new(),
            redacted: 0,
            left_out: 0,
        };
        let mut header = record.header;
        for (index, field) in event.fields.iter().enumerate() {
            let bit = 1 << index;
            let holds = Holds::of(field.name).filter(|_| fields & bit != 0);
            let state = record.state(index);
            // What was not read is not there to be hidden, and says so.
            let Some(holds) = holds.filter(|_| matches!(state, State::Read | State::Cut)) else {
                continue;
            };
            if self.hides_all(holds) {
                told.redacted |= bit;
                header.absent |= bit;
                header.cut &= !bit;
                header.late &= !bit;
                continue;
            }
            let Some(list) = self.list(holds, record.tail(index).unwrap_or_default()) else {
                continue;
            };
            told.redacted |= bit;
            told.left_out += list.left_out;
            if told.bytes.is_empty() {
                told.bytes.extend_from_slice(record.bytes());
            }
            append(&mut told.bytes, index, &list.texts);
        }
        if told.redacted == 0 {
            return None;
        }
        if told.bytes.is_empty() {
            told.bytes.extend_from_slice(record.bytes());
        }
        header.size = u32::try_from(told.bytes.len()).ok()?;
        header.write(told.bytes.first_chunk_mut()?);
        Some(told)
    }
}

/// Has a field's slot point at these bytes, behind the record's end.
fn append(record: &mut Vec<u8>, index: usize, tail: &[u8]) {
    let slot = record.len() as u64 | (tail.len() as u64) << 32;
    let place = HEADER_SIZE + index * 8;
    if let Some(at) = record.get_mut(place..place + 8) {
        at.copy_from_slice(&slot.to_ne_bytes());
        record.extend_from_slice(tail);
        record.resize(record.len().next_multiple_of(8), 0);
    }
}
