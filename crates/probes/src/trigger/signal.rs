//! What signals do.

use super::{Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("do_sigaction", ask),
    trigger("signal_mask_change", block),
];

/// Asks what is done on a signal, and changes nothing.
fn ask() {
    let none = std::ptr::null();
    // SAFETY: a null pointer is not looked at.
    unsafe { libc::sigaction(libc::SIGUSR1, none, std::ptr::null_mut()) };
}

/// Blocks a signal, or unblocks it where it was blocked, and sets the mask back.
fn block() {
    let (mut set, mut old): (u64, u64) = (1 << (libc::SIGUSR1 - 1), 0);
    let size = size_of_val(&set);
    let none = std::ptr::null_mut::<u64>();
    // SAFETY: both sets are this function's own, and as large as the kernel takes them to be.
    unsafe {
        let change = |how: i32, set: *const u64, old: *mut u64| {
            libc::syscall(libc::SYS_rt_sigprocmask, how, set, old, size)
        };
        change(libc::SIG_BLOCK, std::ptr::null(), &raw mut old);
        set ^= old;
        change(libc::SIG_SETMASK, &raw const set, none);
        change(libc::SIG_SETMASK, &raw const old, none);
    }
}
