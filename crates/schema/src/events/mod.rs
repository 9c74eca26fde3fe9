//! The catalogue: one block per event, one file per family.

mod access;
mod attributes;
mod callers;
mod calls;
mod cgroups;
mod checks;
mod connections;
mod containers;
mod exec;
mod file;
mod files;
mod integrity;
mod io_uring;
mod issues;
mod kernel_files;
mod libraries;
mod library;
mod locks;
mod masks;
mod memory;
mod messages;
mod mounts;
mod objects;
mod paths;
mod process;
mod processes;
mod signal;
mod snapshot;
mod sockets;
mod stacks;
mod syscall;
mod tracer;
mod transfers;
mod users;

use crate::event::Event;

static FAMILIES: [&[Event]; 31] = [
    tracer::EVENTS,
    process::EVENTS,
    signal::EVENTS,
    masks::EVENTS,
    library::EVENTS,
    processes::EVENTS,
    cgroups::EVENTS,
    access::EVENTS,
    files::EVENTS,
    transfers::EVENTS,
    locks::EVENTS,
    io_uring::EVENTS,
    sockets::EVENTS,
    connections::EVENTS,
    messages::EVENTS,
    integrity::EVENTS,
    exec::EVENTS,
    paths::EVENTS,
    attributes::EVENTS,
    mounts::EVENTS,
    memory::EVENTS,
    stacks::EVENTS,
    libraries::EVENTS,
    kernel_files::EVENTS,
    objects::EVENTS,
    snapshot::EVENTS,
    containers::EVENTS,
    users::EVENTS,
    checks::EVENTS,
    calls::EVENTS,
    callers::EVENTS,
];

/// Every event, family by family.
pub fn all() -> impl Iterator<Item = &'static Event> {
    let written = FAMILIES.iter().flat_map(|family| family.iter());
    written.chain(syscall::EVENTS.iter())
}

/// The event of a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Event> {
    all().find(|event| event.name == name)
}

/// The event of an id.
#[must_use]
pub fn by_id(id: u16) -> Option<&'static Event> {
    all().find(|event| event.id == id)
}

/// Turns blocks into [`Event`] values; see `docs/decisions/0001-event-block.md`.
macro_rules! events {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident = $id:literal by $made_by:ident
            on [$($rung:literal),* $(,)?]
            $(calls [$($call:literal),*])?
            $(derived [$($derived:literal),*])?
            $(($($param:ident: $ctype:literal),* $(,)?))?
            $(when $when:literal)?
            $(owner $owner:literal)?
            $(first $first:literal)?
            $(beside {$($beside:literal: [$($hook:literal),* $(,)?]),* $(,)?})?
            $(keeps $keeps:literal)?
            $(at [$($at:literal),* $(,)?]
                $(of [$($of:literal),* $(,)?])?
                $(when $at_when:literal)?
                {$($name_at:ident $(. $sub_at:ident)? = $source_at:literal;)*}
                $(user {$($user_at:ident = $user_source:literal;)*})?
                $(lacks {$($lack:ident $(. $sub_lack:ident)?: $why:literal;)*})?
            )*
            $(unproved $unproved:literal)?
            sets [$($set:literal),*]
            {$(
                $(#[doc = $fdoc:literal])*
                $field:ident $(. $sub:ident)?: $kind:expr $(, $from:expr)?;
            )*}
            $(ret $ret:literal)?
            $(checks [$($check:expr),*])?
            page {
                purpose: $purpose:literal,
                use_case: $use_case:literal,
                command: $command:literal,
                $(example: [$($efield:ident $(. $sub_efield:ident)? = $evalue:expr),* $(,)?],)?
                issues: [$($issue:expr),* $(,)?],
                related: [$($related:literal),* $(,)?],
                sources: [$($source:literal),* $(,)?] $(,)?
            }
    )*) => {
        pub(super) static EVENTS: &[crate::event::Event] = &[$(crate::event::Event {
            id: $id,
            name: stringify!($name),
            doc: &[$($doc),*],
            made_by: crate::event::MadeBy::$made_by,
            ladder: &[$($rung),*],
            calls: &[$($($call),*)?],
            call: None,
            derived: &[$($($derived),*)?],
            params: &[$($(crate::event::Param { name: stringify!($param), ctype: $ctype }),*)?],
            when: concat!($($when)?),
            owner: concat!($($owner)?),
            first: concat!($($first)?),
            beside: &[$($(($beside, &[$($hook),*])),*)?],
            keeps: concat!($($keeps)?),
            ways: &[$(crate::way::Way {
                rungs: &[$($at),*],
                calls: &[$($($of),*)?],
                when: concat!($($at_when)?),
                sources: &[$((concat!(stringify!($name_at) $(, ".", stringify!($sub_at))?), $source_at)),*],
                users: &[$($((stringify!($user_at), $user_source)),*)?],
                lacks: &[$($((concat!(stringify!($lack) $(, ".", stringify!($sub_lack))?), $why)),*)?],
            }),*],
            unproved: concat!($($unproved)?),
            sets: &[$($set),*],
            fields: &[$(crate::events::field!(
                [$($fdoc),*] concat!(stringify!($field) $(, ".", stringify!($sub))?),
                $kind $(, $from)?
            )),*],
            has_ret: false $(|| $ret)?,
            checks: &[$($($check),*)?],
            page: crate::event::Page {
                purpose: $purpose,
                use_case: $use_case,
                command: $command,
                example: &[$($((concat!(stringify!($efield) $(, ".", stringify!($sub_efield))?), $evalue)),*)?],
                issues: &[$($issue),*],
                related: &[$($related),*],
                sources: &[$($source),*],
            },
        }),*];
    };
}
pub(crate) use events;

/// A field of a block: written out, or its name with a [`crate::field::Fact`].
macro_rules! field {
    ([$($doc:literal),*] $name:expr, $kind:expr, $from:expr) => {
        crate::field::Field { name: $name, kind: $kind, doc: &[$($doc),*], from: $from }
    };
    ([] $name:expr, $fact:expr) => {
        crate::field::Field { name: $name, kind: $fact.kind, doc: $fact.doc, from: $fact.from }
    };
}
pub(crate) use field;

/// What several events tell in the same words, as [`crate::field::Fact`] values; written as fields are.
macro_rules! facts {
    ($($(#[doc = $doc:literal])* $name:ident: $kind:expr, $from:expr;)*) => {$(
        $(#[doc = $doc])*
        pub(super) const $name: crate::field::Fact = crate::field::Fact {
            kind: $kind,
            doc: &[$($doc),*],
            from: $from,
        };
    )*};
}
pub(crate) use facts;

#[cfg(test)]
mod tests;
