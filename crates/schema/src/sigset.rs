//! Signal numbers and sets, as the kernel keeps them: bit `n - 1` of 64 stands for signal `n`.

/// Signals 1 to 31 by name, `signal(7)`, x86 and Arm numbering.
pub static STANDARD: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// Signals that the kernel takes out of every set: they cannot be blocked (`signal(7)`).
pub const UNBLOCKABLE: u64 = 1 << (9 - 1) | 1 << (19 - 1);

/// The first realtime signal as the kernel numbers them (the C library keeps the first two or
/// three for itself, so its `SIGRTMIN` is 34 or 35).
pub const SIGRTMIN: u8 = 32;

/// A signal's name in three parts that need no allocation: a word, and a number for `SIGRT_n`.
///
/// 32 is `SIGRTMIN`, 33 `SIGRT_1` and so on to 64, `SIGRT_32`, which is how strace counts them.
#[must_use]
pub fn name(signal: u8) -> Option<(&'static str, Option<u8>)> {
    match signal {
        1..=31 => Some((STANDARD[usize::from(signal) - 1], None)),
        SIGRTMIN => Some(("SIGRTMIN", None)),
        33..=64 => Some(("SIGRT_", Some(signal - SIGRTMIN))),
        _ => None,
    }
}

/// The signals of a set, lowest first.
pub fn signals(set: u64) -> impl Iterator<Item = u8> {
    (1..=64u8).filter(move |signal| set >> (signal - 1) & 1 == 1)
}

/// What `sigprocmask` makes of a mask: the kernel's rule, to check records against.
///
/// `low_word` is the legacy i386 call, whose set holds signals 1 to 32 only; `None` means that
/// `how` is unknown, so that the kernel would have refused the call.
#[must_use]
pub fn apply(how: i64, before: u64, set: u64, low_word: bool) -> Option<u64> {
    let low = 0xffff_ffff;
    let set = if low_word { set & low } else { set };
    let after = match how {
        0 => before | set,
        1 => before & !set,
        2 if low_word => before & !low | set,
        2 => set,
        _ => return None,
    };
    Some(after & !UNBLOCKABLE)
}

/// Whether `set` can have led to the mask `after`, where the mask before is not known.
#[must_use]
pub fn can_lead_to(how: i64, set: u64, after: u64, low_word: bool) -> bool {
    let reached = if low_word { 0xffff_ffff } else { u64::MAX };
    let set = set & reached & !UNBLOCKABLE;
    match how {
        0 => set & !after == 0,
        1 => set & after == 0,
        2 => set == after & reached,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn realtime_names_count_from_sigrtmin() {
        assert_eq!(name(2), Some(("SIGINT", None)));
        assert_eq!(name(32), Some(("SIGRTMIN", None)));
        assert_eq!(name(34), Some(("SIGRT_", Some(2))));
        assert_eq!(name(64), Some(("SIGRT_", Some(32))));
        assert_eq!(name(0), None);
        assert_eq!(name(65), None);
    }

    #[test]
    fn setmask_of_the_legacy_call_keeps_the_high_word() {
        assert_eq!(apply(2, 0x100_0000_0800, 0x4, true), Some(0x100_0000_0004));
        assert_eq!(apply(2, 0x100_0000_0800, 0x4, false), Some(0x4));
    }

    #[test]
    fn kill_and_stop_are_never_blocked() {
        assert_eq!(apply(0, 0, u64::MAX, false), Some(!UNBLOCKABLE));
    }

    #[test]
    fn without_the_mask_before_the_mask_after_still_speaks() {
        assert!(can_lead_to(0, 0b0110, 0b1110, false));
        assert!(!can_lead_to(0, 0b0110, 0b1010, false));
        assert!(can_lead_to(1, 0b0110, 0b1001, false));
        assert!(!can_lead_to(1, 0b0110, 0b0010, false));
        assert!(can_lead_to(2, 0b0110 | UNBLOCKABLE, 0b0110, false));
        assert!(!can_lead_to(2, 0b0110, 0b0111, false));
        assert!(can_lead_to(2, 0b0110, 1 << 40 | 0b0110, true));
    }

    #[test]
    fn unknown_how_explains_nothing() {
        assert_eq!(apply(3, 0, 1, false), None);
        assert_eq!(apply(-1, 0, 1, false), None);
    }
}
