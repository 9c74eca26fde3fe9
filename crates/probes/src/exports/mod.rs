//! What loaded files have: which functions and variables libraries define (`symbols_loaded`,
//! `symbols_collision`), the hashes of libraries and programs (`file_hashed`), and whose packages they are of
//! (`file_packaged`).
//!
//! They follow from records, but from files too, so they are made here and not where a recording is read.
//! Files are looked at in a thread of their own, since a large one, or one of a file system that answers
//! late, must not keep the rings waiting.

mod elf;
mod file;
mod files;
mod hashes;
mod loads;
mod look;
mod message;
mod packages;
mod process;
mod store;
mod watch;

use std::collections::VecDeque;
use std::fmt::Debug;
use std::fs::File;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use tracehound_schema::Event;

use crate::snapshot::Made;
use crate::users;

/// Whether an event is made here.
pub fn makes(event: &Event) -> bool {
    let names = [
        look::LOADED,
        look::COLLISION,
        hashes::HASHED,
        packages::PACKAGED,
        users::NAMED,
    ];
    names.contains(&event.name)
}

/// Opens the file that a process has mapped by a path, names from the last to the first, if it is still the one of
/// this device, inode number and time of change; the error is a reason to show.
pub fn open_file(process: u32, names: &[u8], identity: (u32, u64, u64)) -> Result<File, String> {
    let (dev, inode, ctime) = identity;
    let path = message::path(names);
    file::open_mapped(process, &path, file::Identity { dev, inode, ctime })
}

/// Makes events of files that records tell of.
pub trait Follow: Debug + Send {
    /// Takes what records say; `made` gets what is not asked of the thread.
    fn feed(&mut self, records: &[u8], made: &mut Vec<Made>);

    /// What the thread has found since the last call.
    fn found(&mut self) -> Vec<Made>;

    /// What is left at the end of a run; it is waited for, but not for ever.
    fn finish(&mut self, patience: Duration) -> Vec<Made>;
}

/// Questions to a thread, which answers them in their order, and what each was asked for.
#[derive(Debug)]
pub struct Asked<Q, A, F> {
    ask: Option<Sender<Q>>,
    answers: Receiver<A>,
    /// What there is no answer for yet, the oldest first.
    open: VecDeque<F>,
}

impl<Q: Send + 'static, A: Send + 'static, F> Asked<Q, A, F> {
    /// The most questions that wait.
    const MAX_WAITING: usize = 16_384;

    /// Starts the thread; it ends when nobody asks or listens any more.
    pub fn start(mut answer: impl FnMut(&Q) -> A + Send + 'static) -> Asked<Q, A, F> {
        let (ask, asked) = channel::<Q>();
        let (sender, answers) = channel();
        thread::spawn(move || {
            for one in asked {
                if sender.send(answer(&one)).is_err() {
                    return;
                }
            }
        });
        Asked {
            ask: Some(ask),
            answers,
            open: VecDeque::new(),
        }
    }

    /// Asks, unless too many wait; tells whether it did.
    pub fn ask(&mut self, question: Q, of: F) -> bool {
        let ask = self.ask.as_ref();
        let ask = ask.filter(|_| self.open.len() < Self::MAX_WAITING);
        let asked = ask.is_some_and(|ask| ask.send(question).is_ok());
        if asked {
            self.open.push_back(of);
        }
        asked
    }

    /// The answers that are there.
    pub fn found(&mut self) -> Vec<(F, A)> {
        let answers: Vec<_> = self.answers.try_iter().collect();
        self.open.drain(..answers.len()).zip(answers).collect()
    }

    /// The answers that come within a time, and what has none then. Nothing can be asked any more.
    pub fn finish(&mut self, patience: Duration) -> (Vec<(F, A)>, Vec<F>) {
        self.ask = None;
        let answers = answers_within(&self.answers, patience);
        let answered = self.open.drain(..answers.len()).zip(answers).collect();
        (answered, self.open.drain(..).collect())
    }
}

/// What a thread answers within a time; it ends when there is nobody left to ask and all is answered.
pub fn answers_within<T>(answers: &Receiver<T>, patience: Duration) -> Vec<T> {
    let deadline = Instant::now() + patience;
    let left = || deadline.saturating_duration_since(Instant::now());
    std::iter::from_fn(|| answers.recv_timeout(left()).ok()).collect()
}

/// Starts what makes the selected events.
pub fn start(events: &[&'static Event]) -> Vec<Box<dyn Follow>> {
    let all = [
        loads::Loads::start(events).map(boxed),
        files::Files::<hashes::Hashing>::start(events).map(boxed),
        files::Files::<packages::Packages>::start(events).map(boxed),
        users::Users::start(events).map(boxed),
    ];
    all.into_iter().flatten().collect()
}

fn boxed(one: impl Follow + 'static) -> Box<dyn Follow> {
    Box::new(one)
}
