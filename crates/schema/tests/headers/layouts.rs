//! Sizes and offsets of structures against their declarations, for 64-bit and 32-bit callers.

use std::collections::BTreeSet;

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
#include <sys/user.h>
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
    ("struct __aio_sigset", 0, "the kernel's own (fs/aio.c)"),
    ("struct sigset_argpack", 0, "the kernel's own (fs/select.c)"),
    ("struct linux_dirent", 0, "the kernel's own (fs/readdir.c)"),
    (
        "struct linux_dirent64",
        0,
        "the kernel's own (include/linux/dirent.h)",
    ),
    (
        "struct old_linux_dirent",
        0,
        "the kernel's own (fs/readdir.c)",
    ),
    (
        "struct ustat",
        0,
        "the kernel's own (include/linux/types.h)",
    ),
    (
        "struct __user_cap_data_struct",
        0,
        "two of them in a row, told as one",
    ),
    ("__u64[2]", 0, "no structure, so without members"),
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

/// Members that have another name in the headers, or none that an offset can be asked for: the
/// structure, the member, the headers' name if any, and why.
const MEMBERS: &[(&str, &str, &str, &str)] = &[
    (
        "siginfo_t",
        "si_timerid",
        "",
        "the C library's name; the kernel's is si_tid",
    ),
    ("struct tcp_info", "tcpi_wscale", "", "two of four bits"),
    ("struct tcp_info", "tcpi_app_limited", "", "some of bits"),
    ("struct tcp_info", "tcpi_accecn", "", "some of bits"),
    ("struct perf_event_attr", "flags", "", "of one bit each"),
    ("struct user_desc", "flags", "", "some of bits"),
    ("struct ptrace_syscall_info", "nr", "entry.nr", IN_UNION),
    ("struct ptrace_syscall_info", "args", "entry.args", IN_UNION),
    ("struct ptrace_syscall_info", "rval", "exit.rval", IN_UNION),
    (
        "struct ptrace_syscall_info",
        "is_error",
        "exit.is_error",
        IN_UNION,
    ),
    (
        "struct ptrace_syscall_info",
        "ret_data",
        "seccomp.ret_data",
        IN_UNION,
    ),
];

const IN_UNION: &str = "in a named structure of the union";

/// Structures that end before the headers' do, by their last member, and why. Anything else has
/// their size to the byte.
const SHORTER: &[(&str, &str, &str)] = &[
    ("siginfo_t", "si_status", "waitid(2) writes no further"),
    ("siginfo_t", "si_value", "the rest of the union is unused"),
    ("struct ifreq", "ifr_addr", SHORTER_CASE),
    ("struct ifreq", "ifr_flags", SHORTER_CASE),
    ("struct ifreq", "ifr_ifindex", SHORTER_CASE),
    ("struct ifreq", "ifr_mtu", SHORTER_CASE),
    ("struct ifreq", "ifr_metric", SHORTER_CASE),
    ("struct ifreq", "ifr_qlen", SHORTER_CASE),
    ("struct ifreq", "ifr_newname", SHORTER_CASE),
];

const SHORTER_CASE: &str = "a case of a union that has longer ones";

/// Cases of unions that the headers give a name: the union, our first two members of the case, and
/// the name.
const CASES: &[(&str, &str, &str)] = &[
    ("union bpf_attr", "in_batch out_batch", "batch"),
    ("union bpf_attr", "prog_fd retval", "test"),
    ("union bpf_attr", "bpf_fd info_len", "info"),
    ("union bpf_attr", "target_fd attach_type", "query"),
    ("union bpf_attr", "name prog_fd", "raw_tracepoint"),
    ("union bpf_attr", "pid fd", "task_fd_query"),
    ("union bpf_attr", "prog_fd target_fd", "link_create"),
    ("union bpf_attr", "link_fd new_prog_fd", "link_update"),
    ("union bpf_attr", "link_fd", "link_detach"),
    ("union bpf_attr", "type", "enable_stats"),
    ("union bpf_attr", "link_fd flags", "iter_create"),
    ("union bpf_attr", "prog_fd map_fd", "prog_bind_map"),
    ("union bpf_attr", "flags bpffs_fd", "token_create"),
    (
        "union bpf_attr",
        "stream_buf stream_buf_len",
        "prog_stream_read",
    ),
    ("union bpf_attr", "map_fd prog_fd", "prog_assoc_struct_ops"),
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

/// What leads to the members in the headers: the name of the union's case with a dot, or nothing.
fn case(name: &str, members: &[(u32, &str)]) -> String {
    let two: Vec<_> = members.iter().take(2).map(|row| row.1).collect();
    let two = two.join(" ");
    let known = CASES.iter().find(|row| (row.0, row.1) == (name, &two));
    known.map_or_else(String::new, |row| format!("{}.", row.2))
}

/// What is said of a structure: where its members are, and its size as the last.
fn statements(structure: &'static Struct, abi: Abi) -> Vec<String> {
    let name = structure.name;
    let mut members = Vec::new();
    flat(structure, abi, 0, &mut members);
    let last = members.last().map_or("", |row| row.1);
    let case = case(name, &members);
    let at = |(offset, member): &(u32, &'static str)| {
        let known = MEMBERS.iter().find(|row| (row.0, row.1) == (name, *member));
        let member = known.map_or(*member, |row| row.2);
        let of = format!("__builtin_offsetof({name}, {case}{member})");
        (!member.is_empty()).then(|| format!("_Static_assert({of} == {offset}, \"\");"))
    };
    let mut statements: Vec<_> = members.iter().filter_map(at).collect();
    let bytes = layout::whole(structure, abi).bytes;
    // What ends in as much as there is has no size of its own; what grows may have grown.
    if layout::tail(structure, abi).is_none() {
        let mut shorter = SHORTER.iter().map(|row| (row.0, row.1));
        let least = structure.size.is_some() || shorter.any(|row| row == (name, last));
        let is = if least { ">=" } else { "==" };
        statements.push(format!(
            "_Static_assert(sizeof({name}) {is} {bytes}, \"\");"
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
    // What is reserved makes room for newer members.
    let grows = wrong.iter().all(|row| {
        let statement = &statements[*row.0];
        statement.contains("sizeof") || statement.contains(", resv)")
    });
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
    // The generic headers are not for programs: the machine's own add to them.
    let own = declaring.map(|header| header.replace("asm-generic/", "asm/"));
    let includes = own.map(|header| format!("#include <linux/types.h>\n#include <{header}>"));
    let mut best = Verdict::Unknown;
    for includes in includes.chain([LIBRARY.to_owned()]) {
        match (judge(headers, &includes, &statements), &best) {
            (Verdict::Holds, _) => return Verdict::Holds,
            (verdict, Verdict::Unknown) => best = verdict,
            _ => {}
        }
    }
    best
}

/// The structures that callers of an ABI pass, by the name that headers have.
fn structures(abi: Abi) -> Vec<&'static Struct> {
    let found = Found::of(abi);
    let address = |structure: &'static Struct| std::ptr::from_ref(structure).addr();
    let others: BTreeSet<_> = found
        .structs()
        .flat_map(|structure| [structure.compat, structure.x32, structure.aarch64])
        .flatten()
        .map(address)
        .collect();
    let structures = found.structs();
    structures
        .filter(|structure| !structure.name.is_empty() && !others.contains(&address(structure)))
        .collect()
}

fn check(abi: Abi) -> Vec<(&'static str, Verdict)> {
    let headers = Headers::new(abi);
    let index = Index::new(&headers);
    let bits = if abi == Abi::X86_64 { 64 } else { 32 };
    let known = |name: &str| {
        let mut rows = UNDECLARED.iter();
        rows.any(|row| row.0 == name && (row.1 == 0 || row.1 == bits))
    };
    let mut bad = Vec::new();
    let mut older = 0;
    let structures = structures(abi);
    for structure in &structures {
        match best(&headers, &index, structure, abi) {
            Verdict::Holds => {}
            _ if known(structure.name) => {}
            Verdict::Older(_) if !headers.newest() => older += 1,
            Verdict::Unknown if !headers.newest() && index.headers(structure.name).is_empty() => {
                older += 1;
            }
            verdict => bad.push((structure.name, verdict)),
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
    let bad = check(Abi::X86_64);
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn structures_of_32_bit_callers_lie_as_the_headers_say() {
    let bad = check(Abi::I386);
    assert!(bad.is_empty(), "{bad:#?}");
}

/// Those that the calls with numbers of their own reach.
#[test]
fn structures_of_x32_callers_lie_as_the_headers_say() {
    let bad = check(Abi::X32);
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn a_wrong_offset_is_found() {
    let text = "_Static_assert(__builtin_offsetof(struct timespec, tv_nsec) == 4, \"\");";
    let includes = "#include <linux/time.h>";
    let verdict = |abi| judge(&Headers::new(abi), includes, &[text.to_owned()]);
    assert!(matches!(verdict(Abi::X86_64), Verdict::Wrong(_)));
    assert_eq!(verdict(Abi::I386), Verdict::Holds);
}
