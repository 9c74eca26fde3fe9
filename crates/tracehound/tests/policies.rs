//! Policies over programs that are really traced, and from the command line.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Output;

use support::{named, root, row, source, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// A folder of files, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Folder {
        let name = format!("tracehound-policies-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::remove_dir_all(&path).ok();
        std::fs::create_dir(&path).unwrap();
        for (name, content) in files {
            std::fs::write(path.join(name), content).unwrap();
        }
        Folder(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

const ETC: &str = "type: policy\nname: etc\nscope: [comm=cat]\nrules:\n  - event: openat\n    \
    filters: [data.pathname=/etc/hostname]\n  - event: close\n";
const FAILED: &str = r#"{"apiVersion": "tracee.aquasec.com/v1beta1", "kind": "Policy",
    "metadata": {"name": "failed"}, "spec": {"scope": ["global"], "defaultActions": ["log"],
    "rules": [{"event": "openat", "filters": ["retval<0", "data.pathname=/no*,/etc/hostname"]}]}}"#;

#[test]
fn lines_name_the_policies_that_chose_them() {
    if !root() {
        return;
    }
    let folder = Folder::new(
        "live",
        &[("a.yaml", ETC), ("b.json", FAILED), ("c.txt", "?")],
    );
    let script = "cat /etc/hostname /no-such-file; true < /etc/hostname";
    let run = trace(&["-p", folder.path()], &["bash", "-c", script]);
    let opened = named(&run, "openat");
    assert_eq!(opened.len(), 2, "{}", run.text);
    assert_eq!(opened[0]["args"]["pathname"], "/etc/hostname");
    assert_eq!(opened[0]["policies"], serde_json::json!(["etc"]));
    assert_eq!(opened[1]["args"]["pathname"], "/no-such-file");
    assert_eq!(opened[1]["policies"], serde_json::json!(["failed"]));
    let closed = named(&run, "close");
    assert!(!closed.is_empty());
    for event in closed {
        assert_eq!(event["process"]["comm"], "cat");
        assert_eq!(event["policies"], serde_json::json!(["etc"]));
    }
    assert!(row(&run.stats, "openat ")[2] > 0, "{}", run.stats);
    let without = trace(&["-e", "close"], &["true"]);
    assert!(!without.text.contains("policies"), "{}", without.text);
}

/// The processes' names of the opened files that a scope lets through, in order.
fn openers(scopes: &[&str], command: &[&str]) -> Vec<String> {
    let mut options = vec!["-e", "openat.data.pathname=/etc/hostname"];
    options.extend(scopes.iter().flat_map(|scope| ["-s", scope]));
    let run = trace(&options, command);
    let openers = named(&run, "openat").into_iter();
    openers
        .map(|event| event["process"]["comm"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn descendants_are_told_by_their_ancestors() {
    if !root() {
        return;
    }
    let script = "cat /etc/hostname; sh -c 'head /etc/hostname; (tail /etc/hostname; true); true'";
    let command = ["bash", "-c", &format!("{script}; true")];
    let all = ["cat", "head", "tail"];
    assert_eq!(openers(&["ancestor.exe=*/bash"], &command), all);
    let below = ["head", "tail"];
    assert_eq!(openers(&["ancestor.comm=sh"], &command), below);
    assert_eq!(openers(&["ancestor.comm!=sh"], &command), ["cat"]);
    assert_eq!(openers(&["comm=sh", "follow"], &command), below);
    let tracer = std::process::id();
    assert_eq!(openers(&[&format!("tree={tracer}")], &command), all);
    assert!(openers(&[&format!("tree!={tracer}")], &command).is_empty());
    assert!(openers(&["tree=4000000000"], &command).is_empty());
}

#[test]
fn containers_are_told_by_their_cgroups() {
    if !root() {
        return;
    }
    let mount = support::mount_cgroups();
    let script = &*format!(
        "d=/mnt/libpod-$(printf %064d 7).scope; {mount} && mkdir $d; \
        sh -c \"echo 0 > $d/cgroup.procs; cat /etc/hostname\"; head /etc/hostname; sleep 0.2; rmdir $d"
    );
    let command = ["unshare", "-m", "sh", "-c", script];
    let id = format!("container={:064}", 7);
    for (scope, openers) in [
        ("container", &["cat"][..]),
        ("not-container", &["head"]),
        ("container=new", &["cat"]),
        ("container!=new", &["head"]),
        (&id, &["cat"]),
        ("container=00000", &["cat"]),
        ("container=1", &[]),
        ("container!=1", &["cat", "head"]),
    ] {
        assert_eq!(self::openers(&[scope], &command), openers, "{scope}");
    }
}

fn run(arguments: &[&str]) -> Output {
    tracehound()
        .args(arguments)
        .current_dir(source())
        .output()
        .unwrap()
}

#[test]
fn checked_policies_are_explained() {
    let output = run(&["policy", "check", "examples/policies"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for line in [
        "policy failures (examples/policies/failures.json)",
        "  whose events: where uid is at least 1000",
        "policy secrets (examples/policies/secrets.yaml)",
        "  whose events: everybody's",
        "  shows security_file_open where pathname is \"/etc/gshadow\" or \"/etc/shadow\" or what \
         begins with \"/root/.ssh/\"",
    ] {
        assert!(
            said.lines().any(|own| own == line),
            "{line:?} is missing:\n{said}"
        );
    }
    assert!(said.contains("the return value is at most -1"), "{said}");
}

#[test]
fn a_recording_says_what_a_policy_would_show() {
    if !root() {
        return;
    }
    let limited = "type: policy\nname: few\nscope: [comm=cat]\nrules:\n  - event: openat\n    first: 2\n    \
        per: comm\n  - event: close\n    actions: [count]\n";
    let none = "type: policy\nname: none\nrules: [{event: mount}]\n";
    let folder = Folder::new("test", &[("a.yaml", limited), ("n.yaml", none)]);
    let file = |name: &str| format!("{}/{name}", folder.path());
    let (few, nothing, raw) = (file("a.yaml"), file("n.yaml"), file("r.raw"));
    let record = [
        "-e",
        "openat,close",
        "-o",
        &format!("raw:{raw}"),
        "-q",
        "--",
    ];
    let files = ["cat", "/etc/hostname", "/etc/passwd"];
    assert_eq!(run(&[&record[..], &files].concat()).status.code(), Some(0));
    let output = run(&["policy", "test", &few, "--recording", &raw]);
    let lines = String::from_utf8(output.stdout).unwrap();
    let summary = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{summary}");
    assert_eq!(lines.lines().count(), 2, "{lines}");
    let both = |line: &str| line.contains("\"openat\"") && line.contains("\"policies\":[\"few\"]");
    assert!(lines.lines().all(both), "{lines}");
    let said: Vec<&str> = summary.lines().collect();
    assert!(said[0].starts_with("policy few: openat: "), "{summary}");
    assert!(said[0].ends_with(" fit, 2 within limits"), "{summary}");
    assert!(
        said[1].starts_with("policy few: close: ") && said[1].ends_with(" fit"),
        "{summary}"
    );
    let output = run(&["policy", "test", &nothing, "--recording", &raw]);
    let summary = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{summary}");
    assert!(output.stdout.is_empty());
    assert_eq!(summary, "policy none: mount: 0 fit\n");
}

#[test]
fn the_first_of_each_file_are_shown() {
    if !root() {
        return;
    }
    let first = "type: policy\nname: firsts\nscope: [comm=cat]\nrules:\n  - event: openat\n    \
        filters: [data.pathname=/etc/*name, data.pathname=/etc/passwd]\n    first: 1\n    per: data.pathname\n";
    let folder = Folder::new("firsts", &[("a.yaml", first)]);
    let files = [
        "/etc/hostname",
        "/etc/passwd",
        "/etc/hostname",
        "/etc/passwd",
    ];
    let run = trace(&["-p", folder.path()], &[&["cat"][..], &files].concat());
    let opened = named(&run, "openat");
    let opened: Vec<_> = opened
        .iter()
        .map(|line| &line["args"]["pathname"])
        .collect();
    assert_eq!(opened, files[..2]);
}

/// What is wrong with a policy, and the part of its line that is marked.
fn refused(content: &str, message: &str, marked: &str) {
    let folder = Folder::new("refused", &[("p.yaml", content)]);
    let file = Path::new(folder.path()).join("p.yaml");
    let output = run(&["policy", "check", file.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(
        lines[0].contains(message) && lines[0].contains("p.yaml:"),
        "{said}"
    );
    let start = lines[2].find('^').unwrap();
    let width = lines[2].trim_start().len();
    assert_eq!(&lines[1][start..start + width], marked, "{said}");
    let column = lines[0]
        .split("p.yaml:")
        .nth(1)
        .unwrap()
        .split(':')
        .nth(1)
        .unwrap();
    assert_eq!(column.parse::<usize>().unwrap(), start - 1, "{said}");
}

#[test]
fn what_is_wrong_is_pointed_at_in_the_file() {
    let rule = |rule: &str| format!("type: policy\nname: a\nscope: [global]\nrules:\n{rule}\n");
    refused(
        &rule("  - event: openat\n    filters:\n      - data.pathnam=/etc/*"),
        "did you mean pathname?",
        "pathnam",
    );
    refused(
        &rule("  - event: openat\n    filters: ['retval<0', 'data.flags has O_CREATE']"),
        "did you mean O_CREAT?",
        "O_CREATE",
    );
    refused(
        &rule("  - event: opennat"),
        "did you mean openat?",
        "opennat",
    );
    refused(
        &rule("  - event: close\n    filtres: []"),
        "did you mean filters?",
        "filtres",
    );
    refused(
        &rule("  - event: close\n    actions: [capture]"),
        "kept for later",
        "capture",
    );
    refused(
        &rule("  - event: close\n    actions: [prnt]"),
        "did you mean print?",
        "prnt",
    );
    refused(
        &rule("  - event: threat.name=x"),
        "no detections",
        "threat.name=x",
    );
    refused(
        &rule("  - event: close\n  - event: close"),
        "line 5 has a rule",
        "close",
    );
    refused(
        "type: policy\nname: A_b\nrules: [{event: close}]\n",
        "1 to 63 of a-z",
        "A_b",
    );
    refused(
        "type: policy\nname: a\nscope: [global, uid=0]\nrules: [{event: close}]\n",
        "global stands alone",
        "global",
    );
}

#[test]
fn what_a_rule_records_is_replayed() {
    const RECORDS: &str = "type: policy\nname: kept\nscope: [comm=cat]\nrules:\n  - event: openat\n    \
        filters: [data.pathname=/etc/*]\n    actions: [record]\n  - event: security_file_open\n    \
        filters: [data.pathname=/etc/hostname]\n    actions: [record, log]\n";
    if !root() {
        return;
    }
    let folder = Folder::new("record", &[("kept.yaml", RECORDS)]);
    let refused = run(&["-p", folder.path(), "-o", "none", "--", "true"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("-o record:PATH"), "{said}");
    let kept = format!("{}/kept.rec", folder.path());
    let record = format!("record:{kept}");
    let traced = trace(
        &["-p", folder.path(), "-o", &record],
        &["cat", "/etc/hostname"],
    );
    assert!(named(&traced, "openat").is_empty(), "{}", traced.text);
    let shown = named(&traced, "security_file_open").len();
    let replayed = run(&["replay", &kept, "-o", "json"]);
    let lines = String::from_utf8(replayed.stdout).unwrap();
    let events: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |event: &'static str| events.iter().filter(move |line| line["event"] == event);
    assert!(of("openat").count() >= 2, "{lines}");
    assert!(of("openat").all(|line| {
        line["args"]["pathname"]
            .as_str()
            .unwrap()
            .starts_with("/etc/")
    }));
    assert!(
        of("openat").any(|line| line["ret"].as_i64() >= Some(3)),
        "{lines}"
    );
    assert_eq!(of("security_file_open").count(), shown, "{lines}");
    assert_eq!(events.len(), of("openat").count() + shown, "{lines}");
}
