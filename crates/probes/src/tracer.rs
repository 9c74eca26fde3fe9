//! A run on a live kernel: hooks are attached and proved, then records are read until its end.

mod account;
mod add;
mod choice;
mod controls;
mod end;
mod live;
mod narrowing;
mod part;
mod rings;

use libbpf_rs::MapHandle;
use tracehound_schema::narrow::Plan;
use tracehound_schema::record::Record;
use tracehound_schema::{Event, MadeBy};

use self::account::Past;
use self::add::Adding;
use self::controls::Controls;
use self::part::Part;
use crate::beside::Beside;
use crate::calls::CallOptions;
use crate::cgroup;
use crate::error::Error;
use crate::exports::Follow;
use crate::ladder::{Climb, Only, Outcome};
use crate::launch::Held;
use crate::machine;
use crate::narrow;
use crate::object::{self, Flavour};
use crate::reader::Reader;
use crate::scope::{self, Entry};

/// What to trace and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The events wanted.
    pub events: Vec<&'static Event>,
    /// Events that are traced for what is learnt from them: their records are marked as such.
    pub aside: Vec<&'static Event>,
    /// What of every ladder may be used.
    pub only: Only,
    /// Bytes of each CPU's ring, a power of two and at least a page.
    pub ring_size: usize,
    /// Only tasks that `follow` names, and their descendants.
    pub scoped: bool,
    /// What the tracer does itself, too.
    pub own: bool,
    /// What the kernel is to leave out of which events; none where it never is.
    pub narrowed: Option<Vec<(&'static Event, Plan)>>,
    /// How much of system calls is told.
    pub calls: CallOptions,
    /// What is told beside events.
    pub beside: Beside,
    /// Whether selected events of processes' lives tell all they can; else what tracing needs.
    pub whole_lives: bool,
    /// Whether arguments are told of processes for lists of them.
    pub lists: bool,
    /// Whether others may be selected later.
    pub changes: bool,
    /// Whether an event without any working rung is reported instead of fatal (`doctor`).
    pub lenient: bool,
}

/// A running tracer. Dropping it detaches everything.
pub struct Tracer {
    /// What is traced, the first of which is there to the end.
    parts: Vec<Part>,
    _rings: Vec<MapHandle>,
    reader: Reader,
    controls: Controls,
    flavour: Flavour,
    only: Only,
    calls: CallOptions,
    whole_lives: bool,
    /// Events that the tracer makes itself, with how many it has made.
    own: Vec<(&'static Event, u64)>,
    /// What others make of records.
    guests: Vec<Box<dyn Follow>>,
    /// Those that are only learnt from.
    aside: Vec<u16>,
    first: First,
    /// How many records of lives were lost when processes were last told again, and when that was.
    healed: Option<(u64, u64)>,
    /// When records of lives were counted, and how many each CPU had tried.
    tried_lives: (u64, Vec<u64>),
    adding: Option<Adding>,
    past: Past,
}

/// What is read before anything else: the snapshot, and what was recorded while it was taken.
#[derive(Debug, Default)]
struct First {
    bytes: Vec<u8>,
    records: usize,
    /// Processes that the snapshot had and that their fork tells.
    told_live: u64,
    /// Those that the iterator did not have.
    added: u64,
}

impl Tracer {
    /// Loads, attaches and proves every event's best rung. Nothing is recorded before `go_live`.
    pub fn start(options: &Options) -> Result<Tracer, Error> {
        machine::check()?;
        silence_libbpf();
        let cpus = libbpf_rs::num_possible_cpus().map_err(Error::bpf("counting CPUs"))?;
        let first = choice::first(options)?;
        let climbs = &first.0;
        let library = |climb: &&Climb| climb.outcome.event.made_by == MadeBy::Library;
        machine::have_files(cpus, climbs.len(), climbs.iter().filter(library).count())?;
        let flavour = Flavour::detect();
        let plans = options.narrowed.as_deref();
        let room = plans.map_or(0, narrow::room);
        let mut chosen = 0;
        if options.whole_lives {
            chosen |= choice::chosen(&options.events);
        }
        if options.lists {
            chosen |= choice::LISTED;
        }
        let controls = Controls {
            scoped: options.scoped,
            own: options.own,
            cpus,
            content: options.calls.content,
            chosen,
            beside: options.beside,
            choosable: if options.changes { u32::MAX } else { chosen },
            narrows: plans.is_some_and(|plans| !plans.is_empty()),
        };
        let mut part = Part::new(flavour, controls, first, room, None)?;
        narrow::fill(&part.maps, plans.unwrap_or_default())?;
        let (handles, rings) = rings::make(&part.maps, cpus, options.ring_size)?;
        let mut reader = Reader::new(rings, cpus);
        part.prove(controls, || {
            let mut batch = Vec::new();
            reader.read(u64::MAX, &mut batch, usize::MAX);
            Ok(batch)
        })?;
        let tracer = Tracer {
            parts: vec![part],
            _rings: handles,
            reader,
            controls,
            flavour,
            only: options.only.clone(),
            calls: options.calls,
            whole_lives: options.whole_lives,
            own: choice::own(&[&options.events[..], &options.aside].concat()),
            guests: Vec::new(),
            aside: options.aside.iter().map(|event| event.id).collect(),
            first: First::default(),
            healed: None,
            tried_lives: (0, Vec::new()),
            adding: None,
            past: Past::default(),
        };
        if !options.lenient {
            tracer.check_available(&options.events)?;
        }
        // Parsing the kernel's types took megabytes that are not needed again.
        // SAFETY: gives free memory back to the system, nothing else.
        unsafe { libc::malloc_trim(0) };
        object::forget();
        Ok(tracer)
    }

    /// What the kernel lacks is told and the rest traced; but there must be something to trace, and
    /// a command cannot be followed without its forks.
    fn check_available(&self, wanted: &[&'static Event]) -> Result<(), Error> {
        let lacks = |outcome: &&Outcome| outcome.used().is_none();
        // The first is the fork's.
        let fork = self.outcomes().next().filter(|_| self.controls.scoped);
        if let Some(outcome) = fork.filter(lacks) {
            return Err(Error::Unavailable(outcome.lack()));
        }
        let chosen = |outcome: &&Outcome| wanted.iter().any(|event| event.id == outcome.event.id);
        let mut chosen = self.outcomes().filter(chosen).peekable();
        let Some(first) = chosen.peek().map(|outcome| outcome.lack()) else {
            return Ok(());
        };
        if chosen.all(|outcome| lacks(&outcome)) {
            return Err(Error::Unavailable(first));
        }
        Ok(())
    }

    /// Has somebody else make records of events, of what is read from now on; the account counts them.
    pub fn invite(
        &mut self,
        events: impl IntoIterator<Item = &'static Event>,
        guest: Box<dyn Follow>,
    ) {
        self.own.extend(events.into_iter().map(|event| (event, 0)));
        self.guests.push(guest);
    }

    /// The number of the hierarchy whose cgroups records name; 0 for version 2.
    #[must_use]
    pub fn hierarchy(&self) -> u32 {
        cgroup::hierarchy().number
    }

    /// What became of every ladder.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.parts.iter().flat_map(Part::outcomes)
    }

    /// Puts a task and its future descendants in scope. It must not have started anything yet.
    pub fn follow(&self, pid: u32) -> Result<(), Error> {
        scope::enter(&self.parts[0].maps, self.flavour, pid, Entry::Running)
    }

    /// The same for a command that is held; its first own call is the one that executes it.
    pub fn follow_held(&self, held: &Held) -> Result<(), Error> {
        scope::enter(&self.parts[0].maps, self.flavour, held.pid(), Entry::Held)
    }
}

fn records(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (record, rest) = Record::split(bytes)?;
        bytes = rest;
        Some(record)
    })
}

/// Rungs that do not work are reported by us, one line each, not by libbpf's log.
fn silence_libbpf() {
    let show = std::env::var_os("TRACEHOUND_LIBBPF_LOG").is_some();
    let print: libbpf_rs::PrintCallback = |_, text| eprint!("{text}");
    libbpf_rs::set_print(show.then_some((libbpf_rs::PrintLevel::Debug, print)));
}

/// Nanoseconds since boot, as records count them.
#[must_use]
pub fn boot_time() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the buffer is ours and of the right type.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
