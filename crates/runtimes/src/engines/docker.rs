//! Docker's HTTP interface, by bollard.

use std::collections::HashMap;
use std::path::PathBuf;

use bollard::API_DEFAULT_VERSION;
use bollard::models::ContainerSummary;
use bollard::query_parameters::ListContainersOptionsBuilder;

use crate::error::Error;
use crate::named::{Named, digest};

/// The library's own limit; ours is shorter.
const SECONDS: u64 = 10;

/// A daemon.
#[derive(Clone, Debug)]
pub struct Docker {
    path: PathBuf,
}

impl Docker {
    pub fn new(path: PathBuf) -> Docker {
        Docker { path }
    }

    /// Lists rather than inspects: a container that is being started is locked against the latter.
    pub async fn named(&self, id: &str) -> Result<Named, Error> {
        // The library names no version in its requests, so the daemon answers in its own.
        let path = self.path.to_string_lossy();
        let client = bollard::Docker::connect_with_unix(&path, SECONDS, API_DEFAULT_VERSION);
        let client = client.map_err(|error| self.failed(&error))?;
        let wanted = HashMap::from([("id".to_owned(), vec![id.to_owned()])]);
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(&wanted);
        let all = client.list_containers(Some(options.build())).await;
        let all = all.map_err(|error| self.failed(&error))?;
        // A filter by id takes beginnings too, and an engine may not know the filter.
        let mut own = all.into_iter();
        let Some(found) = own.find(|one| one.id.as_deref() == Some(id)) else {
            return Err(Error::Unknown {
                place: self.path.clone(),
            });
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

    /// bollard's own text leaves out what the system said.
    fn failed(&self, error: &dyn std::error::Error) -> Error {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            text = format!("{text}: {cause}");
            next = cause.source();
        }
        Error::unreachable(&self.path, text)
    }
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
