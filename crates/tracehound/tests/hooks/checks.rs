//! Checks of the kernel against itself. A test machine has nothing to hide: they find nothing, or say what
//! they could not look at.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{root, tracehound};

/// What a check tells when tracing begins: findings, then what it could not look at.
fn checked(event: &str, script: &str) -> Option<(Vec<Value>, Vec<Value>)> {
    if !root() {
        return None;
    }
    let program = tracehound().get_program().to_str().unwrap().to_owned();
    let script = format!("{script}\n{program} --stats -e {event} --duration 200ms -o json");
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .output()
        .unwrap();
    let stats = String::from_utf8(output.stderr).unwrap();
    assert!(
        stats.contains("balances") && !stats.contains("DOES NOT"),
        "{stats}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let events = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let (found, unchecked): (Vec<_>, Vec<_>) = events.partition(|line| line["event"] == event);
    for line in &unchecked {
        assert_eq!(
            (&line["event"], &line["args"]["of"]),
            (&"unchecked".into(), &event.into()),
            "{line}"
        );
    }
    println!("{event}: {found:?} {unchecked:?}");
    Some((found, unchecked))
}

#[test]
fn hidden_kernel_module_finds_none_on_a_clean_machine() {
    let Some((found, unchecked)) = checked("hidden_kernel_module", "") else {
        return;
    };
    assert_eq!(found, Vec::<Value>::new());
    let modules = fs::exists("/proc/modules").unwrap();
    assert_eq!(unchecked.is_empty(), modules, "{unchecked:?}");
}

fn lists(symbol: &str) -> bool {
    let list = fs::read_to_string("/proc/kallsyms").unwrap();
    list.lines()
        .any(|line| line.split_whitespace().nth(2) == Some(symbol))
}

#[test]
fn hooked_syscall_finds_none_on_a_clean_machine() {
    let Some((found, unchecked)) = checked("hooked_syscall", "") else {
        return;
    };
    assert_eq!(found, Vec::<Value>::new());
    assert_eq!(
        unchecked.is_empty(),
        lists("sys_call_table"),
        "{unchecked:?}"
    );
}

#[test]
fn hooked_seq_ops_finds_none_on_a_clean_machine() {
    let Some((found, unchecked)) = checked("hooked_seq_ops", "") else {
        return;
    };
    assert_eq!(found, Vec::<Value>::new());
    if !lists("tcp4_seq_ops") {
        assert!(
            unchecked[0]["args"]["why"]
                .as_str()
                .unwrap()
                .contains("tcp4_seq_ops")
        );
    }
}

/// A kprobe that is really set.
#[test]
fn ftrace_hook_finds_a_probe_that_is_set() {
    let script = "d=/sys/kernel/tracing; [ -e $d/trace ] || mount -t tracefs none $d 2>/dev/null
        echo 'p:th_test do_unlinkat' >>$d/kprobe_events 2>/dev/null && echo 1 >$d/events/kprobes/th_test/enable";
    let Some((found, unchecked)) = checked("ftrace_hook", script) else {
        return;
    };
    let undo = "d=/sys/kernel/tracing; [ -e $d/trace ] || mount -t tracefs none $d 2>/dev/null
        list=$(cat $d/kprobe_events); echo 0 >$d/events/kprobes/th_test/enable; echo '-:th_test' >>$d/kprobe_events; echo \"$list\"";
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", undo])
        .output()
        .unwrap();
    if !String::from_utf8(output.stdout)
        .unwrap()
        .contains("th_test")
    {
        println!("skipped: no kprobe can be set here");
        assert!(
            !unchecked.is_empty()
                || found
                    .iter()
                    .all(|line| line["args"]["symbol"] != "do_unlinkat")
        );
        return;
    }
    let hook = found
        .iter()
        .find(|line| line["args"]["symbol"] == "do_unlinkat");
    let hook = hook.unwrap_or_else(|| panic!("{found:?} {unchecked:?}"));
    let args = &hook["args"];
    assert_eq!(args["count"], 1, "{args}");
    let callback = args["callback"].as_str().unwrap();
    assert!(
        callback.contains("kprobe") || callback.contains("ftrace"),
        "{args}"
    );
    assert_eq!(args["callback_owner"], "system", "{args}");
}

#[test]
fn hooked_proc_fops_finds_none_on_a_clean_machine() {
    let Some((found, unchecked)) = checked("hooked_proc_fops", "") else {
        return;
    };
    // That all was read is part of it: what cannot be is told.
    assert_eq!((found, unchecked), (vec![], vec![]));
}

#[test]
fn hooked_proc_fops_is_not_deceived_by_a_file_mounted_over() {
    let script = "echo x >/tmp/th_version; mount --bind /tmp/th_version /proc/version";
    let Some((found, unchecked)) = checked("hooked_proc_fops", script) else {
        return;
    };
    std::fs::remove_file("/tmp/th_version").unwrap();
    assert_eq!(found, Vec::<Value>::new());
    assert_eq!(unchecked.len(), 1, "{unchecked:?}");
    let why = unchecked[0]["args"]["why"].as_str().unwrap();
    assert_eq!(why, "/proc/version: not readable, or not of /proc");
}

/// Where the kernel lists a symbol.
fn address(symbol: &str) -> Option<u64> {
    let list = fs::read_to_string("/proc/kallsyms").unwrap();
    list.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let (address, name) = (words.next()?, words.nth(1)?);
        (name == symbol).then(|| u64::from_str_radix(address, 16).unwrap())
    })
}

/// Bytes as JSON has them, in hexadecimal.
fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// The kernel's memory as /proc/kcore has it, an ELF file whose segments say where in it addresses are.
fn core(at: u64, length: usize) -> Option<Vec<u8>> {
    use std::os::unix::fs::FileExt as _;
    let file = fs::File::open("/proc/kcore").ok()?;
    let mut head = vec![0; 1 << 16];
    let read = file.read_at(&mut head, 0).ok()?;
    head.truncate(read);
    let word = |at: usize| Some(u64::from_le_bytes(*head.get(at..)?.first_chunk()?));
    let count = u16::from_le_bytes(*head.get(56..)?.first_chunk()?);
    (0..usize::from(count)).find_map(|index| {
        let segment = 64 + index * 56;
        let (offset, start, size) = (word(segment + 8)?, word(segment + 16)?, word(segment + 32)?);
        let within = at.checked_sub(start).filter(|within| *within < size)?;
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, offset + within).ok()?;
        Some(bytes)
    })
}

#[test]
fn print_mem_dump_shows_what_is_there() {
    let Some((found, unchecked)) = checked("print_mem_dump", "") else {
        return;
    };
    let names: Vec<_> = found
        .iter()
        .map(|dump| dump["args"]["symbol_name"].as_str().unwrap())
        .collect();
    for wanted in ["do_syscall_64", "__x64_sys_kill", "commit_creds"] {
        assert!(names.contains(&wanted), "{names:?}");
    }
    for dump in found.iter().map(|dump| &dump["args"]) {
        let name = dump["symbol_name"].as_str().unwrap();
        let at = address(name).unwrap();
        assert_eq!(dump["address"], format!("{at:#x}"), "{dump}");
        assert_eq!(
            (&dump["length"], &dump["arch"]),
            (&127.into(), &"x86_64".into()),
            "{dump}"
        );
        let bytes = bytes(&dump["bytes"]);
        assert_eq!(bytes.len(), 127, "{dump}");
        if let Some(core) = core(at, 127) {
            assert_eq!(bytes, core, "{name}");
        }
        if name == "sys_call_table" {
            let first = u64::from_le_bytes(*bytes.first_chunk().unwrap());
            assert_eq!(Some(first), address("__x64_sys_read"));
        }
    }
    assert_eq!(
        unchecked.is_empty(),
        lists("sys_call_table"),
        "{unchecked:?}"
    );
}
