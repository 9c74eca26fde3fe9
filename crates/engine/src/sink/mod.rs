//! Sinks: where selected events go, each in its format.

mod json;
mod stack;
pub mod strace;
mod table;

use std::io::{self, Write};

use tracehound_schema::Event;
use tracehound_schema::record::Record;

use crate::calls::{Call, Phase};
use crate::cgroups::Cgroups;
use crate::extra::Extras;
use crate::files::Files;
use crate::filter::Policies;
use crate::hosts::Hosts;
use crate::integrity::Mismatch;
use crate::processes::Processes;
use crate::programs::Programs;
use crate::recording::Preamble;
use crate::redact::Redaction;
use crate::stacks::{Stack, Stacks};
use crate::users::Users;

/// What other lines of JSON have of the same form.
pub mod json_parts {
    pub use super::json::{container, described, names, task};
}

/// Bytes that are gathered before they are written.
const GATHERED: usize = 1 << 16;

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
    /// Those records that policies' action `record` chooses, for `replay`.
    Record,
}

impl Format {
    /// Whether it tells the containers that processes are in, or allows to tell them later.
    #[must_use]
    pub const fn tells_containers(self) -> bool {
        matches!(
            self,
            Format::Table | Format::Json | Format::Raw | Format::Record
        )
    }
}

/// Everything a format may print about one event.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// What kind of event it is.
    pub event: &'static Event,
    /// The record.
    pub record: &'a Record<'a>,
    /// What is not told of lists beside the record, which is without it already.
    pub redaction: Option<&'a Redaction>,
    /// A bit per field of which something is not told.
    pub redacted: u64,
    /// How many variables of an environment are not among those told.
    pub left_out: u32,
    /// The programs that processes run.
    pub programs: &'a Programs,
    /// Who created whom, where somebody asks.
    pub processes: &'a Processes,
    /// What threads' machines are called.
    pub hosts: &'a Hosts,
    /// What programs hash to, where somebody asks.
    pub files: Option<&'a Files>,
    /// What users are called, where somebody asks.
    pub users: Option<&'a Users>,
    /// What is known of places in stacks, where somebody asks.
    pub stacks: Option<&'a Stacks>,
    /// The stack on which it happened, if there is one.
    pub stack: Option<&'a Stack>,
    /// What is told beside the event itself.
    pub extras: Extras,
    /// Which container a process is in.
    pub cgroups: &'a Cgroups,
    /// What disagrees.
    pub mismatch: Option<&'a Mismatch>,
    /// The call that the record is of, where the event is derived from a call's row.
    pub call: Option<&'a Call<'a>>,
    /// How far the call is.
    pub phase: Phase,
    /// The policies that chose it.
    pub policies: Policies<'a>,
}

/// One format's way of turning an event into text.
trait Text: Send {
    /// Appends what stands before the first event.
    fn heading(&self, _out: &mut Vec<u8>) {}

    /// Whether beginnings of calls are wanted too, each before the whole call.
    fn wants_beginnings(&self) -> bool {
        false
    }

    /// Appends one event and a newline.
    fn event(&mut self, out: &mut Vec<u8>, item: &Item<'_>);

    /// Appends what stands behind the last event.
    fn ending(&mut self, _out: &mut Vec<u8>) {}

    /// Writes what the format writes to places of its own.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One output.
pub struct Sink {
    text: Option<Box<dyn Text>>,
    raw: bool,
    records: bool,
    writer: Box<dyn Write + Send>,
    buffer: Vec<u8>,
}

impl Sink {
    /// Opens an output; `preamble` tells the clock and the boot of the records that will come.
    #[must_use]
    pub fn new(format: Format, writer: Box<dyn Write + Send>, preamble: &Preamble) -> Sink {
        let text: Option<Box<dyn Text>> = match format {
            Format::Json => Some(Box::new(json::Json::new(preamble))),
            Format::Table => Some(Box::new(table::Table::new(preamble))),
            Format::Strace => {
                let options = strace::Options::default();
                Some(Box::new(strace::Strace::new(options, preamble)))
            }
            Format::None | Format::Raw | Format::Record => None,
        };
        Sink {
            raw: format == Format::Raw,
            records: format == Format::Record,
            ..Sink::of(text, writer)
        }
    }

    /// Opens an output that strace's options describe.
    #[must_use]
    pub fn strace(strace: strace::Strace, writer: Box<dyn Write + Send>) -> Sink {
        Sink::of(Some(Box::new(strace)), writer)
    }

    /// The same with a file for each thread; `writer` gets the table, if there is one.
    #[must_use]
    pub fn separate(separate: strace::Separate, writer: Box<dyn Write + Send>) -> Sink {
        Sink::of(Some(Box::new(separate)), writer)
    }

    fn of(text: Option<Box<dyn Text>>, writer: Box<dyn Write + Send>) -> Sink {
        let mut buffer = Vec::with_capacity(2 * GATHERED);
        if let Some(text) = &text {
            text.heading(&mut buffer);
        }
        Sink {
            text,
            raw: false,
            records: false,
            writer,
            buffer,
        }
    }

    /// Formats one event; nothing is written before `flush` unless much has gathered.
    pub fn item(&mut self, item: &Item<'_>) -> io::Result<()> {
        let Some(text) = &mut self.text else {
            return Ok(());
        };
        if item.phase == Phase::Enter && !text.wants_beginnings() {
            return Ok(());
        }
        text.event(&mut self.buffer, item);
        if self.buffer.len() > GATHERED {
            self.write_out()
        } else {
            Ok(())
        }
    }

    /// Takes a batch of records as they are, selected or not.
    pub fn raw(&mut self, batch: &[u8]) -> io::Result<()> {
        if self.raw {
            self.writer.write_all(batch)
        } else {
            Ok(())
        }
    }

    /// Takes a record that was chosen.
    pub fn record(&mut self, record: &Record<'_>) -> io::Result<()> {
        if self.records {
            self.buffer.extend_from_slice(record.bytes());
        }
        if self.buffer.len() > GATHERED {
            self.write_out()
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
        if let Some(text) = &mut self.text {
            text.flush()?;
        }
        self.write_out()?;
        self.writer.flush()
    }

    /// Ends the output.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(text) = &mut self.text {
            text.ending(&mut self.buffer);
        }
        self.flush()
    }
}
