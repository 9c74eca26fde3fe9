//! Outputs that take nothing: neither the command nor the reading waits for them.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;

use crate::support::{program, root, row, tracehound};
use crate::{Held, ends, errors, lines, millis, named_pipe, signal};

/// A tracer that writes to a named pipe of which nobody reads, over a flood of calls.
fn stalled(name: &str) -> (Child, File, PathBuf) {
    let pipe = named_pipe(name);
    let tracer = tracehound()
        .args(["-e", "sigprocmask", "--stats", "--ring-size", "64K", "-o"])
        .arg(format!("json:{}", pipe.display()))
        .args(["--", &program("sequence"), "100000", "2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let reader = File::open(&pipe).unwrap();
    (tracer, reader, pipe)
}

/// The command ends although nobody reads the events.
fn command_ended(tracer: &mut Child) {
    let stdout = BufReader::new(tracer.stdout.take().unwrap());
    assert_eq!(stdout.lines().take(2).count(), 2);
}

#[test]
fn a_stalled_output_costs_records_but_not_the_account() {
    if !root() {
        return;
    }
    let (mut tracer, mut reader, pipe) = stalled("stalled");
    command_ended(&mut tracer);
    sleep(millis(300));
    assert!(
        tracer.try_wait().unwrap().is_none(),
        "it waits for its reader"
    );
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(ends(&mut tracer).code(), Some(0));
    std::fs::remove_file(&pipe).unwrap();
    let stats = errors(&mut tracer);
    assert!(!stats.contains("NOT BALANCE"), "{stats}");
    let row = row(&stats, "sigprocmask");
    assert!(row[0] >= 100_000 && row[3] > 0, "{stats}");
    let events = lines(&text);
    let count = |name: &'static str| events.iter().filter(move |event| event["event"] == name);
    assert_eq!(count("sigprocmask").count() as u64, row[1], "{stats}");
    let gaps = count("gap").map(|gap| gap["args"]["lost"].as_u64().unwrap());
    assert_eq!(gaps.sum::<u64>(), row[3], "{stats}");
}

#[test]
fn a_second_ctrl_c_gives_up_a_stalled_output_and_says_what_is_lost() {
    if !root() {
        return;
    }
    let (mut tracer, reader, pipe) = stalled("given-up");
    command_ended(&mut tracer);
    let held = Held::by(&tracer);
    let pid = tracer.id().to_string();
    signal("INT", &pid);
    sleep(millis(100));
    signal("INT", &pid);
    assert_eq!(ends(&mut tracer).code(), Some(1));
    held.gone();
    drop(reader);
    std::fs::remove_file(&pipe).unwrap();
    let stderr = errors(&mut tracer);
    assert!(!stderr.contains("NOT BALANCE"), "{stderr}");
    assert!(row(&stderr, "sigprocmask")[0] >= 100_000, "{stderr}");
    assert!(stderr.contains("records are not written"), "{stderr}");
}
