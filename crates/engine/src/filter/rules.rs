//! Rules of policies: what they want, and what has become of them.

use tracehound_schema::Event;

use super::expr::Expr;
use super::facts::{Facts, Scratch};
use super::limits::{Limiter, Limits};
use super::truth::Truth;

/// A policy as the engine needs it.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Tells it from others of the same name: those with the same are the same.
    pub stamp: u64,
    /// Whose events it is about; everybody's without.
    pub scope: Option<Expr>,
    /// What it selects. Of several rules for one event one is enough.
    pub rules: Vec<Rule>,
}

/// A rule of a policy.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it is called.
    pub name: String,
    /// The events that it selects, each with what is wanted of it, if not all.
    pub events: Vec<(&'static Event, Option<Expr>)>,
    /// How much of it.
    pub limits: Limits,
    /// Whether it is shown.
    pub shows: bool,
    /// Whether its number is to be told at the end.
    pub counts: bool,
    /// Whether its records are kept.
    pub records: bool,
}

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// A rule shows it, or there are none.
    pub shows: bool,
    /// A rule has it kept.
    pub records: bool,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// Its policy.
    pub policy: &'a str,
    /// What it is called.
    pub rule: &'a str,
    /// Records that fit it, those included of which that is not sure.
    pub fits: u64,
    /// Those of which it is not sure.
    pub unsure: u64,
    /// Those that its limits let through.
    pub let_through: u64,
    /// Whether it asks for the number.
    pub counts: bool,
}

/// What one rule wants of one event; `rule` is none for filters that are of no policy.
#[derive(Clone, Debug)]
pub struct Entry {
    pub rule: Option<usize>,
    pub expr: Option<Expr>,
}

impl Entry {
    /// What is known of a record's being wanted by it; its rule is noted if it may be.
    pub fn check(
        &self,
        facts: &Facts<'_>,
        rules: &[Running],
        scratch: &mut Scratch,
        matched: &mut Vec<Match>,
    ) -> Truth {
        let truth = match &self.expr {
            Some(expr) => expr.check(facts, scratch),
            None => Truth::Yes,
        };
        if let Some(rule) = self.rule.filter(|_| truth.keeps()) {
            let policy = rules.get(rule).map_or(0, |rule| rule.policy);
            matched.push(Match {
                policy,
                rule,
                truth,
            });
        }
        truth
    }
}

/// A rule with what became of it so far.
#[derive(Clone, Debug)]
pub struct Running {
    pub policy: usize,
    pub name: String,
    pub limiter: Limiter,
    pub shows: bool,
    pub counts: bool,
    pub records: bool,
    pub fits: u64,
    pub unsure: u64,
    pub let_through: u64,
}

impl Running {
    /// Whether what fits it is shown for sure.
    pub fn is_plain(&self) -> bool {
        self.shows && !self.limiter.limits()
    }
}

/// A rule that a record fits, and whether surely.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    pub policy: usize,
    pub rule: usize,
    pub truth: Truth,
}

/// The policies that a record fits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    pub(super) names: &'a [String],
    pub(super) matched: &'a [Match],
}

impl<'a> Policies<'a> {
    /// Their names.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        // Rules of one policy follow one another.
        let policies = self.matched.chunk_by(|one, next| one.policy == next.policy);
        let names = policies.filter_map(|same| self.names.get(same.first()?.policy));
        names.map(String::as_str)
    }
}
