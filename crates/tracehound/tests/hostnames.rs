//! What machines and containers are called at each event. Needs root.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use support::{Run, named, root, trace};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

const KERNELS: &str = "/proc/sys/kernel/hostname";

/// Reads a file in namespaces whose name changes by the kernel's file, by a new namespace and back.
const SCRIPT: &str = "cat /etc/passwd; echo web-1 >/proc/sys/kernel/hostname; cat /etc/passwd; \
     (unshare -u bash -c 'echo web-2 >/proc/sys/kernel/hostname; cat /etc/passwd; true'); cat /etc/passwd; true";

fn traced(options: &[&str], script: &str) -> Run {
    let always = ["-e", "openat.data.pathname=/etc/passwd"];
    let options = [&always, options].concat();
    let command = format!("{{ {script}; }} >/dev/null");
    trace(&options, &["unshare", "-u", "bash", "-c", &command])
}

fn names(run: &Run) -> Vec<&str> {
    let cats = named(run, "openat");
    let cats = cats
        .into_iter()
        .filter(|event| event["process"]["comm"] == "cat");
    cats.map(|event| event["process"]["hostname"].as_str().unwrap_or("-"))
        .collect()
}

#[test]
fn each_event_has_the_name_of_its_moment() {
    if !root() {
        return;
    }
    let machine = std::fs::read_to_string(KERNELS).unwrap();
    let run = traced(&["--with", "hostname"], SCRIPT);
    let expected = [machine.trim(), "web-1", "web-2", "web-1"];
    assert_eq!(names(&run), expected, "{}", run.text);
    // The change was the namespace's own.
    assert_eq!(std::fs::read_to_string(KERNELS).unwrap(), machine);
}

#[test]
fn the_scope_chooses_by_name() {
    if !root() {
        return;
    }
    for (scope, expected) in [
        ("uts=web-2", &["web-2"][..]),
        ("hostName=web-*", &["web-1", "web-2", "web-1"]),
        ("uts!=web-1", &["", "web-2"]),
    ] {
        let run = traced(&["-s", scope, "--with", "hostname"], SCRIPT);
        let found = names(&run);
        assert_eq!(found.len(), expected.len(), "{scope}: {found:?}");
        let fits = |(found, expected): (&&str, &&str)| expected.is_empty() || found == expected;
        assert!(found.iter().zip(expected).all(fits), "{scope}: {found:?}");
    }
}

#[test]
fn a_thread_is_told_once_for_each_name() {
    if !root() {
        return;
    }
    let script = "for i in 1 2 3 4 5 6 7 8 9; do true </etc/passwd; done; \
         echo web-1 >/proc/sys/kernel/hostname; for i in 1 2 3; do true </etc/passwd; done";
    let run = traced(&["-e", "uts_named", "--with", "hostname"], script);
    let told = named(&run, "uts_named");
    let shell = |name: &str| {
        let of = |event: &&&serde_json::Value| {
            event["args"]["nodename"] == name && event["process"]["comm"] == "bash"
        };
        told.iter().filter(of).count()
    };
    assert_eq!(shell("web-1"), 1, "{}", run.text);
    let other = std::fs::read_to_string(KERNELS).unwrap();
    assert_eq!(shell(other.trim()), 1, "{}", run.text);
}

/// Names are bytes; they come from whoever made the container.
#[test]
fn an_odd_name_is_escaped() {
    if !root() {
        return;
    }
    let script = "printf '\\033[2Jw\\377' >/proc/sys/kernel/hostname; cat /etc/passwd; true";
    let run = traced(&["--with", "hostname"], script);
    assert!(!run.text.contains('\u{1b}'), "{}", run.text);
    let cats = named(&run, "openat");
    let last = cats.last().unwrap();
    let name = last["process"]["hostname"].as_str().unwrap();
    assert!(name.contains("[2Jw"), "{name:?}");
    assert_eq!(last["raw"], serde_json::json!(["process.hostname"]));
}

#[test]
fn who_does_not_ask_gets_none() {
    if !root() {
        return;
    }
    let run = traced(&[], SCRIPT);
    assert_eq!(names(&run), ["-"; 4]);
    assert!(!run.stats.contains("uts_named"), "{}", run.stats);
}
