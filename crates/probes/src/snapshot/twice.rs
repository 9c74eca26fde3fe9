//! Leaving out what a live event tells already.

use std::collections::HashSet;

use tracehound_schema::by_name;
use tracehound_schema::record::Record;

use super::field;

/// A snapshot without the processes whose fork is among the live records: a process gets its start
/// time a moment before its fork is told, and tracing can begin in between. Tells how many of them.
pub fn without_forked(snapshot: &[u8], live: &[u8]) -> (Vec<u8>, u64) {
    let forked: HashSet<(u64, u64)> = records(live).filter_map(|record| child(&record)).collect();
    let existing = by_name("existing_process").map(|event| event.id);
    let mut kept = Vec::with_capacity(snapshot.len());
    let mut left_out = 0;
    for record in records(snapshot) {
        let own = (u64::from(record.header.host_pid), record.header.start);
        if Some(record.header.event) == existing && forked.contains(&own) {
            left_out += 1;
        } else {
            kept.extend_from_slice(record.bytes());
        }
    }
    (kept, left_out)
}

/// Whom the record of a fork tells of: its id and when it started.
fn child(record: &Record<'_>) -> Option<(u64, u64)> {
    let fork = by_name("sched_process_fork")?;
    if record.header.event != fork.id {
        return None;
    }
    let pid = record.slot(field(fork.name, "child_pid"))?;
    Some((pid, record.slot(field(fork.name, "start_time"))?))
}

fn records(mut bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    std::iter::from_fn(move || {
        let (record, rest) = Record::split(bytes)?;
        bytes = rest;
        Some(record)
    })
}

#[cfg(test)]
mod tests {
    use tracehound_schema::record::{Builder, Header};

    use super::*;

    fn existing(pid: u32, start: u64) -> Vec<u8> {
        let event = by_name("existing_process").unwrap();
        let header = Header {
            host_pid: pid,
            start,
            ..Header::default()
        };
        Builder::new(event.id, event.fields.len(), header).build()
    }

    #[test]
    fn a_process_is_told_once_and_its_ids_former_owner_too() {
        let fork = by_name("sched_process_fork").unwrap();
        let live = Builder::new(fork.id, fork.fields.len(), Header::default())
            .slot(field(fork.name, "child_pid"), 7)
            .slot(field(fork.name, "start_time"), 100)
            .build();
        let snapshot = [existing(6, 100), existing(7, 100), existing(7, 50)].concat();
        let (kept, left_out) = without_forked(&snapshot, &live);
        assert_eq!(left_out, 1);
        assert_eq!(kept, [existing(6, 100), existing(7, 50)].concat());
    }
}
