//! What the programs of `bpf/call.h` are told, derived from the rows of the selected calls.

use std::collections::HashMap;

use tracehound_schema::capture::{self, Case, Plan, Step, What};
use tracehound_schema::syscalls::multiplexed::{Arguments, MULTIPLEXED, Multiplexed};
use tracehound_schema::syscalls::{self, Proof, REGISTERS, Syscall};
use tracehound_schema::{Abi, Event, all};

/// The conventions whose calls are looked up; most x32 calls have the numbers of the first.
pub const ABIS: [Abi; 3] = [Abi::X86_64, Abi::I386, Abi::X32];

/// How much of system calls is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallOptions {
    /// Bytes of content (what is read, written, sent, received) to copy at most.
    pub content: u32,
    /// Whether to say which file or socket is behind a descriptor.
    pub files: bool,
    /// Whether every beginning is told by a record of its own, and not only those that need it.
    pub entries: bool,
}

impl Default for CallOptions {
    fn default() -> CallOptions {
        CallOptions {
            content: 64,
            files: true,
            entries: false,
        }
    }
}

/// `CALL_*` of `bpf/call.h`.
pub mod flag {
    /// The beginning is told.
    pub const BEGINS: u16 = 1;
    /// The end is told.
    pub const ENDS: u16 = 2;
    /// The end comes by in the new task too.
    pub const FORKS: u16 = 4;
    /// The end does not show the call's number or arguments.
    pub const KEEPS: u16 = 8;
    /// The end can be that of another exec call.
    pub const EXECS: u16 = 16;
    /// The arguments are in memory.
    pub const PACKED: u16 = 32;
    /// The call stands for others.
    pub const MULTIPLEXED: u16 = 64;
}

/// What is peculiar to some calls.
static PECULIAR: &[(&str, u16)] = &[
    ("fork", flag::FORKS),
    ("vfork", flag::FORKS),
    ("clone", flag::FORKS),
    ("clone3", flag::FORKS),
    ("execve", flag::KEEPS | flag::EXECS),
    ("execveat", flag::KEEPS | flag::EXECS),
    ("rt_sigreturn", flag::KEEPS),
    ("sigreturn", flag::KEEPS),
];

/// One call as the programs look it up: `struct call`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The convention it is made by.
    pub abi: Abi,
    /// Its number there.
    pub number: u16,
    /// The event it is told as, 0 for none.
    pub event: u16,
    /// See [`flag`].
    pub flags: u16,
    /// Index in the account of its ends.
    pub ends: u16,
    /// Index in the account of its beginnings.
    pub begins: u16,
    /// The list of steps for its beginning, 0 for none.
    pub before: u16,
    /// The list of steps for its end.
    pub after: u16,
    /// Where in the table of meanings its own begin.
    pub meanings: u16,
    /// How many words its arguments are, in memory or in the registers of another call.
    pub words: u16,
    /// How its hook is proved live.
    pub proof: Proof,
}

/// Numbers of one ABI (`MOST_CALLS` of `bpf/call.h`).
const MOST_CALLS: u16 = 1024;

/// The number that a call has a row for under a convention.
fn looked_up(call: &Syscall, abi: Abi) -> Option<u16> {
    let number = call.number(abi).filter(|number| *number < MOST_CALLS)?;
    // The others have that of 64-bit callers.
    (abi != Abi::X32 || number >= syscalls::OWN_OF_X32).then_some(number)
}

impl Row {
    /// Its place in the maps that have one for every call.
    pub fn key(&self) -> u32 {
        let slot = if self.abi == Abi::I386 { MOST_CALLS } else { 0 };
        u32::from(slot) + u32::from(self.number)
    }

    /// A call that is looked at for the sake of others.
    fn unselected(abi: Abi, number: u16) -> Row {
        Row {
            abi,
            number,
            event: 0,
            flags: 0,
            ends: 0,
            begins: 0,
            before: 0,
            after: 0,
            meanings: 0,
            words: 0,
            proof: Proof::Never,
        }
    }
}

/// Meanings that one call can have (`MOST_MEANINGS` of `bpf/unpack.h`).
pub const MOST_MEANINGS: u16 = 32;

/// What a multiplexed call means by one value: `struct meaning`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Its place in the table.
    pub index: u16,
    /// The call that is meant.
    pub row: Row,
    /// Whether the arguments are in memory, at the second one.
    pub array: bool,
    /// The registers that hold them otherwise.
    pub registers: [u8; REGISTERS],
}

/// A kernel function that serves calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Whether beginnings are told of any call that it serves.
    pub begins: bool,
    /// Whether ends are.
    pub ends: bool,
    /// Whether its calls have no arguments.
    pub plain: bool,
}

/// Everything the programs are told.
#[derive(Debug, Default)]
pub struct Tables {
    /// How many calls are selected.
    pub selected: usize,
    /// The selected calls, a row for each convention, and those looked at for their sake.
    pub rows: Vec<Row>,
    /// Lists of steps; the first is empty.
    pub lists: Vec<Vec<Step>>,
    /// The kernel functions that serve the selected calls.
    pub functions: Vec<Function>,
    /// What multiplexed calls mean, as far as it is selected.
    pub meanings: Vec<Meaning>,
    /// Lists by switch (upper half) and value.
    pub switches: Vec<(u64, u32)>,
    known: HashMap<Vec<u8>, u16>,
}

impl Tables {
    /// Derives the tables for `events`; those that are no system calls are left out.
    pub fn new(events: &[&'static Event], options: CallOptions) -> Tables {
        let mut tables = Tables {
            lists: vec![Vec::new()],
            ..Tables::default()
        };
        let indices: HashMap<u16, usize> = all()
            .enumerate()
            .map(|(index, event)| (event.id, index))
            .collect();
        for event in events {
            let Some(call) = event.call else { continue };
            tables.selected += 1;
            let index = indices.get(&event.id).copied().unwrap_or(0) as u16;
            let place = (index, indices.len() as u16);
            for abi in ABIS {
                if let Some(number) = looked_up(call, abi) {
                    let row = tables.row(call, abi, place, options);
                    tables.serve(call, row.flags);
                    let known = tables.row_of(abi, number);
                    *known = Row {
                        event: event.id,
                        number,
                        flags: row.flags | known.flags,
                        meanings: known.meanings,
                        ..row
                    };
                }
            }
            for meant in MULTIPLEXED {
                let Some(target) = meant.told_as(call) else {
                    continue;
                };
                let row = tables.row(target, Abi::I386, place, options);
                tables.mean(
                    meant,
                    Row {
                        event: event.id,
                        flags: row.flags | flag::MULTIPLEXED | flag::BEGINS,
                        ..row
                    },
                );
            }
        }
        if tables.rows.iter().any(|row| row.flags & flag::EXECS != 0) {
            tables.add_other_execs();
        }
        tables
    }

    /// Whether any call's beginning is told.
    pub fn begins(&self) -> bool {
        self.rows.iter().any(|row| row.flags & flag::BEGINS != 0)
    }

    /// Whether any call's end is told.
    pub fn ends(&self) -> bool {
        self.rows.iter().any(|row| row.flags & flag::ENDS != 0)
    }

    /// What is to be done for a call; `place` is its event's index in the account, and how many
    /// events there are.
    fn row(
        &mut self,
        call: &'static Syscall,
        abi: Abi,
        place: (u16, u16),
        options: CallOptions,
    ) -> Row {
        let plan = chosen(capture::plan(call, abi), options);
        let peculiar = PECULIAR.iter().find(|row| row.0 == call.name);
        let mut flags = peculiar.map_or(0, |row| row.1);
        let switch = self.switch(&plan.cases);
        let before = self.list(plan.before, switch.0);
        let after = self.list(plan.after, switch.1);
        if plan.entry || options.entries || flags & flag::KEEPS != 0 {
            flags |= flag::BEGINS;
        }
        if plan.exit {
            flags |= flag::ENDS;
        }
        if call.packed32 && abi == Abi::I386 {
            flags |= flag::PACKED | flag::BEGINS;
        }
        let ends = call.places(abi).into_iter();
        let words = ends.map(|place| place.register + usize::from(place.split) + 1);
        Row {
            flags,
            ends: place.0,
            begins: place.1 + place.0,
            before,
            after,
            words: words.max().unwrap_or(0) as u16,
            // Most kernels are built without x32: the call's other numbers prove its hook.
            proof: if abi == Abi::X32 {
                Proof::Never
            } else {
                call.proof
            },
            ..Row::unselected(abi, 0)
        }
    }

    /// Adds a meaning, and has the call looked at that has it.
    fn mean(&mut self, meant: &Multiplexed, row: Row) {
        let Some(call) = syscalls::by_name(meant.call) else {
            return;
        };
        let Some(number) = call.number(Abi::I386) else {
            return;
        };
        let mut calls: Vec<&str> = MULTIPLEXED.iter().map(|row| row.call).collect();
        calls.dedup();
        let place = calls.iter().position(|name| *name == meant.call);
        let first = place.unwrap_or(0) as u16 * MOST_MEANINGS;
        if meant.value >= MOST_MEANINGS {
            return;
        }
        let mut registers = [0; REGISTERS];
        let mut row = row;
        match meant.from {
            // An older form of the call may pass fewer.
            Arguments::Array(count) => row.words = u16::from(count),
            Arguments::Registers(own) => {
                let (places, _) = registers.split_at_mut(own.len().min(REGISTERS));
                places.copy_from_slice(&own[..places.len()]);
            }
        }
        self.meanings.push(Meaning {
            index: first + meant.value,
            row,
            array: matches!(meant.from, Arguments::Array(_)),
            registers,
        });
        self.serve(call, flag::BEGINS | flag::ENDS);
        let multiplexer = self.row_of(Abi::I386, number);
        multiplexer.flags |= flag::MULTIPLEXED;
        multiplexer.meanings = first;
    }

    /// Notes the functions of a call.
    fn serve(&mut self, call: &Syscall, flags: u16) {
        for name in call.functions(Abi::X86_64) {
            let known = self.functions.iter_mut().find(|known| known.name == name);
            let (begins, ends) = (flags & flag::BEGINS != 0, flags & flag::ENDS != 0);
            let plain = call.args.is_empty();
            match known {
                Some(known) => {
                    known.begins |= begins;
                    known.ends |= ends;
                }
                None => self.functions.push(Function {
                    name,
                    begins,
                    ends,
                    plain,
                }),
            }
        }
    }

    /// The row of a number, made if need be.
    fn row_of(&mut self, abi: Abi, number: u16) -> &mut Row {
        let has = |row: &Row| row.abi == abi && row.number == number;
        let at = self.rows.iter().position(has).unwrap_or_else(|| {
            self.rows.push(Row::unselected(abi, number));
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }

    /// A successful execveat(2) ends with the number of execve(2), and either with the convention of
    /// the new program: so the ends of all of them are looked at if one is selected.
    fn add_other_execs(&mut self) {
        let calls = ["execve", "execveat"].into_iter();
        for call in calls.filter_map(syscalls::by_name) {
            for abi in ABIS {
                if let Some(number) = call.number(abi) {
                    self.row_of(abi, number).flags |= flag::EXECS;
                }
            }
        }
    }

    /// The lists that values choose, at the beginning and at the end, filed under two new switches.
    fn switch(&mut self, cases: &[Case]) -> (u32, u32) {
        if cases.is_empty() {
            return (0, 0);
        }
        // Those of further switches come first, so that no two have the same number.
        let mut lists = Vec::new();
        for case in cases {
            let further = self.switch(&case.cases);
            let before = self.list(case.before.clone(), further.0);
            let after = self.list(case.after.clone(), further.1);
            lists.push((case.value, before, after));
        }
        let first = self.switches.len() as u32 * 2 + 1;
        for (value, before, after) in lists {
            for (switch, list) in [(first, before), (first + 1, after)] {
                if list != 0 {
                    let key = u64::from(switch) << 32 | value & 0xffff_ffff;
                    self.switches.push((key, u32::from(list)));
                }
            }
        }
        (first, first + 1)
    }

    /// The number of a list, a new one if there is none like it.
    fn list(&mut self, mut steps: Vec<Step>, switch: u32) -> u16 {
        for step in steps.iter_mut().filter(|step| is(step, What::Switch)) {
            step.offset = switch;
        }
        let known = |step: &Step| is(step, What::Switch);
        let used = self
            .switches
            .iter()
            .any(|row| row.0 >> 32 == u64::from(switch));
        steps.retain(|step| !known(step) || used);
        if steps.is_empty() {
            return 0;
        }
        let key: Vec<u8> = steps.iter().flat_map(bytes).collect();
        let next = self.lists.len() as u16;
        let number = *self.known.entry(key).or_insert(next);
        if number == next {
            self.lists.push(steps);
        }
        number
    }
}

fn is(step: &Step, what: What) -> bool {
    step.what == what as u8
}

/// Steps that say what is behind descriptors.
const FILES: [What; 3] = [What::File, What::ReturnedFile, What::Files];

/// A plan without what the user does not want.
fn chosen(mut plan: Plan, options: CallOptions) -> Plan {
    let wanted = |step: &Step| options.files || !FILES.iter().any(|what| is(step, *what));
    plan.before.retain(wanted);
    plan.after.retain(wanted);
    for case in &mut plan.cases {
        case.before.retain(wanted);
        case.after.retain(wanted);
    }
    plan
}

/// A step as `struct step` has it.
pub fn bytes(step: &Step) -> [u8; size_of::<Step>()] {
    let mut out = [0; size_of::<Step>()];
    let small = [
        step.what,
        step.argument,
        step.flags,
        step.count,
        step.from,
        step.pad,
    ];
    out[..6].copy_from_slice(&small);
    out[6..8].copy_from_slice(&step.scale.to_ne_bytes());
    out[8..12].copy_from_slice(&step.offset.to_ne_bytes());
    out[12..16].copy_from_slice(&step.limit.to_ne_bytes());
    out[16..20].copy_from_slice(&step.count_at.to_ne_bytes());
    out
}

#[cfg(test)]
mod tests {
    use tracehound_schema::by_name;

    use super::*;

    fn tables(names: &[&str], options: CallOptions) -> Tables {
        let events: Vec<_> = names.iter().map(|name| by_name(name).unwrap()).collect();
        Tables::new(&events, options)
    }

    #[test]
    fn a_call_has_a_row_per_convention() {
        let tables = tables(&["openat"], CallOptions::default());
        let rows: Vec<_> = tables
            .rows
            .iter()
            .map(|row| (row.abi, row.number))
            .collect();
        assert_eq!(rows, [(Abi::X86_64, 257), (Abi::I386, 295)]);
        assert_ne!(tables.rows[0].begins, tables.rows[0].ends);
    }

    #[test]
    fn like_lists_are_kept_once() {
        let one = tables(&["close"], CallOptions::default());
        let two = tables(&["close", "read"], CallOptions::default());
        assert_eq!(one.lists.len(), 2);
        assert_eq!(one.rows[0].before, two.rows[0].before);
        assert_eq!(two.rows[0].before, two.rows[2].before);
    }

    #[test]
    fn without_files_no_step_looks_at_a_descriptor() {
        let options = CallOptions {
            files: false,
            ..CallOptions::default()
        };
        let tables = tables(&["close", "openat"], options);
        let mut steps = tables.lists.iter().flatten();
        assert!(steps.all(|step| is(step, What::Text)));
    }

    #[test]
    fn the_end_of_an_execveat_is_looked_for_under_every_exec_call() {
        let tables = tables(&["execve"], CallOptions::default());
        assert!(tables.rows.iter().all(|row| row.flags & flag::EXECS != 0));
        assert!(tables.rows.len() >= 2);
    }
}
