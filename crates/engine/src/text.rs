//! Writing bytes that come from a traced process, and numbers, into text.

/// Appends a number in decimal.
pub fn number(out: &mut Vec<u8>, value: impl itoa::Integer) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends a number in hexadecimal with `0x`.
pub fn hex(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(b"0x");
    let digits = (64 - value.leading_zeros()).div_ceil(4).max(1);
    for place in (0..digits).rev() {
        out.push(nibble((value >> (4 * place)) as u8 & 15));
    }
}

/// A hexadecimal digit.
pub const fn nibble(value: u8) -> u8 {
    if value < 10 {
        b'0' + value
    } else {
        b'a' + value - 10
    }
}

/// Appends the inside of a JSON string. Bytes that are not UTF-8 become `\xNN` (an escaped
/// backslash, so that the result stays JSON); returns whether there were any.
pub fn json(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let mut raw = false;
    let mut rest = bytes;
    loop {
        let plain = rest.iter().take_while(|byte| PLAIN[usize::from(**byte)]);
        let (own, odd) = rest.split_at(plain.count());
        out.extend_from_slice(own);
        let Some(byte) = odd.first() else {
            return raw;
        };
        let ascii = byte.is_ascii();
        let run = odd.iter().take_while(|byte| byte.is_ascii() == ascii);
        if ascii {
            let (text, length) = &ESCAPED[usize::from(*byte)];
            // A copy of fixed length and a cut are faster than a copy of the exact length.
            let end = out.len() + usize::from(*length);
            out.extend_from_slice(text);
            out.truncate(end);
            rest = &odd[1..];
        } else {
            let (own, next) = odd.split_at(run.count());
            raw |= json_beyond_ascii(out, own);
            rest = next;
        }
    }
}

/// Bytes that mean themselves in JSON.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0x20;
    while byte < 0x7f {
        plain[byte] = byte != b'"' as usize && byte != b'\\' as usize;
        byte += 1;
    }
    plain
};

/// ASCII characters that do not mean themselves in JSON, as they are written, with their length.
static ESCAPED: [([u8; 8], u8); 128] = {
    let mut escaped = [([0; 8], 0); 128];
    let mut byte = 0;
    while byte < 128 {
        let letter = match byte as u8 {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\t' => b't',
            b'\r' => b'r',
            _ => 0,
        };
        let digits = (nibble(byte as u8 >> 4), nibble(byte as u8 & 15));
        escaped[byte] = if letter == 0 {
            ([b'\\', b'u', b'0', b'0', digits.0, digits.1, 0, 0], 6)
        } else {
            ([b'\\', letter, 0, 0, 0, 0, 0, 0], 2)
        };
        byte += 1;
    }
    escaped
};

/// No byte of these is ASCII; returns whether any is not UTF-8.
fn json_beyond_ascii(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let mut raw = false;
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|char| json_char(out, char));
        for byte in chunk.invalid() {
            raw = true;
            out.extend_from_slice(&[b'\\', b'\\', b'x', nibble(byte >> 4), nibble(byte & 15)]);
        }
    }
    raw
}

/// Whether bytes mean themselves wherever they are printed: ASCII without controls, quotes and
/// backslashes.
fn is_plain(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|byte| (0x20..0x7f).contains(byte) && *byte != b'"' && *byte != b'\\')
}

/// A character beyond ASCII.
fn json_char(out: &mut Vec<u8>, char: char) {
    match char {
        // C1 controls too: a terminal may obey them even inside JSON. All of them are in the plane
        // that four digits reach.
        char if (0x80..0xa0).contains(&(char as u32)) || is_format(char) => {
            out.extend_from_slice(b"\\u");
            for place in (0..4).rev() {
                out.push(nibble((char as u32 >> (4 * place)) as u8 & 15));
            }
        }
        char => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Appends text for a terminal: controls and invalid bytes become `\xNN`, a backslash `\\`.
pub fn terminal(out: &mut Vec<u8>, bytes: &[u8]) {
    escaped(out, bytes, |char| char == '\\');
}

/// Appends text for a terminal between quotes; quotes inside get a backslash, so that a text cannot
/// end where its process would like it to.
pub fn quoted(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    escaped(out, bytes, |char| matches!(char, '\\' | '"'));
    out.push(b'"');
}

fn escaped(out: &mut Vec<u8>, bytes: &[u8], special: impl Fn(char) -> bool) {
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
        return;
    }
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            let mut buffer = [0; 4];
            let bytes = char.encode_utf8(&mut buffer).as_bytes();
            if char.is_control() || is_format(char) {
                bytes.iter().for_each(|byte| escape(out, *byte));
                continue;
            }
            if special(char) {
                out.push(b'\\');
            }
            out.extend_from_slice(bytes);
        }
        chunk.invalid().iter().for_each(|byte| escape(out, *byte));
    }
}

/// Characters that turn the direction of text or hide: they can make a line read as another.
fn is_format(char: char) -> bool {
    matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    out.extend_from_slice(b"\\x");
    out.extend_from_slice(&[nibble(byte >> 4), nibble(byte & 15)]);
}

/// Which bytes of a text strace writes as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Those that are no printable ASCII, in octal.
    Octal,
    /// All of a text that has such bytes, in hexadecimal (`-x`).
    HexIfNeeded,
    /// All, in hexadecimal (`-xx`).
    Hex,
}

/// Appends text between quotes as strace does.
pub fn strace(out: &mut Vec<u8>, bytes: &[u8], quoting: Quoting) {
    out.push(b'"');
    let printable = |byte: &u8| (0x20..0x7f).contains(byte) || (9..14).contains(byte);
    let hex = match quoting {
        Quoting::Octal => false,
        Quoting::HexIfNeeded => !bytes.iter().all(printable),
        Quoting::Hex => true,
    };
    if hex {
        bytes.iter().for_each(|byte| escape(out, *byte));
    } else if is_plain(bytes) {
        out.extend_from_slice(bytes);
    } else {
        for (index, byte) in bytes.iter().enumerate() {
            c_char(out, *byte, bytes.get(index + 1));
        }
    }
    out.push(b'"');
}

/// Appends a byte as C has it; an octal number is as short as the byte after it lets it be.
fn c_char(out: &mut Vec<u8>, byte: u8, next: Option<&u8>) {
    let letter = match byte {
        b'"' | b'\\' => byte,
        0x09 => b't',
        0x0a => b'n',
        0x0b => b'v',
        0x0c => b'f',
        0x0d => b'r',
        0x20..=0x7e => return out.push(byte),
        _ => {
            let digits = [byte >> 6, byte >> 3 & 7, byte & 7].map(|digit| b'0' + digit);
            let long = next.is_some_and(|next| (b'0'..b'8').contains(next));
            let zeros = digits[..2].iter().take_while(|digit| **digit == b'0');
            let start = if long { 0 } else { zeros.count() };
            out.push(b'\\');
            return out.extend_from_slice(&digits[start..]);
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What is written, as text.
    pub(crate) fn shown(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn terminal_escapes_do_not_reach_the_terminal() {
        let text = shown(|out| terminal(out, b"\x1b[2J\x07a\\b\xff\xc2\x9b"));
        assert_eq!(text, "\\x1b[2J\\x07a\\\\b\\xff\\xc2\\x9b");
    }

    #[test]
    fn quoted_text_ends_at_the_last_quote_only() {
        assert_eq!(shown(|out| quoted(out, b"a\", \"b\\")), r#""a\", \"b\\""#);
    }

    #[test]
    fn json_text_parses_back() {
        let text = shown(|out| {
            out.push(b'"');
            json(out, "q\"\\\n\u{1b}é".as_bytes());
            out.push(b'"');
        });
        assert_eq!(
            serde_json::from_str::<String>(&text).unwrap(),
            "q\"\\\n\u{1b}é"
        );
    }

    #[test]
    fn characters_that_turn_text_around_are_escaped_in_json() {
        let text = shown(|out| {
            json(out, "a\u{202e}b".as_bytes());
        });
        assert_eq!(text, "a\\u202eb");
    }

    #[test]
    fn bytes_that_are_not_text_are_reported_as_raw() {
        let mut out = Vec::new();
        assert!(json(&mut out, b"a\xffb"));
        assert_eq!(out, b"a\\\\xffb");
        assert!(!json(&mut out, b"ab"));
    }

    #[test]
    fn hexadecimal_has_no_leading_zeros() {
        assert_eq!(shown(|out| hex(out, 0)), "0x0");
        assert_eq!(shown(|out| hex(out, 0x1f0)), "0x1f0");
        assert_eq!(shown(|out| hex(out, u64::MAX)), "0xffffffffffffffff");
    }
}
