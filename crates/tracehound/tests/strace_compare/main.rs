//! Real programs under both tracers at once: tracehound watches a strace that traces the program, so
//! that both see the very same run, with the same ids, addresses and descriptors. Line by line and
//! thread by thread they must say the same. What may differ is in `differences.rs`, with a reason each.
//!
//! `TRACEHOUND_COMPARE=all` prints every difference instead of the first few of each case.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses a part")]
#[path = "../support/mod.rs"]
mod support;

mod align;
mod differences;
mod lines;
mod programs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use support::{root, tracehound};

use crate::align::Pair;
use crate::lines::Lines;

/// What comparing has found.
#[derive(Default)]
struct Findings {
    /// Lines that are the same.
    same: usize,
    /// Lines that differ for a known reason, by that reason.
    known: BTreeMap<&'static str, usize>,
    /// Other differences, ready to be read.
    different: Vec<String>,
}

/// A folder of the case's own, taken away with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("tracehound-compare-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(path.join("work")).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Runs a command under both; gives what strace says and what we say, or why nothing can be compared.
fn both(folder: &Path, options: &[&str], command: &[String]) -> Result<(Lines, Lines), String> {
    let (theirs, ours) = (folder.join("strace"), folder.join("tracehound"));
    let output = tracehound()
        // strace's own calls are the most of all; the programs do not make these.
        .args(["strace", "-f", "-e", "trace=!ptrace,process_vm_readv", "-o"])
        .arg(&ours)
        .args(options)
        .args(["--", "strace", "-f", "-o"])
        .arg(&theirs)
        .args(options)
        .args(command)
        .current_dir(folder.join("work"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("records were lost") || said.contains("missed") {
        return Err(said);
    }
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{error}: {said}"));
    let (theirs, ours) = (Lines::parse(&read(&theirs)?), Lines::parse(&read(&ours)?));
    Ok((theirs, ours))
}

fn compare(theirs: &Lines, ours: &Lines) -> Findings {
    let mut findings = Findings::default();
    for (thread, expected) in &theirs.threads {
        let own = ours.threads.get(thread).map_or(&[][..], Vec::as_slice);
        let own = align::from_the_start(expected, own);
        for pair in align::pairs(expected, own) {
            tell(&mut findings, *thread, &pair);
        }
    }
    findings
}

fn tell(findings: &mut Findings, thread: u64, pair: &Pair<'_>) {
    if pair.same() {
        findings.same += 1;
    } else if let Some(reason) = differences::reason(pair) {
        *findings.known.entry(reason).or_default() += 1;
    } else {
        let text =
            |line: Option<&lines::Line>| line.map_or("(nothing)", |line| &line.text).to_owned();
        findings.different.push(format!(
            "{thread}\n  strace     {}\n  tracehound {}",
            text(pair.theirs),
            text(pair.ours)
        ));
    }
}

fn check(name: &str, options: &[&str], command: &[String]) {
    if !root() {
        return;
    }
    let folder = Folder::new(name);
    // On a loaded machine the tracer may come too late for its rings; it says so.
    let run = || {
        std::fs::remove_dir_all(folder.0.join("work")).unwrap();
        std::fs::create_dir(folder.0.join("work")).unwrap();
        both(&folder.0, options, command)
    };
    let (theirs, ours) = run().or_else(|_| run()).or_else(|_| run()).unwrap();
    let findings = compare(&theirs, &ours);
    let differ = findings.different.len();
    println!(
        "{name}: {} lines of {} threads are the same, {differ} differ; for a reason: {:?}",
        findings.same,
        theirs.threads.len(),
        findings.known
    );
    let all = std::env::var_os("TRACEHOUND_COMPARE").is_some();
    let shown = if all { differ } else { 20 };
    for text in findings.different.iter().take(shown) {
        println!("{text}");
    }
    assert!(findings.same > 0, "{name}: nothing was compared");
    assert_eq!(differ, 0, "{name}: {differ} lines differ");
}

#[test]
fn names_of_calls_in_the_classes_are_straces() {
    programs::classes();
}
