//! SQLite's write-ahead log: pages that were changed, and are not in the database's file yet (sqlite.org/fileformat2.html,
//! "The Write-Ahead Log").

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::{MOST, number, read};

/// The beginning of a log.
pub const HEADER: usize = 32;
/// What stands before each page: its number, how many pages there are if a change ends with it, salts and a checksum.
const FRAME: usize = 24;
/// The magic number; with the last bit set checksums take numbers as big-endian.
const MAGIC: u32 = 0x377f_0682;

/// The pages of the changes that have ended.
#[derive(Debug, Default)]
pub struct Log {
    file: Option<File>,
    size: usize,
    /// Where each is in the file.
    pages: HashMap<u32, u64>,
    /// How many pages the database has since.
    count: Option<u32>,
}

/// The sum over all bytes so far, that the next frame goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sum {
    big: bool,
    sums: [u32; 2],
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let read = if self.big {
            u32::from_be_bytes
        } else {
            u32::from_le_bytes
        };
        let [mut first, mut second] = self.sums;
        for pair in bytes.as_chunks::<8>().0 {
            let [one, other] = pair.as_chunks::<4>().0 else {
                break;
            };
            first = first.wrapping_add(read(*one)).wrapping_add(second);
            second = second.wrapping_add(read(*other)).wrapping_add(first);
        }
        self.sums = [first, second];
    }

    /// Whether it is what stands there.
    fn is(&self, bytes: &[u8]) -> bool {
        [number(bytes, 0), number(bytes, 4)] == self.sums.map(Some)
    }
}

impl Log {
    /// Reads which pages a log has. As with SQLite itself, one that does not begin as a log is none, and what does not
    /// continue what stands before it is left of older changes. The error is a reason to show.
    pub fn read(file: File) -> Result<Log, String> {
        let mut header = [0; HEADER];
        if file.read_exact_at(&mut header, 0).is_err() {
            return Ok(Log::default());
        }
        let magic = number(&header, 0).unwrap_or_default();
        let mut sum = Sum {
            big: magic & 1 == 1,
            sums: [0; 2],
        };
        sum.add(&header[..24]);
        let size = number(&header, 8).unwrap_or_default() as usize;
        let is_size = size.is_power_of_two() && (512..=65_536).contains(&size);
        let summed = sum.is(&header[24..]);
        if magic & !1 != MAGIC || !is_size || !summed {
            return Ok(Log::default());
        }
        let mut log = Log {
            file: Some(file),
            size,
            ..Log::default()
        };
        log.frames(&header[16..24], sum)?;
        Ok(log)
    }

    fn frames(&mut self, salts: &[u8], mut sum: Sum) -> Result<(), String> {
        let mut frame = vec![0; FRAME + self.size];
        let mut changed = Vec::new();
        for at in 0.. {
            let from = (HEADER + at * frame.len()) as u64;
            let file = self.file.as_ref();
            let read = file.map(|file| file.read_exact_at(&mut frame, from));
            if !matches!(read, Some(Ok(()))) || frame[8..16] != *salts {
                break;
            }
            sum.add(&frame[..8]);
            sum.add(&frame[FRAME..]);
            if !sum.is(&frame[16..]) {
                break;
            }
            if from > MOST {
                return Err(format!("its log has more than {MOST} bytes"));
            }
            let (Some(page @ 1..), Some(pages)) = (number(&frame, 0), number(&frame, 4)) else {
                break;
            };
            changed.push((page, from + FRAME as u64));
            if pages != 0 {
                self.pages.extend(changed.drain(..));
                self.count = Some(pages);
            }
        }
        Ok(())
    }

    /// How many pages of which size the database has by the log, if that has a change.
    pub fn pages(&self) -> Option<(u32, usize)> {
        Some((self.count?, self.size))
    }

    /// Reads a page that the log has; `false` if it has not.
    pub fn page(&self, number: u32, page: &mut [u8]) -> Result<bool, String> {
        let Some((file, at)) = self.file.as_ref().zip(self.pages.get(&number)) else {
            return Ok(false);
        };
        read(file, page, *at).map_err(|why| format!("its log: {why}"))?;
        Ok(true)
    }
}
