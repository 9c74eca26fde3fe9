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
