//! What the kernel side copies for a system call, and when: lists of steps derived from the call's
//! row. The kernel program that runs them is the same for every call.
//!
//! What is copied travels behind a record's slots as chunks (`record.rs`): the bytes with the address
//! they were read at. The decoder then reads the process's memory as it was, by address.

mod caller;
mod choice;
mod step;
mod structure;

use crate::abi::Abi;
use crate::syscalls::Syscall;

use caller::{Caller, Steps};

pub use step::*;

/// What is copied for a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Whether the beginning of the call is told by a record of its own.
    pub entry: bool,
    /// Whether its end is.
    pub exit: bool,
    /// Steps at the beginning, or at the end where the beginning is not told.
    pub before: Vec<Step>,
    /// Steps at the end.
    pub after: Vec<Step>,
    /// Further steps by the value of the switched argument: value, at the beginning, at the end.
    pub cases: Vec<Case>,
}

/// Further steps for one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The argument's value under the switch's mask.
    pub value: u64,
    /// Steps at the beginning.
    pub before: Vec<Step>,
    /// Steps at the end.
    pub after: Vec<Step>,
    /// Further steps by the value of another argument, at which both lists end with a switch.
    pub cases: Vec<Case>,
}

/// Derives what is copied for `call` when it is made under `abi`.
#[must_use]
pub fn plan(call: &'static Syscall, abi: Abi) -> Plan {
    let caller = Caller::new(call, abi);
    let mut steps = Steps::default();
    for (index, arg) in call
        .arguments(abi)
        .iter()
        .enumerate()
        .take(caller.places.len())
    {
        caller.argument(index, &arg.kind, &mut steps);
    }
    caller.other_choices(&mut steps);
    // Where a choice among the arguments decides that it returns one, the choice's steps say so.
    if caller.may_return_descriptor() && !caller.chooses_result() {
        steps.after.push(caller.returned());
    }
    let cases = caller.cases(&mut steps);
    let reads = |steps: &[Step]| {
        steps
            .iter()
            .any(|step| step.what != What::File as u8 && step.what != What::Switch as u8)
    };
    let entry = call.entry
        || call.never_returns
        || reads(&steps.before)
        || cases.iter().any(|case| reads(&case.before));
    Plan {
        entry,
        exit: !call.never_returns,
        before: steps.before,
        after: steps.after,
        cases,
    }
}

#[cfg(test)]
mod tests;
