//! What is wrong with a filter's text, and where.

use std::fmt;

use strsim::damerau_levenshtein as distance;

/// What is wrong with a text, and the bytes of it that are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where what is wrong begins.
    pub start: usize,
    /// Where it ends; the same as `start` where something is missing.
    pub end: usize,
    /// What is wrong, and what may be meant.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Fault {
    /// A fault in the bytes from `start` to `end`.
    pub(super) fn new((start, end): (usize, usize), message: impl Into<String>) -> Fault {
        Fault {
            start,
            end,
            message: message.into(),
        }
    }

    /// The same fault in a longer text that the first began `bytes` later in.
    #[must_use]
    pub fn moved(self, bytes: usize) -> Fault {
        Fault {
            start: self.start + bytes,
            end: self.end + bytes,
            ..self
        }
    }

    /// The text's line with a line below that points at the fault.
    #[must_use]
    pub fn shown(&self, text: &str) -> String {
        let upto = |end: usize| text.get(..end).unwrap_or(text);
        // What a terminal would obey is escaped, so that the marks stand where they should.
        let width = |text: &str| plain(text).chars().count();
        let (before, through) = (width(upto(self.start)), width(upto(self.end)));
        format!(
            "  {}\n  {}{}",
            plain(text),
            " ".repeat(before),
            "^".repeat(through.saturating_sub(before).max(1))
        )
    }
}

/// A text in one line that no terminal obeys; quotes and backslashes stay.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '\'' | '"' | '\\') {
            out.push(char);
        } else {
            out.extend(char.escape_debug());
        }
    }
    out
}

/// Names that can all be listed.
const FEW: usize = 40;

/// What may be meant by a name that is not known: the nearest one if it is near, else all of few.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    // Comparing takes the product of both lengths: nothing of ours is as long as this.
    let short = name.get(..64).unwrap_or(name);
    let near = known.iter().map(|other| {
        let same = other.eq_ignore_ascii_case(short);
        (if same { 0 } else { distance(short, other) }, *other)
    });
    match near.min() {
        Some((distance, other)) if distance <= 2 + short.len() / 4 => {
            format!("; did you mean {other}?")
        }
        Some(_) if known.len() <= FEW => format!("; known: {}", known.join(", ")),
        _ => String::new(),
    }
}
