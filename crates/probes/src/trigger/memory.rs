//! What is mapped.

use super::Trigger;

pub(super) const TRIGGERS: &[Trigger] = &[];
