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

/// Traces an event of a script in which `$d` is a hierarchy of cgroups and `$g` the name of a new one.
fn in_cgroups(event: &str, script: &str) -> Option<(support::Run, String)> {
    let folder = folder(event);
    let name = format!("{event}-{}", std::process::id());
    let script = format!(
        "d={}; g={name}; mount -t cgroup2 none $d && mkdir $d/$g && {script}",
        folder.display()
    );
    let run = run_of(event, &["unshare", "-m", "sh", "-c", &script]);
    std::fs::remove_dir_all(&folder).unwrap();
    Some((run?, format!("/{name}")))
}

/// The one event tells the cgroup of which the script printed the inode number.
fn tells_the_group(event: &str) {
    let Some((run, path)) = in_cgroups(event, "stat -c %i $d/$g; rmdir $d/$g") else {
        return;
    };
    let events = support::named(&run, event);
    assert_eq!(events.len(), 1, "{events:?}");
    let args = &events[0]["args"];
    assert_eq!(args["cgroup_path"], path.as_str(), "{args}");
    assert_eq!(args["hierarchy_id"], 0, "{args}");
    let inode: u64 = run.stdout.trim().parse().unwrap();
    assert_eq!(args["cgroup_id"], inode, "{args}");
}

#[test]
fn cgroup_mkdir_tells_the_group_and_its_hierarchy() {
    tells_the_group("cgroup_mkdir");
}

#[test]
fn cgroup_rmdir_tells_the_group_and_its_hierarchy() {
    tells_the_group("cgroup_rmdir");
}

#[test]
fn cgroup_attach_task_tells_who_is_moved_where() {
    let script = "sh -c \"echo 0 >$d/$g/cgroup.procs; echo 0 >$d/cgroup.procs\"; rmdir $d/$g";
    let Some((run, path)) = in_cgroups("cgroup_attach_task", script) else {
        return;
    };
    let events = support::named(&run, "cgroup_attach_task");
    let paths: Vec<_> = events
        .iter()
        .map(|event| event["args"]["cgroup_path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, [path.as_str(), "/"], "{events:?}");
    for event in events {
        assert_eq!(
            event["args"]["pid"], event["process"]["host_pid"],
            "{event}"
        );
        assert_eq!(event["args"]["comm"], "sh", "{event}");
    }
}

#[test]
fn sched_switch_tells_both_threads() {
    let Some(run) = run_of("sched_switch", &["sleep", "0.01"]) else {
        return;
    };
    let events = support::named(&run, "sched_switch");
    let slept = |event: &&&serde_json::Value| event["args"]["prev_comm"] == "sleep";
    let asleep: Vec<_> = events.iter().filter(slept).collect();
    assert!(!asleep.is_empty(), "{events:?}");
    for event in asleep {
        let args = &event["args"];
        assert_eq!(args["prev_tid"], event["process"]["host_tid"], "{event}");
        assert_eq!(args["cpu"], event["cpu"], "{event}");
        assert_ne!(args["next_tid"], args["prev_tid"], "{event}");
        assert!(!args["next_comm"].as_str().unwrap().is_empty(), "{event}");
    }
}
