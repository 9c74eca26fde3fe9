//! Where items go: through filters to the sinks.

use std::io;

use tracehound_schema::Event;
use tracehound_schema::record::Record;

use crate::calls::{Call, Phase};
use crate::clock::Clock;
use crate::extra::Extras;
use crate::filter::{Facts, Filters, Settled, Truth};
use crate::integrity::Mismatch;
use crate::processes::TICK;
use crate::redact::{self, Redaction};
use crate::sink::{Item, Sink};
use crate::world::World;

/// Where items go.
pub struct Output {
    pub sinks: Vec<Sink>,
    pub world: World,
    pub filters: Filters,
    pub extras: Extras,
    /// What is not told of lists, and the fields of each event that it concerns.
    pub redaction: Option<(Redaction, Vec<u64>)>,
    /// Processes of which nothing is shown.
    pub without: Vec<(u32, u64)>,
    pub clock: Clock,
    pub left: Option<u64>,
    pub shown: u64,
}

/// What is to be shown.
pub struct Shown<'a> {
    pub event: &'static Event,
    pub record: &'a Record<'a>,
    pub mismatch: Option<&'a Mismatch>,
    pub call: Option<&'a Call<'a>>,
    /// The record of the call's beginning, if that has another.
    pub beginning: Option<&'a Record<'a>>,
    pub phase: Phase,
}

/// What became of an item.
pub enum Told {
    /// The sinks have it.
    Shown,
    /// No more are wanted.
    Unwanted,
    /// Filters exclude it.
    LeftOut,
}

impl Output {
    /// Learns from a record before it is shown.
    pub fn learn(&mut self, event: &'static Event, record: &Record<'_>) {
        let Some(child) = self.world.learn(event, record) else {
            return;
        };
        let followed = self.filters.followed(&Facts {
            event,
            record,
            call: None,
            world: &self.world,
            clock: self.clock,
        });
        self.world.processes.follow(child, followed);
    }

    /// Gives an item to the sinks. A beginning is not counted: its call will be.
    pub fn show(&mut self, shown: &Shown<'_>) -> io::Result<Told> {
        let settled = self.settle(shown);
        if settled.records {
            for record in shown.beginning.into_iter().chain([shown.record]) {
                let sinks = &mut self.sinks;
                sinks.iter_mut().try_for_each(|sink| sink.record(record))?;
            }
        }
        if !settled.shows {
            return Ok(Told::LeftOut);
        }
        let counts = u64::from(shown.phase != Phase::Enter);
        if let Some(left) = &mut self.left {
            if *left == 0 {
                return Ok(if counts == 0 {
                    Told::Shown
                } else {
                    Told::Unwanted
                });
            }
            *left -= counts;
        }
        self.shown += counts;
        let (redaction, told) = redacted(self.redaction.as_ref(), shown);
        let bytes = told.as_ref().and_then(|told| Record::split(&told.bytes));
        let call = shown.call.map(|call| Call { redaction, ..*call });
        let beginning = shown.beginning.map(|record| &record.header);
        let stacks = self.world.stacks.as_ref();
        let stack = stacks.and_then(|stacks| {
            let own = stacks.of(&shown.record.header);
            own.or_else(|| stacks.of(beginning?))
        });
        let item = Item {
            event: shown.event,
            record: bytes.as_ref().map_or(shown.record, |(record, _)| record),
            redaction,
            redacted: told.as_ref().map_or(0, |told| told.redacted),
            left_out: told.as_ref().map_or(0, |told| told.left_out),
            programs: &self.world.programs,
            hosts: &self.world.hosts,
            processes: &self.world.processes,
            files: self.world.files.as_ref(),
            users: self.world.users.as_ref(),
            stacks,
            stack,
            extras: self.extras,
            cgroups: &self.world.cgroups,
            mismatch: shown.mismatch,
            call: call.as_ref(),
            phase: shown.phase,
            policies: self.filters.policies(),
        };
        self.sinks
            .iter_mut()
            .try_for_each(|sink| sink.item(&item))?;
        Ok(Told::Shown)
    }

    /// Forgets the stacks of what is over.
    pub fn forget_stacks(&mut self, shown: &Shown<'_>) {
        let Some(stacks) = &mut self.world.stacks else {
            return;
        };
        for record in shown.beginning.into_iter().chain([shown.record]) {
            stacks.forget(shown.event, &record.header);
        }
    }

    /// Whether it is what those do of whom nothing is shown. That they are there, and what becomes of them,
    /// is told: it does not come of their reading.
    fn is_left_out(&self, shown: &Shown<'_>) -> bool {
        const LIVES: [&str; 2] = ["snapshot", "proc_life"];
        let header = &shown.record.header;
        let own = (header.host_pid, header.leader_start / TICK);
        let is_of_life = shown.event.sets.iter().any(|set| LIVES.contains(set));
        !is_of_life && self.without.contains(&own)
    }

    /// What filters want of an item. What is known of a call when it begins only grows, so what is
    /// wanted then is wanted when it ends.
    fn settle(&mut self, shown: &Shown<'_>) -> Settled {
        let mut settled = Settled {
            shows: false,
            records: false,
        };
        if !self.without.is_empty() && self.is_left_out(shown) {
            return settled;
        }
        let facts = Facts {
            event: shown.event,
            record: shown.record,
            call: shown.call,
            world: &self.world,
            clock: self.clock,
        };
        let truth = self.filters.check(&facts);
        if shown.phase == Phase::Enter {
            settled.shows = truth == Truth::Yes && self.filters.shows_beginning();
        } else if truth.keeps() {
            settled = self.filters.settle(&facts);
        }
        settled
    }
}

/// What is not told, and the record without it if that is anything of it.
fn redacted<'r>(
    redaction: Option<&'r (Redaction, Vec<u64>)>,
    shown: &Shown<'_>,
) -> (Option<&'r Redaction>, Option<redact::Told>) {
    let Some((redaction, lists)) = redaction else {
        return (None, None);
    };
    let fields = lists.get(usize::from(shown.event.id));
    let fields = fields.copied().filter(|fields| *fields != 0);
    let told = fields.and_then(|fields| redaction.record(shown.event, fields, shown.record));
    (Some(redaction), told)
}
