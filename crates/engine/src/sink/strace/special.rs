//! Calls whose lines are not a list of their arguments in order.

use tracehound_schema::types::Type;

use super::arguments;
use crate::calls::{self, Call, Human, Number, Print, Shape, Side, Style};
use crate::text;

/// Bits of clone(2) that say which further arguments there are.
const CLONE_PIDFD: u64 = 0x1000;
const CLONE_SETTLS: u64 = 0x8_0000;
const CLONE_PARENT_SETTID: u64 = 0x10_0000;
const CLONE_CHILD_TID: u64 = 0x0120_0000;

/// Calls that print what they read of an argument when they begin, and what they wrote to it behind
/// the result.
const POLLING: [&str; 4] = ["poll", "ppoll", "ppoll_time64", "poll_time64"];
const SELECTING: [&str; 4] = ["select", "_newselect", "pselect6", "pselect6_time64"];

/// The arguments in the order they are written.
#[derive(Debug, Default)]
pub struct Slots {
    list: Vec<(usize, &'static str)>,
    /// So many are written as they are when the call begins.
    pub at_once: usize,
    /// From here on the end of the call is waited for.
    pub decided: usize,
    /// Whether the comma between both halves belongs to the second.
    pub late_comma: bool,
}

impl Slots {
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    pub fn index(&self, slot: usize) -> Option<usize> {
        self.list.get(slot).map(|slot| slot.0)
    }

    pub fn label(&self, slot: usize) -> &'static str {
        self.list.get(slot).map_or("", |slot| slot.1)
    }
}

/// The arguments of a call in the order they are written.
pub fn slots(call: &Call<'_>) -> Slots {
    let name = call.prepared.row.name;
    if name == "clone" {
        return clone(call);
    }
    if name == "clone3" {
        // What was written comes between both.
        return Slots {
            list: vec![(0, ""), (1, "")],
            at_once: 0,
            decided: 1,
            late_comma: true,
        };
    }
    let count = call.args().len();
    let used = (0..count).filter(|index| !matches!(call.kind(*index), Type::Unused));
    let list = used.map(|index| (index, "")).collect();
    let before = POLLING.contains(&name) || SELECTING.contains(&name);
    Slots {
        list,
        at_once: if before { count } else { 0 },
        decided: count,
        late_comma: false,
    }
}

/// `clone(child_stack=NULL, flags=…, child_tidptr=…)`.
fn clone(call: &Call<'_>) -> Slots {
    let flags = call.named("flags", None).map_or(0, |flags| flags.value);
    let wanted = [
        ("stack", "child_stack=", true),
        ("flags", "flags=", true),
        (
            "parent_tid",
            "parent_tid=",
            flags & (CLONE_PARENT_SETTID | CLONE_PIDFD) != 0,
        ),
        ("tls", "tls=", flags & CLONE_SETTLS != 0),
        ("child_tid", "child_tidptr=", flags & CLONE_CHILD_TID != 0),
    ];
    let present = wanted.iter().filter(|(_, _, present)| *present);
    let list = present.filter_map(|(name, label, _)| Some((call.index(name)?, *label)));
    Slots {
        list: list.collect(),
        at_once: 0,
        decided: 2,
        late_comma: true,
    }
}

/// Flags as a result: a number in hexadecimal, zero without.
pub fn flags(out: &mut Vec<u8>, value: u64) {
    match value {
        0 => out.push(b'0'),
        value => text::hex(out, value),
    }
}

/// Appends what strace says behind a result.
pub fn annotate(out: &mut Vec<u8>, call: &Call<'_>, style: Style) {
    let name = call.prepared.row.name;
    let ret = call.ret.unwrap_or(0);
    match call.chosen(&call.prepared.row.ret, None) {
        Type::Parts(_) if name == "ioprio_get" => {
            out.extend_from_slice(b" (");
            arguments::priority_of(out, ret as u64);
            out.push(b')');
        }
        kind @ (Type::Flags(_) | Type::Parts(_)) if ret != 0 || matches!(kind, Type::Parts(_)) => {
            let flags = name.starts_with("fcntl");
            out.extend_from_slice(if flags { b" (flags " } else { b" (" });
            calls::returned(call, &mut Human::new(out, style));
            out.push(b')');
        }
        Type::Enum(_) => {
            out.extend_from_slice(b" (");
            calls::returned(call, &mut Human::new(out, style));
            out.push(b')');
        }
        _ if name == "set_thread_area" => entry(out, call),
        _ if POLLING.contains(&name) => polled(out, call, style),
        _ if SELECTING.contains(&name) => selected(out, call, style),
        _ => {}
    }
}

/// `([{fd=3, revents=POLLIN}])`.
fn polled(out: &mut Vec<u8>, call: &Call<'_>, style: Style) {
    if call.ret == Some(0) {
        out.extend_from_slice(b" (Timeout)");
        return;
    }
    let Some((kind, found)) = call.index("fds").and_then(|index| {
        let count = call.named("nfds", None)?.value;
        let address = call.number(index).value;
        let found = call
            .memory
            .read(Side::After, address, count.checked_mul(8)?)?;
        Some((arguments::events(call.kind(index))?, found))
    }) else {
        return;
    };
    out.extend_from_slice(b" (");
    let mut list = Human::new(out, style);
    list.open(Shape::List);
    let mut shown = 0;
    for pollfd in found.bytes.as_chunks::<8>().0 {
        let [a, b, c, d, .., low, high] = *pollfd;
        let fd = i32::from_ne_bytes([a, b, c, d]);
        let events = u16::from_ne_bytes([low, high]);
        if fd < 0 || events == 0 {
            continue;
        }
        if !list.item(shown) {
            list.rest();
            break;
        }
        shown += 1;
        list.open(Shape::Struct);
        list.member("fd");
        list.descriptor(fd, false, call);
        list.member("revents");
        list.words(kind, Number::new(u64::from(events), 16));
        list.close(Shape::Struct);
    }
    list.close(Shape::List);
    left(out, call, style, ", ");
    out.push(b')');
}

/// `(in [3], out [4], left {tv_sec=0, tv_usec=99})`.
fn selected(out: &mut Vec<u8>, call: &Call<'_>, style: Style) {
    if call.ret == Some(0) {
        out.extend_from_slice(b" (Timeout)");
        return;
    }
    out.extend_from_slice(b" (");
    let start = out.len();
    for (name, label) in [
        ("readfds", "in "),
        ("writefds", "out "),
        ("exceptfds", "except "),
    ] {
        let Some(index) = call
            .index(name)
            .filter(|index| call.number(*index).value != 0)
        else {
            continue;
        };
        let comma = out.len();
        if comma > start {
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(label.as_bytes());
        let set = out.len();
        calls::side(call, index, Side::After, &mut Human::new(out, style));
        // Sets that nothing is left in are not shown.
        if out[set..] == *b"[]" {
            out.truncate(comma);
        }
    }
    let comma = if out.len() > start { ", " } else { "" };
    left(out, call, style, comma);
    out.push(b')');
}

/// The time that was left.
fn left(out: &mut Vec<u8>, call: &Call<'_>, style: Style, comma: &str) {
    let names = ["timeout", "tsp", "tmo_p", "utime"];
    let index = names.iter().find_map(|name| call.index(name));
    let Some(index) = index.filter(|index| {
        matches!(call.kind(*index), Type::InOut(_)) && call.number(*index).value != 0
    }) else {
        return;
    };
    out.extend_from_slice(comma.as_bytes());
    out.extend_from_slice(b"left ");
    calls::side(call, index, Side::After, &mut Human::new(out, style));
}

/// The number of the segment that the kernel chose.
fn entry(out: &mut Vec<u8>, call: &Call<'_>) {
    let address = call.number(0).value;
    let number = |side| {
        let found = call.memory.read(side, address, 4)?;
        found
            .bytes
            .first_chunk()
            .map(|bytes| i32::from_ne_bytes(*bytes))
    };
    if let (Some(-1), Some(chosen)) = (number(Side::Before), number(Side::After)) {
        out.extend_from_slice(format!(" (entry_number={chosen})").as_bytes());
    }
}
