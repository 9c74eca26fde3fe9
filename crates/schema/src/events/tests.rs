use std::collections::HashSet;

use super::*;
use crate::event::MadeBy;
use crate::record::MAX_FIELDS;

/// Ids as published, append-only: a change here breaks recordings that users keep.
const GOLDEN: &[(u16, &str)] = &[
    (1, "gap"),
    (2, "argument_mismatch"),
    (110, "sched_process_fork"),
    (111, "sched_process_exec"),
    (112, "sched_process_exit"),
    (120, "sigprocmask"),
    (121, "signal_generate"),
    (122, "signal_deliver"),
    (130, "libc_signal"),
    (131, "libc_sigaddset"),
    (132, "libc_sigprocmask"),
    (133, "libc_pthread_sigmask"),
];

#[test]
fn ids_are_those_of_the_golden_list() {
    let written = all().filter(|event| event.made_by != MadeBy::Syscall);
    let mut ids: Vec<_> = written.map(|event| (event.id, event.name)).collect();
    ids.sort_unstable();
    assert_eq!(ids, GOLDEN);
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

#[test]
fn opt_in_events_are_in_no_set_but_libc() {
    for event in all() {
        let only = event.sets == ["libc"];
        assert_eq!(event.opt_in(), only, "{}", event.name);
        assert!(only || !event.sets.contains(&"libc"), "{}", event.name);
    }
}
