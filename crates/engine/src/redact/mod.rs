//! What is not told of arguments and environments: variables that nobody asked for, and secrets.
//!
//! Outputs alone are redacted. Filters, policies and recordings have what the process had.

mod arguments;
mod names;
mod patterns;
mod record;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

pub use self::record::{Told, fields};
use crate::filter::{Missing, Pattern, Truth};
use crate::value;

/// What stands in the place of a secret.
pub const MARK: &[u8] = b"[redacted]";

/// What a list of texts holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A program's arguments.
    Arguments,
    /// Its environment.
    Environment,
}

impl Holds {
    /// What the list of this name holds, as fields of events and arguments of calls are named.
    #[must_use]
    pub fn of(name: &str) -> Option<Holds> {
        match name {
            "argv" => Some(Holds::Arguments),
            "env" | "envp" => Some(Holds::Environment),
            _ => None,
        }
    }
}

/// Whose secrets are looked for by the rules that are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// Nobody's.
    None,
    /// Those of environments.
    Environment,
    /// Those of arguments, too.
    Both,
}

/// What may be told.
#[derive(Clone, Debug)]
pub struct Redaction {
    variables: Vec<Pattern>,
    built_in: BuiltIn,
    rules: Vec<Regex>,
}

/// What may be told of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct List {
    /// The texts, each ended by NUL.
    pub texts: Vec<u8>,
    /// How many variables are not among them.
    pub left_out: u32,
}

impl Redaction {
    /// Tells no variables, and arguments as they are.
    #[must_use]
    pub const fn new(built_in: BuiltIn) -> Redaction {
        Redaction {
            variables: Vec::new(),
            built_in,
            rules: Vec::new(),
        }
    }

    /// Tells the variables of a name, in which `*` stands for any text.
    #[must_use]
    pub fn telling(mut self, name: &str) -> Redaction {
        let pieces = name.split('*').map(|piece| piece.as_bytes().to_vec());
        self.variables.push(Pattern::new(pieces.collect()));
        self
    }

    /// Takes what an expression finds in an argument, or in a variable with its name, for a secret: its groups, or all
    /// if it has none. The error says what is wrong with it.
    pub fn hiding(mut self, expression: &str) -> Result<Redaction, String> {
        // Whatever bytes a process puts there, `.` is one of them.
        let rule = RegexBuilder::new(expression)
            .unicode(false)
            .dot_matches_new_line(true)
            .build()
            .map_err(|error| last_line(&error.to_string()))?;
        self.rules.push(rule);
        Ok(self)
    }

    /// Whether all is told of such lists as it is.
    const fn is_idle(&self, holds: Holds) -> bool {
        let quiet = self.rules.is_empty();
        match holds {
            Holds::Arguments => quiet && !matches!(self.built_in, BuiltIn::Both),
            Holds::Environment => false,
        }
    }

    /// Whether nothing is told of such lists.
    #[must_use]
    pub const fn hides_all(&self, holds: Holds) -> bool {
        matches!(holds, Holds::Environment) && self.variables.is_empty()
    }

    /// What may be told of a list, if that is not what it is.
    #[must_use]
    pub fn list(&self, holds: Holds, bytes: &[u8]) -> Option<List> {
        if self.is_idle(holds) {
            return None;
        }
        let texts: Vec<&[u8]> = value::items(bytes).collect();
        let told = self.texts(holds, &texts)?;
        let left_out = told.iter().filter(|text| text.is_none()).count();
        let mut texts = Vec::with_capacity(bytes.len());
        for text in told.iter().flatten() {
            texts.extend_from_slice(text);
            texts.push(0);
        }
        Some(List {
            texts,
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        })
    }

    /// The same of texts that were taken apart already; those that are left out are nothing.
    #[must_use]
    pub fn texts<'t>(
        &self,
        holds: Holds,
        texts: &[&'t [u8]],
    ) -> Option<Vec<Option<Cow<'t, [u8]>>>> {
        if self.is_idle(holds) {
            return None;
        }
        let places = self.places(holds, texts);
        let tells = |text: &[u8]| holds == Holds::Arguments || self.tells(name_of(text));
        let mut changed = false;
        let told = texts.iter().zip(places).map(|(text, places)| {
            let tells = tells(text);
            changed |= !tells || !places.is_empty();
            tells.then(|| redacted(text, places))
        });
        let told = told.collect();
        changed.then_some(told)
    }

    /// Where secrets stand in each text.
    fn places(&self, holds: Holds, texts: &[&[u8]]) -> Vec<Vec<Range<usize>>> {
        let mut all = vec![Vec::new(); texts.len()];
        let looks = match holds {
            Holds::Arguments => self.built_in == BuiltIn::Both,
            Holds::Environment => self.built_in != BuiltIn::None,
        };
        match holds {
            Holds::Arguments if looks => arguments::find(texts, &mut all),
            Holds::Environment if looks => variables(texts, &mut all),
            _ => {}
        }
        for (text, places) in texts.iter().zip(&mut all) {
            if looks {
                patterns::find(text, places);
            }
            self.find(text, places);
            places.retain(|place| !place.is_empty());
        }
        all
    }

    fn tells(&self, name: &[u8]) -> bool {
        let fits = |pattern: &Pattern| pattern.fits(name, Missing::Nothing) == Truth::Yes;
        self.variables.iter().any(fits)
    }

    /// What the user's own rules find.
    fn find(&self, text: &[u8], places: &mut Vec<Range<usize>>) {
        for rule in &self.rules {
            for found in rule.captures_iter(text) {
                let from = usize::from(found.len() > 1);
                let groups = found.iter().skip(from).flatten();
                places.extend(groups.map(|group| group.range()));
            }
        }
    }
}

/// The text that says what is wrong, of the several lines that show where.
fn last_line(error: &str) -> String {
    let line = error.lines().last().unwrap_or(error).trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn name_of(variable: &[u8]) -> &[u8] {
    // The first byte may be an equals sign without being the end of a name, as libraries see it.
    let end = variable.iter().skip(1).position(|byte| *byte == b'=');
    end.map_or(variable, |end| &variable[..=end])
}

fn variables(texts: &[&[u8]], places: &mut [Vec<Range<usize>>]) {
    for (text, places) in texts.iter().zip(places) {
        let name = name_of(text);
        if names::is_secret(name) {
            places.push((name.len() + 1).min(text.len())..text.len());
        }
    }
}

/// A text with marks in these places.
fn redacted(text: &[u8], mut places: Vec<Range<usize>>) -> Cow<'_, [u8]> {
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    places.sort_unstable_by_key(|place| place.start);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    let mut places = places.iter().peekable();
    while let Some(place) = places.next() {
        let mut end = place.end;
        // Places that overlap, or touch, are one secret.
        while let Some(next) = places.next_if(|next| next.start <= end) {
            end = end.max(next.end);
        }
        out.extend_from_slice(&text[at..place.start]);
        out.extend_from_slice(MARK);
        at = end;
    }
    out.extend_from_slice(&text[at..]);
    Cow::Owned(out)
}
