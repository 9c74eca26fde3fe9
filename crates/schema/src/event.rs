//! What an event is: the struct behind one block of `events/`.

use crate::field::Field;
use crate::rung::Rung;
use crate::sample::Sample;
use crate::syscalls::Syscall;
use crate::way::Way;

/// A parameter of a generated program, as the hook passes it.
#[derive(Debug)]
pub struct Param {
    /// The name that field sources use.
    pub name: &'static str,
    /// The C type.
    pub ctype: &'static str,
}

/// Who makes the records of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeBy {
    /// A program generated from the block, one per rung.
    Hook,
    /// A function of the event's name in `probes/bpf/hand/`, called by generated programs.
    Hand,
    /// The table-driven system call program; the row is in `syscalls.rs`.
    Syscall,
    /// A program generated from the block, attached to a function of a mapped library.
    Library,
    /// A program generated from the block, which the kernel runs once for each object it has.
    Snapshot,
    /// The tracer, in user space.
    Tracer,
}

/// A statement about the fields that must hold; where it does not, memory was rewritten.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// `how` and `set` must turn `blocked_before` into `blocked_after` when the call succeeded;
    /// `set_user`, where read, must equal the kernel's copy in `set`.
    SigMask,
}

/// The parts of an event's page that no table can derive.
#[derive(Debug)]
pub struct Page {
    /// What the hook is for, one sentence.
    pub purpose: &'static str,
    /// What a user can find out with it.
    pub use_case: &'static str,
    /// A command that shows it, run as it stands.
    pub command: &'static str,
    /// Values of the page's example record, by field; [`crate::sample`] has one for every kind.
    pub example: &'static [(&'static str, Sample)],
    /// What one has to know: limits, races, kernels that differ.
    pub issues: &'static [&'static str],
    /// Other events worth selecting, by name.
    pub related: &'static [&'static str],
    /// Where the facts come from: man page sections, kernel files with their tag.
    pub sources: &'static [&'static str],
}

/// One event: everything that is known about it as data.
#[derive(Debug)]
pub struct Event {
    /// Our number, never reused; kept by the golden list.
    pub id: u16,
    /// The name users write.
    pub name: &'static str,
    /// The doc comment, a line an item: first the sentence, then the description.
    pub doc: &'static [&'static str],
    /// Who makes the records.
    pub made_by: MadeBy,
    /// The hook ladder, best first.
    pub ladder: &'static [&'static str],
    /// The system calls (rows of `syscalls.rs`) the event covers; empty for others.
    pub calls: &'static [&'static str],
    /// The row of a system call that the event is derived from.
    pub call: Option<&'static Syscall>,
    /// The events that the engine makes it from; empty for others.
    pub derived: &'static [&'static str],
    /// What the hook passes to a generated program.
    pub params: &'static [Param],
    /// A C expression over the parameters that must hold for a record to be made; empty for always.
    pub when: &'static str,
    /// A C expression for whom the record tells of, if not of the current task: the owner of the
    /// connection that the event is about. Empty for the current task.
    pub owner: &'static str,
    /// What the first program of rungs that have one keeps: a C statement in which `GIVEN(n)` is
    /// what its hook passes; empty if there is none.
    pub first: &'static str,
    /// What rungs attach besides what their names say: the rung, and the hooks as `SECTION/TARGET`.
    /// The programs of such an event are written by hand.
    pub beside: &'static [(&'static str, &'static [&'static str])],
    /// A C expression over the parameters, looked at when a function is entered and known as `kept`
    /// when it returns; empty for none. Rungs with a program at either end have it.
    pub keeps: &'static str,
    /// How some rungs differ from the others.
    pub ways: &'static [Way],
    /// Why the tracer cannot prove the hooks by doing the thing itself; empty where it does.
    pub unproved: &'static str,
    /// The sets (`tag=SET`) the event belongs to.
    pub sets: &'static [&'static str],
    /// The fields, in slot order.
    pub fields: &'static [Field],
    /// Whether records carry a return value.
    pub has_ret: bool,
    /// What must hold between the fields.
    pub checks: &'static [Check],
    /// The written parts of the page.
    pub page: Page,
}

impl Event {
    /// The index of a field by name.
    #[must_use]
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// Whether the event is traced only when it is named or chosen by its set: it puts breakpoints
    /// into files that every process of the host may be running.
    #[must_use]
    pub fn opt_in(&self) -> bool {
        self.made_by == MadeBy::Library
    }

    /// Whether its records are surely of the task that runs where it happens. Others may be an
    /// interrupt's doing or tell of who owns a socket.
    #[must_use]
    pub fn is_of_runner(&self) -> bool {
        let target = self.params.iter().any(|param| param.name == "target");
        !target && self.owner.is_empty() && self.beside.is_empty()
    }

    /// The ladder's rungs, best first.
    pub fn rungs(&self) -> impl Iterator<Item = Rung> + '_ {
        self.ladder.iter().map(|name| Rung::parse(name))
    }

    /// The hooks that a rung attaches besides what its name says.
    #[must_use]
    pub fn beside(&self, rung: &str) -> &'static [&'static str] {
        let found = self.beside.iter().find(|row| row.0 == rung);
        found.map_or(&[], |row| row.1)
    }

    /// How a rung differs from what the block says of all.
    #[must_use]
    pub fn way(&self, rung: &str) -> Option<&'static Way> {
        self.ways.iter().find(|way| way.rungs.contains(&rung))
    }

    /// The first sentence of the doc comment.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.doc.first().map_or("", |line| line.trim())
    }
}
