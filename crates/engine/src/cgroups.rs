//! Which container a process is in: by the path of its cgroup, which records of cgroups tell.

use std::collections::HashMap;
use std::sync::Arc;

use tracehound_schema::record::{Header, Record, State};
use tracehound_schema::{Event, by_name};

use crate::derive::Container;

mod called;

use self::called::Early;
pub use self::called::{Called, Word};

/// Most cgroups remembered; of processes in others nothing is known.
const MAX: usize = 65_536;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Existing,
    Made,
    Removed,
}

/// An event of cgroups with its fields found.
#[derive(Clone, Copy, Debug)]
struct Source {
    id: u16,
    change: Change,
    cgroup: usize,
    path: usize,
    hierarchy: usize,
}

impl Source {
    fn new(name: &str, change: Change) -> Option<Source> {
        let event = by_name(name)?;
        Some(Source {
            id: event.id,
            change,
            cgroup: event.field_index("cgroup_id")?,
            path: event.field_index("cgroup_path")?,
            hierarchy: event.field_index("hierarchy_id")?,
        })
    }
}

/// A container.
#[derive(Clone, Debug)]
pub struct Inside {
    /// Its id and its pod's.
    pub container: Container,
    /// What its engine calls it, and Kubernetes its pod, once that is known.
    pub called: Option<Arc<Called>>,
    /// Whether it was made after tracing began.
    pub new: bool,
    /// Whether its own program runs: one that was there before counts as such, a new one from the
    /// first exec in another mount namespace than its maker's on.
    pub started: bool,
    /// The mount namespace of its maker.
    maker: u32,
    /// Cgroups that are its own or inside of it, and how many of them are in the hierarchy that records name.
    cgroups: [u32; 2],
}

/// Where a process is.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// In no container.
    Host,
    /// In this one.
    Container(&'a Inside),
    /// That is not known.
    Unknown,
}

/// The cgroups that there are.
#[derive(Debug)]
pub struct Cgroups {
    sources: Vec<Source>,
    exec: Option<u16>,
    /// The container of each cgroup, by its id in a hierarchy; 0 is that of version 2.
    known: HashMap<(u64, u64), Option<Arc<str>>>,
    containers: HashMap<Arc<str>, Inside>,
    early: Early,
    /// Containers without a cgroup in the hierarchy that records name: their processes are not told by it.
    elsewhere: usize,
    /// The hierarchy whose cgroups records name; 0 for version 2.
    pub hierarchy: u64,
    /// Changes with what is known of containers; 0 as long as there was none.
    version: u32,
}

impl Default for Cgroups {
    fn default() -> Cgroups {
        let sources = [
            Source::new("existing_cgroup", Change::Existing),
            Source::new("cgroup_mkdir", Change::Made),
            Source::new("cgroup_rmdir", Change::Removed),
        ];
        Cgroups {
            sources: sources.into_iter().flatten().collect(),
            exec: by_name("sched_process_exec").map(|event| event.id),
            known: HashMap::new(),
            containers: HashMap::new(),
            early: Early::default(),
            elsewhere: 0,
            hierarchy: 0,
            version: 0,
        }
    }
}

impl Cgroups {
    /// The container of a record's process, if that is known to be in one.
    #[must_use]
    pub fn container(&self, header: &Header) -> Option<&Inside> {
        // Nobody is asked on machines without.
        let known = self.version != 0 && header.host_tid != 0;
        match known.then(|| self.place(header))? {
            Place::Container(inside) => Some(inside),
            Place::Host | Place::Unknown => None,
        }
    }

    /// What a container is called, by its id; known or not.
    #[must_use]
    pub fn called(&self, id: &str) -> Option<&Called> {
        self.containers.get(id)?.called.as_deref()
    }

    /// A number that changes with what is known of containers; 0 as long as there was none.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Where the process of a record is.
    #[must_use]
    pub fn place(&self, header: &Header) -> Place<'_> {
        match self.known.get(&(self.hierarchy, header.cgroup)) {
            Some(None) if self.elsewhere == 0 => Place::Host,
            Some(Some(id)) => match self.containers.get(id) {
                Some(inside) => Place::Container(inside),
                None => Place::Unknown,
            },
            _ => Place::Unknown,
        }
    }

    /// Learns from a record before it is shown.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) {
        if self.exec == Some(event.id) {
            self.started(&record.header);
        }
        if let Some((id, called)) = self.early.read(event, record) {
            return self.name(id, called);
        }
        let source = self.sources.iter().find(|source| source.id == event.id);
        if let Some(source) = source.filter(|source| source.change != Change::Removed) {
            self.put(*source, record);
        }
    }

    /// Forgets what was removed after the record of it was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        let source = self.sources.iter().find(|source| source.id == event.id);
        let Some(source) = source.filter(|source| source.change == Change::Removed) else {
            return;
        };
        if let Some(key) = key(*source, record)
            && let Some(Some(id)) = self.known.remove(&key)
        {
            self.count(&id, key.0 == self.hierarchy, false);
        }
    }

    fn put(&mut self, source: Source, record: &Record<'_>) {
        let Some(key) = key(source, record).filter(|_| record.state(source.path) == State::Read)
        else {
            return;
        };
        let made = source.change == Change::Made;
        let found = Container::around(record.tail(source.path).unwrap_or_default());
        if self.known.contains_key(&key) {
            // The snapshot was first with what was made while it was taken.
            if let Some((container, true)) = found
                && let Some(inside) = self.containers.get_mut(container.id.as_str())
                && made
            {
                (inside.new, inside.started) = (true, false);
                inside.maker = record.header.mnt_ns;
            }
            return;
        }
        if self.known.len() >= MAX {
            return;
        }
        let id = found.map(|(container, own)| {
            let id: Arc<str> = container.id.as_str().into();
            let known = self.containers.entry(Arc::clone(&id));
            let (elsewhere, early) = (&mut self.elsewhere, &mut self.early);
            known.or_insert_with(|| {
                *elsewhere += 1;
                Inside {
                    called: early.take(&id),
                    container,
                    // A cgroup that is made inside of one that is not known is no new container.
                    new: made && own,
                    started: !(made && own),
                    maker: record.header.mnt_ns,
                    cgroups: [0; 2],
                }
            });
            id
        });
        if let Some(id) = &id {
            self.count(id, key.0 == self.hierarchy, true);
        }
        self.known.insert(key, id);
    }

    fn name(&mut self, id: String, called: Called) {
        match self.containers.get_mut(id.as_str()) {
            Some(inside) => {
                let called = Called::and(inside.called.as_deref(), called);
                inside.called = Some(Arc::new(called));
                self.version = self.version.wrapping_add(1).max(1);
            }
            None => self.early.keep(id, called),
        }
    }

    /// Counts a container's cgroups; forgets it with the last.
    fn count(&mut self, id: &Arc<str>, named: bool, comes: bool) {
        self.version = self.version.wrapping_add(1).max(1);
        let Some(inside) = self.containers.get_mut(id) else {
            return;
        };
        let had = inside.cgroups[1] > 0;
        let counts = [true, named];
        for (count, counted) in inside.cgroups.iter_mut().zip(counts) {
            if counted && comes {
                *count += 1;
            } else if counted {
                *count = count.saturating_sub(1);
            }
        }
        let (has, gone) = (inside.cgroups[1] > 0, inside.cgroups[0] == 0);
        if gone {
            self.containers.remove(id);
        }
        match (had, has || gone) {
            (false, true) => self.elsewhere = self.elsewhere.saturating_sub(1),
            (true, false) => self.elsewhere += 1,
            _ => {}
        }
    }

    fn started(&mut self, header: &Header) {
        if let Some(Some(id)) = self.known.get(&(self.hierarchy, header.cgroup))
            && let Some(inside) = self.containers.get_mut(id)
        {
            inside.started |= header.mnt_ns != 0 && header.mnt_ns != inside.maker;
        }
    }
}

/// A cgroup's hierarchy and id.
fn key(source: Source, record: &Record<'_>) -> Option<(u64, u64)> {
    let read = |index: usize| {
        record
            .slot(index)
            .filter(|_| record.state(index) == State::Read)
    };
    Some((read(source.hierarchy)?, read(source.cgroup)?))
}

#[cfg(test)]
mod tests;
