//! What filters know beside a record: programs, processes and their ancestors, containers.

use tracehound_schema::record::{HAS_RET, Header, Record, State};
use tracehound_schema::{Event, by_name};

use crate::cgroups::Cgroups;
use crate::files::Files;
use crate::hosts::Hosts;
use crate::processes::{Identity, Processes};
use crate::programs::Programs;
use crate::stacks::Stacks;
use crate::users::Users;

/// What the records so far tell.
#[derive(Debug)]
pub struct World {
    /// The programs that processes run.
    pub programs: Programs,
    /// Who created whom, if somebody wants to know.
    pub processes: Processes,
    /// Which cgroup is of which container.
    pub cgroups: Cgroups,
    /// What threads' machines are called.
    pub hosts: Hosts,
    /// What is known of processes' programs, if somebody wants to know.
    pub files: Option<Files>,
    /// What users of namespaces are called, if somebody wants to know.
    pub users: Option<Users>,
    /// The stacks on which events happened, if somebody wants to know.
    pub stacks: Option<Stacks>,
    /// The mount namespace of the machine's first process, if it is known.
    pub first_mnt_ns: Option<u32>,
    knows_processes: bool,
    setsid: Option<u16>,
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
            hosts: Hosts::default(),
            files: None,
            users: None,
            stacks: None,
            first_mnt_ns: None,
            knows_processes: false,
            setsid: by_name("setsid").map(|event| event.id),
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
        self.hosts.learn(event, record);
        if let Some(files) = &mut self.files {
            files.learn(event, record);
        }
        if let Some(users) = &mut self.users {
            users.learn(event, record);
        }
        if let Some(stacks) = &mut self.stacks {
            stacks.learn(event, record);
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

    /// Learns from the end of a call, where that is traced.
    #[inline]
    pub fn called(&mut self, header: &Header) {
        let began = self.setsid == Some(header.event) && header.ret >= 0;
        if began && self.knows_processes && header.flags & HAS_RET != 0 {
            self.processes.began_session(header);
        }
    }

    /// Forgets what ended with a record, after it was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        self.programs.forget(event, record);
        self.cgroups.forget(event, record);
        self.hosts.forget(event, record);
        if let Some(files) = &mut self.files {
            files.forget(event, record);
        }
        if let Some(users) = &mut self.users {
            users.forget(event, record);
        }
        if let Some(stacks) = &mut self.stacks {
            stacks.forget(event, &record.header);
        }
        if self.knows_processes {
            self.processes.forget(event, record);
        }
    }
}
