//! `programs.h`: one program per event, rung and hook, its body from the event's block.
//!
//! A program is called `<event>__<rung index>_<hook index>`; the loader derives the same name.

#[path = "hook.rs"]
mod hook;
#[path = "library.rs"]
mod library;
#[path = "snapshot.rs"]
mod snapshot;
#[path = "udp.rs"]
mod udp;

use std::fmt::Write as _;

use tracehound_schema::rung::CALL_LADDER;
use tracehound_schema::{Abi, Event, Hook, HookKind, MadeBy, Rung, all, ends};

/// Functions that one rung can sit on: those of 32 calls, each served by one for every convention.
const MOST_FUNCTIONS: usize = 64;

/// Asks whether a session's program runs at the function's return.
const SESSION_END: &str = "\tif (bpf_ksym_exists(bpf_session_is_return))\n\
     \t\tback = bpf_session_is_return();\n\
     \telse if (bpf_ksym_exists(bpf_session_is_return___ctx))\n\
     \t\tback = bpf_session_is_return___ctx(ctx);\n";

/// Renders the programs. Writing to a `String` cannot fail, so results are dropped.
pub fn render() -> String {
    let mut out = String::from("/* Generated from crates/schema. */\n#pragma once\n\n");
    out.push_str(
        "extern bool bpf_session_is_return(void) __ksym __weak;\n\
         extern bool bpf_session_is_return___ctx(void *ctx) __ksym __weak;\n\n",
    );
    for event in all().filter(|event| event.made_by != MadeBy::Syscall) {
        for (index, rung) in event.rungs().enumerate() {
            // 5.10 lacks the session kfunc and multi attachment altogether.
            let modern = matches!(
                rung.kind,
                HookKind::KprobeSession | HookKind::KprobeMulti | HookKind::UprobeMulti
            );
            if modern {
                out.push_str("#ifndef TH_LEGACY\n");
            }
            for (number, hook) in rung.hooks(event, Abi::X86_64).iter().enumerate() {
                program(&mut out, event, &rung, index, number, hook);
            }
            if modern {
                out.push_str("#endif\n\n");
            }
        }
    }
    for (index, name) in CALL_LADDER.iter().enumerate() {
        call_programs(&mut out, index, &Rung::parse(name));
    }
    out
}

/// The programs for all system calls on one rung: 0 for their beginnings, 1 for their ends.
fn call_programs(out: &mut String, index: usize, rung: &Rung) {
    match rung.kind {
        HookKind::Fentry => function_programs(out, index, rung),
        HookKind::KprobeSession => session_program(out, index, rung),
        _ => tracepoint_programs(out, index, rung),
    }
}

fn tracepoint_programs(out: &mut String, index: usize, rung: &Rung) {
    let (entry, exit) = rung.sections();
    let direct = u8::from(rung.kind == HookKind::TpBtf);
    let regs = "struct pt_regs *regs = (struct pt_regs *)ctx[0];";
    let _ = write!(
        out,
        "SEC(\"{entry}/sys_enter\")\nint calls__{index}_0(u64 *ctx)\n{{\n\t{regs}\n\n\
         \tCALL_BEGIN(regs, {direct}, (u32)ctx[1], {index});\n\treturn 0;\n}}\n\n\
         SEC(\"{exit}/sys_exit\")\nint calls__{index}_1(u64 *ctx)\n{{\n\t{regs}\n\
         \tu32 nr = REGS(regs, {direct}, orig_ax);\n\n\
         \tCALL_END(regs, {direct}, nr, (s64)ctx[1], {index});\n\treturn 0;\n}}\n\n"
    );
}

/// Programs without a target, as many as there can be functions: which is known at run time. Each
/// only jumps to the one that does the work, so that the verifier looks at that once. A program can
/// jump to another only where the functions under both are declared alike, down to the name of the
/// parameter: those of calls come in two kinds, with arguments and without, and on 5.10 in three.
fn function_programs(out: &mut String, index: usize, rung: &Rung) {
    let (entry, exit) = rung.sections();
    let ends = [
        (entry, format!("begin_call({index})")),
        (exit, format!("end_call(ctx[1], {index})")),
    ];
    for (end, (section, body)) in ends.iter().enumerate() {
        for kind in 0..3 {
            let jump = format!("jumps_{end}_{kind}");
            let _ = write!(
                out,
                "struct {{\n\t__uint(type, BPF_MAP_TYPE_PROG_ARRAY);\n\t__uint(max_entries, 1);\n\
                 \t__type(key, u32);\n\t__type(value, u32);\n}} {jump} SEC(\".maps\");\n\n\
                 SEC(\"{section}\")\nint calls__{index}_{end}_{kind}(u64 *ctx)\n{{\n\
                 \treturn {body};\n}}\n\n"
            );
            for number in 0..MOST_FUNCTIONS {
                let _ = write!(
                    out,
                    "SEC(\"{section}\")\nint calls__{index}_{end}_{kind}_{number}(u64 *ctx)\n{{\n\
                     \tbpf_tail_call(ctx, &{jump}, 0);\n\treturn 0;\n}}\n\n"
                );
            }
        }
    }
}

fn session_program(out: &mut String, index: usize, rung: &Rung) {
    let section = rung.sections().0;
    let _ = write!(
        out,
        "#ifndef TH_LEGACY\nSEC(\"{section}\")\nint calls__{index}_0(struct pt_regs *ctx)\n{{\n\
         \tbool back = false;\n\n{SESSION_END}\
         \tif (back)\n\t\treturn end_call(ctx->ax, {index});\n\
         \treturn begin_call({index});\n}}\n#endif\n\n"
    );
}

fn program(out: &mut String, event: &Event, rung: &Rung, index: usize, number: usize, hook: &Hook) {
    let (name, section, target) = (event.name, hook.section, &hook.target);
    let probes = ["kprobe", "kretprobe", "uprobe"];
    let context = if probes.iter().any(|probe| section.starts_with(probe)) {
        "struct pt_regs *ctx"
    } else {
        "u64 *ctx"
    };
    let body = match event.made_by {
        MadeBy::Hand => mask_body(rung, index, hook),
        MadeBy::Library => library::body(event, index),
        MadeBy::Snapshot => snapshot::body(event, rung, index, hook),
        _ if event.name == "udp_socket_close" => udp::body(rung, index, hook),
        _ if !event.beside.is_empty() => change_body(index, hook),
        _ => hook::body(event, rung, index, hook),
    };
    // Which library and where in it is found out at run time.
    let section = match event.made_by {
        MadeBy::Library => section.to_owned(),
        _ => format!("{section}/{target}"),
    };
    let program = format!("{name}__{index}_{number}");
    let way = ends::way(event, rung).filter(|_| ends::is_at_end(&section));
    let ended = way.and_then(|_| ends::place(event));
    let Some(place) = ended else {
        let _ = write!(
            out,
            "SEC(\"{section}\")\nint {program}({context})\n{{\n{body}\treturn 0;\n}}\n\n"
        );
        return;
    };
    let direct = rung.kind == HookKind::TpBtf;
    let _ = write!(
        out,
        "static __always_inline int {program}_tell({context})\n{{\n{body}\treturn 0;\n}}\n\n\
         SEC(\"{section}\")\nint {program}({context})\n{{\n\t{program}_tell(ctx);\n\
         \treturn next_end(ctx, {direct}, {place});\n}}\n\n"
    );
}

/// The body for changes of masks: which function of `hand/signal_mask_change.h` or
/// `hand/mask_looks.h` a hook calls.
fn change_body(index: usize, hook: &Hook) -> String {
    let given: fn(usize) -> String = match hook.section {
        "kprobe" | "kretprobe" => |n| format!("ctx->{}", ["di", "si", "dx"][n]),
        _ => |n| format!("ctx[{n}]"),
    };
    let [a, b, c] = [0, 1, 2].map(given);
    let act = match (hook.section, hook.target.as_str()) {
        (_, "signal_setup_done") => {
            format!("mask_setup(current, (u32){a}, (struct ksignal *){b})")
        }
        (_, "__set_task_blocked") => format!("mask_set(current, plain((u64){b}), {index})"),
        (_, "recalc_sigpending") => format!("mask_wait(current, {index})"),
        (_, "force_sig_info_to_task") => format!(
            "mask_force(current, (struct kernel_siginfo *){a}, (struct task_struct *){b}, {index})"
        ),
        ("fexit", "ptrace_request") => {
            format!("mask_ptrace_end(current, mask_watch_of(current, false), (s32)ctx[4], {index})")
        }
        ("kretprobe", "ptrace_request") => format!(
            "mask_ptrace_end(current, mask_watch_of(current, false), (s32)ctx->ax, {index})"
        ),
        (section, "ptrace_request") => {
            let target = format!("(struct task_struct *){a}");
            let other = if section == "fentry" {
                format!("in_scope({target})")
            } else {
                format!("PROBED_IN_SCOPE({target})")
            };
            format!("mask_ptrace_begin(current, {target}, {b}, {other})")
        }
        (_, "sys_enter") => format!("mask_begins(current, (u32){b}, {index})"),
        (_, "sys_exit") => format!("mask_ends(current, (s64){b}, {index})"),
        (_, "signal_deliver") => format!(
            "mask_deliver(current, (u32){a}, (struct kernel_siginfo *){b}, \
             (struct k_sigaction *){c}, {index})"
        ),
        (_, "sched_switch") => format!("mask_sleeps(current, {index})"),
        (section, target) => panic!("{section}/{target}: no function for it"),
    };
    format!("\tstruct task_struct *current = current_task();\n\n\t{act};\n")
}

/// The body for the mask event: find the call's registers, then the function for this end of it.
fn mask_body(rung: &Rung, index: usize, hook: &Hook) -> String {
    let direct = "struct pt_regs *regs = (struct pt_regs *)ctx[0];";
    let probed = "struct pt_regs *regs = (struct pt_regs *)ctx->di;";
    match (rung.kind, hook.section, hook.target.as_str()) {
        (HookKind::Fentry, "fentry", "sigprocmask") => String::from(
            "\tu64 set = 0;\n\n\
             \tif (ctx[1] && !bpf_probe_read_kernel(&set, sizeof(set), (void *)ctx[1]))\n\
             \t\tmask_inner(current_task(), set);\n",
        ),
        (HookKind::Fentry, "fentry", _) => format!("\t{direct}\n\n\tMASK_ENTER(regs, 1);\n"),
        (HookKind::Fentry, ..) => {
            format!("\t{direct}\n\n\tMASK_EXIT(regs, 1, (s64)ctx[1], {index});\n")
        }
        (HookKind::KprobeSession, ..) => format!(
            "\tbool back = false;\n\n{SESSION_END}\
             \tif (back) {{\n\t\tMASK_RETURN((s64)ctx->ax, {index});\n\
             \t}} else {{\n\t\t{probed}\n\n\t\tMASK_ENTER(regs, 0);\n\t}}\n"
        ),
        (_, "kprobe" | "kprobe.multi", _) => format!("\t{probed}\n\n\tMASK_ENTER(regs, 0);\n"),
        (_, "kretprobe" | "kretprobe.multi", _) => {
            format!("\tMASK_RETURN((s64)ctx->ax, {index});\n")
        }
        (kind, _, target) => {
            let typed = u8::from(kind == HookKind::TpBtf);
            let number = if target == "sys_enter" {
                "(long)ctx[1]".to_owned()
            } else {
                format!("(long)REGS(regs, {typed}, orig_ax)")
            };
            let call = if target == "sys_enter" {
                format!("MASK_ENTER(regs, {typed})")
            } else {
                format!("MASK_EXIT(regs, {typed}, (s64)ctx[1], {index})")
            };
            format!(
                "\t{direct}\n\n\tif (is_mask_call(current_task(), {number})) {{\n\t\t{call};\n\t}}\n"
            )
        }
    }
}
