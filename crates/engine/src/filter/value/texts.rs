//! Texts with stars, and bytes in hexadecimal.

use super::Token;
use crate::filter::fault::Fault;

/// The pieces of a text between its stars.
pub fn text(token: &Token<'_>) -> Result<Vec<Vec<u8>>, Fault> {
    if !token.quoted {
        let pieces = token.text.split('*');
        return Ok(pieces.map(|piece| piece.as_bytes().to_vec()).collect());
    }
    let mut pieces = vec![Vec::new()];
    let mut chars = token.text.char_indices();
    while let Some((at, char)) = chars.next() {
        let byte = match (char, pieces.last_mut()) {
            ('*', _) => {
                pieces.push(Vec::new());
                continue;
            }
            ('\\', _) => escaped(token, at, &mut chars)?,
            (char, Some(piece)) => {
                piece.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            _ => continue,
        };
        if let Some(piece) = pieces.last_mut() {
            piece.push(byte);
        }
    }
    Ok(pieces)
}

/// The byte that what follows a backslash stands for.
fn escaped(
    token: &Token<'_>,
    at: usize,
    chars: &mut std::str::CharIndices<'_>,
) -> Result<u8, Fault> {
    let next = chars.next();
    let byte = match next.map(|next| next.1) {
        Some('n') => Some(b'\n'),
        Some('t') => Some(b'\t'),
        Some('r') => Some(b'\r'),
        Some(char @ ('\\' | '"' | '*')) => u8::try_from(char).ok(),
        Some('x') => {
            let digits = token.text.get(at + 2..at + 4);
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            chars.nth(1);
            byte
        }
        _ => None,
    };
    byte.ok_or_else(|| {
        let start = token.start + at;
        let end = (start + 2).min(token.start + token.text.len());
        let known = "in quotes \\ goes before n, t, r, \\, \", * or xNN (a byte in hexadecimal)";
        Fault::new((start, end), known)
    })
}

/// The pieces of bytes in hexadecimal between their stars.
pub fn hex(token: &Token<'_>) -> Result<Vec<Vec<u8>>, Fault> {
    let digits = token.text.strip_prefix("0x").unwrap_or(token.text);
    let piece = |piece: &str| -> Option<Vec<u8>> {
        let (pairs, rest) = piece.as_bytes().as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        let byte = |pair: &[u8; 2]| {
            let text = std::str::from_utf8(pair).ok()?;
            text.chars()
                .all(|char| char.is_ascii_hexdigit())
                .then_some(())?;
            u8::from_str_radix(text, 16).ok()
        };
        pairs.iter().map(byte).collect()
    };
    let pieces: Option<Vec<_>> = digits.split('*').map(piece).collect();
    pieces
        .ok_or_else(|| token.wrong("write bytes as pairs of hexadecimal digits, such as 7f454c46*"))
}
