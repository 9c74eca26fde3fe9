//! Fields whose tail is neither text nor a list: bytes, socket addresses, credentials.

use std::net::{Ipv4Addr, Ipv6Addr};

use tracehound_schema::names::{CAPABILITY, SECUREBITS};
use tracehound_schema::record::CredFacts;

use crate::calls::{Address, Human, Json, Notes, Style};
use crate::text;

/// Appends bytes as hexadecimal digits.
pub fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// Appends a socket address as a JSON object; returns whether bytes of it are not UTF-8.
pub fn json_address(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let mut notes = Notes::default();
    Address::new(&mut Json::new(out, &mut notes)).tell(bytes, true);
    !notes.raw.is_empty()
}

/// Appends a socket address as strace writes it.
pub fn human_address(out: &mut Vec<u8>, bytes: &[u8]) {
    Address::new(&mut Human::new(out, Style::PLAIN)).tell(bytes, true);
}

/// Appends a host's address. One of IPv4 in the form of IPv6 stays in that form (`::ffff:1.2.3.4`),
/// since that is what the socket has.
pub fn ip(out: &mut Vec<u8>, bytes: &[u8]) {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        out.extend_from_slice(Ipv4Addr::from(v4).to_string().as_bytes());
    } else if let Ok(v6) = <[u8; 16]>::try_from(bytes) {
        out.extend_from_slice(Ipv6Addr::from(v6).to_string().as_bytes());
    }
}

/// The names of a set of capabilities, and the bits that have none.
fn capabilities(set: u64) -> (impl Iterator<Item = &'static str>, u64) {
    let known = CAPABILITY.rows.iter().fold(0, |all, row| all | 1 << row.0);
    let rows = CAPABILITY.rows.iter();
    let names = rows.filter(move |row| set >> row.0 & 1 == 1);
    (names.map(|row| row.1), set & !known)
}

/// Appends a set of capabilities as a JSON list; bits without a name are one number.
pub fn json_capabilities(out: &mut Vec<u8>, set: u64) {
    let (names, rest) = capabilities(set);
    out.push(b'[');
    let start = out.len();
    for name in names {
        out.extend_from_slice(if out.len() == start { b"\"" } else { b",\"" });
        out.extend_from_slice(name.as_bytes());
        out.push(b'"');
    }
    if rest != 0 {
        out.extend_from_slice(if out.len() == start { b"\"" } else { b",\"" });
        text::hex(out, rest);
        out.push(b'"');
    }
    out.push(b']');
}

/// Appends a set of capabilities for people: its number, since most sets are full or empty.
pub fn human_capabilities(out: &mut Vec<u8>, set: u64) {
    text::hex(out, set);
}

/// Appends credentials as a JSON object.
pub fn json_cred(out: &mut Vec<u8>, bytes: &[u8]) {
    let (numbers, sets) = CredFacts::read(bytes).unwrap_or_default();
    out.push(b'{');
    for (name, number) in CredFacts::NUMBERS.iter().zip(numbers) {
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        if *name == "securebits" {
            out.push(b'"');
            super::flags(out, &SECUREBITS, u64::from(number));
            out.push(b'"');
        } else {
            text::number(out, number);
        }
        out.push(b',');
    }
    for (name, set) in CredFacts::SETS.iter().zip(sets) {
        out.push(b'"');
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        json_capabilities(out, set);
        out.push(b',');
    }
    out.pop();
    out.push(b'}');
}

/// Appends credentials for people.
pub fn human_cred(out: &mut Vec<u8>, bytes: &[u8]) {
    let (numbers, sets) = CredFacts::read(bytes).unwrap_or_default();
    out.push(b'{');
    for (name, number) in CredFacts::NUMBERS.iter().zip(numbers) {
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        text::number(out, number);
        out.extend_from_slice(b", ");
    }
    for (name, set) in CredFacts::SETS.iter().zip(sets) {
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        human_capabilities(out, set);
        out.extend_from_slice(b", ");
    }
    out.truncate(out.len() - 2);
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tests::shown;

    #[test]
    fn bits_that_are_no_capability_stay_a_number() {
        let set = 1 << 21 | 1 << 63;
        assert_eq!(
            shown(|out| json_capabilities(out, set)),
            "[\"CAP_SYS_ADMIN\",\"0x8000000000000000\"]"
        );
        assert_eq!(shown(|out| json_capabilities(out, 0)), "[]");
    }

    #[test]
    fn an_address_is_told_by_the_members_of_its_family() {
        let inet = b"\x02\0\x01\xbb\x7f\0\0\x01\0\0\0\0\0\0\0\0";
        assert_eq!(
            shown(|out| assert!(!json_address(out, inet))),
            "{\"sa_family\":\"AF_INET\",\"sin_port\":443,\"sin_addr\":\"127.0.0.1\"}"
        );
    }

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(shown(|out| bytes(out, b"\x7fELF\0")), "7f454c4600");
    }
}
