//! The naive evaluator: the same question, asked of the line of JSON.

use serde_json::Value;

use super::Truth;

/// A question of a value.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Whether it is this number, or in a range of numbers.
    Within(i128, i128),
    /// Whether it is written so.
    Written(String),
    /// Whether it is a text that fits a pattern.
    Fits(String),
    /// Whether it is a list that has these.
    Has(Vec<String>),
    /// Whether it is a word of words that has this one; whether it has not is not told.
    Names(String),
}

fn names<'l>(line: &'l Value, list: &str) -> impl Iterator<Item = &'l str> {
    let names = line[list].as_array().map_or(&[][..], Vec::as_slice);
    names.iter().filter_map(Value::as_str)
}

/// Whether a list names a value, what holds it or something in it.
fn listed(line: &Value, list: &str, path: &str) -> bool {
    names(line, list).any(|name| {
        let upward = path
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let downward = name
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        upward || downward
    })
}

/// What the line says of a question; nothing where JSON does not tell.
pub fn ask(line: &Value, path: &str, ask: &Ask, starts_missing: bool) -> Option<Truth> {
    if listed(line, "raw", path) {
        return None;
    }
    let mut value = Some(&line["args"]);
    for step in path.split('.') {
        // Names of fields may have dots: those are taken as they stand.
        value = value.and_then(|value| value.get(step));
    }
    let value = value.or_else(|| line["args"].get(path));
    let cut = listed(line, "cut", path);
    let unread = listed(line, "unread", path);
    let Some(value) = value else {
        let open = line.get("unfinished").is_some() || line.get("ret").is_none();
        let later = open && listed(line, "unwritten", path);
        return Some(if unread || cut || later {
            Truth::Unknown
        } else {
            Truth::No
        });
    };
    let mut truth = Truth::No;
    match (value, ask) {
        (Value::Array(items), Ask::Has(words)) => {
            let has = |word: &String| items.iter().any(|item| item.as_str() == Some(word));
            return Some(Truth::from(words.iter().all(has)));
        }
        (Value::Array(items), Ask::Fits(_) | Ask::Within(..)) => {
            for (index, item) in items.iter().enumerate() {
                let own = names(line, "cut").any(|name| name == format!("{path}.{index}"));
                let last = index + 1 == items.len();
                let missing = own || (cut && last && line["syscall"] == Value::Null);
                truth = truth.max(one(item, ask, missing, false)?);
            }
        }
        (Value::Array(_) | Value::Object(_), _) => return None,
        (value, ask) => {
            return one(value, ask, cut, starts_missing);
        }
    }
    Some(if unread || cut {
        truth.max(Truth::Unknown)
    } else {
        truth
    })
}

fn number(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => number.as_i64().map(i128::from),
        Value::Bool(value) => Some(i128::from(*value)),
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok(),
            None if text == "NULL" => Some(0),
            // Octal, which the language writes in the same way.
            None if text.len() > 1 && text.starts_with('0') => None,
            None => text.parse().ok(),
        },
        _ => None,
    }
}

fn one(value: &Value, ask: &Ask, cut: bool, starts_missing: bool) -> Option<Truth> {
    match ask {
        Ask::Within(low, high) => {
            let number = number(value)?;
            Some(Truth::from((*low..=*high).contains(&number)))
        }
        Ask::Written(text) => Some(Truth::from(value.as_str()? == text)),
        Ask::Fits(pattern) => {
            let text = value.as_str()?;
            let literal = pattern.replace('*', "");
            let mut completions = vec![String::new(), "\u{1}".to_owned()];
            for at in (0..=literal.len()).filter(|at| literal.is_char_boundary(*at)) {
                completions.push(literal[at..].to_owned());
                completions.push(literal[..at].to_owned());
            }
            let whole = |more: &String| match (cut, starts_missing) {
                (false, _) => text.to_owned(),
                (true, false) => format!("{text}{more}"),
                (true, true) => format!("{more}/{text}"),
            };
            let mut answers = completions.iter().map(|more| fits(pattern, &whole(more)));
            let first = answers.next()?;
            Some(if answers.all(|answer| answer == first) {
                Truth::from(first)
            } else {
                Truth::Unknown
            })
        }
        Ask::Names(name) => {
            let has = value.as_str()?.split('|').any(|word| word == name);
            has.then_some(Truth::Yes)
        }
        Ask::Has(_) => None,
    }
}

/// Whether a text fits a pattern, tried in every way there is.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            (0..=text.len()).any(|at| text.is_char_boundary(at) && fits(rest, &text[at..]))
        }),
    }
}
