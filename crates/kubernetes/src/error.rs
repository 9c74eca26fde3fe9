//! Why Kubernetes does not tell of a pod.

use std::time::Duration;

/// Why. No text of it is the server's own, but for names of certificates: servers and proxies repeat what they
/// were sent, and that has a token in it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// How to reach the cluster is not said, or not so that it can be used.
    #[error("{place}: {why}")]
    Config {
        /// The file, or what stands for it.
        place: String,
        /// What is wrong, and what helps.
        why: String,
    },
    /// Nobody answers there, or not whom we trust.
    #[error("{server}: {why}")]
    Unreachable {
        /// The server's address.
        server: String,
        /// What went wrong.
        why: String,
    },
    /// There is no answer.
    #[error("{server}: no answer within {limit:?}; can it be reached from here?")]
    TimedOut {
        /// The server's address.
        server: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The server does not know us, or what we ask for is not for us.
    #[error("{server}: {what}: {why}")]
    Refused {
        /// The server's address.
        server: String,
        /// What was asked for.
        what: String,
        /// What that means, and what helps.
        why: String,
        /// The status by which it was refused.
        code: u16,
    },
    /// The answer is none.
    #[error("{server}: {what}: {why}")]
    Nonsense {
        /// The server's address.
        server: String,
        /// What was asked for.
        what: String,
        /// What is wrong with the answer.
        why: String,
    },
    /// There is no such thing.
    #[error("{server}: {what}")]
    Unknown {
        /// The server's address.
        server: String,
        /// What there is not.
        what: String,
    },
}

impl Error {
    /// Whether it would be the same for other pods.
    #[must_use]
    pub const fn is_of_all(&self) -> bool {
        !matches!(self, Error::Unknown { .. })
    }

    /// Whether asking again in a moment may help: what runs on a node may be told a little later.
    #[must_use]
    pub const fn is_early(&self) -> bool {
        matches!(self, Error::Unknown { .. })
    }

    /// Whether the server answered, however.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(
            self,
            Error::Refused { .. } | Error::Nonsense { .. } | Error::Unknown { .. }
        )
    }
}
