//! rpm's database below a root: a header for each package that is installed.

mod header;
mod log;
mod ndb;
mod sqlite;
#[cfg(test)]
mod tests;

use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt as _;

use self::header::Header;
use self::log::Log;
use self::sqlite::Database;
use super::owners::Owners;
use crate::place::{Looked, Place, State};

/// The largest database that is read; it is read by pages, so that little of it is held at once.
const MOST: u64 = 512 << 20;
/// The largest header of a package.
const MOST_HEADER: usize = 64 << 20;
/// The most bytes of all paths, and what each counts for beside its own: hashing them takes no longer than that.
const MOST_PATHS: usize = 256 << 20;
const EACH_PATH: usize = 64;
/// Takes a blob; the error is a reason to show.
type Take<'t> = &'t mut dyn FnMut(&[u8]) -> Result<(), String>;

/// How often what changes while it is read is read.
const TRIES: usize = 3;

/// What a database is kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Ndb,
    Berkeley,
}

/// Where databases are, best first; what is left of a kind that a distribution has given up stands behind its new one.
const DATABASES: [(&CStr, Kind); 6] = [
    (c"usr/lib/sysimage/rpm/rpmdb.sqlite", Kind::Sqlite),
    (c"var/lib/rpm/rpmdb.sqlite", Kind::Sqlite),
    (c"usr/lib/sysimage/rpm/Packages.db", Kind::Ndb),
    (c"var/lib/rpm/Packages.db", Kind::Ndb),
    (c"usr/lib/sysimage/rpm/Packages", Kind::Berkeley),
    (c"var/lib/rpm/Packages", Kind::Berkeley),
];

/// What SQLite puts beside a database: changes that are not in it yet, and how to undo one that did not end.
const LOG: &str = "-wal";
const JOURNAL: &str = "-journal";

/// The database below a root.
#[derive(Debug)]
pub struct Rpm<'p> {
    place: &'p Place,
    path: &'static CStr,
    kind: Kind,
}

impl Rpm<'_> {
    /// The first database that is there.
    pub fn find(place: &Place) -> Option<Rpm<'_>> {
        let mut databases = DATABASES.into_iter();
        let (path, kind) = databases.find(|(path, _)| place.state(path).is_some())?;
        Some(Rpm { place, path, kind })
    }

    /// What changes with it.
    pub fn states(&self) -> [Option<State>; 3] {
        let beside = |end| self.place.state(&self.beside(end));
        [self.place.state(self.path), beside(LOG), beside(JOURNAL)]
    }

    /// Takes its packages, all or none of them; the error is a reason to show.
    pub fn read(&self, owners: &mut Owners) -> Result<(), String> {
        let before = owners.packages();
        for _ in 0..TRIES {
            let mark = self.mark();
            let looked = self.place.look(self.path)?;
            let read = self.headers(&looked, owners);
            let whole = mark == self.mark();
            if whole && read.is_ok() {
                return Ok(());
            }
            owners.forget(before);
            if let (true, Err(why)) = (whole, read) {
                return Err(self.said(&why));
            }
        }
        Err(self.said("it changed while it was read"))
    }

    fn said(&self, why: &str) -> String {
        format!("rpm's database /{}: {why}", self.path.to_string_lossy())
    }

    fn beside(&self, end: &str) -> CString {
        let path = [self.path.to_bytes(), end.as_bytes()].concat();
        CString::new(path).unwrap_or_default()
    }

    /// The first bytes of what SQLite put beside it; none where there is nothing.
    fn first(&self, end: &str) -> Option<Vec<u8>> {
        let file = self.place.look(&self.beside(end)).ok()?.open().ok()?;
        let mut bytes = vec![0; log::HEADER];
        let read = file.read_at(&mut bytes, 0).ok()?;
        bytes.truncate(read);
        (read > 0).then_some(bytes)
    }

    /// What is another when pages that have been read may not be of one state. The log may have grown: what was read
    /// of it stays until it is begun anew, with another beginning.
    fn mark(&self) -> (Option<State>, Option<Vec<u8>>) {
        (self.place.state(self.path), self.first(LOG))
    }

    fn headers(&self, looked: &Looked, owners: &mut Owners) -> Result<(), String> {
        let mut left = MOST_PATHS;
        let each = &mut |blob: &[u8]| package(owners, &mut left, blob);
        let file = looked.open()?;
        if file.metadata().is_ok_and(|about| about.len() > MOST) {
            return Err(format!("it has more than {MOST} bytes"));
        }
        match self.kind {
            Kind::Sqlite => {
                // One that has ended is emptied or begins with zeros.
                if self.first(JOURNAL).is_some_and(|bytes| bytes[0] != 0) {
                    return Err("it has a journal of a change that did not end".to_owned());
                }
                let log = self.place.look(&self.beside(LOG)).ok();
                let log = log.map(|log| log.open()).transpose()?;
                let log = log.map_or_else(|| Ok(Log::default()), Log::read)?;
                Database::open(file, log)?.blobs(b"Packages", each)
            }
            Kind::Ndb => ndb::blobs(&file, each),
            Kind::Berkeley => Err("Berkeley DB is not read".to_owned()),
        }
    }
}

fn read(file: &File, bytes: &mut [u8], at: u64) -> Result<(), String> {
    let read = file.read_exact_at(bytes, at);
    read.map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => "it ends too early".to_owned(),
        _ => format!("it cannot be read: {error}"),
    })
}

/// A big-endian number, which those of headers and of SQLite are.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*four))
}

/// Takes the package of a header.
fn package(owners: &mut Owners, left: &mut usize, blob: &[u8]) -> Result<(), String> {
    let header = Header::of(blob)?;
    owners.package(header.package()?)?;
    header.paths(&mut |path| {
        let rest = left.checked_sub(path.len() + EACH_PATH);
        *left = rest.ok_or("its paths are longer than 256 MiB together")?;
        owners.path(path)
    })
}
