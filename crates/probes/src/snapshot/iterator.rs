//! Reading an iterator: the kernel runs its program for each object, and hands over what that writes.

use std::fs;
use std::io::{self, Read as _};

use libbpf_rs::{Iter, Link};
use tracehound_schema::record::{HEADER_SIZE, MAX_SIZE, Record, State};
use tracehound_schema::{Event, by_name};

use crate::error::Error;

/// More than any record, so that none is split where the kernel could give it whole.
const ROOM: usize = 1 << 16;

/// All records that the iterator of an event gives now.
pub fn read(link: &Link, event: &'static Event) -> Result<Vec<u8>, Error> {
    let mut iterator = Iter::new(link).map_err(Error::bpf("starting an iterator"))?;
    let mut bytes = Vec::new();
    let mut room = vec![0; ROOM];
    loop {
        match iterator.read(&mut room) {
            Ok(0) => break,
            Ok(length) => bytes.extend_from_slice(&room[..length]),
            // After a million objects that gave nothing it wants to be asked again.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock
                ) => {}
            Err(source) => {
                return Err(Error::Io {
                    doing: "reading an iterator",
                    source,
                });
            }
        }
    }
    Ok(match by_name("existing_process") {
        Some(process) if process.id == event.id => with_arguments(&bytes, event),
        _ => bytes,
    })
}

/// Fills in each process's arguments, which lie in its own memory.
fn with_arguments(bytes: &[u8], event: &'static Event) -> Vec<u8> {
    let Some(argv) = event.field_index("argv") else {
        return bytes.to_vec();
    };
    let mut filled = Vec::with_capacity(bytes.len() * 2);
    let mut rest = bytes;
    while let Some((record, next)) = Record::split(rest) {
        rest = next;
        match arguments(&record) {
            Some(arguments) => filled.extend(with_tail(&record, argv, &arguments)),
            None => filled.extend_from_slice(record.bytes()),
        }
    }
    filled
}

/// The arguments of a record's process, if it is still the same.
fn arguments(record: &Record<'_>) -> Option<Vec<u8>> {
    let pid = record.header.host_pid;
    let arguments = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    // Asked afterwards: it was this process all the time, or is it no more.
    (started(pid)? == ticks(record.header.start)).then_some(arguments)
}

/// When a process started, in the ticks that `/proc` counts in.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, can hold anything.
    let after = stat.iter().rposition(|byte| *byte == b')')? + 1;
    let text = str::from_utf8(stat.get(after..)?).ok()?;
    text.split_ascii_whitespace().nth(19)?.parse().ok()
}

pub fn ticks(nanoseconds: u64) -> u64 {
    // SAFETY: reads a constant of the system.
    let rate = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    nanoseconds / (1_000_000_000 / u64::try_from(rate).unwrap_or(100).max(1))
}

/// The record with bytes for a field that it says is unread; no bytes are no value.
fn with_tail(record: &Record<'_>, index: usize, tail: &[u8]) -> Vec<u8> {
    let mut bytes = record.bytes().to_vec();
    let start = bytes.len();
    let kept = &tail[..tail.len().min(MAX_SIZE.saturating_sub(start + 8))];
    let mut header = record.header;
    debug_assert_eq!(record.state(index), State::Unread);
    header.unread &= !(1 << index);
    if tail.is_empty() {
        header.absent |= 1 << index;
    } else if kept.len() < tail.len() {
        header.cut |= 1 << index;
    }
    bytes.extend_from_slice(kept);
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    header.size = u32::try_from(bytes.len()).unwrap_or(0);
    if let Some(head) = bytes.first_chunk_mut::<HEADER_SIZE>() {
        header.write(head);
    }
    let slot = start as u64 | (kept.len() as u64) << 32;
    if let Some(place) = bytes.get_mut(HEADER_SIZE + index * 8..HEADER_SIZE + index * 8 + 8) {
        place.copy_from_slice(&slot.to_ne_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use tracehound_schema::record::{Builder, Header};

    use super::*;

    fn unread() -> Vec<u8> {
        let builder = Builder::new(370, 8, Header::default());
        builder.tail(0, b"sh\0bin\0").unread(5).build()
    }

    #[test]
    fn what_is_filled_in_stands_behind_what_was_there() {
        let bytes = unread();
        let (record, _) = Record::split(&bytes).unwrap();
        let filled = with_tail(&record, 5, b"sh\0-c\0");
        let (record, rest) = Record::split(&filled).unwrap();
        assert!(rest.is_empty());
        assert_eq!(record.tail(0), Some(&b"sh\0bin\0"[..]));
        assert_eq!(record.tail(5), Some(&b"sh\0-c\0"[..]));
        assert_eq!(record.state(5), State::Read);
    }

    #[test]
    fn no_arguments_are_absent_and_too_many_are_cut() {
        let bytes = unread();
        let (record, _) = Record::split(&bytes).unwrap();
        let state = |tail: &[u8]| {
            let filled = with_tail(&record, 5, tail);
            Record::split(&filled).unwrap().0.state(5)
        };
        assert_eq!(state(b""), State::Absent);
        assert_eq!(state(&vec![b'a'; MAX_SIZE]), State::Cut);
    }

    #[test]
    fn a_process_is_known_by_when_it_started() {
        let own = started(std::process::id()).unwrap();
        assert!(own > 0);
        assert_eq!(started(u32::MAX), None);
        let record = |start| {
            let header = Header {
                host_pid: std::process::id(),
                start,
                ..Header::default()
            };
            Builder::new(370, 8, header).unread(5).build()
        };
        let tick = 1_000_000_000 / ticks(1_000_000_000);
        let same = record(own * tick + 5);
        assert!(arguments(&Record::split(&same).unwrap().0).is_some());
        let other = record((own - 1) * tick);
        assert!(arguments(&Record::split(&other).unwrap().0).is_none());
    }
}
