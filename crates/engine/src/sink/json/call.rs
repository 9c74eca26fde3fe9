//! What a system call's line has that other events' lines have not: arguments by type, the files
//! behind descriptors, results by kind.

use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use linux_raw_sys::net;
use tracehound_schema::names::socket;
use tracehound_schema::record::SocketFacts;
use tracehound_schema::types::Type;

use super::{Item, ending};
use crate::calls::{self, Call, File, Json, Notes, Phase, Side};
use crate::text;
use crate::value;

/// Appends `args`, `after` and `files`; notes what is not simply there.
pub fn arguments(out: &mut Vec<u8>, call: &Call<'_>, notes: &mut Notes) {
    notes.clear();
    out.extend_from_slice(b",\"args\":{");
    let mut print = Json::new(out, notes);
    for (index, arg) in call.args().iter().enumerate() {
        if call.uses(index) {
            print.argument(arg.name, |print| calls::argument(call, index, print));
        }
    }
    out.push(b'}');
    if call.prepared.overwrites && call.succeeded() {
        after(out, call, notes);
    }
    if call.prepared.passes_files {
        files(out, call);
    }
}

/// What the call left where it had read before.
fn after(out: &mut Vec<u8>, call: &Call<'_>, notes: &mut Notes) {
    let start = out.len();
    out.extend_from_slice(b",\"after\":{");
    notes.within("after");
    let mut print = Json::new(out, notes);
    for (index, arg) in call.args().iter().enumerate() {
        if matches!(call.kind(index), Type::InOut(_)) {
            print.argument(arg.name, |print| {
                calls::side(call, index, Side::After, print)
            });
        }
    }
    let empty = print.is_empty();
    notes.outside();
    if empty {
        out.truncate(start);
    } else {
        out.push(b'}');
    }
}

/// What the descriptors of the arguments, and the one returned, stand for.
fn files(out: &mut Vec<u8>, call: &Call<'_>) {
    let start = out.len();
    out.extend_from_slice(b",\"files\":{");
    let mut empty = true;
    let mut one = |name: &str, found: Option<File<'_>>| {
        let Some(found) = found else {
            return;
        };
        out.extend_from_slice(if empty { b"\"" } else { b",\"" });
        empty = false;
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        match found {
            File::File { facts, .. } => {
                out.extend_from_slice(b"{\"path\":\"");
                found.path(|bytes| {
                    text::json(out, bytes);
                });
                out.extend_from_slice(b"\",\"dev\":\"");
                text::number(out, facts.dev >> 20);
                out.push(b':');
                text::number(out, facts.dev & 0xf_ffff);
                out.extend_from_slice(b"\",\"inode\":");
                value::unsigned(out, facts.inode);
                out.push(b'}');
            }
            File::Socket { facts, path } => socket(out, &facts, path),
        }
    };
    for (index, arg) in call.args().iter().enumerate() {
        if matches!(call.kind(index), Type::Fd | Type::DirFd) {
            let fd = call.number(index).signed() as i32;
            one(arg.name, call.memory.file(fd));
        }
        for (place, fd) in call.left_descriptors(index).iter().enumerate() {
            let name = format!("{}.{place}", arg.name);
            one(&name, call.memory.returned(i32::from_ne_bytes(*fd)));
        }
    }
    if let Some(fd) = call.returned_descriptor() {
        one("ret", call.memory.returned(fd));
    }
    if empty {
        out.truncate(start);
    } else {
        out.push(b'}');
    }
}

fn socket(out: &mut Vec<u8>, facts: &SocketFacts, path: &[u8]) {
    let names = [
        ("{\"socket\":{\"family\":", &socket::FAMILY, facts.family),
        (",\"type\":", &socket::KIND, facts.kind),
    ];
    for (key, table, value) in names {
        out.extend_from_slice(key.as_bytes());
        named(out, table.name(i64::from(value)), value);
    }
    let family = u32::from(facts.family);
    let internet = matches!(family, net::AF_INET | net::AF_INET6);
    out.extend_from_slice(b",\"protocol\":");
    let table = &socket::PROTOCOL;
    let known = table.name(i64::from(facts.protocol)).filter(|_| internet);
    named(out, known, facts.protocol);
    out.extend_from_slice(b",\"inode\":");
    value::unsigned(out, facts.inode);
    if internet {
        for (key, address, port) in [
            (",\"local\":\"", &facts.local, facts.local_port),
            (",\"remote\":\"", &facts.remote, facts.remote_port),
        ] {
            end_point(out, key, (family, address), u16::from_be(port));
        }
    }
    if !path.is_empty() {
        out.extend_from_slice(b",\"path\":\"");
        match path.split_first() {
            Some((0, name)) => {
                out.push(b'@');
                text::json(out, name);
            }
            _ => {
                text::json(out, path);
            }
        }
        out.push(b'"');
    }
    out.extend_from_slice(b"}}");
}

fn named(out: &mut Vec<u8>, name: Option<&str>, value: u16) {
    match name {
        Some(name) => {
            out.push(b'"');
            out.extend_from_slice(name.as_bytes());
            out.push(b'"');
        }
        None => text::number(out, value),
    }
}

/// One end of a connection; nothing if it has neither address nor port.
fn end_point(out: &mut Vec<u8>, key: &str, (family, address): (u32, &[u8; 16]), port: u16) {
    if port == 0 && address.iter().all(|byte| *byte == 0) {
        return;
    }
    out.extend_from_slice(key.as_bytes());
    // Writing to a vector cannot fail.
    let _ = if family == net::AF_INET {
        let [a, b, c, d, ..] = *address;
        write!(out, "{}:{port}\"", Ipv4Addr::new(a, b, c, d))
    } else {
        write!(out, "[{}]:{port}\"", Ipv6Addr::from(*address))
    };
}

/// Appends the result by its kind, how long the call took, and whether it has ended.
pub fn result(out: &mut Vec<u8>, item: &Item<'_>, call: &Call<'_>, notes: &mut Notes) {
    if let Some(ret) = call.ret {
        out.extend_from_slice(b",\"ret\":");
        if let Some(name) = value::error_name(ret) {
            value::signed(out, ret);
            out.extend_from_slice(b",\"error\":\"");
            out.extend_from_slice(name.as_bytes());
            out.push(b'"');
        } else {
            calls::returned(call, &mut Json::new(out, notes));
        }
    }
    if let Some(duration) = call.duration() {
        out.extend_from_slice(b",\"duration_ns\":");
        value::unsigned(out, duration);
    }
    if item.phase == Phase::Unfinished {
        out.extend_from_slice(b",\"unfinished\":true");
    }
}

/// Appends what the values are worth.
pub fn states(out: &mut Vec<u8>, notes: &Notes) {
    let rows: [(&[u8], &[u8], u8); 6] = [
        (b",\"unread\":[", &notes.unread, b']'),
        (b",\"unread_at\":{", &notes.unread_at, b'}'),
        (b",\"cut\":[", &notes.cut, b']'),
        (b",\"redacted\":[", &notes.redacted, b']'),
        (b",\"late\":[", &notes.late, b']'),
        (b",\"unwritten\":[", &notes.unwritten, b']'),
    ];
    for (open, list, close) in rows {
        // Each entry ends with a comma.
        if let Some((_, list)) = list.split_last() {
            out.extend_from_slice(open);
            out.extend_from_slice(list);
            out.push(close);
        }
    }
    ending::left_out(out, notes.left_out);
}

/// Appends the names of texts that are not UTF-8, after those of the thread.
pub fn raw(out: &mut Vec<u8>, thread: &[&str], notes: &Notes) {
    if thread.is_empty() && notes.raw.is_empty() {
        return;
    }
    out.extend_from_slice(b",\"raw\":[");
    for name in thread {
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\",");
    }
    out.extend_from_slice(&notes.raw);
    out.pop();
    out.push(b']');
}
