//! What a run reads once hooks are proved: first what was there before, then what happens.

use libbpf_rs::{MapCore as _, MapFlags};
use tracehound_schema::all;

use super::{LIVE, Tracer, boot_time, records};
use crate::check::Checks;
use crate::error::Error;
use crate::exports::Loads;
use crate::snapshot::{self, Made};

impl Tracer {
    /// Starts counting and recording, from nothing.
    pub fn go_live(&mut self) -> Result<(), Error> {
        self.libraries
            .find_present(&self.maps, &mut self.climbs, self.scoped);
        let doing = "clearing the account";
        for (map, keys) in [
            (&self.maps.counts, 2 * all().count()),
            (&self.maps.sequences, 2),
        ] {
            let zero = vec![vec![0u8; (map.value_size() as usize).next_multiple_of(8)]; self.cpus];
            for key in 0..keys as u32 {
                map.update_percpu(&key.to_ne_bytes(), &zero, MapFlags::ANY)
                    .map_err(Error::bpf(doing))?;
            }
        }
        // The tracer's own calls were recorded too as long as hooks were proved.
        self.reader.read(u64::MAX, &mut Vec::new(), usize::MAX);
        self.reader.reset();
        // Before, since they take longer than the rings may have to wait.
        let events: Vec<_> = self.own.iter().map(|own| own.0).collect();
        let checks = Checks::start(&events, self.flavour, &self.maps);
        let (findings, checks) = checks.unzip();
        self.checks = checks;
        self.loads = Loads::start(&events);
        self.set_phase(LIVE)?;
        self.take_snapshot()?;
        let mut bytes = Vec::new();
        self.take_own(&findings.unwrap_or_default(), &mut bytes);
        bytes.append(&mut self.first.bytes);
        self.first.bytes = bytes;
        Ok(())
    }

    /// What was there before. Hooks record already: what starts from now on they tell.
    fn take_snapshot(&mut self) -> Result<(), Error> {
        let made: Vec<Made> = self
            .own
            .iter()
            .filter_map(|own| snapshot::make(own.0))
            .collect();
        let mut bytes = Vec::new();
        self.take_own(&made, &mut bytes);
        if self.iterators().next().is_none() {
            self.first.bytes = bytes;
            return Ok(());
        }
        self.set_controls(LIVE, boot_time())?;
        for (event, link) in self.iterators() {
            bytes.extend(snapshot::read(link, event)?);
        }
        let mut live = Vec::new();
        self.first.records = self.reader.read(boot_time(), &mut live, usize::MAX);
        let (mut bytes, told_live) = snapshot::without_forked(&bytes, &live);
        for record in records(&bytes) {
            let event = record.header.event;
            if !self.own.iter().any(|own| own.0.id == event) {
                self.reader.delivered[usize::from(event)][0] += 1;
                self.first.records += 1;
            }
        }
        bytes.extend(live);
        self.first.bytes = bytes;
        self.first.told_live = told_live;
        Ok(())
    }

    /// Accounts for what the tracer has made itself, and appends it.
    pub(super) fn take_own(&mut self, all: &[Made], batch: &mut Vec<u8>) {
        for made in all {
            batch.extend_from_slice(&made.bytes);
            if let Some(own) = self.own.iter_mut().find(|own| own.0.id == made.event.id) {
                own.1 += made.count;
            }
        }
    }

    /// Appends what has come since the last call to `batch`, until it holds `room` bytes; returns
    /// the number of records.
    pub fn read(&mut self, batch: &mut Vec<u8>, room: usize) -> usize {
        self.libraries.find_new(&self.maps, &mut self.climbs);
        if !self.first.bytes.is_empty() {
            let mut bytes = std::mem::take(&mut self.first.bytes);
            self.follow_loads(&bytes, batch);
            batch.append(&mut bytes);
            return std::mem::take(&mut self.first.records);
        }
        if let Some(findings) = self.checks.as_ref().and_then(Checks::found) {
            self.take_own(&findings, batch);
        }
        let now = boot_time();
        let from = batch.len();
        let count = self.reader.read(now, batch, room);
        if self.loads.is_some() {
            let new = batch.get(from..).unwrap_or_default().to_vec();
            self.follow_loads(&new, batch);
        }
        count
    }

    /// Appends what follows from libraries that were loaded: of records that are new, and of earlier
    /// ones.
    fn follow_loads(&mut self, new: &[u8], batch: &mut Vec<u8>) {
        if let Some(loads) = &mut self.loads {
            let mut made = loads.found();
            loads.feed(new, &mut made);
            self.take_own(&made, batch);
        }
    }
}
