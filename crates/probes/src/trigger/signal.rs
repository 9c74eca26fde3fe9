//! What signals do.

use super::{Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[trigger("do_sigaction", ask)];

/// Asks what is done on a signal, and changes nothing.
fn ask() {
    let none = std::ptr::null();
    // SAFETY: a null pointer is not looked at.
    unsafe { libc::sigaction(libc::SIGUSR1, none, std::ptr::null_mut()) };
}
