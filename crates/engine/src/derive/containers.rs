//! Containers of cgroups: `container_create`, `container_remove`, `existing_container`.
//!
//! A container has a cgroup in each hierarchy. It is there as long as it has one of them.

use std::collections::HashMap;

use tracehound_schema::record::{Builder, Header, Record, State};
use tracehound_schema::{Event, by_name};

use super::Derive;
use super::container::Container;
use crate::cgroups::{Called, Word};
use crate::world::World;

/// Most containers remembered; beyond them none is told of.
const MAX: usize = 65_536;

/// What a record says of a cgroup.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    Existing,
    Made,
    Removed,
}

/// An event of cgroups with its fields found.
struct Source {
    id: u16,
    change: Change,
    path: usize,
    hierarchy: usize,
    ctime: Option<usize>,
}

impl Source {
    fn new(name: &str, change: Change) -> Option<Source> {
        let event = by_name(name)?;
        Some(Source {
            id: event.id,
            change,
            path: event.field_index("cgroup_path")?,
            hierarchy: event.field_index("hierarchy_id")?,
            ctime: event.field_index("ctime"),
        })
    }
}

/// The containers that there are.
pub struct Containers {
    sources: Vec<Source>,
    /// By id: the hierarchies in which it has a cgroup.
    hierarchies: HashMap<String, Vec<u64>>,
}

impl Containers {
    /// Starts with none known.
    #[must_use]
    pub fn new() -> Containers {
        let sources = [
            Source::new("existing_cgroup", Change::Existing),
            Source::new("cgroup_mkdir", Change::Made),
            Source::new("cgroup_rmdir", Change::Removed),
        ];
        Containers {
            sources: sources.into_iter().flatten().collect(),
            hierarchies: HashMap::new(),
        }
    }

    /// Notes a change; tells whether the container came or went with it.
    fn note(&mut self, change: Change, id: &str, hierarchy: u64) -> bool {
        let known = self.hierarchies.get_mut(id);
        match (change, known) {
            (Change::Removed, Some(hierarchies)) => {
                hierarchies.retain(|other| *other != hierarchy);
                let gone = hierarchies.is_empty();
                if gone {
                    self.hierarchies.remove(id);
                }
                gone
            }
            // One whose making was lost, or made by somebody out of scope.
            (Change::Removed, None) => true,
            (_, Some(hierarchies)) => {
                if !hierarchies.contains(&hierarchy) {
                    hierarchies.push(hierarchy);
                }
                false
            }
            (_, None) => {
                let room = self.hierarchies.len() < MAX;
                if room {
                    self.hierarchies.insert(id.to_owned(), vec![hierarchy]);
                }
                room
            }
        }
    }
}

impl Default for Containers {
    fn default() -> Containers {
        Containers::new()
    }
}

impl Derive for Containers {
    fn makes(&self) -> &'static [&'static str] {
        &["container_create", "container_remove", "existing_container"]
    }

    fn derive(
        &mut self,
        event: &Event,
        record: &Record<'_>,
        world: &World,
        made: &mut Vec<Vec<u8>>,
    ) {
        let Some(source) = self.sources.iter().find(|source| source.id == event.id) else {
            return;
        };
        let path = record.tail(source.path).unwrap_or_default();
        let container = Container::of(path).filter(|_| record.state(source.path) == State::Read);
        let Some(container) = container else {
            return;
        };
        let ctime = source.ctime.and_then(|index| record.slot(index));
        let ctime = ctime.unwrap_or(record.header.time);
        let hierarchy = record.slot(source.hierarchy).unwrap_or(0);
        let change = source.change;
        if self.note(change, &container.id, hierarchy) {
            let called = world.cgroups.called(&container.id);
            let named = (&container, called);
            made.extend(record_of(change, named, ctime, &record.header));
        }
    }
}

/// The record of a container that was there, came or went; of the same thread and time as the cgroup's.
fn record_of(
    change: Change,
    (container, called): (&Container, Option<&Called>),
    ctime: u64,
    header: &Header,
) -> Option<Vec<u8>> {
    let event = by_name(match change {
        Change::Existing => "existing_container",
        Change::Made => "container_create",
        Change::Removed => "container_remove",
    })?;
    let mut record = Builder::new(event.id, event.fields.len(), header.derived());
    for (index, field) in event.fields.iter().enumerate() {
        let sandbox = || called.and_then(|called| called.sandbox);
        let slot = match field.name {
            "ctime" => Some(ctime),
            "pod_sandbox" => sandbox().map(u64::from),
            _ => None,
        };
        let text = text_of(field.name, container, called);
        record = match (slot, text) {
            (Some(slot), _) => record.slot(index, slot),
            (None, Some(text)) => record.tail(index, text),
            (None, None) => record.absent(index),
        };
    }
    Some(record.build())
}

fn text_of<'c>(
    field: &str,
    container: &'c Container,
    called: Option<&'c Called>,
) -> Option<&'c [u8]> {
    let word = |word| called.and_then(|called| called.text(word));
    match field {
        "runtime" => container.runtime.map(str::as_bytes),
        "container_id" => Some(container.id.as_bytes()),
        "pod_uid" => match &container.pod {
            Some(uid) => Some(uid.as_bytes()),
            None => word(Word::PodUid),
        },
        "container_name" => word(Word::Name),
        "container_image" => word(Word::Image),
        "container_image_digest" => word(Word::ImageDigest),
        "pod_name" => word(Word::PodName),
        "pod_namespace" => word(Word::PodNamespace),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";

    /// What follows from a cgroup in a hierarchy, by name.
    fn feed(containers: &mut Containers, event: &str, hierarchy: u64) -> Vec<&'static str> {
        let event = by_name(event).unwrap();
        let index = |name| event.field_index(name).unwrap();
        let header = Header {
            host_pid: 7,
            time: 99,
            ..Header::default()
        };
        let bytes = Builder::new(event.id, event.fields.len(), header.derived())
            .tail(index("cgroup_path"), format!("/docker/{ID}").as_bytes())
            .slot(index("hierarchy_id"), hierarchy)
            .build();
        let mut made = Vec::new();
        let record = Record::split(&bytes).unwrap().0;
        containers.derive(event, &record, &World::new(), &mut made);
        let names = made.iter().map(|bytes| {
            let (record, _) = Record::split(bytes).unwrap();
            assert_eq!((record.header.host_pid, record.header.time), (7, 99));
            let event = tracehound_schema::by_id(record.header.event).unwrap();
            let id = event.field_index("container_id").unwrap();
            assert_eq!(record.tail(id), Some(ID.as_bytes()));
            event.name
        });
        names.collect()
    }

    #[test]
    fn a_container_comes_with_its_first_cgroup_and_goes_with_its_last() {
        let mut all = Containers::new();
        assert_eq!(feed(&mut all, "cgroup_mkdir", 3), ["container_create"]);
        assert!(feed(&mut all, "cgroup_mkdir", 0).is_empty());
        assert!(feed(&mut all, "cgroup_rmdir", 3).is_empty());
        assert_eq!(feed(&mut all, "cgroup_rmdir", 0), ["container_remove"]);
        assert_eq!(feed(&mut all, "cgroup_mkdir", 3), ["container_create"]);
    }

    #[test]
    fn one_that_was_there_is_not_created_but_removed() {
        let mut all = Containers::new();
        assert_eq!(feed(&mut all, "existing_cgroup", 1), ["existing_container"]);
        assert!(feed(&mut all, "existing_cgroup", 2).is_empty());
        assert!(feed(&mut all, "cgroup_mkdir", 2).is_empty());
        assert!(feed(&mut all, "cgroup_rmdir", 1).is_empty());
        assert_eq!(feed(&mut all, "cgroup_rmdir", 2), ["container_remove"]);
    }
}
