//! Tables of functions in kernel memory: `hooked_syscall`, `hooked_seq_ops`.

use tracehound_schema::{Abi, syscalls};

use super::Look;
use super::symbols::Symbols;
use crate::snapshot::{Made, field, list, tail_or_absent};

/// An entry that is not what it should be.
#[derive(Debug, PartialEq, Eq)]
struct Hooked {
    index: usize,
    address: u64,
}

/// Entries of the table of system calls that are no system call's function.
fn hooked_calls(table: &[u64], symbols: &Symbols) -> Vec<Hooked> {
    let is_call = |name: &str| {
        let bare = name.trim_start_matches('_');
        bare.starts_with("x64_sys_")
            || bare.starts_with("x64_compat_sys_")
            || bare.starts_with("sys_")
    };
    let hooked = |(_, address): &(usize, &u64)| {
        let all = symbols.exactly(**address);
        !symbols.is_kernels(**address) || !all.iter().any(|symbol| is_call(&symbol.name))
    };
    let found = table.iter().enumerate().filter(hooked);
    found
        .map(|(index, &address)| Hooked { index, address })
        .collect()
}

/// Entries that are set and not the kernel's own code.
fn foreign(table: &[u64], symbols: &Symbols) -> Vec<Hooked> {
    let found = table.iter().enumerate();
    found
        .filter(|(_, address)| **address != 0 && !symbols.is_kernels(**address))
        .map(|(index, &address)| Hooked { index, address })
        .collect()
}

/// The table's name in the kernel (arch/x86/entry/syscall_64.c, v6.18).
const TABLE: &str = "sys_call_table";

/// How many entries are looked at: the table ends with the highest call that the kernel has, whose
/// number is not kept anywhere, so those are asked for that all kernels from 5.10 on have.
const ENTRIES: usize = 440;

/// Fills `hooked_syscall`.
pub fn calls(made: &mut Made, look: &Look<'_>) -> Result<(), String> {
    let (symbols, memory) = (look.symbols()?, look.memory()?);
    let at = symbols.address(TABLE);
    let at =
        at.ok_or("/proc/kallsyms does not list sys_call_table (built without KALLSYMS_ALL)")?;
    let table = memory
        .words(at, ENTRIES)
        .ok_or("the kernel's memory could not be read")?;
    let event = made.event.name;
    for hooked in hooked_calls(&table, symbols) {
        let call = syscalls::all()
            .find(|call| call.number(Abi::X86_64).map(usize::from) == Some(hooked.index));
        let name = call.map_or_else(|| hooked.index.to_string(), |call| call.name.to_owned());
        let nearest = symbols.nearest(hooked.address);
        let function = nearest.map(|symbol| symbol.name.as_bytes());
        let owner = nearest.map(|symbol| symbol.module.as_deref().unwrap_or("system").as_bytes());
        let mut record = made
            .start()
            .tail(field(event, "syscall"), name.as_bytes())
            .slot(field(event, "address"), hooked.address);
        record = tail_or_absent(record, field(event, "function"), function);
        made.put(tail_or_absent(record, field(event, "owner"), owner));
    }
    Ok(())
}

/// What lists connections in /proc/net.
const SEQ_OPS: [&str; 6] = [
    "tcp4_seq_ops",
    "tcp6_seq_ops",
    "udp_seq_ops",
    "udp6_seq_ops",
    "raw_seq_ops",
    "raw6_seq_ops",
];

/// The members of `struct seq_operations`, in their order (include/linux/seq_file.h, v6.18).
const MEMBERS: [&str; 4] = ["start", "stop", "next", "show"];

/// Fills `hooked_seq_ops`: one record for all that is found.
pub fn seq_ops(made: &mut Made, look: &Look<'_>) -> Result<(), String> {
    let (symbols, memory) = (look.symbols()?, look.memory()?);
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for name in SEQ_OPS {
        let table = symbols
            .address(name)
            .and_then(|at| memory.words(at, MEMBERS.len()));
        match table {
            Some(table) => found.extend(of_table(name, &table, symbols)),
            None => missing.push(name),
        }
    }
    if !found.is_empty() {
        let texts = list(found.iter().map(|text| text.as_bytes()));
        let index = field(made.event.name, "hooked_seq_ops");
        made.put(made.start().tail(index, &texts));
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "not found in /proc/kallsyms or not readable: {}",
        missing.join(", ")
    ))
}

/// `TABLE.MEMBER=FUNCTION [OWNER]` for each foreign function.
fn of_table(name: &str, table: &[u64], symbols: &Symbols) -> Vec<String> {
    let text = |hooked: Hooked| {
        let function = symbols.named(hooked.address);
        format!("{name}.{}={function}", MEMBERS[hooked.index])
    };
    foreign(table, symbols).into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "ffffffff81000000 T _stext\nffffffff81000100 T __x64_sys_read\n\
        ffffffff81000100 T __ia32_alias\nffffffff81000200 T sys_ni_syscall\n\
        ffffffff81000300 t tcp4_seq_show\nffffffff82000000 T _etext\n\
        ffffffffc0000000 t evil_read\t[evil]\n";

    #[test]
    fn calls_that_lead_elsewhere_are_found() {
        let symbols = Symbols::parse(LIST);
        let clean = [0xffff_ffff_8100_0100, 0xffff_ffff_8100_0200];
        assert_eq!(hooked_calls(&clean, &symbols), []);
        // A module's function, the middle of a function, another function of the kernel, nobody's code.
        let bad = [
            0xffff_ffff_c000_0010,
            0xffff_ffff_8100_0108,
            0xffff_ffff_8100_0300,
            0xffff_ffff_d000_0000_u64,
        ];
        let found = hooked_calls(&bad, &symbols);
        assert_eq!(
            found.iter().map(|one| one.index).collect::<Vec<_>>(),
            [0, 1, 2, 3]
        );
        assert_eq!(
            symbols.nearest(bad[0]).unwrap().module.as_deref(),
            Some("evil")
        );
        assert_eq!(symbols.nearest(0xffff_ffff_8200_0000), None);
    }

    #[test]
    fn members_that_are_not_the_kernels_are_named() {
        let symbols = Symbols::parse(LIST);
        let table = [
            0xffff_ffff_8100_0300,
            0,
            0xffff_ffff_c000_0000,
            0xffff_ffff_8300_0000,
        ];
        assert_eq!(
            of_table("tcp4_seq_ops", &table, &symbols),
            [
                "tcp4_seq_ops.next=evil_read [evil]",
                "tcp4_seq_ops.show=0xffffffff83000000 [hidden]"
            ]
        );
    }
}
