//! `--events` and `--scope` as filters: where an argument is split, and how a fault is shown.

use std::time::{SystemTime, UNIX_EPOCH};

use tracehound_engine::filter::{Expr, Fault, Filters, combined, parse, scope};
use tracehound_schema::{Event, all, by_name};

use crate::failure::Failure;

/// One item of an `--events` argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// Events by name, set or pattern, or excluded.
    Events(&'a str),
    /// An expression about one event, and where in the argument it begins.
    Filter(&'a str, usize),
}

/// The items of an argument. A comparison takes the rest of it: commas separate its values then.
/// What follows `tag=SET` and is no event is another set, as Tracee has it.
pub fn items(argument: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut at = 0;
    loop {
        let rest = &argument[at..];
        if parse::is_expression(rest) {
            items.push(Item::Filter(rest, at));
            return items;
        }
        let end = rest.find(',').unwrap_or(rest.len());
        items.push(Item::Events(&rest[..end]));
        at += end + 1;
        if at > argument.len() {
            return items;
        }
    }
}

/// Whether a word is the name of a set and not of an event.
pub fn is_set(word: &str) -> bool {
    by_name(word).is_none() && all().any(|event| event.sets.contains(&word))
}

/// The filters of a command line.
#[derive(Debug, Default)]
pub struct Wanted {
    parts: Vec<(&'static Event, parse::Parsed)>,
    scope: Option<Expr>,
}

impl Wanted {
    /// Adds an expression about one event; gives the event. `argument` is what the expression begins
    /// `at` in.
    pub fn add(
        &mut self,
        argument: &str,
        expression: &str,
        at: usize,
    ) -> Result<&'static Event, Failure> {
        let parsed = parse::of_any_event(expression);
        let (event, parsed) = parsed.map_err(|fault| refused(argument, fault.moved(at)))?;
        self.parts.push((event, parsed));
        Ok(event)
    }

    /// Adds what `--scope` says. `lives` if there is a run that processes can begin after.
    pub fn scope(&mut self, arguments: &[String], lives: bool) -> Result<(), Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.ok().and_then(|now| i128::try_from(now.as_nanos()).ok());
        let began = now.filter(|_| lives);
        let parsed = arguments.iter().map(|argument| {
            parse::of_scope(argument, began).map_err(|fault| refused(argument, fault))
        });
        let parsed: Vec<_> = parsed.collect::<Result<_, _>>()?;
        self.scope = (!parsed.is_empty()).then(|| scope(parsed));
        Ok(())
    }

    /// The filters, ready to be asked.
    pub fn filters(self) -> Filters {
        let mut events: Vec<(&'static Event, Vec<_>)> = Vec::new();
        for (event, part) in self.parts {
            match events.iter_mut().find(|row| row.0.id == event.id) {
                Some((_, parts)) => parts.push(part),
                None => events.push((event, vec![part])),
            }
        }
        let events = events.into_iter();
        let events = events.map(|(event, parts)| (event, combined(parts)));
        Filters::new(events.collect(), self.scope)
    }
}

/// A fault with the argument and a line that points at it.
fn refused(argument: &str, fault: Fault) -> Failure {
    let shown = fault.shown(argument);
    Failure::usage(format!("{fault}\n{shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comparison_takes_the_rest_of_its_argument() {
        assert_eq!(
            items("execve,tag=fs,openat.data.pathname=/etc/*,/tmp/*"),
            [
                Item::Events("execve"),
                Item::Events("tag=fs"),
                Item::Filter("openat.data.pathname=/etc/*,/tmp/*", 14),
            ]
        );
        assert_eq!(items("-gap"), [Item::Events("-gap")]);
        assert_eq!(items("a,"), [Item::Events("a"), Item::Events("")]);
    }

    #[test]
    fn a_fault_points_into_the_whole_argument() {
        let argument = "execve,openat.data.pathnam=/x";
        let Item::Filter(text, at) = items(argument)[1] else {
            panic!("no filter");
        };
        let failure = Wanted::default().add(argument, text, at).unwrap_err();
        assert_eq!(failure.code(), 2);
        assert_eq!(
            failure.to_string(),
            "openat has no field \"pathnam\"; did you mean pathname?\n  \
             execve,openat.data.pathnam=/x\n  \
             \u{20}                  ^^^^^^^"
        );
    }
}
