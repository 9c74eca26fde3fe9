//! BPF objects: opening one with some of its programs, sharing maps between them, attaching.

#[cfg(test)]
pub mod adapted;
mod maps;
mod pick;
#[cfg(test)]
mod stack;
mod together;

use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};
use std::sync::Arc;
use std::thread;

use libbpf_rs::{Link, MapHandle, Object, ObjectBuilder, OpenObject, OpenProgramMut, ProgramType};
use object::pod;
use tracehound_schema::{Abi, Event, Rung};

use self::maps::leave_out;
pub use self::maps::{Fixed, Maps, Sizes};
use self::pick::pick;
pub use self::together::{Together, refused};
use crate::calls::lacking;
use crate::ends::{End, Ends};
use crate::error::Error;
use crate::reason::{self, Doing};
use crate::trial;
use crate::types::{self, Types};

/// Keeps the bytes aligned as ELF headers need.
#[repr(align(8))]
struct Aligned<T: ?Sized>(T);

static MODERN: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/modern.bpf.o")));
static LEGACY: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/legacy.bpf.o")));

/// Which of the two builds of the programs this kernel takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Task storage and typed pointers: 5.11 on.
    Modern,
    /// A table by thread id and helper reads: 5.10.
    Legacy,
}

impl Flavour {
    /// Asks the kernel whether it has typed task pointers, which came with task storage in 5.11.
    pub fn detect() -> Flavour {
        let helper = libbpf_sys::BPF_FUNC_get_current_task_btf;
        match ProgramType::RawTracepoint.is_helper_supported(helper) {
            Ok(true) => Flavour::Modern,
            _ => Flavour::Legacy,
        }
    }

    /// The compiled programs.
    pub const fn bytes(self) -> &'static [u8] {
        match self {
            Flavour::Modern => &MODERN.0,
            Flavour::Legacy => &LEGACY.0,
        }
    }
}

/// Lets the system have back what was needed to load objects; it is read again where it is needed.
pub fn forget() {
    types::forget();
    lacking::forget();
    for bytes in [Flavour::Modern.bytes(), Flavour::Legacy.bytes()] {
        let page = 4096;
        let start = bytes.as_ptr().addr().next_multiple_of(page) - bytes.as_ptr().addr();
        let Some(whole) = bytes.get(start..bytes.len() / page * page) else {
            continue;
        };
        let at = whole.as_ptr().cast_mut().cast();
        // SAFETY: the range lies inside a read-only part of the program's file, which the kernel
        // reads anew when it is touched; its content does not change.
        unsafe { libc::madvise(at, whole.len(), libc::MADV_DONTNEED) };
    }
}

/// Opens an object with those of its programs whose names are wanted, and gives the types that must be there
/// until it is loaded.
fn open(
    flavour: Flavour,
    fixed: Fixed,
    wanted: impl Fn(&str) -> bool,
) -> Result<(OpenObject, Option<Arc<Types>>), Error> {
    let doing = "opening the BPF object";
    let types = Types::of(flavour);
    let mut builder = ObjectBuilder::default();
    if let Some(types) = &types {
        let told = builder.btf_custom_path(types.path());
        told.map_err(Error::bpf(doing))?;
    }
    let picked = pick(flavour.bytes(), wanted).ok_or_else(|| {
        let invalid = libbpf_rs::Error::from_raw_os_error(libc::ENOEXEC);
        Error::bpf(doing)(invalid)
    })?;
    let object = builder.open_memory(pod::bytes_of_slice(&picked));
    let mut object = object.map_err(Error::bpf(doing))?;
    fixed.write(&mut object).map_err(Error::bpf(doing))?;
    Ok((object, types))
}

/// The programs of one rung of one event, loaded and attached. Dropping it detaches them.
#[derive(Debug, Default)]
pub struct Attached {
    /// Descriptors of the programs, to ask for misses.
    pub programs: Vec<OwnedFd>,
    /// What is attached; libraries are added as they are found.
    pub links: Vec<Link>,
    /// What is attached in ways that libbpf-rs does not know.
    pub other_links: Vec<OwnedFd>,
    /// What is jumped to at the ends of calls.
    pub ends: Vec<End>,
    /// Maps that programs jump by.
    pub jumps: Vec<MapHandle>,
    /// What holds the programs, for those that are attached to more as it is found. It is a
    /// megabyte of parsed ELF and types that others do without.
    pub object: Option<Object>,
}

impl Attached {
    /// Times the kernel did not run our programs because they were running already.
    pub fn misses(&self) -> u64 {
        let mut total = 0;
        for program in &self.programs {
            // SAFETY: a zeroed info is a valid buffer of its size; the kernel fills what it knows.
            let mut info: libbpf_sys::bpf_prog_info = unsafe { std::mem::zeroed() };
            let mut size = size_of::<libbpf_sys::bpf_prog_info>() as u32;
            // SAFETY: the descriptor is open, the buffer and its size belong together.
            let error = unsafe {
                libbpf_sys::bpf_prog_get_info_by_fd(
                    program.as_raw_fd(),
                    &raw mut info,
                    &raw mut size,
                )
            };
            if error == 0 {
                total += info.recursion_misses;
            }
        }
        total
    }
}

/// Most threads that detach.
const DETACHERS: usize = 32;

/// Detaches everything, keeping the programs so that their misses can be read.
///
/// The kernel waits some 50 ms for each uprobe's users before it gives a link up; those waits go
/// side by side.
pub fn detach<'a>(attached: impl Iterator<Item = &'a mut Attached>) {
    let mut links: Vec<Link> = Vec::new();
    for one in attached {
        links.append(&mut one.links);
        one.other_links.clear();
        one.ends.clear();
    }
    let share = links.len().div_ceil(DETACHERS);
    thread::scope(|scope| {
        while !links.is_empty() {
            let rest = links.split_off(share.min(links.len()));
            let mine = std::mem::replace(&mut links, rest);
            scope.spawn(move || drop(mine));
        }
    });
}

/// Why programs could not be loaded.
#[derive(Debug)]
pub enum Refusal {
    /// The object built for this kernel has none of them.
    NotBuilt,
    /// The kernel does not take them.
    Kernel(libbpf_rs::Error),
    /// The tracer failed before it could ask.
    Tracer(String),
}

impl Refusal {
    /// The reason to show for `rung`.
    pub fn reason(&self, rung: &Rung) -> String {
        match self {
            Refusal::NotBuilt => reason::not_built(rung),
            Refusal::Kernel(error) => reason::reason(rung, "", Doing::Loading, error),
            Refusal::Tracer(reason) => reason.clone(),
        }
    }
}

/// Loads the programs whose names start with one of `prefixes`.
pub fn load(
    flavour: Flavour,
    maps: &Maps,
    prefixes: &[impl AsRef<str>],
) -> Result<Object, Refusal> {
    load_chosen(flavour, maps, of_prefixes(prefixes), |_| true)
}

/// Takes names that start with one of `prefixes`.
fn of_prefixes(prefixes: &[impl AsRef<str>]) -> impl Fn(&str) -> bool {
    move |name| {
        let mut all = prefixes.iter().map(AsRef::as_ref);
        all.any(|prefix| name.starts_with(prefix))
    }
}

/// Has those programs loaded that `ready` makes ready, and no others; gives their names.
fn choose(
    object: &mut OpenObject,
    mut ready: impl FnMut(&mut OpenProgramMut<'_>) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for mut program in object.progs_mut() {
        let ours = ready(&mut program);
        program.set_autoload(ours);
        if ours {
            found.push(program.name().to_string_lossy().into_owned());
        }
    }
    found
}

/// Loads the programs whose names are wanted and that can be made ready.
pub fn load_chosen(
    flavour: Flavour,
    maps: &Maps,
    wanted: impl Fn(&str) -> bool,
    ready: impl FnMut(&mut OpenProgramMut<'_>) -> bool,
) -> Result<Object, Refusal> {
    let opened = open(flavour, maps.fixed, wanted);
    let (mut object, _types) = opened.map_err(|error| Refusal::Tracer(error.to_string()))?;
    let found = choose(&mut object, ready);
    if found.is_empty() {
        return Err(Refusal::NotBuilt);
    }
    leave_out(&mut object, &found)
        .map_err(|error| Refusal::Tracer(format!("leaving out maps: {error}")))?;
    for mut map in object.maps_mut() {
        let name = map.name().to_owned();
        let Some(shared) = maps.by_name(&name) else {
            continue;
        };
        map.reuse_fd(shared.as_fd())
            .map_err(|error| Refusal::Tracer(format!("sharing map {name:?}: {error}")))?;
    }
    object.load().map_err(Refusal::Kernel)
}

/// What the names of a rung's programs start with.
pub fn prefix(event: &Event, index: usize) -> String {
    format!("{}__{index}_", event.name)
}

/// Loads, where `loaded` does not have it, and attaches what the rung, with its index, needs for `event`.
/// The error is a reason to show.
pub fn attach(
    flavour: Flavour,
    maps: &Maps,
    ends: &Ends,
    loaded: &Together,
    event: &Event,
    (rung, index): (&Rung, usize),
) -> Result<Attached, String> {
    let prefix = prefix(event, index);
    let hooks = rung.hooks(event, Abi::X86_64);
    trial::check(rung, &hooks)?;
    let object = loaded.have(flavour, maps, rung, &[&prefix])?;
    let mut links = Vec::with_capacity(hooks.len());
    let mut jumped_to = Vec::new();
    let mut programs = Vec::with_capacity(hooks.len());
    for program in object.progs_mut() {
        if !program.name().to_string_lossy().starts_with(&prefix) {
            continue;
        }
        let section = program.section().to_string_lossy().into_owned();
        let end = if Ends::serve(event, rung, &section) {
            ends.enter(flavour, maps, loaded, event, rung, &program)?
        } else {
            None
        };
        if let Some(end) = end {
            jumped_to.push(end);
        } else {
            let link = program
                .attach()
                .map_err(|error| reason::reason(rung, &section, Doing::Attaching, &error))?;
            links.push(link);
        }
        programs.push(
            program
                .as_fd()
                .try_clone_to_owned()
                .map_err(|error| error.to_string())?,
        );
    }
    Ok(Attached {
        programs,
        links,
        ends: jumped_to,
        ..Attached::default()
    })
}
