//! Kernel memory as it is: `print_mem_dump`.

use super::Look;
use crate::snapshot::{Made, field, text};

/// What is shown: the table of system calls, and the beginnings of functions that rootkits write over.
const SYMBOLS: &[&str] = &[
    "sys_call_table",
    "entry_SYSCALL_64",
    "do_syscall_64",
    "__x64_sys_execve",
    "__x64_sys_getdents64",
    "__x64_sys_kill",
    "__x64_sys_openat",
    "commit_creds",
    "tcp4_seq_show",
];

/// Bytes of each.
const LENGTH: usize = 127;

/// Fills `print_mem_dump`.
pub fn dumps(made: &mut Made, look: &Look<'_>) -> Result<(), String> {
    let (symbols, memory) = (look.symbols()?, look.memory()?);
    let machine = text("/proc/sys/kernel/arch").unwrap_or_else(|| std::env::consts::ARCH.into());
    let event = made.event.name;
    let mut missing = Vec::new();
    for name in SYMBOLS {
        let address = symbols.address(name);
        let read = address.and_then(|at| Some((at, memory.read(at, LENGTH)?)));
        let Some((address, bytes)) = read else {
            missing.push(*name);
            continue;
        };
        let record = made
            .start()
            .tail(field(event, "bytes"), &bytes)
            .slot(field(event, "address"), address)
            .slot(field(event, "length"), bytes.len() as u64)
            .absent(field(event, "caller_context_id"))
            .tail(field(event, "arch"), &machine)
            .tail(field(event, "symbol_name"), name.as_bytes())
            .tail(field(event, "symbol_owner"), b"system");
        made.put(record);
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "not found in /proc/kallsyms or not readable: {}",
        missing.join(", ")
    ))
}
