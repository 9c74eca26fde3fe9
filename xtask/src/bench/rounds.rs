//! The run: what is there, then rounds, then the report.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result, bail, ensure};

use super::configuration::{self, CONFIGURATIONS, Configuration, Tool};
use super::work::Work;
use super::{cost, engine, flood, machine, process, report, start};
use crate::workspace::root;

/// Options of `bench`.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Times that every configuration is run
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Two short rounds, to see that everything runs; the numbers are rough
    #[arg(long)]
    quick: bool,
    /// Print Markdown, for docs/benchmarks.md
    #[arg(long)]
    markdown: bool,
}

/// What has been measured for one configuration, a value per round.
#[derive(Debug, Default)]
pub struct Samples {
    /// Nanoseconds per call.
    pub costs: Vec<cost::Pair>,
    /// Full rate.
    pub floods: Vec<flood::Flood>,
    /// Start and end.
    pub starts: Vec<start::Start>,
    /// Why it is not measured (any more).
    pub failure: Option<String>,
}

/// How much is done in each round.
pub struct Size {
    /// Rounds.
    pub rounds: u32,
    /// Seconds of calls at full rate, per configuration.
    pub flood_seconds: f64,
    /// Calls that are recorded, once.
    pub records: u64,
}

/// Runs `bench`.
pub fn run_bench(options: &Options) -> Result<()> {
    check()?;
    let size = if options.quick {
        Size {
            rounds: options.rounds.min(2),
            flood_seconds: 0.2,
            records: 300_000,
        }
    } else {
        Size {
            rounds: options.rounds,
            flood_seconds: 1.0,
            records: 3_000_000,
        }
    };
    let work = Work::create()?;
    let (machine, busy) = (machine::describe(), machine::busy());
    let mut samples: Vec<Samples> = CONFIGURATIONS.iter().map(available).collect();
    let recording = engine::record(&work, size.records)?;
    let mut replays = vec![Vec::new(); engine::REPLAYS.len()];
    for round in 0..size.rounds {
        for turn in 0..CONFIGURATIONS.len() {
            // Each round starts elsewhere, so that no configuration is always behind the same one.
            let index = (turn + round as usize) % CONFIGURATIONS.len();
            progress(&format!(
                "round {} of {}: {}",
                round + 1,
                size.rounds,
                CONFIGURATIONS[index].name
            ));
            measure(&CONFIGURATIONS[index], &mut samples[index], &work, &size);
        }
        progress(&format!("round {} of {}: replay", round + 1, size.rounds));
        for (replay, times) in engine::REPLAYS.iter().zip(&mut replays) {
            times.push(replay.run(&recording, &work)?);
        }
    }
    progress("");
    let report = report::Report {
        machine,
        busy,
        size: &size,
        samples: &samples,
        recording: &recording,
        replays: &replays,
    };
    print!("{}", report.text(options.markdown));
    // Another tool's failure is that tool's; ours must not pass for a result.
    let mut ours = CONFIGURATIONS.iter().zip(&samples);
    let failed =
        ours.find(|(row, samples)| row.tool == Tool::Tracehound && samples.failure.is_some());
    match failed {
        Some((row, samples)) => bail!("{}: {}", row.name, samples.failure.as_deref().unwrap_or("")),
        None => Ok(()),
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
        process::cpus() >= 2,
        "the traced program and the tracer need a CPU each; this machine has one"
    );
    for file in [configuration::TRACEHOUND, cost::PROGRAM, flood::PROGRAM] {
        ensure!(
            root().join(file).exists(),
            "{file} is missing: run `make bench`, which builds it"
        );
    }
    Ok(())
}

fn available(configuration: &Configuration) -> Samples {
    let missing = !machine::installed(configuration.tool.program());
    Samples {
        failure: missing.then(|| "not installed".to_owned()),
        ..Samples::default()
    }
}

/// One round of one configuration. A tool that fails is left out from then on, with its reason.
fn measure(configuration: &Configuration, samples: &mut Samples, work: &Work, size: &Size) {
    if samples.failure.is_some() {
        return;
    }
    let mut all = || -> Result<()> {
        let start = start::run(configuration)?;
        let cost = cost::run(configuration, work)?;
        let flood = flood::run(configuration, work, size.flood_seconds)?;
        samples.starts.push(start);
        samples.costs.push(cost);
        samples.floods.push(flood);
        Ok(())
    };
    if let Err(error) = all() {
        samples.failure = Some(format!("failed: {error:#}"));
    }
}

fn progress(text: &str) {
    if io::stderr().is_terminal() {
        eprint!("\r\x1b[K{text}");
    }
}
