//! Random comparisons of random records: the typed evaluation and the naive one over JSON agree.

use proptest::prelude::*;
use serde_json::Value;
use tracehound_schema::sample::Random;
use tracehound_schema::{Event, Kind, all, sample};

use super::super::{Compare, Expr, Parsed, parse};
use super::evaluator::{Ask, ask};
use super::{Told, Truth};

pub fn below(random: &mut Random, limit: usize) -> usize {
    random.below(limit.max(1) as u64) as usize
}

/// A record of any event by chance.
pub fn record(event: &'static Event, seed: u64) -> Told {
    if event.call.is_some() {
        let bytes = if seed & 1 == 0 {
            sample::scrambled(event, sample::header(event), seed)
        } else {
            sample::record(event)
        };
        return Told::new(event, bytes);
    }
    Told::new(event, sample::wild(event, sample::header(event), seed))
}

/// Where values are that have no others inside, and what they are.
pub fn leaves<'v>(path: &str, value: &'v Value, found: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                leaves(&path, value, found);
            }
        }
        value => found.push((path.to_owned(), value)),
    }
}

/// A comparison in our language with the question that it is, from a value that was seen.
pub fn comparison(value: &Value, random: &mut Random) -> Option<(String, Ask)> {
    match value {
        Value::Number(number) => {
            let number = i128::from(number.as_i64()?) + below(random, 3) as i128 - 1;
            Some(match below(random, 4) {
                0 => (format!("<{number}"), Ask::Within(i128::MIN, number - 1)),
                1 => (format!(">={number}"), Ask::Within(number, i128::MAX)),
                2 => (
                    format!("={number}..{}", number + 3),
                    Ask::Within(number, number + 3),
                ),
                _ => (format!("={number}"), Ask::Within(number, number)),
            })
        }
        Value::Bool(value) => {
            let number = i128::from(*value);
            Some((format!("={value}"), Ask::Within(number, number)))
        }
        Value::Array(items) => {
            let item = items.get(below(random, items.len()))?;
            match (item, below(random, 2)) {
                (Value::String(text), 0) => {
                    Some((format!(" has {text}"), Ask::Has(vec![text.clone()])))
                }
                (Value::Object(_) | Value::Array(_), _) => None,
                (item, _) => comparison(item, random),
            }
        }
        Value::String(text) => match below(random, 4) {
            0 => {
                let words: Vec<&str> = text.split('|').collect();
                let word = words[below(random, words.len())];
                Some((format!(" has {word}"), Ask::Names(word.to_owned())))
            }
            1 => Some((format!("={text}"), Ask::Written(text.clone()))),
            _ => {
                let mut bound = || {
                    let at = below(random, text.len() + 1);
                    (0..=at)
                        .rev()
                        .find(|at| text.is_char_boundary(*at))
                        .unwrap_or(0)
                };
                let (one, other) = (bound(), bound());
                let inner = &text[one.min(other)..one.max(other)];
                let pattern = match below(random, 5) {
                    0 => text.clone(),
                    1 => format!("{inner}*"),
                    2 => format!("*{inner}"),
                    3 => format!("*{inner}*"),
                    _ => format!("{}*{}", &text[..one.min(other)], &text[one.max(other)..]),
                };
                let plain = text
                    .chars()
                    .all(|char| char.is_ascii_graphic() && !"\"\\*".contains(char));
                plain.then(|| (format!("=\"{pattern}\""), Ask::Fits(pattern)))
            }
        },
        _ => None,
    }
}

/// Whether a question is the one that was read: what is text in JSON may be words in a filter, and
/// bytes have a language of their own.
fn suits(event: &'static Event, path: &str, question: &Ask, parsed: &Parsed) -> bool {
    let Expr::Test(test) = &parsed.expr else {
        return false;
    };
    let mut fields = event.fields.iter();
    let is_bytes = fields.any(|field| field.name == path && matches!(field.kind, Kind::Bytes));
    match (question, &test.compare) {
        (Ask::Fits(_), Compare::Text(_)) => !is_bytes,
        (Ask::Written(_) | Ask::Within(..), Compare::Number(_)) => true,
        (Ask::Has(_) | Ask::Names(_), Compare::All(_)) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn typed_evaluation_agrees_with_the_naive_one(choice in any::<u64>(), seed in any::<u64>(), donor in 0u64..8) {
        let events: Vec<&'static Event> = all().collect();
        let event = events[choice as usize % events.len()];
        let told = record(event, seed);
        // Mostly the comparison is made from the record's own value, else it would rarely hold.
        let from = if donor < 5 { seed } else { seed ^ donor << 1 };
        let seen = record(event, from).json();
        let line = told.json();
        let mut found = Vec::new();
        leaves("", &seen["args"], &mut found);
        let mut random = Random::new(seed ^ choice);
        for (path, value) in found {
            let Some((text, question)) = comparison(value, &mut random) else { continue };
            let text = format!("data.{path}{text}");
            let Ok(parsed) = parse::of_event(event, &text) else { continue };
            if !suits(event, &path, &question, &parsed) { continue }
            let starts_missing = event.fields.iter().any(|field| {
                field.name == path && matches!(field.kind, Kind::Path)
            });
            let Some(expected) = ask(&line, &path, &question, starts_missing) else { continue };
            let typed = told.is(&parsed);
            prop_assert_eq!(typed, expected, "{} {:?} on {}", text, question, line);
            let negated = told.says(&format!("not ({text})"));
            prop_assert_eq!(negated, expected.not());
            let both = told.says(&format!("({text}) and not ({text})"));
            let wanted = expected.min(expected.not());
            prop_assert_eq!(both, wanted);
            let either = told.says(&format!("{text} or scope.cpu=0"));
            prop_assert_eq!(either, expected.max(Truth::No));
        }
    }
}

/// A property that nothing is asked of holds always: the cases do ask, of every sort and with every
/// answer.
#[test]
fn the_cases_ask_of_every_sort() {
    let mut seen = std::collections::HashSet::new();
    let events: Vec<&'static Event> = all().collect();
    for seed in 0..4000u64 {
        let event = events[seed as usize % events.len()];
        let told = record(event, seed);
        let line = told.json();
        let mut found = Vec::new();
        leaves("", &line["args"], &mut found);
        let mut random = Random::new(seed);
        for (path, value) in found {
            let Some((text, question)) = comparison(value, &mut random) else {
                continue;
            };
            let Ok(parsed) = parse::of_event(event, &format!("data.{path}{text}")) else {
                continue;
            };
            if suits(event, &path, &question, &parsed) {
                let Expr::Test(test) = &parsed.expr else {
                    continue;
                };
                seen.insert((std::mem::discriminant(&test.compare), told.is(&parsed)));
            }
        }
    }
    // Numbers that hold and do not, bits that hold, texts with all three answers.
    assert!(seen.len() >= 6, "{seen:?}");
}
