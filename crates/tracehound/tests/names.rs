//! Names that attack terminals and parsers, in every place where a process can put one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use serde_json::Value;

use support::{named, program, root, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// A file's path may have 4095 bytes.
const PATH_MAX: usize = 4095;

/// Bytes as JSON output tells them, once parsed: what is not UTF-8 as `\xNN`.
fn told(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text += chunk.valid();
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02x}");
        }
    }
    text
}

fn has(event: &Value, list: &str, field: &str) -> bool {
    event[list]
        .as_array()
        .is_some_and(|all| all.contains(&Value::from(field)))
}

/// A copy of a program under a path of the greatest length, every part of which is an attack.
fn hostile_path(folder: &Path) -> Vec<u8> {
    let name = b"\x1b[2Jprog\xff";
    let parts: [&[u8]; 4] = [
        b"\x1b]0;x\x07",
        b"\xff\xfe\xc2\x9b[31m",
        b"a\nb\"c\\d",
        "é\u{202e}".as_bytes(),
    ];
    let mut path = folder.as_os_str().as_bytes().to_vec();
    for part in parts {
        path.push(b'/');
        path.extend_from_slice(part);
    }
    loop {
        let room = PATH_MAX - path.len() - 1 - (name.len() + 1);
        path.push(b'/');
        path.extend(std::iter::repeat_n(b'\t', room.min(200)));
        if room <= 200 {
            break;
        }
    }
    std::fs::create_dir_all(OsStr::from_bytes(&path)).unwrap();
    path.push(b'/');
    path.extend_from_slice(name);
    assert_eq!(path.len(), PATH_MAX);
    std::fs::copy(program("hostile"), OsStr::from_bytes(&path)).unwrap();
    path
}

fn no_controls(what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let bad = text.chars().find(|char| char.is_control() && *char != '\n');
    assert_eq!(bad, None, "{what}: {}", text.escape_debug());
    assert!(
        !text.contains('\u{202e}') || what == "json",
        "{what}: {}",
        text.escape_debug()
    );
}

#[test]
fn hostile_paths_and_arguments_are_told_as_they_are() {
    if !root() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("tracehound-names-{}", std::process::id()));
    let path = hostile_path(&folder);
    let arguments: [&[u8]; 2] = [b"\x1b[2J\xff\n{\"event\":1}", &[b'a'; 4096]];
    let output = |format: &str| {
        let mut tracer = tracehound();
        let here = Path::new(OsStr::from_bytes(&path)).parent().unwrap();
        let tracer = tracer.args([
            "-q",
            "-e",
            "sched_process_exec,sigprocmask",
            "-o",
            format,
            "--",
        ]);
        // A short name for it too, so that the arguments are not cut.
        let name: &OsStr = OsStr::from_bytes(if format == "json" {
            &path
        } else {
            b"./\x1b[2Jprog\xff"
        });
        let tracer = tracer.arg(name).args(arguments.map(OsStr::from_bytes));
        let output = tracer.current_dir(here).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output.stderr
    };
    let (json, table, strace) = (output("json"), output("table"), output("strace"));
    std::fs::remove_dir_all(&folder).unwrap();
    for (what, bytes) in [("json", &json), ("table", &table), ("strace", &strace)] {
        no_controls(what, bytes);
    }
    let lines = std::str::from_utf8(&json).unwrap().lines();
    let events: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let exec = events
        .iter()
        .find(|event| event["event"] == "sched_process_exec")
        .unwrap();
    tells(exec, "cmdpath", &path, |all, part| all.starts_with(part));
    tells(exec, "pathname", &path, |all, part| all.ends_with(part));
    let call = events
        .iter()
        .find(|event| event["event"] == "sigprocmask")
        .unwrap();
    assert_eq!(call["process"]["exe"], exec["args"]["pathname"]);
    let comms: Vec<_> = events
        .iter()
        .map(|event| event["process"]["comm"].as_str().unwrap())
        .collect();
    let own: [&[u8]; 4] = [
        b"\x1b[2J\x1b]0;x\x07",
        b"a\nb\r\"c\\d",
        b"\xff\xfe\xc2\x9b[31m",
        b"{\"event\":1}",
    ];
    for comm in own {
        assert!(comms.contains(&told(comm).as_str()), "{comms:?}");
    }
}

/// A path that is whole, or the part of it that was kept, and marked as such.
fn tells(event: &Value, field: &str, path: &[u8], part: fn(&str, &str) -> bool) {
    let seen = event["args"][field].as_str().unwrap();
    let truth = told(path);
    assert!(has(event, "raw", field), "{event}");
    if has(event, "cut", field) {
        assert!(part(&truth, seen) && seen.len() > 3000, "{field}: {seen:?}");
        assert!(
            field != "pathname" || !seen.starts_with('/'),
            "a cut path looks whole"
        );
    } else {
        assert_eq!(seen, truth, "{field}");
    }
}

#[test]
fn long_arguments_are_told_whole() {
    if !root() {
        return;
    }
    let first = b"\x1b[2J\xff\n{\"event\":1}\\";
    let mut tracer = tracehound();
    tracer.args(["-q", "-e", "sched_process_exec", "-o", "json", "--", "true"]);
    tracer.args([
        OsStr::from_bytes(first),
        OsStr::new(""),
        OsStr::from_bytes(&[b'a'; 12_000]),
    ]);
    let output = tracer.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let exec: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let argv = exec["args"]["argv"].as_array().unwrap();
    assert_eq!(
        argv[..3],
        ["true".into(), Value::from(told(first)), "".into()]
    );
    assert_eq!(argv[3], "a".repeat(12_000));
    assert!(
        !has(&exec, "cut", "argv") && has(&exec, "raw", "argv"),
        "cut {} raw {}",
        exec["cut"],
        exec["raw"]
    );
}

#[test]
fn hostile_names_reach_neither_terminal_nor_parser() {
    if !root() {
        return;
    }
    let run = trace(&["-e", "sigprocmask"], &[&program("hostile")]);
    let comms: Vec<_> = named(&run, "sigprocmask")
        .iter()
        .map(|e| e["process"]["comm"].clone())
        .collect();
    assert!(comms.contains(&Value::from("a\nb\r\"c\\d")), "{comms:?}");
    let mut table = tracehound();
    let output = table
        .args(["-e", "sigprocmask", "--", &program("hostile")])
        .output()
        .unwrap();
    let bad = output
        .stderr
        .iter()
        .find(|byte| **byte < 0x20 && **byte != b'\n' || **byte == 0x7f);
    assert_eq!(
        bad,
        None,
        "{}",
        String::from_utf8_lossy(&output.stderr).escape_debug()
    );
}
