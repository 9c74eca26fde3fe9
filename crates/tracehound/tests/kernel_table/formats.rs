//! Arguments against the formats of the kernel's `sys_enter_*` trace events.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use tracehound_schema::syscalls::{self, Syscall};
use tracehound_schema::types::Type;
use tracehound_schema::{Abi, layout};

use crate::{newer_than_this_kernel, own, support};

/// Arguments that rows have in another way than the kernel's function, and why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("clone", "flags", "the lower 32 bits count"),
    ("mbind", "mode", "the lower 32 bits count"),
    ("ptrace", "pid", "the lower 32 bits count"),
];

/// Calls with another number of arguments than the kernel's function, and why.
const MORE_OR_LESS: &[(&str, &str)] = &[(
    "bpf",
    "before 7.3 it has two less, and refuses the bit of the command that makes them count",
)];

/// The types of a call's arguments.
type Formats = HashMap<String, Vec<String>>;

/// Reads every format, in a mount namespace of its own where tracefs is not mounted.
fn formats() -> Formats {
    let script = "[ -e /sys/kernel/tracing/events ] || mount -t tracefs none /sys/kernel/tracing
        cat /sys/kernel/tracing/events/syscalls/sys_enter_*/format";
    let mounted = Path::new("/sys/kernel/tracing/events").exists();
    let shell = if mounted {
        vec!["sh", "-c", script]
    } else {
        vec!["unshare", "-m", "sh", "-c", script]
    };
    let output = Command::new(shell[0]).args(&shell[1..]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut formats = Formats::new();
    let mut types = &mut Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("name: sys_enter_") {
            types = formats.entry(name.to_owned()).or_default();
        }
        let field = line
            .strip_prefix("field:")
            .and_then(|rest| rest.split(';').next());
        let Some((ctype, name)) = field.and_then(|field| field.rsplit_once(' ')) else {
            continue;
        };
        // Newer kernels copy texts too, as fields of their own behind the arguments.
        let copied = ctype.starts_with("__data_loc");
        if !name.starts_with("common_") && name != "__syscall_nr" && !copied {
            types.push(ctype.replace("const ", "").trim().to_owned());
        }
    }
    formats
}

/// How wide a C type is in a register, and whether it points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Narrow,
    Wide,
    Pointer,
}

fn shape_of_c(ctype: &str) -> Shape {
    const WIDE: [&str; 10] = [
        "unsigned long",
        "long",
        "size_t",
        "loff_t",
        "off_t",
        "aio_context_t",
        "u64",
        "__u64",
        "long long",
        "unsigned long long",
    ];
    const POINTERS: [&str; 3] = ["__sighandler_t", "cap_user_header_t", "cap_user_data_t"];
    if ctype.contains('*') || POINTERS.contains(&ctype) {
        Shape::Pointer
    } else if WIDE.contains(&ctype) {
        Shape::Wide
    } else {
        Shape::Narrow
    }
}

/// Whether a type of a whole register is a number; the others of that width are pointers.
fn is_number(kind: &Type) -> bool {
    matches!(
        kind,
        Type::I64
            | Type::U64
            | Type::Long
            | Type::Ulong
            | Type::Size
            | Type::Loff
            | Type::Seconds
            | Type::Split(_)
            | Type::Hex(_)
            | Type::Octal(_)
            | Type::Low
            | Type::High
            | Type::Parts(_)
            | Type::Wide(..)
    )
}

/// What a type may be declared as; a choice may be anything.
fn fits(kind: &Type, shape: Shape) -> bool {
    let wide = layout::size(kind, Abi::X86_64).is_some_and(|size| size.bytes == 8);
    match kind {
        Type::By(_) | Type::Unused => true,
        Type::Addr => shape != Shape::Narrow,
        // Where the kernel takes a long, it looks the descriptor up by 32 bits of it.
        Type::Fd => shape != Shape::Pointer,
        _ if !wide => shape == Shape::Narrow,
        kind if is_number(kind) => shape == Shape::Wide,
        _ => shape == Shape::Pointer,
    }
}

fn compare(call: &Syscall, types: &[String], wrong: &mut Vec<String>) {
    let args = call.arguments(Abi::X86_64);
    if args.len() != types.len() {
        if !MORE_OR_LESS.iter().any(|row| row.0 == call.name) {
            wrong.push(format!(
                "{}: {} arguments, the kernel has {types:?}",
                call.name,
                args.len()
            ));
        }
        return;
    }
    for (arg, ctype) in args.iter().zip(types) {
        let known = OTHERWISE
            .iter()
            .any(|row| (row.0, row.1) == (call.name, arg.name));
        if !known && !fits(&arg.kind, shape_of_c(ctype)) {
            wrong.push(format!(
                "{}.{}: {:?} is no {ctype}",
                call.name, arg.name, arg.kind
            ));
        }
    }
}

#[test]
fn arguments_are_as_many_and_as_wide_as_the_kernel_says() {
    if !support::root() {
        return;
    }
    let formats = formats();
    if formats.is_empty() {
        println!("skipped: no trace events for system calls (CONFIG_FTRACE_SYSCALLS)");
        return;
    }
    let mut wrong = Vec::new();
    let mut checked = 0;
    for call in
        syscalls::all().filter(|call| call.x86_64.is_some() && !newer_than_this_kernel(call))
    {
        if let Some(types) = formats.get(own(call.function, call.name)) {
            compare(call, types, &mut wrong);
            checked += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{checked} calls have their kernel's arguments");
    assert!(checked > 0);
}

#[test]
fn shapes_follow_from_c_types() {
    assert_eq!(shape_of_c("struct iovec *"), Shape::Pointer);
    assert_eq!(shape_of_c("size_t"), Shape::Wide);
    assert_eq!(shape_of_c("umode_t"), Shape::Narrow);
    assert!(!fits(&Type::U32, Shape::Wide) && fits(&Type::Size, Shape::Wide));
    assert!(fits(&Type::Out(&Type::U32), Shape::Pointer) && !fits(&Type::Size, Shape::Pointer));
}
