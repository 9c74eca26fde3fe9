//! From records to the thread that looks at files, and back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use tracehound_schema::Event;
use tracehound_schema::record::Record;

use super::look::{COLLISION, LOADED, Looker};
use super::message::{Load, Message, Sources};
use super::{Follow, answers_within};
use crate::snapshot::Made;

/// The most messages that wait for the thread.
const MAX_WAITING: usize = 65_536;

/// The libraries that are loaded in a run.
#[derive(Debug)]
pub struct Loads {
    sources: Sources,
    tell: Option<Sender<Message>>,
    answers: Receiver<Vec<Made>>,
    waiting: Arc<AtomicUsize>,
    /// Loads without an answer, the oldest first.
    open: VecDeque<Load>,
    /// Makes the records of what the thread is not asked.
    own: Looker,
}

impl Loads {
    /// Starts the thread; `None` where none of the events is selected.
    pub fn start(events: &[&'static Event]) -> Option<Loads> {
        let wanted = |name: &str| events.iter().any(|event| event.name == name);
        if !wanted(LOADED) && !wanted(COLLISION) {
            return None;
        }
        let (tell, told) = channel();
        let (answer, answers) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let looker = Looker::new(wanted);
        let left = Arc::clone(&waiting);
        thread::spawn(move || look(looker, &told, &answer, &left));
        Some(Loads {
            sources: Sources::new()?,
            tell: Some(tell),
            answers,
            waiting,
            open: VecDeque::new(),
            own: Looker::new(wanted),
        })
    }

    fn send(&mut self, message: Message, made: &mut Vec<Made>) {
        let busy = self.waiting.load(Ordering::Relaxed) >= MAX_WAITING;
        if let Message::Load(load) = &message {
            if busy || self.tell.is_none() {
                made.extend(
                    self.own
                        .unread(load, "too many libraries waited to be looked at"),
                );
                return;
            }
            self.open.push_back((**load).clone());
        }
        if busy {
            // What processes have is not known any more: nobody must be told what they had.
            self.tell = None;
        }
        if let Some(tell) = &self.tell {
            self.waiting.fetch_add(1, Ordering::Relaxed);
            let _ = tell.send(message);
        }
    }
}

impl Follow for Loads {
    fn feed(&mut self, records: &[u8], made: &mut Vec<Made>) {
        let mut rest = records;
        while let Some((record, next)) = Record::split(rest) {
            rest = next;
            if let Some(message) = self.sources.message(&record) {
                self.send(message, made);
            }
        }
    }

    fn found(&mut self) -> Vec<Made> {
        let mut all = Vec::new();
        while let Ok(made) = self.answers.try_recv() {
            self.open.pop_front();
            all.extend(made);
        }
        all
    }

    fn finish(&mut self, patience: Duration) -> Vec<Made> {
        self.tell = None;
        let mut all = Vec::new();
        for made in answers_within(&self.answers, patience) {
            self.open.pop_front();
            all.extend(made);
        }
        for load in std::mem::take(&mut self.open) {
            all.extend(
                self.own
                    .unread(&load, "tracing ended before it was looked at"),
            );
        }
        all
    }
}

/// Looks at one after the other; each library has an answer, even if nothing follows.
fn look(
    mut looker: Looker,
    told: &Receiver<Message>,
    answer: &Sender<Vec<Made>>,
    waiting: &AtomicUsize,
) {
    for message in told {
        let made = looker.take(&message);
        waiting.fetch_sub(1, Ordering::Relaxed);
        if matches!(message, Message::Load(_)) && answer.send(made).is_err() {
            return;
        }
    }
}
