//! Programs, maps and links of BPF, compared with what bpf(2) tells of them.

use std::collections::{HashMap, HashSet};

use libbpf_rs::query::{LinkInfoIter, MapInfoIter, ProgInfoIter};
use libbpf_rs::{MapCore as _, MapHandle, MapType};
use serde_json::Value;

use super::{Sleeper, snapshot_of};
use crate::support::{root, tracehound};

/// A tracer at work: its programs, maps and links are there for another to find.
fn at_work() -> Option<Sleeper> {
    if !root() {
        return None;
    }
    let mut command = tracehound();
    command.args(["-q", "-e", "sched_process_exec", "-o", "none"]);
    let before = ProgInfoIter::default().count();
    let sleeper = Sleeper::new(&mut command);
    for _ in 0..600 {
        if ProgInfoIter::default().count() > before {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    // Rungs are tried and given up meanwhile.
    std::thread::sleep(std::time::Duration::from_secs(2));
    Some(sleeper)
}

fn ids(events: &[Value]) -> HashMap<u64, &Value> {
    let id = |event: &Value| event["args"]["id"].as_u64().unwrap();
    events
        .iter()
        .map(|event| (id(event), &event["args"]))
        .collect()
}

#[test]
fn existing_bpf_prog_tells_what_bpf_tells() {
    let Some(_other) = at_work() else { return };
    let before: Vec<_> = ProgInfoIter::default().collect();
    let Some(events) = snapshot_of(&["existing_bpf_prog"]) else {
        return;
    };
    let after: HashSet<u32> = ProgInfoIter::default().map(|prog| prog.id).collect();
    let told = ids(&events);
    let mut compared = 0;
    for prog in before.iter().filter(|prog| after.contains(&prog.id)) {
        let args = told[&u64::from(prog.id)];
        assert_eq!(args["name"], prog.name.to_str().unwrap(), "{args}");
        assert_eq!(args["uid"], prog.created_by_uid, "{args}");
        let tag: String = prog
            .tag
            .0
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(args["tag"], tag, "{args}");
        compared += 1;
    }
    assert!(compared > 0);
    let forks = |event: &&Value| event["args"]["attach_func"] == "sched_process_fork";
    let fork = events.iter().find(forks).unwrap();
    assert_eq!(fork["args"]["prog_type"], "BPF_PROG_TYPE_TRACING", "{fork}");
    assert!(
        fork["args"]["load_time"].as_str() < fork["time"].as_str(),
        "{fork}"
    );
}

#[test]
fn existing_bpf_map_tells_what_bpf_tells() {
    if !root() {
        return;
    }
    let options = libbpf_rs::libbpf_sys::bpf_map_create_opts {
        sz: size_of::<libbpf_rs::libbpf_sys::bpf_map_create_opts>() as _,
        ..Default::default()
    };
    let map = MapHandle::create(MapType::Hash, Some("th_test_map"), 8, 24, 77, &options).unwrap();
    let Some(events) = snapshot_of(&["existing_bpf_map"]) else {
        return;
    };
    let id = map.info().unwrap().info.id;
    let args = ids(&events)[&u64::from(id)];
    assert_eq!(args["name"], "th_test_map", "{args}");
    assert_eq!(args["map_type"], "BPF_MAP_TYPE_HASH", "{args}");
    assert_eq!(
        (&args["key_size"], &args["value_size"]),
        (&8.into(), &24.into())
    );
    assert_eq!(args["max_entries"], 77, "{args}");
    assert!(MapInfoIter::default().any(|map| map.id == id));
}

#[test]
fn existing_bpf_link_tells_what_bpf_tells() {
    let Some(_other) = at_work() else { return };
    let before: Vec<_> = LinkInfoIter::default().collect();
    let Some(events) = snapshot_of(&["existing_bpf_link"]) else {
        return;
    };
    let after: HashSet<u32> = LinkInfoIter::default().map(|link| link.id).collect();
    let told = ids(&events);
    let mut compared = 0;
    for link in before.iter().filter(|link| after.contains(&link.id)) {
        let args = told[&u64::from(link.id)];
        assert_eq!(args["prog_id"], link.prog_id, "{args}");
        compared += 1;
    }
    assert!(compared > 0);
    let iterators = events
        .iter()
        .filter(|event| event["args"]["link_type"] == "BPF_LINK_TYPE_ITER");
    assert!(iterators.count() > 0, "its own is missing");
}
