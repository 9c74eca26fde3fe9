//! Hearing of new executable mappings.
//!
//! perf's MMAP2 records say which process has mapped which file for execution: at exec, by the
//! loader, by dlopen. They cost nothing but for such mappings and need no probe. They are read with
//! the rings, so a library is heard of some milliseconds after it is mapped.
//!
//! perf could follow just a command and its descendants, but then loses them at a set-user-ID
//! program and costs at every switch of tasks; so the listening is to all, and the scope is asked.

use std::collections::VecDeque;
use std::io;
use std::mem::offset_of;
use std::os::fd::{AsFd as _, FromRawFd as _, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use libbpf_sys::{perf_event_attr, perf_event_mmap_page};

use super::mapped::Key;
use crate::ring::{map, page_size, unmap};

/// Data pages of each CPU's ring; an exec leaves about five records of 120 bytes.
const PAGES: usize = 16;

/// A process has mapped a file for execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The process.
    pub pid: u32,
    /// The file, as `/proc/PID/maps` would name it.
    pub key: Key,
    /// Tells a file from an earlier one that had the same inode number.
    pub generation: u64,
    /// The file's path in the process's view.
    pub path: Vec<u8>,
    /// When, in nanoseconds since boot.
    pub time: u64,
}

/// A listener on all CPUs.
pub struct Watch {
    rings: Vec<Ring>,
}

impl Watch {
    /// Listens to the whole host.
    pub fn open(cpus: usize) -> io::Result<Watch> {
        let mut rings = Vec::with_capacity(cpus);
        for cpu in 0..cpus {
            match Ring::open(cpu) {
                Ok(ring) => rings.push(ring),
                // A CPU that is possible but not there.
                Err(error) if error.raw_os_error() == Some(libc::ENODEV) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Watch { rings })
    }

    /// Appends what has been mapped since the last call; returns whether some of it was lost.
    pub fn read(&mut self, notes: &mut VecDeque<Note>) -> bool {
        let mut lost = false;
        for ring in &mut self.rings {
            lost |= parse(&ring.take(), notes);
        }
        lost
    }
}

/// Appends the notes in a run of records; returns whether it tells of lost ones.
fn parse(mut bytes: &[u8], notes: &mut VecDeque<Note>) -> bool {
    let mut lost = false;
    while let Some((kind, body, rest)) = record(bytes) {
        bytes = rest;
        match kind {
            libbpf_sys::PERF_RECORD_MMAP2 => notes.extend(note(body)),
            libbpf_sys::PERF_RECORD_LOST => lost = true,
            _ => {}
        }
    }
    lost
}

/// Splits off a record: type (4 bytes), flags (2), size (2), then what the type says.
fn record(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let kind = u32::from_ne_bytes(*bytes.first_chunk()?);
    let size = u16::from_ne_bytes(*bytes.get(6..)?.first_chunk()?);
    let (record, rest) = bytes.split_at_checked(usize::from(size))?;
    Some((kind, record.get(8..)?, rest))
}

/// `struct perf_record_mmap2` of include/uapi/linux/perf_event.h, with the time at its end.
fn note(body: &[u8]) -> Option<Note> {
    let word = |at: usize| Some(u32::from_ne_bytes(*body.get(at..)?.first_chunk()?));
    let long = |at: usize| Some(u64::from_ne_bytes(*body.get(at..)?.first_chunk()?));
    let end = body.len().checked_sub(8)?;
    let inode = long(40)?;
    if inode == 0 {
        return None;
    }
    let path = body.get(64..end)?.split(|byte| *byte == 0).next()?;
    Some(Note {
        pid: word(0)?,
        key: (word(32)? << 20 | word(36)?, inode),
        generation: long(48)?,
        path: path.to_owned(),
        time: long(end)?,
    })
}

/// One CPU's ring: a page of positions, then the data.
struct Ring {
    pages: *mut u8,
    page: usize,
    _event: OwnedFd,
}

// SAFETY: the mapping belongs to this value alone and is reached through `&mut self` or atomics.
unsafe impl Send for Ring {}

impl Ring {
    fn open(cpu: usize) -> io::Result<Ring> {
        let event = open_event(cpu)?;
        let page = page_size()?;
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let pages = map(event.as_fd(), (1 + PAGES) * page, access, 0)?;
        Ok(Ring {
            pages,
            page,
            _event: event,
        })
    }

    fn position(&self, offset: usize) -> &AtomicU64 {
        // SAFETY: the first page is mapped for the life of `self`; the position is eight aligned
        // bytes in it that the kernel too accesses atomically.
        unsafe { AtomicU64::from_ptr(self.pages.add(offset).cast()) }
    }

    /// Copies out what is there and gives the room back.
    fn take(&mut self) -> Vec<u8> {
        let head = self.position(offset_of!(perf_event_mmap_page, data_head));
        let tail = self.position(offset_of!(perf_event_mmap_page, data_tail));
        let (until, from) = (head.load(Ordering::Acquire), tail.load(Ordering::Relaxed));
        let size = PAGES * self.page;
        let length = usize::try_from(until.wrapping_sub(from))
            .unwrap_or(0)
            .min(size);
        let start = usize::try_from(from % size as u64).unwrap_or(0);
        let first = length.min(size - start);
        let mut bytes = vec![0; length];
        for (at, start, count) in [(0, start, first), (first, 0, length - first)] {
            // SAFETY: `start + count` is at most the data's size, which is mapped behind the first
            // page; the kernel leaves the bytes between tail and head alone until tail moves.
            let data =
                unsafe { std::slice::from_raw_parts(self.pages.add(self.page + start), count) };
            bytes[at..at + count].copy_from_slice(data);
        }
        tail.store(until, Ordering::Release);
        bytes
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        unmap(self.pages, (1 + PAGES) * self.page);
    }
}

/// An event that counts nothing and only brings the records.
fn open_event(cpu: usize) -> io::Result<OwnedFd> {
    let mut attributes = perf_event_attr {
        type_: libbpf_sys::PERF_TYPE_SOFTWARE,
        size: size_of::<perf_event_attr>() as u32,
        config: u64::from(libbpf_sys::PERF_COUNT_SW_DUMMY),
        sample_type: u64::from(libbpf_sys::PERF_SAMPLE_TIME),
        clockid: libc::CLOCK_BOOTTIME,
        ..perf_event_attr::default()
    };
    attributes.set_mmap(1);
    attributes.set_mmap2(1);
    attributes.set_sample_id_all(1);
    attributes.set_use_clockid(1);
    let anyone = -1;
    let flags = libbpf_sys::PERF_FLAG_FD_CLOEXEC;
    // SAFETY: the attributes are valid and outlive the call, the rest are numbers; the result is
    // checked.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attributes,
            anyone,
            cpu as i32,
            -1,
            flags,
        )
    };
    let fd = i32::try_from(fd).unwrap_or(-1);
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just opened it for us and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mmap2(path: &[u8]) -> Vec<u8> {
        let mut body = vec![0; 64];
        body[..4].copy_from_slice(&77u32.to_ne_bytes());
        body[32..36].copy_from_slice(&8u32.to_ne_bytes());
        body[36..40].copy_from_slice(&1u32.to_ne_bytes());
        body[40..48].copy_from_slice(&1234u64.to_ne_bytes());
        body.extend_from_slice(path);
        body.resize(body.len().next_multiple_of(8), 0);
        body.extend_from_slice(&99u64.to_ne_bytes());
        let mut bytes = libbpf_sys::PERF_RECORD_MMAP2.to_ne_bytes().to_vec();
        bytes.extend_from_slice(&2u16.to_ne_bytes());
        bytes.extend_from_slice(&(body.len() as u16 + 8).to_ne_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    #[test]
    fn a_mapping_is_read_with_its_file_and_time() {
        let mut notes = VecDeque::new();
        assert!(!parse(&mmap2(b"/lib/libc.so.6\0"), &mut notes));
        let note = &notes[0];
        assert_eq!(
            (note.pid, note.key, note.time),
            (77, (8 << 20 | 1, 1234), 99)
        );
        assert_eq!(note.path, b"/lib/libc.so.6");
    }

    #[test]
    fn cut_records_are_no_records() {
        let whole = mmap2(b"/lib/libc.so.6\0");
        for length in 0..whole.len() {
            let mut notes = VecDeque::new();
            parse(&whole[..length], &mut notes);
            assert!(notes.is_empty());
        }
    }
}
