//! The container of each event's process: by cgroups of engines' names, made by hand in the hierarchy
//! that containers are in here, with processes in them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Folder, mount_cgroups, named, program, root, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// A shell's function that runs a command in a new cgroup, in `$g`, of a name.
const INSIDE: &str =
    "inside() { mkdir -p $g/$1; bash -c \"echo 0 >$g/$1/cgroup.procs; exec $2\"; rmdir $g/$1; };";

/// A script with a folder for cgroups in `$g`, which is removed at the end.
fn script(name: &str, rest: &str) -> String {
    let mount = mount_cgroups();
    let own = format!("{name}-{}", std::process::id());
    format!("{mount} && g=/mnt/{own} && mkdir $g || exit; {INSIDE} {rest}; rmdir $g")
}

fn id(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// What events of a program say of their container and pod.
fn containers(events: &[&Value], comm: &str) -> Vec<(Value, Value)> {
    let of = |event: &&&Value| event["process"]["comm"] == comm;
    let said = |event: &&Value| (event["container"].clone(), event["k8s"].clone());
    events
        .iter()
        .filter(of)
        .copied()
        .map(|event| said(&event))
        .collect()
}

#[test]
fn every_event_says_the_container_of_its_process() {
    if !root() {
        return;
    }
    let pod = "kubepods-besteffort-pod0d1ef8a5_2c37_4a51_9c3b_7f2f0c9b6a11.slice";
    let rest = format!(
        "inside docker-{}.scope 'cat /etc/hostname'; inside lxc.payload.web 'head /etc/hostname'; \
         inside {pod}:cri-containerd:{} 'tail /etc/hostname'; wc /etc/hostname",
        id('1'),
        id('2')
    );
    let script = script("each", &rest);
    let run = trace(
        &["-e", "sched_process_exec,openat"],
        &["unshare", "-m", "bash", "-c", &script],
    );
    let docker = json!({"id": id('1'), "runtime": "docker"});
    let lxc = json!({"id": "web", "runtime": "lxc"});
    let containerd = json!({"id": id('2'), "runtime": "containerd"});
    let pod = json!({"pod_uid": "0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11"});
    for event in ["sched_process_exec", "openat"] {
        let events = named(&run, event);
        for (comm, container, pod) in [
            ("cat", &docker, &Value::Null),
            ("head", &lxc, &Value::Null),
            ("tail", &containerd, &pod),
            ("wc", &Value::Null, &Value::Null),
        ] {
            let said = containers(&events, comm);
            assert!(!said.is_empty(), "{comm}: {}", run.text);
            for one in said {
                assert_eq!((&one.0, &one.1), (container, pod), "{event} of {comm}");
            }
        }
    }
    // What they are known by is not shown.
    assert!(!run.text.contains("cgroup_mkdir"), "{}", run.text);
}

/// One that was there before, and processes that are moved by others: systemd makes scopes and moves
/// the processes of podman into them.
#[test]
fn a_followed_command_is_in_containers_that_others_made() {
    if !root() {
        return;
    }
    let folder = Folder::new("others");
    let (raw, lines, go) = (folder.path("raw"), folder.path("json"), folder.path("go"));
    let tracer = tracehound().get_program().to_str().unwrap().to_owned();
    let (before, after) = (id('3'), id('4'));
    let rest = format!(
        "there() {{ n=0; until [ -s $1 ] || [ $((n += 1)) = 600 ]; do sleep 0.1; done; }}; export -f there; \
         mkdir $g/docker-{before}.scope; \
         {tracer} -q -e sched_process_exec,cgroup_mkdir -o json:{lines} -o raw:{raw} -- \
             bash -c 'echo $$ >{go}0; there {go}1; cat {go}1; there {go}2; wc {go}2' & t=$!; \
         there {go}0; c=$(cat {go}0); \
         echo $c >$g/docker-{before}.scope/cgroup.procs; echo 1 >{go}1; sleep 0.5; \
         mkdir $g/docker-{after}.scope; echo $c >$g/docker-{after}.scope/cgroup.procs; echo 2 >{go}2; \
         wait $t; sleep 0.2; rmdir $g/docker-{before}.scope $g/docker-{after}.scope"
    );
    let output = Command::new("unshare")
        .args(["-m", "bash", "-c", &script("others", &rest)])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let text = std::fs::read_to_string(&lines).unwrap();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events: Vec<&Value> = events.iter().collect();
    for (comm, id) in [("cat", before), ("wc", after)] {
        let expected = json!({"id": id, "runtime": "docker"});
        assert_eq!(
            containers(&events, comm),
            [(expected, Value::Null)],
            "{text}{said}"
        );
    }
    // Who made it is out of scope.
    assert!(!text.contains("cgroup_mkdir"), "{text}");
    let replayed = tracehound()
        .args(["replay", &raw, "-o", "json"])
        .output()
        .unwrap();
    let replayed = String::from_utf8(replayed.stdout).unwrap();
    let chosen = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| line.contains("\"sched_process_exec\""));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(chosen(&replayed), chosen(&text));
    assert!(!replayed.contains("existing_cgroup"), "{replayed}");
}

/// As many short containers as there may be: each event is of the one that its process is in, and
/// nothing is waited for.
#[test]
fn in_a_storm_of_short_cgroups_each_event_is_of_its_own() {
    if !root() {
        return;
    }
    let count = if std::env::var_os("TRACEHOUND_LAB").is_some() {
        200
    } else {
        10_000
    };
    let storm = program("cgroups");
    let script = script("storm", &format!("{storm} $g {count}"));
    let begun = Instant::now();
    let run = trace(
        &["-e", "task_rename"],
        &["unshare", "-m", "bash", "-c", &script],
    );
    let took = begun.elapsed();
    let mut seen = 0;
    for event in named(&run, "task_rename") {
        let new = event["args"]["new_name"].as_str().unwrap();
        if let Some(number) = new.strip_prefix("in-") {
            let id = event["container"]["id"].as_str();
            assert_eq!(id, Some(&*format!("{:0>64}", number)), "{event}");
            seen += 1;
        }
    }
    assert_eq!(seen, count, "{}", run.stats);
    assert!(took < Duration::from_secs(120), "{took:?}");
}

/// Where a controller is mounted as version 1 while others are not, containers are looked for there.
#[test]
fn a_controller_of_version_1_is_where_containers_are() {
    if !root() || std::env::var_os("TRACEHOUND_LAB").is_none() {
        println!("skipped: mounts what the whole machine would have");
        return;
    }
    let tracer = tracehound().get_program().to_str().unwrap().to_owned();
    let id = id('5');
    let script = format!(
        "mkdir -p /mnt; mount -t cgroup -o pids none /mnt && mkdir /mnt/docker-{id}.scope || exit
         {tracer} -q -e sched_process_exec -o json:/tmp/out -- \
             bash -c 'echo 0 >/mnt/docker-{id}.scope/cgroup.procs; exec cat /dev/null'
         cat /tmp/out; rm /tmp/out; rmdir /mnt/docker-{id}.scope; umount /mnt"
    );
    let output = Command::new("unshare")
        .args(["-m", "bash", "-c", &script])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events: Vec<&Value> = events.iter().collect();
    let expected = json!({"id": id, "runtime": "docker"});
    assert_eq!(
        containers(&events, "cat"),
        [(expected, Value::Null)],
        "{text}"
    );
}

/// A program that reads nothing of its standard input is of no container here.
#[test]
fn a_process_outside_says_no_container() {
    if !root() {
        return;
    }
    let run = trace(&["-e", "sched_process_exec"], &["cat", "/dev/null"]);
    assert!(!run.events.is_empty());
    assert!(!run.text.contains("\"container\""), "{}", run.text);
    let table = tracehound()
        .args([
            "-q",
            "-e",
            "sched_process_exec",
            "-o",
            "table",
            "--",
            "true",
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let table = String::from_utf8(table.stderr).unwrap();
    assert!(!table.contains("(in "), "{table}");
}
