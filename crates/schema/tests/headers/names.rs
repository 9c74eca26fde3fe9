//! Values of names against the headers that define them.

use std::collections::{BTreeMap, BTreeSet};

use crate::gcc::{Headers, is_false};
use crate::index::{self, Index};
use crate::walk::Found;

/// What the C library has and the kernel's headers for programs have not.
const LIBRARY: &str = "#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sys/mman.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/timex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>
";

/// Headers that cannot stand beside those of [`LIBRARY`], or only together say what a name is.
const FURTHER: &str = "#include <sys/types.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/swap.h>
#include <linux/quota.h>
#include <linux/dqblk_xfs.h>
";

/// Tables by their first name whose names are of bit fields, which have no value to ask for.
const BITS: &[(&str, &str)] = &[
    ("disabled", "struct perf_event_attr"),
    ("seg_32bit", "struct user_desc"),
];

/// Tables by title whose names are in no header, and why.
const OWN: &[(&str, &str)] = &[
    ("ring", "the tracer's own"),
    (
        "result",
        "the kernel's trace events, which no program includes",
    ),
];

/// Names by prefix that stand in headers of the kernel's own alone, and where.
const INTERNAL: &[(&str, &str)] = &[
    ("BTPROTO_", "include/net/bluetooth/bluetooth.h"),
    ("SOL_", "include/linux/socket.h"),
    ("MSG_", "include/linux/socket.h"),
    ("UDPLITE_", "include/net/udplite.h"),
    ("TCP_NEW_SYN_RECV", "include/net/tcp_states.h"),
    ("ST_VALID", "include/linux/statfs.h"),
    ("ST_NOSYMFOLLOW", "include/linux/statfs.h"),
    ("SUID_DUMP_", "include/linux/sched/coredump.h"),
    ("SYSLOG_ACTION_", "include/linux/syslog.h"),
    ("SWAP_FLAG_DISCARD_", "include/linux/swap.h"),
    ("PKEY_DISABLE_", "asm/mman.h of 64-bit Arm, but for one"),
];

/// Names by prefix whose value stands in a word with others: what the word has of them, and why.
const PARTS: &[(&str, &str, &str)] = &[
    (
        "IOPRIO_CLASS_",
        "<< IOPRIO_CLASS_SHIFT",
        "the class stands above the level",
    ),
    (
        "PER_",
        "& PER_MASK",
        "the flags that go with a personality have names of their own",
    ),
];

/// Names that callers of 32 bits alone have with this value.
const NARROW: [&str; 3] = ["F_GETLK64", "F_SETLK64", "F_SETLKW64"];

/// A name that is to have a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    name: &'static str,
    value: i64,
}

impl Claim {
    /// The statement that it is so. Names of 32 bits may be written with a sign or without.
    fn statement(&self) -> String {
        let Claim { name, value } = self;
        let name = expression(name);
        let low = *value as u32;
        let narrow = i32::try_from(*value).is_ok() || u32::try_from(*value).is_ok();
        let or = if narrow {
            format!(
                " || (((unsigned long long)({name}) + 0x80000000ull) >> 32 <= 1 && (unsigned)({name}) == {low}u)"
            )
        } else {
            String::new()
        };
        let value = *value as u64;
        format!("_Static_assert((unsigned long long)({name}) == {value}ull{or}, \"\");")
    }

    /// The first identifier: `FUTEX_OP_ADD<<28` and `1<<CAP_BPF` have one.
    fn word(&self) -> &'static str {
        let letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
        let start = self.name.find(letter).unwrap_or_default();
        index::word(&self.name[start..])
    }

    fn narrow(&self) -> bool {
        NARROW.contains(&self.name)
    }

    fn internal(&self) -> bool {
        INTERNAL.iter().any(|row| self.name.starts_with(row.0))
    }
}

/// What a name stands for in C.
fn expression(name: &str) -> String {
    // A capability is one bit of two words.
    if let Some(capability) = name.strip_prefix("1<<CAP_") {
        return format!("CAP_TO_MASK(CAP_{capability})");
    }
    let part = PARTS.iter().find(|row| name.starts_with(row.0));
    part.map_or_else(|| name.to_owned(), |row| format!("({name}) {}", row.1))
}

fn claims() -> BTreeSet<Claim> {
    let found = Found::new();
    let own = |title: &str| OWN.iter().any(|row| row.0 == title);
    let bits = |rows: &[(i64, &str)]| BITS.iter().any(|row| rows[0].1 == row.0);
    let tables = found.names();
    let tables = tables.filter(|table| !own(table.title) && !bits(table.rows));
    let rows = tables.flat_map(|table| table.rows);
    rows.map(|row| Claim {
        name: row.1,
        value: row.0,
    })
    .collect()
}

/// What became of a claim under the headers that define its name.
#[derive(Debug, Default)]
struct Verdict {
    holds: bool,
    wrong: Vec<String>,
}

type Verdicts = BTreeMap<Claim, Verdict>;

/// Asks header after header about the claims whose names it defines.
fn ask(headers: &Headers, claims: &BTreeSet<Claim>) -> Verdicts {
    let index = Index::new(headers);
    let mut by_header: BTreeMap<&str, Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        for header in index.headers(claim.word()) {
            by_header.entry(header).or_default().push(claim);
        }
    }
    let mut verdicts = Verdicts::new();
    for (header, asked) in by_header {
        let includes = format!("#include <sys/types.h>\n#include <{header}>");
        put(headers, (header, &includes), &asked, &mut verdicts);
    }
    for source in [("the C library", LIBRARY), ("further headers", FURTHER)] {
        let holds = |claim: &&Claim| verdicts.get(claim).is_some_and(|verdict| verdict.holds);
        let rest: Vec<_> = claims.iter().filter(|claim| !holds(claim)).collect();
        put(headers, source, &rest, &mut verdicts);
    }
    verdicts
}

fn put(headers: &Headers, source: (&str, &str), asked: &[&Claim], verdicts: &mut Verdicts) {
    let statements: Vec<_> = asked.iter().map(|claim| claim.statement()).collect();
    let errors = headers.errors(source.1, &statements);
    if errors.fatal {
        return;
    }
    for (index, claim) in asked.iter().enumerate() {
        match errors.statements.get(&index) {
            None => verdicts.entry((*claim).clone()).or_default().holds = true,
            Some(error) if is_false(error) => verdicts
                .entry((*claim).clone())
                .or_default()
                .wrong
                .push(source.0.to_owned()),
            Some(_) => {}
        }
    }
}

#[test]
fn names_have_the_values_of_the_headers() {
    let headers = Headers::new(64);
    let claims = claims();
    let (narrow, wide) = claims.iter().cloned().partition(Claim::narrow);
    let mut verdicts = ask(&headers, &wide);
    verdicts.extend(ask(&Headers::new(32), &narrow));
    let mut wrong = Vec::new();
    let mut unknown = Vec::new();
    for claim in &claims {
        match verdicts.get(claim) {
            Some(verdict) if verdict.holds => {}
            Some(verdict) => wrong.push(format!("{claim:?} is not what {:?} have", verdict.wrong)),
            None if claim.internal() => {}
            None => unknown.push(claim),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let held = verdicts.values().filter(|verdict| verdict.holds).count();
    println!(
        "{held} names hold, {} are not in these headers",
        unknown.len()
    );
    // The machine's may be older than a name.
    assert!(
        !headers.newest() || unknown.is_empty(),
        "in no header: {unknown:#?}"
    );
}

#[test]
fn a_wrong_value_is_found() {
    let headers = Headers::new(64);
    let claim = |value| Claim {
        name: "SIG_SETMASK",
        value,
    };
    let verdicts = ask(&headers, &BTreeSet::from([claim(2), claim(3)]));
    assert!(verdicts[&claim(2)].holds && !verdicts[&claim(3)].holds);
}
