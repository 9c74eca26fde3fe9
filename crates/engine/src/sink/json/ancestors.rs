//! `"ancestors":[…]`: who created the process, the nearest first.

use super::Item;
use super::identity::task;
use crate::processes::{Identity, Process, name_of};
use crate::redact::{Holds, Redaction};
use crate::text;
use crate::value;

/// Appends them, with their comma in front; tells whether there were bytes that are not UTF-8.
pub fn write(out: &mut Vec<u8>, item: &Item<'_>, boot_id: &str) -> bool {
    let mut raw = false;
    out.extend_from_slice(b",\"ancestors\":[");
    let start = out.len();
    let whole = item
        .processes
        .ancestors(&item.record.header, |identity, process| {
            if out.len() > start {
                out.push(b',');
            }
            raw |= one(out, identity, process.zip(Some(item.redaction)), boot_id);
            false
        });
    out.push(b']');
    if !whole {
        out.extend_from_slice(b",\"ancestors_cut\":true");
    }
    raw
}

fn one(
    out: &mut Vec<u8>,
    identity: Identity,
    process: Option<(&Process, Option<&Redaction>)>,
    boot_id: &str,
) -> bool {
    let mut raw = false;
    out.extend_from_slice(b"{\"id\":\"");
    task(out, boot_id, identity.start, identity.pid);
    out.extend_from_slice(b"\",\"pid\":");
    text::number(out, identity.pid);
    if let Some((process, redaction)) = process {
        raw = described(out, process, redaction);
    }
    out.push(b'}');
    raw
}

/// Appends name, program and arguments, as far as they are known.
pub fn described(out: &mut Vec<u8>, process: &Process, redaction: Option<&Redaction>) -> bool {
    let mut raw = false;
    let comm = process.comm.as_ref().map(name_of);
    let exe = process.program.exe.as_ref().and_then(Option::as_deref);
    for (key, text) in [(&b",\"comm\":\""[..], comm), (b",\"exe\":\"", exe)] {
        if let Some(text) = text {
            out.extend_from_slice(key);
            raw |= text::json(out, text);
            out.push(b'"');
        }
    }
    if let Some(argv) = &process.program.argv {
        out.extend_from_slice(b",\"argv\":");
        let list = redaction.and_then(|one| one.list(Holds::Arguments, &argv.text));
        let told = list.as_ref().map_or(&*argv.text, |list| &list.texts);
        raw |= value::json_list(out, told);
        if argv.cut {
            out.extend_from_slice(b",\"argv_cut\":true");
        }
        if list.is_some() {
            out.extend_from_slice(b",\"argv_redacted\":true");
        }
    }
    raw
}
