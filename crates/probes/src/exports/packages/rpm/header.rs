//! A package's header: an index of tags, and what they stand for (docs/manual/format_header.md of rpm). All numbers are
//! big-endian.

use super::{Take, number};
use crate::exports::packages::owners::Package;

/// Counts of the index entries and of the bytes behind them.
const INTRO: usize = 8;
/// Tag, type, offset and count, of 4 bytes each.
const ENTRY: usize = 16;
/// The most entries that rpm itself takes.
const MOST_ENTRIES: usize = 0xffff;
/// The most files and folders of a package.
const MOST_FILES: usize = 1 << 20;
/// The longest path that the kernel tells.
const MOST_PATH: usize = 4096;

/// What entries hold.
const INT32: u32 = 4;
const STRING: u32 = 6;
const STRINGS: u32 = 8;
/// Types of as many bytes as the count says: characters, numbers of 8 bits, binary.
const BYTES: [u32; 3] = [1, 2, 7];
const MOST_TYPE: u32 = 9;

/// Tags, as rpm calls them.
const NAME: (u32, &str) = (1000, "NAME");
const VERSION: (u32, &str) = (1001, "VERSION");
const RELEASE: (u32, &str) = (1002, "RELEASE");
const EPOCH: (u32, &str) = (1003, "EPOCH");
const ARCH: (u32, &str) = (1022, "ARCH");
const OLD_FILE_NAMES: (u32, &str) = (1027, "OLDFILENAMES");
const FILE_STATES: (u32, &str) = (1029, "FILESTATES");
const DIR_INDEXES: (u32, &str) = (1116, "DIRINDEXES");
const BASE_NAMES: (u32, &str) = (1117, "BASENAMES");
const DIR_NAMES: (u32, &str) = (1118, "DIRNAMES");

/// States of files that are the package's on this machine: as it brought them, or on a file system shared with others.
/// Replaced by another package, not installed, and of another architecture's colour are not.
const INSTALLED: [u8; 2] = [0, 3];

/// What an entry of the index says.
#[derive(Clone, Copy, Debug)]
struct Entry<'b> {
    kind: u32,
    count: usize,
    /// From its offset on.
    data: &'b [u8],
}

/// Strings, each up to its NUL; nothing in place of one that does not end in the data.
#[derive(Clone, Debug)]
struct Texts<'b> {
    left: usize,
    rest: &'b [u8],
}

impl<'b> Texts<'b> {
    fn of(entry: Entry<'b>) -> Texts<'b> {
        let (left, rest) = (entry.count, entry.data);
        Texts { left, rest }
    }
}

impl<'b> Iterator for Texts<'b> {
    type Item = Option<&'b [u8]>;

    fn next(&mut self) -> Option<Option<&'b [u8]>> {
        self.left = self.left.checked_sub(1)?;
        let end = self.rest.iter().position(|byte| *byte == 0);
        Some(end.map(|end| {
            let text = &self.rest[..end];
            self.rest = &self.rest[end + 1..];
            text
        }))
    }
}

/// A header, whose index is known to be whole.
#[derive(Debug)]
pub struct Header<'b> {
    index: &'b [u8],
    data: &'b [u8],
}

impl<'b> Header<'b> {
    /// Looks whether the index and what it points into are all there; the error is a reason to show.
    pub fn of(blob: &'b [u8]) -> Result<Header<'b>, String> {
        let bad = || "a package's header is broken".to_owned();
        let counts = number(blob, 0).zip(number(blob, 4)).ok_or_else(bad)?;
        let (entries, bytes) = (counts.0 as usize, counts.1 as usize);
        if entries == 0 || entries > MOST_ENTRIES {
            return Err(bad());
        }
        let (index, data) = blob[INTRO..]
            .split_at_checked(entries * ENTRY)
            .ok_or_else(bad)?;
        let header = Header { index, data };
        let whole = data.len() == bytes && header.entries().all(|entry| entry.is_some());
        whole.then_some(header).ok_or_else(bad)
    }

    /// Tag and entry; nothing for one that points behind the data or is of no known type.
    fn entries(&self) -> impl DoubleEndedIterator<Item = Option<(u32, Entry<'b>)>> {
        let data = self.data;
        self.index.chunks_exact(ENTRY).map(move |entry| {
            let kind = number(entry, 4).filter(|kind| *kind <= MOST_TYPE)?;
            let entry_of = Entry {
                kind,
                count: number(entry, 12)? as usize,
                data: data.get(number(entry, 8)? as usize..)?,
            };
            Some((number(entry, 0)?, entry_of))
        })
    }

    /// The last entry of a tag: what rpm adds when it installs stands behind what the package was built with, and
    /// replaces it.
    fn find(&self, tag: (u32, &str)) -> Option<Entry<'b>> {
        let mut entries = self.entries().rev().flatten();
        entries.find(|(own, _)| *own == tag.0).map(|found| found.1)
    }

    fn text(&self, tag: (u32, &str)) -> Result<Option<&'b [u8]>, String> {
        let Some(entry) = self.find(tag) else {
            return Ok(None);
        };
        let text = (entry.kind == STRING && entry.count == 1).then(|| Texts::of(entry).next());
        text.flatten().flatten().map(Some).ok_or_else(|| bad(tag))
    }

    fn texts(&self, tag: (u32, &str)) -> Result<Option<Texts<'b>>, String> {
        let Some(entry) = self.find(tag) else {
            return Ok(None);
        };
        let is_of = entry.kind == STRINGS && entry.count <= MOST_FILES;
        is_of
            .then(|| Some(Texts::of(entry)))
            .ok_or_else(|| bad(tag))
    }

    /// Numbers of 32 bits.
    fn numbers(&self, tag: (u32, &str)) -> Result<Option<&'b [u8]>, String> {
        let Some(entry) = self.find(tag) else {
            return Ok(None);
        };
        let bytes = entry.count.checked_mul(4);
        let all = bytes.and_then(|bytes| entry.data.get(..bytes));
        let all = all.filter(|_| entry.kind == INT32);
        all.map(Some).ok_or_else(|| bad(tag))
    }

    /// What is installed; its version is what `%{EVR}` prints: epoch:version-release, without the epoch if there is none.
    pub fn package(&self) -> Result<Package, String> {
        let needed = |tag| self.text(tag)?.ok_or_else(|| bad(tag));
        let name = needed(NAME)?.to_vec();
        if name.is_empty() {
            return Err(bad(NAME));
        }
        let epoch = match self.numbers(EPOCH)? {
            None => String::new(),
            Some(all) => format!("{}:", number(all, 0).ok_or_else(|| bad(EPOCH))?),
        };
        Ok(Package {
            manager: "rpm",
            name,
            version: [epoch.as_bytes(), needed(VERSION)?, b"-", needed(RELEASE)?].concat(),
            // Keys that rpm keeps as packages have none.
            architecture: self.text(ARCH)?.unwrap_or_default().to_vec(),
        })
    }

    /// Whether each file is installed; a header without states has all of them.
    fn states(&self, files: usize) -> Result<Option<&'b [u8]>, String> {
        let Some(entry) = self.find(FILE_STATES) else {
            return Ok(None);
        };
        let is_of = BYTES.contains(&entry.kind) && entry.count == files;
        let states = entry.data.get(..files).filter(|_| is_of);
        states.map(Some).ok_or_else(|| bad(FILE_STATES))
    }

    /// Tells the paths of the files that are installed.
    pub fn paths(&self, take: Take<'_>) -> Result<(), String> {
        let Some(bases) = self.texts(BASE_NAMES)? else {
            return self.old_paths(take);
        };
        let files = bases.left;
        let folders = self.texts(DIR_NAMES)?.ok_or_else(|| bad(DIR_NAMES))?;
        let folders: Option<Vec<_>> = folders.collect();
        let folders = folders.ok_or_else(|| bad(DIR_NAMES))?;
        let indexes = self.numbers(DIR_INDEXES)?.unwrap_or_default();
        if indexes.len() != files * 4 {
            return Err(bad(DIR_INDEXES));
        }
        let states = self.states(files)?;
        let mut path = Vec::new();
        for (at, base) in bases.enumerate() {
            let folder = number(indexes, at * 4).and_then(|index| folders.get(index as usize));
            let folder = folder.ok_or_else(|| bad(DIR_INDEXES))?;
            let base = base.ok_or_else(|| bad(BASE_NAMES))?;
            if folder.len() + base.len() > MOST_PATH {
                return Err(bad(BASE_NAMES));
            }
            if states.is_some_and(|states| !INSTALLED.contains(&states[at])) {
                continue;
            }
            path.clear();
            path.extend_from_slice(folder);
            path.extend_from_slice(base);
            take(&path)?;
        }
        Ok(())
    }

    /// Packages built by rpm 3 have whole paths.
    fn old_paths(&self, take: Take<'_>) -> Result<(), String> {
        let Some(paths) = self.texts(OLD_FILE_NAMES)? else {
            return Ok(());
        };
        let states = self.states(paths.left)?;
        for (at, path) in paths.enumerate() {
            let path = path.filter(|path| path.len() <= MOST_PATH);
            let path = path.ok_or_else(|| bad(OLD_FILE_NAMES))?;
            if states.is_none_or(|states| INSTALLED.contains(&states[at])) {
                take(path)?;
            }
        }
        Ok(())
    }
}

fn bad(tag: (u32, &str)) -> String {
    format!("a package's header has no valid {}", tag.1)
}
