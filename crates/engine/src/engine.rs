//! The ordered middle of the pipeline: records in, checked and named events out to the sinks.

use std::io;

use tracehound_schema::record::{ASIDE, ENTRY, Header, Record};
use tracehound_schema::syscalls::Syscall;
use tracehound_schema::{Event, all, by_name};

use crate::calls::{Call, Join, Life, Phase};
use crate::clock::Clock;
use crate::derive::{self, Derive};
use crate::extra::{Extra, Extras};
use crate::files::Files;
use crate::filter::{Counted, Filters, Named};
use crate::integrity::{self, Mismatch};
use crate::listing::Listing;
use crate::output::{Output, Shown, Told};
use crate::pieces::Pieces;
use crate::plan::{Plan, Selection};
use crate::redact::{self, Redaction};
use crate::sink::Sink;
use crate::stacks::Stacks;
use crate::users::Users;
use crate::world::World;

/// What a record is of a call.
enum Part<'r> {
    /// The beginning.
    Beginning,
    /// The end, and the beginning if it was seen.
    End(Option<&'r Record<'r>>),
    /// A beginning whose end was not seen.
    CutOff,
}

/// Other policies for a run that goes on.
#[derive(Debug)]
pub struct Change {
    /// The events to show.
    pub selection: Selection,
    /// The policies.
    pub policies: Vec<Named>,
}

/// Decodes, checks and hands on.
pub struct Engine {
    plans: Vec<Option<Plan>>,
    output: Output,
    join: Join,
    life: Life,
    derivers: Vec<Box<dyn Derive>>,
    pieces: Pieces,
    /// Disagreements between user memory and the kernel.
    pub mismatches: u64,
    /// Records that could not be read: not whole, or of no known event.
    pub unreadable: u64,
    /// Records that are told with a later one: beginnings of calls, pieces of lists.
    pub joined: u64,
    /// Records that nobody wants: of other events, or beyond the number wanted.
    pub unwanted: u64,
}

impl Engine {
    /// Prepares an engine; `max` stops showing after so many events.
    #[must_use]
    pub fn new(selection: &Selection, max: Option<u64>, sinks: Vec<Sink>) -> Engine {
        let highest = all().map(|event| event.id).max().unwrap_or(0);
        let mut plans: Vec<Option<Plan>> = (0..=highest).map(|_| None).collect();
        for event in all() {
            plans[usize::from(event.id)] = Some(Plan::new(event, selection));
        }
        Engine {
            plans,
            output: Output {
                sinks,
                world: World::new(),
                filters: Filters::default(),
                extras: Extras::default(),
                redaction: None,
                without: Vec::new(),
                clock: Clock::default(),
                left: max,
                shown: 0,
            },
            join: Join::default(),
            life: Life::new(),
            derivers: derivers(selection),
            pieces: Pieces::default(),
            mismatches: 0,
            unreadable: 0,
            joined: 0,
            unwanted: 0,
        }
    }

    /// Shows only what filters do not surely exclude; `clock` is that of the records.
    #[must_use]
    pub fn with_filters(mut self, filters: Filters, clock: Clock) -> Engine {
        if filters.needs_processes() {
            self.output.world.know_processes();
        }
        self.output.filters = filters;
        self.output.clock = clock;
        self
    }

    /// Takes the cgroups that records name as those of this hierarchy; without, it is that of version 2.
    #[must_use]
    pub fn in_hierarchy(mut self, number: u32) -> Engine {
        self.output.world.cgroups.hierarchy = u64::from(number);
        self
    }

    /// Tells of events also what is asked for beside them.
    #[must_use]
    pub fn with_extras(mut self, extras: Extras) -> Engine {
        if extras.needs_processes() {
            self.output.world.know_processes();
        }
        if extras.has(Extra::Hashes) || extras.has(Extra::Packages) {
            self.output.world.files = Some(Files::default());
        }
        if extras.has(Extra::Users) {
            self.output.world.users = Some(Users::default());
        }
        if extras.needs_stacks() {
            self.output.world.stacks = Some(Stacks::default());
        }
        self.output.extras = extras;
        self
    }

    /// Leaves out of what is told what this says; without, all is told.
    #[must_use]
    pub fn with_redaction(mut self, redaction: Option<Redaction>) -> Engine {
        let fields =
            |plan: &Option<Plan>| plan.as_ref().map_or(0, |plan| redact::fields(plan.event));
        let lists = self.plans.iter().map(fields).collect();
        self.output.redaction = redaction.map(|redaction| (redaction, lists));
        self
    }

    /// Learns who runs; `clock` is that of the records.
    #[must_use]
    pub fn of_processes(mut self, clock: Clock) -> Engine {
        self.output.world.know_processes();
        self.output.world.users = Some(Users::default());
        self.output.clock = clock;
        self
    }

    /// The processes that run, as far as records tell.
    #[must_use]
    pub fn processes(&self) -> Listing<'_> {
        let redaction = self.output.redaction.as_ref();
        let redaction = redaction.map(|(redaction, _)| redaction);
        Listing::new(&self.output.world, self.output.clock, redaction)
    }

    /// Shows nothing of what these processes do: each an id in the initial namespace, and when it started in
    /// hundredths of a second since boot.
    #[must_use]
    pub fn without(mut self, processes: Vec<(u32, u64)>) -> Engine {
        self.output.without = processes;
        self
    }

    /// Shows from the next record on what these policies want; what is theirs already goes on.
    pub fn change(&mut self, change: Change) {
        for plan in self.plans.iter_mut().flatten() {
            plan.shown = change.selection.has(plan.event.id);
        }
        for one in derivers(&change.selection) {
            let mut known = self.derivers.iter();
            if !known.any(|known| known.makes() == one.makes()) {
                self.derivers.push(one);
            }
        }
        let before = std::mem::take(&mut self.output.filters);
        self.output.filters = before.replaced(change.policies);
        if self.output.filters.needs_processes() {
            self.output.world.know_processes();
        }
    }

    /// Takes a batch of records. The error is a sink's.
    pub fn feed(&mut self, batch: &[u8]) -> io::Result<()> {
        for sink in &mut self.output.sinks {
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

    /// Events shown.
    #[must_use]
    pub const fn shown(&self) -> u64 {
        self.output.shown
    }

    /// The events of which filters left records out, with the numbers of ends (or whole events) and
    /// of beginnings.
    pub fn left_out(&self) -> impl Iterator<Item = (u16, u64, u64)> {
        self.output.filters.left_out()
    }

    /// What became of the rules of policies.
    pub fn counted(&self) -> impl Iterator<Item = Counted<'_>> {
        self.output.filters.counted()
    }

    /// Beginnings of calls that were not kept, since too many threads are in calls at once.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.join.forgotten
    }

    /// Processes that there was no room to remember.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.output.world.processes.refused()
    }

    /// Whether as many events as wanted have been shown.
    #[must_use]
    pub fn full(&self) -> bool {
        self.output.left == Some(0)
    }

    /// Writes out what the sinks hold.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.sinks.iter_mut().try_for_each(Sink::flush)
    }

    /// Tells the calls that have not ended, at the end of a run, and writes all out.
    pub fn finish(&mut self) -> io::Result<()> {
        for kept in self.join.drain() {
            self.cut_off(Some(kept))?;
        }
        self.output.sinks.iter_mut().try_for_each(Sink::finish)
    }

    fn record(&mut self, record: &Record<'_>) -> io::Result<()> {
        let id = usize::from(record.header.event);
        let plan = self.plans.get(id).and_then(Option::as_ref);
        let Some(plan) = plan.filter(|plan| plan.is_whole(record)) else {
            self.unreadable += 1;
            return Ok(());
        };
        self.output.world.observe(&record.header);
        if let Some(row) = plan.event.call {
            self.output.world.called(&record.header);
            return if plan.shown {
                self.call(row, record)
            } else {
                self.unwanted += 1;
                Ok(())
            };
        }
        let (event, shown) = (plan.event, plan.shown);
        if self.pieces.keep(record) {
            self.joined += 1;
            return Ok(());
        }
        if let Some(whole) = self.pieces.whole(record)
            && let Some((record, _)) = Record::split(&whole)
        {
            return self.event(event, shown, &record);
        }
        self.event(event, shown, record)
    }

    /// A whole record of what is no call.
    fn event(&mut self, event: &'static Event, shown: bool, record: &Record<'_>) -> io::Result<()> {
        let plan = &self.plans[usize::from(event.id)];
        self.output.learn(event, record);
        if record.header.flags & ASIDE != 0 {
            self.output.world.forget(event, record);
            if shown {
                self.output.filters.leave_out(event, 1, 0);
            } else {
                self.unwanted += 1;
            }
            return Ok(());
        }
        let mut checkers = plan.iter().flat_map(|plan| &plan.checkers);
        let mismatch = checkers.find_map(|check| check.check(record));
        let cut_off = self.life.learn(event, record, &mut self.join);
        self.cut_off(cut_off)?;
        if shown {
            self.show(event, record, mismatch.as_ref())?;
        } else {
            self.unwanted += 1;
        }
        if let Some(mismatch) = mismatch {
            self.mismatch(event, &record.header, &mismatch)?;
        }
        self.derive(event, record)?;
        self.output.world.forget(event, record);
        Ok(())
    }

    /// Tells the events that follow from a record.
    fn derive(&mut self, event: &'static Event, record: &Record<'_>) -> io::Result<()> {
        let mut made = Vec::new();
        for one in &mut self.derivers {
            one.derive(event, record, &self.output.world, &mut made);
        }
        for bytes in made {
            if let Some((record, _)) = Record::split(&bytes) {
                self.record(&record)?;
            }
        }
        Ok(())
    }

    /// A record of a selected call.
    fn call(&mut self, row: &'static Syscall, record: &Record<'_>) -> io::Result<()> {
        if record.header.flags & ENTRY == 0 {
            let joined = self.join.end(record);
            self.cut_off(joined.cut_off)?;
            let beginning = joined.beginning.as_deref().and_then(Record::split);
            let beginning = beginning.map(|(beginning, _)| beginning);
            self.part(row, record, &Part::End(beginning.as_ref()))?;
            if let Some(kept) = joined.beginning {
                self.join.recycle(kept);
            }
            return Ok(());
        }
        if row.never_returns {
            let cut_off = self.join.take(record.header.host_tid);
            self.cut_off(cut_off)?;
            self.part(row, record, &Part::Beginning)?;
            return self.part(row, record, &Part::End(None));
        }
        let (cut_off, kept) = self.join.begin(record);
        self.cut_off(cut_off)?;
        self.unwanted += u64::from(!kept);
        self.part(row, record, &Part::Beginning)
    }

    /// Tells a call whose end was not seen.
    fn cut_off(&mut self, kept: Option<Vec<u8>>) -> io::Result<()> {
        let Some(kept) = kept else {
            return Ok(());
        };
        if let Some((record, _)) = Record::split(&kept) {
            let id = usize::from(record.header.event);
            let plan = self.plans.get(id).and_then(Option::as_ref);
            match plan.map(|plan| (plan.shown, plan.event.call)) {
                Some((true, Some(row))) => self.part(row, &record, &Part::CutOff)?,
                // It was shown when the call began.
                _ => self.unwanted += 1,
            }
        }
        self.join.recycle(kept);
        Ok(())
    }

    fn part(
        &mut self,
        row: &'static Syscall,
        record: &Record<'_>,
        part: &Part<'_>,
    ) -> io::Result<()> {
        let id = usize::from(record.header.event);
        let Some(plan) = self.plans.get(id).and_then(Option::as_ref) else {
            return Ok(());
        };
        let prepared = plan.prepared(row, &record.header);
        let (phase, call) = match part {
            Part::Beginning => (Phase::Enter, Call::new(prepared, Some(record), None)),
            Part::CutOff => (Phase::Unfinished, Call::new(prepared, Some(record), None)),
            Part::End(None) if record.header.flags & ENTRY != 0 => {
                (Phase::Exit, Call::new(prepared, Some(record), None))
            }
            Part::End(beginning) => (Phase::Exit, Call::new(prepared, *beginning, Some(record))),
        };
        let event = plan.event;
        let shown = Shown {
            event,
            record,
            mismatch: None,
            call: Some(&call),
            beginning: match part {
                Part::End(beginning) => *beginning,
                _ => None,
            },
            phase,
        };
        let told = self.output.show(&shown)?;
        if phase != Phase::Enter {
            self.output.forget_stacks(&shown);
        }
        let is_beginning = u64::from(record.header.flags & ENTRY != 0);
        let joined = u64::from(matches!(part, Part::End(Some(_))));
        match told {
            Told::Shown => self.joined += joined,
            Told::Unwanted => {
                self.joined += joined;
                self.unwanted += 1;
            }
            // Its end decides on a beginning.
            Told::LeftOut if phase == Phase::Enter => {}
            Told::LeftOut => {
                let filters = &mut self.output.filters;
                filters.leave_out(event, 1 - is_beginning, is_beginning + joined);
            }
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

    fn show(
        &mut self,
        event: &'static Event,
        record: &Record<'_>,
        mismatch: Option<&Mismatch>,
    ) -> io::Result<()> {
        let told = self.output.show(&Shown {
            event,
            record,
            mismatch,
            call: None,
            beginning: None,
            phase: Phase::Exit,
        })?;
        match told {
            Told::Shown => {}
            Told::Unwanted => self.unwanted += 1,
            Told::LeftOut => self.output.filters.leave_out(event, 1, 0),
        }
        Ok(())
    }
}

/// What makes any of the selected events.
fn derivers(selection: &Selection) -> Vec<Box<dyn Derive>> {
    let wanted = |name: &str| by_name(name).is_some_and(|event| selection.has(event.id));
    let all = derive::all().into_iter();
    all.filter(|one| one.makes().iter().any(|name| wanted(name)))
        .collect()
}
