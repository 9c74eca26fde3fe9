//! What is wrong with a policy, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use tracehound_engine::filter::Fault;

/// A place in a file: a line from 1, a column from 0, and how many characters are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// The characters.
    pub width: usize,
}

/// What is wrong at a place of a text that need not be a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What, and what may be meant.
    pub message: String,
}

impl Problem {
    /// One at a place.
    pub fn new(place: Place, message: impl Into<String>) -> Problem {
        Problem {
            place,
            message: message.into(),
        }
    }
}

/// What is wrong with a file or folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    path: PathBuf,
    message: String,
    /// The place, and a part of its line with marks below.
    shown: Option<(Place, String)>,
}

/// Characters of a line that are shown before the place, and in all.
const BEFORE: usize = 60;
const SHOWN: usize = 120;

impl Error {
    /// What is wrong with a whole file.
    pub(crate) fn whole(path: &Path, message: impl Into<String>) -> Error {
        Error {
            path: path.to_owned(),
            message: message.into(),
            shown: None,
        }
    }

    /// A problem of a file with this text.
    pub(crate) fn at(path: &Path, text: &str, problem: Problem) -> Error {
        let place = problem.place;
        let line = text.lines().nth(place.line.saturating_sub(1));
        let skipped = place.column.saturating_sub(BEFORE);
        let line: String = line
            .unwrap_or("")
            .chars()
            .skip(skipped)
            .take(SHOWN)
            .collect();
        let byte = |column: usize| {
            let found = line.char_indices().nth(column - skipped.min(column));
            found.map_or(line.len(), |found| found.0)
        };
        let fault = Fault {
            start: byte(place.column),
            end: byte(place.column + place.width),
            message: String::new(),
        };
        Error {
            path: path.to_owned(),
            message: problem.message,
            shown: Some((place, fault.shown(&line))),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string_lossy();
        write!(f, "{}", path.escape_debug())?;
        match &self.shown {
            None => write!(f, ": {}", self.message),
            Some((place, shown)) => {
                let (line, column) = (place.line, place.column + 1);
                write!(f, ":{line}:{column}: {}\n{shown}", self.message)
            }
        }
    }
}

impl std::error::Error for Error {}

/// Everything that is wrong with a text.
#[derive(Debug, Default)]
pub struct Faults(Vec<Problem>);

/// Faults of one text that are told.
const MOST: usize = 20;

impl Faults {
    /// Adds others.
    pub fn add(&mut self, others: Faults) {
        let room = MOST.saturating_sub(self.0.len());
        self.0.extend(others.0.into_iter().take(room));
    }

    /// Whether there are any.
    pub const fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// One by one.
    pub fn told(self) -> impl Iterator<Item = Problem> {
        self.0.into_iter()
    }
}

impl From<Problem> for Faults {
    fn from(problem: Problem) -> Faults {
        Faults(vec![problem])
    }
}
