//! A cluster, and the question that it is asked.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::api::{Api, LIMIT};
use crate::error::Error;
use crate::kept::Kept;
use crate::node::Node;
use crate::owner::Owners;
use crate::place::Place;
use crate::pod::{Meta, Pod, is_name};

/// How long a pod is taken for what it was: its containers start within seconds.
const AGE: Duration = Duration::from_secs(60);

/// A pod, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Its uid.
    pub uid: Option<String>,
    /// Its name and its namespace.
    pub name: Option<(String, String)>,
}

/// A cluster that can be asked.
pub struct Cluster {
    api: Api,
    node: Node,
    pods: Kept<Arc<Meta>>,
    owners: Owners,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Cluster").field(&self.api.server).finish()
    }
}

impl Cluster {
    /// The one at a place, for a node: without a name the one that this machine has. Files are read, and nobody is
    /// connected.
    pub fn open(place: Place, node: Option<String>) -> Result<Cluster, Error> {
        let node = node.unwrap_or_else(own_node);
        if !is_name(&node) {
            let hint = "give its name as `kubectl get nodes` has it (--kubernetes-node)";
            return Err(place.failed(format!("{node:?} is no name of a node; {hint}")));
        }
        // Who else uses TLS in this process may have said so already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|error| place.failed(error.to_string()))?;
        let config = runtime.block_on(place.load())?;
        place.check(&config)?;
        Ok(Cluster {
            api: Api::new(place, &config),
            node: Node::new(node),
            pods: Kept::new(AGE),
            owners: Owners::new(),
        })
    }

    /// Asks for a pod. It takes no longer than one request may.
    pub async fn pod(&self, ask: &Ask) -> Result<Pod, Error> {
        let once = timeout(LIMIT, self.once(ask)).await;
        once.unwrap_or_else(|_| Err(self.late()))
    }

    /// That the server did not answer in time.
    #[must_use]
    pub fn late(&self) -> Error {
        self.api.late()
    }

    async fn once(&self, ask: &Ask) -> Result<Pod, Error> {
        let meta = match &ask.uid {
            Some(uid) => self.pods.get(uid, self.find(ask)).await?,
            None => self.find(ask).await?,
        };
        // What is known already is told, though the owner may take too long.
        let owner = timeout(LIMIT / 2, self.owners.of(&self.api, &meta)).await;
        Ok(Pod {
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            labels: meta.labels.clone(),
            owner: owner.unwrap_or_else(|_| Err(self.api.late())),
        })
    }

    async fn find(&self, ask: &Ask) -> Result<Arc<Meta>, Error> {
        let named = ask.name.as_ref();
        // Engines say what they were told by whoever made the container.
        let named = named.filter(|(name, namespace)| is_name(name) && is_name(namespace));
        match (named, &ask.uid) {
            (Some((name, namespace)), uid) => self.named(name, namespace, uid.as_deref()).await,
            (None, Some(uid)) => self.node.pod(&self.api, uid).await,
            (None, None) => Err(self.unknown("there is no pod without a name and uid".to_owned())),
        }
    }

    async fn named(
        &self,
        name: &str,
        namespace: &str,
        uid: Option<&str>,
    ) -> Result<Arc<Meta>, Error> {
        let found = self
            .api
            .get::<k8s_openapi::api::core::v1::Pod>(namespace, name);
        let found = Meta::of(found.await?).filter(|pod| uid.is_none_or(|uid| pod.is(uid)));
        // StatefulSets make pods by the same names again and again.
        let uid = uid.unwrap_or("unknown");
        let other = || {
            self.unknown(format!(
                "Pod {namespace}/{name} is another than that of uid {uid}"
            ))
        };
        found.map(Arc::new).ok_or_else(other)
    }

    fn unknown(&self, what: String) -> Error {
        Error::Unknown {
            server: self.api.server.clone(),
            what,
        }
    }
}

/// What the node is called that we run on: as its pods are told it by convention, else as the machine is, which the
/// kubelet does unless it is told otherwise.
fn own_node() -> String {
    if let Some(name) = std::env::var("NODE_NAME")
        .ok()
        .filter(|name| !name.is_empty())
    {
        return name;
    }
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    host.trim().to_lowercase()
}
