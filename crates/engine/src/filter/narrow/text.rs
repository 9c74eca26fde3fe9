//! Texts and paths as the kernel compares them.
//!
//! Records hold a path as its names from the last to the first, a NUL behind each. So a path that
//! begins with `/etc/` is a text that ends with `etc`, and one that ends with `/passwd` a text that
//! begins so. One that does not lead to the root has `(unreachable)` for its first name and is told
//! without a slash before it: patterns that mention that are left to user space.

use tracehound_schema::narrow::{PATH, Source, Step, TEXT_SIZE, WHOLE, What};

use super::super::expr::Texts;
use super::super::pattern::Pattern;
use super::Piece;

const UNREACHABLE: &[u8] = b"(unreachable)";

/// A comparison with a part of a text. What is behind the NUL of a thread's name may be anything.
fn part(step: Step, what: What, text: &[u8]) -> Piece {
    if step.source == Source::Comm as u8 && text.contains(&0) {
        return Piece::Unknown;
    }
    let fits = text.len() <= TEXT_SIZE;
    let text = match what {
        What::Start => &text[..text.len().min(TEXT_SIZE)],
        _ => &text[text.len().saturating_sub(TEXT_SIZE)..],
    };
    let step = Step {
        what: what as u8,
        length: text.len() as u8,
        ..step
    };
    if fits {
        Piece::Exact(step, text.to_vec())
    } else {
        Piece::Wider(step, text.to_vec())
    }
}

/// A comparison with a whole text; of a long one with its length and beginning.
fn whole(step: Step, text: &[u8]) -> Piece {
    let step = Step {
        flags: step.flags | WHOLE,
        low: text.len() as u64,
        ..step
    };
    part(step, What::Start, text)
}

fn wider(piece: Piece) -> Piece {
    match piece {
        Piece::Exact(step, text) => Piece::Wider(step, text),
        other => other,
    }
}

/// Texts that records hold as they are.
pub(super) fn plain(step: Step, texts: &Texts) -> Vec<Piece> {
    let exact = texts.exact.iter().map(|text| whole(step, text));
    let patterns = texts.patterns.iter().map(|pattern| match pattern {
        Pattern::Exact(text) => whole(step, text),
        Pattern::Prefix(text) => part(step, What::Start, text),
        Pattern::Suffix(text) => part(step, What::End, text),
        Pattern::Contains(_) => Piece::Unknown,
        Pattern::Glob(pieces) => match (pieces.first(), pieces.last()) {
            (Some(first), _) if !first.is_empty() => wider(part(step, What::Start, first)),
            (_, Some(last)) if !last.is_empty() => wider(part(step, What::End, last)),
            _ => Piece::Unknown,
        },
    });
    exact.chain(patterns).collect()
}

/// Paths.
pub(super) fn path(step: Step, texts: &Texts) -> Vec<Piece> {
    let step = Step {
        flags: step.flags | PATH,
        ..step
    };
    let exact = texts.exact.iter().map(|text| whole_path(step, text));
    let patterns = texts.patterns.iter().map(|pattern| match pattern {
        Pattern::Exact(text) => whole_path(step, text),
        Pattern::Prefix(text) => beginning(step, text),
        Pattern::Suffix(text) => end(step, text),
        Pattern::Contains(_) => Piece::Unknown,
        Pattern::Glob(pieces) => {
            let first = pieces.first().map(|first| beginning(step, first));
            match (first, pieces.last()) {
                (Some(piece @ (Piece::Exact(..) | Piece::Wider(..))), _) => wider(piece),
                (_, Some(last)) => wider(end(step, last)),
                _ => Piece::Unknown,
            }
        }
    });
    exact.chain(patterns).collect()
}

/// The names as records hold them; `None` if a path of this form cannot be told, or only without its
/// slash.
fn turned<'n>(names: impl DoubleEndedIterator<Item = &'n [u8]>) -> Option<Vec<u8>> {
    let mut turned = Vec::new();
    for name in names.rev() {
        if name.is_empty() || name.contains(&0) || name.starts_with(UNREACHABLE) {
            return None;
        }
        turned.extend_from_slice(name);
        turned.push(0);
    }
    Some(turned)
}

fn whole_path(step: Step, path: &[u8]) -> Piece {
    let names = match path {
        b"/" => Some(Vec::new()),
        [b'/', names @ ..] => turned(names.split(|byte| *byte == b'/')),
        _ => None,
    };
    names.map_or(Piece::Unknown, |names| whole(step, &names))
}

/// Paths that begin with this. The names in it that are whole are the end of what the record holds,
/// behind another name; of the last one, if it may go on, nothing can be said.
fn beginning(step: Step, path: &[u8]) -> Piece {
    let Some(names) = path.strip_prefix(b"/") else {
        return Piece::Unknown;
    };
    let Some(last) = names.iter().rposition(|byte| *byte == b'/') else {
        return Piece::Unknown;
    };
    let (directories, open) = (&names[..last], &names[last + 1..]);
    let Some(directories) = turned(directories.split(|byte| *byte == b'/')) else {
        return Piece::Unknown;
    };
    let mut text = vec![0];
    text.extend_from_slice(&directories);
    let piece = part(step, What::End, &text);
    if open.is_empty() { piece } else { wider(piece) }
}

/// Paths that end with this. All names but the first are whole, and so is that behind a slash.
fn end(step: Step, path: &[u8]) -> Piece {
    if path.is_empty() || path.contains(&0) {
        return Piece::Unknown;
    }
    let mut names = path.split(|byte| *byte == b'/');
    let first = names.next().unwrap_or_default();
    let Some(whole) = turned(names) else {
        return Piece::Unknown;
    };
    if whole.is_empty() {
        return part(step, What::NameEnd, first);
    }
    let piece = part(step, What::Start, &whole);
    if first.is_empty() {
        piece
    } else {
        wider(piece)
    }
}
