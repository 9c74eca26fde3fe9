//! Which program each process runs, learnt from process life cycle.

use tracehound_schema::record::{Record, State};
use tracehound_schema::{Event, by_name};

use crate::inherited::Inherited;
use crate::value;

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
    paths: Inherited<Vec<u8>>,
    versions: Vec<u32>,
    exec: Option<Step>,
    existing: Option<Step>,
}

impl Programs {
    /// Starts with nothing known.
    #[must_use]
    pub fn new() -> Programs {
        Programs {
            paths: Inherited::default(),
            versions: vec![0; VERSIONS],
            exec: Step::new("sched_process_exec", "pathname"),
            existing: Step::new("existing_process", "pathname"),
        }
    }

    /// The program of a process, if known.
    #[must_use]
    pub fn path(&self, pid: u32) -> Option<&[u8]> {
        self.paths.of(pid).map(Vec::as_slice)
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
        } else if let Some(child) = self.paths.learn(event, record) {
            self.changed(child);
        }
    }

    /// Forgets a process after its last record was shown.
    pub fn forget(&mut self, event: &Event, record: &Record<'_>) {
        if let Some(pid) = self.paths.forget(event, record) {
            self.changed(pid);
        }
    }

    fn set(&mut self, pid: u32, path: Option<Vec<u8>>) {
        self.paths.set(pid, path);
        self.changed(pid);
    }

    fn changed(&mut self, pid: u32) {
        let version = &mut self.versions[pid as usize & (VERSIONS - 1)];
        *version = version.wrapping_add(1);
    }
}
