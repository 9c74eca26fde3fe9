//! Comparing views of the kernel that should say the same. Checks run when tracing begins, and in a thread
//! of their own at irregular times from then on; a finding is told once.

mod dump;
mod ftrace;
mod memory;
mod modules;
mod proc;
mod symbols;
mod tables;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use tracehound_schema::record::{HEADER_SIZE, Record};
use tracehound_schema::{Event, by_name};

use self::memory::Memory;
use self::symbols::Symbols;
use crate::object::{Flavour, Maps};
use crate::snapshot::{Made, field};
use crate::tracer::boot_time;

/// What several checks of one time look at, each read when it is first needed.
pub struct Look<'m> {
    memory: &'m Result<Memory, String>,
    symbols: OnceCell<Result<Symbols, String>>,
}

impl<'m> Look<'m> {
    fn new(memory: &'m Result<Memory, String>) -> Look<'m> {
        Look {
            memory,
            symbols: OnceCell::new(),
        }
    }

    /// The same to be read anew.
    fn fresh(other: &Look<'m>) -> Look<'m> {
        Look::new(other.memory)
    }

    fn symbols(&self) -> Result<&Symbols, String> {
        self.symbols
            .get_or_init(Symbols::read)
            .as_ref()
            .map_err(Clone::clone)
    }

    fn memory(&self) -> Result<&Memory, String> {
        self.memory.as_ref().map_err(Clone::clone)
    }
}

/// Makes the records of what it finds; the error says what could not be looked at.
type Check = fn(&mut Made, &Look<'_>) -> Result<(), String>;

static CHECKS: &[(&str, Check)] = &[
    ("hidden_kernel_module", modules::hidden_modules),
    ("hooked_syscall", tables::calls),
    ("hooked_seq_ops", tables::seq_ops),
    ("ftrace_hook", ftrace::hooks),
    ("hooked_proc_fops", proc::files),
    ("print_mem_dump", dump::dumps),
];

/// The event that says what could not be looked at.
const UNCHECKED: &str = "unchecked";

/// The events that checks make.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.0).chain([UNCHECKED])
}

/// Whether an event is made by checks.
pub fn makes(event: &Event) -> bool {
    event.name == UNCHECKED || CHECKS.iter().any(|check| check.0 == event.name)
}

/// The selected checks.
struct Selected {
    checks: Vec<(&'static Event, Check)>,
    memory: Result<Memory, String>,
    /// Findings that were told, without the time of their records.
    told: HashSet<Vec<u8>>,
}

impl Selected {
    fn run(&mut self) -> Vec<Made> {
        let look = Look::new(&self.memory);
        let mut all = Vec::new();
        for (event, check) in &self.checks {
            let mut made = Made::new(event);
            if let Err(why) = check(&mut made, &look) {
                all.extend(unchecked(event, &why));
            }
            all.push(made);
        }
        for made in &mut all {
            keep_new(made, &mut self.told);
        }
        all.retain(|made| made.count > 0);
        all
    }
}

/// Leaves out what was told before.
fn keep_new(made: &mut Made, told: &mut HashSet<Vec<u8>>) {
    let bytes = std::mem::take(&mut made.bytes);
    made.count = 0;
    let mut rest = &bytes[..];
    while let Some((record, next)) = Record::split(rest) {
        rest = next;
        let mut what = record.header.event.to_ne_bytes().to_vec();
        what.extend_from_slice(record.bytes().get(HEADER_SIZE..).unwrap_or_default());
        if told.insert(what) {
            made.bytes.extend_from_slice(record.bytes());
            made.count += 1;
        }
    }
}

fn unchecked(of: &Event, why: &str) -> Option<Made> {
    let mut made = Made::new(by_name(UNCHECKED)?);
    let record = made
        .start()
        .tail(field(UNCHECKED, "of"), of.name.as_bytes())
        .tail(field(UNCHECKED, "why"), why.as_bytes());
    made.put(record);
    Some(made)
}

/// The checks of a run. Dropping it ends their thread.
#[derive(Debug)]
pub struct Checks {
    found: Receiver<Vec<Made>>,
    _go_on: Sender<()>,
}

impl Checks {
    /// Runs the selected checks once, and leaves them to a thread; `None` where none is selected.
    pub fn start(
        events: &[&'static Event],
        flavour: Flavour,
        maps: &Maps,
    ) -> Option<(Vec<Made>, Checks)> {
        let checks: Vec<_> = events
            .iter()
            .filter_map(|event| {
                let check = CHECKS.iter().find(|check| check.0 == event.name)?;
                Some((*event, check.1))
            })
            .collect();
        if checks.is_empty() {
            return None;
        }
        let mut selected = Selected {
            checks,
            memory: Memory::new(flavour, maps),
            told: HashSet::new(),
        };
        let first = selected.run();
        let (tell, found) = channel();
        let (go_on, ended) = channel();
        thread::spawn(move || watch(&mut selected, &tell, &ended));
        let checks = Checks {
            found,
            _go_on: go_on,
        };
        Some((first, checks))
    }

    /// What has been found since the last call.
    pub fn found(&self) -> Option<Vec<Made>> {
        self.found.try_recv().ok()
    }
}

/// Runs checks until nobody wants them any more.
fn watch(selected: &mut Selected, tell: &Sender<Vec<Made>>, ended: &Receiver<()>) {
    while ended.recv_timeout(pause(boot_time())) == Err(RecvTimeoutError::Timeout) {
        if tell.send(selected.run()).is_err() {
            return;
        }
    }
}

/// Between 30 and 90 seconds; who hides for the time of a check must not know when it comes.
fn pause(now: u64) -> Duration {
    let mixed = (now ^ now >> 17).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    Duration::from_millis(30_000 + mixed % 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_once() {
        let event = by_name("ftrace_hook").unwrap();
        let mut told = HashSet::new();
        let mut counts = Vec::new();
        for symbols in [&["a", "b"][..], &["a"], &["b", "c"]] {
            let mut made = Made::new(event);
            for symbol in symbols {
                let record = made
                    .start()
                    .tail(field(event.name, "symbol"), symbol.as_bytes());
                made.put(record);
            }
            keep_new(&mut made, &mut told);
            counts.push(made.count);
        }
        assert_eq!(counts, [2, 0, 1]);
    }

    #[test]
    fn pauses_differ_and_are_neither_short_nor_long() {
        let pauses: HashSet<Duration> = (0..50).map(|i| pause(i * 1_000_003)).collect();
        assert!(pauses.len() > 40);
        let range = Duration::from_secs(30)..Duration::from_secs(90);
        assert!(pauses.iter().all(|pause| range.contains(pause)));
    }
}
