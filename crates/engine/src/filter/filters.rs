//! The filters of a run: what is wanted of each event, ready to be asked for one record after
//! another.

use std::collections::HashMap;

use tracehound_schema::{Event, all, by_name};

use super::expr::{Expr, Subject};
use super::facts::{Facts, Scratch};
use super::index::Index;
use super::join::both;
use super::limits::{Limiter, Per};
use super::rules::{Counted, Entry, Match, Named, Policies, Running, Settled};
use super::scope::Scope;
use super::truth::Truth;

/// What is wanted of each event.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// By event id; nothing for events of which all is wanted.
    events: Vec<Vec<Entry>>,
    /// By event id, which of many entries can fit.
    indices: Vec<Option<Index>>,
    /// Those that can fit the record that is asked about.
    found: Vec<u32>,
    /// The names of the policies; none where filters are of no policy.
    names: Vec<String>,
    /// What tells each policy from others of the same name, and the number of its scope if it is followed.
    marks: Vec<(u64, Option<usize>)>,
    rules: Vec<Running>,
    /// Rules of policies that are not asked any more, with the policy's name.
    gone: Vec<(String, Running)>,
    /// The policies and rules that the last record fits, and whether surely.
    matched: Vec<Match>,
    /// Scopes that the children of who is in them belong to; none for one of a policy that is gone.
    follows: Vec<Option<Expr>>,
    scratch: Scratch,
    /// Records left out by event id: of ends or whole events, and of beginnings.
    left_out: Vec<[u64; 2]>,
}

impl Filters {
    fn empty() -> Filters {
        let highest = all().map(|event| usize::from(event.id)).max().unwrap_or(0);
        Filters {
            events: (0..=highest).map(|_| Vec::new()).collect(),
            indices: vec![None; highest + 1],
            left_out: vec![[0; 2]; highest + 1],
            ..Filters::default()
        }
    }

    /// The filters of some events, and one for all.
    #[must_use]
    pub fn new(events: Vec<(&'static Event, Expr)>, scope: Option<Expr>) -> Filters {
        let mut filters = Filters::empty();
        let scope = filters.following(scope);
        for (event, expr) in events {
            let expr = both(scope.clone(), Some(expr));
            filters.events[usize::from(event.id)] = vec![Entry { rule: None, expr }];
        }
        for entries in &mut filters.events {
            if entries.is_empty() && scope.is_some() {
                let expr = scope.clone();
                entries.push(Entry { rule: None, expr });
            }
        }
        filters
    }

    /// The filters of policies: of an event that some select, what one of them wants.
    #[must_use]
    pub fn of_policies(policies: Vec<Named>) -> Filters {
        Filters::empty().replaced(policies)
    }

    /// The filters of policies that take the place of these. What there was before goes on: who is
    /// followed and what limits have let through, and of rules that have changed what they are counted.
    #[must_use]
    pub fn replaced(self, policies: Vec<Named>) -> Filters {
        let mut filters = Filters {
            follows: vec![None; self.follows.len()],
            ..Filters::empty()
        };
        for (index, policy) in policies.into_iter().enumerate() {
            let before = self.before(&policy);
            let number = before.and_then(|before| self.marks[before].1);
            let (scope, number) = filters.following_as(policy.scope, number);
            for rule in policy.rules {
                for (event, expr) in rule.events {
                    let expr = both(scope.clone(), expr);
                    let rule = Some(filters.rules.len());
                    filters.events[usize::from(event.id)].push(Entry { rule, expr });
                }
                filters.rules.push(Running {
                    policy: index,
                    name: rule.name,
                    limiter: Limiter::new(rule.limits),
                    shows: rule.shows,
                    counts: rule.counts,
                    records: rule.records,
                    fits: 0,
                    unsure: 0,
                    let_through: 0,
                });
            }
            filters.marks.push((policy.stamp, number));
            filters.names.push(policy.name);
        }
        filters.take_over(self);
        for event in all() {
            let place = usize::from(event.id);
            let entries = filters.events[place]
                .iter()
                .map(|entry| entry.expr.as_ref());
            filters.indices[place] = Index::new(event, entries);
        }
        filters
    }

    /// The policy here that is the same as another.
    fn before(&self, policy: &Named) -> Option<usize> {
        let mut known = self.names.iter().zip(&self.marks);
        known.position(|(name, mark)| *name == policy.name && mark.0 == policy.stamp)
    }

    /// Goes on where others have come to.
    fn take_over(&mut self, others: Filters) {
        let (names, marks) = (others.names, others.marks);
        let of = |rule: &Running| names.get(rule.policy).cloned().unwrap_or_default();
        let stamp = |rule: &Running| marks.get(rule.policy).map(|mark| mark.0);
        let running = others
            .rules
            .into_iter()
            .map(|rule| (of(&rule), stamp(&rule), rule));
        let gone = others
            .gone
            .into_iter()
            .map(|(name, rule)| (name, None, rule));
        let mut places: HashMap<(&str, &str), usize> = HashMap::new();
        for (place, rule) in self.rules.iter().enumerate() {
            places.insert((&self.names[rule.policy], &rule.name), place);
        }
        let old: Vec<_> = running
            .chain(gone)
            .map(|(policy, stamp, rule)| {
                let place = places.get(&(&*policy, &*rule.name)).copied();
                (place, policy, stamp, rule)
            })
            .collect();
        for (place, policy, stamp, rule) in old {
            let Some(place) = place else {
                self.gone.push((policy, rule));
                continue;
            };
            let new = &mut self.rules[place];
            new.fits += rule.fits;
            new.unsure += rule.unsure;
            new.let_through += rule.let_through;
            if stamp == Some(self.marks[new.policy].0) {
                new.limiter = rule.limiter;
            }
        }
        for (mine, others) in self.left_out.iter_mut().zip(others.left_out) {
            *mine = [mine[0] + others[0], mine[1] + others[1]];
        }
    }

    /// A scope; if it is one that is followed, it is given its number.
    fn following(&mut self, scope: Option<Expr>) -> Option<Expr> {
        self.following_as(scope, None).0
    }

    /// The same with the number that it had before; tells which it has.
    fn following_as(
        &mut self,
        scope: Option<Expr>,
        before: Option<usize>,
    ) -> (Option<Expr>, Option<usize>) {
        let Some(mut scope) = scope else {
            return (None, None);
        };
        let mut follows = false;
        scope.tests(&mut |test| follows |= test.subject == Subject::Scope(Scope::Followed));
        if !follows {
            return (Some(scope), None);
        }
        let number = before.unwrap_or(self.follows.len());
        scope.follow(number);
        let known = Some(scope.clone());
        match self.follows.get_mut(number) {
            Some(place) => *place = known,
            None => self.follows.push(known),
        }
        (Some(scope), Some(number))
    }

    /// What is known, for each scope that is followed, of whether a child belongs to it: its creator's
    /// record is in it or not.
    #[must_use]
    pub fn followed(&mut self, facts: &Facts<'_>) -> Vec<Truth> {
        self.scratch.clear();
        let scratch = &mut self.scratch;
        let scopes = self.follows.iter();
        let truth = |scope: &Option<Expr>| match scope {
            Some(scope) => scope.check(facts, scratch),
            None => Truth::No,
        };
        scopes.map(truth).collect()
    }

    fn scopes(&self) -> Vec<Scope> {
        let mut scopes = Vec::new();
        let entries = self.events.iter().flatten();
        for expr in entries.filter_map(|entry| entry.expr.as_ref()) {
            expr.tests(&mut |test| {
                if let Subject::Scope(scope) = test.subject {
                    scopes.push(scope);
                }
            });
        }
        scopes.extend(
            self.rules
                .iter()
                .filter_map(|rule| match rule.limiter.per() {
                    Some(Per::Scope(scope)) => Some(scope),
                    _ => None,
                }),
        );
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// Whether it is asked who created whom.
    #[must_use]
    pub fn needs_processes(&self) -> bool {
        let scopes = self.scopes();
        scopes.iter().any(|scope| scope.is_of_ancestors())
    }

    /// The events that tell what is asked beside the record, whether these are selected or not.
    #[must_use]
    pub fn needs(&self) -> Vec<&'static Event> {
        let scopes = self.scopes();
        let names = scopes.iter().flat_map(|scope| scope.needs());
        let mut events: Vec<_> = names.filter_map(|name| by_name(name)).collect();
        events.sort_unstable_by_key(|event| event.id);
        events.dedup_by_key(|event| event.id);
        events
    }

    /// Whether anything is asked of an event.
    #[must_use]
    pub fn has(&self, event: &Event) -> bool {
        let entries = self.events.get(usize::from(event.id));
        entries.is_some_and(|entries| !entries.is_empty())
    }

    /// What is wanted of an event, one of which is enough; `None` for all. Without any, all is.
    pub(super) fn wanted(&self, event: &Event) -> impl Iterator<Item = Option<&Expr>> {
        let entries = self.events.get(usize::from(event.id));
        let entries = entries.into_iter().flatten();
        entries.map(|entry| entry.expr.as_ref())
    }

    /// What is known of a record's being wanted.
    #[inline]
    pub fn check(&mut self, facts: &Facts<'_>) -> Truth {
        self.matched.clear();
        let entries = self.events.get(usize::from(facts.event.id));
        let Some(entries) = entries.filter(|entries| !entries.is_empty()) else {
            return Truth::Yes;
        };
        self.scratch.clear();
        let index = self.indices.get(usize::from(facts.event.id));
        let Some(index) = index.and_then(Option::as_ref) else {
            let mut whole = Truth::No;
            for entry in entries {
                whole = whole.max(entry.check(
                    facts,
                    &self.rules,
                    &mut self.scratch,
                    &mut self.matched,
                ));
            }
            return whole;
        };
        index.find(facts, &mut self.scratch, &mut self.found);
        let mut whole = Truth::No;
        for entry in self
            .found
            .iter()
            .filter_map(|place| entries.get(*place as usize))
        {
            whole =
                whole.max(entry.check(facts, &self.rules, &mut self.scratch, &mut self.matched));
        }
        whole
    }

    /// Whether the beginning of a call that was checked last is to be shown: only if its end will be.
    #[must_use]
    pub fn shows_beginning(&self) -> bool {
        let shown = |one: &Match| {
            let rule = self.rules.get(one.rule);
            one.truth == Truth::Yes && rule.is_some_and(Running::is_plain)
        };
        self.matched.is_empty() || self.matched.iter().any(shown)
    }

    /// Counts the record that was checked last for its rules; tells what they want of it.
    #[inline]
    pub fn settle(&mut self, facts: &Facts<'_>) -> Settled {
        let mut records = false;
        if self.matched.is_empty() {
            return Settled {
                shows: true,
                records,
            };
        }
        let rules = &mut self.rules;
        self.matched.retain(|one| {
            let Some(rule) = rules.get_mut(one.rule) else {
                return true;
            };
            rule.fits += 1;
            rule.unsure += u64::from(one.truth == Truth::Unknown);
            let lets = !rule.limiter.limits() || rule.limiter.lets(facts);
            rule.let_through += u64::from(lets);
            records |= lets && rule.records;
            lets && rule.shows
        });
        Settled {
            shows: !self.matched.is_empty(),
            records,
        }
    }

    /// What became of the rules of policies.
    pub fn counted(&self) -> impl Iterator<Item = Counted<'_>> {
        let name = |rule: &Running| self.names.get(rule.policy).map_or("", String::as_str);
        let rules = self.rules.iter().map(move |rule| (name(rule), rule));
        let gone = self
            .gone
            .iter()
            .map(|(policy, rule)| (policy.as_str(), rule));
        rules.chain(gone).map(|(policy, rule)| Counted {
            policy,
            rule: &rule.name,
            fits: rule.fits,
            unsure: rule.unsure,
            let_through: rule.let_through,
            counts: rule.counts,
        })
    }

    /// Whether the entries of an event are looked up.
    #[cfg(test)]
    pub(super) fn has_index(&self, event: &Event) -> bool {
        self.indices[usize::from(event.id)].is_some()
    }

    /// The policies that the record fits that was checked last.
    #[must_use]
    pub fn policies(&self) -> Policies<'_> {
        Policies {
            names: &self.names,
            matched: &self.matched,
        }
    }

    /// Counts records that are left out: ends or whole events, and beginnings.
    pub fn leave_out(&mut self, event: &Event, ends: u64, beginnings: u64) {
        let place = usize::from(event.id);
        if self.left_out.len() <= place {
            self.left_out.resize(place + 1, [0; 2]);
        }
        if let Some([end, beginning]) = self.left_out.get_mut(place) {
            *end += ends;
            *beginning += beginnings;
        }
    }

    /// The events of which records were left out, with the numbers of ends (or whole events) and
    /// of beginnings.
    pub fn left_out(&self) -> impl Iterator<Item = (u16, u64, u64)> {
        let rows = (0..).zip(&self.left_out);
        rows.filter(|(_, row)| **row != [0; 2])
            .map(|(id, row)| (id, row[0], row[1]))
    }
}
