//! Code that processes make at run time, as they tell of it in /tmp/perf-PID.map.
//!
//! The file is the process's own: it may be anything, and what it says is what its maker wrote.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

use rustix::fs::OFlags;

/// The largest file that is read.
const MOST: u64 = 64 << 20;
/// The longest name that is kept.
const MOST_NAME: usize = 1024;

/// The functions of one process, by where they begin.
#[derive(Debug, Default)]
pub struct PerfMap {
    functions: Vec<(u64, u64, Vec<u8>)>,
}

impl PerfMap {
    /// Reads that of a process: `pid` is its id in the first namespace, `own` that in its own.
    pub fn of(pid: u32, own: u32) -> Result<PerfMap, String> {
        let path = format!("/proc/{pid}/root/tmp/perf-{own}.map");
        // What is no plain file must not be waited for, nor a link be followed out of the process's root.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(i32::try_from(flags.bits()).unwrap_or(0))
            .open(path);
        let file = opened.map_err(|_| "the process has no perf map".to_owned())?;
        let metadata = file.metadata().map_err(|error| error.to_string())?;
        let owner = std::fs::metadata(format!("/proc/{pid}")).map(|process| process.uid());
        let is_its_own = metadata.uid() == 0 || owner.is_ok_and(|owner| owner == metadata.uid());
        if !metadata.is_file() || !is_its_own {
            return Err("the perf map is no file of the process's user".to_owned());
        }
        Ok(PerfMap::read(file))
    }

    fn read(file: File) -> PerfMap {
        let mut functions = Vec::new();
        let mut lines = BufReader::new(file.take(MOST));
        let mut line = Vec::new();
        while lines
            .read_until(b'\n', &mut line)
            .is_ok_and(|read| read > 0)
        {
            functions.extend(function(&line));
            line.clear();
        }
        functions.sort_by_key(|function| function.0);
        PerfMap { functions }
    }

    /// The function at an address, and how far behind its beginning that is.
    pub fn find(&self, address: u64) -> Option<(&[u8], u64)> {
        let after = self.functions.partition_point(|one| one.0 <= address);
        let (start, size, name) = self.functions.get(after.checked_sub(1)?)?;
        let offset = address - start;
        (offset < *size).then_some((name, offset))
    }
}

/// `START SIZE NAME`, the numbers in hexadecimal digits.
fn function(line: &[u8]) -> Option<(u64, u64, Vec<u8>)> {
    let mut words = line.trim_ascii().splitn(3, |byte| *byte == b' ');
    let mut number = || {
        let word = str::from_utf8(words.next()?).ok()?;
        u64::from_str_radix(word.trim_start_matches("0x"), 16).ok()
    };
    let (start, size) = (number()?, number()?);
    let name = words.next()?;
    let name = name.get(..MOST_NAME).unwrap_or(name);
    Some((start, size, name.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_between_their_ends() {
        let path = std::env::temp_dir().join(format!("tracehound-map-{}", std::process::id()));
        let text = b"2000 10 second of two\n1000 0x20 first\nnonsense\n3000 zz bad\n";
        std::fs::write(&path, text).unwrap();
        let map = PerfMap::read(File::open(&path).unwrap());
        std::fs::remove_file(path).unwrap();
        assert_eq!(map.find(0x101f), Some((&b"first"[..], 0x1f)));
        assert_eq!(map.find(0x2000), Some((&b"second of two"[..], 0)));
        for address in [0xfff, 0x1020, 0x2010, 0x3000] {
            assert_eq!(map.find(address), None);
        }
    }

    #[test]
    fn a_process_without_one_has_none() {
        let own = std::process::id();
        assert!(PerfMap::of(own, own).is_err());
    }
}
