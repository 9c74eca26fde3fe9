//! The maps that objects share, and what their programs hold for constant.

use std::ffi::OsStr;
use std::os::fd::AsFd as _;

use libbpf_rs::{MapCore as _, MapHandle, Object, OpenObject};

use super::{Flavour, choose, of_prefixes, open};
use crate::beside::Beside;
use crate::cgroup;
use crate::error::Error;
use crate::narrow;

/// The maps that every object shares.
#[derive(Debug)]
pub struct Maps {
    /// What user space tells the programs.
    pub controls: MapHandle,
    /// The rings.
    pub rings: MapHandle,
    /// Per CPU and event.
    pub counts: MapHandle,
    /// Records tried, per CPU.
    pub sequences: MapHandle,
    /// State per task.
    pub tasks: MapHandle,
    /// The probed libraries.
    pub libraries: MapHandle,
    /// Which call numbers are to be looked at.
    pub selected: MapHandle,
    /// What is to be done for each call.
    pub calls: MapHandle,
    /// What the proving child's calls have shown.
    pub proofs: MapHandle,
    /// What multiplexed calls mean.
    pub meanings: MapHandle,
    /// What is to be copied.
    pub lists: MapHandle,
    /// What is to be copied by the value of an argument.
    pub switches: MapHandle,
    /// Plans of what to leave out.
    pub narrows: MapHandle,
    /// Which plan is an event's.
    pub narrowed: MapHandle,
    call_records: MapHandle,
    taken_buffers: MapHandle,
    held_args: MapHandle,
    owners: MapHandle,
    kept_execs: MapHandle,
    code_files: MapHandle,
    /// Which programs look at the end of each call.
    pub ends: MapHandle,
    /// Those programs where pointers are typed.
    pub ends_tp_btf: MapHandle,
    /// Those where they are not.
    pub ends_raw_tp: MapHandle,
    /// Where the kernel has functions that BPF programs call.
    pub helper_addresses: MapHandle,
    /// What programs hold for constant.
    pub(super) fixed: Fixed,
}

/// What is written into programs before they are loaded, so that the verifier drops what is not meant
/// (`struct fixed` of `bpf/task.h`).
#[derive(Clone, Copy, Debug, Default)]
pub struct Fixed {
    /// The bits that `chosen` of the controls can ever have.
    pub choosable: u32,
    /// What is told beside records.
    pub beside: Beside,
}

impl Fixed {
    pub(super) fn write(self, object: &mut OpenObject) -> libbpf_rs::Result<()> {
        let controller = cgroup::hierarchy().controller;
        let words = [controller, self.choosable, self.beside.bits()];
        let bytes = words.map(u32::to_ne_bytes).concat();
        for mut map in object.maps_mut() {
            if map.name() == OsStr::new(".rodata.fixed") {
                map.set_initial_value(&bytes)?;
            }
        }
        Ok(())
    }
}

/// Large maps that the programs of one event use; what has none of these programs does without.
const OWN_MAPS: [(&str, &str); 2] = [
    ("udp_lives", "udp_socket_close__"),
    ("trial_records", "narrow__trial"),
];

/// Leaves out the maps that are others' than of the programs with these names.
pub(super) fn leave_out(object: &mut OpenObject, programs: &[String]) -> libbpf_rs::Result<()> {
    for mut map in object.maps_mut() {
        let own = OWN_MAPS.iter().find(|row| map.name() == OsStr::new(row.0));
        if let Some((_, prefix)) = own
            && !programs.iter().any(|name| name.starts_with(prefix))
        {
            map.set_autocreate(false)?;
        }
    }
    Ok(())
}

/// How many entries the maps have that are as large as what is traced.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Rings, and processors.
    pub cpus: u32,
    /// Lists of steps.
    pub lists: u32,
    /// Lists that values choose.
    pub switches: u32,
    /// Plans of what to leave out.
    pub plans: usize,
    /// Files with code that are known to have been told.
    pub code_files: u32,
}

impl Sizes {
    fn of(self, map: &OsStr) -> Option<u32> {
        match map.to_str()? {
            "rings" => Some(self.cpus + 1),
            "lists" => Some(self.lists.max(1)),
            "switches" => Some(self.switches.max(1)),
            "narrows" => Some(narrow::entries(self.plans)),
            "code_files" => Some(self.code_files),
            _ => None,
        }
    }
}

/// Maps by which programs are told what to do. Those that are added later have their own.
const TOLD_BY: [&str; 8] = [
    "controls",
    "selected",
    "calls",
    "proofs",
    "meanings",
    "lists",
    "switches",
    "libraries",
];

impl Maps {
    /// Creates the maps; programs that are told by them share all others with those of `shared`.
    pub fn create(
        flavour: Flavour,
        sizes: Sizes,
        fixed: Fixed,
        shared: Option<&Maps>,
    ) -> Result<Maps, Error> {
        Maps::with(flavour, sizes, fixed, shared, &[]).map(|made| made.0)
    }

    /// Creates them together with the programs whose names start with one of `prefixes`.
    pub(super) fn with(
        flavour: Flavour,
        sizes: Sizes,
        fixed: Fixed,
        shared: Option<&Maps>,
        prefixes: &[String],
    ) -> Result<(Maps, Object), Error> {
        let (mut object, _types) = open(flavour, fixed, of_prefixes(prefixes))?;
        let programs = choose(&mut object, |_| true);
        leave_out(&mut object, &programs).map_err(Error::bpf("leaving out BPF maps"))?;
        for mut map in object.maps_mut() {
            let own = TOLD_BY.iter().any(|name| map.name() == OsStr::new(name));
            let before = shared.filter(|_| !own);
            if let Some(before) = before.and_then(|maps| maps.by_name(map.name())) {
                map.reuse_fd(before.as_fd())
                    .map_err(Error::bpf("sharing a BPF map"))?;
            } else if let Some(entries) = sizes.of(map.name()) {
                map.set_max_entries(entries)
                    .map_err(Error::bpf("sizing a BPF map"))?;
            }
        }
        let object = object.load().map_err(Error::bpf("creating BPF maps"))?;
        let maps = Maps::of(fixed, |name| {
            let found = object.maps().find(|map| map.name() == OsStr::new(name));
            let map = found.ok_or(libbpf_rs::Error::from_raw_os_error(libc::ENOENT));
            map.and_then(|map| MapHandle::try_from(&map))
                .map_err(Error::bpf("finding a BPF map"))
        })?;
        Ok((maps, object))
    }

    /// The same maps, by handles of their own.
    pub fn again(&self) -> Result<Maps, Error> {
        Maps::of(self.fixed, |name| {
            let map = self.by_name(OsStr::new(name));
            let map = map.ok_or(libbpf_rs::Error::from_raw_os_error(libc::ENOENT));
            map.and_then(MapHandle::try_from)
                .map_err(Error::bpf("sharing a BPF map"))
        })
    }

    fn of(fixed: Fixed, handle: impl Fn(&str) -> Result<MapHandle, Error>) -> Result<Maps, Error> {
        Ok(Maps {
            controls: handle("controls")?,
            rings: handle("rings")?,
            counts: handle("counts")?,
            sequences: handle("sequences")?,
            tasks: handle("tasks")?,
            libraries: handle("libraries")?,
            selected: handle("selected")?,
            calls: handle("calls")?,
            proofs: handle("proofs")?,
            meanings: handle("meanings")?,
            lists: handle("lists")?,
            switches: handle("switches")?,
            narrows: handle("narrows")?,
            narrowed: handle("narrowed")?,
            call_records: handle("call_records")?,
            taken_buffers: handle("taken_buffers")?,
            held_args: handle("held_args")?,
            owners: handle("owners")?,
            kept_execs: handle("kept_execs")?,
            code_files: handle("code_files")?,
            ends: handle("ends")?,
            ends_tp_btf: handle("ends_tp_btf")?,
            ends_raw_tp: handle("ends_raw_tp")?,
            helper_addresses: handle("helper_addresses")?,
            fixed,
        })
    }

    pub(super) fn by_name(&self, name: &OsStr) -> Option<&MapHandle> {
        match name.to_str()? {
            "controls" => Some(&self.controls),
            "rings" => Some(&self.rings),
            "counts" => Some(&self.counts),
            "sequences" => Some(&self.sequences),
            "tasks" => Some(&self.tasks),
            "libraries" => Some(&self.libraries),
            "selected" => Some(&self.selected),
            "calls" => Some(&self.calls),
            "proofs" => Some(&self.proofs),
            "meanings" => Some(&self.meanings),
            "lists" => Some(&self.lists),
            "switches" => Some(&self.switches),
            "narrows" => Some(&self.narrows),
            "narrowed" => Some(&self.narrowed),
            "call_records" => Some(&self.call_records),
            "taken_buffers" => Some(&self.taken_buffers),
            "held_args" => Some(&self.held_args),
            "owners" => Some(&self.owners),
            "kept_execs" => Some(&self.kept_execs),
            "code_files" => Some(&self.code_files),
            "ends" => Some(&self.ends),
            "ends_tp_btf" => Some(&self.ends_tp_btf),
            "ends_raw_tp" => Some(&self.ends_raw_tp),
            "helper_addresses" => Some(&self.helper_addresses),
            _ => None,
        }
    }
}
