//! A cluster by a server of the test's own, which answers as the API says, or as it should not.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../apiserver/mod.rs"]
mod apiserver;
mod files;
mod owners;
mod trouble;

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use apiserver::{Server, World};
use tokio::runtime::Runtime;
use tracehound_kubernetes::{Ask, Cluster, Error, Owner, Place, Pod};

/// A path that nothing is at yet.
fn path() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("tracehound-kube-{}-{number}", std::process::id()))
}

fn cluster(server: &Server) -> Cluster {
    let path = server.kubeconfig(path());
    let place = Place::File {
        path: path.clone(),
        context: None,
    };
    Cluster::open(place, Some("node1".to_owned())).unwrap()
}

/// Runs questions to their end, on one runtime: connections outlive questions.
fn wait<T>(question: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    });
    RUNTIME.block_on(question)
}

fn ask(cluster: &Cluster, ask: &Ask) -> Result<Pod, Error> {
    wait(cluster.pod(ask))
}

fn by_uid(uid: &str) -> Ask {
    Ask {
        uid: Some(uid.to_owned()),
        name: None,
    }
}

fn by_name(name: &str, uid: &str) -> Ask {
    Ask {
        uid: Some(uid.to_owned()),
        name: Some((name.to_owned(), "shop".to_owned())),
    }
}

fn owner(kind: &str, name: &str) -> Owner {
    Owner {
        kind: kind.to_owned(),
        name: name.to_owned(),
    }
}

/// What is wrong, by a server that holds a world.
fn failed(world: World, question: &Ask) -> Error {
    let server = Server::of(world);
    ask(&cluster(&server), question).unwrap_err()
}
