//! Numbers and names against the kernel's headers for programs (linux-libc-dev).

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tracehound_schema::{Abi, Kind, Names, all, names, sigset, syscalls};

const INCLUDES: &str = "#include <linux/signal.h>\n#include <linux/errno.h>\n";

fn gcc(arguments: &[&str], source: &str) -> String {
    let mut gcc = Command::new("gcc")
        .args(arguments)
        .args(["-x", "c", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("gcc runs; scripts/setup installs it");
    gcc.stdin
        .take()
        .unwrap()
        .write_all(source.as_bytes())
        .unwrap();
    let output = gcc.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "gcc {arguments:?} refused:\n{source}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A compiler accepts the program only if every name has its value.
fn hold(rows: impl Iterator<Item = (i64, String)>) {
    let mut source = INCLUDES.to_owned();
    for (value, name) in rows {
        // Flags that the headers write as unsigned int must not be compared as negative.
        writeln!(
            source,
            "_Static_assert((long long)({name}) == {value}LL, \"{name}\");"
        )
        .unwrap();
    }
    gcc(&["-fsyntax-only"], &source);
}

fn rows(table: &Names) -> impl Iterator<Item = (i64, String)> {
    table
        .rows
        .iter()
        .map(|(value, name)| (*value, (*name).to_owned()))
}

#[test]
fn names_have_the_values_of_the_headers() {
    hold(rows(&names::HOW));
    hold(rows(&names::SIGNAL_CODE));
    hold(rows(&names::SA_FLAGS));
    // The kernel's own restart codes are in no header for programs.
    hold(rows(&names::ERRNO).filter(|(value, _)| *value < 512));
}

#[test]
fn a_wrong_value_is_refused() {
    let source = format!("{INCLUDES}_Static_assert(SIG_BLOCK == 1, \"\");");
    let mut gcc = Command::new("gcc")
        .args(["-fsyntax-only", "-x", "c", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    gcc.stdin
        .take()
        .unwrap()
        .write_all(source.as_bytes())
        .unwrap();
    assert!(!gcc.wait().unwrap().success());
}

/// Every table that a field uses is one that these tests know, or one of our own making.
#[test]
fn no_table_of_names_is_left_unchecked() {
    let known = ["how", "si_code", "sa_flags", "result", "ring"];
    for field in all().flat_map(|event| event.fields) {
        if let Kind::Enum(table) | Kind::Flags(table) = field.kind {
            assert!(known.contains(&table.title), "{}", table.title);
        }
    }
}

#[test]
fn signals_have_the_numbers_of_the_headers() {
    let standard = sigset::STANDARD.iter().zip(1..);
    hold(standard.map(|(name, number)| (number, (*name).to_owned())));
    hold([(i64::from(sigset::SIGRTMIN), "SIGRTMIN".to_owned())].into_iter());
}

#[test]
fn every_error_of_the_headers_has_a_name() {
    let macros = gcc(&["-dM", "-E"], "#include <linux/errno.h>\n");
    let mut found = 0;
    for line in macros.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        let ["#define", name, value] = words[..] else {
            continue;
        };
        let Ok(value) = value.parse::<i64>() else {
            continue;
        };
        if name.starts_with('E') && (1..512).contains(&value) {
            assert_eq!(names::ERRNO.name(value), Some(name));
            found += 1;
        }
    }
    assert!(found > 120, "{found}");
}

fn numbers(header: &str, define: &str, wanted: impl Fn(&syscalls::Syscall) -> Option<u16>) {
    let source = format!("{define}#include <{header}>\n");
    let macros = gcc(&["-dM", "-E"], &source);
    for call in syscalls::all() {
        let name = format!("#define __NR_{} ", call.name);
        let found = macros.lines().find_map(|line| line.strip_prefix(&name));
        let found = found.map(|value| {
            let value = value.replace("(__X32_SYSCALL_BIT + ", "").replace(')', "");
            value.trim().parse::<u16>().unwrap()
        });
        assert_eq!(found, wanted(call), "{} in {header}", call.name);
    }
}

#[test]
fn system_calls_have_the_numbers_of_the_headers() {
    numbers(
        "asm-generic/unistd.h",
        "#define __BITS_PER_LONG 64\n",
        |call| call.number(Abi::Aarch64),
    );
    if cfg!(target_arch = "x86_64") {
        numbers("asm/unistd_64.h", "", |call| call.number(Abi::X86_64));
        numbers("asm/unistd_32.h", "", |call| call.number(Abi::I386));
        numbers("asm/unistd_x32.h", "", |call| call.number(Abi::X32));
    } else {
        println!("skipped: the x86 headers are not on this machine");
    }
}
