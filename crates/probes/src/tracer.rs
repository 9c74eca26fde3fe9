//! A run on a live kernel: start, prove, read, stop.

use std::collections::HashMap;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::time::{Duration, Instant};

use libbpf_rs::{Link, MapCore as _, MapFlags, MapHandle, MapType};
use tracehound_schema::record::Record;
use tracehound_schema::{Event, MadeBy, all, by_name};

use crate::account::{Account, Count};
use crate::calls::{CallOptions, Group};
use crate::check;
use crate::check::Checks;
use crate::error::Error;
use crate::exports::{self, Loads};
use crate::ladder::{Climb, Only, Outcome};
use crate::launch::Held;
use crate::library::Libraries;
use crate::machine;
use crate::object::{self, Attached, Flavour, Maps, Sizes, Together};
use crate::preempt;
use crate::prove;
use crate::reader::Reader;
use crate::ring::Ring;
use crate::scope::{self, Entry};
use crate::snapshot::{self, Made};

/// Process life-cycle events: following a command and naming processes rest on them.
const LIFE: [&str; 3] = [
    "sched_process_fork",
    "sched_process_exec",
    "sched_process_exit",
];
const EXIT: &str = "sched_process_exit";
const PROVING: u32 = 1;
const LIVE: u32 = 2;
/// The life ring: processes come and go slowly, so one for all CPUs.
const LIFE_RING: usize = 4 << 20;

/// How long the end of a run waits for files that are looked at.
const PATIENCE: Duration = Duration::from_secs(2);

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
        let (climbs, calls) = climbs(options)?;
        let library = |climb: &&Climb| climb.outcome.event.made_by == MadeBy::Library;
        machine::check_files(cpus, climbs.len(), climbs.iter().filter(library).count())?;
        let flavour = Flavour::detect();
        let sizes = Sizes {
            cpus: cpus as u32,
            lists: calls.tables.lists.len() as u32,
            switches: calls.tables.switches.len() as u32,
        };
        let maps = Maps::create(flavour, sizes)?;
        calls.tables.fill(&maps)?;
        let (handles, rings) = make_rings(&maps, cpus, options.ring_size)?;
        let reader = Reader::new(rings, cpus);
        let events = climbs.iter().map(|climb| climb.outcome.event);
        let libraries = Libraries::new(flavour, &maps, events);
        let scoped = options.scoped;
        let mut tracer = Tracer {
            maps,
            _rings: handles,
            reader,
            climbs,
            calls,
            content: options.calls.content,
            chosen: if options.whole_lives {
                chosen(&options.events)
            } else {
                0
            },
            libraries,
            flavour,
            scoped,
            cpus,
            own: own(&options.events),
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
                climb.step(self.flavour, &self.maps, &self.libraries, loaded.as_ref());
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
    fn take_own(&mut self, all: &[Made], batch: &mut Vec<u8>) {
        for made in all {
            batch.extend_from_slice(&made.bytes);
            if let Some(own) = self.own.iter_mut().find(|own| own.0.id == made.event.id) {
                own.1 += made.count;
            }
        }
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

    fn sum(&self, index: u32) -> Result<[u64; 3], Error> {
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

fn records(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (record, rest) = Record::split(bytes)?;
        bytes = rest;
        Some(record)
    })
}

/// A bit for each life-cycle event that is selected; the others tell no more than is needed.
fn chosen(events: &[&'static Event]) -> u32 {
    let bit = |name: &str| u32::from(events.iter().any(|event| event.name == name));
    let bits = LIFE.iter().enumerate();
    bits.map(|(place, name)| bit(name) << place).sum()
}

/// The selected events that the tracer makes of what it reads elsewhere than in the rings.
fn own(events: &[&'static Event]) -> Vec<(&'static Event, u64)> {
    let made =
        |event: &&&Event| snapshot::is_made(event) || check::makes(event) || exports::makes(event);
    events
        .iter()
        .filter(made)
        .map(|event| (*event, 0))
        .collect()
}

/// The selected events that have programs, and the life cycle behind them.
fn climbs(options: &Options) -> Result<(Vec<Climb>, Group), Error> {
    let mut events: Vec<&'static Event> = LIFE.iter().filter_map(|name| by_name(name)).collect();
    for event in &options.events {
        let hooked = event.made_by != MadeBy::Tracer;
        if hooked && !events.iter().any(|other| other.id == event.id) {
            events.push(event);
        }
    }
    // Its program forgets the thread; what else sits on the same tracepoint must come before.
    if let Some(at) = events.iter().position(|event| event.name == EXIT) {
        let exit = events.remove(at);
        events.push(exit);
    }
    let only = &options.only;
    if let Only::Named(name) = only
        && !events.iter().any(|event| event.ladder.contains(&&**name))
    {
        return Err(Error::UnknownRung(name.clone()));
    }
    let preempts = preempt::preempts();
    let calls = Group::new(&events, only, preempts, options.calls);
    let climbs = events
        .into_iter()
        .filter(|event| event.made_by != MadeBy::Syscall)
        .map(|event| Climb::new(event, only, preempts))
        .collect();
    Ok((climbs, calls))
}

fn make_rings(maps: &Maps, cpus: usize, size: usize) -> Result<(Vec<MapHandle>, Vec<Ring>), Error> {
    let mut handles = Vec::with_capacity(cpus + 1);
    let mut rings = Vec::with_capacity(cpus + 1);
    for index in 0..=cpus {
        let size = if index == cpus { LIFE_RING } else { size };
        let options = libbpf_sys::bpf_map_create_opts {
            sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
            ..Default::default()
        };
        let handle = MapHandle::create(MapType::RingBuf, Some("ring"), 0, 0, size as u32, &options)
            .map_err(Error::bpf("creating a ring"))?;
        let fd = handle.as_fd().as_raw_fd().to_ne_bytes();
        maps.rings
            .update(&(index as u32).to_ne_bytes(), &fd, MapFlags::ANY)
            .map_err(Error::bpf("installing a ring"))?;
        rings.push(Ring::map(handle.as_fd(), size).map_err(Error::io("mapping a ring"))?);
        handles.push(handle);
    }
    Ok((handles, rings))
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
