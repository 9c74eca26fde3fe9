//! Holds events back for a moment, so that they are told with the names of new containers.

use std::collections::VecDeque;

use tracehound_probes::boot_time;
use tracehound_schema::by_name;
use tracehound_schema::record::Record;

use super::{NAMED, POD, WAIT, Waiting};
use crate::worker::Batch;

/// Bytes that are held at most; then the oldest go on without names.
const MAX: usize = 64 << 20;

/// Batches on their way to the engine, in order. A name overtakes what waits for it.
pub struct Hold {
    waiting: Waiting,
    /// The events that tell them.
    named: [Option<u16>; 2],
    /// Records of names, to go first.
    names: Vec<u8>,
    /// With the time since boot in ns at which each was read.
    held: VecDeque<(u64, Batch)>,
    bytes: usize,
}

impl Hold {
    /// Starts with nothing held.
    pub fn new(waiting: Waiting) -> Hold {
        Hold {
            waiting,
            named: [NAMED, POD].map(|name| by_name(name).map(|event| event.id)),
            names: Vec::new(),
            held: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Takes what was read just now.
    pub fn take(&mut self, mut batch: Batch) {
        if batch.bytes.is_empty() {
            return;
        }
        if !self.held.is_empty() {
            self.names.extend(self.split(&mut batch.bytes));
        }
        self.bytes += batch.bytes.len();
        self.held.push_back((boot_time(), batch));
    }

    /// The next batch that need not wait.
    pub fn next(&mut self) -> Option<Batch> {
        if !self.names.is_empty() {
            return Some(Batch {
                bytes: std::mem::take(&mut self.names),
                records: 0,
            });
        }
        let (read, _) = self.held.front()?;
        let asked = self.waiting.since();
        // What was read before a container was asked for is not of that container.
        let waits = *read >= asked && boot_time().saturating_sub(*read) < WAIT.as_nanos() as u64;
        if waits && self.bytes <= MAX {
            return None;
        }
        let (_, batch) = self.held.pop_front()?;
        self.bytes -= batch.bytes.len();
        Some(batch)
    }

    /// The next batch, whether it would wait or not.
    pub fn force(&mut self) -> Option<Batch> {
        self.waiting.set(None);
        self.next()
    }

    /// All that is left behind `first` as one batch, names first; `last` is what the end of tracing gave.
    pub fn rest(&mut self, first: Batch, mut last: Vec<u8>) -> Batch {
        let mut all = first;
        let mut names = std::mem::take(&mut self.names);
        names.extend(self.split(&mut last));
        if !names.is_empty() {
            names.append(&mut all.bytes);
            all.bytes = names;
        }
        for (_, mut batch) in self.held.drain(..) {
            all.records += batch.records;
            all.bytes.append(&mut batch.bytes);
        }
        self.bytes = 0;
        all.bytes.append(&mut last);
        all
    }

    /// Takes the names out of records.
    fn split(&self, bytes: &mut Vec<u8>) -> Vec<u8> {
        let is_name = |event: u16| self.named.contains(&Some(event));
        if !Record::each(bytes).any(|(event, _)| is_name(event)) {
            return Vec::new();
        }
        let (mut names, mut others) = (Vec::new(), Vec::with_capacity(bytes.len()));
        let mut seen = 0;
        for (event, record) in Record::each(bytes) {
            seen += record.len();
            if is_name(event) {
                names.extend_from_slice(record);
            } else {
                others.extend_from_slice(record);
            }
        }
        // What is no whole record is the engine's to count.
        others.extend_from_slice(&bytes[seen..]);
        *bytes = others;
        names
    }
}
