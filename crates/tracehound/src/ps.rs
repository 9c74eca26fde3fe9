//! `ps`: the processes that run, or that ran when a recording was made.

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;
use tracehound_engine::recording::{self, Preamble};
use tracehound_engine::{Engine, Selection};
use tracehound_probes::{Beside, CallOptions, Only, Options, Tracer};
use tracehound_runtimes::Places;
use tracehound_schema::by_name;
use tracehound_schema::record::Record;

use crate::cli::{Ps, PsFormat};
use crate::failure::{Failure, shown};
use crate::names::{self, Whom};
use crate::{outputs, redact, run};

/// The events that tell who runs, in which container, and what users are called there.
const EVENTS: [&str; 5] = [
    "existing_process",
    "process_snapshot",
    "existing_cgroup",
    "user_named",
    names::NAMED,
];

/// Runs `ps`.
pub fn run(options: &Ps) -> Result<u8, Failure> {
    let redaction = redact::redaction(&options.redact, &[])?;
    let (preamble, engine) = match &options.path {
        Some(path) => recorded(path, options.at.as_deref())?,
        None => live()?,
    };
    let engine = engine.with_redaction(Some(redaction));
    let mut out = Vec::new();
    let listing = engine.processes();
    match options.output {
        PsFormat::Table => listing.table(&mut out),
        PsFormat::Json => listing.json(&mut out, &preamble.boot_id),
    }
    outputs::print(&out)
}

fn engine(preamble: &Preamble) -> Engine {
    Engine::new(&Selection::default(), None, Vec::new())
        .of_processes(preamble.clock)
        .in_hierarchy(preamble.hierarchy)
}

/// Who runs now, by the kernel's own list.
fn live() -> Result<(Preamble, Engine), Failure> {
    let mut preamble = run::preamble()?;
    let events: Vec<_> = EVENTS.iter().filter_map(|name| by_name(name)).collect();
    let mut tracer = Tracer::start(&Options {
        events: events.clone(),
        aside: Vec::new(),
        only: Only::Any,
        ring_size: 1 << 16,
        scoped: false,
        own: true,
        narrowed: None,
        calls: CallOptions::default(),
        beside: Beside::default(),
        whole_lives: false,
        lists: true,
        changes: false,
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
    let whom = Whom {
        engines: Places::usual(),
        cluster: None,
    };
    names::start(&mut tracer, &whom, &events, &[]);
    tracer.go_live()?;
    let mut batch = Vec::new();
    tracer.finish(&mut batch)?;
    let mut engine = engine(&preamble);
    engine.feed(&batch).map_err(Failure::output)?;
    Ok((preamble, engine))
}

/// Who ran at a time of a recording, or at its end.
fn recorded(path: &Path, at: Option<&str>) -> Result<(Preamble, Engine), Failure> {
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
    Ok((preamble, engine))
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
