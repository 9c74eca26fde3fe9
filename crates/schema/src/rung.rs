//! The hook ladder: what one rung attaches.
//!
//! A rung is written as text in an event's block and parsed here, so that the loader, `doctor`,
//! the pages and the lab all speak of the same thing. These forms exist:
//!
//! * `KIND/TARGET`: one program, as libbpf names its sections (`tp_btf/signal_generate`,
//!   `lsm/file_open`, `fexit/vfs_write`); for uprobes the target is a function of a library
//!   (`uprobe/sigaddset`);
//! * `KIND/TARGET+OTHER...`: a program on the first that makes records, and one on each of the others
//!   that keeps whom connections belong to;
//! * `KIND/TARGET,TARGET`: the same program on each of several functions;
//! * `kprobe+kretprobe/TARGET`: a program at the function's entry, which keeps its arguments, and
//!   one at its return;
//! * `fentry+fexit/TARGET`: the same by trampolines, for what the entry knows and the return does not;
//! * `KIND/TARGET+KIND/TARGET`: a program that keeps what the event's block says, and the one that
//!   tells the event later;
//! * `KIND` or `ENTRY+EXIT`: programs on every function that serves the event's system calls,
//!   and `ENTRY+EXIT+inner` with the kernel's inner function added.

use crate::abi::Abi;
use crate::event::Event;
use crate::syscalls;

/// The ladder of every event that is a system call. One rung serves all of them at a time.
pub const CALL_LADDER: &[&str] = &["fentry+fexit", "kprobe.session", "tp_btf", "raw_tp"];

/// The mechanism that runs a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookKind {
    /// Hook of the kernel's security framework, where `bpf` is among its modules.
    Lsm,
    /// Trampoline at a function's entry and exit; other calls pay nothing.
    Fentry,
    /// One ftrace program for entry and return (6.12 on).
    KprobeSession,
    /// Many functions by one ftrace attachment (5.18 on).
    KprobeMulti,
    /// Breakpoint or ftrace probe on one function.
    Kprobe,
    /// Tracepoint with typed arguments.
    TpBtf,
    /// Tracepoint with untyped arguments.
    RawTp,
    /// Breakpoints in a user-space library, all by one attachment (6.6 on).
    UprobeMulti,
    /// Breakpoint in a user-space library.
    Uprobe,
    /// Run by the kernel for each object of a kind, when the tracer asks.
    Iter,
    /// No hook: the tracer makes the event.
    None,
}

/// One attachment of a rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The libbpf section prefix (`fentry`, `kretprobe.multi`).
    pub section: &'static str,
    /// The function or tracepoint.
    pub target: String,
}

/// One rung of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// The rung as written in the block; users name it with `--rung`.
    pub name: &'static str,
    /// The mechanism.
    pub kind: HookKind,
    /// Whether the kernel's inner function is hooked as well.
    pub inner: bool,
    /// The one target, where the rung names it.
    pub target: Option<&'static str>,
    /// What runs before, to keep something: the section's prefix and the target.
    pub first: Option<(&'static str, &'static str)>,
}

impl Rung {
    /// Reads a rung as a block writes it.
    #[must_use]
    pub fn parse(name: &'static str) -> Rung {
        let split = name.split_once('+').and_then(|(first, last)| {
            let first = first.split_once('/')?;
            last.contains('/').then_some((first, last))
        });
        if let Some((first, last)) = split {
            return Rung {
                name,
                first: Some(first),
                ..Rung::parse(last)
            };
        }
        let (mechanism, target) = match name.split_once('/') {
            Some((mechanism, target)) => (mechanism, Some(target)),
            None => (name, None),
        };
        let kind = match mechanism.split('+').next().unwrap_or("") {
            "lsm" => HookKind::Lsm,
            "fentry" | "fexit" => HookKind::Fentry,
            "kprobe.session" => HookKind::KprobeSession,
            "kprobe.multi" => HookKind::KprobeMulti,
            "kprobe" => HookKind::Kprobe,
            "tp_btf" => HookKind::TpBtf,
            "raw_tp" => HookKind::RawTp,
            "iter" => HookKind::Iter,
            "uprobe.multi" => HookKind::UprobeMulti,
            "uprobe" => HookKind::Uprobe,
            _ => HookKind::None,
        };
        Rung {
            name,
            kind,
            inner: mechanism.ends_with("+inner"),
            target,
            first: None,
        }
    }

    /// Whether a program makes no records but keeps whom connections belong to.
    #[must_use]
    pub fn keeps_owners(&self, hook: &Hook) -> bool {
        let first = self.target.and_then(|targets| targets.split('+').next());
        first.is_some_and(|first| first.split(',').all(|target| target != hook.target))
    }

    /// Whether the rung's programs sit on the system calls' own functions.
    #[must_use]
    pub fn on_functions(&self) -> bool {
        matches!(
            self.kind,
            HookKind::Fentry | HookKind::KprobeSession | HookKind::KprobeMulti | HookKind::Kprobe
        ) && self.target.is_none()
    }

    /// Whether the rung has a program at its one function's entry and another at its return.
    #[must_use]
    pub fn pairs(&self) -> bool {
        let pair = |kinds| self.name.starts_with(kinds);
        self.target.is_some() && (pair("kprobe+kretprobe/") || pair("fentry+fexit/"))
    }

    /// Whether the rung's program runs when a function has returned, with what it returned.
    #[must_use]
    pub fn at_return(&self) -> bool {
        self.pairs()
            || self.at_call_end()
            || (self.target.is_some() && self.name.starts_with("fexit/"))
    }

    /// Whether the rung's program runs at the end of every system call.
    #[must_use]
    pub fn at_call_end(&self) -> bool {
        self.target == Some("sys_exit")
    }

    /// Whether the rung's programs run at the beginning or end of every system call.
    #[must_use]
    pub fn at_calls(&self) -> bool {
        self.targets()
            .all(|target| matches!(target, "sys_enter" | "sys_exit"))
            && self.target.is_some()
    }

    /// The functions or tracepoints that the rung names.
    pub fn targets(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.target.into_iter().flat_map(|target| target.split(','))
    }

    /// What a block calls the part of the rung that is on one of several targets.
    #[must_use]
    pub fn part(&self, target: &str) -> String {
        let mechanism = self.name.split('/').next().unwrap_or_default();
        format!("{mechanism}/{target}")
    }

    /// The section prefixes for entry and exit.
    #[must_use]
    pub fn sections(&self) -> (&'static str, &'static str) {
        match self.kind {
            HookKind::Lsm => ("lsm", ""),
            HookKind::Fentry if self.name.starts_with("fexit") => ("", "fexit"),
            HookKind::Fentry => ("fentry", "fexit"),
            HookKind::KprobeSession => ("kprobe.session", ""),
            HookKind::KprobeMulti => ("kprobe.multi", "kretprobe.multi"),
            HookKind::Kprobe => ("kprobe", "kretprobe"),
            HookKind::TpBtf => ("tp_btf", "tp_btf"),
            HookKind::RawTp => ("raw_tp", "raw_tp"),
            HookKind::UprobeMulti => ("uprobe.multi", ""),
            HookKind::Uprobe => ("uprobe", ""),
            HookKind::Iter => ("iter", ""),
            HookKind::None => ("", ""),
        }
    }

    /// Everything the rung attaches for `event` on a machine of ABI family `native`.
    #[must_use]
    pub fn hooks(&self, event: &Event, native: Abi) -> Vec<Hook> {
        let (entry, exit) = self.sections();
        if let Some(targets) = self.target {
            let sections = match (self.pairs(), entry) {
                (true, _) => vec![entry, exit],
                (false, "") => vec![exit],
                (false, _) => vec![entry],
            };
            let hook = |section, target: &str| Hook {
                section,
                target: target.to_owned(),
            };
            let of = |section| {
                targets
                    .split(['+', ','])
                    .map(move |target| hook(section, target))
            };
            let first = self.first.map(|(section, target)| hook(section, target));
            let own = sections.into_iter().flat_map(of);
            let beside = event.beside(self.name).iter();
            let beside = beside.filter_map(|name| name.split_once('/'));
            let beside = beside.map(|(section, target)| hook(section, target));
            return first.into_iter().chain(own).chain(beside).collect();
        }
        match self.kind {
            HookKind::None
            | HookKind::Iter
            | HookKind::Lsm
            | HookKind::UprobeMulti
            | HookKind::Uprobe => Vec::new(),
            HookKind::TpBtf | HookKind::RawTp => vec![
                Hook {
                    section: entry,
                    target: "sys_enter".to_owned(),
                },
                Hook {
                    section: exit,
                    target: "sys_exit".to_owned(),
                },
            ],
            _ => self.function_hooks(event, native),
        }
    }

    fn function_hooks(&self, event: &Event, native: Abi) -> Vec<Hook> {
        let (entry, exit) = self.sections();
        let mut hooks = Vec::new();
        for function in syscalls::functions(event.calls, native) {
            if !entry.is_empty() {
                hooks.push(Hook {
                    section: entry,
                    target: function.clone(),
                });
            }
            if !exit.is_empty() {
                hooks.push(Hook {
                    section: exit,
                    target: function,
                });
            }
        }
        if self.inner {
            let inner = event
                .fields
                .iter()
                .map(|field| field.from.inner)
                .find(|f| !f.is_empty());
            let target = inner.unwrap_or_default().to_owned();
            hooks.push(Hook {
                section: entry,
                target,
            });
        }
        hooks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hooks(name: &'static str) -> Vec<String> {
        let event = crate::by_name("security_file_open").unwrap();
        let hooks = Rung::parse(name).hooks(event, Abi::X86_64);
        let text = |hook: &Hook| format!("{}/{}", hook.section, hook.target);
        hooks.iter().map(text).collect()
    }

    #[test]
    fn a_rung_that_names_its_target_has_a_program_for_each_of_its_mechanisms() {
        assert_eq!(hooks("lsm/file_open"), ["lsm/file_open"]);
        assert_eq!(hooks("fexit/vfs_write"), ["fexit/vfs_write"]);
        let pair = ["kprobe/vfs_write", "kretprobe/vfs_write"];
        assert_eq!(hooks("kprobe+kretprobe/vfs_write"), pair);
        assert_eq!(hooks("raw_tp/sys_exit"), ["raw_tp/sys_exit"]);
        let both = ["tp_btf/inet_sock_set_state", "tp_btf/sys_exit"];
        assert_eq!(hooks("tp_btf/inet_sock_set_state+sys_exit"), both);
        assert_eq!(hooks("fentry/f,g"), ["fentry/f", "fentry/g"]);
        let each = ["kprobe/f", "kprobe/g", "kretprobe/f", "kretprobe/g"];
        assert_eq!(hooks("kprobe+kretprobe/f,g"), each);
        assert_eq!(hooks("fentry+fexit/f"), ["fentry/f", "fexit/f"]);
    }

    #[test]
    fn a_rung_that_keeps_something_has_a_program_for_that_too() {
        let name = "fentry/security_bprm_check+tp_btf/sys_exit";
        assert_eq!(hooks(name).join("+"), name);
        let rung = Rung::parse(name);
        assert!(rung.at_call_end() && rung.kind == HookKind::TpBtf);
    }

    #[test]
    fn only_programs_at_a_return_know_what_was_returned() {
        let at_return = |name| Rung::parse(name).at_return();
        assert!(at_return("fexit/f") && at_return("kprobe+kretprobe/f"));
        assert!(at_return("tp_btf/sys_exit") && at_return("fentry+fexit/f"));
        assert!(!at_return("fentry/f") && !at_return("lsm/f") && !at_return("kprobe/f"));
    }
}
