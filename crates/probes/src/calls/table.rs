//! What the programs of `bpf/call.h` are told, derived from the rows of the selected calls.

use std::collections::HashMap;

use tracehound_schema::capture::{self, Case, Plan, Step, What};
use tracehound_schema::syscalls::{Proof, Syscall};
use tracehound_schema::{Abi, Event, all};

/// The conventions whose calls are looked up; x32 calls have the numbers of the first.
pub const ABIS: [Abi; 2] = [Abi::X86_64, Abi::I386];

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
}

/// What is peculiar to some calls.
static PECULIAR: &[(&str, u16)] = &[
    ("fork", flag::FORKS),
    ("vfork", flag::FORKS),
    ("clone", flag::FORKS),
    ("clone3", flag::FORKS),
    ("execve", flag::KEEPS | flag::EXECS),
    ("execveat", flag::KEEPS | flag::EXECS),
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
    /// How its hook is proved live.
    pub proof: Proof,
}

/// Everything the programs are told.
#[derive(Debug, Default)]
pub struct Tables {
    /// The selected calls.
    pub rows: Vec<Row>,
    /// Lists of steps; the first is empty.
    pub lists: Vec<Vec<Step>>,
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
            let index = indices.get(&event.id).copied().unwrap_or(0) as u16;
            for abi in ABIS {
                tables.add(event, call, (abi, index, indices.len() as u16), options);
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

    fn add(
        &mut self,
        event: &Event,
        call: &'static Syscall,
        (abi, index, count): (Abi, u16, u16),
        options: CallOptions,
    ) {
        let Some(number) = call.number(abi) else {
            return;
        };
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
        self.rows.push(Row {
            abi,
            number,
            event: event.id,
            flags,
            ends: index,
            begins: count + index,
            before,
            after,
            proof: call.proof,
        });
    }

    /// A successful execveat(2) ends with the number of execve(2), and either with the convention of
    /// the new program: so the ends of all of them are looked at if one is selected.
    fn add_other_execs(&mut self) {
        for call in ["execve", "execveat"]
            .into_iter()
            .filter_map(tracehound_schema::syscalls::by_name)
        {
            for abi in ABIS {
                let Some(number) = call.number(abi) else {
                    continue;
                };
                let has = |row: &Row| row.abi == abi && row.number == number;
                if !self.rows.iter().any(has) {
                    self.rows.push(Row {
                        abi,
                        number,
                        event: 0,
                        flags: flag::EXECS,
                        ends: 0,
                        begins: 0,
                        before: 0,
                        after: 0,
                        proof: Proof::Never,
                    });
                }
            }
        }
    }

    /// The lists that values choose, at the beginning and at the end, filed under two new switches.
    fn switch(&mut self, cases: &[Case]) -> (u32, u32) {
        if cases.is_empty() {
            return (0, 0);
        }
        let first = self.switches.len() as u32 * 2 + 1;
        for case in cases {
            for (switch, steps) in [(first, &case.before), (first + 1, &case.after)] {
                let list = self.list(steps.clone(), 0);
                if list != 0 {
                    let key = u64::from(switch) << 32 | case.value & 0xffff_ffff;
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

/// A plan without what the user does not want.
fn chosen(mut plan: Plan, options: CallOptions) -> Plan {
    let wanted =
        |step: &Step| options.files || !(is(step, What::File) || is(step, What::ReturnedFile));
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
