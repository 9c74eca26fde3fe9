//! Single calls: what is there, then rounds, then the report.

use anyhow::{Result, bail, ensure};

use super::configuration::{CONFIGURATIONS, Configuration, Tool};
use super::task::progress;
use super::work::Work;
use super::{cost, engine, flood, machine, process, report, start};
use crate::workspace::root;

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

/// Runs it all and prints the tables.
pub fn run(size: &Size, markdown: bool) -> Result<()> {
    check()?;
    let work = Work::create()?;
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
            measure(&CONFIGURATIONS[index], &mut samples[index], &work, size);
        }
        progress(&format!("round {} of {}: replay", round + 1, size.rounds));
        for (replay, times) in engine::REPLAYS.iter().zip(&mut replays) {
            times.push(replay.run(&recording, &work)?);
        }
    }
    progress("");
    let report = report::Report {
        size,
        samples: &samples,
        recording: &recording,
        replays: &replays,
    };
    print!("{}", report.text(markdown));
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
    ensure!(
        process::cpus() >= 2,
        "the traced program and the tracer need a CPU each; this machine has one"
    );
    for file in [cost::PROGRAM, flood::PROGRAM] {
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
