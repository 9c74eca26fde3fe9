//! `container` and `k8s` of a process.

use crate::cgroups::{Inside, Word};
use crate::text;
use crate::value;

/// A key and the text behind it, if there is one.
type Row<'t> = (&'static str, Option<&'t [u8]>);

/// Appends what a container and its pod are called by, each object with its comma in front.
pub fn write(out: &mut Vec<u8>, inside: &Inside, with_labels: bool) {
    let container = &inside.container;
    let called = inside.called.as_deref();
    let word = |word| called.and_then(|called| called.text(word));
    let labels = |kind| word(kind).filter(|_| with_labels);
    let rows = [
        ("id", Some(container.id.as_bytes())),
        ("name", word(Word::Name)),
        ("image", word(Word::Image)),
        ("image_digest", word(Word::ImageDigest)),
        ("runtime", container.runtime.map(str::as_bytes)),
    ];
    object(out, "container", &rows, labels(Word::Labels));
    let uid = container.pod.as_deref().map(str::as_bytes);
    let rows = [
        ("pod_name", word(Word::PodName)),
        ("pod_namespace", word(Word::PodNamespace)),
        ("pod_uid", uid.or(word(Word::PodUid))),
        ("pod_owner_kind", word(Word::PodOwnerKind)),
        ("pod_owner_name", word(Word::PodOwnerName)),
    ];
    if rows.iter().any(|row| row.1.is_some()) {
        object(out, "k8s", &rows, labels(Word::PodLabels));
    }
}

fn object(out: &mut Vec<u8>, name: &str, rows: &[Row<'_>], labels: Option<&[u8]>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":{");
    let mut comma = &b"\""[..];
    for (key, bytes) in rows {
        let Some(bytes) = bytes else { continue };
        out.extend_from_slice(comma);
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":\"");
        text::json(out, bytes);
        out.push(b'"');
        comma = b",\"";
    }
    if let Some(labels) = labels.filter(|labels| !labels.is_empty()) {
        out.extend_from_slice(b",\"labels\":{");
        self::labels(out, labels);
        out.push(b'}');
    }
    out.push(b'}');
}

/// `KEY=VALUE` each: keys have no `=` in any engine's labels that other tools can read.
fn labels(out: &mut Vec<u8>, all: &[u8]) {
    for (number, label) in value::items(all).enumerate() {
        let end = label.iter().position(|byte| *byte == b'=');
        let (key, rest) = label.split_at(end.unwrap_or(label.len()));
        out.extend_from_slice(if number == 0 { b"\"" } else { b",\"" });
        text::json(out, key);
        out.extend_from_slice(b"\":\"");
        text::json(out, rest.get(1..).unwrap_or_default());
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_an_object_whose_texts_are_escaped() {
        let mut out = Vec::new();
        labels(&mut out, b"a=b=c\0\x1b\"=x\0none\0");
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, r#""a":"b=c","\u001b\"":"x","none":"""#);
    }
}
