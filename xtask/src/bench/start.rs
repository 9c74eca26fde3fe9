//! From the start of the tracer to the program's first line, to the first event and to the end.

use std::io::{BufRead as _, BufReader, Read};
use std::process::Stdio;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::configuration::Configuration;
use super::flood::PROGRAM;
use super::process::Limit;
use crate::workspace::command;

/// One start, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// To the traced program's `main`.
    pub program: f64,
    /// To the first event on the tracer's output; `None` if it writes none.
    pub event: Option<f64>,
    /// To the tracer's end; the program makes one call and ends.
    pub end: f64,
}

/// Runs the program for a single call; the tracer writes to its standard error.
pub fn run(configuration: &Configuration) -> Result<Start> {
    let words = configuration.words("/dev/stderr".as_ref(), &[PROGRAM, "0"]);
    let words: Vec<String> = words
        .into_iter()
        .map(|word| word.replace("/dev/null", "/dev/stderr"))
        .collect();
    let start = Instant::now();
    let mut child = command(&words[0])
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("running {}", words[0]))?;
    let _limit = Limit::set(child.id());
    let (lines, seen) = channel();
    let stdout = child.stdout.take().context("the tracer has no output")?;
    let stderr = child
        .stderr
        .take()
        .context("the tracer has no standard error")?;
    let readers = [follow(stdout, lines.clone()), follow(stderr, lines)];
    let status = child.wait().context("waiting for the tracer")?;
    let end = start.elapsed();
    for reader in readers {
        ensure!(reader.join().is_ok(), "the reading thread failed");
    }
    let seen: Vec<(Instant, String)> = seen.into_iter().collect();
    ensure!(status.success(), "{status}: {}", said(&seen));
    let first = |what: fn(&str) -> bool| {
        let times = seen
            .iter()
            .filter(|line| what(&line.1))
            .map(|line| line.0 - start);
        times.min().as_ref().map(Duration::as_secs_f64)
    };
    let program = first(|line| line == "begin")
        .with_context(|| format!("the program did not begin: {}", said(&seen)))?;
    Ok(Start {
        program,
        event: first(is_event),
        end: end.as_secs_f64(),
    })
}

/// Sends each line with the time it came.
fn follow(
    from: impl Read + Send + 'static,
    lines: Sender<(Instant, String)>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while matches!(from.read_until(b'\n', &mut line), Ok(1..)) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            // The receiver stays until both threads have ended.
            let _ = lines.send((Instant::now(), text));
            line.clear();
        }
    })
}

/// The account's rows name the call too, but start with it.
fn is_event(line: &str) -> bool {
    line.contains("rt_sigprocmask") && !line.starts_with("rt_sigprocmask ")
}

fn said(seen: &[(Instant, String)]) -> String {
    let lines: Vec<&str> = seen.iter().map(|line| line.1.as_str()).collect();
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_from_the_account() {
        assert!(is_event(
            "{\"event\":\"sigprocmask\",\"syscall\":\"rt_sigprocmask\"}"
        ));
        assert!(is_event(
            "17 rt_sigprocmask(SIG_SETMASK, [USR2], NULL, 8) = 0"
        ));
        assert!(!is_event("rt_sigprocmask        1            1  balances"));
        assert!(!is_event("begin"));
    }
}
