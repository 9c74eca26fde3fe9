//! Locks and leases on files.

use std::fs;

use serde_json::{Value, json};

use crate::transfers::{FAR, number};
use crate::{folder, run_of, support};

#[test]
fn file_lock_tells_who_locks_what() {
    for width in ["", "32"] {
        let folder = folder("locks");
        let file = folder.join("file").display().to_string();
        let run = run_of(
            "file_lock",
            &[&support::program(&format!("locks{width}")), &file],
        );
        fs::remove_dir_all(&folder).unwrap();
        let Some(run) = run else { return };
        let pid: i64 = run
            .stdout
            .trim()
            .strip_prefix("pid ")
            .unwrap()
            .parse()
            .unwrap();
        let ours = support::named(&run, "file_lock");
        let ours: Vec<_> = ours.iter().map(|event| &event["args"]).collect();
        let ours: Vec<_> = ours
            .into_iter()
            .filter(|args| args["pathname"] == file.as_str())
            .collect();
        let told = |args: &&Value| {
            let word = |name| args[name].as_str().unwrap_or_default().to_owned();
            (
                word("flags"),
                word("type"),
                number(&args["start"]),
                number(&args["end"]),
                args["returnValue"].as_i64().unwrap(),
            )
        };
        let told: Vec<_> = ours.iter().map(told).collect();
        let row = |flags: &str, kind: &str, start, end, ret| {
            (flags.to_owned(), kind.to_owned(), start, end, ret)
        };
        let wanted = [
            row("FL_FLOCK|FL_SLEEP", "F_WRLCK", 0, i64::MAX, 0),
            row("FL_FLOCK", "F_RDLCK", 0, i64::MAX, -11),
            row("FL_FLOCK|FL_SLEEP", "F_UNLCK", 0, i64::MAX, 0),
            row("FL_POSIX", "F_WRLCK", FAR, FAR + 9, 0),
            row("FL_POSIX|FL_OFDLCK", "F_WRLCK", 100, 149, 0),
        ];
        assert_eq!(told[..5], wanted, "{ours:?}");
        // Locks end with what they belong to.
        assert!(
            told[5..]
                .iter()
                .any(|row| row.1 == "F_UNLCK" && row.0.contains("FL_CLOSE")),
            "{ours:?}"
        );
        assert_eq!(ours[3]["pid"], pid, "{ours:?}");
    }
}

#[test]
fn file_lease_tells_what_is_asked_for_and_given_back() {
    for width in ["", "32"] {
        let folder = folder("leases");
        let file = folder.join("file").display().to_string();
        let run = run_of(
            "file_lease",
            &[&support::program(&format!("locks{width}")), &file],
        );
        fs::remove_dir_all(&folder).unwrap();
        let Some(run) = run else { return };
        let events = support::named(&run, "file_lease");
        let told = |event: &Value| {
            let args = &event["args"];
            assert_eq!(args["pathname"], file.as_str(), "{event}");
            assert_eq!(args["flags"], "FL_LEASE", "{event}");
            (args["action"].clone(), args["type"].clone())
        };
        let told: Vec<_> = events.iter().copied().map(told).collect();
        assert_eq!(told[0], (json!("add"), json!("F_RDLCK")), "{events:?}");
        assert!(told[1..].iter().any(|row| row.0 == "delete"), "{events:?}");
    }
}
