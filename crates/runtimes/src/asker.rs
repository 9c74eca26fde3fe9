//! Asks engines what a container is called.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tracehound_kubernetes::Cluster;

use crate::engines::Engine;
use crate::error::Error;
use crate::named::Named;
use crate::places::Places;
use crate::pods::Pods;
use crate::service::Ask;
use crate::turns::{Turns, patiently};

/// How long an engine may take for one answer.
const LIMIT: Duration = Duration::from_secs(2);
/// The pause before one is asked again that does not know a container yet.
const PAUSE: Duration = Duration::from_millis(5);

/// Who can be asked.
#[derive(Debug)]
pub struct Asker {
    places: Places,
    /// Of each place.
    engines: Vec<(Engine, Turns)>,
    pods: Option<Pods>,
}

impl Asker {
    /// Engines at places, and a cluster.
    pub fn new(places: Places, cluster: Option<Arc<Cluster>>) -> Asker {
        let engines = places.0.iter().map(|one| (Engine::at(one), Turns::new()));
        Asker {
            engines: engines.collect(),
            places,
            pods: cluster.map(Pods::new),
        }
    }

    /// The engines' places.
    pub const fn places(&self) -> &Places {
        &self.places
    }

    /// Whom pods are asked of.
    pub const fn pods(&self) -> Option<&Pods> {
        self.pods.as_ref()
    }

    /// Whether one who would know answered the last time.
    pub fn is_prompt(&self, engine: Option<&str>) -> bool {
        let mut places = self.places.for_engine(engine);
        places.any(|(index, _)| self.engines[index].1.is_healthy())
    }

    /// Asks until somebody knows the container, or none will.
    pub async fn named(&self, ask: &Ask) -> Result<Named, Error> {
        patiently(PAUSE, Error::is_early, || self.once(ask)).await
    }

    /// Asks each that may know it; the first error is told, which is that of the likeliest.
    async fn once(&self, ask: &Ask) -> Result<Named, Error> {
        let mut failed = None;
        for (index, _) in self.places.for_engine(ask.engine) {
            match self.of(index, &ask.id).await {
                Ok(named) => return Ok(named),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(failed.unwrap_or_else(|| Error::Unknown {
            place: "container engines".into(),
        }))
    }

    async fn of(&self, index: usize, id: &str) -> Result<Named, Error> {
        let late = || Error::TimedOut {
            place: self.places.0[index].path.clone(),
            limit: LIMIT,
        };
        let (engine, turns) = &self.engines[index];
        let question = async {
            let result = timeout(LIMIT, engine.named(id)).await;
            result.unwrap_or_else(|_| Err(late()))
        };
        let silent =
            |error: &Error| matches!(error, Error::TimedOut { .. } | Error::Unreachable { .. });
        let answer = turns.ask(question, |result| !result.as_ref().is_err_and(silent));
        answer.await.unwrap_or_else(|| Err(late()))
    }
}
