//! `replay`: a recording through the same engine, without root.

use std::fs::File;
use std::io::{self, ErrorKind};

use anyhow::Context as _;
use tracehound_engine::recording;
use tracehound_engine::{Engine, Selection};

use crate::cli::Replay;
use crate::failure::{Failure, shown};
use crate::{events, outputs};

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
    let shown = shown(options.path.as_os_str());
    let (selected, filters) = events::wanted_by(&options.show, "*", false)?;
    let planned = outputs::plan(&options.show.outputs, outputs::Default::Stdout)?;
    outputs::spare(&planned, &options.path)?;
    let mut file = File::open(&options.path)
        .with_context(|| format!("cannot open the recording {shown}; check its path"))?;
    let preamble = recording::open(&mut file).with_context(|| format!("recording {shown}"))?;
    let sinks = outputs::open(planned, &preamble, || Ok(()))?.keep();
    let max = options.show.max_events;
    let mut engine =
        Engine::new(&Selection::new(&selected), max, sinks).with_filters(filters, preamble.clock);
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
        Ok(()) | Err(Ended::Full) => Ok(0),
        // `| head` is a normal way to read a recording.
        Err(Ended::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(0),
        Err(Ended::Output(error)) => Err(Failure::output(error)),
        Err(Ended::Recording(error)) => Err(anyhow::Error::new(error)
            .context(format!("recording {shown}"))
            .into()),
    }
}
