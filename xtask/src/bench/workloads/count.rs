//! How many events of a run arrived, and how many did not.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::super::flood::{Account, parse_account};
use super::super::work::occurrences;
use super::row::{Count, Must, QUIET, Row};

/// Events of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Events {
    /// Those that arrived; `None` where none are selected or only sums are shown.
    pub delivered: Option<u64>,
    /// Those that did not, as far as the tool knows.
    pub lost: Option<u64>,
}

/// Counts a run's events, and checks that they can be right.
pub fn events(row: &Row, busy: &str, out: &Path, said: &str) -> Result<Events> {
    match row.count {
        Count::Account => {
            let account = account(row, busy, said)?;
            if row.writes_lines() {
                all_written(said, occurrences(out, "\n")?)?;
            }
            Ok(Events {
                delivered: Some(account.delivered),
                lost: Some(account.lost),
            })
        }
        Count::Lines => {
            let file = File::open(out).with_context(|| format!("opening {}", out.display()))?;
            let (lines, dropped) = lines(BufReader::new(file))?;
            Ok(Events {
                delivered: Some(lines),
                lost: Some(dropped + lost(said)),
            })
        }
        Count::Nothing => Ok(Events {
            delivered: None,
            lost: None,
        }),
    }
}

/// The sum of Tracehound's account.
fn account(row: &Row, busy: &str, said: &str) -> Result<Account> {
    let of = |event| parse_account(said, event).with_context(|| format!("no account of {event}"));
    ensure!(
        !said.contains("DOES NOT BALANCE"),
        "the account does not balance"
    );
    match row.must {
        // A long account has no rows for what was not made.
        Must::BeQuiet => ensure!(
            parse_account(said, QUIET).is_none_or(|quiet| quiet.delivered == 0),
            "the workload makes {QUIET}"
        ),
        Must::BeBusy => ensure!(of(busy)?.delivered > 0, "no {busy} of the workload arrived"),
        Must::Any => {}
    }
    of("total")
}

/// Every event that passed the engine is a line of the file.
fn all_written(said: &str, lines: u64) -> Result<()> {
    let rest = said.lines().find_map(|line| line.strip_prefix("shown "));
    let number = rest.and_then(|rest| rest.split(',').next());
    let shown: u64 = number
        .and_then(|number| number.parse().ok())
        .context("the account does not say how many events were shown")?;
    ensure!(
        lines == shown,
        "{shown} events shown, {lines} lines written"
    );
    Ok(())
}

/// The lines of an output that are events, and the events that perf says between them it lost.
fn lines(mut output: impl BufRead) -> Result<(u64, u64)> {
    let (mut events, mut dropped) = (0, 0);
    let mut line = Vec::new();
    while output
        .read_until(b'\n', &mut line)
        .context("counting lines")?
        > 0
    {
        match line.strip_prefix(b"LOST ") {
            Some(rest) => dropped += first_number(&String::from_utf8_lossy(rest)),
            None => events += 1,
        }
        line.clear();
    }
    Ok((events, dropped))
}

/// What bpftrace says it lost: "Lost 1234 events".
fn lost(said: &str) -> u64 {
    let rests = said.lines().filter_map(|line| line.strip_prefix("Lost "));
    rests.map(first_number).sum()
}

fn first_number(text: &str) -> u64 {
    let word = text.split(' ').next().unwrap_or_default();
    word.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::row::ROWS;
    use super::*;

    const SAID: &str = "\
EVENT                        MADE    DELIVERED     FILTERED      DROPPED       MISSED  made = …
sched_process_exec             12            2           10            0            0  balances
mount                           3            0            3            0            0  balances
openat                         55           28           20            7            0  balances
total                          70           30           33            7            0  balances
shown 28, argument mismatches 0, unreadable 0
";

    fn named(name: &str) -> &'static Row {
        ROWS.iter().find(|row| row.name == name).unwrap()
    }

    #[test]
    fn the_sum_of_the_account_is_what_counts() {
        let account = account(named("Tracehound, every call"), "openat", SAID).unwrap();
        assert_eq!((account.delivered, account.lost), (30, 7));
    }

    #[test]
    fn a_busy_call_that_is_not_made_is_an_error() {
        let row = named("Tracehound, a busy call");
        assert!(account(row, "openat", SAID).is_ok());
        assert!(account(row, "mount", SAID).is_err());
        assert!(account(row, "read", SAID).is_err());
    }

    #[test]
    fn a_quiet_call_that_is_made_is_an_error() {
        let row = named("Tracehound, a quiet call");
        assert!(account(row, "openat", SAID).is_ok());
        let without = SAID.replace("mount ", "");
        assert!(account(row, "openat", &without).is_ok());
        let made = SAID.replace(
            "mount                           3            0",
            "mount 3 1",
        );
        assert!(account(row, "openat", &made).is_err());
    }

    #[test]
    fn an_account_that_does_not_balance_is_an_error() {
        let wrong = SAID.replace("0  balances", "0  DOES NOT BALANCE");
        assert!(account(named("Tracehound, every call"), "openat", &wrong).is_err());
    }

    #[test]
    fn each_event_shown_must_be_a_line() {
        assert!(all_written(SAID, 28).is_ok());
        assert!(all_written(SAID, 27).is_err());
    }

    #[test]
    fn losses_of_bpftrace_add_up() {
        assert_eq!(lost("Attached\nLost 12 events\nx\nLost 3 events\n"), 15);
    }

    #[test]
    fn losses_of_perf_stand_between_the_events() {
        let output = "1.0 ( 0.1 ms): read() = 1\nLOST 12 events!\n1.1 ( 0.1 ms): read() = 2\n";
        assert_eq!(lines(output.as_bytes()).unwrap(), (2, 12));
    }
}
