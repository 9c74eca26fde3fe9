//! What engines and Kubernetes call containers, as `container_named` and `pod_named` tell it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tracehound_schema::record::{Record, State};
use tracehound_schema::{Event, by_name};

/// Names remembered of containers that are not known (yet): the name may come before the cgroup's record,
/// and after the container is gone.
const MAX_EARLY: usize = 1024;

/// A text that an engine or Kubernetes tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The container's name.
    Name,
    /// Its image.
    Image,
    /// The digest of that.
    ImageDigest,
    /// Its labels, each ended by NUL.
    Labels,
    /// The name of its pod.
    PodName,
    /// The namespace of that.
    PodNamespace,
    /// The id of that.
    PodUid,
    /// The labels of that, each ended by NUL.
    PodLabels,
    /// The kind of the workload that made it.
    PodOwnerKind,
    /// The name of that.
    PodOwnerName,
}

/// The fields with texts, as words count them.
const FIELDS: [&str; 10] = [
    "container_name",
    "container_image",
    "container_image_digest",
    "labels",
    "pod_name",
    "pod_namespace",
    "pod_uid",
    "pod_labels",
    "pod_owner_kind",
    "pod_owner_name",
];

/// Events that tell it: what an engine says, and what Kubernetes does.
const EVENTS: [&str; 2] = ["container_named", "pod_named"];

/// What a container is called. The texts are an engine's, a server's or a recording's, so they may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    texts: [Option<Box<[u8]>>; FIELDS.len()],
    /// Whether it only holds its pod's namespaces.
    pub sandbox: Option<bool>,
    /// Whether its engine told of it, so that what is not known of the container itself is not there.
    pub by_engine: bool,
}

impl Called {
    /// A text, if there is one.
    #[must_use]
    pub fn text(&self, word: Word) -> Option<&[u8]> {
        self.texts[word as usize].as_deref()
    }

    /// Takes what somebody else says; where both say something, what is new.
    fn add(&mut self, new: Called) {
        for (text, new) in self.texts.iter_mut().zip(new.texts) {
            // An engine that tells no labels of pods says so by an empty list.
            let says = new.as_ref().is_some_and(|new| !new.is_empty());
            if says || text.is_none() {
                *text = new;
            }
        }
        self.sandbox = new.sandbox.or(self.sandbox);
        self.by_engine |= new.by_engine;
    }

    /// With what somebody else says too.
    #[must_use]
    pub fn and(known: Option<&Called>, new: Called) -> Called {
        let Some(known) = known else {
            return new;
        };
        let mut both = known.clone();
        both.add(new);
        both
    }
}

/// Where an event tells what; not all tell all.
#[derive(Clone, Copy, Debug)]
struct Source {
    event: u16,
    by_engine: bool,
    id: usize,
    texts: [Option<usize>; FIELDS.len()],
    sandbox: Option<usize>,
    why: usize,
}

impl Source {
    fn new(name: &str) -> Option<Source> {
        let event = by_name(name)?;
        Some(Source {
            event: event.id,
            by_engine: name == EVENTS[0],
            id: event.field_index("container_id")?,
            texts: FIELDS.map(|field| event.field_index(field)),
            sandbox: event.field_index("pod_sandbox"),
            why: event.field_index("why")?,
        })
    }

    /// The container's id and what it is called; `None` where that could not be learnt.
    fn read(&self, record: &Record<'_>) -> Option<(String, Called)> {
        let there = |index: &usize| matches!(record.state(*index), State::Read | State::Cut);
        // Of a pod the name may be known although the owner is not.
        if there(&self.why) && self.by_engine {
            return None;
        }
        let id = record.tail(self.id).filter(|_| there(&self.id))?;
        let id = String::from_utf8(id.to_vec()).ok()?;
        let tail = |index: usize| record.tail(index).map(Box::from);
        let text = |index: Option<usize>| index.filter(there).and_then(tail);
        let sandbox = self.sandbox.filter(there);
        let sandbox = sandbox.and_then(|index| record.slot(index));
        let called = Called {
            texts: self.texts.map(text),
            sandbox: sandbox.map(|slot| slot != 0),
            by_engine: self.by_engine,
        };
        Some((id, called))
    }
}

/// Names of containers that are not known.
#[derive(Debug)]
pub struct Early {
    sources: [Option<Source>; EVENTS.len()],
    names: HashMap<String, Arc<Called>>,
    order: VecDeque<String>,
}

impl Default for Early {
    fn default() -> Early {
        Early {
            sources: EVENTS.map(Source::new),
            names: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl Early {
    /// What a record tells, if it is of the event.
    pub fn read(&self, event: &Event, record: &Record<'_>) -> Option<(String, Called)> {
        let mut sources = self.sources.iter().flatten();
        let source = sources.find(|source| source.event == event.id)?;
        source.read(record)
    }

    /// Keeps a name for a container that may come; the oldest gives way.
    pub fn keep(&mut self, id: String, called: Called) {
        let called = Called::and(self.names.get(&id).map(AsRef::as_ref), called);
        if self.names.insert(id.clone(), Arc::new(called)).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > MAX_EARLY
            && let Some(oldest) = self.order.pop_front()
        {
            self.names.remove(&oldest);
        }
    }

    /// The name that was kept for a container.
    pub fn take(&mut self, id: &str) -> Option<Arc<Called>> {
        let called = self.names.remove(id)?;
        self.order.retain(|other| other != id);
        Some(called)
    }
}
