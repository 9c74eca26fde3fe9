//! What a container is called.

use std::collections::BTreeMap;

/// The longest text that is taken, in bytes: image names and labels' values are shorter wherever they are
/// checked (names of images 255, Kubernetes' names 253, its labels' values 63).
const MAX_TEXT: usize = 1024;
/// The most labels, and the most bytes of them.
const MAX_LABELS: usize = 64;
const MAX_LABELS_BYTES: usize = 4096;

/// Labels of Kubernetes' kubelet, the same with each engine.
const POD_NAME: &str = "io.kubernetes.pod.name";
const POD_NAMESPACE: &str = "io.kubernetes.pod.namespace";
const POD_UID: &str = "io.kubernetes.pod.uid";
const CONTAINER_NAME: &str = "io.kubernetes.container.name";

/// A container as its engine knows it. What it did not say is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Its name; in Kubernetes that within its pod.
    pub name: Option<String>,
    /// Its image, as whoever made it called it.
    pub image: Option<String>,
    /// The digest of the image, `sha256:…`.
    pub image_digest: Option<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its pod.
    pub pod: Option<Pod>,
    /// Whether it only holds its pod's namespaces.
    pub sandbox: Option<bool>,
}

/// A pod of Kubernetes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pod {
    /// Its name.
    pub name: Option<String>,
    /// Its namespace.
    pub namespace: Option<String>,
    /// Its uid.
    pub uid: Option<String>,
    /// Its own labels.
    pub labels: BTreeMap<String, String>,
}

impl Named {
    /// Takes pod and name from labels of the kubelet, where they are.
    #[must_use]
    pub fn with_labels(mut self, labels: impl IntoIterator<Item = (String, String)>) -> Named {
        self.labels = labels.into_iter().collect();
        let label = |key: &str| {
            self.labels
                .get(key)
                .filter(|text| !text.is_empty())
                .cloned()
        };
        if let Some(name) = label(CONTAINER_NAME) {
            self.name = Some(name);
        }
        let pod = Pod {
            name: label(POD_NAME),
            namespace: label(POD_NAMESPACE),
            uid: label(POD_UID),
            labels: BTreeMap::new(),
        };
        if pod != Pod::default() {
            self.pod = Some(pod);
        }
        self
    }

    /// Leaves out what is too long to be what it is said to be. An engine may lie, and must not fill our memory.
    #[must_use]
    pub fn bounded(mut self) -> Named {
        for text in [&mut self.name, &mut self.image, &mut self.image_digest] {
            bound(text);
        }
        bound_labels(&mut self.labels);
        if let Some(pod) = &mut self.pod {
            for text in [&mut pod.name, &mut pod.namespace, &mut pod.uid] {
                bound(text);
            }
            bound_labels(&mut pod.labels);
        }
        self
    }
}

fn bound(text: &mut Option<String>) {
    // A list of texts ends each with NUL.
    *text = text.take().filter(|text| fits(text) && !text.is_empty());
}

/// Leaves out the labels that are too long or too many.
pub fn bound_labels(labels: &mut BTreeMap<String, String>) {
    labels.retain(|key, value| fits(key) && fits(value));
    let mut left = MAX_LABELS_BYTES;
    let mut number = 0;
    labels.retain(|key, value| {
        // With `=` and the NUL behind it.
        let size = key.len() + value.len() + 2;
        let fits = number < MAX_LABELS && size <= left;
        number += usize::from(fits);
        left -= if fits { size } else { 0 };
        fits
    });
}

fn fits(text: &str) -> bool {
    text.len() <= MAX_TEXT && !text.contains('\0')
}

/// The digest in a reference to an image, `NAME@sha256:…`.
#[must_use]
pub fn digest(reference: &str) -> Option<String> {
    let digest = reference
        .rsplit_once('@')
        .map_or(reference, |(_, digest)| digest);
    let (algorithm, sum) = digest.split_once(':')?;
    let is_sum = sum.len() >= 32 && sum.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_sum && algorithm.starts_with("sha")).then(|| digest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn the_kubelets_labels_tell_the_pod() {
        let named = Named::default().with_labels(labels(&[
            (CONTAINER_NAME, "web"),
            (POD_NAME, "web-5d"),
            (POD_NAMESPACE, "shop"),
            (POD_UID, "0a-1b"),
        ]));
        assert_eq!(named.name.as_deref(), Some("web"));
        let pod = named.pod.unwrap();
        assert_eq!(pod.name.as_deref(), Some("web-5d"));
        assert_eq!(pod.namespace.as_deref(), Some("shop"));
        assert_eq!(pod.uid.as_deref(), Some("0a-1b"));
        let other = Named::default().with_labels(labels(&[("a", "b")]));
        assert_eq!((other.name, other.pod), (None, None));
    }

    #[test]
    fn what_is_too_long_is_left_out() {
        let long = "x".repeat(MAX_TEXT + 1);
        let many = (0..MAX_LABELS + 5).map(|n| (format!("{n:03}"), String::new()));
        let named = Named {
            name: Some(long.clone()),
            image: Some("a\0b".to_owned()),
            image_digest: Some(String::new()),
            ..Named::default()
        };
        let named = named.with_labels(many.chain([("k".to_owned(), long)]));
        let named = named.bounded();
        assert_eq!(
            (named.name, named.image, named.image_digest),
            (None, None, None)
        );
        assert_eq!(named.labels.len(), MAX_LABELS);
        assert!(named.labels.contains_key("000") && !named.labels.contains_key("k"));
    }

    #[test]
    fn digests_are_told_from_tags_and_ports() {
        let sum = "ab".repeat(32);
        let full = format!("sha256:{sum}");
        assert_eq!(digest(&format!("reg:5000/a/b@{full}")), Some(full.clone()));
        assert_eq!(digest(&full), Some(full));
        for other in ["reg:5000/a/b", "busybox:latest", "", "sha256:xyz", "a@b"] {
            assert_eq!(digest(other), None, "{other}");
        }
    }
}
