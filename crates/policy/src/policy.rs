//! A policy, and what several together mean for the engine.

use std::path::PathBuf;

use tracehound_engine::filter::{self, Expr, Filters, Limits, Named};
use tracehound_schema::Event;

/// A policy whose names are known to exist.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What its text is, in short: that of no other policy of its name is the same.
    pub stamp: u64,
    /// What it says of itself.
    pub description: String,
    /// The file.
    pub path: PathBuf,
    /// Whose events it is about; everybody's without.
    pub scope: Option<Expr>,
    /// What it selects.
    pub rules: Vec<Rule>,
}

/// A rule of a policy.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The events as the file names them.
    pub named: String,
    /// The events, each with what is wanted of it, if not all.
    pub events: Vec<(&'static Event, Option<Expr>)>,
    /// How much of them.
    pub limits: Limits,
    /// What is done with them.
    pub actions: Actions,
}

/// What is done with what a rule selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actions {
    /// `log` or `print`: the outputs show it.
    pub shows: bool,
    /// `count`: its number is told at the end.
    pub counts: bool,
    /// `record`: it is kept in the recording of what policies choose.
    pub records: bool,
}

/// The events that policies select, each once.
#[must_use]
pub fn selected(policies: &[Policy]) -> Vec<&'static Event> {
    let rules = policies.iter().flat_map(|policy| &policy.rules);
    let mut events: Vec<&'static Event> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for (event, _) in rules.flat_map(|rule| &rule.events) {
        if known.insert(event.id) {
            events.push(event);
        }
    }
    events
}

/// The engine's filters for policies.
#[must_use]
pub fn filters(policies: Vec<Policy>) -> Filters {
    Filters::of_policies(named(policies))
}

/// Policies as the engine takes them.
#[must_use]
pub fn named(policies: Vec<Policy>) -> Vec<Named> {
    let named = policies.into_iter().map(|policy| Named {
        name: policy.name,
        stamp: policy.stamp,
        scope: policy.scope,
        rules: policy.rules.into_iter().map(self::rule).collect(),
    });
    named.collect()
}

fn rule(rule: Rule) -> filter::Rule {
    filter::Rule {
        name: rule.named,
        events: rule.events,
        limits: rule.limits,
        shows: rule.actions.shows,
        counts: rule.actions.counts,
        records: rule.actions.records,
    }
}
