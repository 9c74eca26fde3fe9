//! The hash of each process's program, as records of files tell it.

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

/// Hashes, and whose programs they are of.
#[derive(Debug)]
pub struct Hashes {
    programs: Inherited<File>,
    known: FxHashMap<File, Box<[u8]>>,
    version: u32,
    loads: [Option<Source>; 2],
    hashed: Option<(Source, usize)>,
}

impl Default for Hashes {
    fn default() -> Hashes {
        let sum = by_name("file_hashed").and_then(|event| event.field_index("sha256"));
        Hashes {
            programs: Inherited::default(),
            known: FxHashMap::default(),
            version: 0,
            loads: ["sched_process_exec", "existing_process"].map(Source::new),
            hashed: Source::new("file_hashed").zip(sum),
        }
    }
}

impl Hashes {
    /// The SHA-256 of the program of a process, in hexadecimal digits, if it is known.
    #[must_use]
    pub fn of(&self, pid: u32) -> Option<&[u8]> {
        let file = self.programs.of(pid)?;
        self.known.get(file).map(|hash| &**hash)
    }

    /// A number that changes whenever a hash becomes known; to keep text that contains it.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Learns from a record before it is shown.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) {
        let pid = record.header.host_pid;
        let mut loads = self.loads.iter().flatten();
        if let Some(source) = loads.find(|source| source.id == event.id) {
            // An unknown new program must not pass for the old one.
            self.programs.set(pid, source.file(record));
        } else if let Some((source, sum)) = self.hashed.filter(|hashed| hashed.0.id == event.id) {
            let file = source.file(record);
            let hash = record.tail(sum);
            let hash = hash.filter(|_| record.state(sum) == State::Read);
            if let Some((file, hash)) = file.zip(hash)
                && self.known.len() < MAX
            {
                self.known.insert(file, hash.into());
                self.version = self.version.wrapping_add(1);
            }
        } else {
            self.programs.learn(event, record);
        }
    }

    /// Forgets a process after its last record was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        self.programs.forget(event, record);
    }
}

#[cfg(test)]
mod tests {
    use tracehound_schema::record::{Builder, Header};

    use super::*;

    const FILE: [u64; 3] = [8, 77, 1234];

    fn feed(hashes: &mut Hashes, name: &str, pid: u32, fields: &[(&str, u64)], hash: &[u8]) {
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
        hashes.learn(event, &record);
        hashes.forget(event, &record);
    }

    fn file(inode: u64) -> [(&'static str, u64); 3] {
        [("dev", FILE[0]), ("inode", inode), ("ctime", FILE[2])]
    }

    #[test]
    fn a_program_has_its_files_hash_from_when_it_is_known() {
        let mut all = Hashes::default();
        feed(&mut all, "sched_process_exec", 5, &file(77), b"");
        assert_eq!(all.of(5), None);
        let version = all.version();
        feed(&mut all, "file_hashed", 5, &file(77), b"ab12");
        assert_eq!(all.of(5), Some(&b"ab12"[..]));
        assert_ne!(all.version(), version);
        feed(&mut all, "existing_process", 6, &file(77), b"");
        assert_eq!(all.of(6), Some(&b"ab12"[..]));
    }

    #[test]
    fn a_child_has_its_parents_program_until_it_executes_another() {
        let mut all = Hashes::default();
        feed(&mut all, "sched_process_exec", 5, &file(77), b"");
        feed(&mut all, "file_hashed", 5, &file(77), b"ab12");
        feed(&mut all, "sched_process_fork", 5, &[("child_pid", 6)], b"");
        assert_eq!(all.of(6), Some(&b"ab12"[..]));
        feed(&mut all, "sched_process_exec", 6, &file(78), b"");
        assert_eq!((all.of(6), all.of(5)), (None, Some(&b"ab12"[..])));
        feed(
            &mut all,
            "sched_process_exit",
            5,
            &[("process_group_exit", 1)],
            b"",
        );
        assert_eq!(all.of(5), None);
    }
}
