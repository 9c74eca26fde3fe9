//! The ordered middle of the pipeline: records in, checked and named events out to the sinks.

use std::io;

use tracehound_schema::record::{HEADER_SIZE, Header, Record, State};
use tracehound_schema::{Event, all, by_id};

use crate::integrity::{self, Checker, Mismatch};
use crate::programs::Programs;
use crate::sink::{Item, Sink};

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

/// What is to be done with the records of one event.
#[derive(Debug)]
struct Plan {
    event: &'static Event,
    shown: bool,
    checkers: Vec<Checker>,
    /// Bytes that a whole record has at least.
    size: usize,
    /// Fields whose slot points at tail bytes.
    tails: Vec<usize>,
}

impl Plan {
    fn new(event: &'static Event, selection: &Selection) -> Plan {
        let fields = event.fields.iter().enumerate();
        Plan {
            event,
            shown: selection.has(event.id),
            checkers: Checker::of(event),
            size: HEADER_SIZE + event.fields.len() * 8,
            tails: fields
                .filter(|(_, field)| field.kind.has_tail())
                .map(|(index, _)| index)
                .collect(),
        }
    }

    /// Whether the record holds all that its event has: a slot per field, and behind the slots the
    /// tail of each value that is there. Less than that is damage, and would print as values nobody
    /// had.
    fn is_whole(&self, record: &Record<'_>) -> bool {
        record.bytes().len() >= self.size
            && self.tails.iter().all(|&index| {
                let there = matches!(record.state(index), State::Read | State::Cut);
                let start = record.slot(index).map(|slot| slot & 0xffff_ffff);
                !there || (start >= Some(self.size as u64) && record.tail(index).is_some())
            })
    }
}

/// Decodes, checks and hands on.
pub struct Engine {
    plans: Vec<Option<Plan>>,
    sinks: Vec<Sink>,
    programs: Programs,
    left: Option<u64>,
    /// Events shown.
    pub shown: u64,
    /// Disagreements between user memory and the kernel.
    pub mismatches: u64,
    /// Records that could not be read: not whole, or of no known event.
    pub unreadable: u64,
}

impl Engine {
    /// Prepares an engine; `max` stops showing after so many events.
    #[must_use]
    pub fn new(selection: &Selection, max: Option<u64>, sinks: Vec<Sink>) -> Engine {
        let highest = all().map(|event| event.id).max().unwrap_or(0);
        let plan = |id| by_id(id).map(|event| Plan::new(event, selection));
        Engine {
            plans: (0..=highest).map(plan).collect(),
            sinks,
            programs: Programs::new(),
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
        let id = usize::from(record.header.event);
        let plan = self.plans.get(id).and_then(Option::as_ref);
        let Some(plan) = plan.filter(|plan| plan.is_whole(record)) else {
            self.unreadable += 1;
            return Ok(());
        };
        let (event, shown) = (plan.event, plan.shown);
        self.programs.learn(event, record);
        let mismatch = plan.checkers.iter().find_map(|check| check.check(record));
        if shown {
            self.show(event, record, mismatch.as_ref())?;
        }
        if let Some(mismatch) = mismatch {
            self.mismatch(event, &record.header, &mismatch)?;
        }
        self.programs.forget(event, record);
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
        let item = Item {
            event,
            record,
            programs: &self.programs,
            mismatch,
        };
        self.sinks.iter_mut().try_for_each(|sink| sink.item(&item))
    }
}
