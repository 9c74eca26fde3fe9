//! Compares records with the log, thread by thread.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use tracehound_schema::syscalls::multiplexed::MULTIPLEXED;
use tracehound_schema::syscalls::{self, Syscall};
use tracehound_schema::types::Type;

use crate::log::{MARK, Made};
use crate::values::{self, Passed};

/// Disagreements that are shown before the test gives up.
const SHOWN: usize = 20;
/// `EINTR`, as the caller sees it, and what it was inside the kernel: `ERESTARTSYS`,
/// `ERESTARTNOINTR`, `ERESTARTNOHAND`, `ERESTART_RESTARTBLOCK`.
const INTERRUPTED: i64 = -4;
const RESTARTS: [i64; 4] = [-512, -513, -514, -516];

impl Made {
    /// Whether it ended where it was interrupted.
    fn gave_up(&self) -> bool {
        self.ret.is_none_or(|ret| ret == INTERRUPTED)
    }
}

/// How far the records of a thread are.
struct Thread {
    calls: Vec<Made>,
    /// The entry that the next record is of.
    next: usize,
    /// Whether the last record says that the call was interrupted: the kernel makes it again, as
    /// itself or as `restart_syscall`, or lets it fail with `EINTR`.
    interrupted: bool,
    /// Calls of rt_sigprocmask, which have a second record under the event sigprocmask.
    masks: [u64; 2],
}

/// The comparison.
pub struct Comparison {
    threads: Vec<Option<Thread>>,
    /// The slot of a thread, by its identity.
    slots: HashMap<String, usize>,
    counts: BTreeMap<&'static str, u64>,
    wrong: Vec<String>,
}

impl Comparison {
    pub fn new(log: Vec<Vec<Made>>) -> Comparison {
        let thread = |calls| {
            Some(Thread {
                calls,
                next: 0,
                interrupted: false,
                masks: [0; 2],
            })
        };
        Comparison {
            threads: log.into_iter().map(thread).collect(),
            slots: HashMap::new(),
            counts: BTreeMap::new(),
            wrong: Vec::new(),
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Compares a record with the next call of its thread.
    pub fn record(&mut self, record: &Value) {
        let id = record["process"]["id"].as_str().unwrap();
        let name = record["syscall"].as_str().unwrap_or_default();
        if let Some(slot) = marked(record) {
            self.slots.insert(id.to_owned(), slot);
        }
        let Some(slot) = self.slots.get(id).copied() else {
            return self.count("of others");
        };
        // After a signal; the log does not have it.
        if matches!(name, "rt_sigreturn" | "sigreturn") {
            return self.count("returns from signals");
        }
        let Some(mut thread) = self.threads[slot].take() else {
            return;
        };
        if name == "rt_sigprocmask" {
            let second = usize::from(record["event"] == "sigprocmask");
            thread.masks[second] += 1;
            if second == 1 {
                self.threads[slot] = Some(thread);
                return self.count("second records");
            }
        }
        let problem = self.step(&mut thread, record, name);
        if let Some(problem) = problem {
            // What follows in this thread would only be out of step.
            self.wrong.push(format!(
                "slot {slot}, call {}: {problem}\n  logged {:x?}\n  record {record}",
                thread.next,
                thread.calls.get(thread.next)
            ));
            if problem.starts_with("another call") {
                return;
            }
            thread.next += 1;
        }
        self.threads[slot] = Some(thread);
        assert!(self.wrong.len() < SHOWN, "{}", self.wrong.join("\n"));
    }

    fn step(&mut self, thread: &mut Thread, record: &Value, name: &str) -> Option<String> {
        let abi = record["abi"].as_str().unwrap_or_default();
        let is = |made: &Made| {
            let row = made.row();
            row.is_some_and(|row| row.spelled(made.abi) == name) && abi == made.abi.name()
        };
        let again = std::mem::take(&mut thread.interrupted) && {
            let next = thread.calls[thread.next + 1..].iter();
            let next = next.copied().find(|made| made.row().is_some());
            let gave_up = thread.calls[thread.next].gave_up();
            let made_again = name == "restart_syscall" || is(&thread.calls[thread.next]);
            made_again && !(gave_up && next.is_some_and(|made| is(&made))) || !self.gives_up(thread)
        };
        // Numbers that are no call's are not recorded.
        while thread.calls.get(thread.next)?.row().is_none() {
            thread.next += 1;
            self.count("without a row");
        }
        let made = thread.calls[thread.next];
        let row = made.row()?;
        let restarted = again && name == "restart_syscall";
        if !restarted && !is(&made) {
            return Some(format!("another call: {abi} {name}"));
        }
        if !restarted && let Some(problem) = self.arguments(&made, row, record) {
            return Some(problem);
        }
        if again {
            self.count("made again");
        }
        let ret = record.get("ret").and_then(Value::as_i64);
        if ret.is_some_and(|ret| RESTARTS.contains(&ret)) {
            thread.interrupted = true;
            return None;
        }
        if let Some(problem) = result(&made, row, record) {
            return Some(problem);
        }
        self.told(thread, made);
        None
    }

    fn told(&mut self, thread: &mut Thread, made: Made) {
        self.count("records");
        self.count(if made.ret.is_some() {
            "returned"
        } else {
            "not returned"
        });
        thread.next += 1;
    }

    /// Takes an interrupted call as ended, if its maker saw it fail.
    fn gives_up(&mut self, thread: &mut Thread) -> bool {
        let made = thread.calls[thread.next];
        if made.gave_up() {
            self.count("interrupted");
            self.told(thread, made);
        }
        made.gave_up()
    }

    /// Compares what the registers held.
    fn arguments(&mut self, made: &Made, row: &'static Syscall, record: &Value) -> Option<String> {
        let event = record["event"].as_str().unwrap_or_default();
        if let Some(problem) = named(made, row, event) {
            return Some(problem);
        }
        let multiplexed = event != row.name;
        let packed = made.abi == tracehound_schema::Abi::I386 && row.packed32;
        if multiplexed || packed {
            self.count("arguments in memory");
            return None;
        }
        let passed = Passed::new(row, made.structures(), made.registers());
        for (name, value, kind) in passed.each() {
            let shown = record["args"].get(name);
            let agrees = match shown {
                _ if values::followed(kind) => pointer(name, passed.narrow(kind, value), record),
                None => Some(matches!(kind, Type::Unused)),
                Some(shown) => {
                    // Of a protocol in network order 16 bits count, in whatever width it is passed.
                    let bits = if values::swapped(kind).is_some() {
                        0xffff
                    } else {
                        u64::MAX
                    };
                    values::number(kind, shown).map(|number| {
                        passed.narrow(kind, number) & bits == passed.narrow(kind, value) & bits
                    })
                }
            };
            match agrees {
                Some(true) => self.count("arguments"),
                Some(false) => return Some(format!("{name} was {value:#x}")),
                None => {
                    self.wrong
                        .push(format!("{name} of {record} is not understood ({kind:?})"));
                }
            }
        }
        None
    }

    /// Checks that nothing is missing, and gives what was counted.
    pub fn finish(mut self) -> BTreeMap<&'static str, u64> {
        for (slot, thread) in std::mem::take(&mut self.threads).into_iter().enumerate() {
            let Some(mut thread) = thread else {
                continue;
            };
            if thread.interrupted {
                self.gives_up(&mut thread);
            }
            let [first, second] = thread.masks;
            if first != second {
                self.wrong
                    .push(format!("slot {slot}: {first} calls, {second} sigprocmask"));
            }
            let rest = thread.calls[thread.next..].iter();
            for made in rest.filter(|made| made.row().is_some()) {
                // The thread may have ended before the kernel saw the call.
                if made.ret.is_some() {
                    self.wrong
                        .push(format!("slot {slot}: no record of {made:x?}"));
                    break;
                }
                self.count("not begun");
            }
        }
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        self.counts
    }
}

/// The slot that a thread's first call names.
fn marked(record: &Value) -> Option<usize> {
    let fd = record["args"]["fd"].as_u64()?;
    let marks = record["event"] == "close" && (MARK..MARK + 0x1_0000).contains(&fd);
    marks.then(|| usize::try_from(fd - MARK).unwrap())
}

/// Compares what it returned.
fn result(made: &Made, row: &'static Syscall, record: &Value) -> Option<String> {
    let shown = record.get("ret");
    let (Some(seen), Some(shown)) = (made.ret, shown) else {
        // It may have returned to a thread that was ended there.
        let missing = made.ret.is_some();
        return missing.then(|| "no result".to_owned());
    };
    let passed = Passed::new(row, made.structures(), made.registers());
    let kind = passed.chosen(&row.ret);
    let Some(number) = values::number(kind, shown) else {
        return Some(format!("result {shown} is not understood ({kind:?})"));
    };
    let same = if (-4095..0).contains(&seen) {
        number as i64 == seen
    } else {
        passed.narrow(kind, number) == passed.narrow(kind, seen as u64)
    };
    (!same).then(|| format!("result {shown}, not {seen}"))
}

/// Whether the event is the call's own, or that of what it means.
fn named(made: &Made, row: &Syscall, event: &str) -> Option<String> {
    let own = if row.event.is_empty() {
        row.name
    } else {
        row.event
    };
    let [first, ..] = made.registers();
    let meant = MULTIPLEXED
        .iter()
        .find(|meaning| meaning.call == row.name && u64::from(meaning.value) == first)
        .and_then(|meaning| syscalls::by_name(meaning.target));
    let meant = meant.map_or(own, |row| {
        if row.event.is_empty() {
            row.name
        } else {
            row.event
        }
    });
    (event != meant).then(|| format!("another call: event {event}, not {meant}"))
}

/// Whether a value behind a pointer is there, or said not to be; and where it would have been.
fn pointer(name: &str, address: u64, record: &Value) -> Option<bool> {
    let shown = record["args"].get(name).is_some();
    if address == 0 {
        return Some(!shown);
    }
    let listed = |list: &str| {
        let list = record[list].as_array();
        list.is_some_and(|list| list.iter().any(|path| path == name))
    };
    let told = shown || listed("unread") || listed("unwritten");
    let at = record["unread_at"].get(name).and_then(Value::as_str);
    let agrees = at.is_none_or(|at| at == format!("{address:#x}"));
    Some(told && agrees)
}
