//! Rows of one table of an SQLite database, read page by page (sqlite.org/fileformat2.html).
//!
//! Whoever wrote it may be hostile: each page is read once at most, whatever points to it, and all rows together are not
//! longer than the database. So there is no more to do than it is large.

use std::fs::File;

use super::log::Log;
use super::{MOST, MOST_HEADER, Take, read};

const MAGIC: &[u8] = b"SQLite format 3\0";
/// The database's own header, before the first page's.
const HEADER: usize = 100;
/// Kinds of pages of tables.
const INTERIOR: u8 = 5;
const LEAF: u8 = 13;

/// A database.
#[derive(Debug)]
pub struct Database {
    file: File,
    log: Log,
    /// Bytes of a page, and those of them that are used.
    size: usize,
    usable: usize,
    /// How many pages there are.
    count: u32,
    /// A bit for each that was read.
    seen: Vec<u64>,
    /// How long all rows may still be.
    left: usize,
}

fn number(bytes: &[u8], at: usize) -> Result<u32, String> {
    super::number(bytes, at).ok_or_else(broken)
}

fn short(bytes: &[u8], at: usize) -> Result<usize, String> {
    let two = bytes.get(at..).and_then(|rest| rest.first_chunk());
    Ok(u16::from_be_bytes(*two.ok_or_else(broken)?).into())
}

/// Up to nine bytes, of seven bits each but for the last, and what follows.
fn varint(bytes: &[u8]) -> Result<(u64, &[u8]), String> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Ok((value << 8 | u64::from(*byte), &bytes[9..]));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[at + 1..]));
        }
    }
    Err(broken())
}

fn broken() -> String {
    "a page of it is broken".to_owned()
}

/// A column of a row: its type, and its bytes.
fn column(row: &[u8], wanted: usize) -> Result<(u64, &[u8]), String> {
    let (header, types) = varint(row)?;
    let header = usize::try_from(header).map_err(|_| broken())?;
    let mut values = row.get(header..).ok_or_else(broken)?;
    let types_size = types.len().checked_sub(values.len());
    let mut types = &types[..types_size.ok_or_else(broken)?];
    for at in 0.. {
        let (kind, rest) = varint(types)?;
        types = rest;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return Err(broken()),
            _ => (kind - 12) / 2,
        };
        let size = usize::try_from(size).map_err(|_| broken())?;
        let (value, rest) = values.split_at_checked(size).ok_or_else(broken)?;
        values = rest;
        if at == wanted {
            return Ok((kind, value));
        }
    }
    Err(broken())
}

/// A column that is a text, as a table's name is.
fn text(row: &[u8], wanted: usize) -> Result<&[u8], String> {
    let (kind, text) = column(row, wanted)?;
    let is_text = kind >= 13 && kind % 2 == 1;
    is_text.then_some(text).ok_or_else(broken)
}

/// A column that is a blob.
fn blob(row: &[u8], wanted: usize) -> Result<&[u8], String> {
    let (kind, blob) = column(row, wanted)?;
    let is_blob = kind >= 12 && kind % 2 == 0;
    is_blob.then_some(blob).ok_or_else(broken)
}

/// A column that is the number of a page.
fn page_number(row: &[u8], wanted: usize) -> Result<u32, String> {
    let (kind, bytes) = column(row, wanted)?;
    let value = bytes
        .iter()
        .fold(0, |value, byte| value << 8 | u64::from(*byte));
    let value = match kind {
        1..=6 => u32::try_from(value).map_err(|_| broken())?,
        9 => 1,
        _ => return Err(broken()),
    };
    Ok(value)
}

impl Database {
    /// Looks how large a database and its pages are; the error is a reason to show.
    pub fn open(file: File, log: Log) -> Result<Database, String> {
        let about = file.metadata();
        let bytes = about
            .map_err(|error| format!("it cannot be read: {error}"))?
            .len();
        let mut header = [0; HEADER];
        // SQLite takes an empty file for a database without tables.
        if bytes > 0 {
            read(&file, &mut header, 0)?;
            if !header.starts_with(MAGIC) {
                return Err("it is no SQLite database".to_owned());
            }
        }
        let size = match short(&header, 16)? {
            1 => 65_536,
            size => size,
        };
        let usable = size.saturating_sub(header[20].into());
        let is_size = size.is_power_of_two() && size >= 512 && usable >= 480;
        if bytes > 0 && !is_size {
            return Err(broken());
        }
        let count = match log.pages() {
            Some((count, own)) if own == size => count,
            Some(_) => return Err("its log is of another database".to_owned()),
            None => u32::try_from(bytes / size.max(512) as u64).map_err(|_| broken())?,
        };
        let all = count as usize * size;
        if all as u64 > MOST {
            return Err(format!("it has more than {} bytes", MOST));
        }
        Ok(Database {
            file,
            log,
            size,
            usable,
            count,
            seen: vec![0; count as usize / 64 + 1],
            left: all,
        })
    }

    /// Tells the second column of each row of a table, a blob, in the order of the rows' numbers.
    pub fn blobs(mut self, table: &[u8], take: Take<'_>) -> Result<(), String> {
        if self.size == 0 {
            return Ok(());
        }
        let mut root = None;
        // Of what is there: its kind, its name, the table's name, and where it begins.
        self.rows(1, &mut |row| {
            if text(row, 0)? == b"table" && text(row, 1)?.eq_ignore_ascii_case(table) {
                root = Some(page_number(row, 3)?);
            }
            Ok(())
        })?;
        let root = root.ok_or_else(|| {
            let table = String::from_utf8_lossy(table);
            format!("it has no table {table}")
        })?;
        self.rows(root, &mut |row| take(blob(row, 1)?))
    }

    /// Tells the rows of the table that begins with a page.
    fn rows(&mut self, root: u32, take: Take<'_>) -> Result<(), String> {
        let mut left = vec![root];
        while let Some(number) = left.pop() {
            let page = self.page(number)?;
            let from = if number == 1 { HEADER } else { 0 };
            match page.get(from) {
                Some(&INTERIOR) => children(&page, from, &mut left)?,
                Some(&LEAF) => {
                    for cell in cells(&page, from, 8)? {
                        take(&self.row(cell?)?)?;
                    }
                }
                _ => return Err(broken()),
            }
            if left.len() > self.count as usize {
                return Err("it names more pages than it has".to_owned());
            }
        }
        Ok(())
    }

    /// A page, as it is with the log; each only once.
    fn page(&mut self, number: u32) -> Result<Vec<u8>, String> {
        if number == 0 || number > self.count {
            return Err(broken());
        }
        let (word, bit) = (number as usize / 64, 1 << (number % 64));
        let seen = self.seen.get_mut(word).ok_or_else(broken)?;
        if *seen & bit != 0 {
            return Err("a page of it is in it twice".to_owned());
        }
        *seen |= bit;
        let mut page = vec![0; self.size];
        if !self.log.page(number, &mut page)? {
            let at = u64::from(number - 1) * self.size as u64;
            read(&self.file, &mut page, at)?;
        }
        page.truncate(self.usable);
        Ok(page)
    }

    /// A row: what of it is in the page (its length, its number and its beginning), and what is in others.
    fn row(&mut self, cell: &[u8]) -> Result<Vec<u8>, String> {
        let (length, cell) = varint(cell)?;
        let (_, cell) = varint(cell)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > MOST_HEADER {
            return Err(format!("it has a row of more than {MOST_HEADER} bytes"));
        }
        let rest = self.left.checked_sub(length);
        self.left = rest.ok_or("its rows are longer than it is")?;
        let own = self.own(length);
        let mut row = cell.get(..own).ok_or_else(broken)?.to_vec();
        if own == length {
            return Ok(row);
        }
        let mut next = number(cell, own)?;
        while row.len() < length {
            let page = self.page(next)?;
            let rest = page.get(4..).ok_or_else(broken)?;
            row.extend_from_slice(&rest[..rest.len().min(length - row.len())]);
            next = number(&page, 0)?;
        }
        Ok(row)
    }

    /// How much of a row of a length is in its own page.
    fn own(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let own = least + (length - least) % (self.usable - 4);
        if own <= most { own } else { least }
    }
}

/// The cells of a page, by the places that stand behind its header.
fn cells(
    page: &[u8],
    from: usize,
    header: usize,
) -> Result<impl DoubleEndedIterator<Item = Result<&[u8], String>>, String> {
    let places = from + header;
    let end = places + 2 * short(page, from + 3)?;
    let places = page.get(places..end).ok_or_else(broken)?;
    Ok(places.chunks_exact(2).map(|place| {
        let place = short(place, 0)?;
        page.get(place..).ok_or_else(broken)
    }))
}

/// Adds the pages below a page, the first last.
fn children(page: &[u8], from: usize, left: &mut Vec<u32>) -> Result<(), String> {
    left.push(number(page, from + 8)?);
    for cell in cells(page, from, 12)?.rev() {
        left.push(number(cell?, 0)?);
    }
    Ok(())
}
