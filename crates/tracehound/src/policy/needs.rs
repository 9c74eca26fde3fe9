//! What a policy takes of the kernel: hooks, and what is decided there.

use std::collections::BTreeMap;

use tracehound_engine::filter::Decided;
use tracehound_policy::{Policy, filters};
use tracehound_schema::{Event, MadeBy};

use crate::doctor;

/// Names that are told one by one.
const FEW: usize = 8;

/// What a policy needs, and what of it this kernel has, if it can be asked.
pub fn of(policy: &Policy, traced: &[&'static Event]) -> String {
    let hooked = |event: &&&'static Event| event.made_by != MadeBy::Tracer;
    let hooked: Vec<&'static Event> = traced.iter().filter(hooked).copied().collect();
    decided(policy, traced) + &hooks(&hooked)
}

/// Which filters the kernel decides.
fn decided(policy: &Policy, traced: &[&'static Event]) -> String {
    let filters = filters(vec![policy.clone()]);
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in traced.iter().filter(|event| filters.has(event)) {
        let words = match filters.decided(event) {
            Decided::Whole => continue,
            Decided::Part => "decided partly in the kernel",
            Decided::Nothing => "decided in user space",
        };
        groups.entry(words).or_default().push(event.name);
    }
    if groups.is_empty() {
        return "  decided in the kernel: all of it\n".to_owned();
    }
    let line = |(words, names): (&str, Vec<&str>)| format!("  {words}: {}\n", some(&names));
    groups.into_iter().map(line).collect()
}

/// The hooks: those that this kernel has, else those that are tried.
fn hooks(events: &[&'static Event]) -> String {
    let rungs = doctor::rungs_of(events.iter().copied());
    if rungs.is_empty() {
        let mut out = String::new();
        for event in events
            .iter()
            .take(FEW)
            .filter(|event| !event.ladder.is_empty())
        {
            out += &format!(
                "  hooks, best first: {}: {}\n",
                event.name,
                event.ladder.join(", ")
            );
        }
        let more = events.len().saturating_sub(FEW);
        if more > 0 {
            out += &format!("  and those of {more} more events\n");
        }
        return out + "  what of it this kernel has: run as root to be told\n";
    }
    let (mut has, mut lacks): (BTreeMap<&str, Vec<&str>>, Vec<String>) = Default::default();
    for event in events {
        match rungs.get(&event.id) {
            Some(Ok(rung)) => has.entry(rung).or_default().push(event.name),
            Some(Err(reason)) => lacks.push(format!("  not here: {}: {reason}\n", event.name)),
            None => {}
        }
    }
    let line =
        |(rung, names): (&str, Vec<&str>)| format!("  hook here: {rung}: {}\n", some(&names));
    has.into_iter().map(line).collect::<String>() + &lacks.concat()
}

fn some(names: &[&str]) -> String {
    match names.len() {
        0..=FEW => names.join(", "),
        many => format!("{many} events, {} and others", names[..3].join(", ")),
    }
}
