//! Giving the programs the plans by which they leave records out (`bpf/narrow.h`).

use std::io;

use libbpf_rs::{Map, MapCore as _, MapFlags, MapHandle, Object, ProgramInput};
use tracehound_schema::narrow::{EARLY, LATE, Plan};
use tracehound_schema::record::Header;
use tracehound_schema::{Event, all};

use crate::error::Error;
use crate::object::{self, Fixed, Flavour, Maps, Refusal, Sizes};

/// Plans that there is room for at least, since others can take their place.
const LEAST_ROOM: usize = 64;

/// How many plans there is to be room for.
pub(crate) fn room(plans: &[(&Event, Plan)]) -> usize {
    plans.len().max(LEAST_ROOM)
}

/// Entries of the map of plans; the first stays empty.
pub(crate) fn entries(room: usize) -> u32 {
    1 + room as u32
}

/// Whether there is room for any plan.
pub(crate) fn has_room(maps: &Maps) -> bool {
    maps.narrows.max_entries() > entries(0)
}

/// Where `narrows` lies among the words of `struct control`.
const NARROWS_WORD: usize = 7;

/// Tells the programs the plans, which they must not be using. Those that there is no room for leave
/// nothing out.
pub(crate) fn fill(maps: &Maps, plans: &[(&Event, Plan)]) -> Result<(), Error> {
    let mut numbers = 1..maps.narrows.max_entries();
    for (place, event) in all().enumerate() {
        let found = plans.iter().find(|plan| plan.0.id == event.id);
        let row = match found.and_then(|(_, plan)| Some((plan, numbers.next()?))) {
            Some((plan, number)) => {
                put(&maps.narrows, number, &plan.bytes())?;
                number | plan.moments(event.is_of_runner())
            }
            None => 0,
        };
        put(&maps.narrowed, place as u32, &row.to_ne_bytes())?;
    }
    Ok(())
}

fn put(map: &MapHandle, key: u32, value: &[u8]) -> Result<(), Error> {
    map.update(&key.to_ne_bytes(), value, MapFlags::ANY)
        .map_err(Error::bpf("telling the programs what to leave out"))
}

/// What the program is asked to do (`bpf/narrow/trial.h`).
#[derive(Clone, Copy, Debug)]
enum Trial {
    Record,
    Task,
    Header,
}

const DOING: &str = "having the kernel judge a record";

/// The programs' own judgement of records that user space makes, by which tests compare it with that
/// of the filters that plans are made from.
pub struct Judge {
    maps: Maps,
    object: Object,
}

impl Judge {
    /// Loads the program as each kernel gets it that this one takes it from.
    pub fn of_each_build() -> Result<Vec<Judge>, Error> {
        let builds: &[Flavour] = match Flavour::detect() {
            Flavour::Modern => &[Flavour::Modern, Flavour::Legacy],
            Flavour::Legacy => &[Flavour::Legacy],
        };
        builds.iter().map(|build| Judge::new(*build)).collect()
    }

    fn new(flavour: Flavour) -> Result<Judge, Error> {
        let sizes = Sizes {
            cpus: 1,
            lists: 1,
            switches: 1,
            plans: 1,
            code_files: 1,
        };
        let maps = Maps::create(flavour, sizes, Fixed::default(), None)?;
        let doing = "loading the program that judges records";
        let object = object::load(flavour, &maps, &["narrow__trial"]);
        let object = object.map_err(|refusal| match refusal {
            Refusal::Kernel(error) => Error::bpf(doing)(error),
            Refusal::Tracer(reason) => Error::io(doing)(io::Error::other(reason)),
            Refusal::NotBuilt => Error::io(doing)(io::Error::other("it was not built")),
        })?;
        let mut control = vec![0; maps.controls.value_size() as usize];
        control[NARROWS_WORD * 4..][..4].copy_from_slice(&1u32.to_ne_bytes());
        maps.controls
            .update(&0u32.to_ne_bytes(), &control, MapFlags::ANY)
            .map_err(Error::bpf(doing))?;
        Ok(Judge { maps, object })
    }

    /// Whether the plan keeps a record of the event of which the fields with these bits are known.
    pub fn keeps(
        &mut self,
        event: &Event,
        plan: &Plan,
        record: &[u8],
        known: u64,
    ) -> Result<bool, Error> {
        self.write(record).map_err(Error::bpf(DOING))?;
        self.judge(event, plan, Trial::Record, known)
    }

    /// Whether it keeps what the caller would do, before there is a record.
    pub fn keeps_caller(&mut self, event: &Event, plan: &Plan, ret: i64) -> Result<bool, Error> {
        self.judge(event, plan, Trial::Task, ret as u64)
    }

    /// The header that a record of the caller's has.
    pub fn header(&mut self) -> Result<Header, Error> {
        self.run(Trial::Header, 0, 0).map_err(Error::bpf(DOING))?;
        let value = self.record().and_then(|map| {
            map.lookup(&0u32.to_ne_bytes(), MapFlags::ANY)?
                .ok_or_else(missing)
        });
        let value = value.map_err(Error::bpf(DOING))?;
        Header::read(&value).ok_or_else(|| Error::bpf(DOING)(missing()))
    }

    fn judge(
        &mut self,
        event: &Event,
        plan: &Plan,
        trial: Trial,
        given: u64,
    ) -> Result<bool, Error> {
        let place = all().position(|other| other.id == event.id).unwrap_or(0);
        put(&self.maps.narrows, 1, &plan.bytes())?;
        // Asked whenever it is said to, whatever it can tell then.
        let always = 1 | EARLY | LATE;
        put(&self.maps.narrowed, place as u32, &always.to_ne_bytes())?;
        self.run(trial, place as u64, given)
            .map(|answer| answer == 1)
            .map_err(Error::bpf(DOING))
    }

    fn run(&mut self, trial: Trial, place: u64, given: u64) -> libbpf_rs::Result<u32> {
        let mut context = [trial as u64, place, given].map(u64::to_ne_bytes).concat();
        let mut programs = self.object.progs_mut();
        let program = programs.find(|one| one.name() == "narrow__trial");
        let output = program.ok_or_else(missing)?.test_run(ProgramInput {
            context_in: Some(&mut context),
            ..ProgramInput::default()
        })?;
        Ok(output.return_value)
    }

    fn record(&self) -> libbpf_rs::Result<Map<'_>> {
        let mut maps = self.object.maps();
        let map = maps.find(|map| map.name() == "trial_records");
        map.ok_or_else(missing)
    }

    /// Puts a record where the program looks for it.
    fn write(&self, record: &[u8]) -> libbpf_rs::Result<()> {
        let map = self.record()?;
        let mut value = record.to_vec();
        value.resize(map.value_size() as usize, 0);
        map.update(&0u32.to_ne_bytes(), &value, MapFlags::ANY)
    }
}

fn missing() -> libbpf_rs::Error {
    libbpf_rs::Error::from_raw_os_error(libc::ENOENT)
}
