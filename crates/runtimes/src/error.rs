//! Why a container's name is not known.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why an engine did not name a container.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody listens there, or the file cannot be read.
    #[error("{place}: {why}", place = place.display())]
    Unreachable {
        /// The socket or file.
        place: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// The engine did not answer.
    #[error("{place}: no answer within {limit:?}", place = place.display())]
    TimedOut {
        /// The socket.
        place: PathBuf,
        /// How long was waited.
        limit: Duration,
    },
    /// The engine has no such container.
    #[error("{place}: no such container", place = place.display())]
    Unknown {
        /// The socket or file.
        place: PathBuf,
    },
    /// The thread cannot be started.
    #[error("starting the thread that asks container engines")]
    Start(#[source] std::io::Error),
}

impl Error {
    /// Of an engine that cannot be reached.
    pub(crate) fn unreachable(place: &Path, why: impl Display) -> Error {
        Error::Unreachable {
            place: place.to_owned(),
            why: why.to_string(),
        }
    }

    /// Whether asking again in a moment may help: engines write down what they make shortly after they do.
    pub(crate) const fn is_early(&self) -> bool {
        matches!(self, Error::Unknown { .. } | Error::Unreachable { .. })
    }
}
