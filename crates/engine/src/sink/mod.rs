//! Sinks: where selected events go, each in its format.

mod json;
mod strace;
mod table;

use std::io::{self, Write};

use tracehound_schema::Event;
use tracehound_schema::record::Record;

use crate::clock::Clock;
use crate::integrity::Mismatch;

/// A way of writing events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Columns for people.
    Table,
    /// One JSON object a line.
    Json,
    /// The line strace would print.
    Strace,
    /// Nothing: for measuring, and for runs where only the account matters.
    None,
    /// The records themselves, for `replay`.
    Raw,
}

/// Everything a format may print about one event.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// What kind of event it is.
    pub event: &'static Event,
    /// The record.
    pub record: &'a Record<'a>,
    /// The program the process runs, if known.
    pub exe: Option<&'a [u8]>,
    /// What disagrees.
    pub mismatch: Option<&'a Mismatch>,
    /// To turn times since boot into times of day.
    pub clock: Clock,
    /// The kernel's id of this boot, shortened.
    pub boot_id: &'a str,
}

/// One output.
pub struct Sink {
    format: Format,
    writer: Box<dyn Write + Send>,
    buffer: Vec<u8>,
}

impl Sink {
    /// Opens an output; the table writes its heading.
    #[must_use]
    pub fn new(format: Format, writer: Box<dyn Write + Send>) -> Sink {
        let mut buffer = Vec::with_capacity(1 << 16);
        if format == Format::Table {
            table::heading(&mut buffer);
        }
        Sink {
            format,
            writer,
            buffer,
        }
    }

    /// Formats one event; nothing is written before `flush` unless much has gathered.
    pub fn item(&mut self, item: &Item<'_>) -> io::Result<()> {
        match self.format {
            Format::Json => json::write(&mut self.buffer, item),
            Format::Table => table::write(&mut self.buffer, item),
            Format::Strace => strace::write(&mut self.buffer, item),
            Format::None | Format::Raw => {}
        }
        if self.buffer.len() > 1 << 16 {
            self.write_out()
        } else {
            Ok(())
        }
    }

    /// Takes a batch of records as they are, selected or not.
    pub fn raw(&mut self, batch: &[u8]) -> io::Result<()> {
        if self.format == Format::Raw {
            self.writer.write_all(batch)
        } else {
            Ok(())
        }
    }

    fn write_out(&mut self) -> io::Result<()> {
        let result = self.writer.write_all(&self.buffer);
        self.buffer.clear();
        result
    }

    /// Writes what has gathered.
    pub fn flush(&mut self) -> io::Result<()> {
        self.write_out()?;
        self.writer.flush()
    }
}
