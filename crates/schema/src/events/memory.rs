//! Memory: what is mapped and made executable. Ids 400 to 429.

use crate::event::Event;

pub(super) static EVENTS: &[Event] = &[];
