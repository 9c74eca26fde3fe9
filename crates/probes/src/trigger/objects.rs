//! What is made of BPF.

use super::Trigger;

pub(super) const TRIGGERS: &[Trigger] = &[];
