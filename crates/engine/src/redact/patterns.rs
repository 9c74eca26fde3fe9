//! Secrets that are known by what they look like, or by what stands before them in a text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::names::is_secret;

/// Expressions whose first group is a secret. Bytes, not characters: a process can put there what it likes.
const SHAPES: [&str; 8] = [
    // scheme://user:SECRET@host
    r#"(?s-u)[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"']*:([^\s/"']+)@"#,
    r#"(?is-u)(?:authorization|cookie)["']?\s*[:=]\s*["']?(?:(?:basic|bearer|token|digest|negotiate|ntlm|apikey)\s+)?([^"'\r\n]+)"#,
    r"(?is-u)\bbearer\s+([a-z0-9._~+/=-]{8,})",
    // Of openssl(1).
    r#"(?s-u)(?:^|[\s"'=])pass:([^\s"']+)"#,
    // Tokens of GitHub, GitLab, Slack, and of several makers of models.
    r"(?-u)\b(gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{20,})",
    r"(?-u)\b(xox[abeoprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}|hf_[A-Za-z0-9]{20,})",
    // A JSON web token.
    r"(?-u)\b(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.?[A-Za-z0-9_-]*)",
    r"(?s-u)-----BEGIN [A-Z ]*PRIVATE KEY-----(.*)",
];

/// A name and what tells it from its value: `NAME=`, `"NAME":`, `NAME: `.
const NAMED: &str = r#"(?s-u)([A-Za-z0-9_.-]+)(?:["']?=|\\?["']\s*:\s*|:\s+)"#;

static COMPILED: LazyLock<(Vec<Regex>, Option<Regex>)> = LazyLock::new(|| {
    let all = SHAPES.iter().map(|text| Regex::new(text));
    (all.flatten().collect(), Regex::new(NAMED).ok())
});

/// Adds the places of secrets in a text.
pub fn find(text: &[u8], places: &mut Vec<Range<usize>>) {
    let (shapes, named) = &*COMPILED;
    for shape in shapes {
        let groups = shape.captures_iter(text).filter_map(|found| found.get(1));
        places.extend(groups.map(|group| group.range()));
    }
    for found in named.iter().flat_map(|named| named.captures_iter(text)) {
        let (Some(whole), Some(name)) = (found.get(0), found.get(1)) else {
            continue;
        };
        if is_secret(name.as_bytes()) {
            let place = value(&text[whole.end()..]);
            places.push(whole.end() + place.start..whole.end() + place.end);
        }
    }
}

/// Where the value is that a text begins with, without its quotes. What quotes hold goes to the next of the same kind, or to the end;
/// an escaped one, as of JSON in a shell's text, likewise.
fn value(text: &[u8]) -> Range<usize> {
    let (open, start) = match text {
        [b'\\', quote @ (b'"' | b'\''), ..] => (Some((*quote, true)), 2),
        [quote @ (b'"' | b'\''), ..] => (Some((*quote, false)), 1),
        _ => (None, 0),
    };
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match (open, *byte) {
            (Some((quote, true)), b'\\') if text.get(at + 1) == Some(&quote) => break,
            (Some((_, false)), b'\\') => at += 1,
            (Some((quote, _)), byte) if byte == quote => break,
            (None, byte) if byte.is_ascii_whitespace() || b"&;\"'".contains(&byte) => break,
            _ => {}
        }
        at += 1;
    }
    start..at.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::super::redacted;
    use super::*;

    fn told(text: &str) -> String {
        let mut places = Vec::new();
        find(text.as_bytes(), &mut places);
        String::from_utf8(redacted(text.as_bytes(), places).into_owned()).unwrap()
    }

    /// What is to be told of a text whose secrets stand between brackets.
    fn expected(marked: &str) -> String {
        let parts = marked.split('[').enumerate();
        let told = parts.map(|(number, part)| match part.split_once(']') {
            Some((_, rest)) if number > 0 => format!("[redacted]{rest}"),
            _ => part.to_owned(),
        });
        told.collect()
    }

    #[test]
    fn all_expressions_are_right() {
        assert_eq!(COMPILED.0.len(), SHAPES.len());
        assert!(COMPILED.1.is_some());
    }

    #[test]
    fn secrets_are_found_by_what_stands_before_them() {
        for marked in [
            "postgres://app:[hunter2]@db/x",
            "redis://:[hunter2]@db",
            "https://u:[p@ss]@host/a@b",
            "Authorization: Bearer [abc]",
            "authorization: Basic [dTpw]",
            "Authorization: [s3cret]",
            "Cookie: [a=b; c=d]",
            "pass:[hunter2]",
            "x pass:[hunter2]",
            "/?user=a&token=[b]&c=d",
            "Server=x;Password=[a,b];Y=z",
            r#"{"password":"[hunter 2]","a":"b"}"#,
            r#"{"password":"[a\"b]"}"#,
            r#"{\"apiKey\": \"[hunter2]\"}"#,
            "X-Api-Key: [hunter2]",
            "token: [abc]",
            "ghp_",
        ] {
            let text = marked.replace(['[', ']'], "");
            assert_eq!(told(&text), expected(marked), "{text}");
        }
        let token = format!("ghp_{}", "a1".repeat(18));
        assert_eq!(told(&format!("x {token}")), "x [redacted]");
    }

    #[test]
    fn what_is_only_alike_is_left() {
        for text in [
            "http://host:8080/a@b",
            "ssh://git@host/x",
            "host:path",
            "bearer of news",
            "bypass:x",
            "image:tag",
            "/?page=2&sort=token",
            "token",
            "sk-short",
            "--password-file=/x",
        ] {
            assert_eq!(told(text), text);
        }
    }
}
