//! What engines call containers, as `container_named` tells it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tracehound_schema::record::{Record, State};
use tracehound_schema::{Event, by_name};

/// Names remembered of containers that are not known (yet): the name may come before the cgroup's record,
/// and after the container is gone.
const MAX_EARLY: usize = 1024;

/// A text that an engine tells.
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
}

/// The fields with texts, as words count them.
const FIELDS: [&str; 8] = [
    "container_name",
    "container_image",
    "container_image_digest",
    "labels",
    "pod_name",
    "pod_namespace",
    "pod_uid",
    "pod_labels",
];

/// What a container is called. The texts are an engine's or a recording's, so they may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    texts: [Option<Box<[u8]>>; FIELDS.len()],
    /// Whether it only holds its pod's namespaces.
    pub sandbox: Option<bool>,
}

impl Called {
    /// A text, if there is one.
    #[must_use]
    pub fn text(&self, word: Word) -> Option<&[u8]> {
        self.texts[word as usize].as_deref()
    }
}

/// Where the event tells what.
#[derive(Clone, Copy, Debug)]
struct Source {
    event: u16,
    id: usize,
    texts: [usize; FIELDS.len()],
    sandbox: usize,
    why: usize,
}

impl Source {
    fn new() -> Option<Source> {
        let event = by_name("container_named")?;
        let mut texts = [0; FIELDS.len()];
        for (index, field) in texts.iter_mut().zip(FIELDS) {
            *index = event.field_index(field)?;
        }
        Some(Source {
            event: event.id,
            id: event.field_index("container_id")?,
            texts,
            sandbox: event.field_index("pod_sandbox")?,
            why: event.field_index("why")?,
        })
    }

    /// The container's id and what it is called; `None` where that could not be learnt.
    fn read(&self, record: &Record<'_>) -> Option<(String, Called)> {
        let there = |index| matches!(record.state(index), State::Read | State::Cut);
        if there(self.why) {
            return None;
        }
        let id = record.tail(self.id).filter(|_| there(self.id))?;
        let id = String::from_utf8(id.to_vec()).ok()?;
        let text = |index: usize| record.tail(index).filter(|_| there(index)).map(Box::from);
        let sandbox = record.slot(self.sandbox).filter(|_| there(self.sandbox));
        let called = Called {
            texts: self.texts.map(text),
            sandbox: sandbox.map(|slot| slot != 0),
        };
        Some((id, called))
    }
}

/// Names of containers that are not known.
#[derive(Debug)]
pub struct Early {
    source: Option<Source>,
    names: HashMap<String, Arc<Called>>,
    order: VecDeque<String>,
}

impl Default for Early {
    fn default() -> Early {
        Early {
            source: Source::new(),
            names: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl Early {
    /// What a record tells, if it is of the event.
    pub fn read(&self, event: &Event, record: &Record<'_>) -> Option<(String, Called)> {
        let source = self.source.filter(|source| source.event == event.id)?;
        source.read(record)
    }

    /// Keeps a name for a container that may come; the oldest gives way.
    pub fn keep(&mut self, id: String, called: Called) {
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
