//! Filter expressions as data, and how one is held against a record.

use super::facts::{Facts, Scratch};
use super::pattern::{Missing, Pattern};
use super::scope::Scope;
use super::truth::Truth;

/// An expression over the records of one event, or of all where it is about scope only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// All of them hold; without any, always.
    All(Vec<Expr>),
    /// One of them at least holds; without any, never.
    Any(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// A value is so.
    Test(Test),
}

/// A statement about one value. It is false of a value that is not there (a null pointer), and not
/// known of one that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Which value.
    pub subject: Subject,
    /// What it is to be. Of a list one of its values.
    pub compare: Compare,
}

/// A value of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A field of the event, or a member of it by the names that lead to it.
    Field {
        /// Its index in the event.
        index: usize,
        /// The members' names.
        members: Vec<&'static str>,
    },
    /// What the call returned.
    Ret,
    /// A fact about who did it, when and where.
    Scope(Scope),
}

/// What a value is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compare {
    /// A number in one of these ranges, which are in order and do not touch. A word, a set of bits,
    /// a device (`major << 20 | minor`), an instant (nanoseconds since 1970) and true or false are
    /// numbers.
    Number(Vec<Range>),
    /// A number that has all of these bits.
    All(Vec<Bit>),
    /// A number that has some of these bits.
    Some(Vec<Bit>),
    /// A text.
    Text(Texts),
    /// An address of a host, or of a socket, in one of these.
    Net(Vec<Net>),
}

/// Numbers from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    /// The least.
    pub low: i128,
    /// The greatest.
    pub high: i128,
}

/// Bits that are to be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bit {
    /// Which.
    pub mask: u64,
    /// What they are to be.
    pub value: u64,
}

/// Texts of which a value is to be one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Whole texts, in order.
    pub exact: Vec<Box<[u8]>>,
    /// Others.
    pub patterns: Vec<Pattern>,
}

/// Addresses of sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Net {
    /// Of hosts: their first bits, and a port's range. IPv4 has the form of IPv6
    /// (`::ffff:1.2.3.4`), in which sockets of IPv6 have it.
    Host {
        /// The bits; those that do not count are zero.
        bits: u128,
        /// How many of them count, from the highest on.
        length: u8,
        /// Ports from and to; `None` for addresses that have none or where any will do.
        ports: Option<(u16, u16)>,
    },
    /// Of a unix socket: its path, or `@` and its name.
    Unix(Pattern),
}

impl Expr {
    /// What is known of it for a record.
    #[must_use]
    pub fn check(&self, facts: &Facts<'_>, scratch: &mut Scratch) -> Truth {
        match self {
            Expr::Test(test) => facts.test(test, scratch),
            Expr::Not(inner) => inner.check(facts, scratch).not(),
            Expr::All(all) => {
                let mut truth = Truth::Yes;
                for one in all {
                    truth = truth.min(one.check(facts, scratch));
                    if truth == Truth::No {
                        break;
                    }
                }
                truth
            }
            Expr::Any(any) => {
                let mut truth = Truth::No;
                for one in any {
                    truth = truth.max(one.check(facts, scratch));
                    if truth == Truth::Yes {
                        break;
                    }
                }
                truth
            }
        }
    }
}

impl Expr {
    /// Shows each test.
    pub fn tests<'e>(&'e self, see: &mut impl FnMut(&'e Test)) {
        match self {
            Expr::Test(test) => see(test),
            Expr::Not(inner) => inner.tests(see),
            Expr::All(many) | Expr::Any(many) => many.iter().for_each(|one| one.tests(see)),
        }
    }

    /// Has the tests of whether a process is followed ask for one scope.
    pub(super) fn follow(&mut self, number: usize) {
        match self {
            Expr::Test(test) if test.subject == Subject::Scope(Scope::Followed) => {
                let number = number as i128;
                test.compare = Compare::Number(vec![Range {
                    low: number,
                    high: number,
                }]);
            }
            Expr::Test(_) => {}
            Expr::Not(inner) => inner.follow(number),
            Expr::All(many) | Expr::Any(many) => {
                many.iter_mut().for_each(|one| one.follow(number));
            }
        }
    }
}

impl Range {
    /// Whether one of `ranges` holds the number.
    #[must_use]
    pub fn any(ranges: &[Range], number: i128) -> bool {
        match ranges {
            [one] => (one.low..=one.high).contains(&number),
            many => {
                let at = many.partition_point(|range| range.high < number);
                many.get(at).is_some_and(|range| range.low <= number)
            }
        }
    }

    /// The ranges in order, those that touch as one.
    #[must_use]
    pub fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
        ranges.sort_unstable();
        let mut joined: Vec<Range> = Vec::new();
        for range in ranges {
            match joined.last_mut() {
                Some(last) if range.low <= last.high.saturating_add(1) => {
                    last.high = last.high.max(range.high);
                }
                _ => joined.push(range),
            }
        }
        joined
    }
}

impl Compare {
    /// Whether a number is so.
    #[must_use]
    pub fn number(&self, number: i128) -> bool {
        match self {
            Compare::Number(ranges) => Range::any(ranges, number),
            Compare::All(bits) => bits.iter().all(|bit| bit.is_in(number as u64)),
            Compare::Some(bits) => bits.iter().any(|bit| bit.is_in(number as u64)),
            Compare::Text(_) | Compare::Net(_) => false,
        }
    }
}

impl Bit {
    const fn is_in(&self, number: u64) -> bool {
        number & self.mask == self.value
    }
}

impl Texts {
    /// Sorts patterns into whole texts and others.
    #[must_use]
    pub fn new(patterns: Vec<Pattern>) -> Texts {
        let mut texts = Texts::default();
        for pattern in patterns {
            match pattern {
                Pattern::Exact(text) => texts.exact.push(text),
                other => texts.patterns.push(other),
            }
        }
        texts.exact.sort_unstable();
        texts.exact.dedup();
        texts
    }

    /// The same for texts of which all but so many bytes are cut.
    #[must_use]
    pub fn cut(self, bytes: usize) -> Texts {
        let exact = self.exact.into_iter().map(Pattern::Exact);
        let short = |pattern: Pattern| {
            let start = match &pattern {
                Pattern::Exact(text) | Pattern::Prefix(text) => Some(text),
                Pattern::Glob(pieces) => pieces.first(),
                Pattern::Suffix(_) | Pattern::Contains(_) => None,
            };
            match start.and_then(|start| start.get(..bytes + 1)) {
                Some(long) => Pattern::Exact(long[..bytes].into()),
                None => pattern,
            }
        };
        Texts::new(exact.chain(self.patterns).map(short).collect())
    }

    /// Whether a text is one of them.
    #[must_use]
    pub fn fits(&self, text: &[u8], missing: Missing) -> Truth {
        let exact = match (missing, self.exact.as_slice()) {
            (Missing::Nothing, [one]) => Truth::from(**one == *text),
            (Missing::Nothing, many) => {
                let found = many.binary_search_by(|one| (**one).cmp(text));
                Truth::from(found.is_ok())
            }
            (Missing::Start, many) if many.iter().any(|one| one.ends_with(text)) => Truth::Unknown,
            (Missing::End, many) if many.iter().any(|one| one.starts_with(text)) => Truth::Unknown,
            _ => Truth::No,
        };
        let mut truth = exact;
        for pattern in &self.patterns {
            if truth == Truth::Yes {
                break;
            }
            truth = truth.max(pattern.fits(text, missing));
        }
        truth
    }
}

impl Net {
    /// Whether the address of a host, or of its socket, is in it.
    #[must_use]
    pub fn fits(&self, host: u128, port: Option<u16>) -> bool {
        let Net::Host {
            bits,
            length,
            ports,
        } = self
        else {
            return false;
        };
        let open = |(low, high)| port.is_some_and(|port| (low..=high).contains(&port));
        host & Net::mask(*length) == *bits && ports.is_none_or(open)
    }

    /// The bits that count of an address.
    #[must_use]
    pub const fn mask(length: u8) -> u128 {
        match length {
            0 => 0,
            length => u128::MAX << (128 - length as u32),
        }
    }
}
