//! Events that follow from others: the engine makes their records, live and from a recording alike.

mod container;
mod containers;

use tracehound_schema::Event;
use tracehound_schema::record::Record;

pub use container::{Container, is_digits};
pub use containers::Containers;

use crate::world::World;

/// What makes events of others.
pub trait Derive: Send {
    /// The events that it makes.
    fn makes(&self) -> &'static [&'static str];

    /// Learns from a record; appends the records that follow from it.
    fn derive(
        &mut self,
        event: &Event,
        record: &Record<'_>,
        world: &World,
        made: &mut Vec<Vec<u8>>,
    );
}

/// All of them.
pub fn all() -> Vec<Box<dyn Derive>> {
    vec![Box::new(Containers::new())]
}

#[cfg(test)]
mod tests {
    use tracehound_schema::all as events;

    /// Derived from files or others' answers too, so made where these are.
    const OF_FILES: [&str; 7] = [
        "symbols_loaded",
        "symbols_collision",
        "file_hashed",
        "file_packaged",
        "user_named",
        "container_named",
        "pod_named",
    ];

    /// An event that is derived is made by somebody, and from events that exist.
    #[test]
    fn every_derived_event_is_made_by_one() {
        for event in events().filter(|event| !event.derived.is_empty()) {
            let makers = super::all();
            let makers = makers
                .iter()
                .filter(|one| one.makes().contains(&event.name));
            let engine = usize::from(!OF_FILES.contains(&event.name));
            assert_eq!(makers.count(), engine, "{}", event.name);
            for source in event.derived {
                assert!(tracehound_schema::by_name(source).is_some(), "{source}");
            }
        }
    }
}
