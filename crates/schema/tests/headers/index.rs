//! Which headers define a word.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::gcc::Headers;

/// Folders of headers that define what calls take.
const FOLDERS: [&str; 12] = [
    "linux",
    "asm",
    "asm-generic",
    "sound",
    "drm",
    "rdma",
    "mtd",
    "misc",
    "xen",
    "scsi",
    "video",
    "fwctl",
];

/// Headers by what they define: `NAME` for a constant or a type's name, `struct NAME` for a
/// structure.
pub struct Index(BTreeMap<String, Vec<String>>);

impl Index {
    /// Reads all headers.
    pub fn new(headers: &Headers) -> Index {
        let mut words = BTreeMap::new();
        for root in headers.roots() {
            for folder in FOLDERS {
                visit(&root.join(folder), folder, &mut words);
            }
        }
        for files in words.values_mut() {
            files.sort();
            files.dedup();
        }
        Index(words)
    }

    /// The headers that may define a word.
    pub fn headers(&self, word: &str) -> &[String] {
        self.0.get(word).map_or(&[], Vec::as_slice)
    }
}

/// The identifier that a text starts with.
pub fn word(text: &str) -> &str {
    let end = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    &text[..text.find(end).unwrap_or(text.len())]
}

/// Every identifier of a text.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let end = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    let starts = |word: &&str| word.starts_with(|letter: char| !letter.is_ascii_digit());
    text.split(end).filter(starts)
}

fn visit(folder: &Path, name: &str, words: &mut BTreeMap<String, Vec<String>>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.map(Result::unwrap) {
        let path = entry.path();
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            visit(&path, &name, words);
        } else if let Ok(text) = fs::read_to_string(&path) {
            for word in text.lines().filter_map(defined) {
                words.entry(word).or_default().push(name.clone());
            }
        }
    }
}

/// What a line may define: `#define NAME`, an enumerator, `struct NAME {` or `} NAME;`.
fn defined(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix('#') {
        let name = word(rest.trim_start().strip_prefix("define")?.trim_start());
        return (!name.is_empty()).then(|| name.to_owned());
    }
    if let Some(rest) = line.strip_prefix('}') {
        return rest
            .trim_end_matches(';')
            .split_whitespace()
            .last()
            .map(str::to_owned);
    }
    let line = line.strip_prefix("typedef ").unwrap_or(line);
    for keyword in ["struct", "union"] {
        if let Some(rest) = line.strip_prefix(keyword)
            && rest.starts_with(char::is_whitespace)
            && !line.ends_with(';')
        {
            return Some(format!("{keyword} {}", word(rest.trim_start())));
        }
    }
    let name = word(line);
    (!name.is_empty()).then(|| name.to_owned())
}
