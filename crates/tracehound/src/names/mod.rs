//! What containers are called: asks their engines, and makes `container_named` of the answers.

mod hold;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tracehound_engine::Container;
use tracehound_probes::{Follow, Made, Tracer, boot_time};
use tracehound_runtimes::{Answer, Ask, Kind, Named, Places, Runtimes};
use tracehound_schema::record::{Header, Record, State};
use tracehound_schema::{Event, by_name};

pub use self::hold::Hold;
use crate::events;
use crate::failure::Failure;

/// The event.
pub const NAMED: &str = "container_named";
/// What tells of a container first.
const SOURCES: [&str; 2] = ["cgroup_mkdir", "existing_cgroup"];
const REMOVED: &str = "cgroup_rmdir";
/// How long events wait for a name.
const WAIT: Duration = Duration::from_millis(100);
/// How long is waited for names at the end.
const LAST_WAIT: Duration = Duration::from_millis(300);
/// The most containers that are known to have been asked for; beyond them all are asked for again.
const MAX: usize = 65_536;

/// Since when the oldest name is waited for: a time since boot in ns, or the largest number.
#[derive(Clone, Debug)]
pub struct Waiting(Arc<AtomicU64>);

impl Waiting {
    fn new() -> Waiting {
        Waiting(Arc::new(AtomicU64::new(u64::MAX)))
    }

    fn set(&self, since: Option<u64>) {
        self.0.store(since.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn since(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A container that is asked for.
#[derive(Debug)]
struct Question {
    /// Of the record that told of the container.
    header: Header,
    container: Container,
    /// When it was asked for: a time since boot in ns.
    asked: u64,
    /// Whether events wait for the answer.
    waits: bool,
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
    event: &'static Event,
    aside: bool,
    runtimes: Runtimes,
    sources: Vec<Source>,
    known: HashSet<String>,
    open: HashMap<String, Question>,
    waiting: Waiting,
}

/// Has engines asked if the event is traced, and gives what events wait for. `aside`: it is not to be shown.
pub fn start(tracer: &mut Tracer, places: &Places, traced: bool, aside: bool) -> Hold {
    let waiting = Waiting::new();
    let event = by_name(NAMED).filter(|_| traced && !places.0.is_empty());
    let Some(event) = event else {
        return Hold::new(waiting);
    };
    match Runtimes::start(places.clone()) {
        Ok(runtimes) => {
            let names = Names::new(event, aside, runtimes, waiting.clone());
            tracer.invite(event, Box::new(names));
        }
        Err(error) => {
            eprintln!("tracehound: {error}: containers are told without names");
        }
    }
    Hold::new(waiting)
}

/// Reads `--engine`; the failure is one of usage.
pub fn places(words: &[String]) -> Result<Places, Failure> {
    if words.iter().any(|word| word == "none") {
        return if words.len() == 1 {
            Ok(Places::default())
        } else {
            let message = "--engine none asks nobody; leave it out, or the others";
            Err(Failure::usage(message.to_owned()))
        };
    }
    let mut places = Places::usual();
    for word in words.iter().rev() {
        let Some((kind, path)) = word.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            let kinds: Vec<_> = Kind::words().collect();
            let kinds = kinds.join(", ");
            let message = format!(
                "--engine {word}: expected KIND=PATH, such as docker=/run/docker.sock, or none; kinds: {kinds}"
            );
            return Err(Failure::usage(message));
        };
        let Some(found) = Kind::named(kind) else {
            return Err(events::unknown("kind of --engine", kind, Kind::words()));
        };
        places.add(found, path.into());
    }
    Ok(places)
}

impl Names {
    fn new(event: &'static Event, aside: bool, runtimes: Runtimes, waiting: Waiting) -> Names {
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
            event,
            aside,
            runtimes,
            sources: all.filter_map(source).collect(),
            known: HashSet::new(),
            open: HashMap::new(),
            waiting,
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
        let engine = container.runtime;
        // Without anybody to ask nothing is told: that there is no engine says nothing of the container.
        if !self.runtimes.knows(engine) || !self.known.insert(container.id.clone()) {
            return;
        }
        let question = Question {
            header: record.header,
            asked: boot_time(),
            waits: self.runtimes.is_prompt(engine),
            container,
        };
        let id = question.container.id.clone();
        let ask = Ask {
            id: id.clone(),
            engine,
        };
        if self.runtimes.ask(ask) {
            self.open.insert(id, question);
        } else {
            self.known.remove(&id);
            let why = "too many containers waited to be asked for".to_owned();
            made.push(self.record(&question, Err(why)));
        }
    }

    fn answered(&mut self, answer: Answer) -> Option<Made> {
        let question = self.open.remove(&answer.id)?;
        Some(self.record(&question, answer.named))
    }

    fn wait(&self) {
        let oldest = boot_time().saturating_sub(WAIT.as_nanos() as u64);
        let waits = self.open.values().filter(|question| question.waits);
        let asked = waits.map(|question| question.asked);
        self.waiting
            .set(asked.filter(|asked| *asked > oldest).min());
    }

    /// The record, of the thread that made the container's cgroup.
    fn record(&self, question: &Question, answer: Result<Named, String>) -> Made {
        let mut made = Made::new(self.event).aside(self.aside);
        let mut record = made.follow(&question.header);
        let (named, why) = match answer {
            Ok(named) => (Some(named), None),
            Err(why) => (None, Some(why)),
        };
        for (index, field) in self.event.fields.iter().enumerate() {
            record = match value(field.name, &question.container, named.as_ref()) {
                Value::Text(text) => record.tail(index, &text),
                Value::Number(number) => record.slot(index, number),
                Value::Absent => record.absent(index),
                Value::Unread => record.unread(index),
                Value::Why => match &why {
                    Some(why) => record.tail(index, why.as_bytes()),
                    None => record.absent(index),
                },
            };
        }
        made.put(record);
        made
    }
}

/// What a field of the record gets.
enum Value {
    Text(Vec<u8>),
    Number(u64),
    Absent,
    Unread,
    Why,
}

fn value(field: &str, container: &Container, named: Option<&Named>) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::Absent, |text| Value::Text(text.into()));
    match field {
        "runtime" => return text(container.runtime),
        "container_id" => return text(Some(&container.id)),
        "why" => return Value::Why,
        _ => {}
    }
    let pod = named.and_then(|named| named.pod.as_ref());
    if field == "pod_uid" {
        let told = pod.and_then(|pod| pod.uid.as_deref());
        return text(container.pod.as_deref().or(told));
    }
    let Some(named) = named else {
        return Value::Unread;
    };
    match field {
        "container_name" => text(named.name.as_deref()),
        "container_image" => text(named.image.as_deref()),
        "container_image_digest" => text(named.image_digest.as_deref()),
        "labels" => Value::Text(list(&named.labels)),
        "pod_name" => text(pod.and_then(|pod| pod.name.as_deref())),
        "pod_namespace" => text(pod.and_then(|pod| pod.namespace.as_deref())),
        "pod_labels" => Value::Text(pod.map(|pod| list(&pod.labels)).unwrap_or_default()),
        _ => named
            .sandbox
            .map_or(Value::Absent, |is| Value::Number(u64::from(is))),
    }
}

/// `KEY=VALUE` each, ended by NUL.
fn list(labels: &std::collections::BTreeMap<String, String>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in labels {
        bytes.extend_from_slice(key.as_bytes());
        bytes.push(b'=');
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
    }
    bytes
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
            let why = "tracing ended before the engine answered".to_owned();
            all.push(self.record(&question, Err(why)));
        }
        self.waiting.set(None);
        all
    }
}

#[cfg(test)]
mod tests;
