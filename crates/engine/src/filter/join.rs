//! What several expressions say together.

use super::expr::{Expr, Subject};
use super::parse::Parsed;
use super::scope::Scope;

/// What both say, if there are both.
pub fn both(one: Option<Expr>, other: Option<Expr>) -> Option<Expr> {
    match (one, other) {
        (Some(one), Some(other)) => Some(Expr::All(vec![other, one])),
        (one, other) => one.or(other),
    }
}

/// What several expressions about scope say together: all of them, or, if one of them is `follow`,
/// also what is done by those whom processes in scope created.
#[must_use]
pub fn scope(parts: Vec<Parsed>) -> Expr {
    let is_follow = |part: &Parsed| {
        let follow = Subject::Scope(Scope::Followed);
        matches!(&part.expr, Expr::Test(test) if test.subject == follow)
    };
    let (follow, others): (Vec<_>, Vec<_>) = parts.into_iter().partition(is_follow);
    let scope = combined(others);
    match follow.into_iter().next() {
        Some(follow) => Expr::Any(vec![scope, follow.expr]),
        None => scope,
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
