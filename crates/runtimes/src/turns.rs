//! How somebody is asked who may hang: by so many at a time, and again where that may help.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep};

/// Questions that are asked at the same time.
const AT_ONCE: usize = 16;
/// How long is asked for what is not known yet.
const PATIENCE: Duration = Duration::from_secs(2);

/// Of one who is asked: the turns, and whether it answered when it was asked last.
#[derive(Debug)]
pub struct Turns {
    free: Semaphore,
    healthy: AtomicBool,
}

impl Turns {
    /// Of one who was not asked yet, and so is taken to be well.
    pub fn new() -> Turns {
        Turns {
            free: Semaphore::new(AT_ONCE),
            healthy: AtomicBool::new(true),
        }
    }

    /// Whether it answered the last time.
    pub fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    /// Asks when there is a turn; `None` where it hangs and others use all of them: nobody queues for it then.
    /// `answers` tells answers from silence.
    pub async fn ask<T>(
        &self,
        question: impl Future<Output = T>,
        answers: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let _turn = match self.free.try_acquire() {
            Ok(turn) => turn,
            Err(_) => {
                // It is never closed. Who waited may learn meanwhile that nobody answers.
                let turn = self.waited().await?;
                self.is_healthy().then_some(turn)?
            }
        };
        let answer = question.await;
        self.healthy.store(answers(&answer), Ordering::Relaxed);
        Some(answer)
    }

    async fn waited(&self) -> Option<SemaphorePermit<'_>> {
        if !self.is_healthy() {
            return None;
        }
        self.free.acquire().await.ok()
    }
}

/// Asks again as long as that may help: first after `pause`, then each time after twice as long.
pub async fn patiently<T, E, F: Future<Output = Result<T, E>>>(
    mut pause: Duration,
    is_early: impl Fn(&E) -> bool,
    ask: impl Fn() -> F,
) -> Result<T, E> {
    let start = Instant::now();
    loop {
        let result = ask().await;
        let again = result.as_ref().is_err_and(&is_early);
        if !again || start.elapsed() + pause > PATIENCE {
            return result;
        }
        sleep(pause).await;
        pause *= 2;
    }
}
