//! Expressions in plain words.

use jiff::Timestamp;
use tracehound_schema::Event;

use super::class::{Class, Form};
use super::expr::{Bit, Compare, Expr, Net, Range, Subject, Test, Texts};
use super::pattern::Pattern;
use super::scope::Scope;
use super::subject::class_of;

/// What an expression asks for; `event` is what its fields are of.
#[must_use]
pub fn describe(event: Option<&'static Event>, expr: &Expr) -> String {
    let inner = |expr: &Expr| match expr {
        Expr::All(many) | Expr::Any(many) if many.len() > 1 => {
            format!("({})", describe(event, expr))
        }
        expr => describe(event, expr),
    };
    let joined = |many: &[Expr], word: &str| {
        let parts: Vec<String> = many.iter().map(inner).collect();
        parts.join(word)
    };
    match expr {
        Expr::All(all) if all.is_empty() => "always".to_owned(),
        Expr::Any(any) if any.is_empty() => "never".to_owned(),
        Expr::All(all) => joined(all, " and "),
        Expr::Any(any) => joined(any, " or "),
        Expr::Test(one) => test(event, one, false),
        Expr::Not(not) => match &**not {
            Expr::Test(one) => test(event, one, true),
            other => format!("not ({})", describe(event, other)),
        },
    }
}

fn test(event: Option<&'static Event>, test: &Test, negative: bool) -> String {
    let name = match &test.subject {
        Subject::Field { index, members } => {
            let field = event.and_then(|event| event.fields.get(*index));
            let mut name = field.map_or("", |field| field.name).to_owned();
            for member in members {
                name += &format!(".{member}");
            }
            name
        }
        Subject::Ret => "the return value".to_owned(),
        Subject::Scope(scope) => scope.name().to_owned(),
    };
    if test.subject == Subject::Scope(Scope::Followed) {
        return "it was created by a process in scope, or by what that created".to_owned();
    }
    let class = class_of(event, &test.subject);
    let values: Vec<String> = match &test.compare {
        Compare::Number(ranges) => ranges
            .iter()
            .map(|range| self::range(&class, range))
            .collect(),
        Compare::All(bits) | Compare::Some(bits) => {
            bits.iter().map(|one| bit(&class, one)).collect()
        }
        Compare::Text(texts) => self::texts(texts),
        Compare::Net(nets) => nets.iter().map(net).collect(),
    };
    let shown = some_of(
        &values,
        if matches!(test.compare, Compare::All(_)) {
            "and"
        } else {
            "or"
        },
    );
    match (&test.compare, negative) {
        (Compare::All(_) | Compare::Some(_), false) => format!("{name} has {shown}"),
        (Compare::All(_), true) => format!("{name} has not ({shown})"),
        (Compare::Some(_), true) => format!("{name} has none of {}", shown.replace(" or ", ", ")),
        (_, false) => format!("{name} is {shown}"),
        (_, true) => format!("{name} is not {shown}"),
    }
}

/// Values that are listed one by one.
const FEW: usize = 20;

fn some_of(values: &[String], word: &str) -> String {
    let mut shown = values.iter().take(FEW).cloned().collect::<Vec<_>>();
    if values.len() > FEW {
        shown.push(format!("{} others", values.len() - FEW));
    }
    shown.join(&format!(" {word} "))
}

fn number(class: &Class, number: i128, is_end: bool) -> String {
    // A word is one value, not the end of a range.
    let words = class.words.iter().rev().filter(|_| !is_end);
    let word = words.clone().find(|word| word.number == number);
    match (class.form, word) {
        (_, Some(word)) => word.name.to_string(),
        (Form::Bool, _) => if number == 0 { "false" } else { "true" }.to_owned(),
        (Form::Device, _) => format!("{}:{}", number >> 20, number & 0xf_ffff),
        (Form::Mode, _) => format!("0{number:o}"),
        (Form::Set, _) => format!("{number:#x}"),
        (Form::Instant, _) => match Timestamp::from_nanosecond(number) {
            Ok(time) => time.to_string(),
            Err(_) => number.to_string(),
        },
        _ => number.to_string(),
    }
}

fn range(class: &Class, range: &Range) -> String {
    let show = |end| number(class, end, range.low != range.high);
    match (range.low, range.high) {
        (i128::MIN, i128::MAX) => "any".to_owned(),
        (low, high) if low == high => show(low),
        (i128::MIN, high) => format!("at most {}", show(high)),
        (low, i128::MAX) => format!("at least {}", show(low)),
        (low, high) => format!("from {} to {}", show(low), show(high)),
    }
}

fn bit(class: &Class, bit: &Bit) -> String {
    let is = |word: &&super::names::Word| word.mask == bit.mask && word.number as u64 == bit.value;
    match class.words.iter().find(is) {
        Some(word) => word.name.to_string(),
        None => format!("{:#x}", bit.value),
    }
}

fn texts(texts: &Texts) -> Vec<String> {
    let exact = texts.exact.iter().map(|text| quoted(text));
    exact.chain(texts.patterns.iter().map(pattern)).collect()
}

fn quoted(text: &[u8]) -> String {
    format!("\"{}\"", text.escape_ascii())
}

fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Exact(text) => quoted(text),
        Pattern::Prefix(text) => format!("what begins with {}", quoted(text)),
        Pattern::Suffix(text) => format!("what ends with {}", quoted(text)),
        Pattern::Contains(text) => format!("what contains {}", quoted(text)),
        Pattern::Glob(pieces) => {
            let pieces: Vec<String> = pieces
                .iter()
                .map(|piece| piece.escape_ascii().to_string())
                .collect();
            format!("what fits \"{}\"", pieces.join("*"))
        }
    }
}

fn net(net: &Net) -> String {
    let (bits, length, ports) = match net {
        Net::Unix(path) => return pattern(path),
        Net::Host {
            bits,
            length,
            ports,
        } => (*bits, *length, *ports),
    };
    let address = std::net::Ipv6Addr::from_bits(bits);
    let host = match (address.to_ipv4_mapped(), length) {
        (_, 0) => "any address".to_owned(),
        (Some(v4), 128) => v4.to_string(),
        (Some(v4), length) if length >= 96 => format!("{v4}/{}", length - 96),
        (_, 128) => address.to_string(),
        (_, length) => format!("{address}/{length}"),
    };
    match ports {
        None => host,
        Some((low, high)) if low == high => format!("{host} port {low}"),
        Some((low, high)) => format!("{host} port {low} to {high}"),
    }
}
