//! Recordings: raw records in a file, with what is needed to read them elsewhere.
//!
//! A recording starts with [`MAGIC`], then the clock (8 bytes, nanoseconds from 1970 to boot), the boot
//! id (36 bytes of text) and the hierarchy of cgroups (8 bytes), in the byte order of the machine that
//! made it; then records.

use std::io::{self, Read, Write};

use tracehound_schema::record::{HEADER_SIZE, MAX_SIZE};

use crate::clock::Clock;

/// The first bytes of a recording; the last two are 0x0102 in the machine's byte order.
const MAGIC: [u8; 8] = {
    let order = 0x0102u16.to_ne_bytes();
    [b'T', b'H', b'R', b'E', b'C', 4, order[0], order[1]]
};

/// Bytes before the first record.
pub const PREAMBLE_SIZE: usize = START + 8;
/// Those of them that have been there from the first version on.
const START: usize = MAGIC.len() + 8 + 36;

/// What stands before the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preamble {
    /// Turns times since boot into times of day.
    pub clock: Clock,
    /// The kernel's id of the boot.
    pub boot_id: String,
    /// The number of the hierarchy whose cgroups records name, as /proc/cgroups has it; 0 for version 2.
    pub hierarchy: u32,
}

/// What can be wrong with a recording.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is something else.
    #[error(
        "not a Tracehound recording, or one of a machine with another byte order; record with -o raw:PATH"
    )]
    NotOurs,
    /// A record is not whole.
    #[error("damaged at byte {0}: no record starts there; everything before it was shown")]
    Damaged(u64),
    /// The file cannot be read.
    #[error("cannot read it")]
    Io(#[from] io::Error),
}

/// Writes the preamble.
pub fn write(preamble: &Preamble, writer: &mut dyn Write) -> io::Result<()> {
    writer.write_all(&MAGIC)?;
    writer.write_all(&preamble.clock.boot.to_ne_bytes())?;
    let mut id = [b' '; 36];
    for (to, from) in id.iter_mut().zip(preamble.boot_id.bytes()) {
        *to = from;
    }
    writer.write_all(&id)?;
    writer.write_all(&u64::from(preamble.hierarchy).to_ne_bytes())
}

/// Reads the preamble.
pub fn open(reader: &mut dyn Read) -> Result<Preamble, Error> {
    let mut start = [0; START];
    reader.read_exact(&mut start).map_err(of_start)?;
    let (magic, rest) = start.split_at(8);
    let boot = rest.first_chunk().copied().ok_or(Error::NotOurs)?;
    if magic != MAGIC {
        return Err(Error::NotOurs);
    }
    let hierarchy = hierarchy(reader)?;
    let boot_id = String::from_utf8_lossy(&rest[8..]).trim().to_owned();
    Ok(Preamble {
        clock: Clock {
            boot: i64::from_ne_bytes(boot),
        },
        boot_id,
        hierarchy,
    })
}

fn hierarchy(reader: &mut dyn Read) -> Result<u32, Error> {
    let mut number = [0; 8];
    reader.read_exact(&mut number).map_err(of_start)?;
    u32::try_from(u64::from_ne_bytes(number)).map_err(|_| Error::NotOurs)
}

/// What ends too early is no recording.
fn of_start(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::NotOurs,
        _ => Error::Io(error),
    }
}

/// Reads the records in batches and gives each to `each`, whole records only.
pub fn batches<E: From<Error>>(
    reader: &mut dyn Read,
    mut each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let mut buffer = vec![0; 1 << 20];
    let (mut filled, mut offset) = (0, PREAMBLE_SIZE as u64);
    loop {
        let count = reader.read(&mut buffer[filled..]).map_err(Error::from)?;
        filled += count;
        let whole = whole(&buffer[..filled]);
        each(&buffer[..whole])?;
        offset += whole as u64;
        buffer.copy_within(whole..filled, 0);
        filled -= whole;
        let stuck = filled >= HEADER_SIZE && whole == 0 && !plausible(&buffer[..filled]);
        if stuck || (count == 0 && filled > 0) {
            return Err(Error::Damaged(offset).into());
        }
        if count == 0 {
            return Ok(());
        }
    }
}

/// Bytes of the whole records at the start.
fn whole(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    while plausible(rest) {
        let Some((_, next)) = tracehound_schema::record::Record::split(rest) else {
            break;
        };
        rest = next;
    }
    bytes.len() - rest.len()
}

/// Whether the size that the bytes start with can be a record's.
fn plausible(bytes: &[u8]) -> bool {
    let size = bytes
        .first_chunk()
        .map_or(0, |size| u32::from_ne_bytes(*size) as usize);
    (HEADER_SIZE..=MAX_SIZE).contains(&size) && size.is_multiple_of(8)
}
