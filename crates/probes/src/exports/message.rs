//! What the thread that looks at files is told.

use tracehound_schema::record::{Header, Record, State};
use tracehound_schema::{Event, by_name};

use super::file::Identity;
use super::process::Process;

/// A file that was loaded: a library, or a program.
#[derive(Clone, Debug)]
pub struct Load {
    /// Of the record that told it.
    pub header: Header,
    /// Its path as records have it; `None` where it was not read.
    pub names: Option<Vec<u8>>,
    /// Whether the path is whole.
    pub whole: bool,
    /// The file; `None` where that was not read.
    pub identity: Option<Identity>,
}

impl Load {
    /// The process that has it.
    pub fn process(&self) -> Process {
        (self.header.host_pid, self.header.leader_start)
    }

    /// The path, if it is known from the root on.
    pub fn path(&self) -> Option<Vec<u8>> {
        let names = self.names.as_ref().filter(|_| self.whole)?;
        // What begins with NUL is a text and no path.
        names.first().filter(|byte| **byte != 0)?;
        Some(path(names))
    }
}

/// A path of names that stand with the last one first, each ended by NUL.
pub fn path(names: &[u8]) -> Vec<u8> {
    let names = names.strip_suffix(b"\0").unwrap_or(names);
    let mut path = Vec::with_capacity(names.len() + 1);
    for name in names.rsplit(|byte| *byte == 0) {
        path.push(b'/');
        path.extend_from_slice(name);
    }
    path
}

/// Where the records of an event tell of a file.
#[derive(Clone, Copy, Debug)]
pub struct Loading {
    event: u16,
    fields: [usize; 4],
}

impl Loading {
    /// Finds the event and its fields.
    pub fn of(event: &str) -> Option<Loading> {
        let event = by_name(event)?;
        let [path, dev, inode, ctime] = ["pathname", "dev", "inode", "ctime"];
        let field = |name| event.field_index(name);
        Some(Loading {
            event: event.id,
            fields: [field(path)?, field(dev)?, field(inode)?, field(ctime)?],
        })
    }

    /// Whether it is this event.
    pub const fn is_of(self, event: u16) -> bool {
        self.event == event
    }

    /// What a record tells, if it is of the event.
    pub fn read(self, record: &Record<'_>) -> Option<Load> {
        if record.header.event != self.event {
            return None;
        }
        let [path, dev, inode, ctime] = self.fields;
        let there = matches!(record.state(path), State::Read | State::Cut);
        let numbers = [dev, inode, ctime].map(|index| read(record, index));
        let identity =
            match numbers {
                [Some(dev), Some(inode), Some(ctime)] => u32::try_from(dev)
                    .ok()
                    .map(|dev| Identity { dev, inode, ctime }),
                _ => None,
            };
        Some(Load {
            header: record.header,
            names: record.tail(path).filter(|_| there).map(<[u8]>::to_vec),
            whole: record.state(path) == State::Read,
            identity,
        })
    }
}

/// What records tell.
#[derive(Clone, Debug)]
pub enum Message {
    /// A library was loaded.
    Load(Box<Load>),
    /// A process has a child.
    Fork(Process, Process),
    /// A process executes another program.
    Exec(Process),
    /// A process is over.
    Exit(Process),
}

/// Where in records things are.
#[derive(Debug)]
pub struct Sources {
    load: Loading,
    fork: (u16, [usize; 4]),
    exec: u16,
    exit: (u16, usize),
}

impl Sources {
    /// Finds the events.
    pub fn new() -> Option<Sources> {
        let fields = |name, fields: [&str; 4]| {
            let event: &Event = by_name(name)?;
            let found = fields.map(|field| event.field_index(field));
            let [Some(a), Some(b), Some(c), Some(d)] = found else {
                return None;
            };
            Some((event.id, [a, b, c, d]))
        };
        let exit = by_name("sched_process_exit")?;
        Some(Sources {
            load: Loading::of("shared_object_loaded")?,
            fork: fields(
                "sched_process_fork",
                ["parent_pid", "child_pid", "leader_start_time", "leader_pid"],
            )?,
            exec: by_name("sched_process_exec")?.id,
            exit: (exit.id, exit.field_index("process_group_exit")?),
        })
    }

    /// What a record tells, if anything.
    pub fn message(&self, record: &Record<'_>) -> Option<Message> {
        let header = &record.header;
        let own = (header.host_pid, header.leader_start);
        if let Some(load) = self.load.read(record) {
            return Some(Message::Load(Box::new(load)));
        }
        if header.event == self.fork.0 {
            let [parent, child, start, leader] = self.fork.1.map(|index| read(record, index));
            let child = (u32::try_from(child?).ok()?, start?);
            let same = parent == leader;
            return (!same).then_some(Message::Fork(own, child));
        }
        if header.event == self.exec {
            return Some(Message::Exec(own));
        }
        let ends = header.event == self.exit.0 && read(record, self.exit.1)? != 0;
        ends.then_some(Message::Exit(own))
    }
}

fn read(record: &Record<'_>, index: usize) -> Option<u64> {
    let there = record.state(index) == State::Read;
    record.slot(index).filter(|_| there)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_path_is_put_together_from_its_names() {
        let of = |names: &[u8]| String::from_utf8(super::path(names)).unwrap();
        assert_eq!(of(b"libc.so.6\0lib\0usr\0"), "/usr/lib/libc.so.6");
        assert_eq!(of(b"a\0"), "/a");
    }
}
