//! `events list`: the events that fit, and by which rung this kernel gives each.

use tracehound_schema::syscalls::{self, Syscall};
use tracehound_schema::{Event, all};

use crate::cli::{self, Filter};
use crate::doctor::{self, Rungs};
use crate::events::{fits, matching};
use crate::failure::Failure;
use crate::outputs;

/// Runs `events list`.
pub fn run(filter: &Filter) -> Result<u8, Failure> {
    if let Some(set) = &filter.set {
        matching(&format!("tag={set}"))?;
    }
    let mut listed: Vec<_> = all().filter(|event| listed(event, filter)).collect();
    if listed.is_empty() {
        return Err(Failure::usage(
            "no event fits all of that; leave one of the options out".to_owned(),
        ));
    }
    listed.sort_by_key(|event| event.call.is_some());
    let rungs = doctor::rungs_of(listed.iter().copied());
    let lines: String = listed
        .into_iter()
        .map(|event| line(event, &rungs))
        .collect();
    outputs::print(lines.as_bytes())
}

/// An event with the rung that it has here, its sets and what it is; where it has none why that is so,
/// in a line of its own.
fn line(event: &Event, rungs: &Rungs) -> String {
    let (name, sets, summary) = (event.name, event.sets.join(","), event.summary());
    let rest = format!("{sets:32} {summary}\n");
    match rungs.get(&event.id) {
        _ if rungs.is_empty() => format!("{name:27} {rest}"),
        None => format!("{name:27} {:34} {rest}", "the tracer itself"),
        Some(Ok(rung)) => format!("{name:27} {rung:34} {rest}"),
        Some(Err(why)) => format!("{name:27} {:34} {rest}    not here: {why}\n", "-"),
    }
}

/// Whether an event is to be listed.
fn listed(event: &Event, filter: &Filter) -> bool {
    let set = filter.set.as_deref();
    let argument = filter.argument.as_deref();
    let mut shown = event.fields.iter().filter(|field| !field.from.hidden);
    let dated = |call: &Syscall| cli::kernel(call.since).ok();
    let calls = |abi| {
        event
            .calls
            .iter()
            .filter_map(move |name| syscalls::by_name(name)?.number(abi))
    };
    set.is_none_or(|set| event.sets.contains(&set))
        && filter.abi.is_none_or(|abi| calls(abi).next().is_some())
        && argument.is_none_or(|name| shown.any(|field| fits(name, field.name)))
        && filter
            .since
            .is_none_or(|since| event.call.and_then(dated) >= Some(since))
}

#[cfg(test)]
mod tests {
    use tracehound_schema::by_name;

    use super::*;

    #[test]
    fn the_list_is_filtered_by_every_option() {
        let names = |filter: &Filter| -> Vec<_> {
            let listed = all().filter(|event| listed(event, filter));
            listed.map(|event| event.name).collect()
        };
        let legacy = Filter {
            abi: Some(tracehound_schema::Abi::I386),
            argument: Some("old*".to_owned()),
            ..Filter::default()
        };
        assert!(names(&legacy).contains(&"rt_sigprocmask"));
        assert!(!names(&legacy).contains(&"read"));
        let set = Filter {
            set: Some("net".to_owned()),
            argument: Some("sockfd".to_owned()),
            ..Filter::default()
        };
        assert!(names(&set).contains(&"connect"));
        let old = Filter {
            since: Some((3, 0)),
            ..Filter::default()
        };
        assert!(!names(&old).contains(&"read"));
    }

    #[test]
    fn a_line_says_the_rung_or_why_there_is_none() {
        let event = by_name("task_rename").unwrap();
        let with = |rung| line(event, &Rungs::from([(event.id, rung)]));
        assert!(with(Ok("tp_btf/task_rename".to_owned())).contains(" tp_btf/task_rename "));
        let lacks = with(Err("no BTF".to_owned()));
        assert!(lacks.ends_with("\n    not here: no BTF\n"), "{lacks}");
        assert!(!line(event, &Rungs::new()).contains("tp_btf"));
    }
}
