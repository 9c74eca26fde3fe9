//! Execution: programs that are started, or fail to be. Ids 430 to 449.

use crate::event::Event;

pub(super) static EVENTS: &[Event] = &[];
