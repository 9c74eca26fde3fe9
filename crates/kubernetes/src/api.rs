//! Requests, each with its bounds.

use std::error::Error as _;
use std::fmt::Debug;
use std::time::Duration;

use http::Response;
use http_body_util::Limited;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Api as Objects, ListParams};
use kube::client::{ClientBuilder, DynBody};
use kube::core::{ObjectList, PartialObjectMeta};
use kube::{Client, Config, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tower::util::MapResponseLayer;

use crate::error::Error;
use crate::place::Place;
use crate::secrets;

/// How long a server may take for one answer.
pub const LIMIT: Duration = Duration::from_secs(2);
/// The largest answer: of a node with a thousand pods, whose metadata are 4 to 8 KiB each.
const MAX_BYTES: usize = 16 << 20;
/// The most parts of a list.
const MAX_PARTS: usize = 16;
/// How long a connection's makings are used that do not work: tokens, certificates and addresses change.
const RENEW: Duration = Duration::from_secs(5);

type Metas = ObjectList<PartialObjectMeta<Pod>>;

/// A server.
pub struct Api {
    place: Place,
    /// Its address, for messages.
    pub server: String,
    client: Mutex<Option<(Client, Instant)>>,
}

impl Api {
    /// At the address that a place names. Nothing is connected before the first question.
    pub fn new(place: Place, config: &Config) -> Api {
        let address = &config.cluster_url;
        let scheme = address.scheme_str().unwrap_or("https");
        // Without a name and password that might stand in it.
        let host = address.host().unwrap_or_default();
        let port = address.port().map(|port| format!(":{port}"));
        Api {
            server: format!("{scheme}://{host}{}", port.unwrap_or_default()),
            place,
            client: Mutex::default(),
        }
    }

    /// The metadata of an object.
    pub async fn get<K>(&self, namespace: &str, name: &str) -> Result<ObjectMeta, Error>
    where
        K: Resource<Scope = NamespaceResourceScope, DynamicType = ()>,
        K: Clone + Debug + DeserializeOwned,
    {
        let what = format!("{} {namespace}/{name}", K::kind(&()));
        let client = self.client().await?;
        let objects: Objects<K> = Objects::namespaced(client, namespace);
        let found = self.limited(objects.get_metadata(name)).await?;
        match found {
            Ok(found) => Ok(found.metadata),
            Err(error) => Err(self
                .failed(what, "get", K::plural(&()).as_ref(), error)
                .await),
        }
    }

    /// The metadata of the pods of a node, some at a time.
    pub async fn list(&self, node: &str, mut each: impl FnMut(ObjectMeta)) -> Result<(), Error> {
        let fields = format!("spec.nodeName={node}");
        // What the server has in memory is new enough, and costs it little.
        let mut params = ListParams::default().fields(&fields).match_any();
        for _ in 0..MAX_PARTS {
            let part = self.part(node, &params).await?;
            let next = part.metadata.continue_.filter(|next| !next.is_empty());
            for item in part.items {
                each(item.metadata);
            }
            let Some(next) = next else {
                return Ok(());
            };
            params = ListParams::default().fields(&fields).continue_token(&next);
        }
        Err(Error::Nonsense {
            server: self.server.clone(),
            what: format!("pods of node {node}"),
            why: format!("the list has more than {MAX_PARTS} parts"),
        })
    }

    async fn part(&self, node: &str, params: &ListParams) -> Result<Metas, Error> {
        let objects: Objects<Pod> = Objects::all(self.client().await?);
        let found = self.limited(objects.list_metadata(params)).await?;
        match found {
            Ok(part) => Ok(part),
            Err(error) => {
                let what = format!("pods of node {node}");
                Err(self.failed(what, "list", "pods", error).await)
            }
        }
    }

    async fn limited<T>(&self, question: impl Future<Output = T>) -> Result<T, Error> {
        match timeout(LIMIT, question).await {
            Ok(answer) => Ok(answer),
            Err(_) => {
                self.renew().await;
                Err(self.late())
            }
        }
    }

    /// That it took too long.
    pub fn late(&self) -> Error {
        Error::TimedOut {
            server: self.server.clone(),
            limit: LIMIT,
        }
    }

    async fn client(&self) -> Result<Client, Error> {
        let mut kept = self.client.lock().await;
        if let Some((client, _)) = &*kept {
            return Ok(client.clone());
        }
        let config = self.place.load().await?;
        // A credential plugin is run here, and may take as long as it likes.
        let built = tokio::task::spawn_blocking(move || connection(config));
        let built = timeout(LIMIT, built).await.map_err(|_| self.late())?;
        let built = built.map_err(|error| self.place.failed(error.to_string()))?;
        let client = built.map_err(|error| self.place.failed(secrets::of_request(&error)))?;
        *kept = Some((client.clone(), Instant::now()));
        Ok(client)
    }

    /// Has the place read again before the next question, but not for each.
    async fn renew(&self) {
        let mut kept = self.client.lock().await;
        if kept
            .as_ref()
            .is_some_and(|(_, since)| since.elapsed() > RENEW)
        {
            *kept = None;
        }
    }

    async fn failed(&self, what: String, verb: &str, plural: &str, error: kube::Error) -> Error {
        let server = self.server.clone();
        let refused = |why: String, code| Error::Refused {
            server: server.clone(),
            what: what.clone(),
            why,
            code,
        };
        let nonsense = |why: String| Error::Nonsense {
            server: server.clone(),
            what: what.clone(),
            why,
        };
        match error {
            kube::Error::Api(status) => match status.code {
                401 => {
                    self.renew().await;
                    let place = self.place.name();
                    refused(
                        format!(
                            "the server does not know us (401); renew the credentials of {place}"
                        ),
                        401,
                    )
                }
                403 => refused(
                    format!(
                        "we may not {verb} {plural} (403); grant that by a role: see docs/containers.md"
                    ),
                    403,
                ),
                404 => Error::Unknown {
                    server,
                    what: format!("there is no {what}"),
                },
                // What else a list may be told: that its next part has expired.
                410 => Error::Unknown {
                    server,
                    what: format!("{what} changed meanwhile (410)"),
                },
                code => nonsense(format!("the server answered with status {code}")),
            },
            kube::Error::SerdeError(why) => {
                let at = (why.line(), why.column());
                nonsense(format!(
                    "the answer is not what was asked for (line {}, column {})",
                    at.0, at.1
                ))
            }
            kube::Error::FromUtf8(_) => nonsense("the answer is no text".to_owned()),
            error => {
                self.renew().await;
                // Its causes say it; its own text is how the client calls it.
                let why = secrets::of_request(error.source().unwrap_or(&error));
                if why.contains("length limit exceeded") {
                    return nonsense(format!("the answer is larger than {} MiB", MAX_BYTES >> 20));
                }
                Error::Unreachable { server, why }
            }
        }
    }
}

/// What requests go through, with answers bounded.
fn connection(mut config: Config) -> Result<Client, kube::Error> {
    config.connect_timeout = Some(LIMIT);
    let builder = ClientBuilder::try_from(config)?;
    Ok(builder.with_layer(&MapResponseLayer::new(bounded)).build())
}

fn bounded(answer: Response<Box<DynBody>>) -> Response<Limited<Box<DynBody>>> {
    answer.map(|body| Limited::new(body, MAX_BYTES))
}
