//! Mounts: what is mounted where, and taken away. Ids 450 to 459.

use crate::event::Event;

pub(super) static EVENTS: &[Event] = &[];
