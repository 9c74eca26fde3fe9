//! Live tests of what is not told of arguments and environments.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::{named, root, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// Stands nowhere else on the machine, however its memory is read.
const SECRET: &str = "xK7-hunter2-Qz9";
/// All that tells arguments or environments, as far as this kernel has it.
const EVENTS: &str =
    "sched_process_exec,execve,execveat,process_execute_failed,security_bprm_check";

/// A shell whose own arguments, and those and the environment of what it runs, have the secret.
fn script() -> String {
    format!(
        "export DB_PASSWORD='{SECRET}' URL=postgres://me:{SECRET}@h/d SHOWN=yes; \
         env --password={SECRET} true; /nowhere/mysql --password {SECRET}; \
         env true 'Authorization: Bearer {SECRET}' --token {SECRET}; true"
    )
}

fn file(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("tracehound-secrets-{name}-{}", std::process::id()))
}

/// Runs the tracer to its end and gives what it wrote to a file and to its own streams.
fn written(name: &str, format: &str, options: &[&str]) -> String {
    let path = file(name);
    let output = format!("{format}:{}", path.display());
    let script = script();
    let ran = tracehound()
        .args(["-e", EVENTS, "-o", &output])
        .args(options)
        .args(["--", "sh", "-c", &script])
        .stderr(Stdio::null())
        .output()
        .unwrap();
    assert!(ran.status.success());
    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    std::fs::remove_file(&path).unwrap();
    assert!(text.contains("execve"), "{text}");
    text
}

#[test]
fn no_output_has_a_secret_that_is_to_be_redacted() {
    if !root() {
        return;
    }
    for format in ["json", "table", "strace"] {
        for env in [&[][..], &["--env", "*"]] {
            let options = [&["--redact", "argv", "--with", "ancestors"], env].concat();
            let text = written("all", format, &options);
            assert!(!text.contains("hunter2"), "{format} {env:?}: {text}");
            assert!(text.contains("[redacted]"), "{format}: {text}");
        }
    }
}

#[test]
fn environments_are_told_only_by_name() {
    if !root() {
        return;
    }
    let script = script();
    let execs = |options: &[&str]| {
        let run = trace(
            &[&["-e", "sched_process_exec,execve"], options].concat(),
            &["sh", "-c", &script],
        );
        let of = |name| named(&run, name).last().copied().cloned().unwrap();
        (of("sched_process_exec"), of("execve"))
    };
    let (exec, call) = execs(&[]);
    assert_eq!(exec["args"].get("env"), None, "{exec}");
    assert_eq!(exec["redacted"], json!(["env"]), "{exec}");
    assert_eq!(exec.get("env_left_out"), None, "{exec}");
    assert_eq!(call["args"].get("envp"), None, "{call}");
    assert_eq!(call["redacted"], json!(["envp"]), "{call}");
    assert!(exec["args"]["argv"].to_string().contains(SECRET), "{exec}");

    let (exec, call) = execs(&["--env", "SHOWN,*PASSWORD,URL"]);
    let mut told: Vec<&str> = strings(&exec["args"]["env"]);
    told.sort_unstable();
    let expected = [
        "DB_PASSWORD=[redacted]",
        "SHOWN=yes",
        "URL=postgres://me:[redacted]@h/d",
    ];
    assert_eq!(told, expected, "{exec}");
    assert!(exec["env_left_out"].as_u64().unwrap() > 0, "{exec}");
    let mut told = strings(&call["args"]["envp"]);
    told.sort_unstable();
    assert_eq!(told, expected, "{call}");
    assert_eq!(call["env_left_out"], exec["env_left_out"], "{call}");

    let (exec, _) = execs(&["--env", "*", "--redact", "none"]);
    let variable = format!("DB_PASSWORD={SECRET}");
    assert!(
        strings(&exec["args"]["env"]).contains(&&*variable),
        "{exec}"
    );
    assert_eq!(exec.get("redacted"), None, "{exec}");
}

fn strings(list: &Value) -> Vec<&str> {
    let texts = list.as_array().unwrap_or_else(|| panic!("{list}"));
    texts.iter().map(|text| text.as_str().unwrap()).collect()
}

/// A rule, or a filter, is asked about what there was.
#[test]
fn filters_see_what_is_not_told() {
    if !root() {
        return;
    }
    let filters = [
        format!("sched_process_exec.data.argv=--password={SECRET}"),
        format!("sched_process_exec.data.env=DB_PASSWORD={SECRET}"),
    ];
    let script = script();
    let options = ["-e", &filters[0], "-e", &filters[1], "--redact", "argv"];
    let run = trace(&options, &["sh", "-c", &script]);
    let execs = named(&run, "sched_process_exec");
    assert_eq!(execs.len(), 1, "{}", run.text);
    assert_eq!(execs[0]["args"]["argv"][1], "--password=[redacted]");
    assert_eq!(execs[0]["redacted"], json!(["argv", "env"]));
}

/// A recording is what came; what is shown of it is asked again.
#[test]
fn recordings_have_what_replays_redact() {
    if !root() {
        return;
    }
    let path = file("recording");
    let output = format!("raw:{}", path.display());
    let script = script();
    let ran = tracehound()
        .args([
            "-e", EVENTS, "-o", &output, "--redact", "argv", "--", "sh", "-c", &script,
        ])
        .output()
        .unwrap();
    assert!(ran.status.success());
    let bytes = std::fs::read(&path).unwrap();
    let recorded = String::from_utf8_lossy(&bytes).contains(SECRET);
    let replay = |options: &[&str]| {
        let mut replay = tracehound();
        replay.arg("replay").arg(&path).args(["-o", "json"]);
        let output = replay.args(options).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let redacted = replay(&["--redact", "argv", "--env", "*"]);
    let whole = replay(&["--redact", "none", "--env", "*"]);
    std::fs::remove_file(&path).unwrap();
    assert!(recorded);
    assert!(!redacted.contains("hunter2"), "{redacted}");
    let variable = format!("DB_PASSWORD={SECRET}");
    assert!(whole.contains(&variable) && !whole.contains("\"redacted\""));
}

#[test]
fn ps_redacts_arguments_if_asked_to() {
    if !root() {
        return;
    }
    let token = format!("--token={SECRET}");
    let mut child = Command::new("sh")
        .args(["-c", "read x", &token])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let listed = |options: &[&str]| {
        let output = tracehound().arg("ps").args(options).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let plain = listed(&[]);
    let table = listed(&["--redact", "argv"]);
    let json = listed(&["--redact", "argv", "-o", "json"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(plain.contains(&token), "{plain}");
    assert!(
        !table.contains("hunter2") && table.contains("--token=[redacted]"),
        "{table}"
    );
    let line = json
        .lines()
        .find(|line| line.contains("--token=[redacted]"))
        .unwrap();
    assert!(line.contains("\"argv_redacted\":true"), "{line}");
    assert!(!json.contains("hunter2"));
}

#[test]
fn mistakes_are_told_before_anything_is_traced() {
    for (options, said) in [
        (&["--redact", "args"][..], "did you mean argv?"),
        (&["--redact-rule", "a("], "unclosed group"),
        (
            &["--redact-rules", "/nowhere"],
            "check the path after --redact-rules",
        ),
        (&["--env", "A=b"], "--env: a name has no ="),
    ] {
        let output = tracehound()
            .args(options)
            .args(["--", "true"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && text.contains(said),
            "{options:?}: {text}"
        );
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}
