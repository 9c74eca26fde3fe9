//! Asks Kubernetes whose pods are: their names and labels, and the workloads that made them.
//!
//! Engines know a pod's name at most; that a Deployment made it is known to the API server alone. Only metadata is
//! asked for, never what pods are made of: what is in their environments and commands does not come to us. Nothing
//! here has a thread or waits for itself: [`Cluster::pod`] is driven, and given up, by whoever asks.

#![forbid(unsafe_code)]

mod api;
mod cluster;
mod error;
mod kept;
mod node;
mod owner;
mod place;
mod pod;
mod secrets;

pub use cluster::{Ask, Cluster};
pub use error::Error;
pub use owner::Owner;
pub use place::Place;
pub use pod::Pod;
