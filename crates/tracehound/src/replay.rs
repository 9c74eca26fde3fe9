//! `replay`: a recording through the same engine, without root.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::Context as _;
use tracehound_engine::filter::Filters;
use tracehound_engine::recording;
use tracehound_engine::redact::Redaction;
use tracehound_engine::{Engine, Extras, Selection};
use tracehound_schema::Event;

use crate::cli::Replay;
use crate::failure::{Failure, shown};
use crate::{events, outputs, policy, redact, with};

enum Ended {
    Recording(recording::Error),
    Output(io::Error),
    Full,
}

impl From<recording::Error> for Ended {
    fn from(error: recording::Error) -> Ended {
        Ended::Recording(error)
    }
}

/// Runs `replay`.
pub fn run(options: &Replay) -> Result<u8, Failure> {
    let show = &options.show;
    let (selected, filters) = events::wanted_by(show, "*", false)?;
    let path = &options.path;
    let wanted = Wanted {
        selected,
        filters,
        extras: with::extras(&show.with)?,
        redaction: redact::redaction(&show.redact, &show.env)?,
        max: show.max_events,
    };
    let engine = play(path, &wanted, &show.outputs)?;
    eprint!("{}", policy::summary(&engine, true));
    Ok(0)
}

/// What is wanted of a recording.
pub struct Wanted {
    /// The events to show.
    pub selected: Vec<&'static Event>,
    /// What is wanted of them.
    pub filters: Filters,
    /// What is told beside them.
    pub extras: Extras,
    /// What is not told of lists.
    pub redaction: Redaction,
    /// So many at most.
    pub max: Option<u64>,
}

/// Plays a recording through filters to outputs.
pub fn play(path: &Path, wanted: &Wanted, outputs: &[String]) -> Result<Engine, Failure> {
    let shown = shown(path.as_os_str());
    let planned = outputs::plan(outputs, outputs::Default::Stdout)?;
    outputs::spare(&planned, path)?;
    let mut file = File::open(path)
        .with_context(|| format!("cannot open the recording {shown}; check its path"))?;
    let preamble = recording::open(&mut file).with_context(|| format!("recording {shown}"))?;
    let sinks = outputs::open(planned, &preamble, || Ok(()))?.keep();
    let mut engine = Engine::new(&Selection::new(&wanted.selected), wanted.max, sinks)
        .with_filters(wanted.filters.clone(), preamble.clock)
        .with_extras(wanted.extras)
        .with_redaction(Some(wanted.redaction.clone()))
        .in_hierarchy(preamble.hierarchy);
    let result = recording::batches(&mut file, |batch| {
        engine.feed(batch).map_err(Ended::Output)?;
        if engine.full() {
            Err(Ended::Full)
        } else {
            Ok(())
        }
    });
    let flushed = engine.finish();
    match result.and(flushed.map_err(Ended::Output)) {
        Ok(()) | Err(Ended::Full) => Ok(engine),
        // `| head` is a normal way to read a recording.
        Err(Ended::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(engine),
        Err(Ended::Output(error)) => Err(Failure::output(error)),
        Err(Ended::Recording(error)) => Err(anyhow::Error::new(error)
            .context(format!("recording {shown}"))
            .into()),
    }
}
