//! A run on a live kernel: hooks are attached and proved, then records are read until its end.

mod choice;
mod end;
mod live;
mod rings;

use libbpf_rs::{Link, MapCore as _, MapFlags, MapHandle};
use tracehound_schema::record::Record;
use tracehound_schema::{Event, MadeBy, all};

use crate::calls::{CallOptions, Group};
use crate::check::Checks;
use crate::ends::Ends;
use crate::error::Error;
use crate::exports::Loads;
use crate::ladder::{Climb, Only, Outcome};
use crate::launch::Held;
use crate::library::Libraries;
use crate::machine;
use crate::object::{self, Flavour, Maps, Sizes, Together};
use crate::preempt;
use crate::prove;
use crate::reader::Reader;
use crate::scope::{self, Entry};
use crate::snapshot;

const PROVING: u32 = 1;
const LIVE: u32 = 2;

/// What to trace and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// The events wanted.
    pub events: Vec<&'static Event>,
    /// What of every ladder may be used.
    pub only: Only,
    /// Bytes of each CPU's ring, a power of two and at least a page.
    pub ring_size: usize,
    /// Only tasks that `follow` names, and their descendants.
    pub scoped: bool,
    /// How much of system calls is told.
    pub calls: CallOptions,
    /// Whether selected events of processes' lives tell all they can; else what tracing needs.
    pub whole_lives: bool,
    /// Whether an event without any working rung is reported instead of fatal (`doctor`).
    pub lenient: bool,
}

/// A running tracer. Dropping it detaches everything.
pub struct Tracer {
    maps: Maps,
    _rings: Vec<MapHandle>,
    reader: Reader,
    climbs: Vec<Climb>,
    ends: Ends,
    calls: Group,
    content: u32,
    chosen: u32,
    libraries: Libraries,
    flavour: Flavour,
    scoped: bool,
    cpus: usize,
    /// Events that the tracer makes itself, with how many it has made.
    own: Vec<(&'static Event, u64)>,
    first: First,
    checks: Option<Checks>,
    loads: Option<Loads>,
}

/// What is read before anything else: the snapshot, and what was recorded while it was taken.
#[derive(Debug, Default)]
struct First {
    bytes: Vec<u8>,
    records: usize,
    /// Processes that the snapshot had and that their fork tells.
    told_live: u64,
}

impl Tracer {
    /// Loads, attaches and proves every event's best rung. Nothing is recorded before `go_live`.
    pub fn start(options: &Options) -> Result<Tracer, Error> {
        machine::check()?;
        silence_libbpf();
        let cpus = libbpf_rs::num_possible_cpus().map_err(Error::bpf("counting CPUs"))?;
        let (climbs, calls) = choice::climbs(options)?;
        let library = |climb: &&Climb| climb.outcome.event.made_by == MadeBy::Library;
        machine::have_files(cpus, climbs.len(), climbs.iter().filter(library).count())?;
        let flavour = Flavour::detect();
        let sizes = Sizes {
            cpus: cpus as u32,
            lists: calls.tables.lists.len() as u32,
            switches: calls.tables.switches.len() as u32,
        };
        let maps = Maps::create(flavour, sizes)?;
        calls.tables.fill(&maps)?;
        let (handles, rings) = rings::make(&maps, cpus, options.ring_size)?;
        let reader = Reader::new(rings, cpus);
        let events = climbs.iter().map(|climb| climb.outcome.event);
        let libraries = Libraries::new(flavour, &maps, events);
        let scoped = options.scoped;
        let mut tracer = Tracer {
            maps,
            _rings: handles,
            reader,
            climbs,
            ends: Ends::default(),
            calls,
            content: options.calls.content,
            chosen: if options.whole_lives {
                choice::chosen(&options.events)
            } else {
                0
            },
            libraries,
            flavour,
            scoped,
            cpus,
            own: choice::own(&options.events),
            first: First::default(),
            checks: None,
            loads: None,
        };
        tracer.prove()?;
        if !options.lenient {
            tracer.check_available(&options.events)?;
        }
        // Parsing the kernel's types took megabytes that are not needed again.
        // SAFETY: gives free memory back to the system, nothing else.
        unsafe { libc::malloc_trim(0) };
        object::forget();
        Ok(tracer)
    }

    /// Tries rungs until each event has a proved one or none left.
    fn prove(&mut self) -> Result<(), Error> {
        self.set_phase(PROVING)?;
        let proofs = self.calls.proofs();
        let first: Vec<String> = self.climbs.iter().filter_map(Climb::next).collect();
        let mut loaded = Together::load(self.flavour, &self.maps, first);
        while !self.done() {
            for climb in &mut self.climbs {
                climb.step(
                    self.flavour,
                    &self.maps,
                    &self.libraries,
                    &self.ends,
                    loaded.as_ref(),
                );
            }
            loaded = None;
            self.calls.step(self.flavour, &self.maps);
            if self.done() {
                break;
            }
            let waiting = self.climbs.iter().filter(|climb| !climb.is_judged());
            let waiting: Vec<_> = waiting.map(|climb| climb.outcome.event.name).collect();
            let calls = prove::run(&proofs, &waiting)
                .map_err(Error::io("starting the child that proves hooks"))?;
            let mut batch = Vec::new();
            self.reader.read(u64::MAX, &mut batch, usize::MAX);
            self.prove_iterators()?;
            let made: Result<Vec<_>, Error> = self.climbs.iter().map(|c| self.made(c)).collect();
            for (climb, made) in self.climbs.iter_mut().zip(made?) {
                climb.judge(calls, made, records(&batch));
            }
            self.calls.judge(calls, &self.maps);
        }
        self.set_phase(0)?;
        Ok(())
    }

    /// Reads the iterators that are attached, with an object of each kind there.
    fn prove_iterators(&self) -> Result<(), Error> {
        let _socket = std::os::unix::net::UnixDatagram::unbound();
        self.iterators()
            .try_for_each(|(event, link)| snapshot::read(link, event).map(drop))
    }

    /// The attached iterators.
    fn iterators(&self) -> impl Iterator<Item = (&'static Event, &Link)> {
        self.climbs.iter().filter_map(|climb| {
            let event = climb.outcome.event;
            let link = climb.attached.as_ref()?.links.first()?;
            (event.made_by == MadeBy::Snapshot).then_some((event, link))
        })
    }

    /// Records that an event's programs have made so far.
    fn made(&self, climb: &Climb) -> Result<u64, Error> {
        let id = climb.outcome.event.id;
        let index = all().position(|event| event.id == id).unwrap_or(0);
        Ok(self.sum(index as u32)?[0])
    }

    fn done(&self) -> bool {
        self.climbs.iter().all(Climb::done) && self.calls.done()
    }

    /// What the kernel lacks is told and the rest traced; but there must be something to trace, and
    /// a command cannot be followed without its forks.
    fn check_available(&self, wanted: &[&'static Event]) -> Result<(), Error> {
        let lacks = |outcome: &&Outcome| outcome.used().is_none();
        // The first is the fork's.
        let fork = self.outcomes().next().filter(|_| self.scoped);
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

    /// What became of every ladder.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let climbs = self.climbs.iter().map(|climb| &climb.outcome);
        climbs.chain(&self.calls.outcomes)
    }

    /// Puts a task and its future descendants in scope. It must not have started anything yet.
    pub fn follow(&self, pid: u32) -> Result<(), Error> {
        scope::enter(&self.maps, self.flavour, pid, Entry::Running)
    }

    /// The same for a command that is held; its first own call is the one that executes it.
    pub fn follow_held(&self, held: &Held) -> Result<(), Error> {
        scope::enter(&self.maps, self.flavour, held.pid(), Entry::Held)
    }

    fn set_phase(&self, phase: u32) -> Result<(), Error> {
        self.set_controls(phase, 0)
    }

    /// `live_since`: what started before is told by the snapshot.
    fn set_controls(&self, phase: u32, live_since: u64) -> Result<(), Error> {
        let values = [
            phase,
            std::process::id(),
            u32::from(self.scoped),
            self.cpus as u32,
            u32::from(preempt::preempts()),
            self.content,
            self.chosen,
            0,
        ];
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_ne_bytes())
            .chain(live_since.to_ne_bytes())
            .collect();
        self.maps
            .controls
            .update(&0u32.to_ne_bytes(), &bytes, MapFlags::ANY)
            .map_err(Error::bpf("setting the phase"))
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
