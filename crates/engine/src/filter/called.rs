//! What a container or its pod is called, as filters see it.

use super::probe::Probe;
use super::scope::Scope;
use crate::calls::Print as _;
use crate::cgroups::{Called, Inside, Word};

/// Puts what a scope asks for. Where somebody who knows said that there is none, there is no value.
pub fn put(scope: Scope, inside: &Inside, probe: &mut Probe<'_>) {
    let word = match scope {
        Scope::Container => return probe.text(inside.container.id.as_bytes(), true),
        Scope::PodUid => match &inside.container.pod {
            Some(uid) => return probe.text(uid.as_bytes(), true),
            None => Word::PodUid,
        },
        Scope::ContainerName => Word::Name,
        Scope::ContainerImage => Word::Image,
        Scope::ContainerImageDigest => Word::ImageDigest,
        Scope::PodName => Word::PodName,
        Scope::PodOwnerKind => Word::PodOwnerKind,
        Scope::PodOwnerName => Word::PodOwnerName,
        _ => Word::PodNamespace,
    };
    let called = inside.called.as_deref();
    if scope == Scope::PodSandbox {
        return match called.and_then(|called| called.sandbox) {
            Some(sandbox) => probe.unsigned(u64::from(sandbox)),
            None if called.is_some_and(|called| called.by_engine) => {}
            None => probe.unread(0),
        };
    }
    match called.and_then(|called| called.text(word)) {
        Some(text) => probe.text(text, true),
        None if has_none(word, inside, called) => {}
        None => probe.unread(0),
    }
}

/// Whether it is known that there is no such text.
fn has_none(word: Word, inside: &Inside, called: Option<&Called>) -> bool {
    let by_engine = called.is_some_and(|called| called.by_engine);
    let uid = || called.and_then(|called| called.text(Word::PodUid));
    match word {
        // The path of a pod's cgroup says so.
        Word::PodUid => true,
        // What is in a pod has these, whoever does not tell them.
        Word::PodName | Word::PodNamespace | Word::PodOwnerKind | Word::PodOwnerName => {
            by_engine && inside.container.pod.is_none() && uid().is_none()
        }
        _ => by_engine,
    }
}
