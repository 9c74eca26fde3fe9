//! What is written in a way of its own, as Tracee has it: containers, programs of one mount namespace,
//! names of threads.

use super::class::{Class, Form};
use super::expr::{Compare, Expr, Range, Subject, Test};
use super::fault::Fault;
use super::scope::Scope;
use super::value::{Op, Token, compare};

/// Bytes that the kernel keeps of a thread's name.
const NAME: usize = 15;

/// Refuses operators that say nothing of a fact.
pub fn check(scope: Scope, op: Op, place: (usize, usize)) -> Result<(), Fault> {
    let message = match scope {
        Scope::Followed => "follow stands alone, without a value",
        Scope::Tree | Scope::AncestorPid if !is_or_not(op) => "ids of trees go with = and != only",
        _ => return Ok(()),
    };
    Err(Fault::new(place, message))
}

const fn is_or_not(op: Op) -> bool {
    matches!(op, Op::Is | Op::IsNot)
}

fn test(scope: Scope, compare: Compare) -> Expr {
    Expr::Test(Test {
        subject: Subject::Scope(scope),
        compare,
    })
}

fn truth(scope: Scope) -> Expr {
    test(scope, Compare::Number(vec![Range { low: 1, high: 1 }]))
}

fn negated(op: Op, expr: Expr) -> Expr {
    if op.is_negative() {
        Expr::Not(Box::new(expr))
    } else {
        expr
    }
}

/// `container=new`, `container=started`, and containers by their ids or by how these begin; tells also
/// whether there are ids only.
pub fn container(
    op: Op,
    place: (usize, usize),
    tokens: &[Token<'_>],
) -> Result<(Expr, bool), Fault> {
    if !is_or_not(op) {
        return Err(Fault::new(place, "container goes with = and != only"));
    }
    let (mut any, mut ids) = (Vec::new(), Vec::new());
    for token in tokens {
        match token.text {
            "new" => any.push(truth(Scope::ContainerNew)),
            "started" => any.push(truth(Scope::ContainerStarted)),
            "true" => any.push(truth(Scope::Contained)),
            "false" => any.push(truth(Scope::Uncontained)),
            id => ids.push(self::id(id, token.start)?),
        }
    }
    let only_ids = any.is_empty();
    if !ids.is_empty() {
        let texts = super::expr::Texts::new(ids);
        any.push(test(Scope::Container, Compare::Text(texts)));
    }
    let expr = match any.len() {
        1 => any.swap_remove(0),
        _ => Expr::Any(any),
    };
    Ok((negated(op, expr), only_ids))
}

fn id(text: &str, start: usize) -> Result<super::Pattern, Fault> {
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text.is_empty() || text.len() > 64 || !digits {
        let message =
            "write new, started, or a container's id: 64 hexadecimal digits or the first of them";
        return Err(Fault::new((start, start + text.len()), message));
    }
    let text = text.to_ascii_lowercase().into_bytes().into_boxed_slice();
    Ok(match text.len() {
        64 => super::Pattern::Exact(text),
        _ => super::Pattern::Prefix(text),
    })
}

/// The mount namespace before a program's path, and the path.
fn namespace<'t>(token: &Token<'t>) -> Option<(&'t str, Token<'t>)> {
    let (namespace, _) = token.text.split_once(":/")?;
    let digits = namespace.bytes().all(|byte| byte.is_ascii_digit());
    let path = Token {
        text: &token.text[namespace.len() + 1..],
        start: token.start + namespace.len() + 1,
        quoted: token.quoted,
    };
    (namespace == "host" || digits && !namespace.is_empty()).then_some((namespace, path))
}

/// Whether programs are looked for in one mount namespace.
pub fn has_namespaces(scope: Scope, tokens: &[Token<'_>]) -> bool {
    scope == Scope::Exe && tokens.iter().any(|token| namespace(token).is_some())
}

/// `exe=host:/bin/ls`, `exe=4026531841:/bin/ls`: programs of which some are meant in one namespace.
pub fn programs(op: Op, place: (usize, usize), tokens: &[Token<'_>]) -> Result<Expr, Fault> {
    let text = Class::plain(Form::Text);
    let mut any = Vec::new();
    for token in tokens {
        let Some((namespace, path)) = namespace(token) else {
            let path = compare(&text, op, place, std::slice::from_ref(token))?;
            any.push(test(Scope::Exe, path));
            continue;
        };
        let path = test(Scope::Exe, compare(&text, op, place, &[path])?);
        let there = if namespace == "host" {
            truth(Scope::FirstMntNs)
        } else {
            let number = Token {
                text: namespace,
                start: token.start,
                quoted: false,
            };
            let class = Class::integer(false, Vec::new());
            test(Scope::MntNs, compare(&class, op, place, &[number])?)
        };
        any.push(Expr::All(vec![path, there]));
    }
    let expr = match any.len() {
        1 => any.swap_remove(0),
        _ => Expr::Any(any),
    };
    Ok(negated(op, expr))
}

/// What is compared with the name of a thread is cut as the kernel cuts such names.
pub fn cut(subject: &Subject, compare: Compare) -> Compare {
    match (subject, compare) {
        (Subject::Scope(Scope::Comm | Scope::AncestorComm), Compare::Text(texts)) => {
            Compare::Text(texts.cut(NAME))
        }
        (_, compare) => compare,
    }
}
