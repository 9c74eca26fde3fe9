//! Printing one field by its kind: as JSON, and for people.

mod tail;

use std::sync::LazyLock;

use tracehound_schema::record::{Record, State};
use tracehound_schema::{Field, Kind, Names, names, sigset};

use crate::calls;
use crate::clock::Clock;
use crate::text;

/// The largest integer that JSON readers keep exact.
const EXACT: u64 = 1 << 53;

/// Appends a field's value as JSON; returns whether bytes had to be escaped as not UTF-8.
pub fn json(
    out: &mut Vec<u8>,
    field: &Field,
    record: &Record<'_>,
    index: usize,
    clock: Clock,
) -> bool {
    let slot = record.slot(index).unwrap_or(0);
    match field.kind {
        Kind::I32 | Kind::I64 => signed(out, slot as i64),
        Kind::U32 | Kind::U64 | Kind::Pid | Kind::Uid | Kind::Size | Kind::Arg(_) => {
            unsigned(out, slot);
        }
        Kind::Bool => out.extend_from_slice(if slot == 0 { b"false" } else { b"true" }),
        Kind::SigSet => json_set(out, slot),
        Kind::Enum(table) => match table.name(slot as i64) {
            Some(name) => quoted(out, |out| out.extend_from_slice(name.as_bytes())),
            None => signed(out, slot as i64),
        },
        Kind::Str => {
            let bytes = record.tail(index).unwrap_or_default();
            out.push(b'"');
            let raw = text::json(out, bytes);
            out.push(b'"');
            return raw;
        }
        Kind::StrArray => return json_list(out, record.tail(index).unwrap_or_default()),
        Kind::Path => {
            out.push(b'"');
            let raw = text::json(out, &path_of(record, index));
            out.push(b'"');
            return raw;
        }
        Kind::Bytes => quoted(out, |out| {
            tail::bytes(out, record.tail(index).unwrap_or_default());
        }),
        Kind::SockAddr => {
            return tail::json_address(out, record.tail(index).unwrap_or_default());
        }
        Kind::Ip => quoted(out, |out| {
            tail::ip(out, record.tail(index).unwrap_or_default());
        }),
        Kind::Cred => tail::json_cred(out, record.tail(index).unwrap_or_default()),
        Kind::CapSet => tail::json_capabilities(out, slot),
        Kind::Time => quoted(out, |out| clock.write(slot, out)),
        Kind::WallTime => quoted(out, |out| Clock { boot: 0 }.write(slot, out)),
        Kind::Addr | Kind::Mode | Kind::Dev | Kind::Flags(_) | Kind::Signal | Kind::Handler => {
            quoted(out, |out| plain(out, &field.kind, slot));
        }
    }
    false
}

/// Appends a field's value for people; `strace` style where strace has one.
pub fn human(out: &mut Vec<u8>, field: &Field, record: &Record<'_>, index: usize, clock: Clock) {
    let slot = record.slot(index).unwrap_or(0);
    match field.kind {
        Kind::Time => clock.write_short(slot, out),
        Kind::WallTime => Clock { boot: 0 }.write(slot, out),
        Kind::Bytes => tail::bytes(out, record.tail(index).unwrap_or_default()),
        Kind::SockAddr => tail::human_address(out, record.tail(index).unwrap_or_default()),
        Kind::Ip => tail::ip(out, record.tail(index).unwrap_or_default()),
        Kind::Cred => tail::human_cred(out, record.tail(index).unwrap_or_default()),
        Kind::Str => text::quoted(out, record.tail(index).unwrap_or_default()),
        Kind::Path => text::quoted(out, &path_of(record, index)),
        Kind::StrArray => {
            out.push(b'[');
            for (number, item) in items(record.tail(index).unwrap_or_default()).enumerate() {
                if number > 0 {
                    out.extend_from_slice(b", ");
                }
                text::quoted(out, item);
            }
            out.push(b']');
        }
        _ => plain(out, &field.kind, slot),
    }
}

fn plain(out: &mut Vec<u8>, kind: &Kind, slot: u64) {
    match kind {
        Kind::I32 | Kind::I64 => text::number(out, slot as i64),
        Kind::Bool => out.extend_from_slice(if slot == 0 { b"false" } else { b"true" }),
        Kind::Addr if slot == 0 => out.extend_from_slice(b"NULL"),
        Kind::Addr => text::hex(out, slot),
        Kind::Mode => calls::mode(out, slot as u32),
        Kind::CapSet => tail::human_capabilities(out, slot),
        Kind::Dev => {
            text::number(out, slot >> 20);
            out.push(b':');
            text::number(out, slot & 0xf_ffff);
        }
        Kind::Enum(table) => match table.name(slot as i64) {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None => text::number(out, slot as i64),
        },
        Kind::Flags(table) => flags(out, table, slot),
        Kind::SigSet => strace_set(out, slot),
        Kind::Signal => match u8::try_from(slot) {
            Ok(signal) => signal_name(out, signal),
            Err(_) => text::number(out, slot),
        },
        Kind::Handler => match slot {
            0 => out.extend_from_slice(b"SIG_DFL"),
            1 => out.extend_from_slice(b"SIG_IGN"),
            handler => text::hex(out, handler),
        },
        _ => text::number(out, slot),
    }
}

/// Appends a signal's name; a number that is no signal stays a number.
pub fn signal_name(out: &mut Vec<u8>, signal: u8) {
    match sigset::name(signal) {
        None => text::number(out, signal),
        Some((word, count)) => {
            out.extend_from_slice(word.as_bytes());
            if let Some(count) = count {
                text::number(out, count);
            }
        }
    }
}

/// A signal's name ready to be copied, of `length` bytes.
#[derive(Clone, Copy)]
struct Word {
    text: [u8; 16],
    length: usize,
}

impl Word {
    fn new(parts: &[&[u8]]) -> Word {
        let whole = parts.concat();
        let mut text = [0; 16];
        text[..whole.len()].copy_from_slice(&whole);
        Word {
            text,
            length: whole.len(),
        }
    }

    /// The words of all signals, made of each one's name.
    fn all(make: impl Fn(&[u8]) -> Word) -> [Word; 64] {
        std::array::from_fn(|bit| {
            let mut name = Vec::new();
            signal_name(&mut name, bit as u8 + 1);
            make(&name)
        })
    }
}

/// `"SIGINT",` and so on.
static QUOTED: LazyLock<[Word; 64]> =
    LazyLock::new(|| Word::all(|name| Word::new(&[b"\"", name, b"\","])));
/// `INT ` and so on.
static SHORT: LazyLock<[Word; 64]> = LazyLock::new(|| {
    Word::all(|name| Word::new(&[name.strip_prefix(b"SIG").unwrap_or(name), b" "]))
});

/// Appends the words of a set's signals in brackets, the last without its separator.
fn words(out: &mut Vec<u8>, words: &[Word; 64], set: u64) {
    out.push(b'[');
    let mut rest = set;
    while rest != 0 {
        let word = &words[rest.trailing_zeros() as usize & 63];
        // A copy of fixed length and a cut are faster than a copy of the exact length.
        let end = out.len() + word.length;
        out.extend_from_slice(&word.text);
        out.truncate(end);
        rest &= rest - 1;
    }
    if set != 0 {
        out.pop();
    }
    out.push(b']');
}

/// Appends a set as a JSON list of names.
pub fn json_set(out: &mut Vec<u8>, set: u64) {
    words(out, &QUOTED, set);
}

/// A set of 64 signals as strace writes it.
pub fn strace_set(out: &mut Vec<u8>, set: u64) {
    strace_set_of(out, set, 64);
}

/// A set of `bits` signals as strace writes it: `[INT TERM]`, or `~[…]` with the missing ones when
/// two thirds or more are in it.
pub fn strace_set_of(out: &mut Vec<u8>, set: u64, bits: u32) {
    let all = u64::MAX >> (64 - bits);
    let inverted = (set & all).count_ones() >= bits * 2 / 3;
    if inverted {
        out.push(b'~');
    }
    words(out, &SHORT, if inverted { !set & all } else { set & all });
}

fn flags(out: &mut Vec<u8>, table: &Names, slot: u64) {
    let mut rest = slot;
    let mut first = true;
    for (bit, name) in table.rows {
        let bit = *bit as u64;
        if bit != 0 && rest & bit == bit {
            if !first {
                out.push(b'|');
            }
            out.extend_from_slice(name.as_bytes());
            rest &= !bit;
            first = false;
        }
    }
    if rest != 0 || first {
        if !first {
            out.push(b'|');
        }
        text::hex(out, rest);
    }
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// Appends an unsigned number; above 2^53 as a string.
pub fn unsigned(out: &mut Vec<u8>, value: u64) {
    if value > EXACT {
        quoted(out, |out| text::number(out, value));
    } else {
        text::number(out, value);
    }
}

/// Appends a signed number; beyond 2^53 either way as a string.
pub fn signed(out: &mut Vec<u8>, value: i64) {
    if value.unsigned_abs() > EXACT {
        quoted(out, |out| text::number(out, value));
    } else {
        text::number(out, value);
    }
}

/// Texts one after another, each ended by NUL; no bytes are no text, a lone NUL is an empty one.
pub fn items(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let texts = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    let all = texts.split(|byte| *byte == 0);
    all.filter(move |_| !bytes.is_empty())
}

pub fn json_list(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let mut raw = false;
    out.push(b'[');
    for (number, item) in items(bytes).enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.push(b'"');
        raw |= text::json(out, item);
        out.push(b'"');
    }
    out.push(b']');
    raw
}

/// The path in a field. Of one that is cut the names nearest to the root are missing: it does not
/// begin with a slash, so that it is not taken for another path. Nor does what is no path (`pipe:[1]`)
/// or cannot be reached from the root.
#[must_use]
pub fn path_of(record: &Record<'_>, index: usize) -> Vec<u8> {
    let tail = record.tail(index).unwrap_or_default();
    let mut path = path(tail);
    if !is_text(tail) && (record.state(index) == State::Cut || path.starts_with(b"/(unreachable)"))
    {
        path.remove(0);
    }
    path
}

/// Whether what a path's field holds is no path but text.
#[must_use]
pub const fn is_text(tail: &[u8]) -> bool {
    matches!(tail, [0, _, ..])
}

/// A path from its names, last to first, or the text of what is none.
#[must_use]
pub fn path(bytes: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(bytes.len() + 1);
    path_into(&mut path, bytes);
    path
}

/// The same into memory that is there.
pub fn path_into(path: &mut Vec<u8>, bytes: &[u8]) {
    path.clear();
    if is_text(bytes) {
        let text = &bytes[1..];
        path.extend_from_slice(text.strip_suffix(b"\0").unwrap_or(text));
        return;
    }
    let texts = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    let names = texts.rsplit(|byte| *byte == 0);
    for name in names.filter(|name| !name.is_empty()) {
        path.push(b'/');
        path.extend_from_slice(name);
    }
    if path.is_empty() {
        path.push(b'/');
    }
}

/// Appends the name of the error that a negative return value stands for, if it has one.
#[must_use]
pub fn error_name(ret: i64) -> Option<&'static str> {
    if (-4095..0).contains(&ret) {
        names::ERRNO.name(-ret)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::shown;

    #[test]
    fn sets_read_as_strace_writes_them() {
        let set = |set, bits| shown(|out| strace_set_of(out, set, bits));
        assert_eq!(set(0, 64), "[]");
        assert_eq!(set(0x4002, 64), "[INT TERM]");
        assert_eq!(set(1 << 31 | 1 << 33, 64), "[RTMIN RT_2]");
        assert_eq!(set(!0x4002, 64), "~[INT TERM]");
        assert_eq!(set(u64::MAX, 64), "~[]");
        // Two thirds of 64 are 42, of the legacy call's 32 they are 21.
        assert!(set((1 << 42) - 1, 64).starts_with("~[RT_11 "));
        assert!(set((1 << 41) - 1, 64).starts_with("[HUP "));
        assert!(set((1 << 21) - 1, 32).starts_with("~[TTOU "));
        assert!(set((1 << 20) - 1, 32).starts_with("[HUP "));
    }

    #[test]
    fn no_arguments_are_no_text_and_an_empty_one_is_one() {
        assert_eq!(items(b"").count(), 0);
        assert_eq!(items(b"\0").collect::<Vec<_>>(), [b""]);
        assert_eq!(items(b"a\0\0").collect::<Vec<_>>(), [&b"a"[..], b""]);
    }

    #[test]
    fn numbers_that_are_no_signal_stay_what_they_are() {
        assert_eq!(shown(|out| plain(out, &Kind::Signal, 15)), "SIGTERM");
        assert_eq!(shown(|out| plain(out, &Kind::Signal, 256)), "256");
    }

    #[test]
    fn paths_are_put_in_order() {
        assert_eq!(path(b"bash\0bin\0usr\0"), b"/usr/bin/bash");
        assert_eq!(path(b""), b"/");
    }

    #[test]
    fn what_is_no_path_has_no_slash() {
        let shown = |tail: &[u8]| {
            let builder = tracehound_schema::record::Builder::new(1, 1, Default::default());
            let bytes = builder.tail(0, tail).build();
            path_of(&Record::split(&bytes).unwrap().0, 0)
        };
        assert_eq!(shown(b"\0pipe:[4711]\0"), b"pipe:[4711]");
        assert_eq!(shown(b"a\0b\0(unreachable)\0"), b"(unreachable)/b/a");
        assert_eq!(shown(b"a (deleted)\0tmp\0"), b"/tmp/a (deleted)");
    }

    #[test]
    fn unknown_flag_bits_stay_numbers() {
        let table = &names::SA_FLAGS;
        assert_eq!(
            shown(|out| flags(out, table, 0x0400_0004)),
            "SA_RESTORER|SA_SIGINFO"
        );
        assert_eq!(shown(|out| flags(out, table, 0x14)), "SA_SIGINFO|0x10");
        assert_eq!(shown(|out| flags(out, table, 0)), "0x0");
    }

    #[test]
    fn large_numbers_are_strings_in_json() {
        assert_eq!(shown(|out| unsigned(out, 1 << 53)), "9007199254740992");
        assert_eq!(
            shown(|out| unsigned(out, u64::MAX)),
            "\"18446744073709551615\""
        );
        assert_eq!(shown(|out| signed(out, -22)), "-22");
    }
}
