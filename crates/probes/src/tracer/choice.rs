//! What a run needs of the events that are selected: ladders to climb, calls, and what is made without
//! programs.

use tracehound_schema::{Event, MadeBy, by_name};

use super::Options;
use crate::calls::{CallOptions, Group};
use crate::error::Error;
use crate::ladder::{Climb, Only};
use crate::{beside, check, exports, preempt, snapshot};

/// Process life-cycle events: following a command and naming processes rest on them.
const LIFE: [&str; 3] = [
    "sched_process_fork",
    "sched_process_exec",
    "sched_process_exit",
];
const EXIT: &str = "sched_process_exit";

/// Events that tell of containers, in the order of `CGROUPS` of `build/hook.rs`.
const CGROUPS: [&str; 2] = ["cgroup_mkdir", "cgroup_rmdir"];

/// A bit for each event of lives and of cgroups that is selected; the others tell no more than is needed,
/// or aside.
pub(super) fn chosen(events: &[&'static Event]) -> u32 {
    let bit = |name: &str| u32::from(events.iter().any(|event| event.name == name));
    let bits = LIFE.iter().chain(&CGROUPS).enumerate();
    bits.map(|(place, name)| bit(name) << place).sum()
}

/// The bit behind those of events: processes are listed with their arguments (`LIVES_LISTED` of
/// `bpf/record.h`).
pub(super) const LISTED: u32 = 1 << 31;

/// The selected events that the tracer makes of what it reads elsewhere than in the rings.
pub(super) fn own(events: &[&'static Event]) -> Vec<(&'static Event, u64)> {
    let made = |event: &&&Event| {
        let beside = beside::makes(event);
        beside || snapshot::is_made(event) || check::makes(event) || exports::makes(event)
    };
    events
        .iter()
        .filter(made)
        .map(|event| (*event, 0))
        .collect()
}

/// Whether an event is one of processes' lives, which are always traced.
pub(super) fn is_of_lives(event: &Event) -> bool {
    LIFE.contains(&event.name)
}

/// The selected events that have programs, and the life cycle behind them.
pub(super) fn first(options: &Options) -> Result<(Vec<Climb>, Group), Error> {
    let mut events: Vec<&'static Event> = LIFE.iter().filter_map(|name| by_name(name)).collect();
    for event in options.events.iter().chain(&options.aside) {
        if !events.iter().any(|other| other.id == event.id) {
            events.push(event);
        }
    }
    // Its program forgets the thread; what else sits on the same tracepoint must come before.
    if let Some(at) = events.iter().position(|event| event.name == EXIT) {
        let exit = events.remove(at);
        events.push(exit);
    }
    let only = &options.only;
    if let Only::Named(name) = only
        && !events.iter().any(|event| event.ladder.contains(&&**name))
    {
        return Err(Error::UnknownRung(name.clone()));
    }
    Ok(climbs(&events, only, options.calls))
}

/// Those of the events that have programs, at the top of their ladders.
pub(super) fn climbs(
    events: &[&'static Event],
    only: &Only,
    calls: CallOptions,
) -> (Vec<Climb>, Group) {
    let preempts = preempt::preempts();
    let calls = Group::new(events, only, preempts, calls);
    let events = events.iter();
    let climbs = events
        .filter(|event| !matches!(event.made_by, MadeBy::Syscall | MadeBy::Tracer))
        .map(|event| Climb::new(event, only, preempts));
    (climbs.collect(), calls)
}
