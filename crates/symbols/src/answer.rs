//! What is answered: a record.

use tracehound_schema::record::{Builder, Header};
use tracehound_schema::{Event, by_name};

use crate::query::{Place, Query};

/// What was found out of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The function, and how far behind its beginning the place is.
    pub symbol: Option<(Vec<u8>, u64)>,
    /// The build id of the file.
    pub build_id: Option<Vec<u8>>,
    /// Why there is no symbol.
    pub why: Option<String>,
}

impl Answer {
    /// One that tells only why there is none.
    pub fn none(why: impl Into<String>) -> Answer {
        Answer {
            why: Some(why.into()),
            ..Answer::default()
        }
    }
}

/// Fields of the record.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    event: &'static Event,
    address: usize,
    dev: usize,
    inode: usize,
    offset: usize,
    symbol: usize,
    symbol_offset: usize,
    build_id: usize,
    why: usize,
}

impl Form {
    /// Finds them.
    pub fn new() -> Option<Form> {
        let event = by_name("address_symbolized")?;
        let field = |name| event.field_index(name);
        Some(Form {
            event,
            address: field("address")?,
            dev: field("dev")?,
            inode: field("inode")?,
            offset: field("offset")?,
            symbol: field("symbol")?,
            symbol_offset: field("symbol_offset")?,
            build_id: field("build_id")?,
            why: field("why")?,
        })
    }

    /// The record of an answer.
    pub fn record(&self, query: &Query, answer: &Answer) -> Vec<u8> {
        let header = match query.place {
            // Nobody's.
            Place::Kernel(_) => Header {
                time: query.header.time,
                cpu: query.header.cpu,
                nr: -1,
                ..Header::default()
            },
            _ => query.header.derived(),
        };
        let record = Builder::new(self.event.id, self.event.fields.len(), header);
        let record = match query.place {
            Place::File(dev, inode, offset) => record
                .absent(self.address)
                .slot(self.dev, dev.into())
                .slot(self.inode, inode)
                .slot(self.offset, offset),
            Place::Process(_, _, address) | Place::Kernel(address) => record
                .slot(self.address, address)
                .absent(self.dev)
                .absent(self.inode)
                .absent(self.offset),
        };
        let record = match &answer.symbol {
            Some((name, offset)) => record
                .tail(self.symbol, name)
                .slot(self.symbol_offset, *offset),
            None => record.absent(self.symbol).absent(self.symbol_offset),
        };
        let why = answer.why.as_ref().map(String::as_bytes);
        let texts = [(self.build_id, answer.build_id.as_deref()), (self.why, why)];
        let record = texts
            .into_iter()
            .fold(record, |record, (index, text)| match text {
                Some(text) => record.tail(index, text),
                None => record.absent(index),
            });
        record.build()
    }
}
