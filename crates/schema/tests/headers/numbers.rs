//! Numbers of system calls against the headers' `__NR_` constants.

use std::collections::BTreeMap;

use tracehound_schema::Abi;
use tracehound_schema::syscalls::{self, Syscall};

use crate::gcc::Headers;

/// What 64-bit Arm defines before it includes the generic list.
const AARCH64: &str = "#define __BITS_PER_LONG 64
#define __ARCH_WANT_RENAMEAT
#define __ARCH_WANT_NEW_STAT
#define __ARCH_WANT_SET_GET_RLIMIT
#define __ARCH_WANT_TIME32_SYSCALLS
#define __ARCH_WANT_MEMFD_SECRET
#define __ARCH_WANT_SYS_CLONE3
#include <asm-generic/unistd.h>
";

/// Names that stand for no call.
const NONE: [&str; 3] = ["syscalls", "arch_specific_syscall", "sync_file_range2"];

/// Calls that the headers spell in another way: the ABI, our name (Tracee's), theirs.
const SPELLED: [(Abi, &str, &str); 2] = [
    (Abi::X86_64, "sysctl", "_sysctl"),
    (Abi::X86_64, "afs", "afs_syscall"),
];

/// Calls with numbers below the highest that older headers lack nevertheless: 64-bit x86 left out
/// those from 337 to 423. Linux 6.11 has the first, 6.18 the second.
const LATE: [&str; 2] = ["uretprobe", "uprobe"];

/// The numbers of the headers, by name.
fn numbers(abi: Abi) -> BTreeMap<String, u16> {
    let source = match abi {
        Abi::X86_64 => "#include <asm/unistd_64.h>\n",
        Abi::I386 => "#include <asm/unistd_32.h>\n",
        _ => AARCH64,
    };
    let macros = Headers::new(Abi::X86_64).macros(source);
    let number = |value: &String| {
        let value = macros.get(value).unwrap_or(value);
        value.parse().ok()
    };
    let calls = macros.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("__NR_")?;
        (!NONE.contains(&name)).then_some((name.to_owned(), number(value)?))
    });
    calls.collect()
}

/// The name that the headers have for a call.
fn spelled(call: &Syscall, abi: Abi) -> &'static str {
    let own = call.spelled(abi);
    let mut rows = SPELLED.iter();
    rows.find(|row| (row.0, row.1) == (abi, own))
        .map_or(own, |row| row.2)
}

/// Rows whose number the headers have under another name, or not at all.
fn wrong(abi: Abi) -> Vec<String> {
    let headers = numbers(abi);
    let newest = headers.values().max().copied().unwrap_or_default();
    let mut wrong = Vec::new();
    for call in syscalls::all() {
        let Some(number) = call.number(abi) else {
            continue;
        };
        let name = spelled(call, abi);
        let known = headers.get(name).copied();
        let late = LATE.contains(&name) && headers.values().all(|taken| *taken != number);
        let newer = known.is_none() && (number > newest || late);
        if known != Some(number) && !newer {
            wrong.push(format!(
                "{}: {name} {number}, the headers have {known:?}",
                abi.name(),
            ));
        }
    }
    wrong
}

#[test]
fn numbers_are_those_of_the_headers() {
    let abis = [Abi::X86_64, Abi::I386, Abi::Aarch64];
    let wrong: Vec<_> = abis.into_iter().flat_map(wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Numbers of the headers that no row has.
fn missing(abi: Abi) -> Vec<String> {
    let headers = numbers(abi);
    assert!(headers.len() > 300, "{}", headers.len());
    let rows = headers.into_iter();
    rows.filter(|(_, number)| syscalls::by_number(abi, *number).is_none())
        .map(|(name, number)| format!("{}: {name} {number}", abi.name()))
        .collect()
}

#[test]
fn every_call_of_the_headers_has_a_row() {
    let abis = [Abi::X86_64, Abi::I386, Abi::Aarch64];
    let missing: Vec<_> = abis.into_iter().flat_map(missing).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
