//! The thread that asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc as asks};
use tokio::time::{Instant, sleep, timeout};

use crate::engines::Engine;
use crate::error::Error;
use crate::named::Named;
use crate::places::Places;

/// How long an engine may take for one answer.
const LIMIT: Duration = Duration::from_secs(2);
/// How long a container is asked for that its engine does not know yet.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause before it is asked again; each is twice as long as the last.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// Questions that wait at most; those beyond are refused.
const QUEUE: usize = 16_384;
/// Questions that are asked at the same time.
const AT_ONCE: usize = 16;

/// A question.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The container's id.
    pub id: String,
    /// Its engine, as its cgroup calls it.
    pub engine: Option<&'static str>,
}

/// What came of a question.
#[derive(Debug)]
pub struct Answer {
    /// The container's id.
    pub id: String,
    /// What it is called, or why that is not known.
    pub named: Result<Named, String>,
}

/// Engines, and the thread that asks them. It ends when this is dropped.
#[derive(Debug)]
pub struct Runtimes {
    places: Arc<Places>,
    /// Of each place: whether it answered when it was asked last.
    healthy: Arc<[AtomicBool]>,
    asks: asks::Sender<Ask>,
    answers: mpsc::Receiver<Answer>,
}

impl Runtimes {
    /// Starts the thread. No engine is connected before it is asked.
    pub fn start(places: Places) -> Result<Runtimes, Error> {
        let (asks, asked) = asks::channel(QUEUE);
        let (answer, answers) = mpsc::channel();
        let places = Arc::new(places);
        let healthy: Arc<[AtomicBool]> = places.0.iter().map(|_| AtomicBool::new(true)).collect();
        let asker = Asker {
            engines: places.0.iter().map(Engine::at).collect(),
            places: Arc::clone(&places),
            healthy: Arc::clone(&healthy),
            answer,
            turns: places.0.iter().map(|_| Semaphore::new(AT_ONCE)).collect(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::Start)?;
        let name = "container-names".to_owned();
        let started = thread::Builder::new().name(name).spawn(move || {
            runtime.block_on(serve(Arc::new(asker), asked));
            // Engines that do not answer must not keep the run from ending.
            runtime.shutdown_background();
        });
        started.map_err(Error::Start)?;
        Ok(Runtimes {
            places,
            healthy,
            asks,
            answers,
        })
    }

    /// Whether somebody is there who may know the containers of an engine.
    #[must_use]
    pub fn knows(&self, engine: Option<&str>) -> bool {
        self.places.for_engine(engine).next().is_some()
    }

    /// Whether an answer is to be expected soon: one who would know answered the last time.
    #[must_use]
    pub fn is_prompt(&self, engine: Option<&str>) -> bool {
        let mut places = self.places.for_engine(engine);
        places.any(|(index, _)| self.healthy[index].load(Ordering::Relaxed))
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

/// What the thread has.
struct Asker {
    engines: Vec<Engine>,
    places: Arc<Places>,
    healthy: Arc<[AtomicBool]>,
    answer: mpsc::Sender<Answer>,
    /// Of each place: how many may ask it at the same time.
    turns: Vec<Semaphore>,
}

async fn serve(asker: Arc<Asker>, mut asked: asks::Receiver<Ask>) {
    while let Some(ask) = asked.recv().await {
        let asker = Arc::clone(&asker);
        tokio::spawn(async move {
            let named = asker.named(&ask).await.map_err(|error| error.to_string());
            // Nobody listens any more at the end of a run.
            let _ = asker.answer.send(Answer { id: ask.id, named });
        });
    }
}

impl Asker {
    /// Asks until somebody knows the container, or none will.
    async fn named(&self, ask: &Ask) -> Result<Named, Error> {
        let start = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let result = self.once(ask).await;
            let again = result.as_ref().is_err_and(Error::is_early);
            if !again || start.elapsed() + pause > PATIENCE {
                return result;
            }
            sleep(pause).await;
            pause *= 2;
        }
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
        let turns = &self.turns[index];
        // One that hangs is asked by as many as there are turns; others do not queue for it.
        let _turn = match turns.try_acquire() {
            Ok(turn) => turn,
            Err(_) if !self.healthy[index].load(Ordering::Relaxed) => return Err(late()),
            // It is never closed.
            Err(_) => turns.acquire().await.map_err(|_| late())?,
        };
        let result = timeout(LIMIT, self.engines[index].named(id)).await;
        let result = result.unwrap_or_else(|_| Err(late()));
        let answered = !matches!(
            result,
            Err(Error::TimedOut { .. } | Error::Unreachable { .. })
        );
        self.healthy[index].store(answered, Ordering::Relaxed);
        result
    }
}
