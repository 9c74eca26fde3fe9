//! System calls as events: derived from the rows of `syscalls/`.

use std::sync::LazyLock;

use crate::ctype;
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
        derived: &[],
        params: &[],
        when: "",
        owner: "",
        first: "",
        beside: &[],
        keeps: "",
        ways: &[],
        unproved: "",
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
    let ctype = String::leak(ctype::of(&arg.kind));
    Field {
        name: arg.name,
        kind: Kind::Arg(&arg.kind),
        doc: doc(&arg.kind),
        from: from(&arg.kind).ctype(ctype),
    }
}

fn doc(kind: &Type) -> &'static [&'static str] {
    match kind {
        Type::In(_) => &["What the call reads, as it was when the call began."],
        Type::Out(_) => &["What the call wrote, as it was when the call ended."],
        Type::InOut(_) => &["What the call reads and writes, as it was at each end."],
        Type::Left(_) => &["What the call wrote when it was interrupted."],
        Type::Fd | Type::DirFd => &["The descriptor; `files` says what it stood for."],
        Type::Addr => &["The address, which is not followed."],
        Type::By(_) => &["What it means is decided by another argument."],
        _ => &["As the register held it."],
    }
}

fn from(kind: &Type) -> From {
    match kind {
        Type::In(_) => field::user("behind the argument, at entry")
            .opt()
            .unread("when its memory could be read neither when the call began nor when it ended"),
        Type::InOut(_) => field::user("behind the argument, at entry and exit")
            .opt()
            .unread("when its memory could not be read"),
        Type::Out(_) | Type::Found(_) | Type::Left(_) => field::user(
            "behind the argument, at exit",
        )
        .opt()
        .unread(
            "when its memory could not be read when the call ended; unwritten when the call failed",
        ),
        Type::By(_) => field::user("the argument's register, or behind it"),
        _ => field::register("the argument's register"),
    }
}

fn page(call: &'static Syscall) -> Page {
    Page {
        purpose: "Sees the call at its end, and at its beginning where it reads memory, may wait without limit or never returns.",
        use_case: "See who makes the call, with which arguments, on which files, and to what end.",
        command: String::leak(format!("sudo tracehound -e {}", call.name)),
        example: &[],
        issues: ISSUES,
        related: &[],
        sources: leak(vec![manual(call), TABLES]),
    }
}

/// The man page section that the call rests on.
fn manual(call: &Syscall) -> &'static str {
    if call.man.is_empty() {
        String::leak(format!("{}(2)", call.name))
    } else {
        call.man
    }
}

/// What holds for every call.
const ISSUES: &[&str] = &[
    "What a pointer points at is read from the caller's memory when the call begins or ends; another thread can rewrite it between that and the kernel's own use. Registers and what `files` says come from the kernel.",
    "A call that is refused before it begins, as by seccomp(2), is seen at its end only, or not at all where hooks sit on the call's own function.",
];

/// Where numbers come from.
const TABLES: &str =
    "arch/x86/entry/syscalls/syscall_64.tbl, syscall_32.tbl and scripts/syscall.tbl (v6.18)";
