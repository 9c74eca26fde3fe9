//! The engine in a thread of its own, behind a bounded queue: a sink that stalls must not keep the
//! reader from the rings, from signals or from the end of the run.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use tracehound_engine::{Change, Engine};

/// Batches on their way to the engine at most; then the rings take up the slack.
const QUEUE: usize = 8;

/// Records for the engine, and how many.
#[derive(Default)]
pub struct Batch {
    /// The records.
    pub bytes: Vec<u8>,
    /// Their number, without what the reader added itself.
    pub records: u64,
}

/// What the engine is given.
enum Message {
    Batch(Batch),
    Change(Box<Change>),
}

/// What became of an offered batch.
pub enum Offer {
    /// It is in the queue.
    Taken,
    /// The queue is full.
    Later(Batch),
    /// The engine has ended, with its sink.
    Over,
}

/// The engine at work.
pub struct Worker {
    batches: Option<SyncSender<Message>>,
    spare: Receiver<Vec<u8>>,
    thread: JoinHandle<(Engine, io::Result<()>)>,
    progress: Arc<Progress>,
}

#[derive(Default)]
struct Progress {
    full: AtomicBool,
    written: AtomicU64,
}

impl Worker {
    /// Starts the thread.
    pub fn start(mut engine: Engine) -> Worker {
        let (batches, from_reader) = sync_channel(QUEUE);
        let (empties, spare) = sync_channel(QUEUE);
        let progress = Arc::new(Progress::default());
        let seen = Arc::clone(&progress);
        let thread = thread::spawn(move || {
            let result = work(&mut engine, &from_reader, &empties, &seen);
            (engine, result)
        });
        Worker {
            batches: Some(batches),
            spare,
            thread,
            progress,
        }
    }

    /// An empty batch, with the memory of a used one where there is one.
    pub fn batch(&self) -> Batch {
        Batch {
            bytes: self.spare.try_recv().unwrap_or_default(),
            records: 0,
        }
    }

    /// Gives the engine a batch if there is room for it.
    pub fn offer(&self, batch: Batch) -> Offer {
        let Some(batches) = &self.batches else {
            return Offer::Over;
        };
        match batches.try_send(Message::Batch(batch)) {
            Err(TrySendError::Full(Message::Batch(batch))) => Offer::Later(batch),
            Err(TrySendError::Disconnected(_)) => Offer::Over,
            _ => Offer::Taken,
        }
    }

    /// Has the engine change after all that it was given so far; gives the change back if there is no
    /// room for it yet.
    pub fn change(&self, change: Box<Change>) -> Option<Box<Change>> {
        match self.batches.as_ref()?.try_send(Message::Change(change)) {
            Err(TrySendError::Full(Message::Change(change))) => Some(change),
            _ => None,
        }
    }

    /// Whether as many events as wanted have been shown.
    pub fn full(&self) -> bool {
        self.progress.full.load(Ordering::Relaxed)
    }

    /// Records that the sinks have taken.
    pub fn written(&self) -> u64 {
        self.progress.written.load(Ordering::Relaxed)
    }

    /// Tells the engine that nothing more comes.
    pub fn close(&mut self) {
        self.batches = None;
    }

    /// Whether the engine has ended.
    pub fn ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits for the engine's end; the error is a sink's.
    pub fn join(self) -> (Option<Engine>, io::Result<()>) {
        match self.thread.join() {
            Ok((engine, result)) => (Some(engine), result),
            Err(_) => (None, Err(io::Error::other("the engine failed"))),
        }
    }
}

fn work(
    engine: &mut Engine,
    messages: &Receiver<Message>,
    empties: &SyncSender<Vec<u8>>,
    progress: &Progress,
) -> io::Result<()> {
    // Headings, and the end of what a file held before, are not left to the first event.
    engine.flush()?;
    for message in messages {
        let Batch { mut bytes, records } = match message {
            Message::Batch(batch) => batch,
            Message::Change(change) => {
                engine.change(*change);
                continue;
            }
        };
        engine.feed(&bytes)?;
        engine.flush()?;
        progress.written.fetch_add(records, Ordering::Relaxed);
        if engine.full() {
            progress.full.store(true, Ordering::Relaxed);
        }
        bytes.clear();
        // A full queue of empty buffers needs no more of them.
        let _ = empties.try_send(bytes);
    }
    engine.finish()
}
