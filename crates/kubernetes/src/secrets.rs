//! What a failure is called without telling what must not be told.
//!
//! The client's own texts quote lines of the file with the token in it, and what programs printed that make
//! tokens. Each is told by its kind alone.

use std::error::Error as Cause;

use kube::client::AuthError;
use kube::config::KubeconfigError;

/// The longest reason, in characters: certificates have as many names as they like.
const MAX: usize = 300;

/// Of a file that says how to reach a cluster.
pub fn of_file(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::ReadConfig(why, _) => format!("cannot be read: {why}"),
        KubeconfigError::Parse(why) => {
            let at = why.location();
            let at = at.map(|at| format!(" at line {}, column {}", at.line(), at.column()));
            let at = at.unwrap_or_default();
            format!("is no kubeconfig{at}; see `kubectl config view`")
        }
        KubeconfigError::CurrentContextNotSet => {
            "has no current-context; name one (--kubernetes-context)".to_owned()
        }
        KubeconfigError::LoadContext(name) => {
            format!("has no context {name:?}; see `kubectl config get-contexts`")
        }
        KubeconfigError::LoadClusterOfContext(name) => {
            format!("has no cluster {name:?}, which its context names")
        }
        KubeconfigError::ParseCertificates(_) => {
            "its certificate-authority is no certificate (PEM)".to_owned()
        }
        error => chain(error),
    }
}

/// Of a request that was not answered.
pub fn of_request(error: &(dyn Cause + 'static)) -> String {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(auth) = cause.downcast_ref::<AuthError>() {
            return of_credentials(auth);
        }
        next = cause.source();
    }
    let text = chain(error);
    let hint = if text.contains("invalid peer certificate") {
        "; the cluster's certificate-authority did not sign what the server shows"
    } else {
        ""
    };
    format!("{text}{hint}")
}

/// Of credentials that cannot be had.
fn of_credentials(error: &AuthError) -> String {
    match error {
        AuthError::ReadTokenFile(why, path) => {
            format!("its token file {} cannot be read: {why}", path.display())
        }
        AuthError::AuthExecStart(why) => format!("its credential plugin cannot be run: {why}"),
        AuthError::AuthExecRun { out, .. } => {
            format!("its credential plugin failed with {}", out.status)
        }
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed => {
            "its credential plugin printed no credential".to_owned()
        }
        AuthError::MissingCommand => "its credential plugin has no command".to_owned(),
        _ => "its credentials cannot be used; try kubectl with them".to_owned(),
    }
}

/// An error and its causes, each once: some repeat the next.
fn chain(error: &dyn Cause) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text.chars().take(MAX).collect()
}
