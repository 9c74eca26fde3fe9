//! The symbols of one file.
//!
//! The file is somebody else's, who may cut it while it is read; what is mapped of it would then end the tracer.
//! So it is copied into memory of its own.

use std::fs::File;
use std::io::{Read as _, Seek as _, copy};
use std::os::fd::AsRawFd as _;

use blazesym::helper::read_elf_build_id;
use blazesym::symbolize::source::{Elf, Source};
use blazesym::symbolize::{Input, Symbolized, Symbolizer};
use rustix::fs::{MemfdFlags, memfd_create};

use crate::answer::Answer;

/// The largest file that is copied.
const MOST: u64 = 256 << 20;

/// A copy of a file, with what reads it.
#[derive(Debug)]
pub struct Symbols {
    symbolizer: Symbolizer,
    source: Source<'static>,
    build_id: Option<Vec<u8>>,
    /// Bytes of the copy.
    pub size: u64,
    // Behind the path of the source.
    _copy: File,
}

impl Symbols {
    /// Copies a file; the error is a reason to show.
    pub fn of(file: File) -> Result<Symbols, String> {
        let size = file.metadata().map_err(|error| said(&error))?.len();
        if size > MOST {
            return Err(format!("the file has more than {MOST} bytes"));
        }
        let copied = memfd_create("tracehound-symbols", MemfdFlags::CLOEXEC);
        let mut copied = File::from(copied.map_err(|error| said(&error.into()))?);
        // It may have grown since.
        let size = copy(&mut file.take(MOST), &mut copied).map_err(|error| said(&error))?;
        copied.rewind().map_err(|error| said(&error))?;
        let path = format!("/proc/self/fd/{}", copied.as_raw_fd());
        let build_id = read_elf_build_id(&path).ok().flatten();
        let elf = Elf {
            // DWARF of a hostile file is a lot to trust for names that symbols give too.
            debug_syms: false,
            ..Elf::new(path)
        };
        Ok(Symbols {
            symbolizer: Symbolizer::builder().enable_auto_reload(false).build(),
            source: Source::Elf(elf),
            build_id: build_id.map(|id| hexadecimal(&id)),
            size,
            _copy: copied,
        })
    }

    /// What is at a place; `back` is how far before it the instruction begins that is meant.
    pub fn find(&self, offset: u64, back: u64) -> Answer {
        let meant = offset.saturating_sub(back);
        let found = self
            .symbolizer
            .symbolize_single(&self.source, Input::FileOffset(meant));
        let answer = match found {
            Ok(Symbolized::Sym(symbol)) => Answer {
                symbol: Some((symbol.name.as_bytes().to_vec(), symbol.offset as u64 + back)),
                ..Answer::default()
            },
            Ok(Symbolized::Unknown(_)) => Answer::none("the file has no symbol for the place"),
            Err(error) => Answer::none(format!("the file's symbols cannot be read: {error}")),
        };
        Answer {
            build_id: self.build_id.clone(),
            ..answer
        }
    }
}

fn said(error: &std::io::Error) -> String {
    format!("the file cannot be read: {error}")
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_program_has_no_symbols() {
        let symbols = Symbols::of(File::open("/proc/self/status").unwrap()).unwrap();
        let answer = symbols.find(10, 1);
        assert_eq!((answer.symbol, answer.build_id), (None, None));
        assert!(answer.why.is_some());
    }

    #[test]
    fn a_cut_program_does_no_harm() {
        let mut bytes = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let path = std::env::temp_dir().join(format!("tracehound-cut-{}", std::process::id()));
        for length in [4, 64, 1000, bytes.len() / 2] {
            bytes.truncate(bytes.len().min(length.max(64)));
            std::fs::write(&path, &bytes[..length.min(bytes.len())]).unwrap();
            let symbols = Symbols::of(File::open(&path).unwrap()).unwrap();
            assert!(symbols.find(0x1000, 1).why.is_some());
        }
        std::fs::remove_file(path).unwrap();
    }
}
