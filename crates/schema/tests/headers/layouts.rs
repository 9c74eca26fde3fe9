//! Sizes and offsets of structures against their declarations, for 64-bit and 32-bit callers.

use std::collections::{BTreeMap, BTreeSet};

use tracehound_schema::Abi;
use tracehound_schema::layout;
use tracehound_schema::types::{Struct, Type};

use crate::gcc::{Headers, is_false};
use crate::index::Index;
use crate::walk::Found;

/// The C library's, for what the kernel's headers do not declare.
const LIBRARY: &str = "#include <sys/types.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <fcntl.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
";

/// Structures that no header declares as the kernel has them: the name, the word size (0 for both)
/// and why.
const UNDECLARED: &[(&str, u32, &str)] = &[
    (
        "struct ifreq",
        0,
        "it ends with the member of its union that the request is about",
    ),
    (
        "struct old_sigaction",
        0,
        "the kernel's own (include/linux/compat.h)",
    ),
    (
        "struct sigaction",
        32,
        "programs have the old one; in the kernel's, sa_mask is last",
    ),
];

/// Members that have another name in the headers, or none that an offset can be asked for, and why.
const MEMBERS: &[(&str, &str, &str)] = &[
    (
        "siginfo_t",
        "si_timerid",
        "the C library's name; the kernel's is si_tid",
    ),
    ("struct tcp_info", "tcpi_wscale", "two fields of four bits"),
    ("struct tcp_info", "tcpi_app_limited", "fields of some bits"),
];

/// The members with their offsets, those of unnamed ones among them; padding is left out.
fn flat(structure: &'static Struct, abi: Abi, base: u32, out: &mut Vec<(u32, &'static str)>) {
    for (offset, member) in layout::members(structure, abi) {
        match member.name {
            "" => {}
            "_" => unnamed(&member.kind, abi, base + offset, out),
            name => out.push((base + offset, name)),
        }
    }
}

fn unnamed(kind: &'static Type, abi: Abi, base: u32, out: &mut Vec<(u32, &'static str)>) {
    match kind {
        Type::Struct(structure) => flat(structure, abi, base, out),
        Type::By(by) => {
            for case in by.cases {
                unnamed(&case.kind, abi, base, out);
            }
            unnamed(&by.other, abi, base, out);
        }
        _ => {}
    }
}

/// The C type of a structure's name; `union bpf_attr, test` is the member of that name, whose type has
/// none.
fn c_type(name: &str) -> String {
    match name.split_once(", ") {
        Some((outer, member)) => format!("__typeof__((({outer} *)0)->{member})"),
        None => name.to_owned(),
    }
}

/// What is said of a structure: where its members are, and its size as the last.
fn statements(structure: &'static Struct, abi: Abi) -> Vec<String> {
    let name = structure.name;
    let declared = c_type(name);
    let mut members = Vec::new();
    flat(structure, abi, 0, &mut members);
    let at = |(offset, member): &(u32, &str)| {
        format!("_Static_assert(__builtin_offsetof({declared}, {member}) == {offset}, \"\");")
    };
    members.retain(|row| {
        !MEMBERS
            .iter()
            .any(|known| (known.0, known.1) == (name, row.1))
    });
    let mut statements: Vec<_> = members.iter().map(at).collect();
    let bytes = layout::whole(structure, abi).bytes;
    // What ends in as much as there is has no size of its own; what grows may have grown.
    if layout::tail(structure, abi).is_none() {
        let is = if structure.size.is_some() { ">=" } else { "==" };
        statements.push(format!(
            "_Static_assert(sizeof({declared}) {is} {bytes}, \"\");"
        ));
    }
    statements
}

/// How a structure fares with a header.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// All is so.
    Holds,
    /// Something is not so.
    Wrong(Vec<String>),
    /// Some members are newer than the header; the rest is so.
    Older(Vec<String>),
    /// The header does not declare it.
    Unknown,
}

fn judge(headers: &Headers, includes: &str, statements: &[String]) -> Verdict {
    let errors = headers.errors(includes, statements);
    if errors.fatal {
        return Verdict::Unknown;
    }
    let (wrong, unknown): (Vec<_>, Vec<_>) = errors
        .statements
        .iter()
        .partition(|(_, error)| is_false(error));
    let all = || {
        let texts = errors.statements.iter();
        texts
            .map(|row| format!("{} {}", statements[*row.0], row.1))
            .collect()
    };
    let grows = wrong
        .iter()
        .all(|row| statements[*row.0].contains("sizeof"));
    if unknown.len() + wrong.len() == 0 {
        Verdict::Holds
    } else if unknown.len() == statements.len() {
        Verdict::Unknown
    } else if !unknown.is_empty() && grows {
        Verdict::Older(all())
    } else {
        Verdict::Wrong(all())
    }
}

/// The verdict of the header that agrees best.
fn best(headers: &Headers, index: &Index, structure: &'static Struct, abi: Abi) -> Verdict {
    let statements = statements(structure, abi);
    let declaring = index.headers(structure.name).iter();
    let includes = declaring.map(|header| format!("#include <linux/types.h>\n#include <{header}>"));
    let mut best = Verdict::Unknown;
    for includes in includes.chain([LIBRARY.to_owned()]) {
        match (judge(headers, &includes, &statements), &best) {
            (Verdict::Holds, _) => return Verdict::Holds,
            (Verdict::Wrong(wrong), Verdict::Unknown) => best = Verdict::Wrong(wrong),
            (Verdict::Older(newer), Verdict::Unknown) => best = Verdict::Older(newer),
            _ => {}
        }
    }
    best
}

/// The structures that callers of a word size pass, by the name that headers have.
fn structures() -> Vec<&'static Struct> {
    let found = Found::new();
    let address = |structure: &'static Struct| std::ptr::from_ref(structure).addr();
    let others: BTreeSet<_> = found
        .structs()
        .flat_map(|structure| [structure.compat, structure.aarch64])
        .flatten()
        .map(address)
        .collect();
    let structures = found.structs();
    structures
        .filter(|structure| !structure.name.is_empty() && !others.contains(&address(structure)))
        .collect()
}

fn check(bits: u32) -> BTreeMap<&'static str, Verdict> {
    let headers = Headers::new(bits);
    let index = Index::new(&headers);
    let abi = if bits == 32 { Abi::I386 } else { Abi::X86_64 };
    let known = |name: &str| {
        let mut rows = UNDECLARED.iter();
        rows.any(|row| row.0 == name && (row.1 == 0 || row.1 == bits))
    };
    let mut bad = BTreeMap::new();
    let mut older = 0;
    let structures = structures();
    for structure in &structures {
        match best(&headers, &index, structure, abi) {
            Verdict::Holds => {}
            Verdict::Older(_) if !headers.newest() => older += 1,
            Verdict::Unknown if !headers.newest() && index.headers(structure.name).is_empty() => {
                older += 1;
            }
            _ if known(structure.name) => {}
            verdict => {
                bad.insert(structure.name, verdict);
            }
        }
    }
    println!(
        "{} structures, {older} newer than these headers",
        structures.len()
    );
    bad
}

#[test]
fn structures_of_64_bit_callers_lie_as_the_headers_say() {
    let bad = check(64);
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn structures_of_32_bit_callers_lie_as_the_headers_say() {
    let bad = check(32);
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn a_wrong_offset_is_found() {
    let text = "_Static_assert(__builtin_offsetof(struct timespec, tv_nsec) == 4, \"\");";
    let includes = "#include <linux/time.h>";
    let verdict = |bits| judge(&Headers::new(bits), includes, &[text.to_owned()]);
    assert!(matches!(verdict(64), Verdict::Wrong(_)));
    assert_eq!(verdict(32), Verdict::Holds);
}
