//! Which of many entries can fit a record: those that ask for a value which the record does not have
//! need not be held against it.
//!
//! An entry is filed under the values that one of its conditions asks for. Values are known by a hash: two that
//! have the same are held against the record both, so that no more is left to chance than time.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash as _, Hasher as _};

use tracehound_schema::{Event, Kind};

use super::expr::{Compare, Expr, Subject, Test};
use super::facts::{Facts, Scratch};
use super::scope::Scope;

/// Fewer entries than this are held against each record, one by one.
const FEW: usize = 4;
/// Values of one condition at most.
const MOST_VALUES: usize = 256;

/// A hash is spread well already.
#[derive(Clone, Debug, Default)]
struct Same(u64);

impl std::hash::Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type Places = HashMap<u64, Vec<u32>, BuildHasherDefault<Same>>;

/// The entries of an event.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// By what is asked about, the entries that ask for each value.
    subjects: Vec<(Subject, Places)>,
    /// Those that are not filed.
    rest: Vec<u32>,
}

impl Index {
    /// Files the entries of an event; `None` where it is not worth it.
    pub fn new<'e>(
        event: &Event,
        entries: impl Iterator<Item = Option<&'e Expr>>,
    ) -> Option<Index> {
        let entries: Vec<Vec<(&Subject, Vec<u64>)>> = entries
            .map(|expr| expr.map_or_else(Vec::new, |expr| conditions(event, expr)))
            .collect();
        if entries.len() < FEW {
            return None;
        }
        let mut asked: HashMap<String, usize> = HashMap::new();
        for (subject, _) in entries.iter().flatten() {
            *asked.entry(format!("{subject:?}")).or_default() += 1;
        }
        let mut index = Index::default();
        for (place, conditions) in (0..).zip(entries) {
            // Few subjects are quick to look up.
            let most = |row: &(&Subject, Vec<u64>)| asked.get(&format!("{:?}", row.0)).copied();
            match conditions.into_iter().max_by_key(most) {
                Some((subject, hashes)) => index.file(subject, &hashes, place),
                None => index.rest.push(place),
            }
        }
        (!index.subjects.is_empty()).then_some(index)
    }

    fn file(&mut self, subject: &Subject, hashes: &[u64], place: u32) {
        let known = self.subjects.iter().position(|row| row.0 == *subject);
        let at = known.unwrap_or_else(|| {
            self.subjects.push((subject.clone(), Places::default()));
            self.subjects.len() - 1
        });
        for hash in hashes {
            self.subjects[at].1.entry(*hash).or_default().push(place);
        }
    }

    /// Finds the entries that may fit a record, in order.
    pub fn find(&self, facts: &Facts<'_>, scratch: &mut Scratch, found: &mut Vec<u32>) {
        found.clear();
        found.extend_from_slice(&self.rest);
        for (subject, places) in &self.subjects {
            match facts.hash(subject, scratch) {
                Some(hash) => found.extend(places.get(&hash).into_iter().flatten()),
                None => found.extend(places.values().flatten()),
            }
        }
        found.sort_unstable();
        found.dedup();
    }
}

/// The conditions of an expression that ask for whole values, all of which must hold.
fn conditions<'e>(event: &Event, expr: &'e Expr) -> Vec<(&'e Subject, Vec<u64>)> {
    match expr {
        Expr::All(all) => all.iter().flat_map(|one| conditions(event, one)).collect(),
        Expr::Test(test) => Vec::from_iter(values(event, test)),
        Expr::Any(any) => Vec::from_iter(alternatives(event, any)),
        Expr::Not(_) => Vec::new(),
    }
}

/// Values of one subject, one of which is asked for.
fn alternatives<'e>(event: &Event, any: &'e [Expr]) -> Option<(&'e Subject, Vec<u64>)> {
    let mut all: Option<(&Subject, Vec<u64>)> = None;
    for one in any {
        let Expr::Test(test) = one else {
            return None;
        };
        let (subject, hashes) = values(event, test)?;
        match &mut all {
            Some((known, _)) if *known != subject => return None,
            Some((_, known)) => known.extend(hashes),
            None => all = Some((subject, hashes)),
        }
    }
    all
}

fn values<'e>(event: &Event, test: &'e Test) -> Option<(&'e Subject, Vec<u64>)> {
    if !is_simple(event, &test.subject) {
        return None;
    }
    let hashes: Vec<u64> = match &test.compare {
        Compare::Text(texts) if texts.patterns.is_empty() => {
            texts.exact.iter().map(|text| of_text(text)).collect()
        }
        Compare::Number(ranges) if ranges.iter().all(|range| range.low == range.high) => {
            ranges.iter().map(|range| of_number(range.low)).collect()
        }
        _ => return None,
    };
    let fits = (1..=MOST_VALUES).contains(&hashes.len());
    fits.then_some((&test.subject, hashes))
}

/// Whether a subject has one value, which is found at once.
fn is_simple(event: &Event, subject: &Subject) -> bool {
    match subject {
        Subject::Ret => true,
        Subject::Scope(scope) => matches!(
            scope,
            Scope::Comm
                | Scope::Pid
                | Scope::Tid
                | Scope::Ppid
                | Scope::HostPid
                | Scope::HostTid
                | Scope::HostPpid
                | Scope::Uid
                | Scope::Gid
                | Scope::MntNs
                | Scope::PidNs
                | Scope::Cgroup
        ),
        Subject::Field { index, members } => {
            let field = event.fields.get(*index);
            let simple = |kind| {
                matches!(
                    kind,
                    Kind::I32
                        | Kind::I64
                        | Kind::U32
                        | Kind::U64
                        | Kind::Pid
                        | Kind::Uid
                        | Kind::Size
                        | Kind::Str
                        | Kind::Path
                )
            };
            event.call.is_none()
                && members.is_empty()
                && field.is_some_and(|field| simple(field.kind))
        }
    }
}

/// The hash of a text.
pub fn of_text(text: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The hash of a number.
pub fn of_number(number: i128) -> u64 {
    (number as u64 ^ (number >> 64) as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(32)
}
