//! Outputs that are lost under way, and recordings that were.

use std::process::Command;

use serde_json::Value;

use crate::support::{program, root};
use crate::{Folder, binary, run};

/// Runs the tracer over many calls with an output on a tiny file system; the code, what the tracer
/// said, and the file.
fn on_a_tiny_disk(format: &str) -> (Option<i32>, String, Vec<u8>) {
    let folder = Folder::new(&format!("disk-{format}"));
    std::fs::create_dir(folder.0.join("disk")).unwrap();
    let script = "mount -t tmpfs -o size=64k none disk; \"$0\" \"$@\" >/dev/null; code=$?; \
                  cp disk/out out; exit $code";
    let output = Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .arg(binary())
        .args([
            "-e",
            "sigprocmask",
            "-o",
            &format!("{format}:disk/out"),
            "--",
        ])
        .args([&program("sequence"), "20000", "2"])
        .current_dir(&folder.0)
        .output()
        .unwrap();
    let file = std::fs::read(folder.0.join("out")).unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
        file,
    )
}

#[test]
fn a_full_disk_ends_the_output_with_a_whole_line() {
    if !root() {
        return;
    }
    for format in ["json", "strace", "raw"] {
        let (code, stderr, file) = on_a_tiny_disk(format);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(
            stderr.contains("cannot write the output: No space left"),
            "{stderr}"
        );
        assert!(stderr.contains("free some space"), "{stderr}");
        assert!(
            stderr.contains(" made = ") && !stderr.contains("NOT BALANCE"),
            "{stderr}"
        );
        assert!(file.len() > 32_768, "{format}: only {} bytes", file.len());
        match format {
            "raw" => replays_whole(&file),
            "json" => file
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .for_each(|line| {
                    serde_json::from_slice::<Value>(line).unwrap();
                }),
            _ => assert!(file.ends_with(b"= 0\n")),
        }
    }
}

fn replays_whole(recording: &[u8]) {
    let folder = Folder::new("replay");
    folder.file("recording", recording, 0o644);
    let output = run(&folder.0, &["replay", "recording", "-o", "json"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stdout.len() > 1000);
}

#[test]
fn an_output_that_takes_nothing_at_all_is_told_at_once() {
    if !root() {
        return;
    }
    let folder = Folder::new("full");
    let script = format!("{} >/dev/null; sleep 0.2; exit 3", program("sigmask"));
    let command = [
        "-e",
        "sigprocmask",
        "-o",
        "json:/dev/full",
        "--",
        "sh",
        "-c",
        &script,
    ];
    let output = run(&folder.0, &command);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let (first, rest) = stderr.split_once('\n').unwrap();
    assert!(first.contains("No space left"), "{stderr}");
    assert!(rest.contains("the command goes on untraced"), "{stderr}");
}

#[test]
fn a_reader_that_leaves_ends_the_run() {
    if !root() {
        return;
    }
    // Host-wide the events are on standard output; the shell makes them.
    let script = "{ \"$0\" -e signal_generate -o json; echo \"code $?\" >&2; } | head -n 1; \
                  kill %1 2>/dev/null";
    let noise = "while :; do sh -c 'kill -USR1 $$' 2>/dev/null; sleep 0.01; done & ";
    let output = Command::new("bash")
        .args(["-c", &format!("{noise}{script}")])
        .arg(binary())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
    assert!(stderr.contains("its reader has gone"), "{stderr}");
    assert!(stderr.contains("code 1"), "{stderr}");
    assert!(stderr.contains(" made = "), "{stderr}");
}

#[test]
fn a_cut_or_damaged_recording_shows_what_is_whole() {
    if !root() {
        return;
    }
    let folder = Folder::new("damaged");
    let made = run(
        &folder.0,
        &[
            "-q",
            "-e",
            "sigprocmask",
            "-o",
            "raw:rec",
            "--",
            &program("sigmask"),
        ],
    );
    assert_eq!(made.status.code(), Some(0));
    let whole = std::fs::read(folder.0.join("rec")).unwrap();
    let lines = |name: &str| {
        let output = run(&folder.0, &["replay", name, "-o", "json"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.lines()
                .all(|line| serde_json::from_str::<Value>(line).is_ok())
        );
        let stderr = String::from_utf8(output.stderr).unwrap();
        (text.lines().count(), output.status.code(), stderr)
    };
    let (all, code, _) = lines("rec");
    assert_eq!(code, Some(0));
    folder.file("cut", &whole[..whole.len() - 20], 0o644);
    let (some, code, stderr) = lines("cut");
    assert!(some >= all - 1 && some <= all, "{some} of {all}");
    assert_eq!(code, Some(1));
    assert!(stderr.contains("damaged at byte"), "{stderr}");
    // The size of the second record: nothing after it can be found.
    let mut damaged = whole;
    let first = u32::from_ne_bytes(*damaged[60..].first_chunk().unwrap()) as usize;
    damaged[60 + first..64 + first].copy_from_slice(&3u32.to_ne_bytes());
    folder.file("damaged", &damaged, 0o644);
    let (few, code, stderr) = lines("damaged");
    assert!(few <= 1 && code == Some(1), "{few} lines, {stderr}");
    assert!(
        stderr.contains(&format!("damaged at byte {}", 60 + first)),
        "{stderr}"
    );
}
