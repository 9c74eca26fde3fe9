//! The records of what is told of containers and their pods.

use std::collections::BTreeMap;

use tracehound_engine::Container;
use tracehound_kubernetes::Pod;
use tracehound_probes::Made;
use tracehound_runtimes::Named;
use tracehound_schema::Event;
use tracehound_schema::record::Header;

/// What a field of a record gets.
pub enum Value {
    Text(Vec<u8>),
    Number(u64),
    Absent,
    Unread,
}

/// A record of the thread that made the container's cgroup.
pub fn of(
    event: &'static Event,
    aside: bool,
    header: &Header,
    value: impl Fn(&str) -> Value,
) -> Made {
    let mut made = Made::new(event).aside(aside);
    let mut record = made.follow(header);
    for (index, field) in event.fields.iter().enumerate() {
        record = match value(field.name) {
            Value::Text(text) => record.tail(index, &text),
            Value::Number(number) => record.slot(index, number),
            Value::Absent => record.absent(index),
            Value::Unread => record.unread(index),
        };
    }
    made.put(record);
    made
}

fn text(text: Option<&str>) -> Value {
    text.map_or(Value::Absent, |text| Value::Text(text.into()))
}

/// A field of `container_named`.
pub fn of_container(field: &str, container: &Container, named: &Result<Named, String>) -> Value {
    let pod = named.as_ref().ok().and_then(|named| named.pod.as_ref());
    match field {
        "runtime" => return text(container.runtime),
        "container_id" => return text(Some(&container.id)),
        "why" => return text(named.as_ref().err().map(String::as_str)),
        "pod_uid" => {
            let told = pod.and_then(|pod| pod.uid.as_deref());
            return text(container.pod.as_deref().or(told));
        }
        _ => {}
    }
    let Ok(named) = named else {
        return Value::Unread;
    };
    match field {
        "container_name" => text(named.name.as_deref()),
        "container_image" => text(named.image.as_deref()),
        "container_image_digest" => text(named.image_digest.as_deref()),
        "labels" => Value::Text(list(&named.labels)),
        "pod_name" => text(pod.and_then(|pod| pod.name.as_deref())),
        "pod_namespace" => text(pod.and_then(|pod| pod.namespace.as_deref())),
        "pod_labels" => Value::Text(pod.map(|pod| list(&pod.labels)).unwrap_or_default()),
        _ => named
            .sandbox
            .map_or(Value::Absent, |is| Value::Number(u64::from(is))),
    }
}

/// A field of `pod_named`, of a container of the pod; `uid` is what its kubelet calls the pod.
pub fn of_pod(field: &str, id: &str, uid: Option<&str>, pod: &Result<Pod, String>) -> Value {
    match field {
        "container_id" => return text(Some(id)),
        "pod_uid" => return text(uid),
        _ => {}
    }
    let pod = match pod {
        Ok(pod) => pod,
        Err(why) if field == "why" => return text(Some(why)),
        Err(_) => return Value::Unread,
    };
    match (field, &pod.owner) {
        ("pod_name", _) => text(Some(&pod.name)),
        ("pod_namespace", _) => text(Some(&pod.namespace)),
        ("pod_labels", _) => Value::Text(list(&pod.labels)),
        ("pod_owner_kind", Ok(owner)) => text(Some(&owner.kind)),
        ("pod_owner_name", Ok(owner)) => text(Some(&owner.name)),
        ("why", Err(why)) => text(Some(&why.to_string())),
        ("why", Ok(_)) => Value::Absent,
        _ => Value::Unread,
    }
}

/// `KEY=VALUE` each, ended by NUL.
fn list(labels: &BTreeMap<String, String>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in labels {
        bytes.extend_from_slice(key.as_bytes());
        bytes.push(b'=');
        bytes.extend_from_slice(value.as_bytes());
        bytes.push(0);
    }
    bytes
}
