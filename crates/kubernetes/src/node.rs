//! The pods of a node, for those of which nothing but the uid is known.
//!
//! The API has no question for a uid. It has one for the pods of a node, which are a hundred or two.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::api::Api;
use crate::error::Error;
use crate::pod::Meta;

/// The pause between two lists.
const PAUSE: Duration = Duration::from_millis(250);
/// The most pods of a node; beyond them none is told.
const MAX: usize = 2048;

/// What was listed, by uid and by what the kubelet calls it.
type Pods = HashMap<String, Arc<Meta>>;

/// A node.
pub struct Node {
    name: String,
    /// Locked while it is asked: who comes then gets the same answer.
    last: Mutex<Option<(Instant, Pods)>>,
}

impl Node {
    /// The node of a name.
    pub fn new(name: String) -> Node {
        Node {
            name,
            last: Mutex::default(),
        }
    }

    /// The pod that its kubelet calls so.
    pub async fn pod(&self, api: &Api, uid: &str) -> Result<Arc<Meta>, Error> {
        let mut last = self.last.lock().await;
        let recent = match &*last {
            Some((at, pods)) => match pods.get(uid) {
                Some(pod) => return Ok(Arc::clone(pod)),
                None => at.elapsed() < PAUSE,
            },
            None => false,
        };
        if !recent {
            let pods = self.listed(api).await?;
            *last = Some((Instant::now(), pods));
        }
        let pods = last.as_ref().map(|last| &last.1);
        let found = pods.and_then(|pods| pods.get(uid)).cloned();
        found.ok_or_else(|| self.unknown(api, uid, pods.is_none_or(HashMap::is_empty)))
    }

    async fn listed(&self, api: &Api) -> Result<Pods, Error> {
        let mut pods = Pods::new();
        let put = |meta| {
            if let Some(meta) = Meta::of(meta)
                && pods.len() < MAX
            {
                let meta = Arc::new(meta);
                for name in [Some(&meta.uid), meta.hash.as_ref()].into_iter().flatten() {
                    // A pod may say that it stands for another; that one's own word goes first.
                    if *name == meta.uid || !pods.contains_key(name) {
                        pods.insert(name.clone(), Arc::clone(&meta));
                    }
                }
            }
        };
        api.list(&self.name, put).await?;
        Ok(pods)
    }

    fn unknown(&self, api: &Api, uid: &str, none: bool) -> Error {
        let (node, server) = (&self.name, api.server.clone());
        if none {
            // A pod runs here, so this is another node.
            let what = format!("pods of node {node}");
            let why =
                "there are none; if this node is called otherwise, say so by --kubernetes-node";
            return Error::Nonsense {
                server,
                what,
                why: why.to_owned(),
            };
        }
        Error::Unknown {
            server,
            what: format!("node {node} has no pod of uid {uid}"),
        }
    }
}
