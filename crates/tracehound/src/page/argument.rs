//! The JSON Schema of a system call's argument, from its type.

use serde_json::{Map, Value, json};
use tracehound_schema::Names;
use tracehound_schema::names::socket;
use tracehound_schema::syscalls::Syscall;
use tracehound_schema::syscalls::multiplexed::MULTIPLEXED;
use tracehound_schema::types::{By, Struct, Type};

use super::forms::{flags, hex, object, signed, text, unsigned};

/// How deep structures are described; those that point at their like have no end.
const DEPTH: u8 = 8;

/// The arguments of a call, whichever convention it is made under.
pub fn all(call: &Syscall) -> Map<String, Value> {
    let mut found: Vec<(&str, Vec<Value>)> = Vec::new();
    let forms = MULTIPLEXED.iter().filter_map(|row| row.told_as(call));
    let own = call.args.iter().chain(call.args32.unwrap_or_default());
    for arg in own.chain(forms.flat_map(|form| form.args)) {
        let schema = of(&arg.kind, 0);
        match found.iter_mut().find(|row| row.0 == arg.name) {
            Some(row) if row.1.contains(&schema) => {}
            Some(row) => row.1.push(schema),
            None => found.push((arg.name, vec![schema])),
        }
    }
    let merged = |(name, schemas): (&str, Vec<Value>)| (name.to_owned(), any(schemas));
    found.into_iter().map(merged).collect()
}

/// Whether the call overwrites what an argument points at.
pub fn overwrites(kind: &Type) -> bool {
    match kind {
        Type::By(by) => {
            let cases = by.cases.iter().map(|case| &case.kind);
            cases.chain([&by.other]).any(overwrites)
        }
        kind => matches!(kind, Type::InOut(_)),
    }
}

/// The result of a call: a negative number if it failed.
pub fn result(call: &Syscall) -> Value {
    any(vec![signed(), of(&call.ret, 0)])
}

fn any(mut schemas: Vec<Value>) -> Value {
    schemas.dedup();
    match schemas.pop() {
        Some(one) if schemas.is_empty() => one,
        Some(last) => {
            schemas.push(last);
            json!({"anyOf": schemas})
        }
        None => json!({}),
    }
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

fn of(kind: &Type, depth: u8) -> Value {
    if depth > DEPTH {
        return json!({});
    }
    match kind {
        Type::In(inner)
        | Type::Out(inner)
        | Type::InOut(inner)
        | Type::Found(inner)
        | Type::Left(inner) => of(inner, depth + 1),
        Type::Records(structure, _) => list(&members(structure, depth + 1)),
        Type::Split(inner) | Type::Wide(_, inner) | Type::Net(inner) => of(inner, depth),
        Type::By(by) => choice(by, depth),
        Type::Struct(structure) => {
            let mut forms = vec![members(structure, depth + 1)];
            forms.extend(structure.compat.map(|compat| members(compat, depth + 1)));
            any(forms)
        }
        Type::Inline(inner, _) | Type::Array(inner, _) => list(&of(inner, depth + 1)),
        Type::IoVec(..) => list(&vector()),
        Type::MsgHdr => message(),
        Type::MmsgHdr(..) => list(&object(
            &[("msg_hdr", message()), ("msg_len", unsigned())],
            &[],
        )),
        kind => simple(kind),
    }
}

fn simple(kind: &Type) -> Value {
    match kind {
        Type::I16 | Type::I32 | Type::I64 | Type::Long | Type::Loff | Type::Pid => signed(),
        Type::Uid | Type::Gid | Type::Seconds | Type::Fd => signed(),
        Type::DirFd => any(vec![json!({"const": "AT_FDCWD"}), signed()]),
        Type::Hex(_) => hex(),
        Type::Octal(_) => text("^0[0-7]*$"),
        Type::Addr => text("^(NULL|0x[0-9a-f]+)$"),
        Type::Mode => text(r"^(S_[A-Z]+\|)*0[0-7]+$"),
        Type::Dev => text("^[0-9]+:[0-9]+$"),
        Type::Enum(table) => named(table),
        Type::Flags(_) | Type::Parts(_) => flags(),
        Type::Signal => text("^(SIG[A-Z0-9_]+|-?[0-9]+)$"),
        Type::Handler => text("^(SIG_DFL|SIG_IGN|SIG_ERR|0x[0-9a-f]+)$"),
        Type::WaitStatus => wait_status(),
        Type::Chars(_) | Type::Raw(_) | Type::Text | Type::Path | Type::Bytes(_) => {
            json!({"type": "string"})
        }
        Type::Strings => list(&json!({"type": "string"})),
        Type::SockAddr(_) => socket_address(),
        Type::SigSet(_) => {
            json!({"type": "array", "items": text("^SIG[A-Z0-9_]+$"), "uniqueItems": true})
        }
        Type::FdSet(_) | Type::BitSet(_) => list(&unsigned()),
        Type::Ticks | Type::Low => signed(),
        Type::Limit(table) => any(vec![named(table), unsigned()]),
        Type::Inet => json!({"type": "string", "format": "ipv4"}),
        Type::Inet6 => json!({"type": "string", "format": "ipv6"}),
        Type::Hardware(_) => text("^[0-9a-f]{2}(:[0-9a-f]{2})*$"),
        Type::IoctlRequest(_) => text(r"^([A-Za-z0-9_]+|_IOC\([A-Z_|]+(, (0|0x[0-9a-f]+)){3}\))$"),
        Type::PathOf(_) | Type::TextBehind => json!({"type": "string"}),
        Type::Operation(_) => flags(),
        Type::Nibble(_, inner) => simple(inner),
        _ => unsigned(),
    }
}

fn choice(by: &By, depth: u8) -> Value {
    let mut schemas = Vec::new();
    for kind in by.cases.iter().map(|case| &case.kind).chain([&by.other]) {
        let schema = of(kind, depth);
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    any(schemas)
}

fn members(structure: &Struct, depth: u8) -> Value {
    let mut rows = Vec::new();
    gather(structure, depth, &mut rows);
    object(&rows, &[])
}

/// The members as they are named in the output: those of unnamed ones count as the outer one's, and
/// one that several choices have takes what any of them has.
fn gather(structure: &Struct, depth: u8, rows: &mut Vec<(&'static str, Value)>) {
    if depth > DEPTH {
        return;
    }
    for member in structure.members {
        match (member.name, &member.kind) {
            ("", _) => {}
            ("_", kind) => unnamed(kind, depth + 1, rows),
            (name, kind) => {
                let schema = of(kind, depth);
                match rows.iter_mut().find(|row| row.0 == name) {
                    Some(row) if row.1 == schema => {}
                    Some(row) => row.1 = any(vec![row.1.take(), schema]),
                    None => rows.push((name, schema)),
                }
            }
        }
    }
}

fn unnamed(kind: &Type, depth: u8, rows: &mut Vec<(&'static str, Value)>) {
    match kind {
        Type::Struct(inner) => gather(inner, depth, rows),
        Type::By(by) if depth <= DEPTH => {
            for kind in by.cases.iter().map(|case| &case.kind).chain([&by.other]) {
                unnamed(kind, depth + 1, rows);
            }
        }
        _ => {}
    }
}

fn named(table: &Names) -> Value {
    let names: Vec<_> = table.rows.iter().map(|row| row.1).collect();
    any(vec![json!({"enum": names}), signed()])
}

fn vector() -> Value {
    let text = json!({"type": "string"});
    object(&[("iov_base", text), ("iov_len", unsigned())], &["iov_len"])
}

fn message() -> Value {
    let data = json!({"anyOf": [
        {"type": "string"},
        list(&signed()),
        object(&["pid", "uid", "gid", "tv_sec", "tv_usec", "tv_nsec"].map(|name| (name, signed())), &[]),
    ]});
    let control = object(
        &[
            ("cmsg_len", unsigned()),
            ("cmsg_level", named(&socket::LEVEL)),
            ("cmsg_type", any(vec![named(&socket::CONTROL), hex()])),
            ("cmsg_data", data),
        ],
        &["cmsg_len", "cmsg_level", "cmsg_type"],
    );
    object(
        &[
            ("msg_name", socket_address()),
            ("msg_namelen", signed()),
            ("msg_iov", list(&vector())),
            ("msg_iovlen", unsigned()),
            ("msg_control", list(&control)),
            ("msg_controllen", unsigned()),
            ("msg_flags", flags()),
        ],
        &["msg_namelen", "msg_iovlen", "msg_controllen", "msg_flags"],
    )
}

pub(super) fn socket_address() -> Value {
    let string = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    let rows = [
        ("sa_family", named(&socket::FAMILY)),
        ("sun_path", string()),
        ("sin_port", number()),
        ("sin_addr", json!({"type": "string", "format": "ipv4"})),
        ("sin6_port", number()),
        ("sin6_flowinfo", number()),
        ("sin6_addr", json!({"type": "string", "format": "ipv6"})),
        ("sin6_scope_id", number()),
        ("nl_pid", number()),
        ("nl_groups", hex()),
        ("sll_protocol", number()),
        ("sll_ifindex", signed()),
        ("sll_hatype", number()),
        ("sll_pkttype", named(&socket::PACKET)),
        ("sll_halen", number()),
        ("sll_addr", string()),
        ("svm_port", number()),
        ("svm_cid", number()),
        ("salg_type", string()),
        ("salg_feat", hex()),
        ("salg_mask", hex()),
        ("salg_name", string()),
        ("hci_dev", number()),
        ("hci_channel", number()),
        ("sco_bdaddr", string()),
        ("rc_bdaddr", string()),
        ("rc_channel", number()),
        ("l2_psm", number()),
        ("l2_bdaddr", string()),
        ("l2_cid", number()),
        ("l2_bdaddr_type", number()),
        ("sa_data", string()),
    ];
    object(&rows, &["sa_family"])
}

fn wait_status() -> Value {
    let signal = text("^(SIG[A-Z0-9_]+|[0-9]+)$");
    let yes = json!({"const": true});
    any(vec![
        object(&[("exited", unsigned())], &["exited"]),
        object(
            &[("signaled", signal.clone()), ("core", yes.clone())],
            &["signaled"],
        ),
        object(&[("stopped", signal)], &["stopped"]),
        object(&[("continued", yes)], &["continued"]),
    ])
}

/// What a descriptor stands for.
pub fn file() -> Value {
    let string = || json!({"type": "string"});
    let socket = object(
        &[
            ("family", named(&socket::FAMILY)),
            ("type", named(&socket::KIND)),
            ("protocol", named(&socket::PROTOCOL)),
            ("inode", unsigned()),
            ("local", string()),
            ("remote", string()),
            ("path", string()),
        ],
        &["family", "type", "protocol", "inode"],
    );
    let file = [
        ("path", string()),
        ("dev", text("^[0-9]+:[0-9]+$")),
        ("inode", unsigned()),
    ];
    any(vec![
        object(&file, &["path", "dev", "inode"]),
        object(&[("socket", socket)], &["socket"]),
    ])
}
