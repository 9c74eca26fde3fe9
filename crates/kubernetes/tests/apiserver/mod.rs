//! An API server for tests: what it holds are Kubernetes' own types, and it answers as the documentation of the API
//! says ("Kubernetes API Concepts", "API conventions"): metadata alone where that is asked for, lists in parts,
//! refusals as Status objects. It speaks TLS, and knows users by tokens.

mod http;
pub mod objects;
mod replies;
mod tls;

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;

pub use http::{Reply, Request};
pub use objects::World;

/// The only token that it knows.
pub const TOKEN: &str = "kubernetes-token-of-the-test";

/// What answers requests.
pub type Answer = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

/// A server, with what was asked of it.
pub struct Server {
    pub port: u16,
    pub authority: String,
    pub asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// One that answers from what a world holds.
    pub fn of(world: World) -> Server {
        Server::start(Arc::new(move |request: &Request| {
            replies::reply(&world, request)
        }))
    }

    /// One that answers anything.
    pub fn start(answer: Answer) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (config, authority) = tls::server();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, answer, log) = (config.clone(), answer.clone(), log.clone());
                thread::spawn(move || {
                    stream.set_nodelay(true).unwrap();
                    let Ok(session) = rustls::ServerConnection::new(config) else {
                        return;
                    };
                    let stream = rustls::StreamOwned::new(session, stream);
                    // Who leaves early is the client's affair.
                    let _ = http::serve(stream, &*answer, &log);
                });
            }
        });
        Server {
            port,
            authority,
            asked,
        }
    }

    /// A kubeconfig for it, in a file.
    pub fn kubeconfig(&self, path: PathBuf) -> PathBuf {
        let text = self.text(TOKEN);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The same as text, for the user of a token.
    pub fn text(&self, token: &str) -> String {
        let port = self.port;
        let authority = path_of("ca", &self.authority);
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
             clusters:\n- name: here\n  cluster:\n    server: https://127.0.0.1:{port}\n    \
             certificate-authority: {authority}\n\
             contexts:\n- name: test\n  context: {{cluster: here, user: tracer}}\n\
             - name: lost\n  context: {{cluster: nowhere, user: tracer}}\n\
             users:\n- name: tracer\n  user:\n    token: {token}\n"
        )
    }

    /// The paths that were asked for, with what stands behind the `?`.
    pub fn paths(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|request| request.target.clone()).collect()
    }
}

/// A file with some text, of a name that no other test uses.
fn path_of(name: &str, text: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let own = format!("tracehound-{name}-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(own);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}
