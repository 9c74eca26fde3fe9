//! What the machine must allow before anything is tried.

use std::path::Path;

use crate::error::Error;

const CAP_SYS_ADMIN: u64 = 1 << 21;
const CAP_PERFMON: u64 = 1 << 38;
const CAP_BPF: u64 = 1 << 39;

/// Refuses to start where nothing could work, with the reason.
pub fn check() -> Result<(), Error> {
    let status = std::fs::read_to_string("/proc/self/status").map_err(|_| Error::NoProc)?;
    // Root in a container may lack the capabilities, another user may have them.
    let held = value(&status, "CapEff:").and_then(|text| u64::from_str_radix(text, 16).ok());
    if held.is_some_and(|held| !may_trace(held)) {
        return Err(Error::NotRoot);
    }
    if !Path::new("/sys/kernel/btf/vmlinux").exists() {
        return Err(Error::NoBtf);
    }
    let lockdown = std::fs::read_to_string("/sys/kernel/security/lockdown").unwrap_or_default();
    if lockdown.contains("[confidentiality]") {
        return Err(Error::LockedDown);
    }
    Ok(())
}

const fn may_trace(held: u64) -> bool {
    held & CAP_SYS_ADMIN != 0 || held & (CAP_BPF | CAP_PERFMON) == CAP_BPF | CAP_PERFMON
}

/// Refuses a limit of open files that the maps, programs and links of a run would exceed: every
/// step of the start would fail in a way of its own. An event takes a program and a link for each of its
/// hooks, four at most; one of a library also those for each file that it is found in.
pub fn check_files(cpus: usize, events: usize, of_libraries: usize) -> Result<(), Error> {
    let needed = 64 + cpus + 8 * events + 8 * of_libraries;
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    // "unlimited" is no number.
    let soft = value(&limits, "Max open files").and_then(|text| text.parse::<usize>().ok());
    match soft {
        Some(limit) if limit < needed => Err(Error::FewFiles { limit, needed }),
        _ => Ok(()),
    }
}

fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let rest = text.lines().find_map(|line| line.strip_prefix(key))?;
    rest.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_root_or_both_capabilities_may_trace() {
        assert!(may_trace(0x1ff_ffff_ffff));
        assert!(may_trace(CAP_BPF | CAP_PERFMON));
        assert!(!may_trace(CAP_BPF));
        assert!(!may_trace(0));
    }

    #[test]
    fn values_are_found_by_their_key() {
        let text =
            "Max processes  1  2  processes\nMax open files            20000  30000  files\n";
        assert_eq!(value(text, "Max open files"), Some("20000"));
        assert_eq!(value(text, "CapEff:"), None);
    }
}
