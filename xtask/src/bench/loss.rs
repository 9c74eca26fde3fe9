//! What is lost of what comes in great numbers: a bomb of processes and a walk through a million files, under
//! the default set and with default buffers.
//!
//! The program says what it did, and the account must have exactly that: every event made is delivered or
//! counted as lost. An untraced run stands before each traced one, which its time is held against.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};

use super::configuration::TRACEHOUND;
use super::process::Limit;
use super::stats::Spread;
use super::table::Table;
use super::targets::verdict;
use super::task::progress;
use super::work::{Work, occurrences};
use super::workloads::DEFAULT_EVENTS;
use crate::workspace::command;

/// The program that does a thing many times.
const PROGRAM: &str = "target/programs/many";
/// Events of which the program knows how many there are, in the order in which it says so.
const KNOWN: [&str; 3] = [
    "sched_process_fork",
    "sched_process_exec",
    "security_file_open",
];
/// Files that the loader opens for the programs, beside those that the program itself opens, at most.
const LOADER: u64 = 10;

/// What is done.
struct Case {
    name: &'static str,
    words: [&'static str; 2],
    folder: bool,
}

const CASES: [Case; 2] = [
    Case {
        name: "20,000 processes",
        words: ["forks", "20000"],
        folder: false,
    },
    Case {
        name: "1,000,000 files",
        words: ["opens", "1000000"],
        folder: true,
    },
];

/// Where the output goes.
const OUTPUTS: [&str; 3] = ["none", "json:/dev/null", "json:OUT"];

/// An event's row of the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    made: u64,
    delivered: u64,
    filtered: u64,
    dropped: u64,
    missed: u64,
}

impl Row {
    const fn lost(&self) -> u64 {
        self.dropped + self.missed
    }
}

type Rows = BTreeMap<String, Row>;

/// What the program said of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Said {
    seconds: f64,
    /// As in [`KNOWN`].
    made: [u64; 3],
}

/// One traced run.
#[derive(Debug)]
struct Sample {
    slower: f64,
    rows: Rows,
    bytes: u64,
}

/// Measures and prints the tables.
pub fn run(rounds: u32, markdown: bool) -> Result<()> {
    let work = Work::create()?;
    let mut lossless = true;
    let mut table = Table {
        title: "Loss",
        notes: vec![format!(
            "`-e {DEFAULT_EVENTS}` with default buffers, {rounds} rounds; slow-down is against the untraced run \
             just before. Made, delivered, dropped and missed are the account's, all events together, of the \
             round that lost most. CMD is `{PROGRAM}`, which says how many processes it started and files it \
             opened: the account has as many, or the bench fails."
        )],
        head: vec![
            "what",
            "output",
            "slow-down",
            "made",
            "delivered",
            "dropped",
            "missed",
            "lost %",
            "target",
            "MB written",
            "command",
        ],
        rows: Vec::new(),
        commands_apart: true,
    };
    let mut rows: Vec<Vec<Sample>> = Vec::new();
    rows.resize_with(CASES.len() * OUTPUTS.len(), Vec::new);
    for round in 0..rounds {
        for (place, samples) in rows.iter_mut().enumerate() {
            let (case, output) = (
                &CASES[place / OUTPUTS.len()],
                OUTPUTS[place % OUTPUTS.len()],
            );
            progress(&format!(
                "round {} of {rounds}, {}, {output}",
                round + 1,
                case.name
            ));
            samples.push(
                sample(case, output, &work).with_context(|| format!("{}, {output}", case.name))?,
            );
        }
    }
    progress("");
    for (place, samples) in rows.iter().enumerate() {
        let (case, output) = (
            &CASES[place / OUTPUTS.len()],
            OUTPUTS[place % OUTPUTS.len()],
        );
        lossless &= samples.iter().all(|sample| total(&sample.rows).lost() == 0);
        table.rows.push(cells(case, output, samples));
        table.notes.extend(losses(case, output, samples));
    }
    print!("{}", table.text(markdown));
    ensure!(lossless, "events were lost");
    Ok(())
}

fn words(case: &Case, folder: &str) -> Vec<String> {
    let mut words = vec![PROGRAM.to_owned()];
    words.extend(case.words.map(str::to_owned));
    words.extend(case.folder.then(|| folder.to_owned()));
    words
}

fn tracer(output: &str) -> [&str; 7] {
    [
        TRACEHOUND,
        "-e",
        DEFAULT_EVENTS,
        "-o",
        output,
        "--stats",
        "--",
    ]
}

fn sample(case: &Case, output: &str, work: &Work) -> Result<Sample> {
    let folder = work.file("tree").display().to_string();
    let out = work.file("out");
    let words = words(case, &folder);
    let (untraced, _) = said(&words, work)?;
    let output = output.replace("OUT", &out.display().to_string());
    let traced = tracer(&output).map(str::to_owned).into_iter().chain(words);
    let (said, account) = said(&traced.collect::<Vec<_>>(), work)?;
    let rows = rows(&account)?;
    check(&said, &rows)?;
    let bytes = fs::metadata(&out).map_or(0, |file| file.len());
    if bytes > 0 {
        let lines = occurrences(&out, "\n")?;
        ensure!(
            account.contains(&format!("shown {lines},")),
            "{lines} lines were written, which the account does not say"
        );
        fs::remove_file(&out).context("removing the output")?;
    }
    Ok(Sample {
        slower: said.seconds / untraced.seconds,
        rows,
        bytes,
    })
}

/// Runs a command: what the program said, and what the tracer said beside.
fn said(words: &[String], work: &Work) -> Result<(Said, String)> {
    let errors = work.file("errors");
    let mut child = command(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&errors).context("creating the file of errors")?)
        .spawn()
        .with_context(|| format!("running {}", words[0]))?;
    let _limit = Limit::set(child.id());
    let mut text = String::new();
    let mut stdout = child.stdout.take().context("the command has no output")?;
    stdout
        .read_to_string(&mut text)
        .context("reading what the program says")?;
    let status = child.wait().context("waiting for the command")?;
    let account = fs::read_to_string(&errors).unwrap_or_default();
    ensure!(status.success(), "{status}: {}", account.trim());
    let said = parse(&text).with_context(|| format!("the program said {text:?}"))?;
    Ok((said, account))
}

/// "end NANOSECONDS FORKS EXECS OPENS"
fn parse(text: &str) -> Option<Said> {
    let rest = text.lines().last()?.strip_prefix("end ")?;
    let numbers: Vec<u64> = rest
        .split(' ')
        .map_while(|word| word.parse().ok())
        .collect();
    let [time, forks, execs, opens] = numbers[..] else {
        return None;
    };
    Some(Said {
        seconds: time as f64 / 1e9,
        made: [forks, execs, opens],
    })
}

/// The rows of an account; all balance.
fn rows(account: &str) -> Result<Rows> {
    ensure!(
        !account.contains("DOES NOT BALANCE"),
        "the account does not balance: {account}"
    );
    let lines = account
        .lines()
        .filter_map(|line| line.strip_suffix("balances"));
    let rows: Rows = lines.filter_map(row).collect();
    ensure!(rows.contains_key("total"), "no account in: {account}");
    Ok(rows)
}

/// A name, which can have two words, and five numbers.
fn row(line: &str) -> Option<(String, Row)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (name, numbers) = words.split_at_checked(words.len().checked_sub(5)?)?;
    let numbers: Vec<u64> = numbers
        .iter()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [made, delivered, filtered, dropped, missed] = numbers[..] else {
        return None;
    };
    let row = Row {
        made,
        delivered,
        filtered,
        dropped,
        missed,
    };
    Some((name.join(" "), row))
}

fn total(rows: &Rows) -> Row {
    rows.get("total").copied().unwrap_or_default()
}

/// Each thing that the program did is in the account, and nothing that it did not do.
fn check(said: &Said, rows: &Rows) -> Result<()> {
    let [forks, execs, opens] = said.made;
    let [made_forks, made_execs, made_opens] = KNOWN.map(|event| {
        let row = rows.get(event).copied().unwrap_or_default();
        row.made - row.filtered
    });
    ensure!(
        made_forks == forks,
        "{forks} forks, {made_forks} in the account"
    );
    // Before the first exec there is the program's own.
    ensure!(
        made_execs == execs + 1,
        "{execs} execs, {made_execs} in the account"
    );
    let most = opens + (execs + 1) * LOADER;
    if !(opens..=most).contains(&made_opens) {
        bail!("{opens} opens, {made_opens} in the account");
    }
    Ok(())
}

fn cells(case: &Case, output: &str, samples: &[Sample]) -> Vec<String> {
    let worst = samples
        .iter()
        .map(|sample| total(&sample.rows))
        .max_by_key(Row::lost);
    let worst = worst.unwrap_or_default();
    let slower = Spread::of(samples.iter().map(|sample| sample.slower));
    let written = samples.iter().map(|sample| sample.bytes).max().unwrap_or(0);
    let of = (worst.made - worst.filtered).max(1);
    let shown = [
        &tracer(output).join(" "),
        &words(case, "TREE")[1..].join(" "),
    ];
    vec![
        case.name.to_owned(),
        output.to_owned(),
        slower.map_or_else(String::new, |slower| format!("{slower:.2}")),
        (worst.made - worst.filtered).to_string(),
        worst.delivered.to_string(),
        worst.dropped.to_string(),
        worst.missed.to_string(),
        format!("{:.2}", 100.0 * worst.lost() as f64 / of as f64),
        format!("0: {}", verdict(worst.lost() == 0)),
        format!("{:.1}", written as f64 / 1e6),
        format!("`{} CMD {}`", shown[0], shown[1]),
    ]
}

/// A note for what lost something, with the events that did.
fn losses(case: &Case, output: &str, samples: &[Sample]) -> Vec<String> {
    let lost = |sample: &Sample| {
        let rows = sample
            .rows
            .iter()
            .filter(|(name, row)| *name != "total" && row.lost() > 0);
        let events: Vec<String> = rows
            .map(|(name, row)| {
                format!(
                    "{name} {} dropped and {} missed of {}",
                    row.dropped, row.missed, row.made
                )
            })
            .collect();
        (!events.is_empty()).then(|| format!("{}, {output}: {}.", case.name, events.join(", ")))
    };
    samples.iter().filter_map(lost).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "\
EVENT                        MADE    DELIVERED     FILTERED      DROPPED       MISSED  made = …
sched_process_fork             14            4           10            0            0  balances
sched_process_exec              5            2            3            0            0  balances
security_file_open             40           30            2            7            1  balances
openat entry                   55           28           20            7            0  balances
total                         114           64           35           14            1  balances
shown 28, argument mismatches 0, unreadable 0
";

    #[test]
    fn an_account_is_read_row_by_row() {
        let rows = rows(ACCOUNT).unwrap();
        assert_eq!(rows.len(), 5);
        assert_eq!(rows["openat entry"].lost(), 7);
        assert_eq!(rows["security_file_open"].missed, 1);
        assert!(super::rows("EVENT\n").is_err());
        assert!(super::rows(&ACCOUNT.replace("1  balances", "1  DOES NOT BALANCE")).is_err());
    }

    #[test]
    fn what_the_program_did_must_be_in_the_account() {
        let rows = rows(ACCOUNT).unwrap();
        let said = |text| parse(text).unwrap();
        assert!(check(&said("end 5 4 1 30"), &rows).is_ok());
        for wrong in [
            "end 5 5 1 30",
            "end 5 4 2 30",
            "end 5 4 1 39",
            "end 5 4 1 17",
        ] {
            assert!(check(&said(wrong), &rows).is_err(), "{wrong}");
        }
        assert!(parse("end 5 4 1\n").is_none());
    }

    #[test]
    fn the_round_that_lost_most_is_told() {
        let sample = |account: &str| Sample {
            slower: 2.0,
            rows: rows(account).unwrap(),
            bytes: 0,
        };
        let none = ACCOUNT.replace("14            1", " 0            0");
        let samples = [sample(&none), sample(ACCOUNT)];
        let cells = cells(&CASES[1], OUTPUTS[0], &samples);
        assert_eq!(cells[3..9], ["79", "64", "14", "1", "18.99", "0: NOT MET"]);
        assert!(
            cells[10].ends_with("CMD opens 1000000 TREE`"),
            "{}",
            cells[10]
        );
        let notes = losses(&CASES[1], OUTPUTS[0], &samples[1..]);
        assert!(notes[0].contains("security_file_open 7 dropped and 1 missed of 40"));
    }
}
