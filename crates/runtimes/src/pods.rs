//! Asks Kubernetes for the pods of containers, once their engines have said what they know of them.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use tokio::time::timeout;
use tracehound_kubernetes::{Ask as PodAsk, Cluster, Error, Pod};

use crate::asker::Asker;
use crate::named::{self, Named};
use crate::service::{Ask, Told};
use crate::turns::{Turns, patiently};

/// The pause before a pod is asked for again that the server does not know yet.
const PAUSE: Duration = Duration::from_millis(250);
/// How long an engine is waited for that may know the pod's name, where its uid is known without.
const EARLY: Duration = Duration::from_millis(50);

/// Kubernetes.
#[derive(Debug)]
pub struct Pods {
    cluster: Arc<Cluster>,
    turns: Turns,
}

impl Pods {
    /// That of a cluster.
    pub fn new(cluster: Arc<Cluster>) -> Pods {
        Pods {
            cluster,
            turns: Turns::new(),
        }
    }

    /// Whether it answered the last time.
    pub fn is_prompt(&self) -> bool {
        self.turns.is_healthy()
    }

    async fn pod(&self, ask: &PodAsk) -> Result<Pod, Error> {
        let mut pod = patiently(PAUSE, Error::is_early, || self.once(ask)).await?;
        named::bound_labels(&mut pod.labels);
        Ok(pod)
    }

    async fn once(&self, ask: &PodAsk) -> Result<Pod, Error> {
        let question = self.cluster.pod(ask);
        let silent = |error: &Error| !error.is_answer();
        let answer = self
            .turns
            .ask(question, |result| !result.as_ref().is_err_and(silent));
        answer.await.unwrap_or_else(|| Err(self.cluster.late()))
    }
}

/// Answers a question: what the engine says, and what Kubernetes does, each as soon as it is there.
pub async fn answer(asker: &Asker, ask: Ask, tell: impl Fn(Told)) {
    let pods = asker.pods();
    let by_uid = PodAsk {
        uid: ask.pod.clone(),
        name: None,
    };
    let knows_uid = by_uid.uid.is_some();
    if asker.places().for_engine(ask.engine).next().is_none() {
        return tell_pod(pods, Some(&by_uid).filter(|_| knows_uid), &tell).await;
    }
    let mut engine = Box::pin(asker.named(&ask));
    let first = if pods.is_some() && knows_uid {
        timeout(EARLY, &mut engine).await.ok()
    } else {
        Some((&mut engine).await)
    };
    let Some(named) = first else {
        let late = async { tell(Told::Named(engine.await.map_err(text), true)) };
        join(late, tell_pod(pods, Some(&by_uid), &tell)).await;
        return;
    };
    let of = pods.and_then(|_| wanted(&by_uid, named.as_ref().ok()));
    tell(Told::Named(named.map_err(text), of.is_some()));
    tell_pod(pods, of.as_ref(), &tell).await;
}

fn text(error: crate::Error) -> String {
    error.to_string()
}

async fn tell_pod(pods: Option<&Pods>, of: Option<&PodAsk>, tell: &impl Fn(Told)) {
    if let (Some(pods), Some(of)) = (pods, of) {
        tell(Told::Pod(pods.pod(of).await));
    }
}

/// The pod to ask for, if the container is in one.
fn wanted(known: &PodAsk, named: Option<&Named>) -> Option<PodAsk> {
    let told = named.and_then(|named| named.pod.as_ref());
    let uid = known.uid.clone();
    let ask = PodAsk {
        uid: uid.or_else(|| told.and_then(|pod| pod.uid.clone())),
        name: told.and_then(|pod| Some((pod.name.clone()?, pod.namespace.clone()?))),
    };
    (ask != PodAsk::default()).then_some(ask)
}
