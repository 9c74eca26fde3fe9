//! Attaching the programs of one rung for all selected calls together.

use std::io;
use std::os::fd::AsFd as _;

use libbpf_rs::Object;
use libbpf_sys as sys;
use tracehound_schema::{Hook, HookKind, Rung};

use super::lacking;
use super::table::{Function, Tables};
use super::trampoline::{Kinds, Place, connect};
use crate::object::{Attached, Flavour, Maps, Together, load, load_chosen, refused};
use crate::preempt;
use crate::reason::{self, Doing};
use crate::trial;

/// Calls that can be hooked at their own functions; with more, the attachments cost more than they
/// save.
const MOST_CALLS: usize = 32;
/// Functions that there are programs for (`build/programs.rs`): two for each call.
const MOST_FUNCTIONS: usize = 64;
/// A function of calls that every kernel has.
const ANY_FUNCTION: &str = "__x64_sys_read";

/// What all ways to attach need to know.
pub struct Job<'a> {
    /// What is selected.
    pub tables: &'a Tables,
    /// The rung.
    pub rung: Rung,
    /// Its place in the ladder.
    pub index: usize,
}

impl Job<'_> {
    /// Why the rung cannot work here, if that is known before its programs are loaded.
    pub fn check(&self) -> Result<(), String> {
        let by_function = self.rung.kind == HookKind::Fentry;
        if by_function && self.tables.selected > MOST_CALLS {
            return Err(format!("more than {MOST_CALLS} calls are selected"));
        }
        if by_function && preempt::preempts() {
            return Err("this kernel preempts such programs, which share a buffer".to_owned());
        }
        let hook = Hook {
            section: self.rung.sections().0,
            target: ANY_FUNCTION.to_owned(),
        };
        let by_session = self.rung.kind == HookKind::KprobeSession;
        let hooks = by_session.then_some(hook);
        trial::check(&self.rung, hooks.as_slice())
    }

    /// What the names of its programs start with, if they are attached as they were built.
    pub fn prefixes(&self) -> Option<Vec<String>> {
        if !matches!(self.rung.kind, HookKind::TpBtf | HookKind::RawTp) {
            return None;
        }
        let ends = [(0, self.tables.begins()), (1, self.tables.ends())];
        let ends = ends.iter().filter(|end| end.1);
        Some(
            ends.map(|end| format!("calls__{}_{}", self.index, end.0))
                .collect(),
        )
    }

    /// Loads, where `loaded` does not have it, and attaches what the rung needs. The error is a reason to
    /// show.
    pub fn attach(
        &self,
        flavour: Flavour,
        maps: &Maps,
        loaded: &Together,
    ) -> Result<Attached, String> {
        self.check()?;
        let Some(names) = self.prefixes() else {
            return match self.rung.kind {
                HookKind::Fentry => self.by_function(flavour, maps),
                _ => self.by_session(flavour, maps),
            };
        };
        // The two tracepoints that every call passes; that of the beginning only if it is needed.
        let object = loaded.have(flavour, maps, &self.rung, &names)?;
        self.attach_own(&object, |name| {
            names.iter().any(|own| name.starts_with(own))
        })
    }

    /// A program on each end of each function: other calls cost nothing.
    fn by_function(&self, flavour: Flavour, maps: &Maps) -> Result<Attached, String> {
        let functions = self.present(self.tables.functions.clone())?;
        if functions.len() > MOST_FUNCTIONS {
            return Err(format!(
                "they are served by more than {MOST_FUNCTIONS} functions"
            ));
        }
        let functions = Kinds::of(functions)?;
        let function = |name: &str| {
            let place = Place::parse(name).filter(|place| place.index == self.index)?;
            functions.function(place)
        };
        let wanted = |name: &str| function(name).is_some();
        let object = load_chosen(flavour, maps, wanted, |program| {
            let target = function(&program.name().to_string_lossy());
            let target = target.map(|function| function.name.clone());
            target.is_some() && program.set_attach_target(0, target).is_ok()
        });
        let object = object.map_err(|refusal| refused(&self.rung, &refusal))?;
        let jumps = connect(&object)?;
        let mut attached = self.attach_own(&object, |name| {
            let place = Place::parse(name).filter(|place| place.number.is_some());
            place.is_some_and(|place| functions.function(place).is_some())
        })?;
        attached.jumps = jumps;
        Ok(attached)
    }

    /// One program on all functions, which runs when they are entered and when they return.
    fn by_session(&self, flavour: Flavour, maps: &Maps) -> Result<Attached, String> {
        let functions = self.present(without_aliases(with_other(&self.tables.functions)))?;
        let names: Vec<String> = functions
            .into_iter()
            .map(|function| function.name)
            .collect();
        let name = format!("calls__{}_0", self.index);
        let object =
            load(flavour, maps, &[name]).map_err(|refusal| refused(&self.rung, &refusal))?;
        let mut attached = Attached::default();
        for program in object.progs().filter(|program| program.autoload()) {
            let how = sys::BPF_TRACE_KPROBE_SESSION;
            spread(&names, &mut |names| {
                let link = trial::attach_many(program.as_fd(), how, names);
                link.map(|link| attached.other_links.push(link))
            })
            .map_err(|error| {
                let error = libbpf_rs::Error::from(error);
                reason::reason(&self.rung, "", Doing::Attaching, &error)
            })?;
            let fd = program.as_fd().try_clone_to_owned();
            attached
                .programs
                .push(fd.map_err(|error| error.to_string())?);
        }
        Ok(attached)
    }

    /// Those functions that this kernel has; without any there is nothing to attach to.
    fn present(&self, mut functions: Vec<Function>) -> Result<Vec<Function>, String> {
        functions.retain(|function| !function.name.ends_with("_sys_ni_syscall"));
        let names = functions.iter().map(|function| function.name.clone());
        let absent = lacking::absent(names.collect());
        functions.retain(|function| !absent.contains(&function.name));
        if functions.is_empty() {
            return Err(lacking::REASON.to_owned());
        }
        Ok(functions)
    }

    /// Attaches the programs of these names where their sections say, the ends first: a beginning
    /// that is told and whose end is not would stay open for ever.
    fn attach_own(&self, object: &Object, ours: impl Fn(&str) -> bool) -> Result<Attached, String> {
        let mut attached = Attached::default();
        let mut programs: Vec<_> = object
            .progs_mut()
            .filter(|program| ours(&program.name().to_string_lossy()))
            .collect();
        programs.sort_by_key(|program| std::cmp::Reverse(program.name().to_owned()));
        for program in programs {
            let section = program.section().to_string_lossy().into_owned();
            let link = program
                .attach()
                .map_err(|error| reason::reason(&self.rung, &section, Doing::Attaching, &error))?;
            attached.links.push(link);
            let fd = program.as_fd().try_clone_to_owned();
            attached
                .programs
                .push(fd.map_err(|error| error.to_string())?);
        }
        Ok(attached)
    }
}

/// `functions`, and for 32-bit calls the other of the two that can serve them: kernels differ in
/// which it is (`arch_prctl`), and one that does not serve the call never runs.
fn with_other(functions: &[Function]) -> Vec<Function> {
    let mut all = functions.to_vec();
    for function in functions {
        let Some(name) = function.name.strip_prefix("__ia32_") else {
            continue;
        };
        let other = match name.strip_prefix("compat_") {
            Some(plain) => format!("__ia32_{plain}"),
            None => format!("__ia32_compat_{name}"),
        };
        if !all.iter().any(|known| known.name == other) {
            all.push(Function {
                name: other,
                ..function.clone()
            });
        }
    }
    all
}

/// A call without arguments is one function under the names of both conventions; attached to by both,
/// the program would run twice (seen on 7.3).
fn without_aliases(mut functions: Vec<Function>) -> Vec<Function> {
    let names: Vec<String> = functions.iter().map(|one| one.name.clone()).collect();
    functions.retain(|function| {
        let call = function.name.strip_prefix("__ia32_sys_");
        let own = call.map(|call| format!("__x64_sys_{call}"));
        !(function.plain && own.is_some_and(|own| names.contains(&own)))
    });
    functions
}

/// Attaches to all of `names` at once, or to halves of them where the kernel does not find one. What
/// it does not find at all is left out, and missed when the hooks are proved.
fn spread(
    names: &[String],
    attach: &mut impl FnMut(&[String]) -> io::Result<()>,
) -> io::Result<()> {
    let Err(error) = attach(names) else {
        return Ok(());
    };
    if error.raw_os_error() != Some(libc::ESRCH) {
        return Err(error);
    }
    if names.len() == 1 {
        return Ok(());
    }
    let (first, second) = names.split_at(names.len() / 2);
    spread(first, attach)?;
    spread(second, attach)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_functions_that_can_serve_a_32_bit_call_are_known() {
        let function = |name: &str| Function {
            name: name.to_owned(),
            begins: true,
            ends: true,
            plain: false,
        };
        let own = [
            function("__x64_sys_openat"),
            function("__ia32_compat_sys_openat"),
            function("__ia32_sys_read"),
        ];
        let names: Vec<_> = with_other(&own).into_iter().map(|one| one.name).collect();
        let others = ["__ia32_sys_openat", "__ia32_compat_sys_read"];
        assert_eq!(names[3..], others);
    }

    #[test]
    fn what_the_kernel_does_not_find_is_left_out() {
        let names: Vec<String> = ('a'..='j').map(String::from).collect();
        let mut attached = Vec::new();
        let result = spread(&names, &mut |names| {
            if names.iter().any(|name| name == "c" || name == "h") {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            attached.extend(names.to_vec());
            Ok(())
        });
        assert!(result.is_ok());
        assert_eq!(attached.concat(), "abdefgij");
    }
}
