//! Kernel integrity.

use std::path::Path;

use serde_json::Value;

use crate::{run_of, support};

/// A module that does nothing until a device is made with it; the lab's guests have it.
const MODULE: &str = "/lab/modules/dummy.ko";

#[test]
fn module_load_tells_the_file() {
    if !Path::new(MODULE).exists() {
        println!("skipped: no module to load here");
        return;
    }
    let script = format!("insmod {MODULE}; rmmod dummy");
    let Some(run) = run_of("module_load", &["sh", "-c", &script]) else {
        return;
    };
    let events = support::named(&run, "module_load");
    assert_eq!(events.len(), 1, "{events:?}");
    let args = &events[0]["args"];
    assert_eq!(args["name"], "dummy", "{args}");
    assert_eq!(args["pathname"], MODULE, "{args}");
}

#[test]
fn module_free_tells_the_name() {
    if !Path::new(MODULE).exists() {
        println!("skipped: no module to load here");
        return;
    }
    let script = format!("insmod {MODULE}; rmmod dummy");
    let Some(run) = run_of("module_free", &["sh", "-c", &script]) else {
        return;
    };
    let events = support::named(&run, "module_free");
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["args"]["name"], "dummy", "{events:?}");
}

/// Traces an event of a script that loads one of the lab's modules; `None` elsewhere.
fn with_module(event: &str, module: &str, script: &str) -> Option<support::Run> {
    let path = format!("/lab/modules/{module}.ko");
    if !Path::new(&path).exists() {
        println!("skipped: no {path}");
        return None;
    }
    let script = format!("insmod {path} && {{ {script}; rmmod {module}; }}");
    run_of(event, &["sh", "-c", &script])
}

fn args<'a>(run: &'a support::Run, event: &str) -> Vec<&'a Value> {
    let named = support::named(run, event);
    named.into_iter().map(|event| &event["args"]).collect()
}

/// The address of a kernel symbol, as the kernel lists it.
fn address(symbols: &str, symbol: &str) -> u64 {
    let mut words = symbols.lines().map(|line| line.split_whitespace());
    let found = words.find_map(|mut line| {
        let (address, name) = (line.next()?, line.nth(1)?);
        (name == symbol).then_some(address)
    });
    u64::from_str_radix(found.unwrap(), 16).unwrap()
}

fn number(value: &Value) -> u64 {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("no address: {value}"));
    match text {
        "NULL" => 0,
        text => u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap(),
    }
}

fn symbols() -> String {
    std::fs::read_to_string("/proc/kallsyms").unwrap()
}

#[test]
fn do_init_module_tells_what_the_module_states() {
    let script = "cat /sys/module/dummy/srcversion; cat /sys/module/dummy/version 2>/dev/null";
    let Some(run) = with_module("do_init_module", "dummy", script) else {
        return;
    };
    let events = args(&run, "do_init_module");
    assert_eq!(events.len(), 1, "{}", run.text);
    assert_eq!(events[0]["name"], "dummy");
    assert_eq!(events[0]["returnValue"], 0);
    let mut said = run.stdout.lines();
    assert_eq!(
        events[0]["src_version"].as_str(),
        said.next(),
        "{}",
        run.text
    );
    assert_eq!(events[0]["version"].as_str(), said.next(), "{}", run.text);
}

/// A probe by a file of tracefs, which is removed again.
const PROBE: &str = "cd /sys/kernel/tracing && echo p:th_probe vfs_fsync > kprobe_events && echo -:th_probe >> kprobe_events";

#[test]
fn kprobe_attach_tells_the_function_and_who_is_called() {
    let Some(run) = run_of("kprobe_attach", &["sh", "-c", PROBE]) else {
        return;
    };
    let events = args(&run, "kprobe_attach");
    assert_eq!(events.len(), 1, "{}", run.text);
    assert_eq!(events[0]["symbol_name"], "vfs_fsync");
    let handler = address(&symbols(), "kprobe_dispatcher");
    assert_eq!(number(&events[0]["pre_handler_addr"]), handler);
    assert_eq!(number(&events[0]["post_handler_addr"]), 0);
}

#[test]
fn kprobe_attach_sees_a_perf_event() {
    let Some(run) = run_of("kprobe_attach", &[&support::program("bpf"), "kprobe"]) else {
        return;
    };
    let events = args(&run, "kprobe_attach");
    assert_eq!(events.len(), 1, "{}", run.text);
    assert_eq!(events[0]["symbol_name"], "vfs_fsync");
}

#[test]
fn kallsyms_lookup_name_tells_the_address() {
    let Some(run) = run_of("kallsyms_lookup_name", &["sh", "-c", PROBE]) else {
        return;
    };
    let events = args(&run, "kallsyms_lookup_name");
    let ours = events
        .iter()
        .find(|args| args["symbol_name"] == "vfs_fsync");
    let found = &ours.unwrap_or_else(|| panic!("{}", run.text))["symbol_address"];
    assert_eq!(number(found), address(&symbols(), "vfs_fsync"));
}

#[test]
fn call_usermodehelper_tells_the_program_and_its_arguments() {
    let script = "cat /proc/sys/kernel/modprobe; mount -t th_nothing none /tmp 2>/dev/null; :";
    let Some(run) = run_of("call_usermodehelper", &["sh", "-c", script]) else {
        return;
    };
    let events = args(&run, "call_usermodehelper");
    assert!(!events.is_empty(), "{}", run.text);
    let modprobe = run.stdout.trim();
    for args in events {
        assert_eq!(args["pathname"], modprobe, "{args}");
        let wanted = serde_json::json!([modprobe, "-q", "--", "fs-th_nothing"]);
        assert_eq!(args["argv"], wanted, "{args}");
        assert_eq!(args["envp"][0], "HOME=/", "{args}");
        assert_eq!(args["envp"].as_array().unwrap().len(), 3, "{args}");
        let wait = args["wait"].as_str().unwrap();
        assert!(wait.contains("UMH_WAIT_PROC|UMH_KILLABLE"), "{args}");
    }
}

#[test]
fn proc_create_tells_every_file_of_a_new_network() {
    let script = "cd /proc/self/net && for f in *; do [ ! -f $f ] || echo $f; done";
    let Some(run) = run_of("proc_create", &["unshare", "-n", "sh", "-c", script]) else {
        return;
    };
    let events = args(&run, "proc_create");
    let names: Vec<_> = events
        .iter()
        .map(|args| args["name"].as_str().unwrap())
        .collect();
    assert!(run.stdout.lines().count() > 10, "{}", run.stdout);
    for file in run.stdout.lines() {
        assert!(names.contains(&file), "{file}: {names:?}");
    }
    let nowhere = |args: &&&Value| number(&args["proc_ops_addr"]) < 1 << 63;
    assert_eq!(events.iter().find(nowhere), None);
}

#[test]
fn debugfs_create_file_tells_the_folder_and_the_functions() {
    let Some(run) = with_module("debugfs_create_file", "loop", ":") else {
        return;
    };
    let events = args(&run, "debugfs_create_file");
    let ours = events
        .iter()
        .find(|args| args["path"] == "/sys/kernel/debug/bdi/7:0" && args["file_name"] == "stats");
    let args = ours.unwrap_or_else(|| panic!("{}", run.text));
    let functions = address(&symbols(), "bdi_debug_stats_fops");
    assert_eq!(number(&args["proc_ops_addr"]), functions, "{args}");
    assert!(args["mode"].to_string().contains("444"), "{args}");
}

#[test]
fn debugfs_create_dir_tells_where() {
    let Some(run) = with_module("debugfs_create_dir", "loop", ":") else {
        return;
    };
    let events = args(&run, "debugfs_create_dir");
    let has = |name: &str, path: &str| {
        events
            .iter()
            .any(|args| args["name"] == name && args["path"] == path)
    };
    assert!(has("7:0", "/sys/kernel/debug/bdi"), "{}", run.text);
    assert!(has("loop0", "/sys/kernel/debug/block"), "{}", run.text);
}

#[test]
fn device_add_tells_a_device_without_a_parent() {
    let Some(run) = run_of("device_add", &["unshare", "-n", "true"]) else {
        return;
    };
    let events = args(&run, "device_add");
    assert_eq!(events.len(), 1, "{}", run.text);
    assert_eq!(events[0]["name"], "lo");
    assert!(
        events[0].get("parent_name").is_none_or(Value::is_null),
        "{}",
        run.text
    );
}

#[test]
fn register_chrdev_tells_the_number_and_the_functions() {
    let script = "grep -w cpuid_fops /proc/kallsyms";
    let Some(run) = with_module("register_chrdev", "cpuid", script) else {
        return;
    };
    let events = args(&run, "register_chrdev");
    assert_eq!(events.len(), 1, "{}", run.text);
    let args = events[0];
    // CPUID_MAJOR of include/uapi/linux/major.h.
    assert_eq!(args["requested_major_number"], 203, "{args}");
    assert_eq!(args["granted_major_number"], 203, "{args}");
    assert_eq!(args["char_device_name"], "cpu/cpuid", "{args}");
    let functions = address(&run.stdout, "cpuid_fops");
    assert_eq!(number(&args["char_device_fops"]), functions, "{args}");
}
