//! Secrets in a command's arguments: behind options and variables by their names, behind options of programs that
//! are known, and in what a shell is given to run.

use std::ops::Range;

use super::names::is_secret;
use super::text::{self, Word};

/// How an option is followed by its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    /// At once: `-pVALUE`.
    Attached,
    /// At once, or by the next word.
    Either,
}

/// Which part of a value is the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All of it.
    Whole,
    /// What follows the first of this byte.
    Behind(u8),
}

/// Options of programs whose names do not say that a secret follows.
struct Row(
    &'static [&'static [u8]],
    &'static [&'static [u8]],
    Value,
    Part,
);

static PROGRAMS: &[Row] = &[
    Row(
        &[
            b"mysql",
            b"mysqldump",
            b"mysqladmin",
            b"mysqlimport",
            b"mysqlshow",
            b"mysqlcheck",
            b"mysqlsh",
            b"mariadb",
            b"mariadb-dump",
            b"mariadb-admin",
            b"7z",
            b"7za",
            b"7zr",
        ],
        &[b"-p"],
        Value::Attached,
        Part::Whole,
    ),
    Row(
        // Of login: `docker login -p`.
        &[b"sshpass", b"login", b"mongo", b"mongosh", b"mongodump"],
        &[b"-p"],
        Value::Either,
        Part::Whole,
    ),
    Row(
        &[b"mongorestore", b"useradd", b"usermod"],
        &[b"-p"],
        Value::Either,
        Part::Whole,
    ),
    Row(
        &[b"curl"],
        &[b"--user", b"--proxy-user", b"-u", b"-U"],
        Value::Either,
        Part::Behind(b':'),
    ),
    Row(
        &[b"curl"],
        &[b"--oauth2-bearer"],
        Value::Either,
        Part::Whole,
    ),
    Row(&[b"redis-cli"], &[b"-a"], Value::Either, Part::Whole),
    Row(
        &[
            b"ldapsearch",
            b"ldapadd",
            b"ldapmodify",
            b"ldapdelete",
            b"ldapwhoami",
            b"ldappasswd",
        ],
        &[b"-w"],
        Value::Either,
        Part::Whole,
    ),
    Row(
        &[b"smbclient", b"rpcclient", b"net"],
        &[b"-U"],
        Value::Either,
        Part::Behind(b'%'),
    ),
    Row(
        &[b"zip", b"unzip", b"ipmitool", b"sqlcmd", b"bcp"],
        &[b"-P"],
        Value::Either,
        Part::Whole,
    ),
    Row(&[b"plink", b"pscp"], &[b"-pw"], Value::Either, Part::Whole),
    Row(
        &[b"xfreerdp", b"xfreerdp3"],
        &[b"/p:"],
        Value::Attached,
        Part::Whole,
    ),
];

/// Adds the places of secrets in arguments, to each argument's own.
pub fn find(words: &[&[u8]], places: &mut [Vec<Range<usize>>]) {
    let mut scan = Scan::default();
    let mut runs_text = false;
    for (word, places) in words.iter().zip(places) {
        // Behind `-c` a variable's value ends with its word, and commands follow; elsewhere it is all of the argument.
        scan.word(word, !(runs_text && text::is_text(word)), |place| {
            places.push(place);
        });
        if text::is_text(word) {
            in_text(word, places);
        }
        runs_text = is_c(word);
    }
}

/// Whether it is the option of a shell behind which a text follows: `-c`, `-lc`.
fn is_c(word: &[u8]) -> bool {
    matches!(word, [b'-', letters @ .., b'c'] if letters.iter().all(u8::is_ascii_alphabetic))
}

fn in_text(bytes: &[u8], places: &mut Vec<Range<usize>>) {
    text::lists(bytes, &mut |words: &[Word]| {
        let mut scan = Scan::default();
        for word in words {
            if word.begins {
                scan = Scan::default();
            }
            let start = word.place.start;
            scan.word(&bytes[word.place.clone()], true, |place| {
                places.push(start + place.start..start + place.end);
            });
        }
    });
}

/// What the words before mean for the next.
#[derive(Default)]
struct Scan<'w> {
    program: &'w [u8],
    next: Option<Part>,
}

impl<'w> Scan<'w> {
    /// Looks at the next word; `names` says whether what follows a name and `=` is a value up to its end.
    fn word(&mut self, word: &'w [u8], names: bool, mut found: impl FnMut(Range<usize>)) {
        let quotes = word.iter().take_while(|byte| b"'\"\\".contains(byte));
        let start = quotes.count();
        let own = &word[start..];
        if let Some(part) = self.next.take()
            && !own.starts_with(b"-")
        {
            found_part(word, 0, part, &mut found);
            return;
        }
        let name = own.rsplit(|byte| *byte == b'/').next().unwrap_or(own);
        let is_known = PROGRAMS.iter().any(|row| row.0.contains(&name));
        if is_known {
            self.program = name;
            return;
        }
        if self.is_option_of_program(own, start, word, &mut found) {
            return;
        }
        match own.iter().position(|byte| *byte == b'=') {
            Some(at) if names && is_secret(&own[..at]) => {
                found_part(word, start + at + 1, Part::Whole, &mut found);
            }
            None if own.starts_with(b"-") && is_secret(own) => self.next = Some(Part::Whole),
            _ => {}
        }
    }

    fn is_option_of_program(
        &mut self,
        own: &[u8],
        start: usize,
        word: &[u8],
        found: &mut impl FnMut(Range<usize>),
    ) -> bool {
        let rows = PROGRAMS.iter().filter(|row| row.0.contains(&self.program));
        for Row(_, options, value, part) in rows {
            for option in *options {
                let Some(rest) = own.strip_prefix(*option) else {
                    continue;
                };
                if rest.is_empty() {
                    self.next = (*value == Value::Either).then_some(*part);
                } else if !option.starts_with(b"--") || rest.starts_with(b"=") {
                    found_part(word, start + option.len(), *part, found);
                } else {
                    continue;
                }
                return true;
            }
        }
        false
    }
}

fn found_part(word: &[u8], start: usize, part: Part, found: &mut impl FnMut(Range<usize>)) {
    let skipped = match part {
        Part::Whole => Some(0),
        Part::Behind(byte) => {
            let at = word[start..].iter().position(|other| *other == byte);
            at.map(|at| at + 1)
        }
    };
    if let Some(skipped) = skipped {
        found(start + skipped..word.len());
    }
}
