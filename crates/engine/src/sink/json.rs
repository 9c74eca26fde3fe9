//! `-o json`: one object per line, keys in a fixed order, absent when not known.

use tracehound_schema::record::{self, Header, IN_INTERRUPT, State};
use tracehound_schema::{Abi, syscalls};

use super::Item;
use crate::text;
use crate::value;

/// Appends one event and a newline.
pub fn write(out: &mut Vec<u8>, item: &Item<'_>) {
    let header = &item.record.header;
    out.extend_from_slice(b"{\"time\":\"");
    item.clock.write(header.time, out);
    out.extend_from_slice(b"\",\"event\":\"");
    out.extend_from_slice(item.event.name.as_bytes());
    out.extend_from_slice(b"\",\"schema\":1");
    let mut raw = Vec::new();
    if header.host_tid != 0 {
        process(out, item, header, &mut raw);
    }
    place(out, header);
    args(out, item, &mut raw);
    ending(out, item, &raw);
    out.extend_from_slice(b"}\n");
}

fn process(out: &mut Vec<u8>, item: &Item<'_>, header: &Header, raw: &mut Vec<&'static str>) {
    let ids = [
        (&b",\"process\":{\"pid\":"[..], header.pid),
        (b",\"tid\":", header.tid),
        (b",\"ppid\":", header.ppid),
        (b",\"host_pid\":", header.host_pid),
        (b",\"host_tid\":", header.host_tid),
        (b",\"host_ppid\":", header.host_ppid),
        (b",\"uid\":", header.uid),
        (b",\"gid\":", header.gid),
    ];
    for (key, id) in ids {
        out.extend_from_slice(key);
        text::number(out, id);
    }
    out.extend_from_slice(b",\"comm\":\"");
    if text::json(out, record::comm(header)) {
        raw.push("comm");
    }
    if let Some(exe) = item.exe {
        out.extend_from_slice(b"\",\"exe\":\"");
        if text::json(out, exe) {
            raw.push("exe");
        }
    }
    out.extend_from_slice(b"\",\"start\":\"");
    item.clock.write(header.leader_start, out);
    out.extend_from_slice(b"\",\"id\":\"");
    identity(out, item, header.start, header.host_tid);
    out.extend_from_slice(b"\",\"leader_id\":\"");
    identity(out, item, header.leader_start, header.host_pid);
    out.extend_from_slice(b"\",\"pid_ns\":");
    text::number(out, header.pid_ns);
    out.extend_from_slice(b",\"mnt_ns\":");
    text::number(out, header.mnt_ns);
    out.extend_from_slice(b"},\"parent\":{\"id\":\"");
    identity(out, item, header.parent_start, header.host_ppid);
    out.extend_from_slice(b"\"}");
}

/// A task's identity: boot, start and thread id; no two tasks ever share it.
fn identity(out: &mut Vec<u8>, item: &Item<'_>, start: u64, tid: u32) {
    out.extend_from_slice(item.boot_id.as_bytes());
    out.push(b'-');
    text::hex(out, start);
    out.push(b'-');
    text::number(out, tid);
}

fn place(out: &mut Vec<u8>, header: &Header) {
    out.extend_from_slice(b",\"cpu\":");
    text::number(out, header.cpu);
    if header.cgroup != 0 {
        out.extend_from_slice(b",\"cgroup\":");
        value::unsigned(out, header.cgroup);
    }
    let abi = Abi::from_byte(header.abi);
    if abi != Abi::None {
        out.extend_from_slice(b",\"abi\":\"");
        out.extend_from_slice(abi.name().as_bytes());
        out.push(b'"');
    }
    let number = u16::try_from(header.nr).ok();
    if let Some(call) = number.and_then(|number| syscalls::by_number(abi, number)) {
        out.extend_from_slice(b",\"syscall\":\"");
        out.extend_from_slice(call.name.as_bytes());
        out.push(b'"');
    }
}

fn args(out: &mut Vec<u8>, item: &Item<'_>, raw: &mut Vec<&'static str>) {
    out.extend_from_slice(b",\"args\":{");
    let mut first = true;
    for (index, field) in item.event.fields.iter().enumerate() {
        let there = matches!(item.record.state(index), State::Read | State::Cut);
        if field.from.hidden || !there {
            continue;
        }
        out.extend_from_slice(if first { b"\"" } else { b",\"" });
        out.extend_from_slice(field.name.as_bytes());
        out.extend_from_slice(b"\":");
        if value::json(out, field, item.record, index, item.clock) {
            raw.push(field.name);
        }
        first = false;
    }
    out.push(b'}');
}

fn ending(out: &mut Vec<u8>, item: &Item<'_>, raw: &[&str]) {
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
    names(out, item, b",\"unread\":[", header.unread);
    addresses(out, item);
    names(out, item, b",\"cut\":[", header.cut);
    names(out, item, b",\"late\":[", header.late);
    if !raw.is_empty() {
        out.extend_from_slice(b",\"raw\":[");
        list(out, raw.iter().copied());
    }
    mismatch(out, item);
}

fn names(out: &mut Vec<u8>, item: &Item<'_>, open: &[u8], bits: u32) {
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
fn addresses(out: &mut Vec<u8>, item: &Item<'_>) {
    let unread = |index: &usize| item.record.state(*index) == State::Unread;
    let mut first = true;
    for index in (0..item.event.fields.len()).filter(unread) {
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

fn mismatch(out: &mut Vec<u8>, item: &Item<'_>) {
    let Some(mismatch) = item.mismatch else {
        return;
    };
    out.extend_from_slice(b",\"mismatch\":{\"");
    out.extend_from_slice(mismatch.field.as_bytes());
    for (key, set) in [
        (&b"\":{\"user\":["[..], mismatch.user),
        (b",\"kernel\":[", mismatch.kernel),
    ] {
        out.extend_from_slice(key);
        for (number, signal) in tracehound_schema::sigset::signals(set).enumerate() {
            out.extend_from_slice(if number == 0 { b"\"" } else { b",\"" });
            value::signal_name(out, signal);
            out.push(b'"');
        }
        out.push(b']');
    }
    out.extend_from_slice(b"}}");
}
