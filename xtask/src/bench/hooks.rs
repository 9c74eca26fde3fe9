//! What each hook event's programs take, by the kernel's own count of their time.
//!
//! The command of the event's page is run some times under the tracer with
//! `kernel.bpf_stats_enabled` on; then the programs that came with the tracer are asked how often they
//! ran and for how long. Programs that only know the life of processes are left out.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use anyhow::{Context as _, Result, ensure};
use libbpf_rs::query::ProgInfoIter;
use tracehound_schema::{Event, MadeBy, all};

use super::configuration::TRACEHOUND;
use super::process::Limit;
use super::table::Table;
use super::task::progress;
use crate::workspace::{command, root};

/// Where the kernel is told to count.
const SWITCH: &str = "/proc/sys/kernel/bpf_stats_enabled";

/// Counts for as long as it lives, and as before afterwards.
struct Counting {
    before: String,
}

impl Counting {
    fn start() -> Result<Counting> {
        let before = fs::read_to_string(SWITCH).with_context(|| format!("reading {SWITCH}"))?;
        fs::write(SWITCH, "1").with_context(|| format!("writing {SWITCH}"))?;
        Ok(Counting { before })
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        // Nothing can be done about a failure, and the next boot forgets it.
        let _ = fs::write(SWITCH, self.before.trim());
    }
}

/// How often programs ran, and for how long in all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Ran {
    times: u64,
    nanoseconds: u64,
}

/// Prints the table.
pub fn run(times: u32, markdown: bool) -> Result<()> {
    let _counting = Counting::start()?;
    let mut rows = Vec::new();
    for event in all().filter(|event| event.made_by == MadeBy::Hook) {
        progress(event.name);
        rows.push(row(event, times));
    }
    progress("");
    let table = Table {
        title: "Cost at the hook",
        notes: vec![format!(
            "Nanoseconds that an event's programs take per run, the kernel's own count \
             (kernel.bpf_stats_enabled) while the command of its page is run {times} times; with the first \
             runs, whose memory is cold. Runs that make no record (other calls at `sys_exit`) are among \
             them. Runs per command tell how busy the hook is."
        )],
        head: vec!["event", "rung", "ns per run", "runs per command"],
        rows,
        commands_apart: false,
    };
    print!("{}", table.text(markdown));
    Ok(())
}

fn row(event: &Event, times: u32) -> Vec<String> {
    let cells = match measure(event, times) {
        Ok((rung, ran)) if ran.times > 0 => vec![
            rung,
            format!("{:.0}", ran.nanoseconds as f64 / ran.times as f64),
            format!("{:.1}", ran.times as f64 / f64::from(times)),
        ],
        Ok((rung, _)) => vec![rung, "did not run".to_owned(), "0".to_owned()],
        Err(error) => vec!["-".to_owned(), format!("{error:#}"), String::new()],
    };
    let mut row = vec![event.name.to_owned()];
    row.extend(cells);
    row
}

/// Runs the page's command under the tracer: the rung in use, and what its programs took.
fn measure(event: &Event, times: u32) -> Result<(String, Ran)> {
    let rung = rung_of(event)?;
    let before: HashSet<u32> = ProgInfoIter::default().map(|program| program.id).collect();
    let mut child = start(event, times)?;
    let _limit = Limit::set(child.id());
    let stdout = child.stdout.take().context("the tracer has no output")?;
    let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
    ensure!(
        lines.any(|line| line == "@done"),
        "the command ended too early"
    );
    let own = ProgInfoIter::default().filter(|program| !before.contains(&program.id));
    let mut ran = Ran::default();
    for program in own {
        let name = program.name.to_string_lossy();
        if event.name.starts_with("sched_process_") || !name.starts_with("sched_process_") {
            ran.times += program.run_cnt;
            ran.nanoseconds += program.run_time_ns;
        }
    }
    drop(child.stdin.take());
    child.wait().context("waiting for the tracer")?;
    Ok((rung, ran))
}

/// The rung in use here.
fn rung_of(event: &Event) -> Result<String> {
    let output = command(root().join(TRACEHOUND))
        .args(["doctor", "--rungs", event.name])
        .stderr(Stdio::null())
        .output()
        .context("asking for rungs")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let first = text.lines().next().map(str::to_owned);
    first.context("this kernel has no rung")
}

/// Starts the tracer on a shell that runs the page's command again and again, says so, and waits.
fn start(event: &Event, times: u32) -> Result<Child> {
    let (_, traced) = event
        .page
        .command
        .split_once(" -- ")
        .context("its page traces the whole host")?;
    let script = format!(
        "i=0; while [ $i -lt {times} ]; do {traced} </dev/null >/dev/null 2>&1; i=$((i+1)); done; \
         echo @done; read -r line"
    );
    command(root().join(TRACEHOUND))
        .args([
            "-q", "-e", event.name, "-o", "none", "--", "sh", "-c", &script,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("starting the tracer")
}
