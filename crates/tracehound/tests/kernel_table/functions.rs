//! The functions that serve calls, as the kernel lists them.

use std::collections::HashMap;
use std::fs;

use tracehound_schema::Abi;
use tracehound_schema::syscalls::{self, Syscall};

use crate::{newer_than_this_kernel, own};

/// Calls that the kernel has no function for, and why.
const NONE: &[(&str, &str)] = &[];

/// Calls that a kernel need not have: taken out, or left out where it is configured so.
const MAY_LACK: &[(&str, &str)] = &[("lookup_dcookie", "6.8 took it out")];

/// Calls with a compat function that rows do not know, and why. Where it serves 32-bit callers after
/// all, a hook on the other function is not proved and the next rung is taken.
const NOT_KNOWN: &[(&str, &str)] = &[
    ("sendfile", "other machines use it, x86 does not"),
    (
        "epoll_pwait",
        "never called: on 6.12 a hook on it does not fire for i386 319, one on the plain function does",
    ),
    ("arch_prctl", "6.12 has it, 6.18 has not"),
    ("mbind", UP_TO_5_14),
    ("set_mempolicy", UP_TO_5_14),
    ("get_mempolicy", UP_TO_5_14),
    ("migrate_pages", UP_TO_5_14),
    ("move_pages", UP_TO_5_14),
];

const UP_TO_5_14: &str = "5.15 did away with it";

/// The kernel's functions for calls, each with whether it is but a stub that refuses (a weak symbol,
/// `COND_SYSCALL`).
fn functions() -> HashMap<String, bool> {
    let text = fs::read_to_string("/proc/kallsyms").unwrap();
    let function = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let stub = words.next()?.eq_ignore_ascii_case("w");
        let name = words.next()?;
        name.contains("sys_").then(|| (name.to_owned(), stub))
    };
    text.lines().filter_map(function).collect()
}

/// How functions for 32-bit callers are called, and for those of x32 until 5.19 and from then on.
const OTHERS: [&str; 3] = ["__ia32_", "__x32_compat_", "__x64_compat_"];

/// Whether the kernel serves no call at all by functions of such names (other machines,
/// `CONFIG_IA32_EMULATION`, `CONFIG_X86_X32_ABI`).
fn lacks(functions: &HashMap<String, bool>, prefix: &str) -> bool {
    !functions.keys().any(|name| name.starts_with(prefix))
}

fn excused(call: &Syscall) -> bool {
    let known = |list: &[(&str, &str)]| list.iter().any(|row| row.0 == call.name);
    known(NONE) || known(MAY_LACK) || newer_than_this_kernel(call)
}

#[test]
fn every_call_has_the_function_that_its_row_names() {
    let functions = functions();
    let mut missing = Vec::new();
    let mut found = 0;
    for call in syscalls::all() {
        for name in call.functions(Abi::X86_64) {
            let other = OTHERS.iter().find(|prefix| name.starts_with(**prefix));
            let emulated = other.is_some_and(|prefix| lacks(&functions, prefix));
            if functions.contains_key(&name) {
                found += 1;
            } else if !emulated && !excused(call) {
                missing.push(format!("{}: {name}", call.name));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    if cfg!(target_arch = "x86_64") {
        assert!(found > 0);
    }
}

/// A compat function beside the row's plain one would serve 32-bit callers: the plain one never fires.
#[test]
fn no_call_has_a_compat_function_that_its_row_does_not_know() {
    let functions = functions();
    let mut wrong = Vec::new();
    for call in syscalls::all().filter(|call| call.i386.is_some() && !call.compat) {
        let name = own(own(call.function32, call.function), call.name);
        let compat = format!("__ia32_compat_sys_{name}");
        let known = NOT_KNOWN.iter().any(|row| row.0 == call.name);
        if functions.get(&compat) == Some(&false) && !known {
            wrong.push(format!("{}: {compat}", call.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
