//! Kernel memory, as a BPF program of ours reads it: no file that somebody can have hooked is between.

use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};

use libbpf_rs::{MapCore as _, MapFlags, MapHandle};

use crate::object::{Flavour, Maps, load};

/// Bytes that are read at a time.
const PAGE: usize = 4096;

/// Words that are told of a file.
const FILE_WORDS: usize = 29;

/// The programs' names.
const PROGRAM: &str = "look_at_memory";
const OF_FILES: &str = "look_at_file";

/// What reads.
#[derive(Debug)]
pub struct Memory {
    program: OwnedFd,
    of_files: OwnedFd,
    view: MapHandle,
}

impl Memory {
    /// Loads the program; the error is a reason to show.
    pub fn new(flavour: Flavour, maps: &Maps) -> Result<Memory, String> {
        let object = load(flavour, maps, &[PROGRAM, OF_FILES])
            .map_err(|_| "the kernel does not take the program that reads its memory".to_owned())?;
        let said = |error: &dyn ToString| error.to_string();
        let open = |name: &str| {
            let program = object.progs().find(|program| program.name() == name);
            let program = program.ok_or("a program is missing")?;
            let fd = program.as_fd().try_clone_to_owned();
            fd.map_err(|error| said(&error))
        };
        let view = object.maps().find(|map| map.name() == "views");
        let view = view.ok_or("the program's map is missing")?;
        Ok(Memory {
            program: open(PROGRAM)?,
            of_files: open(OF_FILES)?,
            view: MapHandle::try_from(&view).map_err(|error| said(&error))?,
        })
    }

    /// Reads up to a page; `None` where there is nothing.
    pub fn read(&self, address: u64, length: usize) -> Option<Vec<u8>> {
        self.run(&self.program, address, length)
    }

    /// What the kernel calls for an open file of ours in /proc, as `look_at_file` says; `None` of others.
    pub fn of_file(&self, file: &File) -> Option<Vec<u64>> {
        let fd = u64::try_from(file.as_raw_fd()).ok()?;
        let bytes = self.run(&self.of_files, fd, FILE_WORDS * 8)?;
        let words = bytes.as_chunks::<8>().0.iter();
        Some(words.map(|word| u64::from_ne_bytes(*word)).collect())
    }

    fn run(&self, program: &OwnedFd, word: u64, length: usize) -> Option<Vec<u8>> {
        let context = [word];
        let mut options = libbpf_sys::bpf_test_run_opts {
            sz: size_of::<libbpf_sys::bpf_test_run_opts>() as libbpf_sys::size_t,
            ctx_in: context.as_ptr().cast(),
            ctx_size_in: size_of_val(&context) as u32,
            ..Default::default()
        };
        // SAFETY: the program is open; the options and the context they point at live through the call.
        let error =
            unsafe { libbpf_sys::bpf_prog_test_run_opts(program.as_raw_fd(), &raw mut options) };
        if error != 0 || options.retval != 0 || length > PAGE {
            return None;
        }
        let key = 0u32.to_ne_bytes();
        let mut page = self.view.lookup(&key, MapFlags::ANY).ok()??;
        page.truncate(length);
        Some(page)
    }

    /// Reads addresses that lie side by side.
    pub fn words(&self, address: u64, count: usize) -> Option<Vec<u64>> {
        let bytes = self.read(address, count * 8)?;
        let words = bytes.as_chunks::<8>().0.iter();
        Some(words.map(|word| u64::from_ne_bytes(*word)).collect())
    }
}
