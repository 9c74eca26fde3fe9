//! The ordered middle of the pipeline: records in, checked and named events out to the sinks.

use std::collections::HashMap;
use std::io;

use tracehound_schema::record::{Header, Record, State};
use tracehound_schema::{Event, all, by_id};

use crate::clock::Clock;
use crate::integrity::{self, Mismatch};
use crate::sink::{Item, Sink};
use crate::value;

/// Most programs remembered; a process that has ended is forgotten at once.
const MAX_EXES: usize = 65_536;

/// The events to show.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    ids: Vec<u16>,
}

impl Selection {
    /// Shows the given events.
    #[must_use]
    pub fn new(events: &[&'static Event]) -> Selection {
        let mut ids: Vec<u16> = events.iter().map(|event| event.id).collect();
        ids.sort_unstable();
        Selection { ids }
    }

    fn has(&self, id: u16) -> bool {
        self.ids.binary_search(&id).is_ok()
    }
}

/// Decodes, checks and hands on.
pub struct Engine {
    selection: Selection,
    clock: Clock,
    boot_id: String,
    sinks: Vec<Sink>,
    exes: HashMap<u32, Vec<u8>>,
    table: Vec<Option<&'static Event>>,
    left: Option<u64>,
    /// Events shown.
    pub shown: u64,
    /// Disagreements between user memory and the kernel.
    pub mismatches: u64,
    /// Records that could not be read: not whole, or of no known event.
    pub unreadable: u64,
}

impl Engine {
    /// Prepares an engine; `boot_id` is the kernel's id of the boot the records come from, and
    /// `max` stops showing after so many events.
    #[must_use]
    pub fn new(
        selection: Selection,
        clock: Clock,
        boot_id: &str,
        max: Option<u64>,
        sinks: Vec<Sink>,
    ) -> Engine {
        let highest = all().map(|event| event.id).max().unwrap_or(0);
        Engine {
            selection,
            clock,
            boot_id: boot_id.chars().take(8).collect(),
            sinks,
            exes: HashMap::new(),
            table: (0..=highest).map(by_id).collect(),
            left: max,
            shown: 0,
            mismatches: 0,
            unreadable: 0,
        }
    }

    /// Takes a batch of records. The error is a sink's.
    pub fn feed(&mut self, batch: &[u8]) -> io::Result<()> {
        for sink in &mut self.sinks {
            sink.raw(batch)?;
        }
        let mut rest = batch;
        while !rest.is_empty() {
            let Some((record, next)) = Record::split(rest) else {
                self.unreadable += 1;
                break;
            };
            rest = next;
            self.record(&record)?;
        }
        Ok(())
    }

    /// Whether as many events as wanted have been shown.
    #[must_use]
    pub fn full(&self) -> bool {
        self.left == Some(0)
    }

    /// Writes out what the sinks hold.
    pub fn flush(&mut self) -> io::Result<()> {
        self.sinks.iter_mut().try_for_each(Sink::flush)
    }

    fn record(&mut self, record: &Record<'_>) -> io::Result<()> {
        let Some(event) = self
            .table
            .get(usize::from(record.header.event))
            .copied()
            .flatten()
        else {
            self.unreadable += 1;
            return Ok(());
        };
        self.learn(event, record);
        let mismatch = integrity::check(event, record);
        if self.selection.has(event.id) {
            self.show(event, record, mismatch.as_ref())?;
        }
        if let Some(mismatch) = mismatch {
            self.mismatch(event, &record.header, &mismatch)?;
        }
        if event.name == "sched_process_exit" && record.slot(2) == Some(1) {
            self.exes.remove(&record.header.host_pid);
        }
        Ok(())
    }

    fn mismatch(
        &mut self,
        event: &'static Event,
        header: &Header,
        mismatch: &Mismatch,
    ) -> io::Result<()> {
        self.mismatches += 1;
        let bytes = integrity::record_of(event, header, mismatch);
        match Record::split(&bytes) {
            Some((record, _)) => self.record(&record),
            None => Ok(()),
        }
    }

    /// Keeps the program of each process, and gives a child its parent's.
    fn learn(&mut self, event: &'static Event, record: &Record<'_>) {
        let exe = match event.name {
            "sched_process_exec" => {
                let Some(index) = event.field_index("pathname") else {
                    return;
                };
                if record.state(index) == State::Unread {
                    return;
                }
                (record.header.host_pid, record.tail(index).map(value::path))
            }
            "sched_process_fork" => {
                let child = record.slot(1).and_then(|pid| u32::try_from(pid).ok());
                (
                    child.unwrap_or(0),
                    self.exes.get(&record.header.host_pid).cloned(),
                )
            }
            _ => return,
        };
        if let (pid, Some(path)) = exe
            && self.exes.len() < MAX_EXES
        {
            self.exes.insert(pid, path);
        }
    }

    fn show(
        &mut self,
        event: &'static Event,
        record: &Record<'_>,
        mismatch: Option<&Mismatch>,
    ) -> io::Result<()> {
        if let Some(left) = &mut self.left {
            if *left == 0 {
                return Ok(());
            }
            *left -= 1;
        }
        self.shown += 1;
        let exe = self.exes.get(&record.header.host_pid).map(Vec::as_slice);
        let (clock, boot_id) = (self.clock, self.boot_id.as_str());
        let item = Item {
            event,
            record,
            exe,
            mismatch,
            clock,
            boot_id,
        };
        self.sinks.iter_mut().try_for_each(|sink| sink.item(&item))
    }
}
