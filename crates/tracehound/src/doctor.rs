//! `doctor`: what this kernel can and cannot give, event by event, and why.

use std::collections::HashMap;

use tracehound_probes::{Beside, CallOptions, Only, Options, Outcome, Tracer, Verdict};
use tracehound_schema::{Event, HookKind, MadeBy, Rung, all};

use crate::cli::Doctor;
use crate::failure::Failure;
use crate::{events, outputs, page};

/// Runs `doctor`.
pub fn run(options: &Doctor) -> Result<u8, Failure> {
    if let Some(name) = &options.rungs {
        return rungs(events::named(name)?);
    }
    if !options.all_rungs.is_empty() {
        let names = options.all_rungs.iter();
        let events: Result<Vec<_>, _> = names.map(|name| events::named(name)).collect();
        return all_rungs(&events?);
    }
    let hooked = all()
        .filter(|event| event.made_by != MadeBy::Tracer)
        .collect();
    let tracer = start(hooked, Only::Any)?;
    let mut out = format!("kernel {}\n", kernel());
    for outcome in tracer.outcomes() {
        out += &section(outcome);
    }
    outputs::print(out.as_bytes())
}

fn kernel() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    release.trim().to_owned()
}

fn start(events: Vec<&'static Event>, only: Only) -> Result<Tracer, Failure> {
    let options = Options {
        events,
        only,
        aside: Vec::new(),
        ring_size: 1 << 16,
        scoped: false,
        own: false,
        narrowed: None,
        calls: CallOptions::default(),
        beside: Beside::default(),
        whole_lives: true,
        lists: false,
        changes: false,
        lenient: true,
    };
    Ok(Tracer::start(&options)?)
}

/// What the running kernel answers to an event's rungs; `None` where it cannot be asked, mostly for
/// want of root.
pub fn ladder_of(event: &'static Event) -> Option<page::Kernel> {
    if event.made_by == MadeBy::Tracer {
        return None;
    }
    let tracer = start(vec![event], Only::Any).ok()?;
    let outcome = tracer
        .outcomes()
        .find(|outcome| outcome.event.id == event.id)?;
    Some(page::Kernel {
        release: kernel(),
        rungs: verdicts(outcome)
            .map(|(rung, verdict)| (rung.name, verdict))
            .collect(),
    })
}

/// By the event's id the rung in use, or why there is none.
pub type Rungs = HashMap<u16, Result<String, String>>;

/// What the running kernel gives of events; nothing where it cannot be asked, mostly for want of root.
pub fn rungs_of(events: impl Iterator<Item = &'static Event>) -> Rungs {
    let hooked: Vec<_> = events
        .filter(|event| event.made_by != MadeBy::Tracer)
        .collect();
    if hooked.is_empty() {
        return Rungs::new();
    }
    let Ok(tracer) = start(hooked, Only::Any) else {
        return Rungs::new();
    };
    let answer = |outcome: &Outcome| match outcome.used() {
        Some(rung) => Ok(rung.name.to_owned()),
        None => Err(outcome.reasons()),
    };
    let outcomes = tracer.outcomes();
    outcomes
        .map(|outcome| (outcome.event.id, answer(outcome)))
        .collect()
}

/// Each rung with what became of it, in words.
fn verdicts(outcome: &Outcome) -> impl Iterator<Item = (&Rung, String)> {
    let used = outcome.rungs.iter().position(|rung| rung.1.is_used());
    let rungs = outcome.rungs.iter().enumerate();
    rungs.map(move |(index, (rung, verdict))| {
        let words = match verdict {
            Verdict::Spare if used.is_some_and(|used| index < used) => {
                "put back: this kernel preempts such programs and then misses calls"
            }
            Verdict::Used if rung.kind == HookKind::Iter => {
                "used: loaded, and gave what the kernel has"
            }
            Verdict::Used => "used: loaded, attached and proved live by calls of the tracer's own",
            Verdict::Unproved(reason) => {
                return (rung, format!("used: attached, not proved: {reason}"));
            }
            Verdict::Spare => "not needed",
            Verdict::NotChosen => "not chosen",
            Verdict::Failed(reason) => reason,
        };
        (rung, words.to_owned())
    })
}

fn section(outcome: &Outcome) -> String {
    let used = outcome.used().map_or("not available".to_owned(), |rung| {
        format!("by {}", rung.name)
    });
    let mut out = format!("\n{}: {used}\n", outcome.event.name);
    for (rung, verdict) in verdicts(outcome) {
        out += &format!("    {:32} {verdict}\n", rung.name);
    }
    out
}

/// Tries every rung of one event by itself: those that work on standard output, a line each, why the
/// others do not on standard error.
fn rungs(event: &'static Event) -> Result<u8, Failure> {
    let mut out = String::new();
    for rung in event.rungs() {
        let Rung { name, .. } = rung;
        let tracer = start(vec![event], Only::Named(name.to_owned()))?;
        let ours = tracer
            .outcomes()
            .find(|outcome| outcome.event.id == event.id);
        match ours {
            Some(outcome) if outcome.used().is_none() => eprintln!("{}", outcome.reasons()),
            Some(_) => out += &format!("{name}\n"),
            None => {}
        }
    }
    outputs::print(out.as_bytes())
}

/// Tries every rung of every event, those at the same place of their ladders together: `EVENT RUNG` on
/// standard output for those that work, and why the others do not on standard error.
fn all_rungs(events: &[&'static Event]) -> Result<u8, Failure> {
    let longest = events.iter().map(|event| event.ladder.len()).max();
    let (mut works, mut fails) = (String::new(), String::new());
    for place in 0..longest.unwrap_or(0) {
        let tried: Vec<_> = events
            .iter()
            .copied()
            .filter(|event| place < event.ladder.len())
            .collect();
        let tracer = start(tried.clone(), Only::At(place))?;
        for outcome in tracer.outcomes() {
            if !tried.iter().any(|event| event.id == outcome.event.id) {
                continue;
            }
            let (event, rung) = (outcome.event.name, outcome.event.ladder[place]);
            match outcome.used() {
                Some(_) => works += &format!("{event} {rung}\n"),
                None => fails += &format!("{event} {}\n", outcome.reasons()),
            }
        }
    }
    eprint!("{fails}");
    outputs::print(works.as_bytes())
}
