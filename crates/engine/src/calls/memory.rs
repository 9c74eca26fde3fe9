//! The process's memory as it was during a call: chunks of both records, looked up by address.

use tracehound_schema::record::{Chunk, ChunkKind, HEADER_SIZE, Record, chunk};
use tracehound_schema::syscalls::REGISTERS;

use super::files::File;

/// A side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the call reads, as it was when the call began.
    Before,
    /// What the call writes, as it was when the call ended.
    After,
}

/// Bytes that were copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The bytes, as many as there are of those asked for.
    pub bytes: &'a [u8],
    /// Whether that is all that was asked for.
    pub whole: bool,
    /// Whether they were read when the call ended although they are of its beginning.
    pub late: bool,
}

/// What was copied for one call.
#[derive(Clone, Copy, Debug)]
pub struct Memory<'a> {
    /// The chunks of the beginning's record.
    enter: &'a [u8],
    /// Those of the end's.
    exit: &'a [u8],
}

fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (chunk, next) = Chunk::split(rest)?;
        rest = next;
        Some(chunk)
    })
}

impl<'a> Memory<'a> {
    /// The memory that the records of a call's beginning and end hold.
    #[must_use]
    pub fn new(enter: Option<&Record<'a>>, exit: Option<&Record<'a>>) -> Memory<'a> {
        let behind_slots = |record: &Record<'a>| {
            let chunks = record.bytes().get(HEADER_SIZE + REGISTERS * 8..);
            chunks.unwrap_or_default()
        };
        Memory {
            enter: enter.map(behind_slots).unwrap_or_default(),
            exit: exit.map(behind_slots).unwrap_or_default(),
        }
    }

    /// The `length` bytes at an address; `None` if not even the first was read.
    #[must_use]
    pub fn read(&self, side: Side, address: u64, length: u64) -> Option<Found<'a>> {
        if length == 0 {
            return Some(Found {
                bytes: &[],
                whole: true,
                late: false,
            });
        }
        let found = self.longest(side, address, length)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Some(Found {
            bytes: found.bytes.get(..length).unwrap_or(found.bytes),
            whole: found.bytes.len() >= length,
            late: found.late,
        })
    }

    /// All bytes from an address on, for what ends by what it holds; never whole.
    #[must_use]
    pub fn from(&self, side: Side, address: u64) -> Option<Found<'a>> {
        self.longest(side, address, u64::MAX)
    }

    /// The most bytes from `address` on that one chunk holds; chunks behind the first that holds
    /// `enough` are not looked at.
    fn longest(&self, side: Side, address: u64, enough: u64) -> Option<Found<'a>> {
        let before = chunks(self.enter).chain(chunks(self.exit));
        let mut best: Option<Found<'a>> = None;
        for chunk in before.filter(|chunk| is_of(chunk, side)) {
            let Some(bytes) = behind(&chunk, address) else {
                continue;
            };
            let late = chunk.state & chunk::LATE != 0;
            // What was read in time is worth more than what was not.
            let better = best.is_none_or(|best| {
                (best.late && !late) || (best.late == late && best.bytes.len() < bytes.len())
            });
            if better {
                best = Some(Found {
                    bytes,
                    whole: false,
                    late,
                });
            }
            if !late && bytes.len() as u64 >= enough {
                break;
            }
        }
        best
    }

    /// What the kernel says of the file behind a descriptor that was passed.
    #[must_use]
    pub fn file(&self, fd: i32) -> Option<File<'a>> {
        let mut files = chunks(self.enter).chain(chunks(self.exit));
        files.find_map(|chunk| File::of(&chunk, fd))
    }

    /// What the kernel says of the file behind the descriptor that was returned.
    #[must_use]
    pub fn returned(&self, fd: i32) -> Option<File<'a>> {
        let files = chunks(self.exit);
        files.filter_map(|chunk| File::of(&chunk, fd)).last()
    }
}

fn is_of(chunk: &Chunk<'_>, side: Side) -> bool {
    let exit = chunk.state & chunk::EXIT != 0 && chunk.state & chunk::LATE == 0;
    chunk.kind == ChunkKind::Memory
        && chunk.state & chunk::UNREAD == 0
        && exit == (side == Side::After)
}

/// The chunk's bytes from `address` on, if it has any.
fn behind<'a>(chunk: &Chunk<'a>, address: u64) -> Option<&'a [u8]> {
    let start = usize::try_from(address.checked_sub(chunk.address)?).ok()?;
    chunk.bytes.get(start..).filter(|bytes| !bytes.is_empty())
}
