//! `-o strace`: the line strace would print.

use tracehound_schema::record::{self, State};
use tracehound_schema::{Abi, syscalls};

use super::{Item, Text};
use crate::clock::Clock;
use crate::recording::Preamble;
use crate::text;
use crate::value;

/// The format's state.
pub struct Strace {
    clock: Clock,
}

impl Strace {
    /// Prepares the format.
    pub const fn new(preamble: &Preamble) -> Strace {
        Strace {
            clock: preamble.clock,
        }
    }
}

impl Text for Strace {
    fn event(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        write(out, item, self.clock);
    }
}

/// Appends one event and a newline; events that are no system call keep strace's shape.
fn write(out: &mut Vec<u8>, item: &Item<'_>, clock: Clock) {
    let header = &item.record.header;
    text::number(out, header.tid);
    out.push(b' ');
    let number = u16::try_from(header.nr).ok();
    let abi = Abi::from_byte(header.abi);
    let call = number.and_then(|number| syscalls::by_number(abi, number));
    let name = call.map_or(item.event.name, |call| call.name);
    if call.is_none() {
        out.extend_from_slice(b"--- ");
    }
    out.extend_from_slice(name.as_bytes());
    out.push(b'(');
    arguments(out, item, clock, call.is_some());
    out.push(b')');
    if header.flags & record::HAS_RET != 0 {
        result(out, header.ret);
    }
    out.push(b'\n');
}

fn arguments(out: &mut Vec<u8>, item: &Item<'_>, clock: Clock, call: bool) {
    let mut first = true;
    for (index, field) in item.event.fields.iter().enumerate() {
        // A call's own arguments have a C type; what the tracer adds has none or is the mask.
        let own = !field.from.ctype.is_empty() && !field.name.starts_with("blocked_");
        let state = item.record.state(index);
        let no_such = field.name == "sigsetsize" && state == State::Absent;
        if field.from.hidden || (call && !own) || no_such {
            continue;
        }
        if !first {
            out.extend_from_slice(b", ");
        }
        first = false;
        match state {
            State::Absent => out.extend_from_slice(b"NULL"),
            State::Unread => text::hex(out, item.record.slot(index).unwrap_or(0)),
            _ => value::human(out, field, item.record, index, clock),
        }
    }
}

fn result(out: &mut Vec<u8>, ret: i64) {
    out.extend_from_slice(b" = ");
    match value::error_name(ret) {
        None => text::number(out, ret),
        Some(name) => {
            out.extend_from_slice(b"-1 ");
            out.extend_from_slice(name.as_bytes());
        }
    }
}
