//! The host's C libraries that nothing may have mapped yet.
//!
//! A short command is over before a look at its mappings could help; what it will map is known
//! beforehand. glibc's loader looks in `/etc/ld.so.cache`, which lists every library of every word
//! size, then in folders that are built into it; musl's loader is the library itself, at a fixed
//! place that programs name.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

const LIBRARIES: [&[u8]; 2] = [b"libc.so.6", b"libpthread.so.0"];
/// Where loaders look by themselves, under `/` and `/usr`: one folder per word size, as
/// distributions call them.
const FOLDERS: [&str; 7] = [
    "lib",
    "lib64",
    "lib32",
    "libx32",
    "lib/x86_64-linux-gnu",
    "lib/i386-linux-gnu",
    "lib/x86_64-linux-gnux32",
];
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// Bytes before the first entry: magic, number of entries, length of strings, five more words.
const HEADER: usize = 48;
/// Flags, offset of the name, offset of the path, three more words (sysdeps/generic/dl-cache.h).
const ENTRY: usize = 24;

/// The files, as far as there are any.
pub fn host_libraries() -> BTreeSet<PathBuf> {
    let cache = fs::read("/etc/ld.so.cache").unwrap_or_default();
    let glibc = paths(&cache)
        .into_iter()
        .map(|path| PathBuf::from(OsStr::from_bytes(path)));
    let found = glibc.chain(musl(Path::new("/lib")));
    // As the kernel names what is mapped: without links.
    found
        .chain(built_in())
        .filter_map(|path| fs::canonicalize(path).ok())
        .collect()
}

fn built_in() -> impl Iterator<Item = PathBuf> {
    let folders = FOLDERS
        .iter()
        .flat_map(|folder| ["/", "/usr"].map(|root| Path::new(root).join(folder)));
    folders.flat_map(|folder| LIBRARIES.map(|name| folder.join(OsStr::from_bytes(name))))
}

fn musl(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| Some(entry.ok()?.path()));
    names
        .filter(|path| {
            let name = path.file_name().unwrap_or_default();
            name.as_bytes().starts_with(b"ld-musl-")
        })
        .collect()
}

/// Paths of the C library in a loader's cache. The old format has the new one behind it.
fn paths(bytes: &[u8]) -> Vec<&[u8]> {
    let Some(start) = bytes
        .windows(MAGIC.len())
        .position(|window| window == MAGIC)
    else {
        return Vec::new();
    };
    let cache = &bytes[start..];
    let count = number(cache, MAGIC.len()).unwrap_or(0);
    let entries = cache
        .get(HEADER..)
        .unwrap_or_default()
        .chunks_exact(ENTRY)
        .take(count);
    let known = entries.filter_map(|entry| {
        let name = text(cache, number(entry, 4)?)?;
        LIBRARIES
            .contains(&name)
            .then(|| text(cache, number(entry, 8)?))?
    });
    known.collect()
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..)?.first_chunk()?;
    usize::try_from(u32::from_ne_bytes(*word)).ok()
}

fn text(bytes: &[u8], at: usize) -> Option<&[u8]> {
    bytes.get(at..)?.split(|byte| *byte == 0).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(name: &[u8]) -> Vec<u8> {
        let mut bytes = b"ld.so-1.7.0 and more".to_vec();
        let start = bytes.len();
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&1u32.to_ne_bytes());
        bytes.resize(start + HEADER + ENTRY, 0);
        let strings = HEADER + ENTRY;
        for (at, value) in [(4, strings), (8, strings + name.len() + 1)] {
            let at = start + HEADER + at;
            bytes[at..at + 4].copy_from_slice(&(value as u32).to_ne_bytes());
        }
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(b"\0/lib/there\0");
        bytes
    }

    #[test]
    fn the_c_library_is_found_behind_an_old_cache() {
        assert_eq!(paths(&cache(b"libc.so.6")), [b"/lib/there"]);
        assert!(paths(&cache(b"libm.so.6")).is_empty());
    }

    #[test]
    fn a_cut_cache_gives_nothing() {
        let whole = cache(b"libc.so.6");
        for length in 0..HEADER + ENTRY + 20 {
            assert!(paths(&whole[..length]).is_empty());
        }
    }
}
