//! Limits of what a rule lets through: one in so many, so many in a time, the first of each key.

use std::collections::HashMap;

use tracehound_schema::Event;

use super::facts::Facts;
use super::fault::nearest;
use super::scope::Scope;
use crate::calls::Notes;

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

/// By what records are told apart where only the first ones of each are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// A fact of [`Scope::KEYS`].
    Scope(Scope),
    /// A field of the event.
    Field(&'static str),
    /// What the event's call returned.
    Ret,
}

impl Per {
    /// What a name stands for, as filters have it, of all these events. The error says why there is nothing.
    pub fn named(name: &str, events: &[&'static Event]) -> Result<Per, String> {
        if name == "retval" {
            let without = events.iter().find(|event| !event.has_ret);
            return match without {
                Some(event) => Err(format!("{} has no return value", event.name)),
                None => Ok(Per::Ret),
            };
        }
        let Some(field) = ["data.", "args."]
            .iter()
            .find_map(|start| name.strip_prefix(start))
        else {
            let bare = name.strip_prefix("scope.").unwrap_or(name);
            let scope = Scope::named(bare).filter(|scope| Scope::KEYS.contains(scope));
            return scope.map(Per::Scope).ok_or_else(|| {
                let near = nearest(bare, Scope::KEYS.iter().map(|scope| scope.name()));
                format!("the first ones cannot be told per {name:?}{near}; data.FIELD and retval are others")
            });
        };
        let mut found = None;
        for event in events {
            let shown = event.fields.iter().filter(|field| !field.from.hidden);
            let names = shown.map(|field| field.name);
            found = names.clone().find(|name| *name == field);
            if found.is_none() {
                let near = nearest(field, names);
                return Err(format!("{} has no field {field:?}{near}", event.name));
            }
        }
        found
            .map(Per::Field)
            .ok_or_else(|| "there is no event".to_owned())
    }

    /// What filters call it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Per::Scope(scope) => scope.name().to_owned(),
            Per::Field(name) => format!("data.{name}"),
            Per::Ret => "retval".to_owned(),
        }
    }
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
    pub per: Option<Per>,
}

/// The value of one record, as it is compared with those of others, and memory to find it.
#[derive(Clone, Debug, Default)]
pub(super) struct Key(pub Vec<u8>, pub Notes);

/// Limits with what they let through so far. Time is that of the records, so that a recording gives
/// the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Limiter {
    limits: Limits,
    seen: u64,
    counts: HashMap<Vec<u8>, u64>,
    key: Key,
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
    pub const fn per(&self) -> Option<Per> {
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
        self.key.0.clear();
        // Nothing is left out for a value that could not be read, or not to its end.
        if let Some(per) = self.limits.per
            && !facts.key(per, &mut self.key)
        {
            return true;
        }
        if let Some(count) = self.counts.get_mut(&self.key.0) {
            *count += 1;
            return *count <= first;
        }
        if self.counts.len() < KEYS {
            self.counts.insert(self.key.0.clone(), 1);
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
