//! Names of files and what inodes are: renamed, linked, changed, watched. Ids 250 to 269.

use crate::event::Event;

pub(super) static EVENTS: &[Event] = &[];
