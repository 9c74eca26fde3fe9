//! Where a cluster is, and how one may talk to it.

use std::path::{Path, PathBuf};

use kube::Config;
use kube::client::ConfigExt as _;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};

use crate::error::Error;
use crate::secrets;

/// Where pods find who they are.
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const HOST: &str = "KUBERNETES_SERVICE_HOST";

/// What says where a cluster is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The pod that we run in, by its service account.
    InCluster,
    /// A kubeconfig.
    File {
        /// The file.
        path: PathBuf,
        /// Its context, instead of the current one.
        context: Option<String>,
    },
}

impl Place {
    /// The cluster whose pod we run in, if it gave us a service account.
    #[must_use]
    pub fn here() -> Option<Place> {
        let inside = std::env::var_os(HOST).is_some() && Path::new(TOKEN).exists();
        inside.then_some(Place::InCluster)
    }

    /// Its name in messages.
    pub fn name(&self) -> String {
        match self {
            Place::InCluster => "in-cluster".to_owned(),
            Place::File { path, .. } => path.display().to_string(),
        }
    }

    /// A failure that is its own.
    pub fn failed(&self, why: String) -> Error {
        Error::Config {
            place: self.name(),
            why,
        }
    }

    /// Reads it anew. Nobody is connected, and no credential plugin run.
    pub async fn load(&self) -> Result<Config, Error> {
        let mut config = match self {
            Place::InCluster => Config::incluster().map_err(|error| {
                let hint = "it is for pods with a service account; elsewhere name a kubeconfig";
                self.failed(format!("{error}; {hint}"))
            })?,
            Place::File { path, context } => self.read(path, context.clone()).await?,
        };
        // What is to be tried again is ours to say, with our own time limits.
        config.default_retry = false;
        if let Some(exec) = &mut config.auth_info.exec {
            // Standard input is the traced command's.
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
        Ok(config)
    }

    /// Whether what a configuration names is there and can be used; what is wrong with it is said before tracing.
    pub fn check(&self, config: &Config) -> Result<(), Error> {
        if let Some(file) = &config.auth_info.token_file {
            std::fs::read(file).map_err(|why| {
                self.failed(format!("its token file {file} cannot be read: {why}"))
            })?;
        }
        if config.root_cert.as_ref().is_some_and(Vec::is_empty) {
            return Err(
                self.failed("its certificate-authority has no certificate (PEM)".to_owned())
            );
        }
        // The client would run a credential plugin for a certificate that it may have.
        let mut plain = config.clone();
        plain.auth_info.exec = None;
        let tls = plain.rustls_client_config();
        tls.map(drop)
            .map_err(|error| self.failed(secrets::of_request(&error)))
    }

    async fn read(&self, path: &Path, context: Option<String>) -> Result<Config, Error> {
        let failed = |error| self.failed(secrets::of_file(&error));
        let file = Kubeconfig::read_from(path).map_err(failed)?;
        let options = KubeConfigOptions {
            context,
            ..KubeConfigOptions::default()
        };
        let loaded = Config::from_custom_kubeconfig(file, &options).await;
        loaded.map_err(failed)
    }
}
