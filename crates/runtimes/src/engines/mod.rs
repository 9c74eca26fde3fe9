//! One file per interface, each with one question: what is this container called?

mod containerd;
mod cri;
mod docker;
mod storage;

use std::path::Path;

use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint};

use crate::error::Error;
use crate::named::Named;
use crate::places::{Kind, Place};

/// An engine that can be asked. Nothing is connected before the first question.
#[derive(Clone, Debug)]
pub enum Engine {
    Docker(docker::Docker),
    Containerd(containerd::Containerd),
    Cri(cri::Cri),
    Storage(storage::Storage),
}

impl Engine {
    /// The one at a place.
    pub fn at(place: &Place) -> Engine {
        let path = place.path.clone();
        match place.kind {
            Kind::Docker => Engine::Docker(docker::Docker::new(path)),
            Kind::Containerd => Engine::Containerd(containerd::Containerd::new(path)),
            Kind::Cri => Engine::Cri(cri::Cri::new(path)),
            Kind::Storage => Engine::Storage(storage::Storage::new(path)),
        }
    }

    /// What it knows of a container.
    pub async fn named(&self, id: &str) -> Result<Named, Error> {
        let named = match self {
            Engine::Docker(engine) => engine.named(id).await,
            Engine::Containerd(engine) => engine.named(id).await,
            Engine::Cri(engine) => engine.named(id).await,
            Engine::Storage(engine) => engine.named(id),
        };
        named.map(Named::bounded)
    }
}

/// A gRPC connection to a socket, made when it is needed and again when it was lost.
fn channel(path: &Path) -> Channel {
    let path = path.to_owned();
    // Tonic wants an address; the connector does not look at it.
    Endpoint::from_static("http://engine").connect_with_connector_lazy(tower::service_fn(
        move |_| {
            let path = path.clone();
            async move {
                let stream = tokio::net::UnixStream::connect(path).await?;
                Ok::<_, std::io::Error>(TokioIo::new(stream))
            }
        },
    ))
}

/// What an engine's refusal means.
fn refused(path: &Path, status: &tonic::Status) -> Error {
    match status.code() {
        tonic::Code::NotFound => Error::Unknown {
            place: path.to_owned(),
        },
        _ => Error::unreachable(path, status.message()),
    }
}
