//! What filters know beside a record: programs, processes and their ancestors, containers.

use tracehound_schema::record::{Header, Record, State};
use tracehound_schema::{Event, by_name};

use crate::cgroups::Cgroups;
use crate::hashes::Hashes;
use crate::processes::{Identity, Processes};
use crate::programs::Programs;

/// What the records so far tell.
#[derive(Debug)]
pub struct World {
    /// The programs that processes run.
    pub programs: Programs,
    /// Who created whom, if somebody wants to know.
    pub processes: Processes,
    /// Which cgroup is of which container.
    pub cgroups: Cgroups,
    /// The hashes of processes' programs, if somebody wants to know.
    pub hashes: Option<Hashes>,
    /// The mount namespace of the machine's first process, if it is known.
    pub first_mnt_ns: Option<u32>,
    knows_processes: bool,
    namespaces: Option<(u16, usize)>,
}

impl World {
    /// Starts with nothing known.
    #[must_use]
    pub fn new() -> World {
        let namespaces = by_name("init_namespaces");
        World {
            programs: Programs::new(),
            processes: Processes::default(),
            cgroups: Cgroups::default(),
            hashes: None,
            first_mnt_ns: None,
            knows_processes: false,
            namespaces: namespaces.and_then(|event| Some((event.id, event.field_index("mnt")?))),
        }
    }

    /// Remembers processes and their ancestors from now on.
    pub const fn know_processes(&mut self) {
        self.knows_processes = true;
    }

    /// Learns what the header of any record says.
    #[inline]
    pub fn observe(&mut self, header: &Header) {
        if self.knows_processes {
            self.processes.observe(header);
        }
    }

    /// Learns from a record before it is shown; gives the child of a fork.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) -> Option<Identity> {
        self.programs.learn(event, record);
        self.cgroups.learn(event, record);
        if let Some(hashes) = &mut self.hashes {
            hashes.learn(event, record);
        }
        if let Some((id, field)) = self.namespaces
            && id == event.id
            && record.state(field) == State::Read
        {
            self.first_mnt_ns = record.slot(field).and_then(|slot| u32::try_from(slot).ok());
        }
        if self.knows_processes {
            self.processes.learn(event, record)
        } else {
            None
        }
    }

    /// Forgets what ended with a record, after it was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        self.programs.forget(event, record);
        self.cgroups.forget(event, record);
        if let Some(hashes) = &mut self.hashes {
            hashes.forget(event, record);
        }
        if self.knows_processes {
            self.processes.forget(event, record);
        }
    }
}
