//! The first process, where the kernel keeps it from iterators, as sandboxes do.
//!
//! Every chain of ancestors ends in it, so one of whom nothing is known would leave all of them unknown.

use std::fs;

use tracehound_schema::by_name;
use tracehound_schema::record::{Builder, Header, Record};

use super::iterator::ticks;
use super::{PROCESSES, cpu, field, tail_or_absent};
use crate::tracer::boot_time;
use crate::users::namespace;

/// What `/proc` tells of it, if a snapshot has children of it and not itself.
pub fn missing(snapshot: &[u8]) -> Option<Vec<u8>> {
    let start = start(snapshot)?;
    let stat = fs::read("/proc/1/stat").ok()?;
    let status = fs::read_to_string("/proc/1/status").ok()?;
    let (comm, words) = split(&stat)?;
    let words: Vec<&str> = words.split_ascii_whitespace().collect();
    // Ids in /proc are those of its own namespace, where another one can be the first.
    if words.get(19)?.parse() != Ok(ticks(start)) {
        return None;
    }
    let id = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_ascii_whitespace().next()?.parse().ok()
    };
    let header = Header {
        time: boot_time(),
        nr: -1,
        cpu: cpu(),
        host_pid: 1,
        host_tid: 1,
        pid: 1,
        tid: 1,
        start,
        leader_start: start,
        uid: id("Uid:")?,
        gid: id("Gid:")?,
        comm,
        mnt_ns: namespace("1", "mnt").unwrap_or(0),
        ..Header::default()
    };
    let threads = words.get(17)?.parse().ok()?;
    Some(filled(header, threads))
}

fn filled(header: Header, threads: u64) -> Vec<u8> {
    let Some(event) = by_name(PROCESSES) else {
        return Vec::new();
    };
    let unread = [
        "pathname",
        "dev",
        "inode",
        "ctime",
        "inode_mode",
        "login_uid",
        "session",
        "tty",
    ];
    let record = Builder::new(event.id, event.fields.len(), header);
    let record = unread
        .iter()
        .fold(record, |record, name| record.unread(field(PROCESSES, name)));
    let argv = fs::read("/proc/1/cmdline").unwrap_or_default();
    let argv = Some(argv.as_slice()).filter(|argv| !argv.is_empty());
    let record = tail_or_absent(record, field(PROCESSES, "argv"), argv);
    let record = record.slot(field(PROCESSES, "threads"), threads);
    let place = field(PROCESSES, "user_ns");
    let record = match namespace("1", "user") {
        Some(user_ns) => record.slot(place, user_ns.into()),
        None => record.unread(place),
    };
    record.build()
}

/// When the first process started, by one of its children; `None` if it is told, or has none.
fn start(mut snapshot: &[u8]) -> Option<u64> {
    let event = by_name(PROCESSES)?;
    let mut start = None;
    while let Some((record, rest)) = Record::split(snapshot) {
        snapshot = rest;
        let header = record.header;
        if header.event != event.id {
            continue;
        }
        if header.host_pid == 1 {
            return None;
        }
        if header.host_ppid == 1 {
            start = Some(header.parent_start);
        }
    }
    start
}

/// The name, and what follows it. The name can hold anything.
fn split(stat: &[u8]) -> Option<([u8; 16], &str)> {
    let open = stat.iter().position(|byte| *byte == b'(')?;
    let close = stat.iter().rposition(|byte| *byte == b')')?;
    let name = stat.get(open + 1..close)?;
    let mut comm = [0; 16];
    let length = name.len().min(15);
    comm[..length].copy_from_slice(&name[..length]);
    Some((comm, str::from_utf8(stat.get(close + 1..)?).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn existing(pid: u32, parent: u32) -> Vec<u8> {
        let event = by_name(PROCESSES).unwrap();
        let header = Header {
            host_pid: pid,
            host_ppid: parent,
            parent_start: 77,
            ..Header::default()
        };
        Builder::new(event.id, event.fields.len(), header).build()
    }

    #[test]
    fn it_is_missed_where_its_children_are_told_and_it_is_not() {
        assert_eq!(start(&[existing(5, 1), existing(6, 5)].concat()), Some(77));
        assert_eq!(start(&[existing(1, 0), existing(5, 1)].concat()), None);
        assert_eq!(start(&existing(6, 5)), None);
        // Nobody started at that time: /proc tells of another one.
        assert_eq!(missing(&existing(5, 1)), None);
    }

    #[test]
    fn names_can_hold_anything() {
        let (comm, rest) = split(b"1 (a) (b) S 0 1\n").unwrap();
        assert_eq!((&comm[..6], rest), (&b"a) (b\0"[..], " S 0 1\n"));
    }
}
