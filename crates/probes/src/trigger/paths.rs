//! What is done to names of files.

use super::Trigger;

pub(super) const TRIGGERS: &[Trigger] = &[];
