//! The hook ladder: for each event the first rung that loads, attaches and is proved live.

use tracehound_schema::record::Record;
use tracehound_schema::{Abi, Event, MadeBy, Rung, syscalls};

use crate::calls::lacking;
use crate::ends::Ends;
use crate::library::Libraries;
use crate::object::{Attached, Flavour, Maps, Together, attach, prefix};
use crate::preempt::order;
use crate::prove::Calls;
use crate::trial;

/// What became of one rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In use.
    Used,
    /// In use, loaded and attached, and not proved: the tracer cannot do the thing, because …
    Unproved(&'static str),
    /// Not tried, since a better rung is in use.
    Spare,
    /// Left out by the user's choice of a rung.
    NotChosen,
    /// Cannot be used here, because …
    Failed(String),
}

impl Verdict {
    /// Whether the rung is in use.
    #[must_use]
    pub const fn is_used(&self) -> bool {
        matches!(self, Verdict::Used | Verdict::Unproved(_))
    }
}

/// What became of one event's ladder.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The event.
    pub event: &'static Event,
    /// Each rung with its verdict, best first.
    pub rungs: Vec<(Rung, Verdict)>,
}

impl Outcome {
    /// The rung in use.
    #[must_use]
    pub fn used(&self) -> Option<&Rung> {
        self.rungs
            .iter()
            .find(|rung| rung.1.is_used())
            .map(|rung| &rung.0)
    }

    /// The event and why it is not to be had here.
    #[must_use]
    pub fn lack(&self) -> String {
        format!(
            "{}, which is not available on this kernel: {}; see `tracehound doctor`",
            self.event.name,
            self.reasons()
        )
    }

    /// Whether it is a system call that this kernel does not have, so that no rung is to blame.
    #[must_use]
    pub fn is_no_call(&self) -> bool {
        let missing = |verdict: &Verdict| matches!(verdict, Verdict::Failed(reason) if reason == lacking::REASON);
        self.used().is_none() && self.rungs.iter().any(|rung| missing(&rung.1))
    }

    /// Why no rung could be used, in one line.
    #[must_use]
    pub fn reasons(&self) -> String {
        if self.is_no_call() {
            return lacking::REASON.to_owned();
        }
        let reasons = self
            .rungs
            .iter()
            .filter_map(|(rung, verdict)| match verdict {
                Verdict::Failed(reason) => Some(format!("{}: {reason}", rung.name)),
                _ => None,
            });
        reasons.collect::<Vec<_>>().join("; ")
    }
}

/// What of a ladder may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Only {
    /// All of it.
    #[default]
    Any,
    /// The rung of this name, where the ladder has it.
    Named(String),
    /// The rung at this place from the top, where the ladder is that long.
    At(usize),
}

impl Only {
    /// For each rung of a ladder whether it is to be tried.
    pub fn verdicts(&self, ladder: &[&str]) -> Vec<Verdict> {
        let place = match self {
            Only::Any => None,
            Only::Named(name) => ladder.iter().position(|rung| rung == name),
            Only::At(place) => (*place < ladder.len()).then_some(*place),
        };
        let verdict = |index| match place {
            Some(place) if place != index => Verdict::NotChosen,
            _ => Verdict::Spare,
        };
        (0..ladder.len()).map(verdict).collect()
    }
}

/// One event on its way up or down its ladder.
pub struct Climb {
    /// The verdicts so far.
    pub outcome: Outcome,
    /// What is attached.
    pub attached: Option<Attached>,
    /// Rungs still to be tried, the next one last.
    left: Vec<usize>,
    current: usize,
    proved: bool,
    /// Records made when the attached rung was judged last.
    made: u64,
}

impl Climb {
    /// Starts at the top; `only` keeps to one rung if the event has it, `preempts` says that this
    /// kernel preempts programs.
    pub fn new(event: &'static Event, only: &Only, preempts: bool) -> Climb {
        let rungs = event.rungs().zip(only.verdicts(event.ladder));
        let rungs: Vec<_> = rungs.collect();
        let mut left = order(rungs.iter().map(|rung| &rung.0), preempts);
        left.reverse();
        let outcome = Outcome { event, rungs };
        Climb {
            outcome,
            attached: None,
            left,
            current: 0,
            proved: false,
            made: 0,
        }
    }

    /// Notes how many records the event's programs have made before.
    pub const fn begin(&mut self, made: u64) {
        self.made = made;
    }

    /// Whether the search is over, well or badly.
    pub fn done(&self) -> bool {
        self.proved || (self.attached.is_none() && self.left.is_empty())
    }

    /// The next rung's name with what the names of each of its programs start with, if they are loaded from
    /// an object.
    pub fn next(&self) -> Vec<(&'static str, String)> {
        if self.attached.is_some() || self.outcome.event.made_by == MadeBy::Library {
            return Vec::new();
        }
        let event = self.outcome.event;
        let rungs = &self.outcome.rungs;
        let left = self.left.iter().rev().copied();
        let mut left = left.filter(|index| rungs[*index].1 != Verdict::NotChosen);
        let works = |index: &usize| {
            let rung = &rungs[*index].0;
            trial::check(rung, &rung.hooks(event, Abi::X86_64)).is_ok()
        };
        let Some(index) = left.find(works) else {
            return Vec::new();
        };
        let rung = &rungs[index].0;
        let jumping = Ends::jumping(event, rung).map(str::to_owned);
        let own = [Some(prefix(event, index)), jumping];
        own.into_iter()
            .flatten()
            .map(|name| (rung.name, name))
            .collect()
    }

    /// Attaches the next rung that can be attached; some may be loaded already.
    pub fn step(
        &mut self,
        flavour: Flavour,
        maps: &Maps,
        libraries: &Libraries,
        ends: &Ends,
        loaded: &Together,
    ) {
        while self.attached.is_none()
            && let Some(index) = self.left.pop()
        {
            let (rung, verdict) = &mut self.outcome.rungs[index];
            if *verdict == Verdict::NotChosen {
                continue;
            }
            let event = self.outcome.event;
            let attached = match event.made_by {
                MadeBy::Library => libraries.attach_own(maps, event, rung, index),
                _ => attach(flavour, maps, ends, loaded, event, (rung, index)),
            };
            match attached {
                Ok(attached) => {
                    self.attached = Some(attached);
                    self.current = index;
                }
                Err(reason) => *verdict = Verdict::Failed(reason),
            }
        }
    }

    /// What a library event has attached, to be attached to further libraries.
    pub fn library(&mut self) -> Option<(&mut Attached, &'static Event, Rung)> {
        let event = self.outcome.event;
        let rung = self.outcome.rungs[self.current].0;
        let attached = self.attached.as_mut()?;
        (event.made_by == MadeBy::Library).then_some((attached, event, rung))
    }

    /// Judges the attached rung by the records that the proving calls gave; `made` counts all that
    /// the event's programs have made so far, those that found no room included.
    pub fn judge<'a>(
        &mut self,
        calls: Calls,
        made: u64,
        records: impl Iterator<Item = Record<'a>>,
    ) {
        if self.proved || self.attached.is_none() {
            return;
        }
        let event = self.outcome.event;
        let ours: Vec<_> = records
            .filter(|record| record.header.event == event.id)
            .collect();
        let fired = made > self.made;
        self.made = made;
        let rung = &self.outcome.rungs[self.current].0;
        let verdict = match missing(event, rung, calls, fired, &ours) {
            None => Verdict::Used,
            Some(_) if !event.unproved.is_empty() => Verdict::Unproved(event.unproved),
            Some(reason) => Verdict::Failed(reason),
        };
        self.proved = verdict.is_used();
        self.outcome.rungs[self.current].1 = verdict;
        if !self.proved {
            self.attached = None;
        }
    }

    /// Whether nothing is attached that waits for its proof.
    pub const fn is_judged(&self) -> bool {
        self.proved || self.attached.is_none()
    }
}

/// What the proving calls should have shown and did not.
fn missing(
    event: &Event,
    rung: &Rung,
    calls: Calls,
    fired: bool,
    records: &[Record<'_>],
) -> Option<String> {
    // What a hook that fires often tells may find no room.
    let fired = fired || !records.is_empty();
    if event.made_by == MadeBy::Hook || event.calls.is_empty() {
        return (!fired).then(|| "attached, but did not fire".to_owned());
    }
    for call in syscalls::all().filter(|call| event.calls.contains(&call.name)) {
        for abi in [Abi::X86_64, Abi::I386] {
            let Some(number) = call.number(abi) else {
                continue;
            };
            if abi == Abi::I386 && !calls.i386 {
                continue;
            }
            let seen = records.iter().any(|record| {
                record.header.abi == abi as u8 && record.header.nr == i32::from(number)
            });
            if !seen {
                let abi = abi.name();
                return Some(format!(
                    "attached, but did not fire for {abi} {}",
                    call.name
                ));
            }
        }
    }
    let copied = records.iter().any(|record| record.header.kernel != 0);
    (rung.inner && !copied)
        .then(|| "the kernel's inner function did not fire: inlined by the compiler".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(event: &str, only: &str) -> Vec<Verdict> {
        let only = &Only::Named(only.to_owned());
        let event = tracehound_schema::by_name(event).unwrap();
        let climb = Climb::new(event, only, false);
        climb.outcome.rungs.into_iter().map(|rung| rung.1).collect()
    }

    #[test]
    fn a_chosen_rung_is_the_only_one_tried_where_the_event_has_it() {
        let verdicts = verdicts("sigprocmask", "raw_tp");
        let (last, others) = verdicts.split_last().unwrap();
        assert_eq!(*last, Verdict::Spare);
        assert!(!others.is_empty());
        assert!(others.iter().all(|verdict| *verdict == Verdict::NotChosen));
    }

    #[test]
    fn a_place_beyond_the_ladder_leaves_it_whole() {
        let tried = |place| {
            let verdicts = Only::At(place).verdicts(&["a", "b"]);
            verdicts.iter().filter(|v| **v == Verdict::Spare).count()
        };
        assert_eq!([tried(0), tried(1), tried(2)], [1, 1, 2]);
    }

    #[test]
    fn for_a_call_that_the_kernel_lacks_no_rung_is_blamed() {
        let event = tracehound_schema::by_name("listns").unwrap();
        let failed = |reason: &str| Verdict::Failed(reason.to_owned());
        let mut rungs: Vec<_> = event.rungs().map(|rung| (rung, Verdict::Spare)).collect();
        rungs[0].1 = failed("not built");
        let mut outcome = Outcome { event, rungs };
        assert!(!outcome.is_no_call());
        assert!(outcome.reasons().ends_with("not built"));
        outcome.rungs[1].1 = failed(lacking::REASON);
        assert_eq!(outcome.reasons(), lacking::REASON);
    }

    #[test]
    fn an_event_without_the_chosen_rung_keeps_its_whole_ladder() {
        let verdicts = verdicts("signal_deliver", "kprobe.multi");
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Spare));
    }
}
