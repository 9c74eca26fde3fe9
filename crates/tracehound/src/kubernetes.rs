//! `--kubernetes WHERE`: the cluster whose pods run here.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueHint};
use tracehound_kubernetes::{Cluster, Place};

use crate::failure::{Failure, shown};

/// Which cluster may be asked.
#[derive(Args, Debug)]
pub struct Kubernetes {
    /// The cluster to ask whose pods are: a kubeconfig file; in-cluster, by the service account of the pod that
    /// tracehound runs in; or none. Without it in-cluster where there is such an account, else none
    #[arg(long, value_name = "WHERE", value_hint = ValueHint::FilePath)]
    pub kubernetes: Option<PathBuf>,
    /// Context of that file, instead of its current one
    #[arg(
        long,
        value_name = "NAME",
        requires = "kubernetes",
        value_hint = ValueHint::Other
    )]
    pub kubernetes_context: Option<String>,
    /// Name of the node that this is, as the cluster has it; without it $NODE_NAME, else the host's name
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub kubernetes_node: Option<String>,
}

impl Kubernetes {
    /// The cluster, if one is to be asked. Nobody is connected; what cannot be used is said.
    pub fn cluster(&self) -> Result<Option<Arc<Cluster>>, Failure> {
        let Some(place) = self.place()? else {
            return Ok(None);
        };
        match Cluster::open(place, self.kubernetes_node.clone()) {
            Ok(cluster) => Ok(Some(Arc::new(cluster))),
            Err(error) if self.kubernetes.is_some() => {
                let error = shown(error.to_string().as_ref());
                Err(Failure::usage(format!("--kubernetes {error}")))
            }
            // Nobody asked for it.
            Err(error) => {
                let error = shown(error.to_string().as_ref());
                eprintln!("tracehound: Kubernetes is not asked: {error}");
                Ok(None)
            }
        }
    }

    fn place(&self) -> Result<Option<Place>, Failure> {
        let context = self.kubernetes_context.clone();
        let word = self.kubernetes.as_ref().map(|where_| where_.to_str());
        let place = match word {
            None => Place::here(),
            Some(Some("none")) => None,
            Some(Some("in-cluster")) => Some(Place::InCluster),
            Some(_) => self.kubernetes.clone().map(|path| Place::File {
                path,
                context: context.clone(),
            }),
        };
        if context.is_some() && !matches!(place, Some(Place::File { .. })) {
            let message =
                "--kubernetes-context: contexts are of files; name one by --kubernetes FILE";
            return Err(Failure::usage(message.to_owned()));
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(place: &str, context: Option<&str>) -> Kubernetes {
        Kubernetes {
            kubernetes: Some(place.into()),
            kubernetes_context: context.map(str::to_owned),
            kubernetes_node: None,
        }
    }

    #[test]
    fn words_are_told_from_files() {
        assert_eq!(asked("none", None).place().unwrap(), None);
        let inside = asked("in-cluster", None).place().unwrap();
        assert_eq!(inside, Some(Place::InCluster));
        let file = asked("./none", Some("a")).place().unwrap();
        let path = "./none".into();
        let context = Some("a".to_owned());
        assert_eq!(file, Some(Place::File { path, context }));
    }

    #[test]
    fn contexts_are_of_files() {
        for word in ["none", "in-cluster"] {
            let failure = asked(word, Some("a")).place().unwrap_err();
            assert_eq!(failure.code(), 2);
        }
    }

    #[test]
    fn what_cannot_be_used_is_said_with_its_place() {
        let failure = asked("/nowhere/\u{1b}[2J", None).cluster().unwrap_err();
        let said = failure.to_string();
        assert!(
            said.contains("/nowhere/") && said.contains("No such file"),
            "{said}"
        );
        assert!(!said.contains('\u{1b}'), "{said}");
    }
}
