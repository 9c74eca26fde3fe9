use std::collections::HashSet;

use super::*;
use crate::event::MadeBy;
use crate::record::MAX_FIELDS;

/// Ids as published, append-only: a change here breaks recordings that users keep.
const GOLDEN: [&str; 15] = [
    include_str!("ids/first.txt"),
    include_str!("ids/processes.txt"),
    include_str!("ids/files.txt"),
    include_str!("ids/io_uring.txt"),
    include_str!("ids/sockets.txt"),
    include_str!("ids/integrity.txt"),
    include_str!("ids/exec.txt"),
    include_str!("ids/paths.txt"),
    include_str!("ids/mounts.txt"),
    include_str!("ids/memory.txt"),
    include_str!("ids/objects.txt"),
    include_str!("ids/snapshot.txt"),
    include_str!("ids/containers.txt"),
    include_str!("ids/checks.txt"),
    include_str!("ids/others.txt"),
];

#[test]
fn ids_are_those_of_the_golden_list() {
    let written = all().filter(|event| event.made_by != MadeBy::Syscall);
    let mut ids: Vec<_> = written
        .map(|event| format!("{} {}", event.id, event.name))
        .collect();
    ids.sort_unstable();
    let mut golden: Vec<_> = GOLDEN.iter().flat_map(|list| list.lines()).collect();
    golden.sort_unstable();
    assert_eq!(ids, golden);
}

#[test]
fn ids_of_calls_are_their_numbers() {
    for event in all().filter(|event| event.made_by == MadeBy::Syscall) {
        let call = event.call.unwrap();
        let id = match (call.x86_64, call.i386, call.aarch64) {
            (Some(number), ..) => 1000 + number,
            (None, Some(number), _) => 2000 + number,
            (None, None, number) => 3000 + number.unwrap(),
        };
        assert_eq!(event.id, id, "{}", event.name);
    }
}

#[test]
fn names_and_ids_are_unique() {
    let names: HashSet<_> = all().map(|event| event.name).collect();
    let ids: HashSet<_> = all().map(|event| event.id).collect();
    assert_eq!(names.len(), all().count());
    assert_eq!(ids.len(), all().count());
}

#[test]
fn every_event_has_a_sentence_and_a_page() {
    for event in all() {
        assert!(event.summary().ends_with('.'), "{}", event.name);
        assert!(event.fields.len() <= MAX_FIELDS, "{}", event.name);
        assert!(!event.page.use_case.is_empty(), "{}", event.name);
        for field in event.fields {
            assert!(
                event.call.is_some() || !field.doc.is_empty(),
                "{}.{}",
                event.name,
                field.name
            );
        }
    }
}

#[test]
fn related_events_exist() {
    for event in all() {
        for related in event.page.related {
            assert!(by_name(related).is_some(), "{} names {related}", event.name);
        }
    }
}

#[test]
fn rungs_of_hooked_events_parse() {
    use crate::rung::HookKind;
    for event in all() {
        for rung in event.rungs() {
            assert_ne!(rung.kind, HookKind::None, "{}: {}", event.name, rung.name);
        }
    }
}

/// What a block says of some rungs must be of rungs, parameters and fields that it has.
#[test]
fn what_is_said_of_rungs_is_of_the_event() {
    for event in all() {
        let known = |name: &&str| {
            let known = event.field_index(name).is_some() || (event.has_ret && *name == "ret");
            known || event.params.iter().any(|p| p.name == *name)
        };
        for way in event.ways {
            for rung in way.rungs {
                let parts = event
                    .rungs()
                    .flat_map(|r| r.targets().map(move |t| r.part(t)));
                let known = event.ladder.contains(rung) || parts.into_iter().any(|p| p == *rung);
                assert!(known, "{}: {rung}", event.name);
            }
            for (name, _) in way.sources {
                assert!(known(name) || *name == "ret", "{}: {name}", event.name);
            }
            for (name, _) in way.lacks.iter().chain(way.users) {
                assert!(event.field_index(name).is_some(), "{}: {name}", event.name);
            }
            for call in way.calls {
                assert!(crate::syscalls::by_name(call).is_some(), "{call}");
            }
        }
        for rung in event.rungs().filter(|rung| rung.at_call_end()) {
            let way = event.way(rung.name);
            // The one that tells of all.
            let named = way.is_some_and(|way| !way.calls.is_empty()) || event.name == "sys_exit";
            assert!(named, "{}: {} names no calls", event.name, rung.name);
        }
        assert!(!event.has_ret || event.made_by != MadeBy::Hook || returns(event));
    }
}

/// Whether every rung of an event knows what was returned, or says where it is.
fn returns(event: &crate::Event) -> bool {
    event.rungs().all(|rung| {
        let own = event.way(rung.name).and_then(|way| way.source("ret"));
        rung.at_return() || own.is_some()
    })
}

#[test]
fn opt_in_events_are_in_no_set_but_libc() {
    for event in all() {
        let only = event.sets == ["libc"];
        assert_eq!(event.opt_in(), only, "{}", event.name);
        assert!(only || !event.sets.contains(&"libc"), "{}", event.name);
    }
}
