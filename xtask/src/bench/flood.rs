//! Calls at full rate: how many arrive, what the tracer uses meanwhile, how long it drains.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{ChildStdout, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};

use super::configuration::{Configuration, Count};
use super::process::{self, Limit, Memory};
use super::work::{Work, occurrences};
use crate::workspace::command;

/// The program that makes the calls.
pub const PROGRAM: &str = "target/programs/flood";

/// One flood.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flood {
    /// Calls made.
    pub made: u64,
    /// Of them, those that arrived; `None` if the configuration traces none.
    pub delivered: Option<u64>,
    /// Seconds the calls took.
    pub seconds: f64,
    /// Part of a CPU that the tracer used meanwhile.
    pub cpu: f64,
    /// The tracer's memory when the calls were made.
    pub memory: Memory,
    /// Seconds from the last call to the end of the tracer.
    pub drain: f64,
}

impl Flood {
    /// Nanoseconds of CPU that the tracer used per event that arrived.
    pub fn tracer_time(&self) -> Option<f64> {
        let delivered = self.delivered.filter(|count| *count > 0)?;
        Some(1e9 * self.cpu * self.seconds / delivered as f64)
    }

    /// Calls that did not arrive; `None` if the configuration traces none.
    pub fn lost(&self) -> Option<u64> {
        self.delivered
            .map(|delivered| self.made.saturating_sub(delivered))
    }
}

/// Runs the program under a configuration.
pub fn run(configuration: &Configuration, work: &Work, seconds: f64) -> Result<Flood> {
    let (out, errors) = (work.file("out"), work.file("errors"));
    let words = configuration.words(&out, &[PROGRAM, &seconds.to_string()]);
    let mut child = command(&words[0])
        .args(&words[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Not a pipe: a tool that complains about each loss would fill it and stand still.
        .stderr(File::create(&errors).context("creating the file of errors")?)
        .spawn()
        .with_context(|| format!("running {}", words[0]))?;
    let _limit = Limit::set(child.id());
    let mut stdout = BufReader::new(child.stdout.take().context("the tracer has no output")?);
    let watched = watch(child.id(), &mut stdout);
    drop(child.stdin.take());
    // A tool that cannot write its last words would die of it.
    io::copy(&mut stdout, &mut io::sink()).context("reading the tracer's output")?;
    let status = child.wait().context("waiting for the tracer")?;
    let ended = Instant::now();
    let said = fs::read_to_string(&errors).unwrap_or_default();
    let (last_call, mut flood) = watched.with_context(|| said.trim().to_owned())?;
    flood.drain = (ended - last_call).as_secs_f64();
    ensure!(status.success(), "{status}: {}", said.trim());
    flood.delivered = delivered(configuration.count, &out, &said, flood.made)?;
    let _ = fs::remove_file(&out);
    Ok(flood)
}

/// Follows the flood to its end and looks at the tracer at that moment.
fn watch(pid: u32, stdout: &mut BufReader<ChildStdout>) -> Result<(Instant, Flood)> {
    let mut before = None;
    for line in stdout.lines() {
        let line = line.context("reading what the program prints")?;
        if line == "begin" {
            before = Some((Instant::now(), process::cpu_time(pid)?));
        } else if let Some((made, nanoseconds)) = parse_end(&line) {
            let at = Instant::now();
            let (since, used) = before.context("the program ended before it began")?;
            let used = process::cpu_time(pid)?.saturating_sub(used);
            let flood = Flood {
                made,
                delivered: None,
                seconds: nanoseconds / 1e9,
                cpu: used as f64 / (at - since).as_nanos() as f64,
                memory: process::memory(pid)?,
                drain: 0.0,
            };
            return Ok((at, flood));
        }
    }
    bail!("the program did not run to its end")
}

fn parse_end(line: &str) -> Option<(u64, f64)> {
    let (made, nanoseconds) = line.strip_prefix("end ")?.split_once(' ')?;
    Some((made.parse().ok()?, nanoseconds.parse().ok()?))
}

fn delivered(count: Count, out: &Path, said: &str, made: u64) -> Result<Option<u64>> {
    match count {
        Count::Nothing => Ok(None),
        Count::Lines(lines) => Ok(Some(occurrences(out, "rt_sigprocmask")? / lines)),
        Count::Account(event) => {
            let account = parse_account(said, event)
                .with_context(|| format!("no account of {event} in: {}", said.trim()))?;
            let accounted = account.delivered + account.lost;
            // Every call of the program is in the account, or the account is wrong.
            ensure!(
                accounted == made,
                "{made} calls made, {accounted} accounted for"
            );
            Ok(Some(account.delivered))
        }
    }
}

/// What became of an event's records.
#[derive(Debug, PartialEq)]
pub struct Account {
    /// Read by the tracer.
    pub delivered: u64,
    /// Dropped or missed.
    pub lost: u64,
}

/// An event's row of `--stats`: made, delivered, filtered, dropped, missed.
pub fn parse_account(text: &str, event: &str) -> Option<Account> {
    let row = text
        .lines()
        .find(|line| line.split_whitespace().next() == Some(event))?;
    let numbers: Vec<u64> = row
        .split_whitespace()
        .skip(1)
        .map_while(|word| word.parse().ok())
        .collect();
    let [_, delivered, _, dropped, missed] = numbers[..] else {
        return None;
    };
    Some(Account {
        delivered,
        lost: dropped + missed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_line_has_calls_and_time() {
        assert_eq!(
            parse_end("end 3458561 500001955"),
            Some((3_458_561, 500_001_955.0))
        );
        assert_eq!(parse_end("end"), None);
        assert_eq!(parse_end("begin"), None);
    }

    #[test]
    fn the_account_is_read_from_the_events_own_row() {
        let text = "\
EVENT                        MADE    DELIVERED     FILTERED      DROPPED       MISSED  made = …
sigprocmask               3000009      2727483            4       272521            1  balances
rt_sigprocmask                  9            9            0            0            0  balances
shown 2727838, argument mismatches 0, unreadable 0
";
        let account = Account {
            delivered: 2_727_483,
            lost: 272_522,
        };
        assert_eq!(parse_account(text, "sigprocmask"), Some(account));
        assert_eq!(parse_account(text, "signal_generate"), None);
    }

    #[test]
    fn calls_that_the_account_does_not_know_are_an_error() {
        let text = "sigprocmask 10 9 0 1 0 balances\n";
        let count = Count::Account("sigprocmask");
        assert_eq!(delivered(count, Path::new(""), text, 10).unwrap(), Some(9));
        assert!(delivered(count, Path::new(""), text, 11).is_err());
    }
}
