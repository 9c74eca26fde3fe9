//! One run of a row on a workload.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use super::super::configuration::Tool;
use super::super::process::{self, Limit};
use super::super::work::Work;
use super::Workload;
use super::count::{self, Events};
use super::group::Group;
use super::row::Row;

/// The longest that a server under a tracer may need to come up.
const PATIENCE: Duration = Duration::from_secs(20);

/// One run.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Units of work per second.
    pub rate: f64,
    /// Part of a CPU that the tracer used meanwhile; `None` without a tracer.
    pub cpu: Option<f64>,
    /// Part of all CPUs that was not idle meanwhile.
    pub busy: f64,
    /// What arrived.
    pub events: Events,
    /// Bytes of the output; `None` where nothing is written.
    pub bytes: Option<u64>,
}

/// A tracer with its command, or the command alone.
pub struct Running<'a> {
    /// Where the workload's files are.
    pub work: &'a Work,
    /// The command's standard input.
    pub stdin: Option<ChildStdin>,
    /// The command's standard output.
    pub stdout: BufReader<ChildStdout>,
    child: Child,
    group: Group,
    errors: PathBuf,
}

impl<'a> Running<'a> {
    fn start(words: &[String], work: &'a Work) -> Result<Running<'a>> {
        let errors = work.file("errors");
        let group = Group::start()?;
        let mut child = group
            .command(&words[0])
            .args(&words[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Not a pipe: a tool that complains about each loss would fill it and stand still.
            .stderr(File::create(&errors).context("creating the file of errors")?)
            .spawn()
            .with_context(|| format!("running {}", words[0]))?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("the command has no output")?;
        Ok(Running {
            work,
            stdin,
            stdout: BufReader::new(stdout),
            child,
            group,
            errors,
        })
    }

    /// A program that puts the command under load; it ends with it at the latest.
    pub fn command(&self, program: &str) -> Command {
        self.group.command(program)
    }

    /// Tries something until it succeeds, such as a connection to a server that comes up.
    pub fn attempt<T>(&mut self, mut what: impl FnMut() -> Option<T>) -> Result<T> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(result) = what() {
                return Ok(result);
            }
            let ended = self.child.try_wait().context("looking at the tracer")?;
            if let Some(status) = ended {
                bail!("ended before the server was up: {status}");
            }
            sleep(Duration::from_millis(5));
        }
        bail!("the server did not come up within {} s", PATIENCE.as_secs())
    }

    /// What was written to standard error.
    fn said(&self) -> String {
        let bytes = fs::read(&self.errors).unwrap_or_default();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }

    /// Waits for the end of the tracer, which must find nothing wrong.
    fn wait(&mut self) -> Result<()> {
        drop(self.stdin.take());
        // A tool that cannot write its last words would die of it.
        io::copy(&mut self.stdout, &mut io::sink()).context("reading the tracer's output")?;
        let status = self.child.wait().context("waiting for the tracer")?;
        ensure!(status.success(), "{status}");
        Ok(())
    }
}

/// Runs a row's tracer on a workload, which does a part of its work.
pub fn run(row: &Row, workload: &dyn Workload, work: &Work, amount: u64) -> Result<Sample> {
    let out = work.file("out");
    let words = row.words(&out, workload.busy(), &workload.command(work)?);
    let mut running = Running::start(&words, work)?;
    let _limit = Limit::set_group(running.group.id());
    let ran = timed(workload, &mut running, amount).and_then(|times| {
        workload.end(&mut running)?;
        running.wait()?;
        Ok(times)
    });
    let said = running.said();
    let (rate, cpu, busy) = ran.with_context(|| last_lines(&said))?;
    let bytes = fs::metadata(&out).ok().map(|file| file.len());
    let events = count::events(row, workload.busy(), &out, &said);
    // The next run then finds the same free memory.
    let _ = fs::remove_file(&out);
    Ok(Sample {
        rate,
        cpu: (row.tool != Tool::Bare).then_some(cpu),
        busy,
        events: events?,
        bytes,
    })
}

/// The rate, the tracer's part of a CPU and the busy part of all.
fn timed(
    workload: &dyn Workload,
    running: &mut Running<'_>,
    amount: u64,
) -> Result<(f64, f64, f64)> {
    let pid = running.child.id();
    workload.ready(running)?;
    let (start, used, machine) = (Instant::now(), process::cpu_time(pid)?, process::machine()?);
    workload.work(running, amount)?;
    let (end, more, later) = (Instant::now(), process::cpu_time(pid)?, process::machine()?);
    let seconds = (end - start).as_secs_f64();
    let cpu = more.saturating_sub(used) as f64 / 1e9 / seconds;
    Ok((amount as f64 / seconds, cpu, machine.busy_until(&later)))
}

/// Enough of what a tool said to know why it failed.
fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_keep_their_order() {
        assert_eq!(last_lines("1\n2\n3\n4\n5\n6\n"), "2; 3; 4; 5; 6");
    }
}
