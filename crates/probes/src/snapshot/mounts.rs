//! Mounts, as `/proc/PID/mountinfo` lists them for a process of each mount namespace.

use std::collections::HashSet;
use std::fs;

use super::facts::namespace;
use super::{Made, field, list};
use crate::library::processes;

/// A line of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Mount {
    id: u64,
    parent: u64,
    /// As the kernel keeps it.
    dev: u64,
    /// What of the file system is mounted.
    pub root: Vec<u8>,
    /// Where.
    pub mountpoint: Vec<u8>,
    options: Vec<u8>,
    propagation: Vec<Vec<u8>>,
    /// The file system's type.
    pub fstype: Vec<u8>,
    source: Vec<u8>,
    /// The file system's options.
    pub super_options: Vec<u8>,
}

impl Mount {
    /// Reads a line, whose fields may hold any bytes but blanks, which are escaped.
    pub fn parse(line: &[u8]) -> Option<Mount> {
        let mut words = line.split(|byte| *byte == b' ');
        let mut word = || words.next();
        let (id, parent) = (number(word()?)?, number(word()?)?);
        let dev = device(word()?)?;
        let (root, mountpoint) = (unescaped(word()?), unescaped(word()?));
        let options = word()?.to_vec();
        let propagation = words.by_ref().take_while(|word| *word != b"-");
        let propagation = propagation.map(<[u8]>::to_vec).collect();
        Some(Mount {
            id,
            parent,
            dev,
            root,
            mountpoint,
            options,
            propagation,
            fstype: unescaped(words.next()?),
            source: unescaped(words.next()?),
            super_options: unescaped(words.next()?),
        })
    }

    /// All that a process's list has.
    pub fn of(process: &str) -> Vec<Mount> {
        let list = fs::read(format!("/proc/{process}/mountinfo")).unwrap_or_default();
        let lines = list.split(|byte| *byte == b'\n');
        lines.filter_map(Mount::parse).collect()
    }
}

fn number(word: &[u8]) -> Option<u64> {
    str::from_utf8(word).ok()?.parse().ok()
}

fn device(word: &[u8]) -> Option<u64> {
    let (major, minor) = str::from_utf8(word).ok()?.split_once(':')?;
    Some(major.parse::<u64>().ok()? << 20 | minor.parse::<u64>().ok()?)
}

/// Puts bytes for `\ooo`, three octal digits.
fn unescaped(word: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((&first, after)) = rest.split_first() {
        let octal = after.get(..3).filter(|_| first == b'\\');
        let octal =
            octal.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok());
        match octal {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[3..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

/// Fills `existing_mount`.
pub fn make(made: &mut Made) {
    let mut seen = HashSet::new();
    let mut numbers: Vec<u32> = processes()
        .unwrap_or_default()
        .iter()
        .filter_map(|process| process.parse().ok())
        .collect();
    numbers.sort_unstable();
    for process in numbers.iter().map(ToString::to_string) {
        let Some(inode) = namespace(&process, "mnt") else {
            continue;
        };
        if seen.contains(&inode) {
            continue;
        }
        let mounts = Mount::of(&process);
        // A process that is ending has left its namespace.
        if !mounts.is_empty() {
            seen.insert(inode);
        }
        for mount in mounts {
            put(made, inode, &mount);
        }
    }
}

fn put(made: &mut Made, namespace: u64, mount: &Mount) {
    let event = made.event.name;
    let propagation = list(mount.propagation.iter().map(Vec::as_slice));
    let mut record = made.start();
    for (name, value) in [
        ("mnt_ns", namespace),
        ("id", mount.id),
        ("parent_id", mount.parent),
        ("dev", mount.dev),
    ] {
        record = record.slot(field(event, name), value);
    }
    for (name, value) in [
        ("root", &mount.root),
        ("mountpoint", &mount.mountpoint),
        ("options", &mount.options),
        ("propagation", &propagation),
        ("type", &mount.fstype),
        ("source", &mount.source),
        ("super_options", &mount.super_options),
    ] {
        record = record.tail(field(event, name), value);
    }
    made.put(record);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_its_escapes_and_optional_fields() {
        let line = b"36 35 98:3 /mnt1 /mnt\\0402 rw,noatime shared:1 master:2 - ext3 /dev/root rw,errors=continue";
        let mount = Mount::parse(line).unwrap();
        assert_eq!((mount.id, mount.parent, mount.dev), (36, 35, 98 << 20 | 3));
        assert_eq!(mount.mountpoint, b"/mnt 2");
        assert_eq!(mount.propagation, [b"shared:1", b"master:2"]);
        assert_eq!(mount.fstype, b"ext3");
        assert_eq!(mount.super_options, b"rw,errors=continue");
        let private = Mount::parse(b"1 0 0:2 / / rw - tmpfs a\\134b rw").unwrap();
        assert!(private.propagation.is_empty());
        assert_eq!(private.source, b"a\\b");
        assert_eq!(Mount::parse(b"1 0 0:2 / / rw"), None);
    }
}
