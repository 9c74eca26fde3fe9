//! The words of a shell's text: `sh -c 'PASSWORD=x mysql -px'` has its secrets in one argument.

use std::ops::Range;

/// How deep quotes are looked into.
const DEPTH: u8 = 4;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it stands, its quotes with it.
    pub place: Range<usize>,
    /// Whether a command begins with it.
    pub begins: bool,
}

/// Gives each list of words in `text` to `each`: its own, then those inside of its quotes.
pub fn lists(text: &[u8], each: &mut dyn FnMut(&[Word])) {
    inside(text, 0, DEPTH, each);
}

/// Whether there can be more than one word.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| separates(*byte))
}

fn inside(text: &[u8], start: usize, depth: u8, each: &mut dyn FnMut(&[Word])) {
    let words = words(text, start);
    each(&words);
    if depth == 0 {
        return;
    }
    for word in &words {
        let own = &text[word.place.start - start..word.place.end - start];
        let quote = own.iter().position(|byte| is_quote(*byte));
        let inner = quote.map(|at| (at + 1, &own[at + 1..]));
        if let Some((at, inner)) = inner.filter(|(_, inner)| is_text(inner)) {
            inside(inner, word.place.start + at, depth - 1, each);
        }
    }
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'\'' | b'"')
}

const fn ends_command(byte: u8) -> bool {
    matches!(byte, b';' | b'|' | b'&' | b'(' | b')' | b'`' | b'\n')
}

const fn separates(byte: u8) -> bool {
    byte.is_ascii_whitespace() || ends_command(byte) || matches!(byte, b'<' | b'>')
}

fn words(text: &[u8], start: usize) -> Vec<Word> {
    let (mut words, mut at, mut begins) = (Vec::new(), 0, true);
    while let Some(byte) = text.get(at) {
        if separates(*byte) {
            begins |= ends_command(*byte);
            at += 1;
            continue;
        }
        let end = end_of(text, at);
        words.push(Word {
            place: start + at..start + end,
            begins,
        });
        (at, begins) = (end, false);
    }
    words
}

/// Where the word that begins at `at` ends. A quote that nothing ends goes to the text's end.
fn end_of(text: &[u8], mut at: usize) -> usize {
    let mut quote = None;
    while let Some(byte) = text.get(at) {
        match (quote, *byte) {
            (Some(b'\''), byte) => quote = quote.filter(|quote| *quote != byte),
            (_, b'\\') => at += 1,
            (Some(open), byte) if open == byte => quote = None,
            (None, byte) if is_quote(byte) => quote = Some(byte),
            (None, byte) if separates(byte) => break,
            _ => {}
        }
        at += 1;
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        lists(text.as_bytes(), &mut |words| {
            let own = |word: &Word| {
                let mark = if word.begins { "^" } else { "" };
                format!("{mark}{}", &text[word.place.clone()])
            };
            all.push(words.iter().map(own).collect());
        });
        all
    }

    #[test]
    fn words_end_where_the_shell_ends_them() {
        assert_eq!(
            all("a -b|c d;e&&f"),
            [["^a", "-b", "^c", "d", "^e", "^f"].map(str::to_owned)]
        );
        assert_eq!(all(r"a\ b c"), [[r"^a\ b", "c"].map(str::to_owned)]);
        assert_eq!(all("a=$(b c)"), [["^a=$", "^b", "c"].map(str::to_owned)]);
    }

    #[test]
    fn what_stands_in_quotes_is_a_word_and_has_words() {
        let lists = all("sh -c 'x \"y z\"' end");
        assert_eq!(lists[0], ["^sh", "-c", "'x \"y z\"'", "end"]);
        assert_eq!(lists[1], ["^x", "\"y z\"'"]);
        assert_eq!(lists[2], ["^y", "z\"'"]);
    }

    #[test]
    fn quotes_that_nothing_ends_go_to_the_end() {
        assert_eq!(all("a \"b c")[0], ["^a", "\"b c"]);
        assert_eq!(all("a b\\")[0], ["^a", "b\\"]);
    }
}
