//! Docker's HTTP interface, by bollard.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bollard::ClientVersion;
use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;

use crate::error::Error;
use crate::named::{Named, digest};

/// Versions of the interface that are tried: Docker 29 has none older than 1.44, and 1.40 is Docker 19.03's.
/// What is asked here is the same in both.
const VERSIONS: [(usize, usize); 2] = [(1, 44), (1, 40)];
/// The library's own limit; ours is shorter.
const SECONDS: u64 = 10;

/// A daemon.
#[derive(Clone, Debug)]
pub struct Docker {
    path: PathBuf,
    /// The version that was understood last.
    version: Arc<AtomicUsize>,
}

impl Docker {
    pub fn new(path: PathBuf) -> Docker {
        Docker {
            path,
            version: Arc::default(),
        }
    }

    pub async fn named(&self, id: &str) -> Result<Named, Error> {
        let first = self.version.load(Ordering::Relaxed);
        let mut result = self.ask(id, first).await;
        if let Err(Failed::Refused(_)) = result {
            let other = (first + 1) % VERSIONS.len();
            result = self.ask(id, other).await;
            if result.is_ok() {
                self.version.store(other, Ordering::Relaxed);
            }
        }
        result.map_err(|failed| match failed {
            Failed::Refused(why) => Error::unreachable(&self.path, why),
            Failed::Other(error) => error,
        })
    }

    /// Lists rather than inspects: a container that is being started is locked against the latter.
    async fn ask(&self, id: &str, version: usize) -> Result<Named, Failed> {
        let client = self.client(version)?;
        let wanted = HashMap::from([("id".to_owned(), vec![id.to_owned()])]);
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(&wanted);
        let all = client.list_containers(Some(options.build())).await;
        let all = all.map_err(|error| self.failed(error))?;
        // A filter by id takes beginnings too, and an engine may not know the filter.
        let mut own = all.into_iter();
        let Some(found) = own.find(|one| one.id.as_deref() == Some(id)) else {
            return Err(Failed::Other(Error::Unknown {
                place: self.path.clone(),
            }));
        };
        let image = found.image_id.clone();
        let mut named = named(found);
        if named.image_digest.is_none()
            && let Some(image) = image
            && let Ok(inspected) = client.inspect_image(&image).await
        {
            let digests = inspected.repo_digests.unwrap_or_default();
            named.image_digest = digests.iter().find_map(|one| digest(one));
        }
        Ok(named)
    }

    fn client(&self, version: usize) -> Result<bollard::Docker, Failed> {
        let (major_version, minor_version) = VERSIONS[version % VERSIONS.len()];
        let version = ClientVersion {
            major_version,
            minor_version,
        };
        let path = self.path.to_string_lossy();
        let client = bollard::Docker::connect_with_unix(&path, SECONDS, &version);
        client.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: bollard::errors::Error) -> Failed {
        match error {
            bollard::errors::Error::DockerResponseServerError {
                status_code: 400,
                message,
            } => Failed::Refused(message),
            other => Failed::Other(Error::unreachable(&self.path, causes(&other))),
        }
    }
}

/// What went wrong.
enum Failed {
    /// The daemon does not take the request, as with a version that it does not know.
    Refused(String),
    Other(Error),
}

/// An error with its causes: bollard's own text leaves out what the system said.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

fn named(found: ContainerSummary) -> Named {
    let names = found.names.unwrap_or_default();
    // A container has names of links to it too: /other/alias.
    let own = names.iter().map(|name| name.trim_start_matches('/'));
    let own = own.filter(|name| !name.contains('/')).map(str::to_owned);
    let image = found.image.filter(|image| !image.is_empty());
    let manifest = found.image_manifest_descriptor.and_then(|one| one.digest);
    let named = Named {
        name: own.into_iter().next(),
        image_digest: image.as_deref().and_then(digest).or(manifest),
        image,
        ..Named::default()
    };
    let labels = found.labels.unwrap_or_default();
    let kind = labels.get("io.kubernetes.docker.type").cloned();
    let mut named = named.with_labels(labels);
    named.sandbox = kind.map(|kind| kind == "podsandbox");
    named
}
