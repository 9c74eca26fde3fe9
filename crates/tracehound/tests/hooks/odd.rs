//! Files whose paths are hard to tell, and processes that end at any moment.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use serde_json::json;

use crate::support::{named, program, root, trace};
use crate::{folder, is_available, run_of};

const OPEN: &str = "security_file_open";
const FORK: &str = "sched_process_fork";

fn in_lab() -> bool {
    std::env::var_os("TRACEHOUND_LAB").is_some()
}

/// How many files are opened: fewer in the lab's guests, whose processors are emulated.
fn times() -> &'static str {
    if in_lab() { "1000" } else { "20000" }
}

/// 255 folders with names of 255 bytes: more than fits, which is said, and what is told is the end.
#[test]
fn security_file_open_cuts_a_path_that_has_no_room() {
    let place = folder("deep");
    let path = place.display().to_string();
    let run = run_of(OPEN, &[&program("odd"), "deep", &path]);
    fs::remove_dir_all(&place).unwrap();
    let Some(run) = run else { return };
    let inode = run.stdout.trim().strip_prefix("inode ").unwrap();
    let inode: u64 = inode.parse().unwrap();
    let opens = named(&run, OPEN);
    let event = opens.iter().find(|event| event["args"]["inode"] == inode);
    let event = event.unwrap_or_else(|| panic!("{}", run.text));
    assert!(
        event["cut"]
            .as_array()
            .unwrap()
            .contains(&json!("pathname")),
        "{event}"
    );
    let path = event["args"]["pathname"].as_str().unwrap();
    let names: Vec<&str> = path.split('/').collect();
    assert!(names.len() > 16 && path.len() > 4096, "{path}");
    let (last, folders) = names.split_last().unwrap();
    assert_eq!(*last, "end");
    for (name, level) in folders.iter().rev().zip((0..255).rev()) {
        let letter = char::from(b'a' + u8::try_from(level % 26).unwrap());
        assert_eq!(
            *name,
            format!("{level:03}-{}", letter.to_string().repeat(251))
        );
    }
}

/// A name is told as it was before or after it changed, and not as half of each.
#[test]
fn security_file_open_tells_no_name_that_never_was() {
    let place = folder("renamed");
    let path = place.display().to_string();
    let run = run_of(OPEN, &[&program("odd"), "renamed", &path, times()]);
    fs::remove_dir_all(&place).unwrap();
    let Some(run) = run else { return };
    let opened = format!("opened {}", times());
    assert!(run.stdout.contains(&opened), "{}", run.stdout);
    let wanted: Vec<String> = [
        "first-first-first-first-first",
        "OTHERxOTHERxOTHERxOTHERxOTHER",
    ]
    .map(|name| format!("{path}/{name}/file"))
    .into();
    let opens = named(&run, OPEN);
    let opens: Vec<_> = opens
        .iter()
        .filter(|event| event["args"]["syscall_pathname"] == "file")
        .collect();
    let least = if in_lab() { 500 } else { 1000 };
    assert!(opens.len() > least, "{}", run.stats);
    let mut cut = 0;
    for event in &opens {
        let path = event["args"]["pathname"].as_str().unwrap();
        if event.get("cut").is_some() {
            cut += 1;
        } else {
            assert!(wanted.iter().any(|wanted| wanted == path), "{event}");
        }
    }
    assert!(cut * 10 < opens.len(), "{cut} of {} are cut", opens.len());
}

/// The file and its folder go while they are opened.
#[test]
fn security_file_open_tells_files_that_are_being_removed() {
    let place = folder("removed");
    let path = place.display().to_string();
    let run = run_of(OPEN, &[&program("odd"), "removed", &path, times()]);
    fs::remove_dir_all(&place).unwrap();
    let Some(run) = run else { return };
    let (there, folder) = (
        format!("{path}/folder/file"),
        format!("{path}/folder (deleted)/file"),
    );
    let gone = format!("{there} (deleted)");
    let mut found = 0;
    for event in named(&run, OPEN) {
        if event["args"]["syscall_pathname"] == "folder/file" && event.get("cut").is_none() {
            let path = event["args"]["pathname"].as_str().unwrap();
            let known = [&there, &gone, &folder].iter().any(|known| **known == path);
            assert!(known, "{event}");
            found += 1;
        }
    }
    assert!(found > 0, "{}", run.stats);
}

/// Killed in the middle of a call or between two: what is told of them is theirs, and adds up.
#[test]
fn security_file_open_of_a_killed_process_is_its_own() {
    if !root() || !is_available(OPEN) {
        return;
    }
    let place = folder("killed");
    let path = place.display().to_string();
    let children = if in_lab() { "50" } else { "200" };
    let command = [&program("odd"), "killed", &path, children];
    let run = trace(&["-e", OPEN, "-e", FORK], &command);
    fs::remove_dir_all(&place).unwrap();
    assert_eq!(run.code, Some(0), "{}", run.stats);
    let children: BTreeSet<u64> = run
        .stdout
        .lines()
        .map(|line| line.strip_prefix("child ").unwrap().parse().unwrap())
        .collect();
    let forks = named(&run, FORK);
    let starts: HashMap<u64, _> = forks
        .iter()
        .map(|fork| {
            (
                fork["args"]["child_pid"].as_u64().unwrap(),
                &fork["args"]["start_time"],
            )
        })
        .collect();
    assert_eq!(starts.keys().copied().collect::<BTreeSet<_>>(), children);
    let file = format!("{path}/file");
    let mut seen = BTreeSet::new();
    for event in named(&run, OPEN) {
        let pid = event["process"]["host_pid"].as_u64().unwrap();
        if let Some(start) = starts.get(&pid) {
            assert_eq!(event["process"]["start"], **start, "{event}");
            assert_eq!(event["args"]["pathname"], file, "{event}");
            seen.insert(pid);
        }
    }
    let least = if in_lab() { 5 } else { 50 };
    assert!(seen.len() > least, "{} of {}", seen.len(), children.len());
}
