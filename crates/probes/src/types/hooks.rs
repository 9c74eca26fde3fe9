//! Which functions, hooks and tracepoints of rungs the kernel's types lack: programs for them cannot be loaded, and
//! neither can the object that they are in.

use std::collections::HashSet;

use tracehound_schema::{Abi, Hook, MadeBy, all};

use super::raw::{Raw, kind};

/// What the kernel lacks, by its names in the kernel's types.
#[derive(Debug, Default)]
pub struct Lacking(HashSet<Vec<u8>>);

impl Lacking {
    /// All that rungs of events by hooks ask for.
    pub fn all() -> Lacking {
        let events = all().filter(|event| event.made_by == MadeBy::Hook);
        let hooks = events.flat_map(|event| {
            let rungs = event.rungs();
            rungs.flat_map(move |rung| rung.hooks(event, Abi::X86_64))
        });
        Lacking(hooks.filter_map(|hook| name(&hook)).collect())
    }

    /// Takes out what these types have.
    pub fn look(&mut self, types: &Raw<'_>) {
        for of in types.ids().filter_map(|id| types.get(id)) {
            if matches!(of.kind(), kind::FUNC | kind::TYPEDEF) {
                self.0.remove(types.text(of.name()));
            }
        }
    }

    /// Whether the kernel lacks what a program is attached to.
    pub fn has(&self, hook: &Hook) -> bool {
        name(hook).is_some_and(|name| self.0.contains(&name))
    }
}

/// The name in the kernel's types of what a program is attached to; none for programs that are attached otherwise.
fn name(hook: &Hook) -> Option<Vec<u8>> {
    let before = match hook.section {
        "fentry" | "fexit" => "",
        "lsm" => "bpf_lsm_",
        "tp_btf" => "btf_trace_",
        _ => return None,
    };
    Some(format!("{before}{}", hook.target).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_has_is_not_lacking() {
        let hook = |section, target: &str| Hook {
            section,
            target: target.to_owned(),
        };
        let bytes = std::fs::read("/sys/kernel/btf/vmlinux").unwrap();
        let there = [
            hook("fentry", "commit_creds"),
            hook("tp_btf", "sched_process_fork"),
        ];
        let made_up = hook("fentry", "no_kernel_has_this");
        let mut lacking = Lacking::all();
        lacking.0.extend(name(&made_up));
        assert!(there.iter().all(|hook| lacking.has(hook)));
        lacking.look(&Raw::parse(&bytes, None).unwrap());
        assert!(!there.iter().any(|hook| lacking.has(hook)));
        assert!(lacking.has(&made_up));
        assert!(!lacking.has(&hook("kprobe", "no_kernel_has_this")));
    }
}
