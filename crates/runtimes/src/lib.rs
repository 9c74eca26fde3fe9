//! Asks container engines what their containers are called.
//!
//! A cgroup's path says a container's id; its name, image, labels and pod are known to the engine alone. It
//! is asked in a thread of its own, with time limits, since engines hang, restart and vanish; so is Kubernetes,
//! where its API server may be asked, for whose the pod is. Nothing here is about events: [`Runtimes::ask`] takes an
//! id, [`Runtimes::answers`] gives what came of it.

#![forbid(unsafe_code)]

mod asker;
mod engines;
mod error;
mod named;
mod places;
mod pods;
mod service;
mod turns;

pub use error::Error;
pub use named::{Named, Pod};
pub use places::{Kind, Place, Places};
pub use service::{Answer, Ask, Runtimes, Told};
