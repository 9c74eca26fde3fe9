//! Which inode really lies behind a file.
//!
//! Containers from one image share the image's C library, each through an overlay of its own. A
//! uprobe belongs to the shared file below, but `stat` and (from 6.8 on) `/proc/PID/maps` show the
//! overlay's numbers, one set per container: taken at their word, the library would be probed once
//! per container and every call told as often. The kernel knows the file below from its mapping.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;

use libbpf_rs::{MapCore as _, MapFlags, Object, ProgramInput};

use super::mapped::{self, Key};
use crate::object::{Flavour, Maps, load};
use crate::ring::{map, page_size, unmap};

/// The program that notes the inode behind a mapping of ours (`bpf/library.h`).
const PROGRAM: &str = "library_file";

/// Asks the kernel for the inode behind files.
pub struct Identifier {
    /// Absent before 5.17, where `/proc/PID/maps` does not hide anything.
    object: Option<Object>,
}

impl Identifier {
    /// Loads the program, where the kernel takes it.
    pub fn new(flavour: Flavour, maps: &Maps) -> Identifier {
        Identifier {
            object: load(flavour, maps, &[PROGRAM]).ok(),
        }
    }

    /// The file that lies behind `file`; uses the entry `number` of the map of libraries.
    pub fn identify(&mut self, maps: &Maps, file: &File, number: u32) -> io::Result<Key> {
        let page = page_size()?;
        let at = map(file.as_fd(), page, libc::PROT_READ, 0)?;
        let key = self
            .noted(maps, at as u64, number)
            .or_else(|| listed(at as u64));
        unmap(at, page);
        key.ok_or_else(|| io::Error::other("the kernel does not tell which file is mapped"))
    }

    fn noted(&mut self, maps: &Maps, address: u64, number: u32) -> Option<Key> {
        let mut context = [0; 16];
        context[..8].copy_from_slice(&address.to_ne_bytes());
        context[8..].copy_from_slice(&u64::from(number).to_ne_bytes());
        let object = self.object.as_mut()?;
        let program = object
            .progs_mut()
            .find(|program| program.name() == PROGRAM)?;
        let input = ProgramInput {
            context_in: Some(&mut context),
            ..ProgramInput::default()
        };
        program
            .test_run(input)
            .ok()
            .filter(|output| output.return_value == 0)?;
        let key = number.to_ne_bytes();
        let entry = maps.libraries.lookup(&key, MapFlags::ANY).ok()??;
        let inode = u64::from_ne_bytes(*entry.first_chunk()?);
        let dev = u32::from_ne_bytes(*entry.get(8..)?.first_chunk()?);
        (inode != 0).then_some((dev, inode))
    }
}

fn listed(address: u64) -> Option<Key> {
    let mappings = mapped::list("self").ok()?;
    mappings
        .iter()
        .find(|mapping| mapping.start == address)
        .map(|mapping| mapping.key)
}
