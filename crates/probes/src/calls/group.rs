//! The ladder that all selected system calls climb together: one rung serves them all at a time.

use std::collections::{HashMap, HashSet};

use libbpf_rs::{MapCore as _, MapFlags};
use tracehound_schema::rung::CALL_LADDER;
use tracehound_schema::syscalls::Proof;
use tracehound_schema::{Abi, Event, HookKind, MadeBy, Rung};

use super::CallOptions;
use super::attach::Job;
use super::lacking;
use super::table::{Row, Tables, flag};
use crate::error::Error;
use crate::ladder::{Only, Outcome, Verdict};
use crate::object::{self, Attached, Flavour, Maps, Together};
use crate::preempt::order;
use crate::prove::{Call, Calls};

/// The selected calls on their way up or down their ladder.
pub struct Group {
    /// What became of each call's event.
    pub outcomes: Vec<Outcome>,
    /// What is attached.
    pub attached: Option<Attached>,
    /// What the programs are told.
    pub tables: Tables,
    /// Rungs still to be tried, the next one last.
    left: Vec<usize>,
    current: usize,
    proved: bool,
}

impl Group {
    /// Starts at the top with those of `events` that are system calls; `only` keeps to one rung.
    pub fn new(
        events: &[&'static Event],
        only: &Only,
        preempts: bool,
        options: CallOptions,
    ) -> Group {
        let verdicts = only.verdicts(CALL_LADDER);
        let rungs: Vec<Rung> = CALL_LADDER.iter().map(|name| Rung::parse(name)).collect();
        let mut left = order(rungs.iter(), preempts);
        left.retain(|index| verdicts[*index] == Verdict::Spare);
        left.reverse();
        let calls = events
            .iter()
            .filter(|event| event.made_by == MadeBy::Syscall);
        let outcomes = calls.map(|event| Outcome {
            event,
            rungs: rungs.iter().copied().zip(verdicts.clone()).collect(),
        });
        Group {
            outcomes: outcomes.collect(),
            attached: None,
            tables: Tables::new(events, options),
            left,
            current: 0,
            proved: false,
        }
    }

    /// Whether the search is over, well or badly.
    pub fn done(&self) -> bool {
        self.outcomes.is_empty() || self.proved || (self.attached.is_none() && self.left.is_empty())
    }

    /// The calls that the proving child has to make.
    pub fn proofs(&self) -> Vec<Call> {
        let rows = self.tables.rows.iter().filter(|row| is_proved(row));
        rows.map(|row| (row.abi, row.number)).collect()
    }

    /// The next rung's name, and what the names of its programs start with, if it is one to be loaded with
    /// others.
    pub fn next(&self) -> Option<(&'static str, Vec<String>)> {
        if self.outcomes.is_empty() || self.attached.is_some() {
            return None;
        }
        let jobs = self.left.iter().rev().map(|index| self.job(*index));
        let job = jobs.into_iter().find(|job| job.check().is_ok())?;
        job.prefixes().map(|prefixes| (job.rung.name, prefixes))
    }

    fn job(&self, index: usize) -> Job<'_> {
        Job {
            tables: &self.tables,
            rung: Rung::parse(CALL_LADDER[index]),
            index,
        }
    }

    /// Attaches the next rung that can be attached; its programs may be loaded already.
    pub fn step(&mut self, flavour: Flavour, maps: &Maps, loaded: &Together) {
        while !self.outcomes.is_empty()
            && self.attached.is_none()
            && let Some(index) = self.left.pop()
        {
            match self.job(index).attach(flavour, maps, loaded) {
                Ok(attached) => {
                    self.attached = Some(attached);
                    self.current = index;
                }
                Err(reason) => self.fail(index, &reason),
            }
        }
    }

    fn fail(&mut self, index: usize, reason: &str) {
        for outcome in &mut self.outcomes {
            outcome.rungs[index].1 = Verdict::Failed(reason.to_owned());
        }
    }

    /// Judges the attached rung by what the proving calls showed.
    ///
    /// Where each call has a hook of its own, one that is dead is reason to try the next rung. The
    /// tracepoints are the same for all calls: there it can only be the call's own fault.
    pub fn judge(&mut self, calls: Calls, maps: &Maps) {
        if self.proved || self.attached.is_none() {
            return;
        }
        let seen = Seen::take(maps, &self.tables.rows);
        let shared = matches!(
            Rung::parse(CALL_LADDER[self.current]).kind,
            HookKind::TpBtf | HookKind::RawTp
        );
        let states = self.states(calls, &seen, shared);
        let dead: Vec<&String> = states.iter().filter_map(|state| state.1.dead()).collect();
        if let Some(first) = dead.first()
            && (!shared || seen.0.is_empty())
        {
            let more = dead.len() - 1;
            let reason = match more {
                0 => (*first).clone(),
                _ => format!("{first}, and for {more} more"),
            };
            self.attached = None;
            self.fail(self.current, &reason);
            return;
        }
        let lacking = |state: &(u16, State)| state.1 == State::Lacking;
        if !shared && !states.is_empty() && states.iter().all(lacking) {
            // The tracepoints see calls that the kernel does not have.
            self.attached = None;
            self.fail(self.current, lacking::REASON);
            return;
        }
        self.proved = true;
        for outcome in &mut self.outcomes {
            let id = outcome.event.id;
            let own = states.iter().filter(|state| state.0 == id);
            outcome.rungs[self.current].1 = verdict(own.map(|state| &state.1));
        }
    }

    /// Tells no more of calls that are not wanted, and detaches what no call is left for. Gives their
    /// events, and how often programs were missed that are gone.
    pub fn leave(
        &mut self,
        maps: &Maps,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<(Vec<&'static Event>, u64), Error> {
        let mut gone: Vec<&'static Event> = Vec::new();
        self.outcomes.retain(|outcome| {
            let keep = wanted(outcome.event);
            if !keep {
                gone.push(outcome.event);
            }
            keep
        });
        if !self.outcomes.is_empty() {
            let ids: Vec<u16> = gone.iter().map(|event| event.id).collect();
            self.tables.leave(maps, &ids)?;
            return Ok((gone, 0));
        }
        object::detach(self.attached.iter_mut());
        let missed = self.attached.take().map_or(0, |attached| attached.misses());
        Ok((gone, missed))
    }

    /// What became of each call, by its event; `shared` says that one hook serves all. Of calls that
    /// the child cannot make it is only known whether the kernel has them.
    fn states(&self, calls: Calls, seen: &Seen, shared: bool) -> Vec<(u16, State)> {
        let rows = self.tables.rows.iter();
        let made = rows.filter(|row| is_proved(row) && (row.abi != Abi::I386 || calls.i386));
        let made: Vec<&Row> = made.collect();
        let rows = self.tables.rows.iter();
        let unmade: Vec<&Row> = rows
            .filter(|row| row.event != 0 && !is_proved(row))
            .collect();
        let suspects = made.iter().filter(|row| seen.doubts(row)).chain(&unmade);
        let functions: HashSet<String> = suspects.filter_map(|row| function(row)).collect();
        let absent = if functions.is_empty() {
            functions
        } else {
            lacking::absent(functions)
        };
        // All calls that were never there share one function, which is not hooked.
        let is_none =
            |name: String| absent.contains(&name) || (!shared && name.ends_with("_sys_ni_syscall"));
        let state = |row: &Row, missing: Option<String>| {
            let state = match missing {
                _ if function(row).is_some_and(is_none) => State::Lacking,
                Some(reason) => State::Dead(reason),
                None => State::Live,
            };
            (row.event, state)
        };
        let made = made.iter().map(|row| state(row, seen.missing(row)));
        let unmade = unmade.iter().map(|row| state(row, None));
        made.chain(unmade).collect()
    }
}

/// What became of a call under one convention.
#[derive(Debug, PartialEq, Eq)]
enum State {
    /// Its hooks fired.
    Live,
    /// The kernel does not have it.
    Lacking,
    /// Its hooks did not fire.
    Dead(String),
}

impl State {
    const fn dead(&self) -> Option<&String> {
        match self {
            State::Dead(reason) => Some(reason),
            _ => None,
        }
    }
}

/// What a rung is to an event whose calls came out so.
fn verdict<'a>(states: impl Iterator<Item = &'a State> + Clone) -> Verdict {
    if let Some(reason) = states.clone().find_map(State::dead) {
        return Verdict::Failed(reason.clone());
    }
    let mut lacking = states.map(|state| *state == State::Lacking).peekable();
    if lacking.peek().is_some() && lacking.all(|lacks| lacks) {
        return Verdict::Failed(lacking::REASON.to_owned());
    }
    Verdict::Used
}

/// The kernel function that serves a row.
fn function(row: &Row) -> Option<String> {
    let call = tracehound_schema::by_id(row.event)?.call?;
    let prefix = if row.abi == Abi::I386 {
        "__ia32_"
    } else {
        "__x64_"
    };
    let mut functions = call.functions(Abi::X86_64).into_iter();
    functions.find(|name| name.starts_with(prefix))
}

fn is_proved(row: &Row) -> bool {
    row.event != 0 && row.proof == Proof::MinusOne
}

/// What the proving calls showed, by place in the maps of calls: `PROVED_*` of `bpf/call.h`.
struct Seen(HashMap<u32, u32>);

const BEGINNING: u32 = 1;
const END: u32 = 2;
const ABSENT: u32 = 4;

impl Seen {
    /// Takes it out of the map, which is then empty for the next rung.
    fn take(maps: &Maps, rows: &[Row]) -> Seen {
        let mut seen = HashMap::new();
        for row in rows {
            let key = row.key().to_ne_bytes();
            let bits = maps.proofs.lookup(&key, MapFlags::ANY).ok().flatten();
            let bits = bits.and_then(|bits| Some(u32::from_ne_bytes(*bits.first_chunk()?)));
            if let Some(bits) = bits.filter(|bits| *bits != 0) {
                seen.insert(row.key(), bits);
                // An array's entry that exists can be written.
                let _ = maps.proofs.update(&key, &[0; 4], MapFlags::ANY);
            }
        }
        Seen(seen)
    }

    fn bits(&self, row: &Row) -> u32 {
        self.0.get(&row.key()).copied().unwrap_or(0)
    }

    /// Whether the kernel may not have a call: it said so, or its hooks did not fire.
    fn doubts(&self, row: &Row) -> bool {
        self.bits(row) & ABSENT != 0 || self.missing(row).is_some()
    }

    /// What should have been seen of a call and was not.
    fn missing(&self, row: &Row) -> Option<String> {
        let bits = self.bits(row);
        let begun = row.flags & flag::BEGINS == 0 || bits & BEGINNING != 0;
        let ended = row.flags & flag::ENDS == 0 || bits & END != 0;
        if begun && ended {
            return None;
        }
        let name = tracehound_schema::by_id(row.event).map_or("", |event| event.name);
        let end = match (begun, ended) {
            (true, false) => "the end of ",
            (false, true) => "the beginning of ",
            _ => "",
        };
        Some(format!(
            "attached, but did not fire for {end}{} {name}",
            row.abi.name()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_lacking_if_every_call_of_it_is() {
        let dead = || State::Dead("why".to_owned());
        let of = |states: &[State]| verdict(states.iter());
        assert_eq!(of(&[]), Verdict::Used);
        assert_eq!(of(&[State::Live, State::Lacking]), Verdict::Used);
        let lacking = Verdict::Failed(lacking::REASON.to_owned());
        assert_eq!(of(&[State::Lacking, State::Lacking]), lacking);
        assert_eq!(
            of(&[State::Live, dead()]),
            Verdict::Failed("why".to_owned())
        );
    }

    #[test]
    fn each_row_is_served_by_the_function_of_its_convention() {
        let events = [tracehound_schema::by_name("nanosleep").unwrap()];
        let tables = Tables::new(&events, CallOptions::default());
        let functions: Vec<_> = tables.rows.iter().filter_map(function).collect();
        assert_eq!(
            functions,
            ["__x64_sys_nanosleep", "__ia32_sys_nanosleep_time32"]
        );
    }
}
