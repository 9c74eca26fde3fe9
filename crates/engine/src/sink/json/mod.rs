//! `-o json`: one object a line, keys in the order of `docs/json.md`.
//!
//! What does not change from event to event is text made once: the keys of an event's fields, a
//! system call's name, a thread's identity. A line is then mostly copies.

mod ancestors;
mod call;
pub mod container;
mod ending;
mod identity;
mod session;
mod template;

use tracehound_schema::record::State;

pub use self::ancestors::described;
use self::identity::Identities;
pub use self::identity::{names, task};
use self::template::Templates;
use super::{Item, Text, stack};
use crate::calls::Notes;
use crate::clock::{Clock, Stamp};
use crate::recording::Preamble;
use crate::text;
use crate::value;

/// The format's state.
pub struct Json {
    clock: Clock,
    stamp: Stamp,
    templates: Templates,
    identities: Identities,
    notes: Notes,
}

impl Json {
    /// Prepares the text that is made once.
    pub fn new(preamble: &Preamble) -> Json {
        Json {
            clock: preamble.clock,
            stamp: Stamp::new(preamble.clock),
            templates: Templates::new(),
            identities: Identities::new(preamble),
            notes: Notes::default(),
        }
    }
}

impl Text for Json {
    fn event(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        let header = &item.record.header;
        let Some(template) = self.templates.event(header.event) else {
            return;
        };
        // Names of fields whose bytes are not UTF-8; almost always none, so nothing is allocated.
        let mut raw = Vec::new();
        out.extend_from_slice(b"{\"time\":\"");
        self.stamp.write(header.time, out);
        out.extend_from_slice(&template.head);
        if header.host_tid == 0 {
            // Made by the tracer, or by a CPU's idle task.
            out.extend_from_slice(b",\"cpu\":");
            text::number(out, header.cpu);
        } else {
            let identity = self.identities.of(item);
            raw.extend_from_slice(&identity.raw);
            out.extend_from_slice(&identity.process);
            out.extend_from_slice(&identity.container);
            out.extend_from_slice(b",\"cpu\":");
            text::number(out, header.cpu);
            out.extend_from_slice(&identity.cgroup);
        }
        out.extend_from_slice(self.templates.call(header.abi, header.nr));
        if let Some(call) = item.call {
            let notes = &mut self.notes;
            call::arguments(out, call, notes);
            call::result(out, item, call, notes);
            ending::policies(out, item);
            if stack::json(out, item) {
                raw.push("stack");
            }
            call::states(out, notes);
            call::raw(out, &raw, notes);
            out.extend_from_slice(b"}\n");
            return;
        }
        out.extend_from_slice(b",\"args\":{");
        let start = out.len();
        for key in &template.keys {
            if !matches!(item.record.state(key.index), State::Read | State::Cut) {
                continue;
            }
            // The first key goes without its comma.
            out.extend_from_slice(&key.text[usize::from(out.len() == start)..]);
            if value::json(out, key.field, item.record, key.index, self.clock) {
                raw.push(key.field.name);
            }
        }
        out.push(b'}');
        ending::write(out, item, &mut raw);
        out.extend_from_slice(b"}\n");
    }
}
