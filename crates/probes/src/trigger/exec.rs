//! What starts programs.

use super::Trigger;

pub(super) const TRIGGERS: &[Trigger] = &[];
