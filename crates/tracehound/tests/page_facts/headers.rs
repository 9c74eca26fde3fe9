//! Signals, errors and x32 numbers against the kernel's headers for programs (linux-libc-dev).
//!
//! Tables of names, layouts and the other ABIs' numbers are held to them where they stand, in the
//! schema's own tests.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use tracehound_schema::{Abi, names, sigset, syscalls};

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

/// Programs of the x32 ABI number the calls as 64-bit ones do, those aside that it has for itself.
#[test]
fn x32_calls_have_the_numbers_of_the_headers() {
    if !cfg!(target_arch = "x86_64") {
        println!("skipped: the x86 headers are not on this machine");
        return;
    }
    let macros = gcc(&["-dM", "-E"], "#include <asm/unistd_x32.h>\n");
    let (mut checked, mut own) = (0, 0);
    for line in macros.lines() {
        let Some((name, value)) = line
            .strip_prefix("#define __NR_")
            .and_then(|row| row.split_once(" (__X32_SYSCALL_BIT + "))
        else {
            continue;
        };
        let number: u16 = value.trim_end_matches(')').parse().unwrap();
        // Headers can be newer than the rows, and name otherwise what no kernel has.
        let known = syscalls::by_name(name).and_then(|call| call.number(Abi::X32));
        if let Some(known) = known {
            assert_eq!(known, number, "{name}");
            own += usize::from(number >= syscalls::OWN_OF_X32);
            checked += 1;
        }
    }
    assert!(checked > 300, "{checked}");
    let rows = syscalls::all().filter(|call| call.x32.is_some());
    assert_eq!(own, rows.count(), "numbers that x32 alone has");
}
