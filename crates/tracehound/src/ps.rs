//! `ps`: the processes that run, or that ran when a recording was made.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;

use anyhow::Context as _;
use tracehound_engine::recording::{self, Preamble};
use tracehound_engine::{Engine, Selection};
use tracehound_probes::{CallOptions, Only, Options, Tracer};
use tracehound_schema::by_name;
use tracehound_schema::record::Record;

use crate::cli::{Ps, PsFormat};
use crate::failure::{Failure, shown};
use crate::{outputs, redact, run};

/// The events that tell who runs, and in which container.
const EVENTS: [&str; 3] = ["existing_process", "process_snapshot", "existing_cgroup"];

/// Runs `ps`.
pub fn run(options: &Ps) -> Result<u8, Failure> {
    let redaction = redact::redaction(&options.redact, &[])?;
    let (preamble, engine, users) = match &options.path {
        Some(path) => recorded(path, options.at.as_deref())?,
        None => live()?,
    };
    let engine = engine.with_redaction(Some(redaction));
    let mut out = Vec::new();
    let listing = engine.processes();
    match options.output {
        PsFormat::Table => listing.table(&mut out, &|uid| users.get(&uid).cloned()),
        PsFormat::Json => listing.json(&mut out, &preamble.boot_id),
    }
    outputs::print(&out)
}

/// Names of users.
type Users = HashMap<u32, Vec<u8>>;

fn engine(preamble: &Preamble) -> Engine {
    Engine::new(&Selection::default(), None, Vec::new())
        .of_processes(preamble.clock)
        .in_hierarchy(preamble.hierarchy)
}

/// Who runs now, by the kernel's own list.
fn live() -> Result<(Preamble, Engine, Users), Failure> {
    let mut preamble = run::preamble()?;
    let mut tracer = Tracer::start(&Options {
        events: EVENTS.iter().filter_map(|name| by_name(name)).collect(),
        aside: Vec::new(),
        only: Only::Any,
        ring_size: 1 << 16,
        scoped: false,
        own: true,
        narrowed: None,
        calls: CallOptions::default(),
        whole_lives: false,
        lenient: false,
    })
    .map_err(Failure::start)?;
    let lacks = |name: &str| {
        let mut outcomes = tracer.outcomes();
        outcomes.find(|outcome| outcome.event.name == name && outcome.used().is_none())
    };
    if let Some(outcome) = lacks(EVENTS[0]) {
        return Err(anyhow::anyhow!("cannot list processes: {}", outcome.lack()).into());
    }
    preamble.hierarchy = tracer.hierarchy();
    tracer.go_live()?;
    let mut batch = Vec::new();
    tracer.finish(&mut batch)?;
    let mut engine = engine(&preamble);
    engine.feed(&batch).map_err(Failure::output)?;
    let users = fs::read("/etc/passwd").map(|text| users(&text));
    Ok((preamble, engine, users.unwrap_or_default()))
}

/// Who ran at a time of a recording, or at its end. Names of users are those of the machine that it was
/// made on, so numbers have to do.
fn recorded(path: &Path, at: Option<&str>) -> Result<(Preamble, Engine, Users), Failure> {
    let shown = shown(path.as_os_str());
    let mut file = File::open(path)
        .with_context(|| format!("cannot open the recording {shown}; check its path"))?;
    let preamble = recording::open(&mut file).with_context(|| format!("recording {shown}"))?;
    let until = at.map(|text| {
        preamble.clock.time_of(text).ok_or_else(|| {
            let hint = "write an instant since the machine's boot, such as 2026-11-27T08:00:00Z";
            Failure::usage(format!("{text:?} is no time of the recording; {hint}"))
        })
    });
    let until = until.transpose()?.unwrap_or(u64::MAX);
    let mut engine = engine(&preamble);
    let read = recording::batches(&mut file, |batch| {
        engine
            .feed(&before(batch, until))
            .map_err(recording::Error::Io)
    });
    read.with_context(|| format!("recording {shown}"))?;
    Ok((preamble, engine, Users::new()))
}

/// The records that were made up to a time.
fn before(mut batch: &[u8], until: u64) -> Vec<u8> {
    let mut kept = Vec::with_capacity(batch.len());
    while let Some((record, rest)) = Record::split(batch) {
        if record.header.time <= until {
            kept.extend_from_slice(record.bytes());
        }
        batch = rest;
    }
    kept
}

/// The names of passwd(5), the first of each user.
fn users(text: &[u8]) -> Users {
    let mut users = Users::new();
    for line in text.split(|byte| *byte == b'\n') {
        let mut fields = line.split(|byte| *byte == b':');
        let (name, uid) = (fields.next(), fields.nth(1));
        let uid = uid.and_then(|uid| str::from_utf8(uid).ok()?.parse().ok());
        if let (Some(name), Some(uid)) = (name, uid) {
            users.entry(uid).or_insert_with(|| name.to_vec());
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_as_far_as_lines_are_whole() {
        let users = users(b"root:x:0:0::/:/bin/sh\ntoor:x:0:\nbad\nx:y:z\n\xff:x:7:");
        assert_eq!(users.get(&0), Some(&b"root".to_vec()));
        assert_eq!(users.get(&7), Some(&b"\xff".to_vec()));
        assert_eq!(users.len(), 2);
    }
}
