//! What is known of the tracer, and of namespaces.

use std::fs;

use super::{Made, field};
use crate::tracer::boot_time;

/// Fills `tracee_info`.
pub fn tracee_info(made: &mut Made) {
    let event = made.event.name;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let start = boot_time();
    let now = now.map_or(0, |now| u64::try_from(now.as_nanos()).unwrap_or(0));
    let record = made
        .start()
        .slot(field(event, "boot_time"), now.saturating_sub(start))
        .slot(field(event, "start_time"), start)
        .tail(
            field(event, "version"),
            env!("CARGO_PKG_VERSION").as_bytes(),
        );
    made.put(record);
}

/// The inode number of a process's namespace.
pub fn namespace(process: &str, name: &str) -> Option<u64> {
    let link = fs::read_link(format!("/proc/{process}/ns/{name}")).ok()?;
    let (_, number) = link.to_str()?.split_once(":[")?;
    number.strip_suffix(']')?.parse().ok()
}
