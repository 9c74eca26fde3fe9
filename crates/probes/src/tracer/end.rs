//! The end of a run: what is left is read, and the account of all that was made is closed.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use libbpf_rs::{MapCore as _, MapFlags};
use tracehound_schema::{Event, all};

use super::{Tracer, boot_time};
use crate::account::{Account, Count};
use crate::error::Error;
use crate::object::{self, Attached};
use crate::snapshot;

/// How long the end of a run waits for files that are looked at.
const PATIENCE: Duration = Duration::from_secs(2);

impl Tracer {
    /// Detaches everything, reads what is left and closes the account.
    pub fn finish(&mut self, batch: &mut Vec<u8>) -> Result<Account, Error> {
        let climbs = self.climbs.iter_mut();
        let attached = climbs.filter_map(|climb| climb.attached.as_mut());
        object::detach(attached.chain(self.calls.attached.as_mut()));
        let from = batch.len();
        batch.append(&mut self.first.bytes);
        let deadline = Instant::now() + Duration::from_secs(1);
        loop {
            // Programs already running on other CPUs are let go a moment after detaching.
            self.reader.read(u64::MAX, batch, usize::MAX);
            let account = self.account()?;
            if account.balances() || Instant::now() > deadline {
                let account = self.finish_loads(batch, from, account)?;
                let tried = self.tried()?;
                self.reader.finish(&tried, boot_time(), batch);
                return Ok(account);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for what follows from the last libraries; the account with that.
    fn finish_loads(
        &mut self,
        batch: &mut Vec<u8>,
        from: usize,
        account: Account,
    ) -> Result<Account, Error> {
        let Some(mut loads) = self.loads.take() else {
            return Ok(account);
        };
        let mut made = loads.found();
        loads.feed(batch.get(from..).unwrap_or_default(), &mut made);
        made.extend(loads.finish(PATIENCE));
        self.take_own(&made, batch);
        self.account()
    }

    /// The account up to now; it balances when nothing is under way.
    pub fn account(&self) -> Result<Account, Error> {
        let mut account = Account {
            libraries: self.libraries.report(),
            ..Account::default()
        };
        let indices: HashMap<u16, u32> = all().map(|event| event.id).zip(0..).collect();
        let index = |event: &Event| indices.get(&event.id).copied().unwrap_or(0);
        for climb in &self.climbs {
            let event = climb.outcome.event;
            let missed = climb.attached.as_ref().map_or(0, Attached::misses);
            let mut count = self.count(index(event), (event.id, 0), missed)?;
            if event.name == snapshot::PROCESSES {
                count.filtered += self.first.told_live;
            }
            account.row(event, count);
        }
        for event in self.calls.outcomes.iter().map(|outcome| outcome.event) {
            account.row(event, self.count(index(event), (event.id, 0), 0)?);
            let begins = indices.len() as u32 + index(event);
            account.beginnings(event, self.count(begins, (event.id, 1), 0)?);
        }
        // What could not be checked has a row if there was any.
        let told = |own: &&(&'static Event, u64)| own.1 > 0 || !own.0.sets.contains(&"tracer");
        for (event, made) in self.own.iter().filter(told) {
            account.own(event, *made);
        }
        account.missed(self.calls.attached.as_ref().map_or(0, Attached::misses));
        Ok(account)
    }

    /// A row of the account; `read` says which records are meant.
    fn count(&self, index: u32, read: (u16, usize), missed: u64) -> Result<Count, Error> {
        let sums = self.sum(index)?;
        Ok(Count {
            made: sums[0] + missed,
            filtered: sums[1],
            dropped: sums[2],
            missed,
            delivered: self.reader.delivered[usize::from(read.0)][read.1],
        })
    }

    pub(super) fn sum(&self, index: u32) -> Result<[u64; 3], Error> {
        let key = index.to_ne_bytes();
        let found = self.maps.counts.lookup_percpu(&key, MapFlags::ANY);
        let cpus = found
            .map_err(Error::bpf("reading the account"))?
            .unwrap_or_default();
        let mut sums = [0; 3];
        for cpu in &cpus {
            for (sum, part) in sums.iter_mut().zip(words(cpu)) {
                *sum += part;
            }
        }
        Ok(sums)
    }

    fn tried(&self) -> Result<Vec<[u64; 2]>, Error> {
        let mut tried = vec![[0; 2]; self.cpus];
        for life in 0..2u32 {
            let found = self
                .maps
                .sequences
                .lookup_percpu(&life.to_ne_bytes(), MapFlags::ANY);
            let cpus = found
                .map_err(Error::bpf("reading sequence numbers"))?
                .unwrap_or_default();
            for (pair, cpu) in tried.iter_mut().zip(&cpus) {
                pair[life as usize] = words(cpu).next().unwrap_or(0);
            }
        }
        Ok(tried)
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|word| u64::from_ne_bytes(*word))
}
