//! Events that no row of a call tells, by their own fields.

use tracehound_schema::record::{self, State};
use tracehound_schema::syscalls::{self, Syscall};
use tracehound_schema::{Abi, Field, Kind, Names};

use super::call::message;
use crate::clock::Clock;
use crate::sink::Item;
use crate::text;
use crate::value;

/// Whether a row of the call's own tells the same.
pub fn told_by_row(item: &Item<'_>) -> bool {
    call(item).is_some_and(|call| call.event.is_empty())
}

/// Appends the rest of a line; events that are no system call keep the shape of strace's signals.
pub fn write(out: &mut Vec<u8>, item: &Item<'_>, clock: Clock, column: usize) {
    let header = &item.record.header;
    match call(item) {
        Some(call) => {
            out.extend_from_slice(call.name.as_bytes());
            list(out, item, is_argument, |out, index| {
                argument(out, item, call, index, clock);
            });
        }
        None => {
            out.extend_from_slice(b"--- ");
            out.extend_from_slice(item.event.name.as_bytes());
            list(
                out,
                item,
                |_| true,
                |out, index| {
                    value::human(out, &item.event.fields[index], item.record, index, clock);
                },
            );
        }
    }
    if header.flags & record::HAS_RET != 0 {
        pad(out, column - 1);
        result(out, header.ret);
    }
    if header.flags & record::VIA_IO_URING != 0 {
        out.extend_from_slice(b" (via io_uring)");
    }
    out.push(b'\n');
}

/// The system call that the record is of, if it is of one.
fn call(item: &Item<'_>) -> Option<&'static Syscall> {
    let header = &item.record.header;
    let number = u16::try_from(header.nr).ok()?;
    // An event may happen during a call without being the call's own.
    syscalls::by_number(Abi::from_byte(header.abi), number)
        .filter(|call| item.event.calls.contains(&call.name))
}

/// A call's own arguments have a C type; what the tracer adds has none or is the mask.
fn is_argument(field: &Field) -> bool {
    !field.from.ctype.is_empty() && !field.name.starts_with("blocked_")
}

fn list(
    out: &mut Vec<u8>,
    item: &Item<'_>,
    wanted: impl Fn(&Field) -> bool,
    mut print: impl FnMut(&mut Vec<u8>, usize),
) {
    let mut before: &[u8] = b"(";
    for (index, field) in item.event.fields.iter().enumerate() {
        let state = item.record.state(index);
        let no_such = field.name == "sigsetsize" && state == State::Absent;
        if field.from.hidden || no_such || !wanted(field) {
            continue;
        }
        out.extend_from_slice(before);
        before = b", ";
        match state {
            State::Absent => out.extend_from_slice(b"NULL"),
            State::Unread => text::hex(out, item.record.slot(index).unwrap_or(0)),
            _ => print(out, index),
        }
    }
    if before == b"(" {
        out.push(b'(');
    }
    out.push(b')');
}

fn argument(out: &mut Vec<u8>, item: &Item<'_>, call: &Syscall, index: usize, clock: Clock) {
    let field = &item.event.fields[index];
    let slot = item.record.slot(index).unwrap_or(0);
    match field.kind {
        // The legacy call's sets are one word of a 32-bit caller.
        Kind::SigSet if !call.name.starts_with("rt_") => value::strace_set_of(out, slot, 32),
        Kind::Enum(table) if table.name(slot as i64).is_none() => unknown(out, table, slot),
        _ => value::human(out, field, item.record, index, clock),
    }
}

/// A value that its table does not have: `0x7 /* SIG_??? */`.
fn unknown(out: &mut Vec<u8>, table: &Names, slot: u64) {
    text::hex(out, slot & u64::from(u32::MAX));
    let prefix = table.rows.first().and_then(|row| row.1.split_once('_'));
    out.extend_from_slice(b" /* ");
    out.extend_from_slice(prefix.map_or("", |prefix| prefix.0).as_bytes());
    out.extend_from_slice(b"_??? */");
}

fn pad(out: &mut Vec<u8>, column: usize) {
    if out.len() < column {
        out.resize(column, b' ');
    }
}

fn result(out: &mut Vec<u8>, ret: i64) {
    out.extend_from_slice(b" = ");
    match value::error_name(ret) {
        None => text::number(out, ret),
        Some(name) => {
            out.extend_from_slice(b"-1 ");
            out.extend_from_slice(name.as_bytes());
            message(out, ret);
        }
    }
}
