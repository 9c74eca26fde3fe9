//! Who reads the tracer's output from a pipe: what they do then is of the tracer's making, and shown it
//! would be read in its turn, without end.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use crate::started;

/// Flags of an open file (open(2)): how it is accessed, and for writing only.
const ACCESS: u32 = 0o3;
const WRITES: u32 = 0o1;

/// The processes that have another end of a pipe that the tracer writes to: their ids in the initial
/// namespace and when they started, in hundredths of a second since boot.
pub fn readers() -> Vec<(u32, u64)> {
    let own = Path::new("/proc/self");
    let written: HashSet<OsString> = pipes(own)
        .filter(|pipe| pipe.1)
        .map(|pipe| pipe.0)
        .collect();
    if written.is_empty() || !started::is_initial() {
        return Vec::new();
    }
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let ids = processes.flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse::<u32>().ok()?;
        let process = entry.path();
        let mut pipes = pipes(&process).filter(|pipe| !pipe.1);
        let reads = pid != std::process::id() && pipes.any(|pipe| written.contains(&pipe.0));
        reads.then_some(pid)
    });
    ids.filter_map(|pid| Some((pid, started::of(pid)?)))
        .collect()
}

/// The pipes that a process has open, each with whether it only writes to it.
fn pipes(process: &Path) -> impl Iterator<Item = (OsString, bool)> {
    let open = fs::read_dir(process.join("fd"))
        .into_iter()
        .flatten()
        .flatten();
    let process = process.to_owned();
    open.filter_map(move |entry| {
        let name = fs::read_link(entry.path()).ok()?.into_os_string();
        name.to_str()?.strip_prefix("pipe:[")?;
        let about = fs::read_to_string(process.join("fdinfo").join(entry.file_name())).ok()?;
        let flags = about.lines().find_map(|line| line.strip_prefix("flags:"))?;
        let flags = u32::from_str_radix(flags.trim(), 8).ok()?;
        Some((name, flags & ACCESS == WRITES))
    })
}
