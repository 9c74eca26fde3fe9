//! From text to expressions.
//!
//! ```text
//! EXPR    = TERM { "or" TERM }            TERM = FACTOR { "and" FACTOR }
//! FACTOR  = "not" FACTOR | "(" EXPR ")" | TEST
//! TEST    = NAME OP VALUE { "," VALUE }
//! ```
//!
//! A value ends at a comma, before ` and ` and ` or `, and at the parenthesis that closes one; what is to have
//! these stands in double quotes.

use tracehound_schema::Event;

use super::class::{Class, Form};
use super::expr::{Compare, Expr, Range, Subject, Test};
use super::fault::Fault;
use super::scope::Scope;
use super::special;
use super::subject;
use super::value::{Op, Token, compare};

/// What was read.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The expression.
    pub expr: Expr,
    /// The value that it says with `=` what it is to be, and nothing else: several of these are
    /// alternatives.
    pub alternative: Option<Subject>,
}

/// Reads an expression that names its event: `openat.data.pathname=/etc/*`.
pub fn of_any_event(text: &str) -> Result<(&'static Event, Parsed), Fault> {
    let mut parser = Parser::new(text, About::Event(None));
    let parsed = parser.whole()?;
    match parser.about {
        About::Event(Some(event)) => Ok((event, parsed)),
        _ => {
            Err(parser
                .missing("name the event: EVENT.data.FIELD, EVENT.retval or EVENT.scope.NAME"))
        }
    }
}

/// Reads an expression about an event: `data.pathname=/etc/*`, `retval<0`, `scope.uid=0`.
pub fn of_event(event: &'static Event, text: &str) -> Result<Parsed, Fault> {
    Parser::new(text, About::Event(Some(event))).whole()
}

/// Reads an expression about scope: `uid=0`, `comm=bash,zsh`. `began` is when the run began, in
/// nanoseconds since 1970, if there is one to which processes can be `new`.
pub fn of_scope(text: &str, began: Option<i128>) -> Result<Parsed, Fault> {
    Parser::new(text, About::Scope(began)).whole()
}

/// Whether a text is meant as an expression and not as an event's name: it says something of a field.
#[must_use]
pub fn is_expression(text: &str) -> bool {
    let text = text.trim_start();
    let name = text.split(|char: char| !is_of_name(char)).next();
    let mut parts = name.unwrap_or_default().split('.').skip(1);
    text.starts_with(['(', '"']) || text.starts_with("not ") || parts.next().is_some()
}

/// What names stand for.
#[derive(Clone, Copy)]
enum About {
    /// Values of an event, of which the first name says which.
    Event(Option<&'static Event>),
    /// Scope, and when the run began.
    Scope(Option<i128>),
}

/// How deep parentheses may stand in one another.
const DEPTH: u32 = 32;

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
    about: About,
    /// Set by the last test if it was one with `=`.
    alternative: Option<Subject>,
    tests: u32,
}

const fn is_of_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '-')
}

impl<'t> Parser<'t> {
    const fn new(text: &'t str, about: About) -> Parser<'t> {
        Parser {
            text,
            at: 0,
            depth: 0,
            about,
            alternative: None,
            tests: 0,
        }
    }

    fn whole(&mut self) -> Result<Parsed, Fault> {
        let expr = self.any()?;
        self.spaces();
        if self.at < self.text.len() {
            let end = self.text.len();
            return Err(Fault::new((self.at, end), "nothing is expected here"));
        }
        let single = self.tests == 1 && !matches!(expr, Expr::Not(_));
        let mut follows = false;
        expr.tests(&mut |test| follows |= test.subject == Subject::Scope(Scope::Followed));
        if follows && !matches!(expr, Expr::Test(_)) {
            let message = "follow stands alone: give it an -s, or a line of the scope, of its own";
            return Err(Fault::new((0, self.text.len()), message));
        }
        Ok(Parsed {
            expr,
            alternative: self.alternative.take().filter(|_| single),
        })
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn missing(&self, message: &str) -> Fault {
        Fault::new((self.at, self.at), message)
    }

    /// Takes a word that stands alone.
    fn word(&mut self, word: &str) -> bool {
        self.spaces();
        let Some(rest) = self.rest().strip_prefix(word) else {
            return false;
        };
        let ends = rest.is_empty() || rest.starts_with([' ', '(', '\t']);
        if ends {
            self.at += word.len();
        }
        ends
    }

    fn any(&mut self) -> Result<Expr, Fault> {
        let mut terms = vec![self.all()?];
        while self.word("or") {
            terms.push(self.all()?);
        }
        Ok(alone(terms, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr, Fault> {
        let mut factors = vec![self.factor()?];
        while self.word("and") {
            factors.push(self.factor()?);
        }
        Ok(alone(factors, Expr::All))
    }

    fn factor(&mut self) -> Result<Expr, Fault> {
        self.spaces();
        let start = self.at;
        let opens = self.rest().starts_with('(');
        let negates = !opens && self.word("not");
        if !opens && !negates {
            return self.test();
        }
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Fault::new(
                (start, start + 1),
                format!("more than {DEPTH} in one another"),
            ));
        }
        let expr = if opens {
            self.at += 1;
            let expr = self.any()?;
            self.spaces();
            if !self.rest().starts_with(')') {
                return Err(self.missing("a parenthesis is not closed"));
            }
            self.at += 1;
            expr
        } else {
            Expr::Not(Box::new(self.factor()?))
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn test(&mut self) -> Result<Expr, Fault> {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(|char| !is_of_name(char)).unwrap_or(rest.len());
        let name = &rest[..length];
        if name.is_empty() {
            return Err(self.missing("a name is missing"));
        }
        self.at += length;
        let place = (start, self.at);
        let (subject, class) = self.subject(name, place)?;
        self.tests += 1;
        self.spaces();
        let at = self.at;
        let found = Op::ALL.iter().find(|op| self.rest().starts_with(op.0));
        let Some((written, op)) = found else {
            return self.without_operator(subject, &class, place);
        };
        self.at += written.len();
        let place = (at, self.at - usize::from(written.ends_with(' ')));
        let tokens = self.tokens(*op)?;
        if let Some(expr) = self.new_process(&subject, *op, &tokens)? {
            return Ok(expr);
        }
        if let Subject::Scope(scope) = subject {
            special::check(scope, *op, place)?;
            if scope == Scope::Contained {
                let (expr, only_ids) = special::container(*op, place, &tokens)?;
                let is_one = *op == Op::Is && only_ids;
                self.alternative = is_one.then_some(Subject::Scope(Scope::Container));
                return Ok(expr);
            }
            if special::has_namespaces(scope, &tokens) {
                self.alternative = (*op == Op::Is).then_some(subject);
                return special::programs(*op, place, &tokens);
            }
        }
        let compare = special::cut(&subject, compare(&class, *op, place, &tokens)?);
        self.alternative = (*op == Op::Is).then(|| subject.clone());
        let test = Expr::Test(Test { subject, compare });
        Ok(if op.is_negative() {
            Expr::Not(Box::new(test))
        } else {
            test
        })
    }

    /// A name alone says of what is true or false that it is true.
    fn without_operator(
        &self,
        subject: Subject,
        class: &Class,
        place: (usize, usize),
    ) -> Result<Expr, Fault> {
        if class.form != Form::Bool {
            let known = "an operator is missing: =, !=, <, <=, >, >=, has, has any or lacks";
            return Err(Fault::new((place.1, place.1), known));
        }
        if subject == Subject::Scope(Scope::Followed) && !matches!(self.about, About::Scope(_)) {
            let message =
                "follow is about whose events are told: write it in -s or a policy's scope";
            return Err(Fault::new(place, message));
        }
        let compare = Compare::Number(vec![Range { low: 1, high: 1 }]);
        Ok(Expr::Test(Test { subject, compare }))
    }

    /// `pid=new`: processes that started after the run.
    fn new_process(
        &self,
        subject: &Subject,
        op: Op,
        tokens: &[Token<'_>],
    ) -> Result<Option<Expr>, Fault> {
        let (About::Scope(began), Subject::Scope(Scope::HostPid), [token]) =
            (self.about, subject, tokens)
        else {
            return Ok(None);
        };
        if token.text != "new" {
            return Ok(None);
        }
        let place = (token.start, token.start + token.text.len());
        let Some(low) = began else {
            let message = "a recording does not say when its run began; compare start with a time";
            return Err(Fault::new(place, message));
        };
        let high = i128::MAX;
        let test = Expr::Test(Test {
            subject: Subject::Scope(Scope::Start),
            compare: Compare::Number(vec![Range { low, high }]),
        });
        match op {
            Op::Is => Ok(Some(test)),
            Op::IsNot => Ok(Some(Expr::Not(Box::new(test)))),
            _ => Err(Fault::new(place, "new goes with = and != only")),
        }
    }

    fn subject(&mut self, name: &str, place: (usize, usize)) -> Result<(Subject, Class), Fault> {
        let About::Event(event) = self.about else {
            // Tracee's scope filters mean the host's ids, its fields of events the process's own.
            let name = if name == "pid" { "host_pid" } else { name };
            return subject::scope(name, place);
        };
        let is_part = |name: &str| {
            name == "retval"
                || ["data.", "args.", "scope.", "ancestor."]
                    .iter()
                    .any(|start| name.starts_with(start))
        };
        let (event, start) = match (event, name.split_once('.')) {
            (Some(event), _) if is_part(name) => (event, 0),
            (known, Some((first, _))) => (subject::event(known, first, place.0)?, first.len() + 1),
            (None, None) => {
                let name = subject::event(None, name, place.0)?.name;
                let message = format!(
                    "say what of it: {name}.data.FIELD, {name}.retval or {name}.scope.NAME"
                );
                return Err(Fault::new(place, message));
            }
            (Some(event), None) => (event, 0),
        };
        self.about = About::Event(Some(event));
        let (name, place) = (&name[start..], (place.0 + start, place.1));
        if name == "retval" {
            return subject::ret(event, place);
        }
        match name.split_once('.') {
            Some(("scope", name)) => subject::scope(name, (place.0 + 6, place.1)),
            Some(("ancestor", _)) => subject::scope(name, place),
            Some(("data" | "args", name)) => subject::field(event, name, (place.0 + 5, place.1)),
            // So Tracee's policies have it.
            None if Scope::named(name).is_some() => subject::scope(name, place),
            _ => {
                let message = format!(
                    "{name:?} is nothing to compare; write data.FIELD, retval or scope.NAME"
                );
                Err(Fault::new(place, message))
            }
        }
    }

    fn tokens(&mut self, op: Op) -> Result<Vec<Token<'t>>, Fault> {
        let mut tokens = Vec::new();
        loop {
            self.spaces();
            let token = if self.rest().starts_with('"') {
                self.quoted()?
            } else {
                self.unquoted()
            };
            if token.text.is_empty() && !token.quoted {
                let message = match op.is_of_sets() {
                    true => "a name or number is missing",
                    false => "a value is missing; write \"\" for an empty one",
                };
                return Err(self.missing(message));
            }
            tokens.push(token);
            self.spaces();
            if !self.rest().starts_with(',') {
                return Ok(tokens);
            }
            self.at += 1;
        }
    }

    fn quoted(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.at + 1;
        let inside = self.text.get(start..).unwrap_or_default();
        let mut escaped = false;
        let end = inside.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let Some(end) = end else {
            return Err(Fault::new(
                (self.at, self.text.len()),
                "a quote is not closed",
            ));
        };
        self.at = start + end + 1;
        Ok(Token {
            text: &inside[..end],
            start,
            quoted: true,
        })
    }

    fn unquoted(&mut self) -> Token<'t> {
        let (start, rest) = (self.at, self.rest());
        let closes = |char| char == ')' && self.depth > 0;
        let mut end = rest
            .find(|char| char == ',' || closes(char))
            .unwrap_or(rest.len());
        for word in [" and", " or"] {
            let found = rest[..end].match_indices(word);
            let ends = |at: usize| {
                let after = &rest[at + word.len()..];
                after.is_empty() || after.starts_with([' ', '('])
            };
            end = found
                .map(|found| found.0)
                .find(|at| ends(*at))
                .unwrap_or(end);
        }
        let text = rest[..end].trim_end();
        self.at += text.len();
        Token {
            text,
            start,
            quoted: false,
        }
    }
}

fn alone(mut list: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match list.len() {
        1 => list.swap_remove(0),
        _ => many(list),
    }
}
