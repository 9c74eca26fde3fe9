//! What the machine must allow before anything is tried.

use std::io;
use std::path::Path;
use std::sync::OnceLock;

use crate::error::Error;

/// The limit of open files that the run began with, where the tracer has raised it.
static FILES: OnceLock<libc::rlimit> = OnceLock::new();

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

/// Has as many files as the maps, programs and links of a run take, or refuses: every step of the start
/// would fail in a way of its own. An event takes a program and a link for each of its hooks, four at
/// most; one of a library also those for each file that it is found in. The soft limit, which shells
/// leave at 1,024, is raised to the hard one, which is the administrator's.
pub fn have_files(cpus: usize, events: usize, of_libraries: usize) -> Result<(), Error> {
    let needed = 64 + cpus + 8 * events + 8 * of_libraries;
    let mut limits = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the buffer is ours and of the right type.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limits) } == 0;
    if !known || limits.rlim_cur >= needed as u64 {
        return Ok(());
    }
    if limits.rlim_max < needed as u64 {
        let limit = limits.rlim_max as usize;
        return Err(Error::FewFiles { limit, needed });
    }
    FILES.set(limits).ok();
    let raised = libc::rlimit {
        rlim_cur: limits.rlim_max,
        ..limits
    };
    set_files(&raised).map_err(Error::io("raising the limit of open files"))
}

/// Gives the process the limit back that the run began with. May be called between fork and exec.
pub fn give_files_back() -> io::Result<()> {
    FILES.get().map_or(Ok(()), set_files)
}

fn set_files(limits: &libc::rlimit) -> io::Result<()> {
    // SAFETY: reads a structure of the right type.
    match unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, limits) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Puts the calling thread, and those that it starts from now on, before all others that share the CPUs
/// fairly: under a bomb of processes a reader among twenty thousand would come too late. Where that is
/// not allowed, things stay as they are.
pub fn go_first() {
    // SAFETY: a system call with numbers; 0 is the calling thread.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, -20) };
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
        let text = "Name:\ttracehound\nCapEff:\t000001ffffffffff\n";
        assert_eq!(value(text, "CapEff:"), Some("000001ffffffffff"));
        assert_eq!(value(text, "CapPrm:"), None);
    }
}
