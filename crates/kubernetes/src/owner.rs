//! The workload that made a pod: who controls it, or who controls that.

use std::fmt::Debug;
use std::time::Duration;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::Resource;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::error::Error;
use crate::kept::Kept;
use crate::pod::{Meta, controller, is_name};

/// How long it is taken for what it was: a ReplicaSet changes hands by somebody's hand only.
const AGE: Duration = Duration::from_secs(600);
/// The longest kind.
const MAX_KIND: usize = 63;

/// What Kubernetes calls a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its kind: Deployment, CronJob, DaemonSet, StatefulSet and so on; Pod of one that nothing controls.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// Owners that were asked for: pods of one workload share theirs.
#[derive(Debug)]
pub struct Owners(Kept<Owner>);

impl Owners {
    /// Starts with none.
    pub fn new() -> Owners {
        Owners(Kept::new(AGE))
    }

    /// The owner of a pod.
    pub async fn of(&self, api: &Api, pod: &Meta) -> Result<Owner, Error> {
        let Some(direct) = &pod.controller else {
            return Ok(Owner {
                kind: "Pod".to_owned(),
                name: pod.name.clone(),
            });
        };
        let (group, _) = direct.api_version.split_once('/').unwrap_or_default();
        let namespace = &pod.namespace;
        // With all that a pod says of it: a uid alone could be somebody else's.
        let key = format!("{namespace}/{}/{}/{}", direct.kind, direct.name, direct.uid);
        match (group, direct.kind.as_str()) {
            ("apps", "ReplicaSet") => {
                let question = above::<ReplicaSet>(api, direct, namespace);
                self.0.get(&key, question).await
            }
            ("batch", "Job") => self.0.get(&key, above::<Job>(api, direct, namespace)).await,
            _ => owner(api, direct),
        }
    }
}

/// Who controls what controls a pod, or else that itself.
async fn above<K>(api: &Api, direct: &OwnerReference, namespace: &str) -> Result<Owner, Error>
where
    K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
    K: Clone + Debug + DeserializeOwned,
{
    let found = api.get::<K>(namespace, valid(api, direct)?).await?;
    if found.uid.as_deref() != Some(&direct.uid) {
        // Made again by the same name since.
        return Err(Error::Unknown {
            server: api.server.clone(),
            what: format!("there is no {} {} any more", direct.kind, direct.name),
        });
    }
    let above = controller(found.owner_references);
    owner(api, above.as_ref().unwrap_or(direct))
}

fn owner(api: &Api, reference: &OwnerReference) -> Result<Owner, Error> {
    let name = valid(api, reference)?;
    Ok(Owner {
        kind: reference.kind.clone(),
        name: name.to_owned(),
    })
}

/// The name of an owner, if it and its kind can be those of one.
fn valid<'r>(api: &Api, reference: &'r OwnerReference) -> Result<&'r str, Error> {
    let kind = &reference.kind;
    let is_kind = (1..=MAX_KIND).contains(&kind.len())
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_kind && is_name(&reference.name) {
        return Ok(&reference.name);
    }
    Err(Error::Nonsense {
        server: api.server.clone(),
        what: "the owner of a pod".to_owned(),
        why: "its kind or name is none that Kubernetes has".to_owned(),
    })
}
