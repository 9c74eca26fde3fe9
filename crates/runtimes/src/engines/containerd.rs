//! containerd's own interface.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use containerd_client::services::v1::containers_client::ContainersClient;
use containerd_client::services::v1::images_client::ImagesClient;
use containerd_client::services::v1::namespaces_client::NamespacesClient;
use containerd_client::services::v1::{
    Container, GetContainerRequest, GetImageRequest, ListNamespacesRequest,
};
use k8s_cri::v1::runtime_service_client::RuntimeServiceClient;
use tonic::Request;
use tonic::transport::Channel;

use super::cri::pod_labels;
use super::{channel, refused};
use crate::error::Error;
use crate::named::Named;

/// The key by which a request says its namespace.
const NAMESPACE: &str = "containerd-namespace";
/// Labels by which Kubernetes' part of containerd and nerdctl say what is whose.
const KIND: &str = "io.cri-containerd.kind";
const NERDCTL_NAME: &str = "nerdctl/name";
/// The most namespaces asked; who has more is not told by those beyond.
const MAX_NAMESPACES: usize = 64;

/// A daemon.
#[derive(Clone, Debug)]
pub struct Containerd {
    path: PathBuf,
    channel: Arc<Mutex<Option<Channel>>>,
}

impl Containerd {
    pub fn new(path: PathBuf) -> Containerd {
        Containerd {
            path,
            channel: Arc::default(),
        }
    }

    pub async fn named(&self, id: &str) -> Result<Named, Error> {
        let channel = self.channel();
        for namespace in self.namespaces(&channel).await? {
            if let Some(found) = self.container(&channel, &namespace, id).await? {
                return Ok(self.told(&channel, &namespace, found).await);
            }
        }
        Err(Error::Unknown {
            place: self.path.clone(),
        })
    }

    fn channel(&self) -> Channel {
        let mut kept = self.channel.lock().unwrap_or_else(|kept| kept.into_inner());
        kept.get_or_insert_with(|| channel(&self.path)).clone()
    }

    async fn namespaces(&self, channel: &Channel) -> Result<Vec<String>, Error> {
        let mut client = NamespacesClient::new(channel.clone());
        let all = client.list(ListNamespacesRequest::default()).await;
        let all = all.map_err(|status| refused(&self.path, &status))?;
        let names = all.into_inner().namespaces.into_iter().map(|one| one.name);
        Ok(names.take(MAX_NAMESPACES).collect())
    }

    async fn container(
        &self,
        channel: &Channel,
        namespace: &str,
        id: &str,
    ) -> Result<Option<Container>, Error> {
        let Some(request) = within(namespace, GetContainerRequest { id: id.to_owned() }) else {
            return Ok(None);
        };
        match ContainersClient::new(channel.clone()).get(request).await {
            Ok(found) => Ok(found.into_inner().container),
            Err(status) if status.code() == tonic::Code::NotFound => Ok(None),
            Err(status) => Err(refused(&self.path, &status)),
        }
    }

    async fn told(&self, channel: &Channel, namespace: &str, found: Container) -> Named {
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        let mut named = Named {
            name: found.labels.get(NERDCTL_NAME).cloned(),
            image: text(found.image),
            sandbox: found.labels.get(KIND).map(|kind| kind == "sandbox"),
            ..Named::default()
        };
        if let Some(name) = named.image.clone()
            && let Some(request) = within(namespace, GetImageRequest { name })
            && let Ok(image) = ImagesClient::new(channel.clone()).get(request).await
        {
            let target = image.into_inner().image.and_then(|image| image.target);
            named.image_digest = target.map(|target| target.digest);
        }
        let mut named = named.with_labels(found.labels);
        // Its part for Kubernetes listens on the same socket.
        if let Some(pod) = &mut named.pod
            && let Some(uid) = pod.uid.clone()
            && let Some(labels) =
                pod_labels(&mut RuntimeServiceClient::new(channel.clone()), uid).await
        {
            pod.labels = labels.into_iter().collect();
        }
        named
    }
}

/// A request of a namespace; `None` where its name cannot be said.
fn within<T>(namespace: &str, message: T) -> Option<Request<T>> {
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    metadata.insert(NAMESPACE, namespace.parse().ok()?);
    Some(request)
}
