//! The steps of arguments that another argument gives their meaning.

use crate::layout;
use crate::types::{By, Type};

use super::caller::{Caller, Steps};
use super::{CONTENT, Case, Count, Step, What};

/// Bytes that are copied of what a second choice decides, where there are as many.
const LEAST_FURTHER: u32 = 256;

impl Caller {
    /// The choices among the arguments, all by the same one; adds the step that switches.
    pub fn cases(&self, steps: &mut Steps) -> Vec<Case> {
        let choices: Vec<(usize, &'static By)> = self.choices();
        let Some((_, first)) = choices.first() else {
            return Vec::new();
        };
        let args = self.call.arguments(self.abi);
        let Some(decides) = args.iter().position(|arg| arg.name == first.name) else {
            return Vec::new();
        };
        let mut values: Vec<u64> = choices
            .iter()
            .flat_map(|(_, by)| by.cases)
            .flat_map(|case| case.values)
            .map(|&value| value as u64 & first.mask)
            .collect();
        values.sort_unstable();
        values.dedup();
        let other = self.case(&choices, |by| &by.other);
        let mut cases = Vec::new();
        for value in values {
            let mut chosen = self.case(&choices, |by| by.choose(value));
            // What is copied in any case is not copied twice.
            chosen.before.retain(|step| !other.before.contains(step));
            chosen.after.retain(|step| !other.after.contains(step));
            cases.push(Case {
                value,
                before: chosen.before,
                after: chosen.after,
            });
        }
        steps.before.extend(other.before);
        steps.after.extend(other.after);
        let switch = Step {
            count_at: first.mask as u32,
            ..Step::new(What::Switch, self.places[decides].register)
        };
        steps.before.push(switch);
        steps.after.push(switch);
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

    pub fn choices(&self) -> Vec<(usize, &'static By)> {
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
