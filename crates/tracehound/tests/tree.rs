//! Live tests of the process tree: who created whom, told beside events.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use serde_json::Value;

use support::{Run, named, program, root, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

const OPENED: [&str; 4] = [
    "-e",
    "openat.data.pathname=/etc/hostname",
    "--with",
    "ancestors",
];

/// A file of this test's own, gone when the test is over.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> File {
        let name = format!("tracehound-tree-{name}-{}", std::process::id());
        File(std::env::temp_dir().join(name))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

/// The ids that `family` said, the last first.
fn said(run: &Run) -> Vec<u64> {
    let ids = run.stdout.lines().map(|line| line.parse().unwrap());
    let ids: Vec<u64> = ids.collect();
    ids.into_iter().rev().collect()
}

/// The one event of the run, and its ancestors' ids up to the tracer.
fn opened(run: &Run) -> (&Value, Vec<u64>) {
    let events = named(run, "openat");
    assert_eq!(events.len(), 1, "{}\n{}", run.text, run.stats);
    assert!(events[0].get("ancestors_cut").is_none(), "{}", events[0]);
    let ancestors = events[0]["ancestors"].as_array().unwrap();
    let mut ids: Vec<u64> = ancestors
        .iter()
        .map(|one| one["pid"].as_u64().unwrap())
        .collect();
    assert_eq!(ids.pop(), Some(1), "the first process is the last");
    let tracer = ancestors.iter().position(|one| one["comm"] == "tracehound");
    // The test is the tracer's parent.
    let test = u64::from(std::process::id());
    assert_eq!(ids[tracer.unwrap() + 1], test, "{}", events[0]);
    ids.truncate(tracer.unwrap());
    (events[0], ids)
}

#[test]
fn ancestors_are_who_created_whom_whatever_became_of_them() {
    if !root() {
        return;
    }
    for (how, parent) in [("orphan", None), ("sibling", None), ("thread", Some(0))] {
        let run = trace(&OPENED, &[&program("family"), how]);
        let ids = said(&run);
        let (event, ancestors) = opened(&run);
        assert_eq!(event["process"]["host_pid"], ids[0], "{how}: {event}");
        assert_eq!(ancestors, ids[1..], "{how}: {event}");
        let now = event["process"]["host_ppid"].as_u64().unwrap();
        assert_eq!(now == ancestors[0], parent.is_some(), "{how}: {event}");
        let nearest = &event["ancestors"][0];
        assert_eq!(nearest["comm"], "family", "{event}");
        let words = serde_json::json!([program("family"), how]);
        assert_eq!(nearest["argv"], words, "{event}");
    }
}

#[test]
fn a_recording_tells_the_same_ancestors() {
    if !root() {
        return;
    }
    let file = File::new("recording");
    let raw = format!("raw:{}", file.0.display());
    let options = [&OPENED[..], &["-o", &raw]].concat();
    let run = trace(&options, &["sh", "-c", "(cat /etc/hostname; true); true"]);
    let replay = tracehound()
        .arg("replay")
        .arg(&file.0)
        .args(OPENED)
        .args(["-o", "json"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(replay.stdout).unwrap(), run.text);
    let (event, _) = opened(&run);
    let shell = &event["ancestors"][0];
    assert_eq!(shell["comm"], "sh", "{event}");
    let argv = serde_json::json!(["sh", "-c", "(cat /etc/hostname; true); true"]);
    assert_eq!(shell["argv"], argv, "{event}");
    assert_eq!(shell["id"].as_str(), event["parent"]["id"].as_str());
}

#[test]
fn the_tree_costs_nothing_that_is_traced_where_nobody_asks() {
    if !root() {
        return;
    }
    let run = trace(&["-e", "openat"], &["true"]);
    for name in ["existing_process", "process_snapshot", "task_rename"] {
        assert!(!run.stats.contains(name), "{}", run.stats);
    }
    assert!(!run.text.contains("ancestors"), "{}", run.text);
}

/// Records of lives are lost while the tracer stands still; then all processes are told again.
#[test]
fn what_was_lost_of_lives_is_told_again() {
    if !root() {
        return;
    }
    // Forks beyond what the ring of lives holds, among them one that stays and opens the file later.
    let forks = "i=0; while [ $i -lt 8000 ]; do (:); i=$((i+1)); done";
    let script = format!(
        "tracer=$(awk '{{print $4}}' /proc/$$/stat); kill -STOP $tracer; {forks}; \
         sh -c 'read a; cat /etc/hostname; true' < <(sleep 3; echo go) & \
         kill -CONT $tracer; wait"
    );
    let options = [&OPENED[..], &["-e", "process_snapshot,gap"]].concat();
    let run = trace(&options, &["bash", "-c", &script]);
    let lost = named(&run, "gap");
    assert!(
        lost.iter().any(|gap| gap["args"]["ring"] == "life"),
        "{}",
        run.stats
    );
    let snapshots = named(&run, "process_snapshot");
    assert!(snapshots.len() >= 2, "{snapshots:?}");
    let (event, ancestors) = opened(&run);
    assert_eq!(event["ancestors"][0]["comm"], "sh", "{event}");
    assert_eq!(ancestors.len(), 2, "{event}");
}

fn ps(arguments: &[&str]) -> String {
    let output = tracehound().arg("ps").args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

fn rows(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

#[test]
fn ps_lists_who_runs_below_its_parent() {
    if !root() {
        return;
    }
    let own = std::process::id();
    let mut sleeper = std::process::Command::new("sleep")
        .arg("1000")
        .spawn()
        .unwrap();
    let (table, json) = (ps(&[]), ps(&["-o", "json"]));
    let id = sleeper.id();
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    let start = format!("{id:>7} root ");
    let line = table.lines().find(|line| line.starts_with(&start)).unwrap();
    assert!(line.ends_with("  sleep 1000"), "{line}");
    let rows = rows(&json);
    let row = |pid: u32| {
        let mut rows = rows.iter();
        rows.find(|row| row["process"]["host_pid"] == pid).unwrap()
    };
    let (child, parent) = (row(id), row(own));
    assert_eq!(child["parent"]["id"], parent["process"]["id"]);
    let argv = serde_json::json!(["sleep", "1000"]);
    assert_eq!(child["process"]["argv"], argv, "{child}");
    // Nobody is missing who was there all the time.
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let known = rows.iter().any(|row| row["process"]["host_pid"] == pid);
        let started = || std::fs::metadata(entry.path()).map(|about| about.modified().unwrap());
        let new = started().map_or(true, |at| at.elapsed().unwrap().as_secs() < 5);
        assert!(known || new, "{pid}");
    }
}

#[test]
fn ps_tells_who_ran_at_a_time_of_a_recording() {
    if !root() {
        return;
    }
    let file = File::new("times");
    let raw = format!("raw:{}", file.0.display());
    let options = [
        "-e",
        "sched_process_exec",
        "--with",
        "ancestors",
        "-o",
        &raw,
    ];
    let run = trace(&options, &["sh", "-c", "sleep 0.5; sleep 0.6; true"]);
    let path = file.0.display().to_string();
    let execs = named(&run, "sched_process_exec");
    let exec = |word: &str| {
        let mut execs = execs.iter();
        execs.find(|exec| exec["args"]["argv"][1] == word).unwrap()
    };
    for (word, other) in [("0.5", "0.6"), ("0.6", "0.5")] {
        let text = ps(&[&path, "--at", exec(word)["time"].as_str().unwrap()]);
        assert!(text.contains(&format!("    sleep {word}\n")), "{text}");
        assert!(!text.contains(&format!("    sleep {other}\n")), "{text}");
    }
    assert!(!ps(&[&path]).contains("  sleep 0"));
    let refused = tracehound().args(["ps", &path, "--at", "noon"]).output();
    assert_eq!(refused.unwrap().status.code(), Some(2));
}

#[test]
fn sessions_are_told_with_their_terminals() {
    if !root() {
        return;
    }
    let options = [
        "-e",
        "openat.data.pathname=/etc/hostname",
        "--with",
        "session",
    ];
    // script(1) begins a session of its own on a terminal of its own.
    let inner = "tty; echo $$; cat /etc/hostname; true";
    let run = trace(&options, &["script", "-qec", inner, "/dev/null"]);
    let mut said = run.stdout.lines().map(str::trim);
    let terminal = said.next().unwrap().strip_prefix("/dev/").unwrap();
    let events = named(&run, "openat");
    let process = &events.last().unwrap()["process"];
    assert_eq!(process["tty"], terminal, "{process}");
    let leader: u64 = said.next().unwrap().parse().unwrap();
    assert_eq!(process["session"], leader, "{process}");
    // Of the test's own session, as /proc has it.
    let run = trace(&options, &["cat", "/etc/hostname"]);
    let process = &named(&run, "openat")[0]["process"];
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let words: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    // A leader that this PID namespace does not see is 0 there, and untold.
    let session = words[3].parse().ok().filter(|session| *session != 0);
    assert_eq!(process["session"].as_u64(), session, "{process}");
    assert_eq!(process.get("tty").is_none(), words[4] == "0", "{process}");
    let login = std::fs::read_to_string("/proc/self/loginuid").ok();
    let login = login.and_then(|text| text.trim().parse::<u32>().ok());
    let login = login.filter(|login| *login != u32::MAX);
    assert_eq!(
        process["login_uid"].as_u64(),
        login.map(u64::from),
        "{process}"
    );
}
