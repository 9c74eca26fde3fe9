//! The JSON Schema of values, by their kind.

use serde_json::{Map, Value, json};
use tracehound_schema::Kind;
use tracehound_schema::record::CredFacts;

use super::argument;

/// An object with these keys and no others.
pub fn object(rows: &[(&str, Value)], required: &[&str]) -> Value {
    let rows: Map<_, _> = rows
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect();
    json!({"type": "object", "properties": rows, "required": required, "additionalProperties": false})
}

/// A number that may be negative; a string where it is beyond 2^53.
pub fn signed() -> Value {
    json!({"anyOf": [
        {"type": "integer", "minimum": -EXACT, "maximum": EXACT},
        text("^-?[0-9]{16,19}$"),
    ]})
}

/// A number that is not negative; a string where it exceeds 2^53.
pub fn unsigned() -> Value {
    json!({"anyOf": [
        {"type": "integer", "minimum": 0, "maximum": EXACT},
        text("^[0-9]{16,20}$"),
    ]})
}

const EXACT: i64 = 1 << 53;

/// A time, UTC, to the nanosecond.
pub fn time() -> Value {
    json!({"type": "string", "format": "date-time",
        "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z$"})
}

/// A number in hexadecimal digits.
pub fn hex() -> Value {
    json!({"type": "string", "pattern": "^0x[0-9a-f]+$"})
}

/// A text of this form.
pub fn text(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

/// Names of bits, and a number for those without.
pub fn flags() -> Value {
    text(r"^([A-Za-z0-9_]+(<<[A-Z_]+)?\|)*([A-Za-z0-9_]+(<<[A-Z_]+)?|0x[0-9a-f]+)$")
}

/// The form of a field's value.
pub fn kind(kind: &Kind) -> Value {
    match kind {
        Kind::I32 | Kind::I64 => signed(),
        Kind::U32 | Kind::U64 | Kind::Pid | Kind::Uid | Kind::Size => unsigned(),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::SigSet => {
            json!({"type": "array", "items": text("^SIG[A-Z0-9_]+$"), "uniqueItems": true})
        }
        Kind::Enum(table) => {
            let names: Vec<_> = table.rows.iter().map(|row| row.1).collect();
            let mut any = signed();
            if let Some(any) = any["anyOf"].as_array_mut() {
                any.insert(0, json!({"enum": names}));
            }
            any
        }
        Kind::Flags(_) => flags(),
        Kind::Signal => text("^(SIG[A-Z0-9_]+|[0-9]+)$"),
        Kind::Handler => text("^(SIG_DFL|SIG_IGN|0x[0-9a-f]+)$"),
        Kind::Addr => text("^(NULL|0x[0-9a-f]+)$"),
        Kind::Dev => text("^[0-9]+:[0-9]+$"),
        Kind::Time | Kind::WallTime => time(),
        Kind::Mode => text("^(S_IF[A-Z]+\\|)?(S_IS[A-Z]+\\|)*0[0-7]*$"),
        Kind::Bytes => text("^([0-9a-f]{2})*$"),
        Kind::SockAddr => argument::socket_address(),
        Kind::Ip => json!({"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}),
        Kind::CapSet => capabilities(),
        Kind::Cred => credentials(),
        Kind::Str | Kind::Path => json!({"type": "string"}),
        Kind::StrArray => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Arg(_) => json!({}),
    }
}

/// A set of capabilities; bits without a name are one number.
fn capabilities() -> Value {
    json!({"type": "array", "items": text("^(CAP_[A-Z_]+|0x[0-9a-f]+)$"), "uniqueItems": true})
}

fn credentials() -> Value {
    let numbers = CredFacts::NUMBERS.map(|name| match name {
        "securebits" => (name, flags()),
        _ => (name, unsigned()),
    });
    let sets = CredFacts::SETS.map(|name| (name, capabilities()));
    let rows: Vec<_> = numbers.into_iter().chain(sets).collect();
    let names: Vec<_> = rows.iter().map(|row| row.0).collect();
    object(&rows, &names)
}
