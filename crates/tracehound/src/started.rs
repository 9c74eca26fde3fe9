//! When processes started, as /proc tells it.

use std::fs;

/// The inode number of the initial pid namespace (include/linux/proc_ns.h).
const INITIAL: &str = "pid:[4026531836]";

/// Whether /proc has the ids that the kernel has.
pub fn is_initial() -> bool {
    let namespace = fs::read_link("/proc/self/ns/pid");
    namespace.is_ok_and(|link| link.as_os_str() == INITIAL)
}

/// When a process started, in hundredths of a second since boot (proc_pid_stat(5)).
pub fn of(pid: u32) -> Option<u64> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    start_of(&stat)
}

fn start_of(stat: &[u8]) -> Option<u64> {
    // The name can hold anything.
    let close = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = str::from_utf8(stat.get(close + 1..)?).ok()?;
    rest.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_hold_anything() {
        let stat = b"7 (a) (b) S 5 7 7 0 -1 4 1 0 0 0 1 2 0 0 20 0 1 0 2400 1 2\n";
        assert_eq!(start_of(stat), Some(2400));
    }
}
