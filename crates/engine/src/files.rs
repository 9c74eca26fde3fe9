//! What each process's program hashes to and which package it is of, as records of files tell it.

use rustc_hash::FxHashMap;
use tracehound_schema::record::{Record, State};
use tracehound_schema::{Event, by_name};

use crate::inherited::Inherited;

/// Most files remembered; of those beyond them nothing is told.
const MAX: usize = 65_536;

/// A file as it was: device, inode number, time of change, and the mount namespace that it was seen in.
type File = [u64; 4];

/// An event whose records tell of a file.
#[derive(Clone, Copy, Debug)]
struct Source {
    id: u16,
    /// Device, inode number, time of change.
    fields: [usize; 3],
}

impl Source {
    fn new(event: &str) -> Option<Source> {
        let event = by_name(event)?;
        let field = |name| event.field_index(name);
        Some(Source {
            id: event.id,
            fields: [field("dev")?, field("inode")?, field("ctime")?],
        })
    }

    fn file(self, record: &Record<'_>) -> Option<File> {
        let read = |index| {
            let slot = record.slot(index);
            slot.filter(|_| record.state(index) == State::Read)
        };
        let [dev, inode, ctime] = self.fields;
        let space = u64::from(record.header.mnt_ns);
        Some([read(dev)?, read(inode)?, read(ctime)?, space])
    }
}

/// The package that a file is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Whose list says so.
    pub manager: Box<[u8]>,
    /// Its name.
    pub name: Box<[u8]>,
    /// Its version.
    pub version: Box<[u8]>,
    /// What it was built for.
    pub architecture: Box<[u8]>,
}

/// What is known of a file.
#[derive(Debug, Default)]
struct Known {
    hash: Option<Box<[u8]>>,
    /// That it is of none is known, too.
    package: Option<Option<Package>>,
}

/// An event that tells something of a file, and where.
type Told<const N: usize> = Option<(Source, [usize; N])>;

/// What is known of files, and whose programs they are.
#[derive(Debug)]
pub struct Files {
    programs: Inherited<File>,
    known: FxHashMap<File, Known>,
    version: u32,
    loads: [Option<Source>; 2],
    hashed: Told<1>,
    packaged: Told<4>,
}

impl Default for Files {
    fn default() -> Files {
        Files {
            programs: Inherited::default(),
            known: FxHashMap::default(),
            version: 0,
            loads: ["sched_process_exec", "existing_process"].map(Source::new),
            hashed: told("file_hashed", ["sha256"]),
            packaged: told(
                "file_packaged",
                ["manager", "package", "version", "architecture"],
            ),
        }
    }
}

fn told<const N: usize>(name: &str, fields: [&str; N]) -> Told<N> {
    let event = by_name(name)?;
    let mut places = [0; N];
    for (place, field) in places.iter_mut().zip(fields) {
        *place = event.field_index(field)?;
    }
    Some((Source::new(name)?, places))
}

impl Files {
    /// The SHA-256 of the program of a process, in hexadecimal digits, if it is known.
    #[must_use]
    pub fn hash(&self, pid: u32) -> Option<&[u8]> {
        self.known(pid)?.hash.as_deref()
    }

    /// The package that the program of a process is of, `Some(None)` if it is known to be of none.
    #[must_use]
    pub fn package(&self, pid: u32) -> Option<Option<&Package>> {
        Some(self.known(pid)?.package.as_ref()?.as_ref())
    }

    fn known(&self, pid: u32) -> Option<&Known> {
        self.known.get(self.programs.of(pid)?)
    }

    /// A number that changes whenever something becomes known; to keep text that contains it.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Learns from a record before it is shown.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) {
        let is_of = |source: Source| source.id == event.id;
        let mut loads = self.loads.iter().flatten();
        if let Some(source) = loads.find(|source| is_of(**source)) {
            // An unknown new program must not pass for the old one.
            self.programs
                .set(record.header.host_pid, source.file(record));
        } else if let Some((source, [sum])) = self.hashed.filter(|told| is_of(told.0)) {
            let hash = record
                .tail(sum)
                .filter(|_| record.state(sum) == State::Read);
            if let Some(hash) = hash {
                self.know(source.file(record), |known| known.hash = Some(hash.into()));
            }
        } else if let Some((source, fields)) = self.packaged.filter(|told| is_of(told.0)) {
            if record.state(fields[0]) != State::Unread {
                let package = package(record, fields);
                self.know(source.file(record), |known| known.package = Some(package));
            }
        } else {
            self.programs.learn(event, record);
        }
    }

    fn know(&mut self, file: Option<File>, learn: impl FnOnce(&mut Known)) {
        let has_room = self.known.len() < MAX;
        let Some(file) = file.filter(|file| has_room || self.known.contains_key(file)) else {
            return;
        };
        learn(self.known.entry(file).or_default());
        self.version = self.version.wrapping_add(1);
    }

    /// Forgets a process after its last record was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        self.programs.forget(event, record);
    }
}

/// The package that a record tells, if it tells one.
fn package(record: &Record<'_>, fields: [usize; 4]) -> Option<Package> {
    let text = |field| -> Box<[u8]> {
        let there = matches!(record.state(field), State::Read | State::Cut);
        let text = record.tail(field).filter(|_| there);
        text.unwrap_or_default().into()
    };
    let [manager, name, version, architecture] = fields.map(text);
    (!manager.is_empty()).then_some(Package {
        manager,
        name,
        version,
        architecture,
    })
}

#[cfg(test)]
mod tests {
    use tracehound_schema::record::{Builder, Header};

    use super::*;

    const FILE: [u64; 3] = [8, 77, 1234];

    fn feed(files: &mut Files, name: &str, pid: u32, fields: &[(&str, u64)], hash: &[u8]) {
        let event = by_name(name).unwrap();
        let header = Header {
            host_pid: pid,
            mnt_ns: 9,
            ..Header::default()
        };
        let mut record = Builder::new(event.id, event.fields.len(), header);
        for (field, value) in fields {
            record = record.slot(event.field_index(field).unwrap(), *value);
        }
        if let Some(sum) = event.field_index("sha256") {
            record = record.tail(sum, hash);
        }
        let bytes = record.build();
        let (record, _) = Record::split(&bytes).unwrap();
        files.learn(event, &record);
        files.forget(event, &record);
    }

    fn file(inode: u64) -> [(&'static str, u64); 3] {
        [("dev", FILE[0]), ("inode", inode), ("ctime", FILE[2])]
    }

    #[test]
    fn a_program_has_its_files_hash_from_when_it_is_known() {
        let mut all = Files::default();
        feed(&mut all, "sched_process_exec", 5, &file(77), b"");
        assert_eq!(all.hash(5), None);
        let version = all.version();
        feed(&mut all, "file_hashed", 5, &file(77), b"ab12");
        assert_eq!(all.hash(5), Some(&b"ab12"[..]));
        assert_ne!(all.version(), version);
        feed(&mut all, "existing_process", 6, &file(77), b"");
        assert_eq!(all.hash(6), Some(&b"ab12"[..]));
    }

    #[test]
    fn a_child_has_its_parents_program_until_it_executes_another() {
        let mut all = Files::default();
        feed(&mut all, "sched_process_exec", 5, &file(77), b"");
        feed(&mut all, "file_hashed", 5, &file(77), b"ab12");
        feed(&mut all, "sched_process_fork", 5, &[("child_pid", 6)], b"");
        assert_eq!(all.hash(6), Some(&b"ab12"[..]));
        feed(&mut all, "sched_process_exec", 6, &file(78), b"");
        assert_eq!((all.hash(6), all.hash(5)), (None, Some(&b"ab12"[..])));
        feed(
            &mut all,
            "sched_process_exit",
            5,
            &[("process_group_exit", 1)],
            b"",
        );
        assert_eq!(all.hash(5), None);
    }

    /// A record of the file with these texts, and the others absent.
    fn packaged(all: &mut Files, texts: Option<[&[u8]; 4]>) {
        let event = by_name("file_packaged").unwrap();
        let header = Header {
            mnt_ns: 9,
            ..Header::default()
        };
        let mut record = Builder::new(event.id, event.fields.len(), header);
        for (field, value) in file(77) {
            record = record.slot(event.field_index(field).unwrap(), value);
        }
        let names = ["manager", "package", "version", "architecture"];
        for (at, name) in names.into_iter().enumerate() {
            let field = event.field_index(name).unwrap();
            record = match texts {
                Some(texts) => record.tail(field, texts[at]),
                None => record.absent(field),
            };
        }
        let bytes = record.build();
        let (record, _) = Record::split(&bytes).unwrap();
        all.learn(event, &record);
    }

    #[test]
    fn that_a_file_is_of_no_package_is_known_too() {
        let mut all = Files::default();
        feed(&mut all, "sched_process_exec", 5, &file(77), b"");
        assert_eq!(all.package(5), None);
        packaged(&mut all, None);
        assert_eq!(all.package(5), Some(None));
        packaged(&mut all, Some([b"dpkg", b"dash", b"1", b"amd64"]));
        let package = all.package(5).unwrap().unwrap();
        assert_eq!(
            (&*package.manager, &*package.name),
            (&b"dpkg"[..], &b"dash"[..])
        );
    }
}
