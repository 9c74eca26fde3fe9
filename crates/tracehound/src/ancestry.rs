//! The tracer's own ancestors, which no record tells of where only a command is traced.

use std::fs;
use std::os::unix::ffi::OsStringExt as _;

use tracehound_engine::Running;

/// The inode number of the initial pid namespace (include/linux/proc_ns.h).
const INITIAL: &str = "pid:[4026531836]";
/// Ancestors that are looked at.
const DEEP: usize = 256;

/// The tracer and its ancestors, the nearest first; none where /proc has other ids than the kernel.
pub fn running() -> Vec<Running> {
    if !is_initial() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut next = Some(std::process::id());
    while let Some(pid) = next.filter(|_| found.len() < DEEP) {
        let Some((comm, parent, start)) = fs::read(format!("/proc/{pid}/stat"))
            .ok()
            .and_then(|stat| facts(&stat))
        else {
            break;
        };
        let exe = fs::read_link(format!("/proc/{pid}/exe")).ok();
        found.push(Running {
            pid,
            start,
            parent: (parent != 0).then(|| (parent, started(parent).unwrap_or(0))),
            comm,
            exe: exe.map(|path| path.into_os_string().into_vec()),
        });
        next = (parent != 0).then_some(parent);
    }
    found
}

/// Whether /proc has the ids that the kernel has.
pub fn is_initial() -> bool {
    let namespace = fs::read_link("/proc/self/ns/pid");
    namespace.is_ok_and(|link| link.as_os_str() == INITIAL)
}

/// When a process started, in hundredths of a second since boot.
pub fn started(pid: u32) -> Option<u64> {
    facts(&fs::read(format!("/proc/{pid}/stat")).ok()?).map(|all| all.2)
}

/// A process's name, its parent's id and when it started (proc_pid_stat(5)).
fn facts(stat: &[u8]) -> Option<(Vec<u8>, u32, u64)> {
    let open = stat.iter().position(|byte| *byte == b'(')?;
    // The name can hold anything.
    let close = stat.iter().rposition(|byte| *byte == b')')?;
    let comm = stat.get(open + 1..close)?.to_vec();
    let rest = str::from_utf8(stat.get(close + 1..)?).ok()?;
    let mut words = rest.split_ascii_whitespace();
    let parent = words.nth(1)?.parse().ok()?;
    let start = words.nth(17)?.parse().ok()?;
    Some((comm, parent, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_hold_anything() {
        let stat = b"7 (a) (b) S 5 7 7 0 -1 4 1 0 0 0 1 2 0 0 20 0 1 0 2400 1 2\n";
        assert_eq!(facts(stat), Some((b"a) (b".to_vec(), 5, 2400)));
    }

    #[test]
    fn the_chain_leads_to_the_first_process() {
        let all = running();
        let Some(last) = all.last() else {
            return;
        };
        assert_eq!(all[0].pid, std::process::id());
        assert_eq!((last.pid, last.parent), (1, None));
        for pair in all.windows(2) {
            assert_eq!(pair[0].parent, Some((pair[1].pid, pair[1].start)));
        }
    }
}
