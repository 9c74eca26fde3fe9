//! Which program each process runs, learnt from process life cycle.

use std::collections::HashMap;

use tracehound_schema::record::{Record, State};
use tracehound_schema::{Event, by_name};

use crate::value;

/// Most programs remembered; a process that has ended is forgotten at once.
const MAX: usize = 65_536;
/// Processes share version numbers by the low bits of their id: a power of two.
const VERSIONS: usize = 4096;

/// One life-cycle event and the field of it that is needed.
#[derive(Clone, Copy, Debug)]
struct Step {
    id: u16,
    field: usize,
}

impl Step {
    fn new(event: &str, field: &str) -> Option<Step> {
        let event = by_name(event)?;
        let field = event.field_index(field)?;
        Some(Step {
            id: event.id,
            field,
        })
    }

    fn is(step: Option<Step>, event: &Event) -> Option<usize> {
        step.filter(|step| step.id == event.id)
            .map(|step| step.field)
    }
}

/// The path of each process's program, by process id in the initial namespace.
#[derive(Debug)]
pub struct Programs {
    paths: HashMap<u32, Vec<u8>>,
    versions: Vec<u32>,
    exec: Option<Step>,
    existing: Option<Step>,
    fork: Option<Step>,
    exit: Option<Step>,
}

impl Programs {
    /// Starts with nothing known.
    #[must_use]
    pub fn new() -> Programs {
        Programs {
            paths: HashMap::new(),
            versions: vec![0; VERSIONS],
            exec: Step::new("sched_process_exec", "pathname"),
            existing: Step::new("existing_process", "pathname"),
            fork: Step::new("sched_process_fork", "child_pid"),
            exit: Step::new("sched_process_exit", "process_group_exit"),
        }
    }

    /// The program of a process, if known.
    #[must_use]
    pub fn path(&self, pid: u32) -> Option<&[u8]> {
        self.paths.get(&pid).map(Vec::as_slice)
    }

    /// A number that changes whenever the program of `pid` may have changed; to keep text that
    /// contains it.
    #[must_use]
    #[inline]
    pub fn version(&self, pid: u32) -> u32 {
        self.versions[pid as usize & (VERSIONS - 1)]
    }

    /// Learns from a record before it is shown: a new program, or a child with its parent's.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) {
        let pid = record.header.host_pid;
        let named = Step::is(self.exec, event).or(Step::is(self.existing, event));
        if let Some(field) = named {
            // An unknown new program must not pass for the old one.
            let known = matches!(record.state(field), State::Read | State::Cut);
            self.set(pid, known.then(|| value::path_of(record, field)));
        } else if let Some(field) = Step::is(self.fork, event) {
            let child = record.slot(field).and_then(|pid| u32::try_from(pid).ok());
            if let Some(child) = child.filter(|child| *child != pid) {
                self.set(child, self.paths.get(&pid).cloned());
            }
        }
    }

    /// Forgets a process after its last record was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        if let Some(field) = Step::is(self.exit, event)
            && record.slot(field) == Some(1)
        {
            self.set(record.header.host_pid, None);
        }
    }

    fn set(&mut self, pid: u32, path: Option<Vec<u8>>) {
        let version = &mut self.versions[pid as usize & (VERSIONS - 1)];
        *version = version.wrapping_add(1);
        match path {
            Some(path) if self.paths.len() < MAX || self.paths.contains_key(&pid) => {
                self.paths.insert(pid, path);
            }
            _ => {
                self.paths.remove(&pid);
            }
        }
    }
}
