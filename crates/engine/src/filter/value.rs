//! Values of comparisons, read as the kind of what they are compared with has it.

mod addresses;
mod texts;

use jiff::Timestamp;

use super::class::{Class, Form};
use super::expr::{Bit, Compare, Range, Texts};
use super::fault::{Fault, nearest};
use super::names::Word;
use super::pattern::Pattern;

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `<`
    Below,
    /// `<=`
    UpTo,
    /// `>`
    Above,
    /// `>=`
    From,
    /// `has`
    Has,
    /// `has any`
    HasAny,
    /// `lacks`
    Lacks,
}

impl Op {
    /// Each as it is written; one that begins another stands behind it.
    pub const ALL: [(&'static str, Op); 9] = [
        ("!=", Op::IsNot),
        ("<=", Op::UpTo),
        (">=", Op::From),
        ("=", Op::Is),
        ("<", Op::Below),
        (">", Op::Above),
        ("has any ", Op::HasAny),
        ("has ", Op::Has),
        ("lacks ", Op::Lacks),
    ];

    fn name(self) -> &'static str {
        let found = Op::ALL.iter().find(|row| row.1 == self);
        found.map_or("", |row| row.0.trim())
    }

    /// Whether it is the opposite of what its comparison says.
    pub const fn is_negative(self) -> bool {
        matches!(self, Op::IsNot | Op::Lacks)
    }

    /// Whether it asks for bits.
    pub const fn is_of_sets(self) -> bool {
        matches!(self, Op::Has | Op::HasAny | Op::Lacks)
    }

    const fn is_of_order(self) -> bool {
        matches!(self, Op::Below | Op::UpTo | Op::Above | Op::From)
    }
}

/// One value as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Token<'t> {
    /// What stands there, without its quotes.
    pub text: &'t str,
    /// Where that begins.
    pub start: usize,
    /// Whether it stood in quotes, so that `\` has a meaning.
    pub quoted: bool,
}

impl Token<'_> {
    const fn place(&self) -> (usize, usize) {
        (self.start, self.start + self.text.len())
    }

    fn wrong(&self, message: impl Into<String>) -> Fault {
        Fault::new(self.place(), message)
    }
}

/// The comparison with values; `at` is where the operator stands.
pub fn compare(
    class: &Class,
    op: Op,
    at: (usize, usize),
    tokens: &[Token<'_>],
) -> Result<Compare, Fault> {
    allowed(class, op).map_err(|known| {
        let message = format!("{} does not fit this kind of value; {known} do", op.name());
        Fault::new(at, message)
    })?;
    if op.is_of_sets() {
        let bits = tokens.iter().map(|token| bits(class, token));
        let bits: Vec<Bit> = bits.collect::<Result<Vec<_>, _>>()?.concat();
        return Ok(if op == Op::Has {
            Compare::All(bits)
        } else {
            Compare::Some(bits)
        });
    }
    if op.is_of_order() {
        return order(class, op, tokens);
    }
    match class.form {
        Form::Text => patterns(tokens, texts::text),
        Form::Hex => patterns(tokens, texts::hex),
        Form::Address | Form::Ip => {
            let nets = tokens.iter().map(|token| addresses::net(class.form, token));
            Ok(Compare::Net(nets.collect::<Result<_, _>>()?))
        }
        _ => {
            let ranges = tokens.iter().map(|token| ranges(class, token));
            let ranges: Vec<_> = ranges.collect::<Result<_, _>>()?;
            Ok(Compare::Number(Range::joined(ranges.concat())))
        }
    }
}

/// Whether an operator fits; else those that do.
fn allowed(class: &Class, op: Op) -> Result<(), &'static str> {
    match class.form {
        Form::Integer | Form::Instant if op.is_of_sets() => Err("=, !=, <, <=, > and >="),
        Form::Integer | Form::Instant => Ok(()),
        Form::Set | Form::Mode if op.is_of_order() => Err("=, !=, has, has any and lacks"),
        Form::Set | Form::Mode => Ok(()),
        _ if op.is_of_order() || op.is_of_sets() => Err("= and !="),
        _ => Ok(()),
    }
}

fn order(class: &Class, op: Op, tokens: &[Token<'_>]) -> Result<Compare, Fault> {
    let [token] = tokens else {
        let place = tokens.get(1).map_or((0, 0), Token::place);
        return Err(Fault::new(place, format!("{} takes one value", op.name())));
    };
    let number = single(class, token)?;
    let (low, high) = match op {
        Op::Below => (i128::MIN, number.saturating_sub(1)),
        Op::UpTo => (i128::MIN, number),
        Op::Above => (number.saturating_add(1), i128::MAX),
        _ => (number, i128::MAX),
    };
    Ok(Compare::Number(vec![Range { low, high }]))
}

/// A number in decimal, `0x…` or `0o…`, with or without a minus.
fn number(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x" | "0X") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        _ => (10, digits),
    };
    let plain = digits.chars().all(|char| char.is_digit(radix)) && digits.len() <= 25;
    // 0644 is octal to some and decimal to others.
    let unclear = radix == 10 && digits.len() > 1 && digits.starts_with('0');
    if !plain || unclear {
        return None;
    }
    let number = i128::from_str_radix(digits, radix).ok()?;
    Some(if negative { -number } else { number })
}

fn named<'c>(class: &'c Class, name: &str) -> Option<&'c Word> {
    class.words.iter().find(|word| word.name == name)
}

/// A number or a word for one.
fn single(class: &Class, token: &Token<'_>) -> Result<i128, Fault> {
    let text = token.text.trim();
    if let Some(word) = named(class, text) {
        return Ok(word.number);
    }
    match class.form {
        Form::Instant => return instant(text).ok_or_else(|| token.wrong(INSTANT)),
        Form::Bool => {
            return match text {
                "true" | "1" => Ok(1),
                "false" | "0" => Ok(0),
                _ => Err(token.wrong("write true or false")),
            };
        }
        Form::Name => return Err(token.wrong(unknown(class, text, "write a name"))),
        Form::Device => return device(text).ok_or_else(|| token.wrong(DEVICE)),
        Form::Mode => {
            let octal = text.strip_prefix("0o").or_else(|| text.strip_prefix('0'));
            let octal = octal.filter(|digits| !digits.starts_with('x'));
            if let Some(digits) = octal.filter(|_| text.len() > 1) {
                let number = u32::from_str_radix(digits, 8);
                return number.map(i128::from).map_err(|_| token.wrong(MODE));
            }
            if !text.starts_with("0x") && text != "0" {
                return Err(token.wrong(unknown(class, text, MODE)));
            }
        }
        _ => {}
    }
    let expected = match class.form {
        Form::Choice => "write a name or a number",
        Form::Set | Form::Mode => "write names or a number, joined by |",
        _ if class.words.is_empty() => "write a number such as 10, -1, 0x1f or 0o17",
        _ => "write a number such as 10, -1, 0x1f or 0o17, or a name",
    };
    match number(text) {
        Some(number) if number < 0 && !class.signed => {
            Err(token.wrong("this value has no sign: nothing is below 0"))
        }
        Some(number) => Ok(number),
        None => Err(token.wrong(unknown(class, text, expected))),
    }
}

const INSTANT: &str = "write an instant such as 2026-11-27T08:00:00Z, or nanoseconds since 1970";
const DEVICE: &str = "write a device as MAJOR:MINOR, such as 8:1";
const MODE: &str = "write permissions in octal, such as 0o644, or names such as S_ISUID";

fn unknown(class: &Class, text: &str, expected: &str) -> String {
    let near = nearest(text, class.words.iter().map(|word| word.name.as_ref()));
    format!("{:?} is no value here: {expected}{near}", clipped(text))
}

/// Enough of a text to know it by.
fn clipped(text: &str) -> &str {
    let end = (0..=60).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0).min(text.len())).unwrap_or(text)
}

fn instant(text: &str) -> Option<i128> {
    let read = || Some(text.parse::<Timestamp>().ok()?.as_nanosecond());
    number(text).or_else(read)
}

fn device(text: &str) -> Option<i128> {
    let Some((major, minor)) = text.split_once(':') else {
        return number(text).filter(|number| *number >= 0);
    };
    let (major, minor): (u32, u32) = (major.parse().ok()?, minor.parse().ok()?);
    (minor < 1 << 20).then(|| i128::from(major) << 20 | i128::from(minor))
}

/// The words and numbers that `|` joins.
fn pieces<'t>(token: &Token<'t>) -> impl Iterator<Item = Token<'t>> {
    let mut start = token.start;
    token.text.split('|').map(move |text| {
        let piece = Token {
            text,
            start,
            quoted: false,
        };
        start += text.len() + 1;
        piece
    })
}

/// All that a value stands for: a name may stand for several numbers.
fn ranges(class: &Class, token: &Token<'_>) -> Result<Vec<Range>, Fault> {
    let words = class.words.iter();
    let named: Vec<Range> = words
        .filter(|word| word.name == token.text.trim())
        .map(|word| Range {
            low: word.number,
            high: word.number,
        })
        .collect();
    if named.is_empty() {
        return range(class, token).map(|range| vec![range]);
    }
    Ok(named)
}

fn range(class: &Class, token: &Token<'_>) -> Result<Range, Fault> {
    let one = |number| Range {
        low: number,
        high: number,
    };
    match class.form {
        Form::Set | Form::Mode => {
            let mut numbers = pieces(token).map(|piece| single(class, &piece));
            let whole = numbers.try_fold(0, |all, number| number.map(|number| all | number));
            whole.map(one)
        }
        Form::Integer | Form::Instant => match token.text.split_once("..") {
            None => single(class, token).map(one),
            Some((low, high)) => {
                let end = |text: &str, start, open| {
                    let (start, text) = (token.start + start, text.trim());
                    let token = Token {
                        text,
                        start,
                        quoted: false,
                    };
                    if text.is_empty() {
                        Ok(open)
                    } else {
                        single(class, &token)
                    }
                };
                let (low, high) = (
                    end(low, 0, i128::MIN)?,
                    end(high, low.len() + 2, i128::MAX)?,
                );
                if low > high {
                    return Err(token.wrong("the range ends before it begins"));
                }
                Ok(Range { low, high })
            }
        },
        _ => single(class, token).map(one),
    }
}

fn bits(class: &Class, token: &Token<'_>) -> Result<Vec<Bit>, Fault> {
    let one = |piece: Token<'_>| {
        let text = piece.text.trim();
        let bit = match named(class, text) {
            Some(word) => Bit {
                mask: word.mask,
                value: word.number as u64,
            },
            None => {
                let number = single(class, &piece)?;
                Bit {
                    mask: number as u64,
                    value: number as u64,
                }
            }
        };
        if bit.mask == 0 {
            return Err(piece.wrong("this is 0, so there is no bit to look for; compare with ="));
        }
        Ok(bit)
    };
    pieces(token).map(one).collect()
}

fn patterns(
    tokens: &[Token<'_>],
    pieces: fn(&Token<'_>) -> Result<Vec<Vec<u8>>, Fault>,
) -> Result<Compare, Fault> {
    let patterns = tokens.iter().map(|token| pieces(token).map(Pattern::new));
    Ok(Compare::Text(Texts::new(
        patterns.collect::<Result<_, _>>()?,
    )))
}
