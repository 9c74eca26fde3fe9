//! The JSON Schema of who did it: processes, containers, pods.

use serde_json::{Value, json};

use super::forms::{object, time};

/// The thread and its process.
pub fn process() -> Value {
    let number = json!({"type": "integer", "minimum": 0});
    let text = json!({"type": "string"});
    let ids = [
        "pid",
        "tid",
        "ppid",
        "host_pid",
        "host_tid",
        "host_ppid",
        "uid",
        "gid",
    ];
    let mut rows: Vec<_> = ids.map(|name| (name, number.clone())).to_vec();
    rows.extend([
        ("comm", text.clone()),
        ("exe", text.clone()),
        ("exe_sha256", text.clone()),
        ("start", time()),
    ]);
    rows.extend([("id", text.clone()), ("leader_id", text)]);
    rows.extend([("pid_ns", number.clone()), ("mnt_ns", number.clone())]);
    rows.extend([("login_uid", number.clone()), ("session", number)]);
    for name in ["tty", "hostname", "user", "group"] {
        rows.push((name, json!({"type": "string"})));
    }
    rows.push((
        "exe_package",
        json!({"anyOf": [package(), {"type": "null"}]}),
    ));
    object(
        &rows,
        &[
            "pid",
            "tid",
            "host_pid",
            "host_tid",
            "comm",
            "start",
            "id",
            "leader_id",
        ],
    )
}

/// The package that a program is of.
fn package() -> Value {
    let names = ["manager", "name", "version", "architecture"];
    object(&names.map(|name| (name, json!({"type": "string"}))), &names)
}

/// Labels of a container or pod, by key.
fn labels() -> Value {
    json!({"type": "object", "additionalProperties": {"type": "string"}})
}

/// A process that created the event's, or one above it; of some only the id is known.
pub fn ancestor() -> Value {
    let text = json!({"type": "string"});
    let rows = [
        ("id", text.clone()),
        ("pid", json!({"type": "integer", "minimum": 1})),
        ("comm", text.clone()),
        ("exe", text.clone()),
        ("argv", json!({"type": "array", "items": text})),
        ("argv_cut", json!({"const": true})),
        ("argv_redacted", json!({"const": true})),
    ];
    object(&rows, &["id", "pid"])
}

/// The parent process.
pub fn parent() -> Value {
    object(&[("id", json!({"type": "string"}))], &["id"])
}

/// The container; its id is always known.
pub fn container() -> Value {
    called(&["id", "name", "image", "image_digest", "runtime"], &["id"])
}

/// The pod, as far as it is known.
pub fn pod() -> Value {
    called(
        &[
            "pod_name",
            "pod_namespace",
            "pod_uid",
            "pod_owner_kind",
            "pod_owner_name",
        ],
        &[],
    )
}

/// Texts of these names, and labels.
fn called(names: &[&'static str], required: &[&str]) -> Value {
    let texts = names.iter().map(|name| (*name, json!({"type": "string"})));
    let rows: Vec<_> = texts.chain([("labels", labels())]).collect();
    object(&rows, required)
}
