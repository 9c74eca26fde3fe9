//! The hook ladder: what one rung attaches.
//!
//! A rung is written as text in an event's block and parsed here, so that the loader, `doctor`,
//! the pages and the lab all speak of the same thing. Two forms exist:
//!
//! * `KIND/TARGET`: one program, as libbpf names its sections (`tp_btf/signal_generate`); for
//!   uprobes the target is a function of a library (`uprobe/sigaddset`);
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
}

impl Rung {
    /// Reads a rung as a block writes it.
    #[must_use]
    pub fn parse(name: &'static str) -> Rung {
        let (mechanism, target) = match name.split_once('/') {
            Some((mechanism, target)) => (mechanism, Some(target)),
            None => (name, None),
        };
        let kind = match mechanism.split('+').next().unwrap_or("") {
            "fentry" | "fexit" => HookKind::Fentry,
            "kprobe.session" => HookKind::KprobeSession,
            "kprobe.multi" => HookKind::KprobeMulti,
            "kprobe" => HookKind::Kprobe,
            "tp_btf" => HookKind::TpBtf,
            "raw_tp" => HookKind::RawTp,
            "uprobe.multi" => HookKind::UprobeMulti,
            "uprobe" => HookKind::Uprobe,
            _ => HookKind::None,
        };
        Rung {
            name,
            kind,
            inner: mechanism.ends_with("+inner"),
            target,
        }
    }

    /// Whether the rung's programs sit on the system calls' own functions.
    #[must_use]
    pub fn on_functions(&self) -> bool {
        matches!(
            self.kind,
            HookKind::Fentry | HookKind::KprobeSession | HookKind::KprobeMulti | HookKind::Kprobe
        ) && self.target.is_none()
    }

    /// The section prefixes for entry and exit.
    #[must_use]
    pub fn sections(&self) -> (&'static str, &'static str) {
        match self.kind {
            HookKind::Fentry if self.name.starts_with("fexit") => ("", "fexit"),
            HookKind::Fentry => ("fentry", "fexit"),
            HookKind::KprobeSession => ("kprobe.session", ""),
            HookKind::KprobeMulti => ("kprobe.multi", "kretprobe.multi"),
            HookKind::Kprobe => ("kprobe", "kretprobe"),
            HookKind::TpBtf => ("tp_btf", "tp_btf"),
            HookKind::RawTp => ("raw_tp", "raw_tp"),
            HookKind::UprobeMulti => ("uprobe.multi", ""),
            HookKind::Uprobe => ("uprobe", ""),
            HookKind::None => ("", ""),
        }
    }

    /// Everything the rung attaches for `event` on a machine of ABI family `native`.
    #[must_use]
    pub fn hooks(&self, event: &Event, native: Abi) -> Vec<Hook> {
        let (entry, exit) = self.sections();
        if let Some(target) = self.target {
            return vec![Hook {
                section: entry,
                target: target.to_owned(),
            }];
        }
        match self.kind {
            HookKind::None | HookKind::UprobeMulti | HookKind::Uprobe => Vec::new(),
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
