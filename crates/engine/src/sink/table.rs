//! `-o table`: columns for people, safe for a terminal.

use tracehound_schema::record::{self, State};
use tracehound_schema::{Abi, syscalls};

use super::{Item, Text, stack};
use crate::calls::{self, Call, Human, Phase, Style};
use crate::cgroups::Word;
use crate::clock::{Clock, Stamp};
use crate::derive::{Container, is_digits};
use crate::recording::Preamble;
use crate::text;
use crate::value;

/// The format's state.
pub struct Table {
    clock: Clock,
    stamp: Stamp,
}

impl Table {
    /// Prepares the format.
    pub fn new(preamble: &Preamble) -> Table {
        Table {
            clock: preamble.clock,
            stamp: Stamp::new(preamble.clock),
        }
    }
}

impl Text for Table {
    fn heading(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(
            b"TIME (UTC)           PID     TID COMM             EVENT              ARGUMENTS\n",
        );
    }

    fn event(&mut self, out: &mut Vec<u8>, item: &Item<'_>) {
        let header = &item.record.header;
        self.stamp.write_short(header.time, out);
        right(out, 8, header.pid);
        right(out, 8, header.tid);
        out.push(b' ');
        left(out, 16, |out| text::terminal(out, record::comm(header)));
        out.push(b' ');
        left(out, 18, |out| {
            out.extend_from_slice(item.event.name.as_bytes());
        });
        called(out, item);
        match item.call {
            Some(call) => call_arguments(out, call),
            None => arguments(out, item, self.clock),
        }
        ending(out, item);
        out.push(b'\n');
        stack::lines(out, item);
    }
}

/// Appends a number at the right of `width` columns.
fn right(out: &mut Vec<u8>, width: usize, number: u32) {
    let digits = number.checked_ilog10().unwrap_or(0) as usize + 1;
    out.extend(std::iter::repeat_n(b' ', width.saturating_sub(digits)));
    text::number(out, number);
}

/// Pads what `write` appends to `width` columns.
fn left(out: &mut Vec<u8>, width: usize, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    // A character has one byte that is not a continuation.
    let shown = out[start..]
        .iter()
        .filter(|byte| **byte & 0xc0 != 0x80)
        .count();
    out.extend(std::iter::repeat_n(b' ', width.saturating_sub(shown)));
}

/// The system call that was under way.
fn called(out: &mut Vec<u8>, item: &Item<'_>) {
    let header = &item.record.header;
    let abi = Abi::from_byte(header.abi);
    let number = u16::try_from(header.nr).ok();
    if let Some(call) = number.and_then(|number| syscalls::by_number(abi, number)) {
        out.push(b' ');
        out.extend_from_slice(abi.name().as_bytes());
        out.push(b':');
        out.extend_from_slice(call.name.as_bytes());
    }
}

fn call_arguments(out: &mut Vec<u8>, call: &Call<'_>) {
    for (index, arg) in call.args().iter().enumerate() {
        if !call.uses(index) {
            continue;
        }
        out.push(b' ');
        out.extend_from_slice(arg.name.as_bytes());
        out.push(b'=');
        let mut print = Human::new(out, Style::PLAIN).telling_late();
        calls::argument(call, index, &mut print);
    }
}

fn arguments(out: &mut Vec<u8>, item: &Item<'_>, clock: Clock) {
    let header = &item.record.header;
    for (index, field) in item.event.fields.iter().enumerate() {
        let state = item.record.state(index);
        let redacted = item.redacted >> index & 1 == 1;
        if field.from.hidden || (state == State::Absent && !redacted) {
            continue;
        }
        out.push(b' ');
        out.extend_from_slice(field.name.as_bytes());
        out.push(b'=');
        if state == State::Unread {
            unread(out, item.record.slot(index).unwrap_or(0));
            continue;
        }
        if state != State::Absent {
            value::human(out, field, item.record, index, clock);
        }
        if redacted {
            out.extend_from_slice(b"(redacted)");
        }
        if state == State::Cut {
            out.extend_from_slice(b"...");
        }
        if header.late >> index & 1 == 1 {
            out.extend_from_slice(b"(late)");
        }
    }
}

/// A value that could not be read: where it would have been, if that is known.
fn unread(out: &mut Vec<u8>, address: u64) {
    out.push(b'?');
    if address != 0 {
        out.push(b'@');
        text::hex(out, address);
    }
}

/// Digits of an id that people tell containers apart by.
const SHORT: usize = 12;

/// The container, as far as it is known.
fn container(out: &mut Vec<u8>, item: &Item<'_>) {
    let Some(inside) = item.cgroups.container(&item.record.header) else {
        return;
    };
    let Container { runtime, id, .. } = &inside.container;
    out.extend_from_slice(b"  (in ");
    out.extend_from_slice(runtime.unwrap_or("container").as_bytes());
    out.push(b' ');
    if let Some(name) = inside
        .called
        .as_ref()
        .and_then(|called| called.text(Word::Name))
    {
        text::terminal(out, name);
        out.push(b' ');
    }
    let short = if is_digits(id) { &id[..SHORT] } else { id };
    text::terminal(out, short.as_bytes());
    out.push(b')');
}

fn ending(out: &mut Vec<u8>, item: &Item<'_>) {
    let header = &item.record.header;
    if header.flags & record::HAS_RET != 0 {
        out.extend_from_slice(b" = ");
        match item.call {
            Some(call) if value::error_name(header.ret).is_none() => {
                calls::returned(call, &mut Human::new(out, Style::PLAIN));
            }
            _ => text::number(out, header.ret),
        }
        if let Some(name) = value::error_name(header.ret) {
            out.push(b' ');
            out.extend_from_slice(name.as_bytes());
        }
    }
    if item.phase == Phase::Unfinished {
        out.extend_from_slice(b" <unfinished>");
    }
    if header.flags & record::IN_INTERRUPT != 0 {
        out.extend_from_slice(b"  (in an interrupt of this process)");
    }
    if header.flags & record::VIA_IO_URING != 0 {
        out.extend_from_slice(b"  (via io_uring)");
    }
    container(out, item);
    if let Some(mismatch) = item.mismatch {
        out.extend_from_slice(b"  MISMATCH ");
        out.extend_from_slice(mismatch.field.as_bytes());
        out.extend_from_slice(b": user ");
        value::strace_set(out, mismatch.user);
        out.extend_from_slice(b", kernel ");
        value::strace_set(out, mismatch.kernel);
    }
}
