//! `events`: choosing events by expression, showing a page.

use std::io::IsTerminal as _;
use std::process::{Command, Stdio};

use strsim::damerau_levenshtein as distance;
use tracehound_engine::Extras;
use tracehound_engine::filter::{CONTAINERS, Filters};
use tracehound_policy::Policy;
use tracehound_schema::{Event, all, by_name};

use crate::cli::{Events, EventsAction, Filter, Form, Show};
use crate::failure::{Failure, shown};
use crate::filters::{self, Item, Wanted};
use crate::outputs::Planned;
use crate::{doctor, list, outputs, page, policy};

/// Events shown unless excluded: what the tracer has to say about its own trustworthiness.
const ALWAYS: [&str; 3] = ["gap", "argument_mismatch", "unchecked"];

/// The events that arguments choose, and what is wanted of them; `otherwise` when there are none.
pub fn choose(
    arguments: &[String],
    otherwise: &str,
) -> Result<(Vec<&'static Event>, Wanted), Failure> {
    let mut wanted = Wanted::default();
    let mut expressions = Vec::new();
    for argument in arguments {
        let mut after_set = false;
        for item in filters::items(argument) {
            let text = match item {
                Item::Filter(text, at) => wanted.add(argument, text, at)?.name.to_owned(),
                Item::Events(text) if after_set && filters::is_set(text) => format!("tag={text}"),
                Item::Events(text) => text.trim().to_owned(),
            };
            after_set = text.starts_with("tag=");
            expressions.push(text);
        }
    }
    let chosen = chosen(&expressions, otherwise)?;
    Ok((chosen, wanted))
}

/// What `run` and `replay` are to show, by policies or by expressions; `lives` if there is a run that
/// processes can begin after.
pub fn wanted_by(
    show: &Show,
    otherwise: &str,
    lives: bool,
) -> Result<(Vec<&'static Event>, Filters), Failure> {
    if show.policies.is_empty() {
        let (shown, mut wanted) = choose(&show.events, otherwise)?;
        wanted.scope(&show.scope, lives)?;
        return Ok((shown, wanted.filters()));
    }
    let policies = policy::read(&show.policies, lives)?;
    let planned = outputs::plan(&show.outputs, outputs::Default::Stdout)?;
    policy::check_recorded(&policies, planned.iter().any(Planned::takes_chosen))?;
    let shown = shown_by(&policies);
    Ok((shown, tracehound_policy::filters(policies)))
}

/// What policies show.
fn shown_by(policies: &[Policy]) -> Vec<&'static Event> {
    let mut shown: Vec<&'static Event> = ALWAYS.iter().filter_map(|name| by_name(name)).collect();
    for event in tracehound_policy::selected(policies) {
        if !shown.iter().any(|other| other.id == event.id) {
            shown.push(event);
        }
    }
    shown
}

/// Calls of which one can end as the other: hooks that are added later would not know.
const PAIR: [&str; 2] = ["execve", "execveat"];

/// The events that policies show, and those to trace for them.
pub fn needed_by(
    policies: &[Policy],
    extras: Extras,
) -> (Vec<&'static Event>, Vec<&'static Event>) {
    let shown = shown_by(policies);
    if policies.is_empty() {
        return (shown.clone(), shown);
    }
    let filters = tracehound_policy::filters(policies.to_vec());
    let mut traced = traced(&shown, &filters, extras);
    let of_pair = |event: &Event| PAIR.contains(&event.name);
    if traced.iter().any(|event| of_pair(event)) {
        let pair = PAIR.iter().filter_map(|name| by_name(name));
        traced.retain(|event| !of_pair(event));
        traced.extend(pair);
    }
    (shown, traced)
}

fn chosen(expressions: &[String], otherwise: &str) -> Result<Vec<&'static Event>, Failure> {
    let (minus, mut plus): (Vec<&str>, Vec<&str>) = expressions
        .iter()
        .map(String::as_str)
        .partition(|text| text.starts_with('-'));
    if plus.is_empty() {
        plus.push(otherwise);
    }
    let mut chosen: Vec<&'static Event> = ALWAYS.iter().filter_map(|name| by_name(name)).collect();
    let mut only_always = true;
    for expression in plus {
        for event in wanted(expression)? {
            only_always &= ALWAYS.contains(&event.name);
            if !chosen.iter().any(|other| other.id == event.id) {
                chosen.push(event);
            }
        }
    }
    for expression in minus {
        let out = matching(&expression[1..])?;
        chosen.retain(|event| !out.iter().any(|other| other.id == event.id));
    }
    let left = chosen.iter().any(|event| !ALWAYS.contains(&event.name));
    if chosen.is_empty() || !(left || only_always) {
        return Err(Failure::usage(
            "no event is left to trace: everything is excluded".to_owned(),
        ));
    }
    Ok(chosen)
}

/// The events to trace for those to show: the same with what they are derived from and what filters
/// and what is told beside them need to know, or where only the tracer's own are to be shown, what they are made from.
pub fn traced(shown: &[&'static Event], filters: &Filters, extras: Extras) -> Vec<&'static Event> {
    let mut traced: Vec<&'static Event>;
    if shown.iter().any(|event| !ALWAYS.contains(&event.name)) {
        traced = shown.to_vec();
    } else {
        let checked = all().filter(|event| !event.checks.is_empty() && !event.opt_in());
        traced = checked.collect();
    }
    let sources = shown.iter().flat_map(|event| event.derived);
    let sources = sources.filter_map(|name| by_name(name));
    let needs = filters.needs().into_iter().chain(extras.needs());
    for event in sources.chain(needs) {
        if !traced.iter().any(|other| other.id == event.id) {
            traced.push(event);
        }
    }
    traced
}

/// The events that are traced beside those to know containers by.
pub fn of_containers(traced: &[&'static Event]) -> Vec<&'static Event> {
    let needed = CONTAINERS.iter().filter_map(|name| by_name(name));
    let new = |event: &&Event| !traced.iter().any(|other| other.id == event.id);
    needed.filter(new).collect()
}

/// What an expression chooses. Opt-in events must be named, in full or by their set: a wildcard is
/// about what there is to see, not about breakpoints in files that other processes run.
fn wanted(expression: &str) -> Result<Vec<&'static Event>, Failure> {
    let mut found = matching(expression)?;
    let pattern = expression.contains('*') && !expression.starts_with("tag=");
    if pattern {
        found.retain(|event| !event.opt_in());
    }
    if found.is_empty() {
        return Err(Failure::usage(format!(
            "{expression:?} fits opt-in events only, which wildcards leave out; \
             name them, or choose their set: tag=libc"
        )));
    }
    Ok(found)
}

/// The events that a name, a pattern or a set stands for.
pub fn matching(expression: &str) -> Result<Vec<&'static Event>, Failure> {
    if let Some(set) = expression.strip_prefix("tag=") {
        let found: Vec<_> = all().filter(|event| event.sets.contains(&set)).collect();
        if found.is_empty() {
            let sets = all().flat_map(|event| event.sets.iter().copied());
            return Err(unknown("set", set, sets));
        }
        return Ok(found);
    }
    if expression.contains('*') {
        let found: Vec<_> = all().filter(|event| fits(expression, event.name)).collect();
        if found.is_empty() {
            return Err(Failure::usage(format!(
                "no event fits {expression:?}; see `tracehound events list`"
            )));
        }
        return Ok(found);
    }
    match by_name(expression) {
        Some(event) => Ok(vec![event]),
        None => Err(no_such(expression)),
    }
}

/// The event of a name, or a failure that suggests the nearest.
pub fn named(name: &str) -> Result<&'static Event, Failure> {
    by_name(name).ok_or_else(|| no_such(name))
}

/// Refuses a rung that no event has.
pub fn check_rung(rung: Option<&str>) -> Result<(), Failure> {
    let mut known = all().flat_map(|event| event.ladder.iter().copied());
    match rung {
        Some(rung) if !known.any(|other| other == rung) => {
            let known = all().flat_map(|event| event.ladder.iter().copied());
            Err(unknown("rung", rung, known))
        }
        _ => Ok(()),
    }
}

fn no_such(name: &str) -> Failure {
    unknown("event", name, all().map(|event| event.name))
}

/// Names that can all be listed in an error.
const FEW: usize = 60;

/// The failure of a name that is not known: the nearest one if it is near, else all.
pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Failure {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    let distances = known.iter().map(|other| (distance(name, other), *other));
    let hint = match distances.min() {
        Some((distance, other)) if distance <= 2 + name.len() / 4 => {
            format!("did you mean {other}?")
        }
        _ if known.len() > FEW => "see `tracehound events list`".to_owned(),
        _ => format!("known: {}", known.join(", ")),
    };
    let name = shown(name.as_ref());
    Failure::usage(format!("unknown {what} \"{name}\"; {hint}"))
}

/// Whether `name` fits a pattern in which `*` stands for any text.
pub fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|name| {
            (0..=name.len()).any(|at| name.is_char_boundary(at) && fits(rest, &name[at..]))
        }),
    }
}

/// Runs `events`.
pub fn run(options: &Events) -> Result<u8, Failure> {
    match &options.action {
        None => list::run(&Filter::default()),
        Some(EventsAction::List(filter)) => list::run(filter),
        Some(EventsAction::Show { name, form }) => show(named(name)?, form),
    }
}

fn show(event: &'static Event, form: &Form) -> Result<u8, Failure> {
    if form.json_schema {
        return outputs::print(page::json_schema(event).as_bytes());
    }
    if form.markdown {
        let sections = page::sections(event, None);
        return outputs::print(page::markdown(event.name, &sections).as_bytes());
    }
    if form.man {
        let sections = page::sections(event, None);
        let heading = page::Heading {
            name: event.name,
            section: "7",
            summary: event.summary(),
            manual: "Tracehound events",
        };
        let roff = page::man(&heading, &sections);
        if std::io::stdout().is_terminal() && pager(&roff) {
            return Ok(0);
        }
        return outputs::print(roff.as_bytes());
    }
    let kernel = doctor::ladder_of(event);
    let sections = page::sections(event, kernel.as_ref());
    outputs::print(page::plain(&sections, style()).as_bytes())
}

/// How the terminal is to be written on; a file or a pipe gets plain text of 80 columns.
fn style() -> page::Style {
    if !std::io::stdout().is_terminal() {
        return page::Style::PLAIN;
    }
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    let unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    page::Style {
        width: width.clamp(40, 100),
        bold: unset("NO_COLOR") && !dumb,
    }
}

/// Shows a page with `man`; false where there is none.
fn pager(roff: &str) -> bool {
    use std::io::Write as _;
    let Ok(mut man) = Command::new("man")
        .args(["-l", "-"])
        .stdin(Stdio::piped())
        .spawn()
    else {
        return false;
    };
    if let Some(mut stdin) = man.stdin.take() {
        // A user who leaves the pager early closes the pipe; that is no failure.
        let _ = stdin.write_all(roff.as_bytes());
    }
    man.wait().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(expressions: &[&str]) -> Vec<&'static str> {
        let owned: Vec<String> = expressions.iter().map(|text| (*text).to_owned()).collect();
        choose(&owned, "sigprocmask")
            .unwrap()
            .0
            .iter()
            .map(|event| event.name)
            .collect()
    }

    #[test]
    fn wildcards_and_exclusions_combine() {
        assert_eq!(
            names(&["signal_*", "-signal_deliver", "-gap"]),
            [
                "argument_mismatch",
                "unchecked",
                "signal_generate",
                "signal_mask_change"
            ]
        );
    }

    #[test]
    fn sets_are_chosen_by_tag() {
        assert!(names(&["tag=proc_life"]).contains(&"sched_process_fork"));
    }

    #[test]
    fn wildcards_leave_opt_in_events_out_and_names_do_not() {
        for expression in ["*", "*sig*", "tag=signals"] {
            let chosen = names(&[expression]);
            assert!(chosen.contains(&"sigprocmask"), "{expression}");
            assert!(chosen.iter().all(|name| !name.starts_with("libc_")));
        }
        assert!(names(&["libc_sigaddset"]).contains(&"libc_sigaddset"));
        let chosen = names(&["tag=libc", "-libc_*mask"]);
        assert!(chosen.contains(&"libc_signal"), "{chosen:?}");
        assert!(!chosen.contains(&"libc_sigprocmask"), "{chosen:?}");
        let failure = choose(&["libc_*".to_owned()], "").unwrap_err();
        assert!(failure.to_string().contains("tag=libc"), "{failure}");
    }

    #[test]
    fn an_unknown_name_suggests_the_nearest() {
        let failure = choose(&["sigprocmsk".to_owned()], "").unwrap_err();
        assert_eq!(failure.code(), 2);
        assert!(
            failure.to_string().contains("did you mean sigprocmask?"),
            "{failure}"
        );
    }

    #[test]
    fn only_mismatches_can_be_shown() {
        let only = ["argument_mismatch", "-gap", "-unchecked"];
        assert_eq!(names(&only), ["argument_mismatch"]);
        let mismatch = by_name("argument_mismatch").unwrap();
        let traced: Vec<_> = traced(&[mismatch], &Filters::default(), Extras::default())
            .iter()
            .map(|e| e.name)
            .collect();
        assert_eq!(traced, ["sigprocmask"]);
    }

    #[test]
    fn a_filter_chooses_its_event() {
        let chosen = names(&["openat.data.pathname=/etc/*,/tmp/*", "-gap"]);
        assert_eq!(chosen, ["argument_mismatch", "unchecked", "openat"]);
        assert!(names(&["tag=proc_life,signals"]).contains(&"sigprocmask"));
    }

    #[test]
    fn excluding_everything_is_refused() {
        assert!(choose(&["gap".to_owned(), "-*".to_owned()], "").is_err());
    }
}
