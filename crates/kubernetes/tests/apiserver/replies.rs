//! What the server answers.

use std::collections::HashMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Status, StatusDetails};
use serde_json::{Value, json};

use super::TOKEN;
use super::http::{Reply, Request};
use super::objects::World;

/// A resource: its group, plural and objects.
struct Resource {
    group: &'static str,
    plural: &'static str,
    /// Metadata, and the object as JSON.
    objects: Vec<(ObjectMeta, Value)>,
}

fn resources(world: &World) -> [Resource; 3] {
    /// Each with its metadata.
    macro_rules! both {
        ($all:expr) => {{
            let both = $all
                .iter()
                .map(|one| (one.metadata.clone(), serde_json::to_value(one).unwrap()));
            both.collect()
        }};
    }
    [
        Resource {
            group: "",
            plural: "pods",
            objects: both!(world.pods),
        },
        Resource {
            group: "apps",
            plural: "replicasets",
            objects: both!(world.replica_sets),
        },
        Resource {
            group: "batch",
            plural: "jobs",
            objects: both!(world.jobs),
        },
    ]
}

/// The answer to a request.
pub fn reply(world: &World, request: &Request) -> Reply {
    let authorization = request.headers.get("authorization").map(String::as_str);
    if authorization != Some(&format!("Bearer {TOKEN}")) {
        return status(401, "Unauthorized", "Unauthorized".to_owned(), None);
    }
    if request.method != "GET" {
        return status(
            405,
            "MethodNotAllowed",
            "the server does not allow this method".to_owned(),
            None,
        );
    }
    let (path, query) = request.parts();
    for resource in resources(world) {
        let root = match resource.group {
            "" => "/api/v1".to_owned(),
            group => format!("/apis/{group}/v1"),
        };
        let Some(rest) = path.strip_prefix(&root) else {
            continue;
        };
        let words: Vec<&str> = rest.split('/').skip(1).collect();
        match words[..] {
            ["namespaces", namespace, plural, name] if plural == resource.plural => {
                return get(world, &resource, (namespace, name), request);
            }
            [plural] if plural == resource.plural => {
                return list(world, &resource, &query, request);
            }
            _ => {}
        }
    }
    status(
        404,
        "NotFound",
        "the server could not find the requested resource".to_owned(),
        None,
    )
}

fn get(
    world: &World,
    resource: &Resource,
    (namespace, name): (&str, &str),
    request: &Request,
) -> Reply {
    let plural = resource.plural;
    if world.forbidden.contains(&&*format!("get {plural}")) {
        let group = resource.group;
        let message = format!(
            "{plural} \"{name}\" is forbidden: User \"system:serviceaccount:kube-system:tracehound\" cannot get \
             resource \"{plural}\" in API group \"{group}\" in the namespace \"{namespace}\""
        );
        return status(403, "Forbidden", message, Some((name, plural)));
    }
    let is = |meta: &ObjectMeta| {
        meta.namespace.as_deref() == Some(namespace) && meta.name.as_deref() == Some(name)
    };
    match resource.objects.iter().find(|(meta, _)| is(meta)) {
        Some((meta, object)) => Reply::Json(
            200,
            shown(request, meta, object, "PartialObjectMetadata;").to_string(),
        ),
        None => status(
            404,
            "NotFound",
            format!("{plural} \"{name}\" not found"),
            Some((name, plural)),
        ),
    }
}

fn list(
    world: &World,
    resource: &Resource,
    query: &HashMap<String, String>,
    request: &Request,
) -> Reply {
    let plural = resource.plural;
    if world.forbidden.contains(&&*format!("list {plural}")) {
        let message = format!(
            "{plural} is forbidden: User \"x\" cannot list resource \"{plural}\" at the cluster scope"
        );
        return status(403, "Forbidden", message, None);
    }
    let next = query.get("continue").map(String::as_str);
    if next.is_some() && query.contains_key("resourceVersion") {
        let message = "resourceVersion: Forbidden: may not be set with continue".to_owned();
        return status(400, "BadRequest", message, None);
    }
    let selector = query
        .get("fieldSelector")
        .and_then(|one| one.split_once('='));
    let node = match selector {
        Some(("spec.nodeName", node)) => Some(node),
        None => None,
        Some((label, _)) => {
            let message = format!(
                "Unable to find \"/v1, Resource=pods\" that match field selector: field label not supported: {label}"
            );
            return status(400, "BadRequest", message, None);
        }
    };
    let fits = |object: &Value| node.is_none_or(|node| object["spec"]["nodeName"] == node);
    let all = resource.objects.iter().filter(|(_, object)| fits(object));
    let start: usize = next.and_then(|next| next.parse().ok()).unwrap_or(0);
    let part = if world.part == 0 {
        usize::MAX
    } else {
        world.part
    };
    let rest = all
        .clone()
        .count()
        .saturating_sub(start.saturating_add(part));
    let items: Vec<Value> = all
        .skip(start)
        .take(part)
        .map(|(meta, object)| shown(request, meta, object, "PartialObjectMetadataList;"))
        .collect();
    let mut meta = json!({"resourceVersion": "4711"});
    if rest > 0 {
        meta["continue"] = json!((start + part).to_string());
        meta["remainingItemCount"] = json!(rest);
    }
    let body = if wants(request, "PartialObjectMetadataList;") {
        json!({"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": meta, "items": items})
    } else {
        json!({"kind": "PodList", "apiVersion": "v1", "metadata": meta, "items": items})
    };
    Reply::Chunked(body.to_string(), 1000)
}

/// Whether metadata alone is asked for.
fn wants(request: &Request, kind: &str) -> bool {
    let accepts = request.headers.get("accept").map(String::as_str);
    accepts.is_some_and(|accepts| accepts.contains(&format!("as={kind}g=meta.k8s.io;v=v1")))
}

fn shown(request: &Request, meta: &ObjectMeta, object: &Value, kind: &str) -> Value {
    if wants(request, kind) {
        json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": meta})
    } else {
        object.clone()
    }
}

/// A refusal.
fn status(code: u16, reason: &str, message: String, of: Option<(&str, &str)>) -> Reply {
    let details = of.map(|(name, kind)| StatusDetails {
        name: Some(name.to_owned()),
        kind: Some(kind.to_owned()),
        ..StatusDetails::default()
    });
    let status = Status {
        status: Some("Failure".to_owned()),
        code: Some(code.into()),
        reason: Some(reason.to_owned()),
        message: Some(message),
        details,
        ..Status::default()
    };
    Reply::Json(code, serde_json::to_string(&status).unwrap())
}
