//! The task: its options, the machine, then what was asked for.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result, bail, ensure};

use super::configuration::TRACEHOUND;
use super::rounds::{self, Size};
use super::{beside, filters, hooks, loss, machine, tree, workloads};
use crate::workspace::root;

/// Options of `bench`.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// What to measure; everything if not given
    #[arg(value_enum)]
    part: Option<Part>,
    /// Times that every configuration is run; 7 for calls, 5 for workloads, 3 for loss if not given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Few short rounds, to see that everything runs; the numbers are rough
    #[arg(long)]
    quick: bool,
    /// Only this workload
    #[arg(long, value_name = "NAME", value_parser = workloads::NAMES)]
    workload: Option<String>,
    /// Only the rows of the workloads that have this in their names, and untraced
    #[arg(long, value_name = "TEXT", default_value = "")]
    rows: String,
    /// Print Markdown, for docs/benchmarks.md
    #[arg(long)]
    markdown: bool,
}

/// A part of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Single calls, full rate, start, memory
    Calls,
    /// A build, a key-value store and a web server under load
    Workloads,
    /// Filters that the kernel runs
    Filters,
    /// Each hook event's programs
    Hooks,
    /// The process tree
    Tree,
    /// What is told beside each event, and hidden of it
    Beside,
    /// What is lost of a fork bomb and a walk through a million files
    Loss,
}

/// Runs `bench`.
pub fn run_bench(options: &Options) -> Result<()> {
    check()?;
    let wanted = |part| options.part.is_none_or(|only| only == part);
    let plan = plan(options);
    if wanted(Part::Workloads) {
        workloads::check(&plan)?;
    }
    print!("{}", machine::table().text(options.markdown));
    let mut results = Vec::new();
    if wanted(Part::Calls) {
        results.push(rounds::run(&size(options), options.markdown));
    }
    if wanted(Part::Workloads) {
        results.push(workloads::run(&plan, options.markdown));
    }
    if wanted(Part::Filters) {
        let rounds = size(options).rounds;
        results.push(filters::run(rounds, options.markdown));
    }
    if wanted(Part::Hooks) {
        let times = if options.quick { 5 } else { 50 };
        results.push(hooks::run(times, options.markdown));
    }
    if wanted(Part::Tree) {
        let rounds = size(options).rounds.min(5);
        results.push(tree::run(rounds, options.markdown));
    }
    if wanted(Part::Beside) {
        let rounds = size(options).rounds.min(5);
        results.push(beside::run(rounds, options.markdown));
    }
    if wanted(Part::Loss) {
        let rounds = options.rounds.unwrap_or(3);
        let rounds = if options.quick { 1 } else { rounds };
        results.push(loss::run(rounds, options.markdown));
    }
    // What fails in one part does not keep the other's numbers back.
    results.into_iter().collect()
}

fn size(options: &Options) -> Size {
    let rounds = options.rounds.unwrap_or(7);
    if options.quick {
        return Size {
            rounds: rounds.min(2),
            flood_seconds: 0.2,
            records: 300_000,
        };
    }
    Size {
        rounds,
        flood_seconds: 1.0,
        records: 3_000_000,
    }
}

fn plan(options: &Options) -> workloads::Plan {
    let rounds = options.rounds.unwrap_or(5);
    workloads::Plan {
        rounds: if options.quick { 1 } else { rounds },
        parts: if options.quick { 10 } else { 1 },
        workload: options.workload.clone(),
        rows: options.rows.clone(),
    }
}

fn check() -> Result<()> {
    let status =
        std::fs::read_to_string("/proc/self/status").context("reading /proc/self/status")?;
    let user = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .unwrap_or_default();
    if user.split_whitespace().nth(1) != Some("0") {
        bail!("tracing needs root: run `make bench`, which uses sudo");
    }
    ensure!(
        root().join(TRACEHOUND).exists(),
        "{TRACEHOUND} is missing: run `make bench`, which builds it"
    );
    Ok(())
}

/// Says on a terminal what is being done.
pub fn progress(text: &str) {
    if io::stderr().is_terminal() {
        eprint!("\r\x1b[K{text}");
    }
}
