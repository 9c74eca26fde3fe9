//! What is read from files and written to them.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use serde_json::{Value, json};

use crate::{at_call_end, events_of, folder, run_of, seconds, support};

/// What the program `transfers` gives, for each width of programs: the events about its file, about
/// the one that it writes from parts, and all of them.
pub fn transfers(event: &str) -> Vec<(Vec<Value>, Vec<Value>, Vec<Value>)> {
    let mut runs = Vec::new();
    for width in ["", "32"] {
        let folder = folder(event);
        let (file, vector) = (folder.join("file"), folder.join("vector"));
        let program = support::program(&format!("transfers{width}"));
        let paths = [file.display().to_string(), vector.display().to_string()];
        let run = run_of(event, &[&program, &paths[0], &paths[1]]);
        fs::remove_dir_all(&folder).unwrap();
        let Some(run) = run else { return runs };
        let all: Vec<Value> = support::named(&run, event).into_iter().cloned().collect();
        let of = |path: &str| {
            let about = |event: &&Value| {
                let args = &event["args"];
                args["pathname"] == path || args["file_path"] == path
            };
            all.iter().filter(about).cloned().collect()
        };
        runs.push((of(&paths[0]), of(&paths[1]), all));
    }
    runs
}

/// A number, which JSON has as text where it is large.
pub fn number(value: &Value) -> i64 {
    let text = || value.as_str().and_then(|text| text.parse().ok());
    value
        .as_i64()
        .or_else(text)
        .unwrap_or_else(|| panic!("{value}"))
}

/// Place, amount asked for and result of each.
fn places(events: &[Value], amount: &str) -> Vec<(i64, i64, i64)> {
    let place = |event: &Value| {
        let args = &event["args"];
        assert_eq!(event["ret"], args["returnValue"], "{event}");
        (
            number(&args["pos"]),
            number(&args[amount]),
            number(&event["ret"]),
        )
    };
    events.iter().map(place).collect()
}

pub const FAR: i64 = 5 << 30;

#[test]
fn vfs_write_tells_where_and_how_much() {
    let folder = folder("write");
    let script = format!(
        "cd {}; printf abc > file; printf defgh >> file; printf x > /dev/full",
        folder.display()
    );
    let events = events_of("vfs_write", &script);
    fs::remove_dir_all(&folder).unwrap();
    let Some(events) = events else { return };
    let path = format!("{}/file", folder.display());
    let ours: Vec<_> = events
        .iter()
        .filter(|event| event["args"]["pathname"] == path.as_str())
        .map(|event| {
            let args = &event["args"];
            (
                args["pos"].as_i64().unwrap(),
                args["count"].as_i64().unwrap(),
                event["ret"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(ours, [(0, 3, 3), (3, 5, 5)], "{events:?}");
    let full = events
        .iter()
        .find(|event| event["args"]["pathname"] == "/dev/full")
        .unwrap();
    assert_eq!(full["error"], "ENOSPC", "{full}");
    assert_eq!(full["args"]["returnValue"], -28, "{full}");
}

#[test]
fn vfs_write_tells_places_of_either_width_and_those_of_what_has_none() {
    for (file, _, all) in transfers("vfs_write") {
        // What is appended goes behind what is there, whatever place the call gives.
        let written = [(0, 6, 6), (100_000, 2, 2), (FAR + 10, 2, 2)];
        assert_eq!(places(&file, "count"), written, "{file:?}");
        let placeless = all.iter().filter(|event| {
            let path = event["args"]["pathname"].as_str().unwrap();
            event["args"]["count"] == 7 && (path == "/dev/null" || path.starts_with("pipe:["))
        });
        let placeless: Vec<_> = placeless.cloned().collect();
        assert_eq!(places(&placeless, "count"), [(0, 7, 7); 2], "{all:?}");
    }
}

#[test]
fn vfs_write_tells_what_is_removed_and_names_of_any_bytes() {
    let folder = folder("hostile");
    let script = format!(
        "cd {}; exec 3>gone; rm gone; echo a >&3; printf bb > 'new\nline\u{1b}[31m'",
        folder.display()
    );
    let events = events_of("vfs_write", &script);
    fs::remove_dir_all(&folder).unwrap();
    let Some(events) = events else { return };
    let told = |name: &str| {
        let path = format!("{}/{name}", folder.display());
        let told = events
            .iter()
            .find(|event| event["args"]["pathname"] == path.as_str());
        told.unwrap_or_else(|| panic!("{path:?} in {events:?}"))
            .clone()
    };
    assert_eq!(told("gone (deleted)")["ret"], 2);
    assert_eq!(told("new\nline\u{1b}[31m")["ret"], 2);
}

#[test]
fn vfs_write_says_where_a_path_is_too_deep_to_be_told_whole() {
    let folder = folder("deep");
    let script = format!(
        "cd {}; i=0; while [ $i -lt 255 ]; do mkdir d$i; cd d$i; i=$((i+1)); done; printf abc > file",
        folder.display()
    );
    let events = events_of("vfs_write", &script);
    fs::remove_dir_all(&folder).unwrap();
    let Some(events) = events else { return };
    let deep = events.iter().find(|event| {
        let path = event["args"]["pathname"].as_str().unwrap();
        path.ends_with("/d253/d254/file")
    });
    let deep = deep.unwrap_or_else(|| panic!("{events:?}"));
    let whole = (0..255).map(|i| format!("/d{i}")).collect::<String>();
    let whole = format!("{}{whole}/file", folder.display());
    let told = deep["args"]["pathname"].as_str().unwrap();
    let is_cut = deep["cut"]
        .as_array()
        .is_some_and(|cut| cut.contains(&json!("pathname")));
    assert_eq!(is_cut, told != whole, "{deep}");
    let tail = told.trim_start_matches('.').trim_start_matches('…');
    assert!(whole.ends_with(tail), "{deep}");
}

#[test]
fn vfs_read_tells_where_and_how_much() {
    for (file, _, all) in transfers("vfs_read") {
        let read = [(0, 4, 4), (100_000, 2, 2)];
        assert_eq!(places(&file, "count"), read, "{file:?}");
        let through = all.iter().filter(|event| {
            let path = event["args"]["pathname"].as_str().unwrap();
            path.starts_with("pipe:[") && event["args"]["count"] == 7
        });
        let through: Vec<_> = through.cloned().collect();
        assert_eq!(places(&through, "count"), [(0, 7, 7)], "{all:?}");
    }
}

#[test]
fn vfs_readv_tells_where_and_how_much() {
    for (file, ..) in transfers("vfs_readv") {
        let read = [(4, 2, 5), (FAR, 2, 5), (9, 2, 5)];
        assert_eq!(places(&file, "vlen"), read, "{file:?}");
    }
}

#[test]
fn vfs_writev_tells_where_and_how_much() {
    for (file, vector, _) in transfers("vfs_writev") {
        let written = [(6, 2, 5), (FAR, 2, 5), (FAR + 5, 2, 5)];
        assert_eq!(places(&file, "vlen"), written, "{file:?}");
        assert_eq!(places(&vector, "vlen"), [(0, 3, 42)], "{vector:?}");
    }
}

#[test]
fn __kernel_write_tells_of_a_core_dump() {
    let pattern = fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
    if pattern.trim() != "core" {
        println!("skipped: core dumps do not go to a file here");
        return;
    }
    let folder = folder("core");
    let script = format!(
        "cd {}; ulimit -c unlimited; kill -SEGV $$",
        folder.display()
    );
    let events = events_of("__kernel_write", &script);
    let length = fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().metadata().unwrap().len());
    let length = length.max();
    fs::remove_dir_all(&folder).unwrap();
    let Some(events) = events else { return };
    let start = format!("{}/core", folder.display());
    let of_core = |event: &&Value| {
        event["args"]["pathname"]
            .as_str()
            .unwrap()
            .starts_with(&start)
    };
    let ours: Vec<_> = events.iter().filter(of_core).collect();
    // The head of an ELF file of 64 bits is 64 bytes, the next is what follows it.
    assert_eq!(ours[0]["args"]["pos"], 0, "{ours:?}");
    assert_eq!(ours[0]["args"]["count"], 64, "{ours:?}");
    assert_eq!(ours[1]["args"]["pos"], 64, "{ours:?}");
    for event in &ours {
        assert_eq!(event["args"]["count"], event["ret"], "{event}");
        let end = event["args"]["pos"].as_u64().unwrap() + event["ret"].as_u64().unwrap();
        assert!(end <= length.unwrap(), "{event}: of {length:?}");
    }
}

#[test]
fn magic_write_tells_the_first_bytes_from_one_buffer_and_from_parts() {
    for (file, vector, all) in transfers("magic_write") {
        assert_eq!(file.len(), 1, "{file:?}");
        assert_eq!(file[0]["args"]["bytes"], "616263646566", "{file:?}");
        assert_eq!(file[0]["ret"], 6);
        assert_eq!(vector.len(), 1, "{vector:?}");
        let head = "\x7fELF: a head that is longer than told";
        let bytes: String = head
            .bytes()
            .take(32)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(vector[0]["args"]["bytes"], bytes.as_str(), "{vector:?}");
        assert_eq!(vector[0]["ret"], 42);
        assert!(vector[0].get("cut").is_none() && vector[0].get("unread").is_none());
        let placeless = |event: &Value| event["args"]["pathname"] == "/dev/null";
        assert!(!all.iter().any(placeless), "{all:?}");
    }
}

#[test]
fn file_modification_tells_when_the_file_was_changed_before() {
    let folder = folder("modified");
    let script = format!(
        "cd {}; printf a > file; sleep 0.1; printf b >> file; sleep 0.1; printf c >> file",
        folder.display()
    );
    let events = events_of("file_modification", &script);
    let file = folder.join("file");
    let data = fs::metadata(&file).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let Some(events) = events else { return };
    let path = file.display().to_string();
    let ours = events
        .iter()
        .filter(|event| event["args"]["file_path"] == path.as_str());
    let ours: Vec<_> = ours.collect();
    // The first write may come within the tick in which the file was made.
    assert!((2..=3).contains(&ours.len()), "{events:?}");
    let last = &ours[ours.len() - 1];
    assert_eq!(last["args"]["inode"], data.ino(), "{last}");
    let changed = data.ctime() as f64 + data.ctime_nsec() as f64 / 1e9;
    assert!(
        (seconds(&last["args"]["new_ctime"]) - changed).abs() < 1e-5,
        "{last} {changed}"
    );
    if at_call_end("file_modification") {
        assert!(
            last["unread"]
                .as_array()
                .unwrap()
                .contains(&json!("old_ctime")),
            "{last}"
        );
        return;
    }
    let before = &ours[ours.len() - 2];
    assert_eq!(
        last["args"]["old_ctime"], before["args"]["new_ctime"],
        "{ours:?}"
    );
    assert_ne!(
        last["args"]["old_ctime"], last["args"]["new_ctime"],
        "{last}"
    );
}
