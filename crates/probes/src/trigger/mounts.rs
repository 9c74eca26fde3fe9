//! What is mounted.

use super::Trigger;

pub(super) const TRIGGERS: &[Trigger] = &[];
