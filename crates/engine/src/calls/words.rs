//! Symbolic values: names for numbers, joined by `|`.

use tracehound_schema::Names;
use tracehound_schema::types::{Part, Type};

use super::bpf;
use super::call::{Number, mask};
use super::network::request;
use crate::{text, value};

/// What the formats write differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A number without a name is that number.
    Json,
    /// It has a comment with the names' prefix: `0x7 /* SIG_??? */`.
    Strace,
}

/// The name of a value that is stored in `bits` bits.
pub fn name(table: &Names, number: Number) -> Option<&'static str> {
    let bits = mask(number.bits);
    let found = table
        .rows
        .iter()
        .find(|row| row.0 as u64 & bits == number.value);
    found.map(|row| row.1)
}

/// Appends a symbolic value.
pub fn write(out: &mut Vec<u8>, kind: &Type, number: Number, dialect: Dialect) {
    match kind {
        Type::Enum(table) => match name(table, number) {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None if dialect == Dialect::Json => text::number(out, number.signed()),
            None => unknown(out, table, number.value),
        },
        Type::Flags(table) => flags(out, table, number, dialect),
        Type::Parts(parts) => whole(out, parts, number, dialect),
        Type::Signal => signal(out, number),
        Type::Mode => mode(out, number.value as u32),
        Type::Handler => handler(out, number),
        Type::IoctlRequest(_) => request(out, number.value as u32),
        Type::Operation(machine) => bpf::operation(out, *machine, number.value as u16, dialect),
        _ => text::hex(out, number.value),
    }
}

/// Appends a hardware address: two digits for each byte, with colons between them.
pub fn hardware(out: &mut Vec<u8>, address: &[u8]) {
    for (index, byte) in address.iter().enumerate() {
        if index > 0 {
            out.push(b':');
        }
        out.extend_from_slice(&[text::nibble(byte >> 4), text::nibble(byte & 15)]);
    }
}

fn signal(out: &mut Vec<u8>, number: Number) {
    match u8::try_from(number.value) {
        Ok(signal) => value::signal_name(out, signal),
        Err(_) => text::number(out, number.signed()),
    }
}

fn handler(out: &mut Vec<u8>, number: Number) {
    match number.value {
        0 => out.extend_from_slice(b"SIG_DFL"),
        1 => out.extend_from_slice(b"SIG_IGN"),
        _ if number.signed() == -1 => out.extend_from_slice(b"SIG_ERR"),
        handler => text::hex(out, handler),
    }
}

/// A value that its table does not have: `0x7 /* SIG_??? */`.
pub fn unknown(out: &mut Vec<u8>, table: &Names, value: u64) {
    plain_hex(out, value);
    out.extend_from_slice(b" /* ");
    let prefix = table.rows.first().and_then(|row| row.1.split_once('_'));
    out.extend_from_slice(prefix.map_or("", |prefix| prefix.0).as_bytes());
    out.extend_from_slice(b"_??? */");
}

/// Hexadecimal as C's `%#x` has it: zero without `0x`.
pub fn plain_hex(out: &mut Vec<u8>, value: u64) {
    if value == 0 {
        out.push(b'0');
    } else {
        text::hex(out, value);
    }
}

fn flags(out: &mut Vec<u8>, table: &Names, number: Number, dialect: Dialect) {
    let start = out.len();
    let rest = known(out, table, number);
    if rest != 0 {
        if out.len() > start {
            out.push(b'|');
            text::hex(out, rest);
        } else if dialect == Dialect::Strace {
            unknown(out, table, rest);
        } else {
            text::hex(out, rest);
        }
    } else if out.len() == start {
        match name(table, number) {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None if dialect == Dialect::Json => out.extend_from_slice(b"0x0"),
            None => out.push(b'0'),
        }
    }
}

/// Appends the names of bits that have one; gives the other bits.
fn known(out: &mut Vec<u8>, table: &Names, number: Number) -> u64 {
    let start = out.len();
    let bits = mask(number.bits);
    let mut rest = number.value;
    for (bit, name) in table.rows {
        let bit = *bit as u64 & bits;
        if bit != 0 && rest & bit == bit {
            if out.len() > start {
                out.push(b'|');
            }
            out.extend_from_slice(name.as_bytes());
            rest &= !bit;
            if rest == 0 {
                break;
            }
        }
    }
    rest
}

/// A word of several parts: those that are not zero, or that have a name for zero.
fn whole(out: &mut Vec<u8>, parts: &[Part], number: Number, dialect: Dialect) {
    let start = out.len();
    let mut rest = number.value;
    for part in parts {
        let value = Number::new(number.value & part.mask, number.bits);
        rest &= !part.mask;
        let named = match part.kind {
            Type::Enum(table) => name(table, value).is_some(),
            Type::Mode => true,
            _ => false,
        };
        if value.value == 0 && !named {
            continue;
        }
        if out.len() > start {
            out.push(b'|');
        }
        match part.kind {
            Type::Enum(_) if !named => text::hex(out, value.value),
            // Beside other parts nothing is said of what a number may have been.
            kind => write(out, &kind, value, Dialect::Json),
        }
    }
    if rest != 0 {
        if out.len() > start {
            out.push(b'|');
        }
        text::hex(out, rest);
    }
    if out.len() == start {
        out.extend_from_slice(if dialect == Dialect::Json {
            b"0x0"
        } else {
            b"0"
        });
    }
}

/// Appends type and permissions of a file.
pub fn mode(out: &mut Vec<u8>, mode: u32) {
    const TYPES: [(u32, &str); 7] = [
        (0o140_000, "S_IFSOCK"),
        (0o120_000, "S_IFLNK"),
        (0o100_000, "S_IFREG"),
        (0o060_000, "S_IFBLK"),
        (0o040_000, "S_IFDIR"),
        (0o020_000, "S_IFCHR"),
        (0o010_000, "S_IFIFO"),
    ];
    const SPECIAL: [(u32, &str); 3] = [
        (0o4000, "S_ISUID|"),
        (0o2000, "S_ISGID|"),
        (0o1000, "S_ISVTX|"),
    ];
    let kind = TYPES.iter().find(|row| row.0 == mode & 0o170_000);
    let mut rest = mode;
    if let Some((bits, name)) = kind {
        out.extend_from_slice(name.as_bytes());
        out.push(b'|');
        rest &= !bits;
        for (bit, name) in SPECIAL {
            if rest & bit != 0 {
                out.extend_from_slice(name.as_bytes());
                rest &= !bit;
            }
        }
    }
    octal(out, u64::from(rest), 3);
}

/// Appends a number in octal as C's `%#0*o` has it: a leading zero, and at least so many digits.
pub fn octal(out: &mut Vec<u8>, value: u64, width: usize) {
    let digits = (64 - value.leading_zeros()).div_ceil(3) as usize;
    let places = (digits + 1).max(width);
    for place in (0..places).rev() {
        let shifted = value.checked_shr(place as u32 * 3).unwrap_or(0);
        out.push(b'0' + (shifted & 7) as u8);
    }
}

/// A time in ticks of the system's clock, of which a second has 100: `3 /* 0.03 s */`.
pub fn ticks(out: &mut Vec<u8>, ticks: i64) {
    text::number(out, ticks);
    if ticks != 0 {
        let (seconds, rest) = (ticks / 100, ticks.unsigned_abs() % 100);
        let words = format!(" /* {seconds}.{rest:02} s */");
        out.extend_from_slice(words.as_bytes());
    }
}
