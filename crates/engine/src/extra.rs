//! What lines tell of an event beside itself, if somebody asks: `--with`.

use tracehound_schema::{Event, by_name};

use crate::filter::CONTAINERS;

/// One thing that can be asked for. To add one: a row here, and what writes it in the formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extra {
    /// Who created the process, and who created that one.
    Ancestors,
    /// Who logged in, the session and its terminal.
    Session,
    /// What the process's program hashes to.
    Hashes,
    /// The package that it is of.
    Packages,
    /// What the process's user and group are called.
    Users,
    /// What its machine or container is called.
    Hostname,
    /// The labels of its container and pod.
    Labels,
    /// The frames of the process's stack.
    Stack,
    /// Those of the kernel's.
    KernelStack,
    /// The first frame outside of the C library.
    Caller,
}

impl Extra {
    /// Each with its word and what it adds.
    pub const ALL: &[(Extra, &str, &str)] = &[
        (
            Extra::Ancestors,
            "ancestors",
            "who created the process, and who created that one, up to the first",
        ),
        (
            Extra::Session,
            "session",
            "the user that logged in, the session and its terminal",
        ),
        (
            Extra::Hashes,
            "hashes",
            "the SHA-256 of the process's program, once that is known",
        ),
        (
            Extra::Packages,
            "packages",
            "the package that the process's program is of, once that is known",
        ),
        (
            Extra::Users,
            "users",
            "what the process's user and group are called in its own namespaces, once that is known",
        ),
        (
            Extra::Hostname,
            "hostname",
            "what the process's machine or container is called (UTS namespace)",
        ),
        (
            Extra::Labels,
            "labels",
            "the labels of its container and pod",
        ),
        (
            Extra::Stack,
            "stack",
            "the process's stack: functions, files and places in them, by frame pointers",
        ),
        (
            Extra::KernelStack,
            "kernel-stack",
            "the kernel's stack: how it came to where the event is made",
        ),
        (
            Extra::Caller,
            "caller",
            "the code outside of the C library that called: no more frames are looked at than needed",
        ),
    ];

    /// What a word asks for.
    #[must_use]
    pub fn named(word: &str) -> Option<Extra> {
        let row = Extra::ALL.iter().find(|row| row.1 == word);
        row.map(|row| row.0)
    }

    /// The events that it needs, beside those of processes' lives, which are always traced.
    const fn events(self) -> &'static [&'static str] {
        match self {
            Extra::Ancestors | Extra::Session => PROCESSES,
            Extra::Users => &["user_named", "existing_process", "sched_process_exec"],
            Extra::Hostname => &["uts_named"],
            Extra::Labels => CONTAINERS,
            Extra::Hashes => &["file_hashed", "existing_process", "sched_process_exec"],
            Extra::Packages => &["file_packaged", "existing_process", "sched_process_exec"],
            Extra::Stack | Extra::KernelStack | Extra::Caller => STACKS,
        }
    }
}

/// The events that the process tree is made of.
pub const PROCESSES: &[&str] = &[
    "existing_process",
    "process_snapshot",
    "sched_process_fork",
    "sched_process_exec",
    "sched_process_exit",
    "task_rename",
];

/// The events that stacks are made of.
const STACKS: &[&str] = &["stack_captured", "code_file_seen", "address_symbolized"];

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras(u32);

impl Extras {
    /// Asks for one more thing.
    #[must_use]
    pub const fn and(self, extra: Extra) -> Extras {
        Extras(self.0 | 1 << extra as u32)
    }

    /// Whether a thing is asked for.
    #[must_use]
    #[inline]
    pub const fn has(self, extra: Extra) -> bool {
        self.0 >> extra as u32 & 1 == 1
    }

    fn all(self) -> impl Iterator<Item = Extra> {
        let all = Extra::ALL.iter().map(|row| row.0);
        all.filter(move |extra| self.has(*extra))
    }

    /// Whether the process tree is needed.
    #[must_use]
    pub const fn needs_processes(self) -> bool {
        self.has(Extra::Ancestors) || self.has(Extra::Session)
    }

    /// Whether stacks are needed.
    #[must_use]
    pub const fn needs_stacks(self) -> bool {
        self.has(Extra::Stack) || self.has(Extra::KernelStack) || self.has(Extra::Caller)
    }

    /// The events that are traced for it, whether they are selected or not.
    #[must_use]
    pub fn needs(self) -> Vec<&'static Event> {
        let names = self.all().flat_map(Extra::events);
        names.filter_map(|name| by_name(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_in_the_catalogue() {
        for (extra, word, _) in Extra::ALL {
            assert_eq!(Extra::named(word), Some(*extra));
            let needs = Extras::default().and(*extra).needs();
            assert_eq!(needs.len(), extra.events().len(), "{word}");
        }
        assert!(Extras::default().needs().is_empty());
    }
}
