//! Answers that are kept for a while, since many ask the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::Instant;

/// The most answers; beyond them all are asked for again.
const MAX: usize = 4096;

/// An answer, or the question under way, and since when.
type Cell<V> = (Instant, Arc<OnceCell<V>>);

/// Answers by the question. Of many who ask the same at the same time one asks; failures are not kept.
#[derive(Debug)]
pub struct Kept<V> {
    age: Duration,
    cells: Mutex<HashMap<String, Cell<V>>>,
}

impl<V: Clone> Kept<V> {
    /// Keeps each so long.
    pub fn new(age: Duration) -> Kept<V> {
        Kept {
            age,
            cells: Mutex::default(),
        }
    }

    /// The answer to a question, which is asked if nobody has yet.
    pub async fn get<E>(
        &self,
        key: &str,
        question: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        self.cell(key).get_or_try_init(|| question).await.cloned()
    }

    fn cell(&self, key: &str) -> Arc<OnceCell<V>> {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some((since, cell)) = cells.get(key)
            && now - *since < self.age
        {
            return Arc::clone(cell);
        }
        if cells.len() >= MAX {
            cells.clear();
        }
        let cell = Arc::default();
        cells.insert(key.to_owned(), (now, Arc::clone(&cell)));
        cell
    }
}
