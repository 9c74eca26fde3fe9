//! Events that were asked for at the same time, with maps of their own by which their programs are told
//! what to do: so that hooks can be added to a run whose others go on undisturbed.

use libbpf_rs::{Link, MapCore as _, MapFlags};
use tracehound_schema::{Event, MadeBy, all};

use super::account::Past;
use super::controls::{Controls, Phase};
use super::records;
use crate::calls::Group;
use crate::check::Checks;
use crate::ends::Ends;
use crate::error::Error;
use crate::exports::Follow;
use crate::ladder::{Climb, Outcome};
use crate::library::Libraries;
use crate::object::{self, Attached, Fixed, Flavour, Maps, Sizes, Together};
use crate::types::Types;
use crate::{check, exports, helpers, prove, snapshot};

/// A part of what is traced. Dropping it detaches it.
pub(super) struct Part {
    pub maps: Maps,
    pub climbs: Vec<Climb>,
    pub calls: Group,
    pub ends: Ends,
    pub libraries: Libraries,
    pub checks: Option<Checks>,
    /// What looks at files that records tell of.
    pub files: Vec<Box<dyn Follow>>,
    /// Events that the tracer makes itself.
    pub own: Vec<&'static Event>,
    flavour: Flavour,
    /// What was loaded with the maps, for the first step.
    loaded: Option<Together>,
}

/// What a part shares with those that were there before.
pub(super) struct Shared {
    pub maps: Maps,
    pub ends: Ends,
}

impl Part {
    /// Prepares a part; nothing is loaded yet. `room` is for plans, of which parts share those of the
    /// first.
    pub fn new(
        flavour: Flavour,
        controls: Controls,
        (climbs, calls): (Vec<Climb>, Group),
        room: usize,
        shared: Option<Shared>,
    ) -> Result<Part, Error> {
        let sizes = Sizes {
            cpus: controls.cpus as u32,
            lists: calls.tables.lists.len() as u32,
            switches: calls.tables.switches.len() as u32,
            plans: room,
            code_files: controls.beside.files(),
        };
        let fixed = Fixed {
            choosable: controls.choosable,
            beside: controls.beside,
        };
        let before = shared.as_ref().map(|shared| &shared.maps);
        // What this kernel lacks is known by its types.
        let _types = Types::of(flavour);
        let prefixes = next(&climbs, &calls);
        let (maps, loaded) = Together::create(flavour, sizes, fixed, before, prefixes)?;
        calls.tables.fill(&maps)?;
        helpers::fill(&maps, climbs.iter().map(|climb| climb.outcome.event))?;
        let events = climbs.iter().map(|climb| climb.outcome.event);
        let libraries = Libraries::new(flavour, &maps, events);
        Ok(Part {
            maps,
            climbs,
            calls,
            ends: shared.map(|shared| shared.ends).unwrap_or_default(),
            libraries,
            checks: None,
            files: Vec::new(),
            own: Vec::new(),
            flavour,
            loaded: Some(loaded),
        })
    }

    /// What further parts share with this one.
    pub fn shared(&self) -> Result<Shared, Error> {
        Ok(Shared {
            maps: self.maps.again()?,
            ends: self.ends.clone(),
        })
    }

    /// Tries rungs until each event has a proved one or none left; `read` gives what was recorded since
    /// it was asked last.
    pub fn prove(
        &mut self,
        controls: Controls,
        mut read: impl FnMut() -> Result<Vec<u8>, Error>,
    ) -> Result<(), Error> {
        for climb in &mut self.climbs {
            climb.begin(made(&self.maps, climb.outcome.event)?);
        }
        controls.tell(&self.maps, Phase::Proving)?;
        let proofs = self.calls.proofs();
        while !self.done() {
            self.step();
            if self.done() {
                break;
            }
            let waiting = self.climbs.iter().filter(|climb| !climb.is_judged());
            let waiting: Vec<_> = waiting.map(|climb| climb.outcome.event.name).collect();
            let calls = prove::run(&proofs, &waiting)
                .map_err(Error::io("starting the child that proves hooks"))?;
            self.prove_iterators()?;
            let batch = read()?;
            for climb in &mut self.climbs {
                let made = made(&self.maps, climb.outcome.event)?;
                climb.judge(calls, made, records(&batch));
            }
            self.calls.judge(calls, &self.maps);
        }
        controls.tell(&self.maps, Phase::Idle)
    }

    fn step(&mut self) {
        let loaded = self.loaded.take().unwrap_or_else(|| {
            let prefixes = next(&self.climbs, &self.calls);
            Together::load(self.flavour, &self.maps, prefixes)
        });
        for climb in &mut self.climbs {
            climb.step(
                self.flavour,
                &self.maps,
                &self.libraries,
                &self.ends,
                &loaded,
            );
        }
        self.calls.step(self.flavour, &self.maps, &loaded);
    }

    fn done(&self) -> bool {
        self.climbs.iter().all(Climb::done) && self.calls.done()
    }

    /// Reads the iterators that are attached, with an object of each kind there.
    fn prove_iterators(&self) -> Result<(), Error> {
        let _socket = std::os::unix::net::UnixDatagram::unbound();
        self.iterators()
            .try_for_each(|(event, link)| snapshot::read(link, event).map(drop))
    }

    /// The attached iterators.
    pub fn iterators(&self) -> impl Iterator<Item = (&'static Event, &Link)> {
        self.climbs.iter().filter_map(|climb| {
            let event = climb.outcome.event;
            let link = climb.attached.as_ref()?.links.first()?;
            (event.made_by == MadeBy::Snapshot).then_some((event, link))
        })
    }

    /// Whether its iterators tell of processes.
    pub fn tells_processes(&self) -> bool {
        self.iterators()
            .any(|one| one.0.name == snapshot::PROCESSES)
    }

    /// What became of every ladder.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let climbs = self.climbs.iter().map(|climb| &climb.outcome);
        climbs.chain(&self.calls.outcomes)
    }

    /// Starts checking and looking at what the tracer makes events of itself; tells what was found.
    pub fn watch(&mut self, own: &[&'static Event]) -> Vec<snapshot::Made> {
        self.own = own.to_vec();
        let checks = Checks::start(own, self.flavour, &self.maps);
        let (findings, checks) = checks.unzip();
        self.checks = checks;
        self.files = exports::start(own);
        findings.unwrap_or_default()
    }
}

impl Part {
    /// Whether an event is traced by it.
    pub fn traces(&self, event: &Event) -> bool {
        let mut own = self.own.iter();
        own.any(|own| own.id == event.id)
            || self.outcomes().any(|outcome| outcome.event.id == event.id)
    }

    /// Whether anything of it is at work.
    pub fn is_of_use(&self) -> bool {
        let hooks = self.calls.attached.is_some() || !self.climbs.is_empty();
        hooks || self.checks.is_some() || !self.files.is_empty()
    }

    /// Detaches what is not wanted, and notes what is gone.
    pub fn keep(&mut self, wanted: impl Fn(&Event) -> bool, past: &mut Past) -> Result<(), Error> {
        let all = std::mem::take(&mut self.climbs).into_iter();
        let (kept, mut gone): (Vec<_>, Vec<_>) = all.partition(|climb| wanted(climb.outcome.event));
        self.climbs = kept;
        let attached = gone.iter_mut().filter_map(|climb| climb.attached.as_mut());
        object::detach(attached);
        for climb in &gone {
            let missed = climb.attached.as_ref().map_or(0, Attached::misses);
            past.note(climb.outcome.event, missed);
        }
        let (gone, missed) = self.calls.leave(&self.maps, &wanted)?;
        gone.into_iter().for_each(|event| past.note(event, 0));
        past.missed_calls += missed;
        self.own.retain(|event| wanted(event));
        if !self.own.iter().any(|event| check::makes(event)) {
            self.checks = None;
        }
        if !self.own.iter().any(|event| exports::makes(event)) {
            self.files.clear();
        }
        Ok(())
    }
}

/// What the names of the programs start with that are tried next.
fn next(climbs: &[Climb], calls: &Group) -> Vec<String> {
    let mut next: Vec<_> = climbs.iter().flat_map(Climb::next).collect();
    if let Some((rung, prefixes)) = calls.next() {
        next.extend(prefixes.into_iter().map(|prefix| (rung, prefix)));
    }
    // What a kernel refuses it mostly refuses of a whole rung.
    next.sort_unstable();
    let mut prefixes = Vec::new();
    for (_, prefix) in next {
        // Rungs of several names share the program at the ends of calls.
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    prefixes
}

/// Where an event has its row in the account.
pub(super) fn row_of(event: &Event) -> u32 {
    all().position(|other| other.id == event.id).unwrap_or(0) as u32
}

/// Records that an event's programs have made so far.
fn made(maps: &Maps, event: &Event) -> Result<u64, Error> {
    Ok(sums(maps, row_of(event))?[0])
}

/// A row of the account as the programs keep it: made, filtered, dropped.
pub(super) fn sums(maps: &Maps, row: u32) -> Result<[u64; 3], Error> {
    let found = maps.counts.lookup_percpu(&row.to_ne_bytes(), MapFlags::ANY);
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

pub(super) fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|word| u64::from_ne_bytes(*word))
}
