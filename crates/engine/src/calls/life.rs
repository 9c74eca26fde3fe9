//! What of a thread's life ends or renames its calls.

use tracehound_schema::record::{Record, State};
use tracehound_schema::{Event, by_name};

use super::join::{Join, Kept};

/// The events of it.
#[derive(Debug)]
pub struct Life {
    exec: Option<(u16, usize)>,
    exit: Option<u16>,
}

impl Life {
    /// Finds the events of a thread's life.
    pub fn new() -> Life {
        let exec = by_name("sched_process_exec");
        Life {
            exec: exec.and_then(|event| Some((event.id, event.field_index("old_tid")?))),
            exit: by_name("sched_process_exit").map(|event| event.id),
        }
    }

    /// Learns from a record; gives the beginning of a call that will have no end.
    pub fn learn(&self, event: &Event, record: &Record<'_>, join: &mut Join) -> Option<Kept> {
        if self.exit == Some(event.id) {
            return join.take(record.header.host_tid);
        }
        let (_, field) = self.exec.filter(|exec| exec.0 == event.id)?;
        if record.state(field) != State::Read {
            return None;
        }
        let old = u32::try_from(record.slot(field)?).ok()?;
        join.rename(old, &record.header)
    }
}
