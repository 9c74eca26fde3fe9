//! What follows an event's arguments: the result, and what the values are worth.

use tracehound_schema::record::{self, Header, IN_INTERRUPT, VIA_IO_URING};

use super::{Item, stack};
use crate::integrity::Mismatch;
use crate::text;
use crate::value;

/// Appends it; `raw` names the fields whose bytes are not UTF-8.
pub fn write(out: &mut Vec<u8>, item: &Item<'_>, raw: &mut Vec<&str>) {
    let header = &item.record.header;
    if header.flags & record::HAS_RET != 0 {
        out.extend_from_slice(b",\"ret\":");
        value::signed(out, header.ret);
        if let Some(name) = value::error_name(header.ret) {
            out.extend_from_slice(b",\"error\":\"");
            out.extend_from_slice(name.as_bytes());
            out.push(b'"');
        }
    }
    if header.flags & IN_INTERRUPT != 0 {
        out.extend_from_slice(b",\"in_interrupt\":true");
    }
    if header.flags & VIA_IO_URING != 0 {
        out.extend_from_slice(b",\"via\":\"io_uring\"");
    }
    policies(out, item);
    if stack::json(out, item) {
        raw.push("stack");
    }
    if header.unread | header.cut | header.late | item.redacted != 0 {
        states(out, item, header);
    }
    if !raw.is_empty() {
        out.extend_from_slice(b",\"raw\":[");
        list(out, raw.iter().copied());
    }
    if let Some(mismatch) = item.mismatch {
        disagreement(out, mismatch);
    }
}

/// Appends the names of the policies that chose the event, if any is in use.
pub fn policies(out: &mut Vec<u8>, item: &Item<'_>) {
    let mut names = item.policies.names().peekable();
    if names.peek().is_some() {
        // Names are labels of DNS: nothing in them is special to JSON.
        out.extend_from_slice(b",\"policies\":[");
        list(out, names);
    }
}

fn states(out: &mut Vec<u8>, item: &Item<'_>, header: &Header) {
    let shown = shown(item);
    names(out, item, b",\"unread\":[", header.unread & shown);
    addresses(out, item, header.unread & shown);
    names(out, item, b",\"cut\":[", header.cut & shown);
    names(out, item, b",\"redacted\":[", item.redacted);
    names(out, item, b",\"late\":[", header.late & shown);
    left_out(out, item.left_out as usize);
}

/// Appends how many variables of an environment are not among those told, if any.
pub fn left_out(out: &mut Vec<u8>, count: usize) {
    if count > 0 {
        out.extend_from_slice(b",\"env_left_out\":");
        text::number(out, count);
    }
}

/// A bit per field that is printed; a state of others is nobody's business.
fn shown(item: &Item<'_>) -> u64 {
    let fields = item.event.fields.iter().enumerate();
    let shown = fields.filter(|(_, field)| !field.from.hidden);
    shown.map(|(index, _)| 1 << index).sum()
}

fn names(out: &mut Vec<u8>, item: &Item<'_>, open: &[u8], bits: u64) {
    if bits == 0 {
        return;
    }
    out.extend_from_slice(open);
    let fields = item.event.fields.iter().enumerate();
    list(
        out,
        fields
            .filter(|(index, _)| bits >> index & 1 == 1)
            .map(|(_, field)| field.name),
    );
}

fn list<'a>(out: &mut Vec<u8>, names: impl Iterator<Item = &'a str>) {
    for (number, name) in names.enumerate() {
        out.extend_from_slice(if number == 0 { b"\"" } else { b",\"" });
        out.extend_from_slice(name.as_bytes());
        out.push(b'"');
    }
    out.push(b']');
}

/// Where the unread values would have been.
fn addresses(out: &mut Vec<u8>, item: &Item<'_>, unread: u64) {
    let mut first = true;
    for index in (0..item.event.fields.len()).filter(|index| unread >> index & 1 == 1) {
        let Some(address) = item.record.slot(index).filter(|address| *address != 0) else {
            continue;
        };
        out.extend_from_slice(if first { b",\"unread_at\":{\"" } else { b",\"" });
        out.extend_from_slice(item.event.fields[index].name.as_bytes());
        out.extend_from_slice(b"\":\"");
        text::hex(out, address);
        out.push(b'"');
        first = false;
    }
    if !first {
        out.push(b'}');
    }
}

/// Both values of the field that was rewritten.
fn disagreement(out: &mut Vec<u8>, mismatch: &Mismatch) {
    out.extend_from_slice(b",\"mismatch\":{\"");
    out.extend_from_slice(mismatch.field.as_bytes());
    out.extend_from_slice(b"\":{\"user\":");
    value::json_set(out, mismatch.user);
    out.extend_from_slice(b",\"kernel\":");
    value::json_set(out, mismatch.kernel);
    out.extend_from_slice(b"}}");
}
