//! A policy in plain words.

use tracehound_engine::filter::{Limits, describe, plain};

use crate::policy::{Actions, Policy, Rule};

/// Events of a rule that are named one by one.
const FEW: usize = 8;

/// What a policy selects, in words.
#[must_use]
pub fn explain(policy: &Policy) -> String {
    let path = policy.path.to_string_lossy();
    let mut out = format!("policy {} ({})\n", policy.name, path.escape_debug());
    if !policy.description.is_empty() {
        out += &format!("  {}\n", plain(policy.description.trim()));
    }
    out += &match &policy.scope {
        None => "  whose events: everybody's\n".to_owned(),
        Some(scope) => format!("  whose events: where {}\n", describe(None, scope)),
    };
    for one in &policy.rules {
        out += &rule(one);
    }
    out
}

fn rule(rule: &Rule) -> String {
    let names: Vec<&str> = rule.events.iter().map(|event| event.0.name).collect();
    let named = match names.as_slice() {
        [one] => (*one).to_owned(),
        few if few.len() <= FEW => format!("{} ({})", rule.named.escape_debug(), few.join(", ")),
        many => format!("{} ({} events)", rule.named.escape_debug(), many.len()),
    };
    let Actions {
        shows,
        counts,
        records,
    } = rule.actions;
    let does = [(shows, "shows"), (counts, "counts"), (records, "records")];
    let does = does.iter().filter(|row| row.0).map(|row| row.1);
    let does = does.collect::<Vec<_>>().join(" and ");
    let limited = limited(&rule.limits);
    match rule.events.first() {
        Some((event, Some(expr))) => {
            let fits = describe(Some(event), expr);
            format!("  {does} {named} where {fits}{limited}\n")
        }
        _ => format!("  {does} every {named}{limited}\n"),
    }
}

fn limited(limits: &Limits) -> String {
    let mut out = String::new();
    if let Some(first) = limits.first {
        let per = limits.per.map(|per| format!(" of each {}", per.name()));
        out += &format!(", the first {first}{}", per.unwrap_or_default());
    }
    if let Some(sample) = limits.sample {
        out += &format!(", one in {sample}");
    }
    if let Some(rate) = limits.rate {
        let seconds = rate.time / 1_000_000_000;
        out += &format!(", at most {} in {seconds} s", rate.number);
    }
    out
}
