//! BPF: programs, maps, links and what they are attached to. Ids 460 to 479.

use crate::event::Event;

pub(super) static EVENTS: &[Event] = &[];
