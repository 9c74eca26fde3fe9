//! Nanoseconds per call, as the traced program measures them itself.

use anyhow::{Context as _, Result};

use super::configuration::{BARE, CONFIGURATIONS, Configuration};
use super::process::said_by;
use super::work::Work;

/// The program that measures.
pub const PROGRAM: &str = "target/programs/callcost";
/// Batches of calls, and calls in a batch.
const ARGUMENTS: [&str; 2] = ["100", "200"];

/// A run and the untraced run just before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// With no tracer.
    pub bare: Cost,
    /// With the configuration's.
    pub traced: Cost,
}

/// One run of the program: medians over its batches, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Per getppid, which no configuration selects.
    pub getppid: f64,
    /// Per rt_sigprocmask, which all but bare select.
    pub sigprocmask: f64,
}

/// The traced command, as one would type it.
pub fn shown() -> String {
    format!("{PROGRAM} {}", ARGUMENTS.join(" "))
}

/// Runs the program without a tracer, then under a configuration.
pub fn run(configuration: &Configuration, work: &Work) -> Result<Pair> {
    let bare = once(&CONFIGURATIONS[BARE], work)?;
    let traced = once(configuration, work)?;
    Ok(Pair { bare, traced })
}

fn once(configuration: &Configuration, work: &Work) -> Result<Cost> {
    let mut program = vec![PROGRAM];
    program.extend(ARGUMENTS);
    let words = configuration.words(&work.file("out"), &program);
    parse(&said_by(&words)?)
}

fn parse(text: &str) -> Result<Cost> {
    Ok(Cost {
        getppid: median_of(text, "getppid")?,
        sigprocmask: median_of(text, "rt_sigprocmask")?,
    })
}

/// The median that the program printed of a call.
pub fn median_of(text: &str, name: &str) -> Result<f64> {
    let mut values = text
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let median = values
        .next()
        .and_then(|rest| rest.split(' ').next()?.parse().ok());
    median.with_context(|| format!("{PROGRAM} printed no time for {name}: {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_medians_are_read_among_other_lines() {
        let text =
            "Attaching 2 probes...\ngetppid 117.2 115.9 120.8\nrt_sigprocmask 135.8 130.6 146.3\n";
        assert_eq!(
            parse(text).unwrap(),
            Cost {
                getppid: 117.2,
                sigprocmask: 135.8
            }
        );
    }

    #[test]
    fn a_missing_time_is_an_error() {
        assert!(parse("getppid 117.2 115.9 120.8\n").is_err());
        assert!(parse("getppid x\nrt_sigprocmask 1 1 1\n").is_err());
    }
}
