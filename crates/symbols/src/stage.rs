//! Where records wait for what their stacks mean.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::Open;
use crate::answer::Form;
use crate::query::Query;
use crate::seen::Seen;
use crate::work::work;

/// How long records wait at most: a file may be on a file system that does not answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes of records that wait at most.
const MOST_BYTES: usize = 32 << 20;
/// Lists of questions that wait for the thread at most.
const MOST_ASKED: u64 = 1024;

/// Records, and how many of them came out of the rings.
#[derive(Debug, Default)]
pub struct Batch {
    /// The records.
    pub bytes: Vec<u8>,
    /// Their number, without those that were made here.
    pub records: u64,
}

/// Records that wait.
#[derive(Debug)]
struct Held {
    batch: Batch,
    /// How many lists of questions are to be answered before.
    until: u64,
    deadline: Instant,
}

/// The stage.
#[derive(Debug)]
pub struct Stage {
    seen: Seen,
    ask: Sender<Vec<Query>>,
    answers: Receiver<Vec<u8>>,
    asked: u64,
    answered: u64,
    held: VecDeque<Held>,
    bytes: usize,
    /// Answers that stand before what is let go next.
    made: Vec<u8>,
}

impl Stage {
    /// Starts the thread.
    #[must_use]
    pub fn start(open: Open) -> Option<Stage> {
        let (form, seen) = (Form::new()?, Seen::new()?);
        let (ask, asked) = channel();
        let (answer, answers) = channel();
        thread::spawn(move || work(form, open, &asked, &answer));
        Some(Stage {
            seen,
            ask,
            answers,
            asked: 0,
            answered: 0,
            held: VecDeque::new(),
            bytes: 0,
            made: Vec::new(),
        })
    }

    /// Takes records that were read.
    pub fn take(&mut self, batch: Batch) {
        if batch.bytes.is_empty() {
            return;
        }
        // With too many open a place stays unknown; it is asked about when it is met the next time.
        if self.asked - self.answered < MOST_ASKED {
            let queries = self.seen.new_in(&batch.bytes);
            if !queries.is_empty() && self.ask.send(queries).is_ok() {
                self.asked += 1;
            }
        }
        self.bytes += batch.bytes.len();
        self.held.push_back(Held {
            batch,
            until: self.asked,
            deadline: Instant::now() + PATIENCE,
        });
    }

    /// Gives those that need not wait any more.
    pub fn ready(&mut self) -> Batch {
        while let Ok(answer) = self.answers.try_recv() {
            self.answer(answer);
        }
        let mut all = Batch::default();
        let now = Instant::now();
        while let Some(held) = self.held.front() {
            let over = self.bytes > MOST_BYTES || held.deadline <= now;
            if held.until > self.answered && !over {
                break;
            }
            self.let_go(&mut all);
        }
        all
    }

    /// Gives all that wait, after a last while.
    pub fn all(&mut self) -> Batch {
        let deadline = Instant::now() + PATIENCE;
        while !self.held.is_empty() && self.answered < self.asked {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.answers.recv_timeout(left) {
                Ok(answer) => self.answer(answer),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let mut all = Batch::default();
        while !self.held.is_empty() {
            self.let_go(&mut all);
        }
        all
    }

    fn answer(&mut self, mut records: Vec<u8>) {
        self.answered += 1;
        self.made.append(&mut records);
    }

    fn let_go(&mut self, all: &mut Batch) {
        let Some(mut held) = self.held.pop_front() else {
            return;
        };
        self.bytes -= held.batch.bytes.len();
        all.bytes.append(&mut self.made);
        all.bytes.append(&mut held.batch.bytes);
        all.records += held.batch.records;
    }
}
