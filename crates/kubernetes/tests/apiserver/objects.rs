//! What the server holds.

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Container, Pod, PodSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    ManagedFieldsEntry, ObjectMeta, OwnerReference,
};

/// Objects, and what the user may not do with them.
#[derive(Clone, Default)]
pub struct World {
    pub pods: Vec<Pod>,
    pub replica_sets: Vec<ReplicaSet>,
    pub jobs: Vec<Job>,
    /// Verbs and resources that are forbidden: `get pods`.
    pub forbidden: Vec<&'static str>,
    /// The most items of a part of a list; 0 for all.
    pub part: usize,
}

fn meta(namespace: &str, name: &str, uid: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some(namespace.to_owned()),
        uid: Some(uid.to_owned()),
        resource_version: Some("4711".to_owned()),
        managed_fields: Some(vec![ManagedFieldsEntry {
            manager: Some("kubelet".to_owned()),
            api_version: Some("v1".to_owned()),
            ..ManagedFieldsEntry::default()
        }]),
        ..ObjectMeta::default()
    }
}

/// A pod of the node `node1`, with a secret in its environment.
pub fn pod(namespace: &str, name: &str, uid: &str) -> Pod {
    let mut meta = meta(namespace, name, uid);
    meta.labels = Some([("app".to_owned(), "web".to_owned())].into());
    let container = Container {
        name: "web".to_owned(),
        image: Some("nginx:1".to_owned()),
        command: Some(vec!["--password=hunter2".to_owned()]),
        ..Container::default()
    };
    Pod {
        metadata: meta,
        spec: Some(PodSpec {
            node_name: Some("node1".to_owned()),
            containers: vec![container],
            ..PodSpec::default()
        }),
        status: None,
    }
}

/// A set of pods.
pub fn replica_set(namespace: &str, name: &str, uid: &str) -> ReplicaSet {
    ReplicaSet {
        metadata: meta(namespace, name, uid),
        ..ReplicaSet::default()
    }
}

/// A job.
pub fn job(namespace: &str, name: &str, uid: &str) -> Job {
    Job {
        metadata: meta(namespace, name, uid),
        ..Job::default()
    }
}

/// Has an object be controlled by another: API version, kind, name and uid.
pub fn owned(meta: &mut ObjectMeta, owner: [&str; 4]) {
    let [api_version, kind, name, uid] = owner.map(str::to_owned);
    let other = OwnerReference {
        api_version: "example.org/v1".to_owned(),
        kind: "Quota".to_owned(),
        name: "not-the-controller".to_owned(),
        uid: "quota".to_owned(),
        ..OwnerReference::default()
    };
    let controller = OwnerReference {
        api_version,
        kind,
        name,
        uid,
        controller: Some(true),
        block_owner_deletion: Some(true),
    };
    meta.owner_references = Some(vec![other, controller]);
}
