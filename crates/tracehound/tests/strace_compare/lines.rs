//! A trace as both tools write it, with `-f -o`: lines by thread, split calls put together again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tracehound_schema::syscalls;

/// One line, without the thread's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text; of a split call both halves without what joins them.
    pub text: String,
    /// Whether it was split: then the column of the result does not count.
    pub split: bool,
}

impl Line {
    /// The name of the call; for other lines the first word after the dashes.
    pub fn name(&self) -> &str {
        let end = self.text.find(['(', ' ']).unwrap_or(self.text.len());
        match &self.text[..end] {
            "---" | "+++" => &self.text,
            name => name,
        }
    }

    /// The text with a single space before the result.
    pub fn plain(&self) -> String {
        match self.text.rsplit_once(" = ") {
            Some((call, result)) => format!("{} = {result}", call.trim_end()),
            None => self.text.clone(),
        }
    }
}

/// Lines by thread.
pub struct Lines {
    /// Each thread's lines in order.
    pub threads: BTreeMap<u64, Vec<Line>>,
}

impl Lines {
    /// Parses a trace. Calls that are not in the catalogue are left out.
    pub fn parse(bytes: &[u8]) -> Lines {
        let text = String::from_utf8_lossy(bytes);
        let known: BTreeSet<&str> = syscalls::all()
            .flat_map(|row| [row.name, row.name32])
            .filter(|name| !name.is_empty())
            .collect();
        let mut begun: HashMap<u64, String> = HashMap::new();
        let mut threads: BTreeMap<u64, Vec<Line>> = BTreeMap::new();
        for line in text.lines() {
            let Some((thread, rest)) = line.split_once(' ') else {
                continue;
            };
            let Ok(thread) = thread.parse() else {
                continue;
            };
            let rest = rest.trim_start();
            if let Some(start) = rest.strip_suffix(" <unfinished ...>")
                && !rest.starts_with("<... ")
            {
                begun.insert(thread, start.to_owned());
                continue;
            }
            let resumed = rest
                .strip_prefix("<... ")
                .and_then(|rest| rest.split_once(" resumed>"));
            let line = match resumed {
                Some((_, end)) => Line {
                    text: begun.remove(&thread).unwrap_or_default() + end,
                    split: true,
                },
                None => Line {
                    text: rest.to_owned(),
                    split: false,
                },
            };
            let called = line.text.split('(').next().unwrap_or_default();
            let is_call = line.text.contains('(')
                && called
                    .chars()
                    .all(|char| char == '_' || char.is_ascii_alphanumeric());
            if !is_call || known.contains(called) {
                threads.entry(thread).or_default().push(line);
            }
        }
        Lines { threads }
    }
}
