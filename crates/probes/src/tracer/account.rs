//! The account of a run, with what was traced for a part of it only.

use std::collections::HashMap;

use tracehound_schema::{Event, all};

use super::Tracer;
use super::part::{row_of, sums};
use crate::account::{Account, Count};
use crate::error::Error;
use crate::ladder::Climb;
use crate::object::Attached;
use crate::{beside, snapshot};

/// What the account has to know of what is not traced any more, or was not from the beginning.
#[derive(Debug, Default)]
pub(super) struct Past {
    /// Records that proved hooks while others were traced, by row: they count for nothing.
    pub proofs: HashMap<u32, [u64; 3]>,
    /// Events that were traced, in the order of their end, with what was missed of them.
    pub traced: Vec<(&'static Event, u64)>,
    /// Missed by programs that served all calls.
    pub missed_calls: u64,
}

impl Past {
    /// Notes that an event is traced no more.
    pub fn note(&mut self, event: &'static Event, missed: u64) {
        match self.traced.iter_mut().find(|row| row.0.id == event.id) {
            Some(row) => row.1 += missed,
            None => self.traced.push((event, missed)),
        }
    }

    fn missed(&self, event: &Event) -> u64 {
        let row = self.traced.iter().find(|row| row.0.id == event.id);
        row.map_or(0, |row| row.1)
    }
}

impl Tracer {
    /// The account up to now; it balances when nothing is under way.
    pub fn account(&self) -> Result<Account, Error> {
        let mut account = Account::default();
        for part in &self.parts {
            account.libraries.add(part.libraries.report());
        }
        let climbs = || self.parts.iter().flat_map(|part| &part.climbs);
        let calls = || self.parts.iter().flat_map(|part| &part.calls.outcomes);
        for climb in climbs() {
            let event = climb.outcome.event;
            let missed = climb.attached.as_ref().map_or(0, Attached::misses);
            self.row(&mut account, event, missed + self.past.missed(event))?;
        }
        for event in calls().map(|outcome| outcome.event) {
            self.row(&mut account, event, 0)?;
        }
        let now: Vec<u16> = climbs()
            .map(|climb: &Climb| climb.outcome.event.id)
            .chain(calls().map(|outcome| outcome.event.id))
            .collect();
        let past = self.past.traced.iter();
        for (event, missed) in past.filter(|row| !now.contains(&row.0.id)) {
            self.row(&mut account, event, *missed)?;
        }
        // What could not be checked has a row if there was any.
        let told = |own: &&(&'static Event, u64)| own.1 > 0 || !own.0.sets.contains(&"tracer");
        for (event, made) in self.own.iter().filter(told) {
            if beside::makes(event) {
                self.row(&mut account, event, 0)?;
            } else {
                account.own(event, *made);
            }
        }
        let attached = self
            .parts
            .iter()
            .filter_map(|part| part.calls.attached.as_ref());
        let missed: u64 = attached.map(Attached::misses).sum();
        account.missed(self.past.missed_calls + missed);
        Ok(account)
    }

    /// An event's row, and that of the beginnings of a call.
    fn row(&self, account: &mut Account, event: &'static Event, missed: u64) -> Result<(), Error> {
        let mut count = self.count(row_of(event), (event.id, 0), missed)?;
        if event.name == snapshot::PROCESSES {
            count.filtered += self.first.told_live;
            count.made += self.first.added;
        }
        account.row(event, count);
        if event.call.is_some() {
            let begins = all().count() as u32 + row_of(event);
            account.beginnings(event, self.count(begins, (event.id, 1), 0)?);
        }
        Ok(())
    }

    /// A row of the account; `read` says which records are meant.
    fn count(&self, row: u32, read: (u16, usize), missed: u64) -> Result<Count, Error> {
        let mut sums = sums(&self.parts[0].maps, row)?;
        if let Some(proofs) = self.past.proofs.get(&row) {
            for (sum, proof) in sums.iter_mut().zip(proofs) {
                *sum = sum.saturating_sub(*proof);
            }
        }
        Ok(Count {
            made: sums[0] + missed,
            filtered: sums[1],
            dropped: sums[2],
            missed,
            delivered: self.reader.delivered[usize::from(read.0)][read.1],
        })
    }
}
