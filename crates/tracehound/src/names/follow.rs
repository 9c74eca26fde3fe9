//! Asks for the containers that records tell of.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use tracehound_engine::Container;
use tracehound_kubernetes::{Error, Pod};
use tracehound_probes::{Follow, Made, boot_time};
use tracehound_runtimes::{Answer, Ask, Named, Runtimes, Told as Answered};
use tracehound_schema::by_name;
use tracehound_schema::record::{Header, Record, State};

use super::{Told, WAIT, Waiting, record};
use crate::failure::shown;

/// What tells of a container first.
const SOURCES: [&str; 2] = ["cgroup_mkdir", "existing_cgroup"];
const REMOVED: &str = "cgroup_rmdir";
/// How long is waited for names at the end.
const LAST_WAIT: Duration = Duration::from_millis(300);
/// The most containers that are known to have been asked for; beyond them all are asked for again.
const MAX: usize = 65_536;

/// A container that is asked for.
#[derive(Debug)]
struct Question {
    /// Of the record that told of the container.
    header: Header,
    container: Container,
    /// When it was asked for: a time since boot in ns.
    asked: u64,
    /// Whether events wait for an answer.
    waits: bool,
    /// Whether its engine is still to answer.
    named: bool,
    /// Whether Kubernetes is.
    pod: bool,
    /// What its kubelet calls its pod.
    uid: Option<String>,
}

/// An event of cgroups, with the place of the path.
#[derive(Clone, Copy, Debug)]
struct Source {
    event: u16,
    path: usize,
    removes: bool,
}

/// Asks for containers that records tell of.
#[derive(Debug)]
pub struct Names {
    named: Told,
    /// Where Kubernetes is asked.
    pod: Option<Told>,
    runtimes: Runtimes,
    sources: Vec<Source>,
    known: HashSet<String>,
    open: HashMap<String, Question>,
    waiting: Waiting,
    /// Whether it was said that Kubernetes tells nothing.
    warned: bool,
}

impl Names {
    /// Makes these events, of containers and of pods.
    pub fn new((named, pod): (Told, Option<Told>), runtimes: Runtimes, waiting: Waiting) -> Names {
        let source = |name: &&str| {
            let event = by_name(name)?;
            Some(Source {
                event: event.id,
                path: event.field_index("cgroup_path")?,
                removes: *name == REMOVED,
            })
        };
        let all = SOURCES.iter().chain(&[REMOVED]);
        Names {
            named,
            pod,
            runtimes,
            sources: all.filter_map(source).collect(),
            known: HashSet::new(),
            open: HashMap::new(),
            waiting,
            warned: false,
        }
    }

    fn learn(&mut self, source: Source, record: &Record<'_>, made: &mut Vec<Made>) {
        let read = record.state(source.path) == State::Read;
        let path = record.tail(source.path).filter(|_| read);
        let Some((container, true)) = path.and_then(Container::around) else {
            return;
        };
        if source.removes {
            self.known.remove(&container.id);
            return;
        }
        if self.known.len() >= MAX {
            self.known.clear();
        }
        let mut question = self.question(record.header, container);
        // Without anybody to ask nothing is told: that there is no engine says nothing of the container.
        if !question.named && !question.pod {
            return;
        }
        if !self.known.insert(question.container.id.clone()) {
            return;
        }
        question.waits = self.is_prompt(&question);
        self.ask(question, made);
    }

    fn question(&self, header: Header, container: Container) -> Question {
        Question {
            header,
            asked: boot_time(),
            waits: false,
            named: self.runtimes.knows(container.runtime),
            pod: self.runtimes.pods().is_some() && container.pod.is_some(),
            uid: container.pod.clone(),
            container,
        }
    }

    /// Whether an answer that is still to come is to be expected soon.
    fn is_prompt(&self, question: &Question) -> bool {
        let engine = question.container.runtime;
        let pods = self.runtimes.pods() == Some(true);
        (question.named && self.runtimes.is_prompt(engine)) || (question.pod && pods)
    }

    fn ask(&mut self, question: Question, made: &mut Vec<Made>) {
        let id = question.container.id.clone();
        let ask = Ask {
            id: id.clone(),
            engine: question.container.runtime,
            pod: question.container.pod.clone(),
        };
        if self.runtimes.ask(ask) {
            self.open.insert(id, question);
        } else {
            self.known.remove(&id);
            let why = "too many containers waited to be asked for";
            made.extend(self.unanswered(&question, why));
        }
    }

    /// The records of answers that do not come.
    fn unanswered(&self, question: &Question, why: &str) -> Vec<Made> {
        let named = question
            .named
            .then(|| self.of_container(question, Err(why.to_owned())));
        let pod = question
            .pod
            .then(|| self.of_pod(question, Err(why.to_owned())));
        named.into_iter().chain(pod.flatten()).collect()
    }

    fn answered(&mut self, answer: Answer) -> Option<Made> {
        let mut question = self.open.remove(&answer.id)?;
        let made = match answer.told {
            Answered::Named(named, follows) => {
                question.named = false;
                question.pod |= follows && question.uid.is_none();
                let told = named.as_ref().ok().and_then(|named| named.pod.as_ref());
                let uid = told.and_then(|pod| pod.uid.clone());
                question.uid = question.uid.or(uid);
                Some(self.of_container(&question, named))
            }
            Answered::Pod(pod) => {
                question.pod = false;
                self.warn(&pod);
                self.of_pod(&question, pod.map_err(|error| error.to_string()))
            }
        };
        question.waits &= self.is_prompt(&question);
        if question.named || question.pod {
            self.open.insert(answer.id, question);
        }
        made
    }

    /// Says once what is wrong with Kubernetes: it would be the same for each pod.
    fn warn(&mut self, pod: &Result<Pod, Error>) {
        let error = pod.as_ref().and_then(|pod| pod.owner.as_ref()).err();
        if let Some(error) = error.filter(|error| error.is_of_all() && !self.warned) {
            self.warned = true;
            let error = shown(error.to_string().as_ref());
            eprintln!("tracehound: Kubernetes: {error}; pods are told without what it knows");
        }
    }

    fn wait(&self) {
        let oldest = boot_time().saturating_sub(WAIT.as_nanos() as u64);
        let waits = self.open.values().filter(|question| question.waits);
        let asked = waits.map(|question| question.asked);
        self.waiting
            .set(asked.filter(|asked| *asked > oldest).min());
    }

    fn of_container(&self, question: &Question, named: Result<Named, String>) -> Made {
        let Told { event, aside } = self.named;
        record::of(event, aside, &question.header, |field| {
            record::of_container(field, &question.container, &named)
        })
    }

    fn of_pod(&self, question: &Question, pod: Result<Pod, String>) -> Option<Made> {
        let Told { event, aside } = self.pod?;
        let (id, uid) = (&question.container.id, question.uid.as_deref());
        let value = |field: &str| record::of_pod(field, id, uid, &pod);
        Some(record::of(event, aside, &question.header, value))
    }
}

impl Follow for Names {
    fn feed(&mut self, records: &[u8], made: &mut Vec<Made>) {
        for (event, bytes) in Record::each(records) {
            let source = self.sources.iter().find(|source| source.event == event);
            if let Some(source) = source.copied()
                && let Some((record, _)) = Record::split(bytes)
            {
                self.learn(source, &record, made);
            }
        }
        self.wait();
    }

    fn found(&mut self) -> Vec<Made> {
        if self.open.is_empty() {
            return Vec::new();
        }
        let answers: Vec<Answer> = self.runtimes.answers().collect();
        let made = answers.into_iter().filter_map(|one| self.answered(one));
        made.collect()
    }

    fn finish(&mut self, patience: Duration) -> Vec<Made> {
        let deadline = Instant::now() + patience.min(LAST_WAIT);
        let mut all = Vec::new();
        while self.open.values().any(|question| question.waits) {
            let left = deadline.saturating_duration_since(Instant::now());
            let Some(answer) = self.runtimes.answer_within(left) else {
                break;
            };
            all.extend(self.answered(answer));
        }
        for question in std::mem::take(&mut self.open).into_values() {
            all.extend(self.unanswered(&question, "tracing ended before there was an answer"));
        }
        self.waiting.set(None);
        all
    }
}
