//! Texts with `*` for any text, held against texts of which a part may be missing.

use super::truth::Truth;

/// Which part of a text is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// None: the text is whole.
    Nothing,
    /// What comes before it: the names of a path nearest to the root.
    Start,
    /// What follows it.
    End,
}

/// A text, or texts between which anything may stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// This text.
    Exact(Box<[u8]>),
    /// `abc*`: what begins with it.
    Prefix(Box<[u8]>),
    /// `*abc`: what ends with it.
    Suffix(Box<[u8]>),
    /// `*abc*`: what it stands in.
    Contains(Box<[u8]>),
    /// `a*b`, `*a*b*` and so on: two pieces at least, the first and the last of which may be empty.
    Glob(Vec<Box<[u8]>>),
}

impl Pattern {
    /// The pattern of the pieces between its stars.
    #[must_use]
    pub fn new(pieces: Vec<Vec<u8>>) -> Pattern {
        let count = pieces.len();
        // Two stars in a row are as good as one.
        let inner = |index: &usize| *index == 0 || *index + 1 == count;
        let kept = pieces.into_iter().enumerate();
        let kept = kept.filter(|(index, piece)| inner(index) || !piece.is_empty());
        let mut pieces: Vec<Box<[u8]>> = kept.map(|(_, piece)| piece.into_boxed_slice()).collect();
        match pieces.as_mut_slice() {
            [] => Pattern::Exact(Box::default()),
            [whole] => Pattern::Exact(std::mem::take(whole)),
            [start, end] if end.is_empty() => Pattern::Prefix(std::mem::take(start)),
            [start, end] if start.is_empty() => Pattern::Suffix(std::mem::take(end)),
            [start, inner, end] if start.is_empty() && end.is_empty() => {
                Pattern::Contains(std::mem::take(inner))
            }
            _ => Pattern::Glob(pieces),
        }
    }

    /// Whether a text fits.
    #[must_use]
    pub fn fits(&self, text: &[u8], missing: Missing) -> Truth {
        match missing {
            Missing::Nothing => Truth::from(self.fits_whole(text)),
            Missing::End => self.fits_beginning(text),
            Missing::Start => self.fits_end(text),
        }
    }

    fn fits_whole(&self, text: &[u8]) -> bool {
        match self {
            Pattern::Exact(exact) => **exact == *text,
            Pattern::Prefix(start) => text.starts_with(start),
            Pattern::Suffix(end) => text.ends_with(end),
            Pattern::Contains(inner) => find(text, inner).is_some(),
            Pattern::Glob(pieces) => glob(pieces, text),
        }
    }

    /// Of a text that goes on after what is there.
    fn fits_beginning(&self, text: &[u8]) -> Truth {
        let open = |start: &[u8]| {
            if text.starts_with(start) {
                Truth::Yes
            } else {
                unknown_if(start.starts_with(text))
            }
        };
        match self {
            Pattern::Exact(exact) => unknown_if(exact.starts_with(text)),
            Pattern::Prefix(start) => open(start),
            Pattern::Suffix(end) => yes_if(end.is_empty()),
            Pattern::Contains(inner) => found_or_unknown(text, inner),
            Pattern::Glob(pieces) => {
                let start = pieces.first().map_or(Truth::Yes, |start| open(start));
                let ends = pieces.last().is_some_and(|last| last.is_empty());
                match start {
                    Truth::Yes if ends && glob(pieces, text) => Truth::Yes,
                    Truth::Yes => Truth::Unknown,
                    other => other,
                }
            }
        }
    }

    /// Of a text that something stands before.
    fn fits_end(&self, text: &[u8]) -> Truth {
        let open = |end: &[u8]| {
            if text.ends_with(end) {
                Truth::Yes
            } else {
                unknown_if(end.ends_with(text))
            }
        };
        match self {
            Pattern::Exact(exact) => unknown_if(exact.ends_with(text)),
            Pattern::Prefix(start) => yes_if(start.is_empty()),
            Pattern::Suffix(end) => open(end),
            Pattern::Contains(inner) => found_or_unknown(text, inner),
            Pattern::Glob(pieces) => {
                let end = pieces.last().map_or(Truth::Yes, |end| open(end));
                let starts = pieces.first().is_some_and(|first| first.is_empty());
                match end {
                    Truth::Yes if starts && glob(pieces, text) => Truth::Yes,
                    Truth::Yes => Truth::Unknown,
                    other => other,
                }
            }
        }
    }
}

fn unknown_if(possible: bool) -> Truth {
    if possible { Truth::Unknown } else { Truth::No }
}

fn yes_if(certain: bool) -> Truth {
    if certain { Truth::Yes } else { Truth::Unknown }
}

fn found_or_unknown(text: &[u8], inner: &[u8]) -> Truth {
    find(text, inner).map_or(Truth::Unknown, |_| Truth::Yes)
}

/// Where `inner` first stands in `text`.
fn find(text: &[u8], inner: &[u8]) -> Option<usize> {
    let Some((first, rest)) = inner.split_first() else {
        return Some(0);
    };
    let last = text.len().checked_sub(inner.len())?;
    let mut at = 0;
    while at <= last {
        let next = text[at..=last].iter().position(|byte| byte == first)?;
        at += next;
        if text[at + 1..].starts_with(rest) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Whether the pieces follow one another in the text, the first at its start, the last at its end.
/// The first place for each piece is the best: it leaves most for the others.
fn glob(pieces: &[Box<[u8]>], text: &[u8]) -> bool {
    let [start, inner @ .., end] = pieces else {
        return pieces.first().is_some_and(|only| **only == *text);
    };
    let rest = text.strip_prefix(&**start);
    let Some(mut rest) = rest.and_then(|rest| rest.strip_suffix(&**end)) else {
        return false;
    };
    for piece in inner {
        match find(rest, piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}
