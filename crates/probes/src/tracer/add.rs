//! Changing what a run traces while it goes on.
//!
//! Hooks are loaded and proved in a thread: the rings must be read meanwhile. What proves them comes through
//! the same rings and is taken out of what is read. The programs of a part have controls of their own,
//! so that theirs begin to record when all are proved, and those of the others go on as they do.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracehound_schema::record::{HEADER_SIZE, Record};
use tracehound_schema::{Event, all};

use super::controls::{Controls, Phase};
use super::part::{Part, row_of, sums};
use super::{Tracer, choice};
use crate::error::Error;
use crate::ladder::Outcome;
use crate::object;

/// Between two looks at what has been read.
const PAUSE: Duration = Duration::from_millis(1);

/// What the thread that proves hooks is given by the one that reads.
#[derive(Debug, Default)]
struct Mail {
    records: Mutex<Vec<u8>>,
    /// Times that nothing was left in the rings.
    emptied: AtomicU64,
    /// Nobody reads any more.
    over: AtomicBool,
}

impl Mail {
    /// What has been recorded until now.
    fn take(&self) -> Result<Vec<u8>, Error> {
        let seen = self.emptied.load(Ordering::Acquire);
        // The first may have begun before what is waited for was recorded.
        while self.emptied.load(Ordering::Acquire) < seen + 2 {
            if self.over.load(Ordering::Acquire) {
                return Err(Error::Over);
            }
            thread::sleep(PAUSE);
        }
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *records))
    }
}

/// Events on their way into a run.
pub(super) struct Adding {
    events: Vec<&'static Event>,
    ids: HashSet<u16>,
    mail: Arc<Mail>,
    thread: Option<JoinHandle<Result<Part, Error>>>,
    part: Option<Part>,
    /// What the account said of their rows before, and what had been read.
    before: Vec<(u32, [u64; 3])>,
    delivered: Vec<(u16, [u64; 2])>,
}

impl Tracer {
    /// Begins to hook those of the events that are not traced yet; whether there are any.
    /// [`Tracer::read`] must be called meanwhile.
    pub fn add(&mut self, events: &[&'static Event]) -> Result<bool, Error> {
        let events: Vec<_> = events
            .iter()
            .copied()
            .filter(|event| !self.parts.iter().any(|part| part.traces(event)))
            .collect();
        if events.is_empty() {
            return Ok(false);
        }
        let (flavour, controls) = (self.flavour, self.controls);
        let climbs = choice::climbs(&events, &self.only, self.calls);
        let shared = self.parts[0].shared()?;
        let rows = events.iter().flat_map(|event| {
            let row = row_of(event);
            [row, all().count() as u32 + row]
        });
        let rows = rows.map(|row| Ok((row, sums(&shared.maps, row)?)));
        let before = rows.collect::<Result<_, Error>>()?;
        let delivered = events.iter().map(|event| {
            let read = self.reader.delivered[usize::from(event.id)];
            (event.id, read)
        });
        let delivered = delivered.collect();
        let mail = Arc::new(Mail::default());
        let own = Arc::clone(&mail);
        let thread = thread::spawn(move || {
            let mut part = Part::new(flavour, controls, climbs, 0, Some(shared))?;
            part.prove(controls, || own.take())?;
            object::forget();
            Ok(part)
        });
        self.adding = Some(Adding {
            ids: events.iter().map(|event| event.id).collect(),
            events,
            mail,
            thread: Some(thread),
            part: None,
            before,
            delivered,
        });
        Ok(true)
    }

    /// What has become of the ladders of what is being added, once that is known.
    pub fn added(&mut self) -> Option<Result<Vec<Outcome>, Error>> {
        let adding = self.adding.as_mut()?;
        if adding
            .thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
        {
            return None;
        }
        let thread = adding.thread.take()?;
        let part = match thread.join() {
            Ok(part) => part,
            Err(_) => Err(Error::Over),
        };
        Some(match part {
            Ok(part) => {
                let outcomes = part.outcomes().cloned().collect();
                adding.part = Some(part);
                Ok(outcomes)
            }
            Err(error) => {
                self.adding = None;
                Err(error)
            }
        })
    }

    /// Starts recording what was added. `batch` gets what had come before.
    pub fn go_on(&mut self, batch: &mut Vec<u8>) -> Result<usize, Error> {
        // Nothing that proved hooks must be left in the rings.
        let count = self.read_all(batch);
        let Some(adding) = self.adding.take() else {
            return Ok(count);
        };
        let Some(mut part) = adding.part else {
            return Ok(count);
        };
        self.forget_proofs(&adding.before, &adding.delivered)?;
        let own: Vec<_> = choice::own(&adding.events)
            .into_iter()
            .map(|own| own.0)
            .collect();
        for event in &own {
            if !self.own.iter().any(|known| known.0.id == event.id) {
                self.own.push((event, 0));
            }
        }
        part.libraries
            .find_present(&part.maps, &mut part.climbs, self.controls.scoped);
        let findings = part.watch(&own);
        self.controls.tell(&part.maps, Phase::Live(0))?;
        self.parts.push(part);
        let mut bytes = Vec::new();
        self.take_own(&findings, &mut bytes);
        self.first.bytes.append(&mut bytes);
        self.take_snapshot(self.parts.len() - 1, &own)?;
        Ok(count)
    }

    /// All that is in the rings, without what proves hooks.
    fn read_all(&mut self, batch: &mut Vec<u8>) -> usize {
        let from = batch.len();
        let count = self.reader.read(super::boot_time(), batch, usize::MAX);
        count - self.take_proofs(batch, from, usize::MAX)
    }

    /// What was counted while hooks were proved counts for nothing.
    fn forget_proofs(
        &mut self,
        before: &[(u32, [u64; 3])],
        delivered: &[(u16, [u64; 2])],
    ) -> Result<(), Error> {
        for (row, old) in before {
            let new = sums(&self.parts[0].maps, *row)?;
            let proofs = self.past.proofs.entry(*row).or_default();
            for ((proof, new), old) in proofs.iter_mut().zip(new).zip(old) {
                *proof += new.saturating_sub(*old);
            }
        }
        for (id, read) in delivered {
            self.reader.delivered[usize::from(*id)] = *read;
        }
        Ok(())
    }

    /// Takes records that prove hooks out of what was read from `from` on, for those who wait for them;
    /// tells how many. With less than `room` there nothing is left in the rings.
    pub(super) fn take_proofs(&mut self, batch: &mut Vec<u8>, from: usize, room: usize) -> usize {
        let emptied = batch.len() < room;
        let Some(adding) = &self.adding else {
            return 0;
        };
        let new = batch.split_off(from);
        let (mut proofs, mut count) = (Vec::new(), 0);
        let mut rest = new.as_slice();
        while let Some((record, next)) = Record::split(rest) {
            let bytes = &rest[..rest.len() - next.len()];
            let is_proof = adding.ids.contains(&record.header.event);
            count += usize::from(is_proof);
            let to = if is_proof { &mut proofs } else { &mut *batch };
            to.extend_from_slice(bytes);
            rest = next;
        }
        debug_assert!(rest.len() < HEADER_SIZE, "a ring holds whole records");
        let records = adding.mail.records.lock();
        records
            .unwrap_or_else(PoisonError::into_inner)
            .append(&mut proofs);
        if emptied {
            adding.mail.emptied.fetch_add(1, Ordering::Release);
        }
        count
    }

    /// Gives up what is being added.
    pub(super) fn give_up_adding(&mut self, batch: &mut Vec<u8>) -> Result<(), Error> {
        if let Some(adding) = &mut self.adding {
            adding.mail.over.store(true, Ordering::Release);
            if let Some(thread) = adding.thread.take() {
                // Its part is detached with it.
                drop(thread.join());
            }
            adding.part = None;
            self.read_all(batch);
        }
        let Some(adding) = self.adding.take() else {
            return Ok(());
        };
        self.forget_proofs(&adding.before, &adding.delivered)
    }

    /// Detaches what is not among the events any more; processes' lives are always traced.
    pub fn keep(&mut self, events: &[&'static Event]) -> Result<(), Error> {
        let wanted = |event: &Event| {
            choice::is_of_lives(event) || events.iter().any(|one| one.id == event.id)
        };
        for part in &mut self.parts {
            part.keep(wanted, &mut self.past)?;
        }
        let mut first = true;
        let mut keeps = |part: &Part| std::mem::replace(&mut first, false) || part.is_of_use();
        self.parts.retain(|part| keeps(part));
        Ok(())
    }
    /// Says anew which events of processes' lives are selected.
    pub fn choose_lives(&mut self, events: &[&'static Event]) -> Result<(), Error> {
        if !self.whole_lives {
            return Ok(());
        }
        let listed = self.controls.chosen & choice::LISTED;
        self.controls.chosen = choice::chosen(events) | listed;
        let controls: Controls = self.controls;
        self.parts
            .iter()
            .try_for_each(|part| controls.tell(&part.maps, Phase::Live(0)))
    }
}
