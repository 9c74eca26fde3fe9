//! The filters of a run: what is wanted of each event, ready to be asked for one record after
//! another.

use tracehound_schema::{Event, all};

use super::expr::Expr;
use super::facts::{Facts, Scratch};
use super::parse::Parsed;
use super::truth::Truth;

/// What is wanted of each event.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// By event id; nothing for events of which all is wanted.
    events: Vec<Option<Expr>>,
    scratch: Scratch,
    /// Records left out by event id: of ends or whole events, and of beginnings.
    left_out: Vec<[u64; 2]>,
}

impl Filters {
    /// The filters of some events, and one for all.
    #[must_use]
    pub fn new(events: Vec<(&'static Event, Expr)>, scope: Option<Expr>) -> Filters {
        let highest = all().map(|event| usize::from(event.id)).max().unwrap_or(0);
        let mut filters = Filters {
            events: (0..=highest).map(|_| scope.clone()).collect(),
            scratch: Scratch::default(),
            left_out: vec![[0; 2]; highest + 1],
        };
        for (event, expr) in events {
            let place = &mut filters.events[usize::from(event.id)];
            *place = Some(match place.take() {
                Some(other) => Expr::All(vec![expr, other]),
                None => expr,
            });
        }
        filters
    }

    /// Whether anything is asked of an event.
    #[must_use]
    pub fn has(&self, event: &Event) -> bool {
        matches!(self.events.get(usize::from(event.id)), Some(Some(_)))
    }

    /// What is known of a record's being wanted.
    #[inline]
    pub fn check(&mut self, facts: &Facts<'_>) -> Truth {
        let id = usize::from(facts.event.id);
        let Some(Some(expr)) = self.events.get(id) else {
            return Truth::Yes;
        };
        self.scratch.clear();
        expr.check(facts, &mut self.scratch)
    }

    /// Counts records that are left out: ends or whole events, and beginnings.
    pub fn leave_out(&mut self, event: &Event, ends: u64, beginnings: u64) {
        if let Some([end, beginning]) = self.left_out.get_mut(usize::from(event.id)) {
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

/// What several expressions about one event say together: those that say with `=` what one value
/// is to be are alternatives, all others must hold.
#[must_use]
pub fn combined(parts: Vec<Parsed>) -> Expr {
    let mut all = Vec::new();
    let mut alternatives: Vec<(_, Vec<Expr>)> = Vec::new();
    for part in parts {
        let Some(subject) = part.alternative else {
            all.push(part.expr);
            continue;
        };
        match alternatives.iter_mut().find(|row| row.0 == subject) {
            Some((_, exprs)) => exprs.push(part.expr),
            None => alternatives.push((subject, vec![part.expr])),
        }
    }
    for (_, mut exprs) in alternatives {
        all.push(match exprs.len() {
            1 => exprs.swap_remove(0),
            _ => Expr::Any(exprs),
        });
    }
    match all.len() {
        1 => all.swap_remove(0),
        _ => Expr::All(all),
    }
}
