//! The interface that Kubernetes has its engines speak, version 1.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use k8s_cri::v1::runtime_service_client::RuntimeServiceClient;
use k8s_cri::v1::{
    ContainerStatus, ContainerStatusRequest, ListPodSandboxRequest, PodSandboxFilter,
    PodSandboxStatus, PodSandboxStatusRequest,
};
use tonic::transport::Channel;

use super::{channel, refused};
use crate::error::Error;
use crate::named::{Named, Pod, digest};

/// The label by which a pod's sandbox is found.
const POD_UID: &str = "io.kubernetes.pod.uid";

/// An engine.
#[derive(Clone, Debug)]
pub struct Cri {
    path: PathBuf,
    channel: Arc<Mutex<Option<Channel>>>,
}

impl Cri {
    pub fn new(path: PathBuf) -> Cri {
        Cri {
            path,
            channel: Arc::default(),
        }
    }

    pub async fn named(&self, id: &str) -> Result<Named, Error> {
        let mut client = RuntimeServiceClient::new(self.channel());
        let request = ContainerStatusRequest {
            container_id: id.to_owned(),
            verbose: false,
        };
        let status = match client.container_status(request).await {
            Ok(answer) => answer.into_inner().status,
            Err(status) if status.code() == tonic::Code::NotFound => None,
            Err(status) => return Err(refused(&self.path, &status)),
        };
        let Some(status) = status else {
            return self.sandbox(client, id).await;
        };
        let mut named = container(status);
        if let Some(pod) = &mut named.pod
            && let Some(uid) = pod.uid.clone()
            && let Some(labels) = pod_labels(&mut client, uid).await
        {
            pod.labels = labels.into_iter().collect();
        }
        Ok(named)
    }

    fn channel(&self) -> Channel {
        let mut kept = self.channel.lock().unwrap_or_else(|kept| kept.into_inner());
        kept.get_or_insert_with(|| channel(&self.path)).clone()
    }

    async fn sandbox(
        &self,
        mut client: RuntimeServiceClient<Channel>,
        id: &str,
    ) -> Result<Named, Error> {
        let request = PodSandboxStatusRequest {
            pod_sandbox_id: id.to_owned(),
            verbose: false,
        };
        let answer = client.pod_sandbox_status(request).await;
        let answer = answer.map_err(|status| refused(&self.path, &status))?;
        let status = answer.into_inner().status.ok_or_else(|| Error::Unknown {
            place: self.path.clone(),
        })?;
        Ok(sandbox(status))
    }
}

/// The labels of a pod: its sandbox has them, its containers have only the kubelet's.
pub async fn pod_labels(
    client: &mut RuntimeServiceClient<Channel>,
    uid: String,
) -> Option<impl IntoIterator<Item = (String, String)> + use<>> {
    let filter = PodSandboxFilter {
        label_selector: [(POD_UID.to_owned(), uid)].into(),
        ..PodSandboxFilter::default()
    };
    let request = ListPodSandboxRequest {
        filter: Some(filter),
    };
    let answer = client.list_pod_sandbox(request).await.ok()?;
    let found = answer.into_inner().items.into_iter().next()?;
    Some(found.labels)
}

fn container(status: ContainerStatus) -> Named {
    let wanted = status.image.map(|image| match image.user_specified_image {
        name if name.is_empty() => image.image,
        name => name,
    });
    let named = Named {
        name: status.metadata.map(|metadata| metadata.name),
        image: wanted.filter(|name| !name.is_empty()),
        image_digest: digest(&status.image_ref),
        sandbox: Some(false),
        ..Named::default()
    };
    named.with_labels(status.labels)
}

fn sandbox(status: PodSandboxStatus) -> Named {
    let metadata = status.metadata.unwrap_or_default();
    let text = |text: String| Some(text).filter(|text| !text.is_empty());
    Named {
        sandbox: Some(true),
        pod: Some(Pod {
            name: text(metadata.name),
            namespace: text(metadata.namespace),
            uid: text(metadata.uid),
            labels: status.labels.into_iter().collect(),
        }),
        ..Named::default()
    }
}
