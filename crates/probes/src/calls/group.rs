//! The ladder that all selected system calls climb together: one rung serves them all at a time.

use std::collections::{HashMap, HashSet};

use libbpf_rs::{MapCore as _, MapFlags};
use tracehound_schema::rung::CALL_LADDER;
use tracehound_schema::syscalls::{Proof, Syscall};
use tracehound_schema::{Abi, Event, HookKind, MadeBy, Rung};

use super::CallOptions;
use super::attach::Job;
use super::lacking;
use super::table::{Row, Tables, flag};
use crate::ladder::{Outcome, Verdict};
use crate::object::{Attached, Flavour, Maps};
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
        only: Option<&str>,
        preempts: bool,
        options: CallOptions,
    ) -> Group {
        let has = only.is_some_and(|only| CALL_LADDER.contains(&only));
        let verdict = |rung: &Rung| match only {
            Some(only) if has && rung.name != only => Verdict::NotChosen,
            _ => Verdict::Spare,
        };
        let rungs: Vec<Rung> = CALL_LADDER.iter().map(|name| Rung::parse(name)).collect();
        let mut left = order(rungs.iter(), preempts);
        left.retain(|index| verdict(&rungs[*index]) == Verdict::Spare);
        left.reverse();
        let calls = events
            .iter()
            .filter(|event| event.made_by == MadeBy::Syscall);
        let outcomes = calls.map(|event| Outcome {
            event,
            rungs: rungs.iter().map(|rung| (*rung, verdict(rung))).collect(),
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

    /// Attaches the next rung that can be attached.
    pub fn step(&mut self, flavour: Flavour, maps: &Maps) {
        while !self.outcomes.is_empty()
            && self.attached.is_none()
            && let Some(index) = self.left.pop()
        {
            let job = Job {
                flavour,
                maps,
                tables: &self.tables,
                rung: Rung::parse(CALL_LADDER[index]),
                index,
            };
            match job.attach() {
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
        let lacking = self.lacking(&seen);
        let missing: Vec<(u16, String)> = self
            .tables
            .rows
            .iter()
            .filter(|row| is_proved(row) && !lacking.contains(&row.event))
            .filter_map(|row| Some((row.event, seen.missing(row, calls)?)))
            .collect();
        let shared = matches!(
            Rung::parse(CALL_LADDER[self.current]).kind,
            HookKind::TpBtf | HookKind::RawTp
        );
        let dead = match missing.first() {
            Some(first) if !shared || seen.0.is_empty() => Some(match missing.len() {
                1 => first.1.clone(),
                more => format!("{}, and for {} more", first.1, more - 1),
            }),
            _ => None,
        };
        if let Some(reason) = dead {
            self.attached = None;
            self.fail(self.current, &reason);
            return;
        }
        self.proved = true;
        for outcome in &mut self.outcomes {
            let id = outcome.event.id;
            let reason = missing.iter().find(|row| row.0 == id);
            outcome.rungs[self.current].1 = match reason {
                _ if lacking.contains(&id) => Verdict::Failed(lacking::REASON.to_owned()),
                Some((_, reason)) => Verdict::Failed(reason.clone()),
                None => Verdict::Used,
            };
        }
    }

    /// The events of calls that answered "no such call" and really have no function.
    fn lacking(&self, seen: &Seen) -> HashSet<u16> {
        let rows = self.tables.rows.iter();
        let refused: HashSet<u16> = rows
            .filter(|row| seen.bits(row) & ABSENT != 0)
            .map(|row| row.event)
            .collect();
        let suspects: Vec<&'static Syscall> = self
            .outcomes
            .iter()
            .filter(|outcome| refused.contains(&outcome.event.id))
            .filter_map(|outcome| outcome.event.call)
            .collect();
        if suspects.is_empty() {
            return HashSet::new();
        }
        let names = lacking::without_function(&suspects);
        let lacks = |outcome: &&Outcome| names.contains(outcome.event.name);
        let lacking = self.outcomes.iter().filter(lacks);
        lacking.map(|outcome| outcome.event.id).collect()
    }
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

    /// What should have been seen of a call and was not.
    fn missing(&self, row: &Row, calls: Calls) -> Option<String> {
        if row.abi == Abi::I386 && !calls.i386 {
            return None;
        }
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
