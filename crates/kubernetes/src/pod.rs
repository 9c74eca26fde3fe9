//! A pod, as far as its metadata tells it.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use crate::error::Error;
use crate::owner::Owner;

/// The kubelet calls pods of its own files by a hash; the server has that in these annotations of what stands for
/// them there.
const HASHES: [&str; 2] = ["kubernetes.io/config.hash", "kubernetes.io/config.mirror"];

/// The longest name of anything, and of a label with its prefix and `/`; the most labels.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = MAX_NAME + 1 + 63;
const MAX_VALUE: usize = 63;
const MAX_LABELS: usize = 64;

/// A pod.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The workload that made it; or why that is not known.
    pub owner: Result<Owner, Error>,
}

/// What is known of a pod before its owner is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    pub name: String,
    pub namespace: String,
    pub uid: String,
    /// What its kubelet calls it by, if that is another.
    pub hash: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub controller: Option<OwnerReference>,
}

impl Meta {
    /// Reads it; `None` where it is no pod's.
    pub fn of(meta: ObjectMeta) -> Option<Meta> {
        let annotations = meta.annotations.unwrap_or_default();
        let hash = HASHES.iter().find_map(|key| annotations.get(*key));
        let mut labels = meta.labels.unwrap_or_default();
        labels.retain(|key, value| key.len() <= MAX_LABEL && value.len() <= MAX_VALUE);
        Some(Meta {
            name: meta.name.filter(|name| is_name(name))?,
            namespace: meta.namespace.filter(|name| is_name(name))?,
            uid: meta.uid.filter(|uid| uid.len() <= MAX_NAME)?,
            hash: hash.filter(|hash| hash.len() <= MAX_NAME).cloned(),
            labels: labels.into_iter().take(MAX_LABELS).collect(),
            controller: controller(meta.owner_references),
        })
    }

    /// Whether a kubelet calls it so.
    pub fn is(&self, uid: &str) -> bool {
        self.uid == uid || self.hash.as_deref() == Some(uid)
    }
}

/// The owner that made it and has it made again; others only want it to be gone with them.
pub fn controller(owners: Option<Vec<OwnerReference>>) -> Option<OwnerReference> {
    let mut owners = owners.unwrap_or_default().into_iter();
    owners.find(|owner| owner.controller == Some(true))
}

/// Whether the server takes it for a name. Others in an address would be asking for something else.
pub fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().last()];
    let mut all = text.bytes();
    text.len() <= MAX_NAME
        && ends.into_iter().all(|end| end.is_some_and(is_part))
        && all.all(|byte| is_part(byte) || byte == b'-' || byte == b'.')
        && !text.contains("..")
}

#[cfg(test)]
mod tests;
