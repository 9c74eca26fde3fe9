//! Limits of what a rule lets through: one in so many, so many in a time, the first of each key.

use std::collections::HashMap;

use super::facts::Facts;
use super::scope::Scope;

/// Keys that are counted at most; what has another one is let through.
const KEYS: usize = 65_536;

/// So many in a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub number: u64,
    /// Nanoseconds in which.
    pub time: u64,
}

/// What limits a rule has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// One in so many.
    pub sample: Option<u64>,
    /// So many in a time.
    pub rate: Option<Rate>,
    /// Only the first ones.
    pub first: Option<u64>,
    /// The first ones of each value of this.
    pub per: Option<Scope>,
}

/// Limits with what they let through so far. Time is that of the records, so that a recording gives
/// the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Limiter {
    limits: Limits,
    seen: u64,
    counts: HashMap<Vec<u8>, u64>,
    key: Vec<u8>,
    /// What there is of the rate, in nanoseconds: one record takes `time / number`.
    saved: u64,
    last: Option<u64>,
}

impl Limiter {
    pub fn new(limits: Limits) -> Limiter {
        Limiter {
            limits,
            saved: limits.rate.map_or(0, |rate| rate.time),
            ..Limiter::default()
        }
    }

    /// Whether there are any.
    pub fn limits(&self) -> bool {
        self.limits != Limits::default()
    }

    /// By what records are told apart.
    pub const fn per(&self) -> Option<Scope> {
        self.limits.per
    }

    /// Whether a record that fits is let through.
    pub fn lets(&mut self, facts: &Facts<'_>) -> bool {
        self.is_first(facts) && self.is_sampled() && self.is_in_time(facts.record.header.time)
    }

    fn is_first(&mut self, facts: &Facts<'_>) -> bool {
        let Some(first) = self.limits.first else {
            return true;
        };
        self.key.clear();
        // Nobody is left out for a value that could not be read.
        if let Some(scope) = self.limits.per
            && !facts.key(scope, &mut self.key)
        {
            return true;
        }
        if let Some(count) = self.counts.get_mut(&self.key) {
            *count += 1;
            return *count <= first;
        }
        if self.counts.len() < KEYS {
            self.counts.insert(self.key.clone(), 1);
        }
        true
    }

    const fn is_sampled(&mut self) -> bool {
        let Some(sample) = self.limits.sample else {
            return true;
        };
        self.seen += 1;
        self.seen % sample == 1 % sample
    }

    fn is_in_time(&mut self, now: u64) -> bool {
        let Some(rate) = self.limits.rate else {
            return true;
        };
        let passed = self.last.map_or(0, |last| now.saturating_sub(last));
        self.last = self.last.max(Some(now));
        self.saved = self.saved.saturating_add(passed).min(rate.time);
        let cost = rate.time / rate.number.max(1);
        let lets = self.saved >= cost;
        if lets {
            self.saved -= cost;
        }
        lets
    }
}
