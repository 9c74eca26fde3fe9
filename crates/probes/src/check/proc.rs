//! Who is called for files of /proc: `hooked_proc_fops`.

use std::fs::File;

use super::Look;
use super::memory::Memory;
use super::symbols::Symbols;
use crate::snapshot::{Made, field, list};

/// Files by which processes, modules and connections are seen. No module serves any of them.
const FILES: &[&str] = &[
    "/proc",
    "/proc/self",
    "/proc/self/cmdline",
    "/proc/self/fd",
    "/proc/self/maps",
    "/proc/self/mountinfo",
    "/proc/self/net",
    "/proc/self/net/tcp",
    "/proc/self/net/udp",
    "/proc/self/stat",
    "/proc/self/status",
    "/proc/kallsyms",
    "/proc/loadavg",
    "/proc/modules",
    "/proc/stat",
    "/proc/sys",
    "/proc/version",
];

/// Members of `struct file_operations` and of `struct proc_ops`, in the order of `look_at_file`.
const FILE_MEMBERS: [&str; 15] = [
    "llseek",
    "read",
    "write",
    "read_iter",
    "write_iter",
    "iterate",
    "iterate_shared",
    "poll",
    "unlocked_ioctl",
    "compat_ioctl",
    "mmap",
    "open",
    "flush",
    "release",
    "splice_read",
];
const PROC_MEMBERS: [&str; 10] = [
    "proc_open",
    "proc_read",
    "proc_read_iter",
    "proc_write",
    "proc_lseek",
    "proc_release",
    "proc_poll",
    "proc_ioctl",
    "proc_compat_ioctl",
    "proc_mmap",
];
const SEQ_MEMBERS: [&str; 4] = ["start", "stop", "next", "show"];
/// The operations themselves stand before the members' places.
const HEADS: usize = 4;

/// A function that is called for a file.
#[derive(Debug, PartialEq, Eq)]
struct Called {
    member: &'static str,
    address: u64,
}

/// Fills `hooked_proc_fops`: one record for all that is found.
pub fn files(made: &mut Made, look: &Look<'_>) -> Result<(), String> {
    let (symbols, memory) = (look.symbols()?, look.memory()?);
    let mut found = Vec::new();
    let mut unread = Vec::new();
    for path in FILES {
        let file = match File::open(path) {
            Ok(file) => file,
            // Kernels are built without some of them.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && *path != "/proc" => {
                continue;
            }
            Err(error) => {
                unread.push(format!("{path}: {error}"));
                continue;
            }
        };
        match called(memory, symbols, &file) {
            Some(all) => found.extend(foreign(path, &all, symbols)),
            None => unread.push(format!("{path}: not readable, or not of /proc")),
        }
    }
    if !found.is_empty() {
        let texts = list(found.iter().map(|text| text.as_bytes()));
        let index = field(made.event.name, "hooked_fops_pointers");
        made.put(made.start().tail(index, &texts));
    }
    match unread.is_empty() {
        true => Ok(()),
        false => Err(unread.join("; ")),
    }
}

/// All functions that are called for a file; `None` where they cannot be read.
fn called(memory: &Memory, symbols: &Symbols, file: &File) -> Option<Vec<Called>> {
    let words = memory.of_file(file)?;
    let (heads, places) = words.split_at_checked(HEADS)?;
    let (of_file, of_proc) = places.split_at_checked(FILE_MEMBERS.len())?;
    let &[opened, inode, entry, shown] = heads else {
        return None;
    };
    let mut all = Vec::new();
    all.extend(table(memory, opened, &FILE_MEMBERS, of_file)?);
    if inode != opened {
        all.extend(table(memory, inode, &FILE_MEMBERS, of_file)?);
    }
    if entry != 0 {
        all.extend(table(memory, entry, &PROC_MEMBERS, of_proc)?);
    }
    if symbols.is_kernels(shown) || symbols.nearest(shown).is_some() {
        // A function, or what is some module's.
        let member = "single_show";
        all.push(Called {
            member,
            address: shown,
        });
    } else if shown != 0 {
        all.extend(table(memory, shown, &SEQ_MEMBERS, &[0, 8, 16, 24])?);
    }
    (!all.is_empty()).then_some(all)
}

/// The members of a table that are set.
fn table(
    memory: &Memory,
    at: u64,
    members: &[&'static str],
    places: &[u64],
) -> Option<Vec<Called>> {
    let known = members.iter().zip(places);
    let known = known.filter(|(_, place)| **place != u64::MAX);
    let words = known.map(|(&member, place)| {
        let word = memory.words(at.checked_add(*place)?, 1)?;
        let address = *word.first()?;
        Some(Called { member, address })
    });
    let words: Option<Vec<Called>> = words.collect();
    let set = words?.into_iter().filter(|called| called.address != 0);
    Some(set.collect())
}

/// `FILE.MEMBER=FUNCTION [OWNER]` for each that is not the kernel's own code.
fn foreign(path: &str, all: &[Called], symbols: &Symbols) -> Vec<String> {
    let foreign = all.iter().filter(|one| !symbols.is_kernels(one.address));
    foreign
        .map(|one| {
            let function = symbols.named(one.address);
            format!("{path}.{}={function}", one.member)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_that_are_not_the_kernels_are_named_with_their_file() {
        let symbols = Symbols::parse(
            "ffffffff81000000 T _stext\nffffffff81000100 t proc_root_readdir\n\
             ffffffff82000000 T _etext\nffffffffc0000000 t evil_readdir\t[evil]\n",
        );
        let called = |member, address| Called { member, address };
        let all = [
            called("iterate_shared", 0xffff_ffff_8100_0100),
            called("iterate_shared", 0xffff_ffff_c000_0010),
            called("open", 0xffff_8880_1234_5678),
        ];
        assert_eq!(
            foreign("/proc", &all, &symbols),
            [
                "/proc.iterate_shared=evil_readdir [evil]",
                "/proc.open=0xffff888012345678 [hidden]"
            ]
        );
    }
}
