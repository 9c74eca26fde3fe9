//! The way of records from the rings to the engine: they wait for what the addresses in their stacks mean,
//! then for the names of new containers.

use std::fs::File;

use tracehound_engine::Extras;
use tracehound_probes::open_file;
use tracehound_symbols::{self as symbols, Code, Stage};

use crate::names::Hold;
use crate::worker::Batch;

/// Where records wait.
pub struct Way {
    /// None where no stacks are asked for.
    stacks: Option<Stage>,
    names: Hold,
}

impl Way {
    /// Starts it.
    pub fn new(names: Hold, extras: Extras) -> Way {
        let asked = extras.needs_stacks();
        let stacks = asked.then(|| Stage::start(open)).flatten();
        Way { stacks, names }
    }

    /// Takes what was read just now; if it is the last of its kind, nothing waits for its stacks any more.
    pub fn take(&mut self, batch: Batch, last: bool) {
        let batch = self.symbolized(batch, last);
        self.names.take(batch);
    }

    /// The next batch that need not wait.
    pub fn next(&mut self) -> Option<Batch> {
        self.names.next()
    }

    /// The next batch, whether it would wait or not.
    pub fn force(&mut self) -> Option<Batch> {
        self.names.force()
    }

    /// All that is left behind `first` as one batch; `last` is what the end of tracing gave.
    pub fn rest(&mut self, first: Batch, last: Vec<u8>) -> Batch {
        let last = self.symbolized(
            Batch {
                bytes: last,
                records: 0,
            },
            true,
        );
        let mut all = self.names.rest(first, last.bytes);
        all.records += last.records;
        all
    }

    fn symbolized(&mut self, batch: Batch, last: bool) -> Batch {
        let Some(stage) = &mut self.stacks else {
            return batch;
        };
        stage.take(symbols::Batch {
            bytes: batch.bytes,
            records: batch.records,
        });
        let symbols::Batch { bytes, records } = if last { stage.all() } else { stage.ready() };
        Batch { bytes, records }
    }
}

fn open(process: u32, code: &Code) -> Result<File, String> {
    open_file(process, &code.names, (code.dev, code.inode, code.ctime))
}
