//! What a run reads once hooks are proved: first what was there before, then what happens.

use libbpf_rs::{MapCore as _, MapFlags};
use tracehound_schema::{Event, all, by_name};

use super::controls::Phase;
use super::part::{Part, row_of, sums};
use super::{Tracer, boot_time, records};
use crate::error::Error;
use crate::snapshot::{self, Made};

/// Nanoseconds between two times that processes are told again.
const HEALING: u64 = 1_000_000_000;
/// Nanoseconds between two looks at how many records of lives the kernel has counted.
const LOOKING: u64 = 250_000_000;

fn is_process(event: u16) -> bool {
    by_name(snapshot::PROCESSES).is_some_and(|process| process.id == event)
}

impl Tracer {
    /// Starts counting and recording, from nothing.
    pub fn go_live(&mut self) -> Result<(), Error> {
        let part = &mut self.parts[0];
        part.libraries
            .find_present(&part.maps, &mut part.climbs, self.controls.scoped);
        let doing = "clearing the account";
        for (map, keys) in [
            (&part.maps.counts, 2 * all().count()),
            (&part.maps.sequences, 2),
        ] {
            let size = (map.value_size() as usize).next_multiple_of(8);
            let zero = vec![vec![0u8; size]; self.controls.cpus];
            for key in 0..keys as u32 {
                map.update_percpu(&key.to_ne_bytes(), &zero, MapFlags::ANY)
                    .map_err(Error::bpf(doing))?;
            }
        }
        // The tracer's own calls were recorded too as long as hooks were proved.
        self.reader.read(u64::MAX, &mut Vec::new(), usize::MAX);
        self.reader.reset();
        // Before, since they take longer than the rings may have to wait.
        let own: Vec<_> = self.own.iter().map(|own| own.0).collect();
        let findings = part.watch(&own);
        self.controls.tell(&part.maps, Phase::Live(0))?;
        self.take_snapshot(0, &own)?;
        let mut bytes = Vec::new();
        self.take_own(&findings, &mut bytes);
        bytes.append(&mut self.first.bytes);
        self.first.bytes = bytes;
        Ok(())
    }

    /// What was there before. Hooks record already: what starts from now on they tell.
    pub(super) fn take_snapshot(
        &mut self,
        part: usize,
        own: &[&'static Event],
    ) -> Result<(), Error> {
        let made = own
            .iter()
            .filter_map(|event| snapshot::make(event, self.aside.contains(&event.id)));
        let made: Vec<Made> = made.collect();
        let mut bytes = Vec::new();
        self.take_own(&made, &mut bytes);
        let part = &self.parts[part];
        if part.iterators().next().is_none() {
            self.first.bytes.append(&mut bytes);
            return Ok(());
        }
        let until = boot_time();
        self.controls.tell(&part.maps, Phase::Live(until))?;
        for (event, link) in part.iterators() {
            bytes.extend(snapshot::read(link, event)?);
        }
        let tells_processes = part.tells_processes();
        self.take_behind(bytes, until, tells_processes)
    }

    /// Puts a snapshot before what was recorded while it was taken.
    fn take_behind(&mut self, bytes: Vec<u8>, until: u64, processes: bool) -> Result<(), Error> {
        let mut live = Vec::new();
        self.first.records += self.reader.read(boot_time(), &mut live, usize::MAX);
        let (mut bytes, told_live) = snapshot::without_forked(&bytes, &live);
        if processes && let Some(first) = snapshot::missing(&bytes) {
            bytes.splice(..0, first);
            self.first.added += 1;
        }
        let mut count = 0;
        for record in records(&bytes) {
            let event = record.header.event;
            if !self.own.iter().any(|own| own.0.id == event) {
                self.reader.delivered[usize::from(event)][0] += 1;
                self.first.records += 1;
            }
            count += u64::from(is_process(event));
        }
        let complete = self.own.iter().find(|own| own.0.name == snapshot::COMPLETE);
        if let Some((event, _)) = complete.filter(|_| processes) {
            let made = snapshot::complete(event, until, count, self.dropped_processes()? == 0);
            self.take_own(&[made], &mut bytes);
        }
        bytes.extend(live);
        self.first.bytes.append(&mut bytes);
        self.first.told_live += told_live;
        Ok(())
    }

    /// Processes that there was no room to tell.
    fn dropped_processes(&self) -> Result<u64, Error> {
        let Some(event) = by_name(snapshot::PROCESSES) else {
            return Ok(0);
        };
        Ok(sums(&self.parts[0].maps, row_of(event))?[2])
    }

    /// A loss shows by the next record of the same CPU; where none comes, by what the kernel has counted.
    fn look_for_lost(&mut self) -> Result<(), Error> {
        let now = boot_time();
        let (when, before) = &self.tried_lives;
        if now < when + LOOKING {
            return Ok(());
        }
        let tried: Vec<u64> = self.tried()?.iter().map(|pair| pair[1]).collect();
        if *before == tried {
            self.reader.expect_lives(&tried, now);
        }
        self.tried_lives = (now, tried);
        Ok(())
    }

    /// Tells the processes again where records of their lives were lost: not more often than each second.
    fn heal(&mut self) -> Result<(), Error> {
        if !self.parts.iter().any(Part::tells_processes) {
            return Ok(());
        }
        self.look_for_lost()?;
        let lost = self.reader.lost_lives;
        let healed = self.healed.map_or((0, false), |(lost, when)| {
            (lost, boot_time() < when + HEALING)
        });
        if lost == healed.0 || healed.1 {
            return Ok(());
        }
        let Some(part) = self.parts.iter().find(|part| part.tells_processes()) else {
            return Ok(());
        };
        let until = boot_time();
        self.healed = Some((lost, until));
        self.controls.tell(&part.maps, Phase::Live(until))?;
        let mut bytes = Vec::new();
        let processes = part.iterators().filter(|one| is_process(one.0.id));
        for (event, link) in processes {
            bytes.extend(snapshot::read(link, event)?);
        }
        self.take_behind(bytes, until, true)
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
        for part in &mut self.parts {
            part.libraries.find_new(&part.maps, &mut part.climbs);
        }
        if !self.first.bytes.is_empty() {
            let from = batch.len();
            batch.append(&mut self.first.bytes);
            self.follow_files(from, batch);
            return std::mem::take(&mut self.first.records);
        }
        let checks = self.parts.iter().filter_map(|part| part.checks.as_ref());
        let findings: Vec<Made> = checks
            .filter_map(|checks| checks.found())
            .flatten()
            .collect();
        self.take_own(&findings, batch);
        let now = boot_time();
        let from = batch.len();
        let mut count = self.reader.read(now, batch, room);
        count -= self.take_proofs(batch, from, room);
        self.follow_files(from, batch);
        if let Err(error) = self.heal() {
            eprintln!("tracehound: {error}: processes that were lost stay unknown");
        }
        count
    }

    /// Appends what follows from records: from those of the batch from an offset on, and from earlier ones.
    fn follow_files(&mut self, from: usize, batch: &mut Vec<u8>) {
        let mut made = Vec::new();
        let files = self.parts.iter_mut().flat_map(|part| &mut part.files);
        for one in files.chain(&mut self.guests) {
            made.extend(one.found());
            one.feed(batch.get(from..).unwrap_or_default(), &mut made);
        }
        self.take_own(&made, batch);
    }
}
