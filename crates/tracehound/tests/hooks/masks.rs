//! Changes of signal masks, by a program that keeps its own account of them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{run_of, rung_of, support};

/// The causes as the program numbers them.
const CAUSES: [&str; 7] = [
    "CALL",
    "SIGRETURN",
    "HANDLER_ENTRY",
    "TEMPORARY_SET",
    "TEMPORARY_RESTORED",
    "PTRACE",
    "FORCED_SIGNAL",
];

/// A change: cause, mask before and after, call, signal.
type Change = (String, u64, u64, i64, u64);

/// What the program says that each thread's mask went through, and whether it slept meanwhile.
fn said(stdout: &str) -> BTreeMap<i64, Vec<(Change, bool)>> {
    let mut threads: BTreeMap<i64, Vec<(Change, bool)>> = BTreeMap::new();
    for line in stdout.lines() {
        let words: Vec<_> = line.split_whitespace().collect();
        let ["mask", tid, cause, before, after, call, sig, how] = words[..] else {
            panic!("{line}");
        };
        let mask = |text| u64::from_str_radix(text, 16).unwrap();
        let change = (
            CAUSES[cause.parse::<usize>().unwrap()].to_owned(),
            mask(before),
            mask(after),
            call.parse().unwrap(),
            sig.parse().unwrap(),
        );
        let thread = threads.entry(tid.parse().unwrap()).or_default();
        thread.push((change, how == "0"));
    }
    threads
}

/// What must be seen: without what is there between two looks of the tracepoints, if it is not seen.
fn wanted(said: &[(Change, bool)], seen: &[Change], looks: bool) -> Vec<Change> {
    let mut wanted: Vec<Change> = Vec::new();
    for (change, slept) in said {
        if *slept || !looks || seen.get(wanted.len()) == Some(change) {
            wanted.push(change.clone());
        }
    }
    wanted
}

fn told(event: &Value) -> Change {
    let args = &event["args"];
    let set = |name: &str| support::bits(&args[name]);
    let (before, after) = (set("blocked_before"), set("blocked_after"));
    assert_eq!(set("added"), after & !before, "{event}");
    assert_eq!(set("removed"), before & !after, "{event}");
    let sig = &args["sig"];
    let sig = sig.as_str().map_or(0, |name| {
        support::bits(&serde_json::json!([name])).trailing_zeros() + 1
    });
    let call = args["syscall"].as_i64().unwrap_or(-1);
    let cause = args["cause"].as_str().unwrap().to_owned();
    (cause, before, after, call, sig.into())
}

#[test]
fn signal_mask_change_says_what_the_masks_owner_says() {
    let event = "signal_mask_change";
    for name in ["masks", "masks32"] {
        let Some(run) = run_of(event, &[&support::program(name)]) else {
            return;
        };
        assert_eq!(run.code, Some(0), "{}", run.stats);
        let looks = rung_of(event).ends_with("/signal_deliver");
        let said = said(&run.stdout);
        let mut seen: BTreeMap<i64, Vec<Change>> = BTreeMap::new();
        for event in support::named(&run, event) {
            let process = &event["process"];
            if process["comm"] != name {
                continue;
            }
            let tid = event["args"]["target_host_tid"].as_i64().unwrap();
            let own = event["args"]["cause"] != "PTRACE";
            assert_eq!(own, process["host_tid"] == tid, "{event}");
            seen.entry(tid).or_default().push(told(event));
        }
        for (tid, said) in &said {
            let seen = seen.remove(tid).unwrap_or_default();
            let wanted = wanted(said, &seen, looks);
            let differ = wanted.iter().zip(&seen).position(|(a, b)| a != b);
            let place = differ.unwrap_or(seen.len().min(wanted.len()));
            assert!(
                wanted == seen,
                "{name} {tid}, from {place} on: wanted {:x?}, seen {:x?}",
                &wanted[place..],
                &seen[place..]
            );
        }
        assert!(seen.is_empty(), "{seen:x?}");
        // A child's mask is the parent's and an exec keeps it: that is no change.
        assert_eq!(said.len(), 5, "{}", run.stdout);
    }
}
