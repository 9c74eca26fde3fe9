//! Names for numbers, one table a subject.

mod errno;
mod signal;

pub use errno::ERRNO;
pub use signal::{HOW, SA_FLAGS, SIGNAL_CODE, SIGNAL_RESULT};

use crate::kind::Names;

/// Event classes that a gap can stand for: which ring lost records.
pub static RING: Names = Names {
    title: "ring",
    rows: &[(0, "events"), (1, "life")],
};
