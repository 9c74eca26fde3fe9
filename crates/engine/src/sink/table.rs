//! `-o table`: columns for people, safe for a terminal.

use tracehound_schema::record::{self, State};
use tracehound_schema::{Abi, syscalls};

use super::Item;
use crate::text;
use crate::value;

/// Appends the heading.
pub fn heading(out: &mut Vec<u8>) {
    out.extend_from_slice(
        b"TIME (UTC)           PID     TID COMM             EVENT              ARGUMENTS\n",
    );
}

/// Appends one event and a newline.
pub fn write(out: &mut Vec<u8>, item: &Item<'_>) {
    let header = &item.record.header;
    item.clock.write_short(header.time, out);
    column(out, 8, true, |out| text::number(out, header.pid));
    column(out, 8, true, |out| text::number(out, header.tid));
    out.push(b' ');
    column(out, 16, false, |out| {
        text::terminal(out, record::comm(header))
    });
    out.push(b' ');
    column(out, 18, false, |out| {
        out.extend_from_slice(item.event.name.as_bytes())
    });
    arguments(out, item);
    ending(out, item);
    out.push(b'\n');
}

/// Pads what `write` appends to `width` characters, on the left or on the right.
fn column(out: &mut Vec<u8>, width: usize, left: bool, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    let shown = String::from_utf8_lossy(&out[start..]).chars().count();
    let padding = vec![b' '; width.saturating_sub(shown)];
    if left {
        out.splice(start..start, padding);
    } else {
        out.extend(padding);
    }
}

fn arguments(out: &mut Vec<u8>, item: &Item<'_>) {
    let header = &item.record.header;
    let abi = Abi::from_byte(header.abi);
    let number = u16::try_from(header.nr).ok();
    if let Some(call) = number.and_then(|number| syscalls::by_number(abi, number)) {
        out.push(b' ');
        out.extend_from_slice(abi.name().as_bytes());
        out.push(b':');
        out.extend_from_slice(call.name.as_bytes());
    }
    for (index, field) in item.event.fields.iter().enumerate() {
        let state = item.record.state(index);
        if field.from.hidden || state == State::Absent {
            continue;
        }
        out.push(b' ');
        out.extend_from_slice(field.name.as_bytes());
        out.push(b'=');
        if state == State::Unread {
            out.extend_from_slice(b"?@");
            text::hex(out, item.record.slot(index).unwrap_or(0));
            continue;
        }
        value::human(out, field, item.record, index, item.clock);
        if state == State::Cut {
            out.extend_from_slice(b"...");
        }
        if header.late >> index & 1 == 1 {
            out.extend_from_slice(b"(late)");
        }
    }
}

fn ending(out: &mut Vec<u8>, item: &Item<'_>) {
    let header = &item.record.header;
    if header.flags & record::HAS_RET != 0 {
        out.extend_from_slice(b" = ");
        text::number(out, header.ret);
        if let Some(name) = value::error_name(header.ret) {
            out.push(b' ');
            out.extend_from_slice(name.as_bytes());
        }
    }
    if let Some(mismatch) = item.mismatch {
        out.extend_from_slice(b"  MISMATCH ");
        out.extend_from_slice(mismatch.field.as_bytes());
        out.extend_from_slice(b": user ");
        value::strace_set(out, mismatch.user);
        out.extend_from_slice(b", kernel ");
        value::strace_set(out, mismatch.kernel);
    }
}
