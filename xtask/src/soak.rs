//! `cargo xtask soak`: the process tree while processes come and go for a long time. Its memory has to stay
//! where it is, nothing may be lost, and nobody forgotten.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::workspace::command;

const TRACEHOUND: &str = "target/release/tracehound";
const PROGRAM: &str = "target/programs/churn";
/// Looks at the memory.
const SAMPLES: u32 = 40;
/// What the tree may take that holds those that ended, with what the allocator keeps of it.
const ROOM: u64 = 40 << 20;
/// From such a duration on the memory has to be flat: the tree is full of those that ended by then.
const LONG: Duration = Duration::from_secs(240);
/// Growth that counts as flat.
const FLAT: u64 = 2 << 20;

/// Options of `soak`.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// How long: a number and s, m or h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    duration: Duration,
    /// The tracer: the release build unless it is said
    #[arg(long, value_name = "PATH", default_value = TRACEHOUND)]
    tracer: String,
}

/// Runs `soak`; needs root, the tracer and the test programs.
pub fn run_soak(options: &Options) -> Result<()> {
    let seconds = options.duration.as_secs().to_string();
    let words = [
        "-e",
        "sched_process_exec",
        "--with",
        "ancestors",
        "-o",
        "json:/dev/null",
    ];
    let child = command(&options.tracer)
        .args(words)
        .args(["--stats", "--", PROGRAM, &seconds])
        .stderr(Stdio::piped())
        .spawn()
        .context("starting the tracer; build it by `make build programs`")?;
    let samples = watch(&child, options.duration);
    let output = child.wait_with_output().context("waiting for the tracer")?;
    let said = String::from_utf8_lossy(&output.stderr);
    print!("{said}");
    ensure!(
        output.status.success(),
        "the tracer ended with {}",
        output.status
    );
    ensure!(
        !said.contains("DOES NOT BALANCE"),
        "the account does not balance"
    );
    ensure!(
        !said.contains("processes not kept"),
        "processes were forgotten"
    );
    judge(&samples, options.duration >= LONG)
}

/// The tracer's memory over the time, in bytes.
fn watch(child: &Child, duration: Duration) -> Vec<u64> {
    let start = Instant::now();
    let mut samples = Vec::new();
    // The first when the rings are there, the last while processes still come and go.
    for number in 1..SAMPLES {
        let next = duration * number / SAMPLES;
        thread::sleep(next.saturating_sub(start.elapsed()));
        if let Some(bytes) = anonymous(child.id()) {
            println!("{:>6} s {:>8} KiB", start.elapsed().as_secs(), bytes >> 10);
            samples.push(bytes);
        }
    }
    samples
}

/// Memory of its own, without files and rings.
fn anonymous(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kilobytes: u64 = line.split_ascii_whitespace().next()?.parse().ok()?;
    Some(kilobytes << 10)
}

fn judge(samples: &[u64], long: bool) -> Result<()> {
    let most = |samples: &[u64]| samples.iter().copied().max().unwrap_or(0);
    let [first, .., _] = samples else {
        bail!("the tracer ended before its memory could be looked at");
    };
    let grown = most(samples).saturating_sub(*first);
    ensure!(grown <= ROOM, "memory has grown by {} KiB", grown >> 10);
    let (before, after) = samples.split_at(samples.len() * 3 / 4);
    let grown = most(after).saturating_sub(most(before));
    ensure!(
        !long || grown <= FLAT,
        "memory still grows: by {} KiB in the last quarter",
        grown >> 10
    );
    println!(
        "memory: {} KiB at most, {} KiB more in the last quarter",
        most(samples) >> 10,
        grown >> 10
    );
    Ok(())
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number and s, m or h: 30s".to_owned();
    let (number, unit) = text.split_at(text.len().saturating_sub(1));
    let scale = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(number * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_noticed() {
        let flat = [1 << 20; 8];
        assert!(judge(&flat, true).is_ok());
        let growing: Vec<u64> = (1..9).map(|step| step << 22).collect();
        assert!(judge(&growing, false).is_ok());
        assert!(judge(&growing, true).is_err());
        assert!(judge(&[1 << 20, 60 << 20, 1 << 20], false).is_err());
        assert!(judge(&[], false).is_err());
    }
}
