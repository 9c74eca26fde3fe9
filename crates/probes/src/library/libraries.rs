//! The libraries of a run: found, told apart, probed.

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::time::{Duration, Instant};

use libbpf_rs::{MapCore as _, MapFlags};
use tracehound_schema::{Event, MadeBy, Rung};

use super::attach::{arguments, attach};
use super::cache::host_libraries;
use super::identity::Identifier;
use super::mapped::{self, Key, Mapping};
use super::symbols::{self, Functions};
use super::watch::{Note, Watch};
use crate::ladder::Climb;
use crate::object::{Attached, Flavour, Maps, load, prefix};
use crate::scope;
use crate::tracer::boot_time;

/// Files remembered as looked at; more are looked at again.
const MAX_SEEN: usize = 1 << 16;
/// Mappings that wait to be looked at; with more, all processes are looked at instead.
const MAX_PENDING: usize = 4096;
/// How long the rings may wait for libraries; a 4 MiB ring takes 9 ms to fill at the very least.
const PATIENCE: Duration = Duration::from_millis(2);
/// Failures listed; a process could cause as many as it likes.
const MAX_FAILURES: usize = 64;
/// Bytes before the path in an entry of the map (`struct library` in `bpf/library.h`).
const ENTRY_HEAD: usize = 16;

/// A probed library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Its path as the first process that was seen to map it names it.
    pub path: Vec<u8>,
    /// Its device, as the kernel keeps it (`major << 20 | minor`).
    pub dev: u32,
    /// Its inode number.
    pub inode: u64,
    /// How long after its first mapping it was probed; `None` if before anything was traced.
    pub late: Option<Duration>,
}

/// What became of the libraries of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Those probed.
    pub probed: Vec<Library>,
    /// What could not be probed, each with its reason.
    pub failed: Vec<String>,
    /// Failures beyond those listed.
    pub unlisted: u64,
    /// Files that were unmapped before they could be looked at; some may have been C libraries.
    pub gone: u64,
}

impl Report {
    /// Joins what became of others.
    pub(crate) fn add(&mut self, other: Report) {
        self.probed.extend(other.probed);
        self.failed.extend(other.failed);
        self.unlisted += other.unlisted;
        self.gone += other.gone;
    }
}

struct Found {
    file: File,
    functions: Functions,
    key: Key,
}

/// Finds libraries and attaches the library events' programs to them.
pub struct Libraries {
    flavour: Flavour,
    wanted: Vec<&'static str>,
    identifier: Option<Identifier>,
    found: Vec<Found>,
    /// How many of `found` the tracer itself has mapped; they come first.
    own: usize,
    seen: HashSet<(Key, u64)>,
    scoped: bool,
    pending: VecDeque<Note>,
    watch: Option<Watch>,
    report: Report,
}

impl Libraries {
    /// Finds the tracer's own C library, if any of `events` needs one.
    pub fn new<'a>(
        flavour: Flavour,
        maps: &Maps,
        events: impl Iterator<Item = &'a Event>,
    ) -> Libraries {
        let events = events.filter(|event| event.made_by == MadeBy::Library);
        let mut libraries = Libraries {
            flavour,
            wanted: events
                .flat_map(Event::rungs)
                .filter_map(|rung| rung.target)
                .collect(),
            identifier: None,
            found: Vec::new(),
            own: 0,
            seen: HashSet::new(),
            scoped: false,
            pending: VecDeque::new(),
            watch: None,
            report: Report::default(),
        };
        if libraries.needed() {
            libraries.identifier = Some(Identifier::new(flavour, maps));
            libraries.look_at_process(maps, "self");
            libraries.own = libraries.found.len();
        }
        libraries
    }

    fn needed(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// Loads a program and attaches it to the tracer's own C library, whose functions the proving
    /// child calls. Other libraries follow when tracing begins.
    pub fn attach_own(
        &self,
        maps: &Maps,
        event: &Event,
        rung: &Rung,
        index: usize,
    ) -> Result<Attached, String> {
        if self.own == 0 {
            return Err("cannot be proved: the tracer has no C library mapped".to_owned());
        }
        let object = load(self.flavour, maps, &[prefix(event, index)]);
        let object = object.map_err(|refusal| refusal.reason(rung))?;
        let mut attached = Attached::new(object)?;
        for number in 0..self.own {
            self.attach_one(&mut attached, event, rung, number)?;
        }
        if attached.links.is_empty() {
            return Err("the tracer's C library does not have the function".to_owned());
        }
        Ok(attached)
    }

    fn attach_one(
        &self,
        attached: &mut Attached,
        event: &Event,
        rung: &Rung,
        index: usize,
    ) -> Result<(), String> {
        let found = &self.found[index];
        // Without cookies (5.10) the program can be told neither the depth nor the library.
        let cookies = self.flavour == Flavour::Modern;
        let target = rung.target.unwrap_or_default();
        let sites = found.functions.sites(target, arguments(event), cookies);
        if sites.is_empty() {
            return Ok(());
        }
        let number = u32::try_from(index + 1).ok().filter(|_| cookies);
        attach(attached, rung, &found.file, &sites, number)
    }

    /// Probes what is known before tracing begins: the host's libraries and, unless only a command
    /// is traced, what any process has mapped.
    pub fn find_present(&mut self, maps: &Maps, climbs: &mut [Climb], scoped: bool) {
        if !self.needed() {
            return;
        }
        self.scoped = scoped;
        match Watch::open(libbpf_rs::num_possible_cpus().unwrap_or(1)) {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => self.failed(format!(
                "libraries that are mapped from now on cannot be noticed: {error}"
            )),
        }
        for path in host_libraries() {
            if let Ok(file) = File::open(&path) {
                self.add(maps, file, path.as_os_str().as_bytes());
            }
        }
        if !scoped {
            self.look_at_all(maps);
        }
        self.attach_from(self.own, climbs, None);
    }

    /// Probes what has been mapped since the last call, as far as it goes in a short time.
    pub fn find_new(&mut self, maps: &Maps, climbs: &mut [Climb]) {
        let Some(watch) = &mut self.watch else {
            return;
        };
        let lost = watch.read(&mut self.pending) || self.pending.len() > MAX_PENDING;
        if lost {
            self.pending.clear();
            let known = self.found.len();
            self.look_at_all(maps);
            self.attach_from(known, climbs, Some(boot_time()));
        }
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline
            && let Some(note) = self.pending.pop_front()
        {
            let known = self.found.len();
            self.look_at_note(maps, &note);
            self.attach_from(known, climbs, Some(note.time));
        }
    }

    fn failed(&mut self, what: String) {
        if self.report.failed.len() < MAX_FAILURES {
            self.report.failed.push(what);
        } else {
            self.report.unlisted += 1;
        }
    }

    fn wanted(&self, maps: &Maps, pid: u32) -> bool {
        !self.scoped || scope::contains(maps, self.flavour, pid)
    }

    /// What has become of the libraries.
    pub fn report(&self) -> Report {
        self.report.clone()
    }

    /// Attaches every proved program to the libraries from the `first` on.
    fn attach_from(&mut self, first: usize, climbs: &mut [Climb], mapped: Option<u64>) {
        for index in first..self.found.len() {
            for climb in &mut *climbs {
                let Some((attached, event, rung)) = climb.library() else {
                    continue;
                };
                if let Err(reason) = self.attach_one(attached, event, &rung, index) {
                    let path = String::from_utf8_lossy(&self.report.probed[index].path);
                    let failure = format!("{} in {path}: {reason}", event.name);
                    self.failed(failure);
                }
            }
            let late = mapped.map(|time| Duration::from_nanos(boot_time().saturating_sub(time)));
            self.report.probed[index].late = late;
        }
    }

    fn look_at_all(&mut self, maps: &Maps) {
        for process in mapped::processes().unwrap_or_default() {
            if process.parse().is_ok_and(|pid| self.wanted(maps, pid)) {
                self.look_at_process(maps, &process);
            }
        }
    }

    fn look_at_process(&mut self, maps: &Maps, process: &str) {
        // A process that has ended meanwhile needs nothing any more.
        let mappings = mapped::list(process).unwrap_or_default();
        for mapping in mappings.iter().filter(|mapping| mapping.executable) {
            if self.first_time(mapping.key, 0) {
                self.look_at(maps, process, mapping);
            }
        }
    }

    fn look_at_note(&mut self, maps: &Maps, note: &Note) {
        if self.seen.contains(&(note.key, note.generation)) || !self.wanted(maps, note.pid) {
            return;
        }
        self.first_time(note.key, note.generation);
        let process = note.pid.to_string();
        let mappings = mapped::list(&process).unwrap_or_default();
        let same = |mapping: &&Mapping| mapping.key == note.key || mapping.path == note.path;
        match mappings.iter().find(same) {
            Some(mapping) => self.look_at(maps, &process, mapping),
            None => self.report.gone += 1,
        }
    }

    fn first_time(&mut self, key: Key, generation: u64) -> bool {
        if self.seen.len() >= MAX_SEEN {
            self.seen.clear();
        }
        self.seen.insert((key, generation))
    }

    fn look_at(&mut self, maps: &Maps, process: &str, mapping: &Mapping) {
        match mapped::open(process, mapping) {
            Ok(file) => self.add(maps, file, &mapping.path),
            Err(_) => self.report.gone += 1,
        }
    }

    /// Takes a file in if it is a C library that is not known yet.
    fn add(&mut self, maps: &Maps, file: File, path: &[u8]) {
        let Ok(Some(functions)) = symbols::inspect(&file, &self.wanted) else {
            return;
        };
        if let Err(reason) = self.take_in(maps, file, path, functions) {
            let path = String::from_utf8_lossy(path);
            self.failed(format!("{path}: {reason}"));
        }
    }

    fn take_in(
        &mut self,
        maps: &Maps,
        file: File,
        path: &[u8],
        functions: Functions,
    ) -> Result<(), String> {
        let number = u32::try_from(self.found.len() + 1).unwrap_or(u32::MAX);
        if number >= maps.libraries.max_entries() {
            return Err("too many libraries".to_owned());
        }
        let identifier = self
            .identifier
            .as_mut()
            .ok_or("libraries are not looked for")?;
        let key = identifier
            .identify(maps, &file, number)
            .map_err(|error| error.to_string())?;
        if self.found.iter().any(|found| found.key == key) {
            return Ok(());
        }
        describe(maps, number, key, path).map_err(|error| error.to_string())?;
        self.found.push(Found {
            file,
            functions,
            key,
        });
        self.report.probed.push(Library {
            path: path.to_owned(),
            dev: key.0,
            inode: key.1,
            late: None,
        });
        Ok(())
    }
}

/// Tells the programs about a library.
fn describe(maps: &Maps, number: u32, key: Key, path: &[u8]) -> libbpf_rs::Result<()> {
    let mut entry = key.1.to_ne_bytes().to_vec();
    entry.extend_from_slice(&key.0.to_ne_bytes());
    entry.extend_from_slice(&u32::try_from(path.len()).unwrap_or(u32::MAX).to_ne_bytes());
    let room = maps.libraries.value_size() as usize - ENTRY_HEAD;
    entry.extend_from_slice(&path[..path.len().min(room)]);
    entry.resize(ENTRY_HEAD + room, 0);
    maps.libraries
        .update(&number.to_ne_bytes(), &entry, MapFlags::ANY)
}

impl Attached {
    /// Holds a loaded program that is not attached to anything yet.
    fn new(object: libbpf_rs::Object) -> Result<Attached, String> {
        let mut programs = Vec::new();
        for program in object.progs().filter(|program| program.autoload()) {
            let descriptor = program.as_fd().try_clone_to_owned();
            programs.push(descriptor.map_err(|error| error.to_string())?);
        }
        Ok(Attached {
            programs,
            links: Vec::new(),
            object: Some(object),
            ..Attached::default()
        })
    }
}
