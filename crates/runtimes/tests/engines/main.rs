//! Engines that answer, hang, lie and vanish: CRI by a server generated from Kubernetes' own definitions, Docker's
//! interface by answers as its documentation has them. The real containerd is asked by the tests of the command.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../../../kubernetes/tests/apiserver/mod.rs"]
mod apiserver;
mod cri;
mod docker;
mod pods;
mod trouble;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tracehound_runtimes::{Ask, Kind, Named, Place, Places, Runtimes, Told};

const ID: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";
const DIGEST: &str = "sha256:6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e05f1c";

/// A path for a socket that no other test has.
fn socket() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("tracehound-engine-{}-{number}.sock", std::process::id());
    std::env::temp_dir().join(name)
}

fn places(places: &[(Kind, &PathBuf)]) -> Places {
    let place = |(kind, path): &(Kind, &PathBuf)| Place {
        kind: *kind,
        of: &[],
        path: (*path).clone(),
    };
    Places(places.iter().map(place).collect())
}

fn runtimes(all: &[(Kind, &PathBuf)]) -> Runtimes {
    Runtimes::start(places(all), None).unwrap()
}

/// What the engine calls a container.
fn ask(runtimes: &Runtimes, id: &str) -> Result<Named, String> {
    let ask = Ask {
        id: id.to_owned(),
        engine: None,
        pod: None,
    };
    assert!(runtimes.ask(ask));
    let answer = runtimes.answer_within(Duration::from_secs(20)).unwrap();
    match answer.told {
        Told::Named(named, false) => named,
        told => panic!("{told:?}"),
    }
}

/// Serves with tonic on a thread of its own.
macro_rules! serve {
    ($path:expr, $($service:expr),+ $(,)?) => {{
        let path = $path.clone();
        let (ready, is_ready) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::UnixListener::bind(path).unwrap();
                ready.send(()).unwrap();
                let incoming = tokio_stream::wrappers::UnixListenerStream::new(listener);
                tonic::transport::Server::builder()
                    $(.add_service($service))+
                    .serve_with_incoming(incoming)
                    .await
                    .unwrap();
            });
        });
        is_ready.recv().unwrap();
    }};
}
use serve;
