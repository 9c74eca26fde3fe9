//! What belongs to the whole machine: modules, mounts, cgroups, namespaces, and when it began.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Sleeper, snapshot_of};
use crate::support::{root, tracehound};
use crate::{folder, seconds};

#[test]
fn existing_module_tells_each_line_of_the_kernels_list() {
    let list = std::fs::read_to_string("/proc/modules").unwrap_or_default();
    let Some(events) = snapshot_of(&["existing_module"]) else {
        return;
    };
    assert_eq!(events.len(), list.lines().count());
    for (line, event) in list.lines().zip(&events) {
        let words: Vec<_> = line.split(' ').collect();
        assert_eq!(event["args"]["name"], words[0], "{event}");
        assert_eq!(event["args"]["size"].to_string(), words[1], "{event}");
        assert_eq!(event["args"]["state"], words[4], "{event}");
    }
}

#[test]
fn existing_mount_tells_of_other_namespaces_too() {
    if !root() {
        return;
    }
    let place = folder("existing mount");
    let script = format!(
        "mount -t tmpfs -o size=64k,mode=700 'a b' '{}' && exec sleep 1000",
        place.display()
    );
    let sleeper = Sleeper::new(Command::new("unshare").args(["-m", "sh", "-c", &script]));
    let pid = sleeper.0.id();
    let list = || std::fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap();
    for _ in 0..200 {
        if list().contains("existing") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let list = list();
    let link = std::fs::read_link(format!("/proc/{pid}/ns/mnt")).unwrap();
    let events = snapshot_of(&["existing_mount"]).unwrap();
    drop(sleeper);
    std::fs::remove_dir(&place).unwrap();
    let inside: Vec<_> = events
        .iter()
        .filter(|event| link.to_str().unwrap() == format!("mnt:[{}]", event["args"]["mnt_ns"]))
        .collect();
    assert_eq!(inside.len(), list.lines().count());
    let ours = inside
        .iter()
        .find(|event| event["args"]["mountpoint"] == place.to_str().unwrap())
        .unwrap();
    let args = &ours["args"];
    let line = list.lines().find(|line| line.contains("existing")).unwrap();
    let words: Vec<_> = line.split(' ').collect();
    assert_eq!(args["id"].to_string(), words[0], "{args}");
    assert_eq!(args["dev"], words[2], "{args}");
    assert_eq!(
        (&args["type"], &args["source"]),
        (&"tmpfs".into(), &"a b".into())
    );
    assert!(
        args["super_options"].as_str().unwrap().contains("size=64k"),
        "{args}"
    );
    let outside = events
        .iter()
        .any(|event| event["args"]["mnt_ns"] != args["mnt_ns"]);
    assert!(outside);
}

/// The groups of a hierarchy of each version, mounted for the tracer alone.
#[test]
fn existing_cgroup_tells_of_both_versions() {
    if !root() {
        return;
    }
    let place = folder("existing-cgroup");
    let name = format!("th-{}", std::process::id());
    let (one, two) = (place.join("one"), place.join("two"));
    for folder in [&one, &two] {
        std::fs::create_dir(folder).unwrap();
    }
    let program = tracehound().get_program().to_str().unwrap().to_owned();
    let script = format!(
        "mount -t cgroup -o none,name={name} none {one} 2>/dev/null && mkdir -p {one}/{name}/in && stat -c %i {one}/{name}/in >&2
         mount -t cgroup2 none {two} && mkdir {two}/{name} && stat -c %i {two}/{name} >&2
         {program} -q -e existing_cgroup --duration 200ms -o json
         rmdir {one}/{name}/in {one}/{name} {two}/{name}; umount {one} {two}",
        one = one.display(),
        two = two.display()
    );
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .output()
        .unwrap();
    std::fs::remove_dir_all(&place).ok();
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let inodes: Vec<u64> = said.lines().filter_map(|line| line.parse().ok()).collect();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let told = |path: &str, v2: bool| {
        let found: Vec<_> = events
            .iter()
            .filter(|event| event["args"]["cgroup_path"] == path)
            .filter(|event| (event["args"]["hierarchy_id"] == 0) == v2)
            .collect();
        assert_eq!(found.len(), 1, "{path}: {text} {said}");
        found[0]["args"]["cgroup_id"].as_u64().unwrap()
    };
    // A kernel may be built without the first version.
    let (second, first) = inodes.split_last().unwrap();
    assert_eq!(told(&format!("/{name}"), true), *second);
    if let [first] = first {
        assert_eq!(told(&format!("/{name}/in"), false), *first);
    }
    assert!(
        events
            .iter()
            .any(|event| event["args"]["cgroup_path"] == "/")
    );
    assert!(!Path::new("/sys/fs/cgroup").join(&name).exists());
}

#[test]
fn tracee_info_tells_when_machine_and_tracer_began() {
    let before = std::time::SystemTime::now();
    let Some(events) = snapshot_of(&["tracee_info"]) else {
        return;
    };
    let [event] = &events[..] else {
        panic!("{events:?}");
    };
    let args = &event["args"];
    assert_eq!(args["version"], env!("CARGO_PKG_VERSION"));
    let stat = std::fs::read_to_string("/proc/stat").unwrap();
    let boot = stat
        .lines()
        .find_map(|line| line.strip_prefix("btime "))
        .unwrap();
    let boot: f64 = boot.parse().unwrap();
    // The kernel rounds the time of boot to seconds, down or up.
    assert!(
        (seconds(&args["boot_time"]) - boot).abs() < 2.0,
        "{args} {boot}"
    );
    let before = before
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs_f64();
    let start = seconds(&args["start_time"]);
    assert!(before < start && start < before + 60.0, "{args} {before}");
}

#[test]
fn init_namespaces_tells_what_links_tell() {
    let Some(events) = snapshot_of(&["init_namespaces"]) else {
        return;
    };
    let [event] = &events[..] else {
        panic!("{events:?}");
    };
    let mut compared = 0;
    for name in [
        "cgroup",
        "ipc",
        "mnt",
        "net",
        "pid",
        "pid_for_children",
        "time",
        "time_for_children",
        "user",
        "uts",
    ] {
        // The right to look is not given everywhere, and a kernel need not have them all.
        let Ok(link) = std::fs::read_link(format!("/proc/1/ns/{name}")) else {
            continue;
        };
        let kind = name.trim_end_matches("_for_children");
        let told = format!("{kind}:[{}]", event["args"][name]);
        assert_eq!(link.to_str().unwrap(), told);
        compared += 1;
    }
    println!("compared {compared} namespaces");
}
