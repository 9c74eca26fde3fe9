//! System calls as events: derived from the rows of `syscalls/`.

use std::sync::LazyLock;

use crate::event::{Event, MadeBy, Page};
use crate::field::{self, Field, From};
use crate::kind::Kind;
use crate::rung::CALL_LADDER;
use crate::syscalls::{self, Arg, Syscall};
use crate::types::Type;

/// Ids of calls that 64-bit x86 has: its number is added.
const BASE: u16 = 1000;
/// Ids of calls that only 32-bit x86 has: its number is added.
const BASE_I386: u16 = 2000;
/// Ids of calls that x86 does not have: the number for 64-bit Arm is added.
const BASE_AARCH64: u16 = 3000;

/// The events, made once and kept for as long as the program runs.
pub(super) static EVENTS: LazyLock<Vec<Event>> = LazyLock::new(|| {
    let own = syscalls::all().filter(|call| call.event.is_empty());
    own.map(event).collect()
});

fn event(call: &'static Syscall) -> Event {
    Event {
        id: id(call),
        name: call.name,
        doc: leak(vec![call.doc]),
        made_by: MadeBy::Syscall,
        ladder: CALL_LADDER,
        calls: leak(vec![call.name]),
        call: Some(call),
        params: &[],
        sets: leak(sets(call)),
        fields: leak(call.args.iter().map(field).collect()),
        has_ret: !call.never_returns,
        checks: &[],
        page: page(call),
    }
}

fn leak<T>(list: Vec<T>) -> &'static [T] {
    Vec::leak(list)
}

fn id(call: &Syscall) -> u16 {
    match (call.x86_64, call.i386, call.aarch64) {
        (Some(number), ..) => BASE + number,
        (None, Some(number), _) => BASE_I386 + number,
        (None, None, Some(number)) => BASE_AARCH64 + number,
        (None, None, None) => 0,
    }
}

fn sets(call: &Syscall) -> Vec<&'static str> {
    let mut sets = vec!["syscalls"];
    if call.x86_64.is_none() && call.i386.is_some() {
        sets.push("32bit_unique");
    }
    sets.extend(call.sets);
    sets
}

fn field(arg: &'static Arg) -> Field {
    Field {
        name: arg.name,
        kind: Kind::Arg(&arg.kind),
        doc: &[],
        from: from(&arg.kind),
    }
}

fn from(kind: &Type) -> From {
    match kind {
        Type::In(_) | Type::InOut(_) => field::user("the argument's memory at entry").opt(),
        Type::Out(_) | Type::Left(_) => field::user("the argument's memory at exit").opt(),
        _ => field::register("the argument's register"),
    }
}

fn page(call: &'static Syscall) -> Page {
    Page {
        purpose: "Sees the call at its end, and at its beginning where it reads memory, may wait or never returns.",
        use_case: "See who makes the call, with which arguments and to what end.",
        command: "",
        example: &[],
        issues: &[],
        related: &[],
        sources: leak(vec![call.man]),
    }
}
