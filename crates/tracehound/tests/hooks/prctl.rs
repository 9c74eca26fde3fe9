//! What a program does to itself.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use serde_json::Value;

use crate::tasks::{Told, both_widths, only_old_is_unread};
use crate::{at_call_end, support};

const EVENT: &str = "security_task_prctl";
const ADDRESSES: [&str; 11] = [
    "start_code",
    "end_code",
    "start_data",
    "end_data",
    "start_brk",
    "brk",
    "start_stack",
    "arg_start",
    "arg_end",
    "env_start",
    "env_end",
];

fn of<'a>(told: &'a Told, option: &str, arg2: u64) -> Vec<&'a Value> {
    let args = told.args().into_iter();
    args.filter(|args| args["option"] == option && args["arg2"] == arg2)
        .collect()
}

/// How many of the arguments are of what is or was, without the option and its own.
fn others(args: &Value) -> usize {
    args.as_object().unwrap().len() - 5
}

#[test]
fn security_task_prctl_tells_what_is_replaced() {
    let file = fs::canonicalize(support::program("setuid")).unwrap();
    let inode = fs::metadata(&file).unwrap().ino();
    let file = file.to_str().unwrap();
    both_widths(EVENT, &["memory", file], |told| {
        let end = at_call_end(EVENT);
        let map = of(told, "PR_SET_MM", 14);
        assert_eq!(map[0]["arg4"], 104, "{map:?}");
        for name in ADDRESSES {
            let address = format!("0x{:x}", told.number(name));
            assert_eq!(map[0][format!("new_{name}")], address.as_str(), "{map:?}");
            if !end {
                assert_eq!(map[0][format!("old_{name}")], address.as_str(), "{map:?}");
            }
        }
        // Neither file nor vector is set by it.
        assert_eq!(others(map[0]), if end { 11 } else { 22 }, "{map:?}");
        let one = of(told, "PR_SET_MM", 8)[0];
        let address = format!("0x{:x}", told.number("arg_start") + 1);
        assert_eq!(one["new_arg_start"], address.as_str(), "{one}");
        assert_eq!(others(one), if end { 1 } else { 2 }, "{one}");
        let exe = of(told, "PR_SET_MM", 13)[0];
        assert_eq!(exe["new_pathname"], file, "{exe}");
        assert_eq!(exe["new_inode"], inode, "{exe}");
        let vector = of(told, "PR_SET_MM", 12)[0];
        assert_eq!(vector["new_auxv"], told.text("auxv"), "{vector}");
        let name = of(told, "PR_SET_VMA", 0)[0];
        assert_eq!(name["vma_name"], "some heap", "{name}");
        let kept = told.args().into_iter();
        let mut kept = kept.filter(|args| args["option"] == "PR_SET_SECUREBITS");
        let kept = kept.next_back().unwrap();
        if !end {
            let own = exe["old_pathname"].as_str().unwrap();
            assert!(own.contains("/tasks"), "{exe}");
            let old = vector["old_auxv"].as_str().unwrap();
            let same = told.text("auxv").trim_end_matches('0');
            assert!(old.starts_with(same), "{vector}");
            assert_eq!(kept["old_securebits"], "SECBIT_NOROOT", "{kept}");
        }
    });
}

#[test]
fn security_task_prctl_says_what_of_a_bad_map_is_not_read() {
    both_widths(EVENT, &["memory", "/"], |told| {
        let end = at_call_end(EVENT);
        let bad = |event: &&Value| event["args"]["arg3"] == 16;
        let event = told.events.iter().find(bad).unwrap();
        let unread = event["unread"].as_array().unwrap();
        let new = |name: &&Value| name.as_str().unwrap().starts_with("new_");
        assert_eq!(unread.iter().filter(new).count(), 17, "{event}");
        // Of all others only what was before can be out of reach.
        let rest = told.events.iter().filter(|event| !bad(event));
        for event in rest {
            only_old_is_unread(end, event);
        }
    });
}
