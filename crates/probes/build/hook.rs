//! Programs of events that their block says whole: parameters, admission, a put per field.

#[path = "records.rs"]
mod records;

use std::fmt::Write as _;

use tracehound_schema::field::Origin;
use tracehound_schema::syscalls::multiplexed::MULTIPLEXED;
use tracehound_schema::{Abi, Event, Field, Hook, HookKind, Param, Rung, Way, syscalls};

/// Events whose records go to the life ring, so that they are shed last: those that processes are
/// known by.
const LIFE: [&str; 3] = [
    "sched_process_fork",
    "sched_process_exec",
    "sched_process_exit",
];

/// Events that tell of containers: where they are not selected, or happen out of scope, they are told aside.
/// Their bits among those that are selected stand behind those of `LIFE`.
const CGROUPS: [&str; 2] = ["cgroup_mkdir", "cgroup_rmdir"];

/// The registers that carry a function's arguments.
const REGISTERS: [&str; 6] = ["di", "si", "dx", "cx", "r8", "r9"];

/// What one program is made from.
pub(super) struct Program<'a> {
    pub(super) event: &'a Event,
    pub(super) rung: &'a Rung,
    /// The rung's index in the ladder.
    pub(super) index: usize,
    pub(super) hook: &'a Hook,
    pub(super) way: Option<&'a Way>,
    pub(super) life: u8,
    /// The event's bit among those that can be there unselected.
    pub(super) chosen: Option<usize>,
}

/// The body of the program for one hook of a rung.
pub fn body(event: &Event, rung: &Rung, index: usize, hook: &Hook) -> String {
    let program = Program {
        event,
        rung,
        index,
        hook,
        way: event
            .way(rung.name)
            .or_else(|| event.way(&rung.part(&hook.target))),
        life: u8::from(LIFE.contains(&event.name)),
        chosen: LIFE
            .iter()
            .chain(&CGROUPS)
            .position(|name| *name == event.name),
    };
    if rung.first == Some((hook.section, hook.target.as_str())) {
        return program.keep();
    }
    if rung.keeps_owners(hook) {
        let direct = u8::from(rung.kind == HookKind::TpBtf);
        return format!(
            "\tstruct task_struct *current = current_task();\n\n\
             \tkeep_owner_{}(current, ctx, {direct});\n",
            hook.target
        );
    }
    if rung.pairs() && ["kprobe", "fentry"].contains(&hook.section) {
        return program.begin();
    }
    program.body()
}

impl Program<'_> {
    /// What runs before the program that tells the event, to keep something for it.
    fn keep(&self) -> String {
        let given = if self.hook.section == "kprobe" {
            "given_to_probe(ctx, n)"
        } else {
            "word_of(ctx, n)"
        };
        format!(
            "\tstruct task_struct *current = current_task();\n\n\
             #undef GIVEN\n#define GIVEN(n) {given}\n\
             \tif (keeps(current))\n\t\t{};\n",
            self.event.first
        )
    }

    /// The program at a function's entry, which keeps what the one at its return is to know.
    fn begin(&self) -> String {
        let (id, keeps) = (self.event.name, self.event.keeps);
        let kept = if keeps.is_empty() { "0" } else { keeps };
        let parameters = if keeps.is_empty() {
            String::new()
        } else {
            self.parameters()
        };
        let hold = if self.hook.section == "kprobe" {
            format!("hold_args(current, ID_{id}, ctx, {kept})")
        } else {
            format!("hold(current, ID_{id}, plain((u64)ctx), {kept})")
        };
        format!("\tstruct task_struct *current = current_task();\n{parameters}\n\t{hold};\n")
    }

    /// Declares the parameters.
    fn parameters(&self) -> String {
        let given = match self.hook.section {
            "kprobe" => "given_to_probe(ctx, n)",
            "kretprobe" => "held_call.args[n]",
            _ => "word_of(ctx, n)",
        };
        let mut out = format!("#undef GIVEN\n#define GIVEN(n) {given}\n");
        for (slot, param) in self.event.params.iter().enumerate() {
            let _ = writeln!(
                out,
                "\t{} {} = ({})({});",
                param.ctype,
                param.name,
                param.ctype,
                self.parameter(param.name, slot)
            );
        }
        out
    }

    fn body(&self) -> String {
        let name = self.event.name;
        let typed = self.rung.kind == HookKind::TpBtf && !self.rung.at_calls();
        let mut body = String::from("\tstruct task_struct *current = current_task();\n");
        body += &self.entry();
        body += &self.parameters();
        let _ = writeln!(
            body,
            "#undef READ\n#define READ(p, m) {}",
            if typed {
                "TASK_READ(p, m)"
            } else {
                "BPF_CORE_READ(p, m)"
            }
        );
        if let Some(bit) = self
            .chosen
            .filter(|_| self.event.fields.iter().any(is_costly))
        {
            let _ = writeln!(body, "\tbool chosen = is_chosen({bit});");
            if self.event.fields.iter().any(|field| field.from.listed) {
                body += "\tbool listed = chosen || is_chosen(LIVES_LISTED);\n";
            }
        }
        for when in [self.event.when, self.way.map_or("", |way| way.when)] {
            if !when.is_empty() {
                let _ = writeln!(body, "\tif (!({when}))\n\t\treturn 0;");
            }
        }
        let _ = writeln!(body, "\t{}", before(self.event));
        let target = self.event.params.iter().any(|p| p.name == "target");
        let other = if target && typed {
            "in_scope(target)"
        } else if CGROUPS.contains(&name) {
            "true"
        } else {
            "false"
        };
        if self.event.owner.is_empty() {
            let early = self.early();
            let _ = writeln!(
                body,
                "\tif (admit(INDEX_{name}, current, {other}){early}) {{"
            );
        } else {
            let _ = writeln!(
                body,
                "\tstruct owner *owner = {};\n\n\
                 \tif (admit_owned(INDEX_{name}, current, owner, ctx)) {{",
                self.event.owner
            );
        }
        let long = self.event.fields.iter().any(is_long);
        body += &if long {
            self.long_record()
        } else {
            self.short_record()
        };
        let _ = writeln!(body, "\t}}\n\t{}", after(self.event));
        body
    }

    /// Asks whether the record is wanted before it is begun; not where it may turn out that it is not
    /// the current task's.
    fn early(&self) -> String {
        let name = self.event.name;
        if !self.event.is_of_runner() {
            return String::new();
        }
        let ret = if self.event.has_ret { "1, ret" } else { "0, 0" };
        format!(" && keeps_task(INDEX_{name}, {ret})")
    }

    /// What the program does before it looks at parameters.
    fn entry(&self) -> String {
        let count = self.event.params.len();
        let own = self.way.and_then(|way| way.source("ret"));
        match self.hook.section {
            "kretprobe" => {
                format!("\ts64 ret = returned(ctx->ax);\n{}", self.let_go("ctx->sp"))
            }
            "fexit" => {
                let ret = own.map_or(format!("plain(ctx[{count}])"), str::to_owned);
                let held = if self.rung.pairs() {
                    self.let_go("plain((u64)ctx)")
                } else {
                    String::new()
                };
                format!("\ts64 ret = returned({ret});\n{held}")
            }
            _ if self.rung.at_calls() => self.call(),
            // A tracepoint that passes what its function is about to return.
            _ => own.map_or(String::new(), |ret| format!("\ts64 ret = {ret};\n")),
        }
    }

    /// Fetches what the program at the function's entry has kept.
    fn let_go(&self, place: &str) -> String {
        let kept = if self.event.keeps.is_empty() {
            ""
        } else {
            "\tu64 kept = held_call.kept;\n"
        };
        format!(
            "\tstruct held_call held_call = {{}};\n\n\
             \tif (!let_go(current, ID_{}, {place}, &held_call))\n\t\treturn 0;\n{kept}",
            self.event.name
        )
    }

    /// Leaves at the end or beginning of other calls; their numbers are looked at before anything
    /// else. A beginning that names no calls is of all.
    fn call(&self) -> String {
        let calls = self.way.map_or(&[][..], |way| way.calls);
        let direct = u8::from(self.rung.kind == HookKind::TpBtf);
        let number_of = if self.hook.target == "sys_enter" {
            "\tu32 number = bare_number(ctx[1]);\n\n".to_owned()
        } else {
            format!(
                "\tstruct pt_regs *regs = (struct pt_regs *)ctx[0];\n\
                 \ts64 ret = (s64)ctx[1];\n\
                 \tu32 number = bare_number(REGS(regs, {direct}, orig_ax));\n\n"
            )
        };
        if calls.is_empty() {
            return number_of;
        }
        let tests = |abi| {
            let numbers = calls.iter().filter_map(move |name| number(name, abi));
            let tests: Vec<_> = numbers.map(|n| format!("number == {n}")).collect();
            if tests.is_empty() {
                "false".to_owned()
            } else {
                tests.join(" || ")
            }
        };
        let mut compat = tests(Abi::I386);
        let multiplexed = MULTIPLEXED
            .iter()
            .filter(|row| row.call == "socketcall" && calls.contains(&row.target));
        let multiplexed: Vec<_> = multiplexed
            .map(|row| {
                format!(
                    "(number == NR_I386_socketcall && in_socketcall(current, {}))",
                    row.value
                )
            })
            .collect();
        for test in &multiplexed {
            let _ = write!(compat, " || {test}");
        }
        let native = tests(Abi::X86_64);
        let any = if multiplexed.is_empty() {
            ""
        } else {
            " || number == NR_I386_socketcall"
        };
        let first = format!("{native} || {}{any}", tests(Abi::I386));
        format!(
            "{number_of}\tif (!({first}))\n\t\treturn 0;\n\
             \tif (!(abi_of(current, 0) == ABI_I386 ? ({compat}) : ({native})))\n\t\treturn 0;\n"
        )
    }

    fn parameter(&self, name: &str, slot: usize) -> String {
        let own = self.way.and_then(|way| way.source(name));
        match (own, self.hook.section) {
            (Some(source), _) => source.to_owned(),
            (None, "kretprobe") => format!("held_call.args[{slot}]"),
            (None, "kprobe") => format!("ctx->{}", REGISTERS[slot]),
            (None, _) if self.rung.at_calls() => panic!(
                "{}: {} does not say where {name} comes from",
                self.event.name, self.rung.name
            ),
            (None, _) if points_at_numbers(self.event.params[slot].ctype) => {
                format!("word_of(ctx, {slot})")
            }
            (None, _) => format!("ctx[{slot}]"),
        }
    }

    /// The flags of the header, and what was returned.
    pub(super) fn flags(&self) -> String {
        let mut flags = String::new();
        // What happens to a target can be an interrupt's doing; the rest is the task's own.
        if self.event.params.iter().any(|param| param.name == "target") {
            flags += "\t\t\tif (in_interrupt(current, ctx, target))\n\
                      \t\t\t\trec->flags = TH_IN_INTERRUPT;\n";
        }
        if !self.event.owner.is_empty() {
            flags += "\t\t\ttell_owner(rec, current, owner, ctx);\n";
        }
        if self.may_come_by_ring() {
            flags += "\t\t\tif (via_io_uring(current))\n\
                      \t\t\t\trec->flags |= TH_VIA_IO_URING;\n";
        }
        if let Some(bit) = self.chosen.filter(|_| CGROUPS.contains(&self.event.name)) {
            let _ = writeln!(
                flags,
                "\t\t\tif (is_aside({bit}, current))\n\t\t\t\trec->flags |= TH_ASIDE;"
            );
        }
        flags += &self.call_told();
        if self.event.has_ret {
            flags += "\t\t\trec->flags |= TH_HAS_RET;\n\t\t\trec->ret = ret;\n";
        }
        flags
    }

    /// The call in which it happens; at its beginning and end that is known.
    fn call_told(&self) -> String {
        if self.rung.kind == HookKind::Iter || !self.event.owner.is_empty() {
            return String::new();
        }
        if !self.rung.at_calls() {
            return "\t\t\ttell_call(rec, current);\n".to_owned();
        }
        let direct = u8::from(self.rung.kind == HookKind::TpBtf);
        let whole = if self.hook.target == "sys_enter" {
            "ctx[1]".to_owned()
        } else {
            format!("REGS(regs, {direct}, orig_ax)")
        };
        format!("\t\t\trec->nr = number;\n\t\t\trec->abi = abi_of(current, {whole});\n")
    }

    /// Whether the event can be a request's doing: not what ends or begins calls, nor what others do to
    /// a thread or a connection while it is wherever it is.
    fn may_come_by_ring(&self) -> bool {
        let others = ["target", "task", "child"];
        let done_to = |param: &Param| others.contains(&param.name);
        !self.rung.at_calls()
            && self.event.owner.is_empty()
            && !self.event.params.iter().any(done_to)
            && !["signal_deliver", "sched_process_exit"].contains(&self.event.name)
    }

    pub(super) fn source<'f>(&'f self, field: &'f Field) -> &'f str {
        let own = self.way.and_then(|way| way.source(field.name));
        own.unwrap_or(field.from.source)
    }

    /// A put for a field that the rung lacks.
    pub(super) fn lack(&self, field: &Field) -> Option<String> {
        let filled_in = self.rung.kind == HookKind::Iter && field.from.origin != Origin::Kernel;
        if !filled_in {
            self.way?.lack(field.name)?;
        }
        Some(self.unread(field))
    }

    pub(super) fn unread(&self, field: &Field) -> String {
        let (event, name) = (self.event.name, field.identifier());
        format!("\t\t\tput_unread(rec, FIELD_{event}_{name}, 0);\n")
    }
}

/// A call's number as the header names it.
fn number(call: &str, abi: Abi) -> Option<String> {
    syscalls::by_name(call)?.number(abi)?;
    Some(format!("NR_{}_{call}", abi.name().to_uppercase()))
}

/// Up to 5.18 the verifier does not let a program load such a pointer from its typed context.
fn points_at_numbers(ctype: &str) -> bool {
    ctype.ends_with('*') && !ctype.contains("struct ")
}

pub(super) fn is_costly(field: &Field) -> bool {
    field.from.costly
}

fn is_long(field: &Field) -> bool {
    field.kind.has_tail() && field.from.ctype != "char [16]"
}

/// Scope is settled before anything else, so that a child is followed even if its record is lost.
fn before(event: &Event) -> &'static str {
    match event.name {
        "sched_process_fork" => "scope_heal(current);\n\tscope_inherit(current, child);",
        "sched_process_exec" => "task_state_move(current, old_pid);\n\tscope_heal(current);",
        // The thread of a ring is made without a fork that is told.
        "sched_process_exit" | "io_uring_submit_req" => "scope_heal(current);",
        _ => "",
    }
}

fn after(event: &Event) -> &'static str {
    if event.name == "sched_process_exit" {
        "task_state_drop(current);\n\theld_drop(current);\n\tkept_drop(current);"
    } else {
        ""
    }
}
