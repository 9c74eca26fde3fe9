//! The steps of arguments that another argument gives their meaning.

use crate::layout;
use crate::types::{By, Type};

use super::caller::{Caller, Steps};
use super::{CONTENT, Case, Count, DEREF, Step, WRITTEN, What};

/// Bytes that are copied of what a second choice decides, where there are as many.
const LEAST_FURTHER: u32 = 256;

impl Caller {
    /// The choices among the arguments, all by the same one; adds the step that switches.
    pub fn cases(&self, steps: &mut Steps) -> Vec<Case> {
        let choices: Vec<(usize, &'static By)> = self.choices();
        let Some(switch) = self.switch(&choices) else {
            return Vec::new();
        };
        let other = self.case(&choices, |by| &by.other);
        let result = self.result(&choices);
        let mut cases = Vec::new();
        for value in values(&choices) {
            let mut chosen = self.case(&choices, |by| by.choose(value));
            // What is copied in any case is not copied twice.
            chosen.before.retain(|step| !other.before.contains(step));
            chosen.after.retain(|step| !other.after.contains(step));
            if result.is_some_and(|by| matches!(by.choose(value), Type::Fd)) {
                chosen.after.push(self.returned());
            }
            let further = self.pointers(&choices, value, &mut chosen);
            cases.push(Case {
                value,
                before: chosen.before,
                after: chosen.after,
                cases: further,
            });
        }
        steps.before.extend(other.before);
        steps.after.extend(other.after);
        steps.before.push(switch);
        steps.after.push(switch);
        cases
    }

    /// Whether the call may return a descriptor.
    pub fn may_return_descriptor(&self) -> bool {
        match &self.call.ret {
            Type::By(by) => by.cases.iter().any(|case| matches!(case.kind, Type::Fd)),
            kind => matches!(kind, Type::Fd),
        }
    }

    /// Whether what chooses among the arguments decides whether it does.
    pub fn chooses_result(&self) -> bool {
        self.result(&self.choices()).is_some()
    }

    /// What decides the result, where it decides the arguments too: every value that it has for a
    /// descriptor must be one that they have.
    fn result(&self, choices: &[(usize, &'static By)]) -> Option<&'static By> {
        let Type::By(by) = &self.call.ret else {
            return None;
        };
        let (_, first) = choices.first()?;
        let known = values(choices);
        let told = by
            .cases
            .iter()
            .filter(|case| matches!(case.kind, Type::Fd))
            .flat_map(|case| case.values)
            .all(|&value| known.contains(&(value as u64 & by.mask)));
        (by.name == first.name && by.mask == first.mask && told).then_some(*by)
    }

    /// The step for the descriptor that the call returned.
    pub fn returned(&self) -> Step {
        Step {
            flags: WRITTEN,
            ..Step::new(What::ReturnedFile, 0)
        }
    }

    /// The step that goes on by what decides the choices.
    fn switch(&self, choices: &[(usize, &'static By)]) -> Option<Step> {
        let (_, first) = choices.first()?;
        let args = self.call.arguments(self.abi);
        let decides = args.iter().position(|arg| arg.name == first.name)?;
        Some(Step {
            count_at: first.mask as u32,
            ..Step::new(What::Switch, self.places.get(decides)?.register)
        })
    }

    /// What structures point at that are chosen further, once `value` has chosen: the structures
    /// themselves are among what `further` reads.
    fn pointers(
        &self,
        choices: &[(usize, &'static By)],
        value: u64,
        chosen: &mut Steps,
    ) -> Vec<Case> {
        let inner = choices.iter().filter_map(|(index, by)| {
            let Type::By(inner) = by.choose(value) else {
                return None;
            };
            Some((*index, *inner))
        });
        let inner: Vec<_> = inner.collect();
        let mut cases = Vec::new();
        for value in values(&inner) {
            let mut steps = self.case(&inner, |by| by.choose(value));
            steps.before.retain(|step| step.flags & DEREF != 0);
            steps.after.retain(|step| step.flags & DEREF != 0);
            if steps.before.is_empty() && steps.after.is_empty() {
                continue;
            }
            cases.push(Case {
                value,
                before: steps.before,
                after: steps.after,
                cases: Vec::new(),
            });
        }
        if let Some(switch) = self.switch(&inner).filter(|_| !cases.is_empty()) {
            chosen.before.push(switch);
            chosen.after.push(switch);
        }
        cases
    }

    fn case(
        &self,
        choices: &[(usize, &'static By)],
        choose: impl Fn(&'static By) -> &'static Type,
    ) -> Steps {
        let mut steps = Steps::default();
        for (index, by) in choices {
            match choose(by) {
                Type::By(inner) => self.further(*index, inner, &mut steps),
                kind => self.argument(*index, kind, &mut steps),
            }
        }
        steps
    }

    /// What decides further is read by what can be read in any case, as much as any case needs.
    fn further(&self, index: usize, by: &'static By, steps: &mut Steps) {
        let behind = |kind: &'static Type| match kind {
            Type::In(inner) | Type::Out(inner) | Type::InOut(inner) => {
                layout::size(inner, self.abi).map_or(0, |size| size.bytes)
            }
            _ => 0,
        };
        let most = by.cases.iter().map(|case| behind(&case.kind)).max();
        let most = most.unwrap_or(0);
        let mut own = Steps::default();
        match &by.other {
            Type::By(inner) => self.further(index, inner, &mut own),
            kind => self.argument(index, kind, &mut own),
        }
        for step in own.before.iter_mut().chain(&mut own.after) {
            // Where each case is bytes they are content.
            if step.count != Count::Limit as u8 && most > 0 {
                step.flags &= !CONTENT;
                step.limit = most.max(LEAST_FURTHER);
            }
        }
        steps.before.append(&mut own.before);
        steps.after.append(&mut own.after);
    }

    /// The choices among the arguments by what the first of them is by: the one that is switched by.
    pub fn choices(&self) -> Vec<(usize, &'static By)> {
        let mut choices = self.all_choices();
        if let Some(&(_, first)) = choices.first() {
            choices.retain(|(_, by)| is_by_the_same(by, first));
        }
        choices
    }

    /// Steps of choices by anything else: of every case, since no more than one thing is switched by.
    pub fn other_choices(&self, steps: &mut Steps) {
        let all = self.all_choices();
        let Some(&(_, first)) = all.first() else {
            return;
        };
        for (index, by) in all.into_iter().filter(|(_, by)| !is_by_the_same(by, first)) {
            for case in by.cases {
                self.argument(index, &case.kind, steps);
            }
        }
    }

    fn all_choices(&self) -> Vec<(usize, &'static By)> {
        let args = self
            .call
            .arguments(self.abi)
            .iter()
            .enumerate()
            .take(self.places.len());
        args.filter_map(|(index, arg)| match arg.kind {
            Type::By(by) => Some((index, by)),
            _ => None,
        })
        .collect()
    }
}

fn is_by_the_same(by: &By, first: &By) -> bool {
    by.name == first.name && by.mask == first.mask
}

/// The values that choose.
fn values(choices: &[(usize, &'static By)]) -> Vec<u64> {
    let rows = choices.iter().flat_map(|(_, by)| {
        let values = by.cases.iter().flat_map(|case| case.values);
        values.map(|&value| value as u64 & by.mask)
    });
    let mut values: Vec<u64> = rows.collect();
    values.sort_unstable();
    values.dedup();
    values
}
