//! rpm's own database, ndb, that SUSE uses (lib/backend/ndb/rpmpkg.c of rpm 4.20): pages of slots, each of which says in
//! which blocks a header is. All numbers are little-endian.

use std::fs::File;

use super::{MOST, MOST_HEADER, Take, read};

const PAGE: usize = 4096;
/// Bytes of a slot, and of a block.
const SLOT: usize = 16;
/// The database's header, in place of the first two slots.
const HEADER: usize = 32;
/// What stands before a blob (magic, number, generation, length) and behind it (checksum, length, magic).
const HEAD: usize = 16;
const TAIL: usize = 12;
/// The most pages of slots: a million packages.
const MOST_PAGES: usize = 4096;

/// Where a header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    /// Packages have ascending ones as they are installed.
    number: u32,
    block: u32,
    blocks: u32,
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..).and_then(|rest| rest.first_chunk());
    four.map_or(0, |four| u32::from_le_bytes(*four))
}

fn broken() -> String {
    "it is broken".to_owned()
}

/// Tells all blobs in the order of their numbers; the error is a reason to show.
pub fn blobs(file: &File, take: Take<'_>) -> Result<(), String> {
    let mut header = [0; HEADER];
    read(file, &mut header, 0)?;
    let pages = number(&header, 12) as usize;
    if !header.starts_with(b"RpmP") || number(&header, 4) != 0 || pages > MOST_PAGES {
        return Err("it is no ndb database of version 0".to_owned());
    }
    let mut slots = slots(file, pages)?;
    slots.sort_unstable();
    let twice = slots.windows(2).any(|two| two[0].number == two[1].number);
    // Those of a hostile database may overlap.
    let blocks: u64 = slots.iter().map(|slot| u64::from(slot.blocks)).sum();
    if twice || blocks * SLOT as u64 > MOST {
        return Err(broken());
    }
    for slot in slots {
        take(&blob(file, slot)?)?;
    }
    Ok(())
}

fn slots(file: &File, pages: usize) -> Result<Vec<Slot>, String> {
    let mut slots = Vec::new();
    let mut page = [0; PAGE];
    for at in 0..pages {
        read(file, &mut page, (at * PAGE) as u64)?;
        let from = if at == 0 { HEADER } else { 0 };
        for slot in page[from..].chunks_exact(SLOT) {
            let found = Slot {
                number: number(slot, 4),
                block: number(slot, 8),
                blocks: number(slot, 12),
            };
            if !slot.starts_with(b"Slot") {
                return Err(broken());
            }
            if found.block != 0 {
                slots.push(found);
            }
        }
    }
    Ok(slots)
}

fn blob(file: &File, slot: Slot) -> Result<Vec<u8>, String> {
    let bytes = slot.blocks as usize * SLOT;
    if !(HEAD + TAIL..=MOST_HEADER).contains(&bytes) {
        return Err(broken());
    }
    let mut blob = vec![0; bytes];
    read(file, &mut blob, u64::from(slot.block) * SLOT as u64)?;
    let length = number(&blob, 12);
    let (summed, tail) = blob.split_at(bytes - TAIL);
    let is_whole = blob.starts_with(b"BlbS")
        && number(&blob, 4) == slot.number
        && number(tail, 0) == adler32(summed)
        && number(tail, 4) == length
        && tail.ends_with(b"BlbE")
        && (HEAD + length as usize + TAIL).div_ceil(SLOT) == slot.blocks as usize;
    if !is_whole {
        return Err(broken());
    }
    blob.truncate(HEAD + length as usize);
    blob.drain(..HEAD);
    Ok(blob)
}

/// RFC 1950's sum.
pub fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1u32, 0u32);
    // As many as cannot overflow.
    for part in bytes.chunks(5552) {
        for byte in part {
            low += u32::from(*byte);
            high += low;
        }
        low %= 65_521;
        high %= 65_521;
    }
    high << 16 | low
}
