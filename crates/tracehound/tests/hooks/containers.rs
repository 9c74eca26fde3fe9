//! Containers: cgroups of their names, made by hand.

use std::process::Command;

use serde_json::Value;

use crate::{folder, is_available, seconds, support};
use support::{Run, root, tracehound};

/// A script in a mount namespace of its own, in which `$two` is a hierarchy of version 2, `$one` one of
/// version 1 if `$has_one`, and `$id` an id.
struct Hierarchies {
    folder: std::path::PathBuf,
    start: String,
    id: String,
}

impl Hierarchies {
    fn new(name: &str) -> Hierarchies {
        let folder = folder(name);
        // The kernel keeps a hierarchy without groups for a moment: each test has its own.
        let own = format!("{name}-{}", std::process::id());
        let hex: String = own.bytes().map(|byte| format!("{byte:02x}")).collect();
        let id = format!("{hex:0>64}").split_off(hex.len().saturating_sub(64));
        // All mounts of version 2 are of the same hierarchy.
        let start = format!(
            "cd {}; mkdir one two; one=$PWD/one; two=$PWD/two/{own}; id={id}
             mount -t cgroup2 none two && mkdir $two || exit
             mount -t cgroup -o none,name={own} none one 2>/dev/null && has_one=1\n",
            folder.display()
        );
        Hierarchies { folder, start, id }
    }

    fn script(&self, rest: &str) -> String {
        format!("{}{rest}\nrmdir $two", self.start)
    }
}

impl Drop for Hierarchies {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// Traces an event of a script.
fn trace(event: &str, script: &str) -> Option<(Run, String)> {
    if !root() || !is_available("cgroup_mkdir") || !is_available("cgroup_rmdir") {
        return None;
    }
    let hierarchies = Hierarchies::new(event);
    let script = hierarchies.script(script);
    let run = support::trace(&["-e", event], &["unshare", "-m", "sh", "-c", &script]);
    Some((run, hierarchies.id.clone()))
}

/// A container of each engine, with a process in it.
const ENGINES: &str = "
    mkdir $two/docker-$id.scope; sh -c \"echo 0 >$two/docker-$id.scope/cgroup.procs; exec true\"
    mkdir $two/docker-$id.scope/init.scope; rmdir $two/docker-$id.scope/init.scope; rmdir $two/docker-$id.scope
    g=$two/kubepods-besteffort-pod0d1ef8a5_2c37_4a51_9c3b_7f2f0c9b6a11.slice; mkdir -p $g/cri-containerd-$id.scope
    rmdir $g/cri-containerd-$id.scope $g
    mkdir $two/libpod-conmon-$id.scope; rmdir $two/libpod-conmon-$id.scope
    d=$two; [ -z \"$has_one\" ] || d=$one
    mkdir $d/libpod-$id.scope; sh -c \"echo 0 >$d/libpod-$id.scope/cgroup.procs; exec true\"; rmdir $d/libpod-$id.scope
    mkdir -p $d/kubepods/$id; rmdir $d/kubepods/$id $d/kubepods
    mkdir $two/crio-$id.scope; rmdir $two/crio-$id.scope";

fn runtimes((run, id): &(Run, String), event: &str) -> Vec<Value> {
    let events = support::named(run, event);
    for event in &events {
        assert_eq!(event["args"]["container_id"], id.as_str(), "{event}");
        assert!(
            event["process"]["comm"].as_str().unwrap().ends_with("dir"),
            "{event}"
        );
    }
    let runtime = |event: &&Value| event["args"]["runtime"].clone();
    events.iter().map(runtime).collect()
}

/// The engines by the names of `ENGINES`' groups, which say nothing of the fourth.
fn engines() -> [Value; 5] {
    let name = Value::from;
    [
        name("docker"),
        name("containerd"),
        name("podman"),
        Value::Null,
        name("crio"),
    ]
}

#[test]
fn container_create_tells_engine_id_and_pod() {
    let Some(run) = trace("container_create", ENGINES) else {
        return;
    };
    assert_eq!(runtimes(&run, "container_create"), engines());
    let run = run.0;
    // What it follows from is traced, and not shown.
    assert_eq!(run.events.len(), engines().len());
    let pods: Vec<_> = run
        .events
        .iter()
        .map(|event| event["args"].get("pod_uid"))
        .collect();
    let pod = Value::from("0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11");
    assert_eq!(pods, [None, Some(&pod), None, None, None]);
    for event in &run.events {
        assert_eq!(event["args"]["ctime"], event["time"], "{event}");
        let args = event["args"].as_object().unwrap();
        assert!(!args.contains_key("container_image"), "{event}");
        assert_eq!(event.get("unread"), None, "{event}");
    }
}

#[test]
fn container_remove_tells_engine_and_id() {
    let Some(run) = trace("container_remove", ENGINES) else {
        return;
    };
    assert_eq!(runtimes(&run, "container_remove"), engines());
    assert_eq!(run.0.events.len(), engines().len());
}

/// One in two hierarchies is told when it gets its first cgroup and when it loses its last.
#[test]
fn container_remove_waits_for_the_last_hierarchy() {
    let script = "
        [ -n \"$has_one\" ] || { echo none; exit; }
        mkdir -p $one/docker/$id $two/docker/$id; rmdir $one/docker/$id
        mkdir $two/between; rmdir $two/docker/$id; rmdir $two/between $one/docker $two/docker";
    if !root() || !is_available("cgroup_rmdir") {
        return;
    }
    let hierarchies = Hierarchies::new("both-hierarchies");
    let script = hierarchies.script(script);
    let options = ["-e", "container_*", "-e", "cgroup_mkdir"];
    let run = support::trace(&options, &["unshare", "-m", "sh", "-c", &script]);
    if run.stdout.contains("none") {
        println!("skipped: no cgroups of version 1 here");
        return;
    }
    let names: Vec<_> = run
        .events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    let made = |name: &&&str| **name == "container_create";
    assert_eq!(names.iter().filter(made).count(), 1, "{names:?}");
    let path = |event: &&Value| {
        event["args"]["cgroup_path"]
            .as_str()
            .is_some_and(|path| path.ends_with("/between"))
    };
    let between = run.events.iter().position(|event| path(&event)).unwrap();
    let removed = names
        .iter()
        .position(|name| *name == "container_remove")
        .unwrap();
    assert!(between < removed, "{names:?}");
    assert_eq!(removed + 1, names.len(), "{names:?}");
}

#[test]
fn existing_container_tells_what_is_there_and_its_removal() {
    if !root() || !is_available("cgroup_rmdir") {
        return;
    }
    let hierarchies = Hierarchies::new("existing-container");
    let program = tracehound().get_program().to_str().unwrap().to_owned();
    let script = hierarchies.script(&format!(
        "g=docker-$id.scope; mkdir $two/$g; [ -z \"$has_one\" ] || mkdir $one/$g
         sh -c \"echo 0 >$two/$g/cgroup.procs; exec sleep 1000\" & inside=$!
         stat -c %Z $two/$g >&2
         {program} -q -e existing_container -e container_* -o json:out & tracer=$!
         told() {{ n=0; until grep $id out 2>/dev/null | grep -q $1 || [ $((n += 1)) = 600 ]; do sleep 0.05; done; }}
         told existing_container; kill $inside; wait $inside
         [ -z \"$has_one\" ] || rmdir $one/$g
         rmdir $two/$g; told container_remove; kill $tracer; wait $tracer; grep $id out"
    ));
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [there, removed] = &events[..] else {
        panic!("{text} {said}");
    };
    assert_eq!(there["event"], "existing_container", "{text}");
    assert_eq!(there["args"]["runtime"], "docker");
    assert_eq!(there["args"]["container_id"], hierarchies.id.as_str());
    assert_eq!(there.get("process"), None, "{there}");
    let stat = said.lines().next().unwrap();
    let ctime = seconds(&there["args"]["ctime"]);
    assert_eq!(ctime.floor().to_string(), stat, "{said}");
    assert_eq!(removed["event"], "container_remove", "{text}");
    assert_eq!(removed["args"]["container_id"], hierarchies.id.as_str());
}
