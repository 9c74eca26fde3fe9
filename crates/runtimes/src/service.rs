//! The thread that asks.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc as asks;
use tracehound_kubernetes::Cluster;

use crate::asker::Asker;
use crate::error::Error;
use crate::named::Named;
use crate::places::Places;
use crate::pods;

/// Questions that wait at most; those beyond are refused.
const QUEUE: usize = 16_384;

/// A question.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The container's id.
    pub id: String,
    /// Its engine, as its cgroup calls it.
    pub engine: Option<&'static str>,
    /// The uid of its pod, if its cgroup says that.
    pub pod: Option<String>,
}

/// What came of a question: first one, then perhaps another.
#[derive(Debug)]
pub struct Answer {
    /// The container's id.
    pub id: String,
    /// What is told of it.
    pub told: Told,
}

/// What is told of a container.
#[derive(Debug)]
pub enum Told {
    /// What it is called, or why that is not known; and whether Kubernetes is asked for its pod then.
    Named(Result<Named, String>, bool),
    /// Its pod as Kubernetes knows it, or why it does not.
    Pod(Result<tracehound_kubernetes::Pod, tracehound_kubernetes::Error>),
}

/// Engines, and the thread that asks them. It ends when this is dropped.
#[derive(Debug)]
pub struct Runtimes {
    asker: Arc<Asker>,
    asks: asks::Sender<Ask>,
    answers: mpsc::Receiver<Answer>,
}

impl Runtimes {
    /// Starts the thread. Nobody is connected before they are asked.
    pub fn start(places: Places, cluster: Option<Arc<Cluster>>) -> Result<Runtimes, Error> {
        let (asks, asked) = asks::channel(QUEUE);
        let (answer, answers) = mpsc::channel();
        let asker = Arc::new(Asker::new(places, cluster));
        let own = Arc::clone(&asker);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::Start)?;
        let name = "container-names".to_owned();
        let started = thread::Builder::new().name(name).spawn(move || {
            runtime.block_on(serve(own, asked, answer));
            // Engines that do not answer must not keep the run from ending.
            runtime.shutdown_background();
        });
        started.map_err(Error::Start)?;
        Ok(Runtimes {
            asker,
            asks,
            answers,
        })
    }

    /// Whether somebody is there who may know the containers of an engine.
    #[must_use]
    pub fn knows(&self, engine: Option<&str>) -> bool {
        self.asker.places().for_engine(engine).next().is_some()
    }

    /// Whether an answer is to be expected soon: one who would know answered the last time.
    #[must_use]
    pub fn is_prompt(&self, engine: Option<&str>) -> bool {
        self.asker.is_prompt(engine)
    }

    /// Whether Kubernetes is asked for pods; if so, whether an answer is to be expected soon.
    #[must_use]
    pub fn pods(&self) -> Option<bool> {
        self.asker.pods().map(pods::Pods::is_prompt)
    }

    /// Asks; false where too many questions wait already.
    #[must_use]
    pub fn ask(&self, ask: Ask) -> bool {
        self.asks.try_send(ask).is_ok()
    }

    /// What has been answered since the last call.
    pub fn answers(&self) -> impl Iterator<Item = Answer> {
        self.answers.try_iter()
    }

    /// The next answer, which is waited for.
    #[must_use]
    pub fn answer_within(&self, limit: Duration) -> Option<Answer> {
        self.answers.recv_timeout(limit).ok()
    }
}

async fn serve(asker: Arc<Asker>, mut asked: asks::Receiver<Ask>, answers: mpsc::Sender<Answer>) {
    while let Some(ask) = asked.recv().await {
        let (asker, answers) = (Arc::clone(&asker), answers.clone());
        tokio::spawn(async move {
            let id = ask.id.clone();
            // Nobody listens any more at the end of a run.
            let tell = move |told| {
                drop(answers.send(Answer {
                    id: id.clone(),
                    told,
                }))
            };
            pods::answer(&asker, ask, tell).await;
        });
    }
}
