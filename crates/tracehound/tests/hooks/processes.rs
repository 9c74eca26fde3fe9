//! Processes.

use crate::{events_of, folder, run_of, support};

#[test]
fn task_rename_tells_both_names() {
    let script = "printf first > /proc/$$/comm; printf second > /proc/$$/comm";
    let Some(events) = events_of("task_rename", script) else {
        return;
    };
    let renamed = events
        .iter()
        .find(|event| event["args"]["old_name"] == "first")
        .unwrap();
    assert_eq!(renamed["args"]["new_name"], "second", "{renamed}");
}

#[test]
fn commit_creds_tells_what_was_and_what_is() {
    // The tracer's own child drops its user before the command: a change with known ends.
    let Some(run) = run_of("commit_creds", &[&support::program("setuid")]) else {
        return;
    };
    let events = support::named(&run, "commit_creds");
    let dropped = events
        .iter()
        .find(|event| event["args"]["new_cred"]["euid"] == 1234)
        .unwrap_or_else(|| panic!("{events:?}"));
    let (old, new) = (&dropped["args"]["old_cred"], &dropped["args"]["new_cred"]);
    assert_eq!(old["euid"], 0, "{dropped}");
    assert_eq!(new["fsuid"], 1234, "{dropped}");
    assert_eq!(old["user_ns"], new["user_ns"]);
    let has = |cred: &serde_json::Value| {
        let set = cred["cap_effective"].as_array().unwrap();
        set.iter().any(|name| name == "CAP_CHOWN")
    };
    assert!(has(old) && !has(new), "{dropped}");
}

#[test]
fn cgroup_mkdir_tells_the_group_and_its_hierarchy() {
    let folder = folder("cgroup");
    let name = format!("tracehound-test-{}", std::process::id());
    let script = format!(
        "mount -t cgroup2 none {0} && mkdir {0}/{name} && stat -c %i {0}/{name}; rmdir {0}/{name}",
        folder.display()
    );
    let command = ["unshare", "-m", "sh", "-c", &script];
    let run = run_of("cgroup_mkdir", &command);
    std::fs::remove_dir_all(&folder).unwrap();
    let Some(run) = run else { return };
    let events = support::named(&run, "cgroup_mkdir");
    assert_eq!(events.len(), 1, "{events:?}");
    let args = &events[0]["args"];
    assert_eq!(args["cgroup_path"], format!("/{name}").as_str(), "{args}");
    assert_eq!(args["hierarchy_id"], 0, "{args}");
    let inode: u64 = run.stdout.trim().parse().unwrap();
    assert_eq!(args["cgroup_id"], inode, "{args}");
}
