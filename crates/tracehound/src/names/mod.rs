//! What containers and their pods are called: asks engines and Kubernetes, and makes `container_named` and `pod_named`
//! of the answers.

mod follow;
mod hold;
mod record;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tracehound_kubernetes::Cluster;
use tracehound_probes::Tracer;
use tracehound_runtimes::{Kind, Places, Runtimes};
use tracehound_schema::{Event, by_name};

use self::follow::Names;
pub use self::hold::Hold;
use crate::events;
use crate::failure::Failure;

/// What an engine says.
pub const NAMED: &str = "container_named";
/// What Kubernetes says.
pub const POD: &str = "pod_named";
/// How long events wait for a name.
const WAIT: Duration = Duration::from_millis(100);

/// Who is asked.
#[derive(Debug, Default)]
pub struct Whom {
    /// Where engines are.
    pub engines: Places,
    /// Whose pods they run.
    pub cluster: Option<Arc<Cluster>>,
}

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

/// An event that is made, and whether it is not to be shown.
#[derive(Clone, Copy, Debug)]
struct Told {
    event: &'static Event,
    aside: bool,
}

impl Told {
    fn new(name: &str, events: &[&'static Event], aside: &[&'static Event]) -> Option<Told> {
        let event = by_name(name)?;
        let is_in = |all: &[&'static Event]| all.iter().any(|other| other.id == event.id);
        let shown = is_in(events);
        (shown || is_in(aside)).then_some(Told {
            event,
            aside: !shown,
        })
    }
}

/// Has names asked for if their events are traced, some of them aside, and gives what events wait for.
pub fn start(
    tracer: &mut Tracer,
    whom: &Whom,
    events: &[&'static Event],
    aside: &[&'static Event],
) -> Hold {
    let waiting = Waiting::new();
    let told = |name| Told::new(name, events, aside);
    let cluster = whom.cluster.clone().filter(|_| told(POD).is_some());
    let asked = cluster.is_some() || !whom.engines.0.is_empty();
    let Some(named) = told(NAMED).filter(|_| asked) else {
        return Hold::new(waiting);
    };
    let pod = told(POD).filter(|_| cluster.is_some());
    match Runtimes::start(whom.engines.clone(), cluster) {
        Ok(runtimes) => {
            let names = Names::new((named, pod), runtimes, waiting.clone());
            let all = [Some(named), pod].into_iter().flatten();
            tracer.invite(all.map(|told| told.event), Box::new(names));
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

#[cfg(test)]
mod tests;
