//! BPF objects.

use serde_json::Value;

use crate::run_of;
use crate::support::{self, Run};

/// The program's runs, in 64 bits and in 32; none where the kernel has no rung.
fn runs_of(event: &str) -> Vec<Run> {
    let programs = ["bpf", "bpf32"].map(support::program);
    programs
        .iter()
        .filter_map(|program| run_of(event, &[program]))
        .collect()
}

/// The id that the program said, behind the kind and before the name.
fn id_of(run: &Run, kind: &str) -> u64 {
    let mut lines = run.stdout.lines().map(|line| line.split(' '));
    let line = lines.find_map(|mut words| (words.next() == Some(kind)).then_some(words));
    line.unwrap().next().unwrap().parse().unwrap()
}

fn args<'a>(run: &'a Run, event: &str) -> Vec<&'a Value> {
    let named = support::named(run, event);
    named.into_iter().map(|event| &event["args"]).collect()
}

#[test]
fn security_bpf_tells_the_commands() {
    for run in runs_of("security_bpf") {
        let commands = args(&run, "security_bpf")
            .into_iter()
            .map(|args| args["cmd"].as_str().unwrap());
        let wanted = [
            "BPF_MAP_CREATE",
            "BPF_OBJ_GET_INFO_BY_FD",
            "BPF_MAP_GET_FD_BY_ID",
            "BPF_PROG_LOAD",
            "BPF_OBJ_GET_INFO_BY_FD",
            "BPF_OBJ_GET_INFO_BY_FD",
            "BPF_PROG_GET_FD_BY_ID",
            "BPF_RAW_TRACEPOINT_OPEN",
        ];
        assert_eq!(commands.collect::<Vec<_>>(), wanted, "{}", run.text);
    }
}

#[test]
fn security_bpf_map_tells_who_makes_and_who_finds_one() {
    for run in runs_of("security_bpf_map") {
        let maps = args(&run, "security_bpf_map");
        assert_eq!(maps.len(), 2, "{}", run.text);
        for map in maps {
            assert_eq!(map["map_id"], id_of(&run, "map"), "{map}");
            assert_eq!(map["map_name"], "th_map", "{map}");
        }
    }
}

#[test]
fn security_bpf_prog_tells_who_loads_and_who_finds_one() {
    for run in runs_of("security_bpf_prog") {
        let programs = args(&run, "security_bpf_prog");
        assert_eq!(programs.len(), 2, "{}", run.text);
        for (program, load) in programs.into_iter().zip([true, false]) {
            assert_eq!(program["type"], "BPF_PROG_TYPE_RAW_TRACEPOINT", "{program}");
            assert_eq!(program["name"], "th_raw", "{program}");
            assert_eq!(program["id"], id_of(&run, "prog"), "{program}");
            assert_eq!(program["load"], load, "{program}");
            // It calls nothing.
            assert_eq!(program["helpers"], "0x0", "{program}");
        }
    }
}

#[test]
fn bpf_attach_tells_the_tracepoint_of_a_link() {
    for run in runs_of("bpf_attach") {
        let attached = args(&run, "bpf_attach");
        assert_eq!(attached.len(), 1, "{}", run.text);
        let args = attached[0];
        assert_eq!(args["prog_type"], "BPF_PROG_TYPE_RAW_TRACEPOINT", "{args}");
        assert_eq!(args["prog_name"], "th_raw", "{args}");
        assert_eq!(args["prog_id"], id_of(&run, "prog"), "{args}");
        assert_eq!(args["symbol_name"], "task_rename", "{args}");
        assert_eq!(args["attach_type"], "raw_tracepoint", "{args}");
        assert!(args.get("symbol_addr").is_none_or(Value::is_null), "{args}");
    }
}

/// Attaches by a perf event; `None` where the kernel has no such events.
fn by_event(how: &str, needs: &str) -> Option<Run> {
    if !std::path::Path::new(needs).exists() {
        println!("skipped: no {needs} here");
        return None;
    }
    let run = run_of("bpf_attach", &[&support::program("bpf"), how])?;
    assert_eq!(run.code, Some(0), "{}", run.stats);
    Some(run)
}

#[test]
fn bpf_attach_tells_the_tracepoint_of_a_perf_event() {
    let id = "/sys/kernel/tracing/events/task/task_rename/id";
    let Some(run) = by_event("tracepoint", id) else {
        return;
    };
    let attached = args(&run, "bpf_attach");
    assert_eq!(attached.len(), 1, "{}", run.text);
    let args = attached[0];
    assert_eq!(args["prog_name"], "th_tracepoint", "{args}");
    assert_eq!(args["prog_id"], id_of(&run, "prog"), "{args}");
    assert_eq!(args["symbol_name"], "task_rename", "{args}");
    assert_eq!(args["attach_type"], "tracepoint", "{args}");
}

#[test]
fn bpf_attach_tells_the_function_of_a_kprobe() {
    let Some(run) = by_event("kprobe", "/sys/bus/event_source/devices/kprobe/type") else {
        return;
    };
    let attached = args(&run, "bpf_attach");
    assert_eq!(attached.len(), 1, "{}", run.text);
    let args = attached[0];
    assert_eq!(args["prog_type"], "BPF_PROG_TYPE_KPROBE", "{args}");
    assert_eq!(args["prog_name"], "th_kprobe", "{args}");
    assert_eq!(args["symbol_name"], "vfs_fsync", "{args}");
    assert_eq!(args["attach_type"], "kprobe", "{args}");
    let symbols = std::fs::read_to_string("/proc/kallsyms").unwrap();
    let function = symbols.lines().find(|line| line.ends_with(" vfs_fsync"));
    let function = u64::from_str_radix(function.unwrap().split(' ').next().unwrap(), 16).unwrap();
    let address = args["symbol_addr"].as_str().unwrap();
    let address = u64::from_str_radix(address.trim_start_matches("0x"), 16).unwrap();
    // Behind an endbr64 where the kernel has them.
    assert!(address == function || address == function + 4, "{args}");
}

/// What programs call, of an event's field, as the program itself says it; in the order of its loads.
fn tells_helpers(event: &str, name: &str, field: &str) {
    for width in ["bpf", "bpf32"] {
        let Some(run) = run_of(event, &[&support::program(width), "helpers"]) else {
            return;
        };
        assert_eq!(run.code, Some(0), "{}", run.stats);
        let said = |line: &str| {
            let (name, calls) = line.strip_prefix("calls ")?.split_once(' ')?;
            Some((name.to_owned(), calls.to_owned()))
        };
        let mut wanted: Vec<_> = run.stdout.lines().filter_map(said).collect();
        if event == "bpf_attach" {
            // Only loaded.
            wanted.retain(|row| row.0 != "th_asks");
        }
        assert!(wanted.len() >= 3, "{}", run.stdout);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let told: Vec<_> = args(&run, event)
            .iter()
            .map(|args| (text(&args[name]), text(&args[field])))
            .collect();
        assert_eq!(told, wanted, "{}", run.text);
    }
}

#[test]
fn security_bpf_prog_tells_helpers_that_are_called() {
    tells_helpers("security_bpf_prog", "name", "helpers");
}

#[test]
fn bpf_attach_tells_helpers_that_are_called() {
    tells_helpers("bpf_attach", "prog_name", "prog_helpers");
}
