//! `replay`: a recording through the same engine, without root.

use std::fs::File;
use std::io;

use tracehound_engine::recording;
use tracehound_engine::{Engine, Selection};

use crate::cli::Replay;
use crate::failure::Failure;
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
    let shown: String = options.path.to_string_lossy().escape_debug().collect();
    let selected = events::choose(&options.show.events, "*")?;
    let mut file = File::open(&options.path)
        .map_err(|error| anyhow::anyhow!("cannot open the recording {shown}: {error}"))?;
    let preamble = recording::open(&mut file)
        .map_err(|error| anyhow::anyhow!("recording {shown}: {error}"))?;
    let sinks = outputs::open(&options.show.outputs, outputs::Default::Stdout, &preamble)?;
    let max = options.show.max_events;
    let mut engine = Engine::new(&Selection::new(&selected), max, sinks);
    let result = recording::batches(&mut file, |batch| {
        engine.feed(batch).map_err(Ended::Output)?;
        if engine.full() {
            Err(Ended::Full)
        } else {
            Ok(())
        }
    });
    engine.flush().map_err(Failure::output)?;
    match result {
        Ok(()) | Err(Ended::Full) => Ok(0),
        Err(Ended::Output(error)) => Err(Failure::output(error)),
        Err(Ended::Recording(error)) => Err(anyhow::anyhow!("recording {shown}: {error}").into()),
    }
}
