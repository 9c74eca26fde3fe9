//! Values of names against the headers that define them.

use std::collections::{BTreeMap, BTreeSet};
use tracehound_schema::Abi;

use crate::gcc::{Headers, is_false};
use crate::index::{self, Index};
use crate::walk::Found;

/// What headers lean on without including it.
const COMMON: &str = "#include <sys/types.h>\n#include <linux/types.h>\n#include <linux/ioctl.h>\n#include <linux/fiemap.h>\n";

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
#include <dirent.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <sys/statvfs.h>
#include <scsi/sg.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>
";

/// Tables by title whose names are in no header, and why.
const OWN: &[(&str, &str)] = &[
    ("ring", "the tracer's own"),
    ("owned_by", "the tracer's own"),
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
    (
        "IOCTL_EVTCHN_RESTRICT_DOMID",
        "its header lacks a type of include/xen/interface/xen.h",
    ),
    ("ERESTART", "include/linux/errno.h"),
    ("SYSLOG_ACTION_", "include/linux/syslog.h"),
    ("SUID_DUMP_", "include/linux/sched/coredump.h"),
    ("SWAP_FLAG_", "include/linux/swap.h"),
    ("ST_", "include/linux/statfs.h"),
    ("PKEY_DISABLE_", "arch/arm64/include/uapi/asm/mman.h"),
];

/// Names that tables have with the number of 32-bit callers alone, and why.
const NARROW: &[(&str, &str)] = &[
    ("F_GETLK64", "64-bit callers have no such command"),
    ("F_SETLK64", "64-bit callers have no such command"),
    ("F_SETLKW64", "64-bit callers have no such command"),
    (
        "PMU_IOC_GET_BACKLIGHT",
        "the other number has an earlier name",
    ),
    ("UVCIOC_CTRL_QUERY", "the other number has an earlier name"),
    ("PHN_GET_REG", "the other number has an earlier name"),
    (
        "DRM_IOCTL_IVPU_SUBMIT",
        "the other number has an earlier name",
    ),
    (
        "DRM_IOCTL_MSM_WAIT_FENCE",
        "the other number has an earlier name",
    ),
    (
        "DRM_IOCTL_RADEON_TEXTURE",
        "the other number has an earlier name",
    ),
];

/// Names by prefix that tables have in another form than the headers: what stands before and behind
/// the identifier then.
const FORMS: &[(&str, &str, &str)] = &[
    ("PER_", "", "& 0xff"),
    ("IOPRIO_CLASS_", "", "<< 13"),
    // Sets of capabilities have two words.
    ("1<<CAP_", "1u << ", "% 32"),
];

/// A name that is to have a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    name: &'static str,
    value: i64,
}

impl Claim {
    /// The statement that it is so. Names of 32 bits may be written with a sign or without.
    fn statement(&self) -> String {
        let form = FORMS.iter().find(|row| self.name.starts_with(row.0));
        let name = match form {
            Some((_, before, behind)) => format!(
                "({before}(({}) {behind}))",
                self.words().next().unwrap_or_default()
            ),
            None => format!("({})", self.name),
        };
        let value = self.value;
        let low = value as u32;
        let narrow = i32::try_from(value).is_ok() || u32::try_from(value).is_ok();
        let or = if narrow {
            format!(
                " || (((unsigned long long){name} + 0x80000000ull) >> 32 <= 1 && (unsigned){name} == {low}u)"
            )
        } else {
            String::new()
        };
        let value = value as u64;
        format!("_Static_assert((unsigned long long){name} == {value}ull{or}, \"\");")
    }

    /// The identifiers: one of `1<<CAP_CHOWN`, three of `QCMD(Q_XQUOTAON,USRQUOTA)`.
    fn words(&self) -> impl Iterator<Item = &'static str> {
        index::words(self.name)
    }

    fn internal(&self) -> bool {
        // Fields of some bits have no number in C.
        let bit = !self
            .name
            .contains(|letter: char| letter.is_ascii_uppercase());
        bit || INTERNAL.iter().any(|row| self.name.starts_with(row.0))
    }
}

fn claims() -> BTreeSet<Claim> {
    let found = Found::new();
    let own = |title: &str| OWN.iter().any(|row| row.0 == title);
    let tables = found.names().filter(|table| !own(table.title));
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
    let mut by_header: BTreeMap<Vec<&str>, Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        // All that an expression needs, with each header that may define what it is named for.
        let mut words = claim.words();
        let first = words.next().unwrap_or_default();
        let others: Vec<_> = words
            .filter_map(|word| index.headers(word).first())
            .map(String::as_str)
            .collect();
        for header in index.headers(first) {
            let headers = others.iter().copied().chain([header.as_str()]);
            by_header.entry(headers.collect()).or_default().push(claim);
        }
    }
    let mut verdicts = Verdicts::new();
    for (list, asked) in by_header {
        let includes = list.iter().map(|header| format!("#include <{header}>\n"));
        let includes = format!("{COMMON}{}", includes.collect::<String>());
        put(
            headers,
            (&list.join(", "), &includes),
            &asked,
            &mut verdicts,
        );
    }
    let rest: Vec<_> = claims
        .iter()
        .filter(|claim| !verdicts.get(claim).is_some_and(|verdict| verdict.holds))
        .collect();
    put(headers, ("the C library", LIBRARY), &rest, &mut verdicts);
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
            // Where the header itself could not be understood, sizes in it are not what they are.
            Some(error) if is_false(error) && errors.includes.is_none() => verdicts
                .entry((*claim).clone())
                .or_default()
                .wrong
                .push(source.0.to_owned()),
            Some(_) => {}
        }
    }
}

/// Claims that hold for no caller, and names that have no value that holds for 64-bit ones.
fn wrong(claims: &BTreeSet<Claim>, wide: &Verdicts, narrow: &Verdicts) -> Vec<String> {
    let verdict = |verdicts: &Verdicts, claim: &Claim| verdicts.get(claim).map(|row| row.holds);
    let mut held: BTreeMap<&str, bool> = BTreeMap::new();
    let mut wrong = Vec::new();
    for claim in claims {
        let both = [verdict(wide, claim), verdict(narrow, claim)];
        if both.contains(&Some(false)) && !both.contains(&Some(true)) {
            wrong.push(format!("{claim:?} is not what {:?} have", wide.get(claim)));
        }
        if let Some(holds) = both[0] {
            *held.entry(claim.name).or_default() |= holds;
        }
    }
    // What 64-bit headers do not define at all is not among them.
    let alone = |name: &str| NARROW.iter().any(|row| row.0 == name);
    let never = held.iter().filter(|row| !row.1).map(|row| *row.0);
    let never = never.filter(|name| !alone(name));
    wrong.extend(never.map(|name| format!("{name} has no value of 64-bit callers")));
    wrong
}

#[test]
fn names_have_the_values_of_the_headers() {
    let headers = Headers::new(Abi::X86_64);
    let claims = claims();
    let wide = ask(&headers, &claims);
    let holds = |claim: &&Claim| wide.get(*claim).is_some_and(|row| row.holds);
    let rest = claims.iter().filter(|claim| !holds(claim)).cloned();
    let narrow = ask(&Headers::new(Abi::I386), &rest.collect());
    let wrong = wrong(&claims, &wide, &narrow);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known = |claim: &&Claim| wide.contains_key(*claim) || narrow.contains_key(*claim);
    let unknown: Vec<_> = claims
        .iter()
        .filter(|claim| !known(claim) && !claim.internal())
        .collect();
    let held = claims.iter().filter(|claim| known(claim)).count();
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
    let headers = Headers::new(Abi::X86_64);
    let claim = |value| Claim {
        name: "SIG_SETMASK",
        value,
    };
    let verdicts = ask(&headers, &BTreeSet::from([claim(2), claim(3)]));
    assert!(verdicts[&claim(2)].holds && !verdicts[&claim(3)].holds);
}
