//! The rounds: what there is to run, each row once a round on each workload.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};

use super::super::configuration::Tool;
use super::super::machine;
use super::super::task::progress;
use super::super::work::Work;
use super::build::Build;
use super::measure::{self, Sample};
use super::row::{ROWS, Row, UNTRACED};
use super::store::Store;
use super::web::Web;
use super::{Workload, report};
use crate::workspace::command;

/// How much is done.
pub struct Plan {
    /// Rounds.
    pub rounds: u32,
    /// A server does one part of so many of its work.
    pub parts: u64,
    /// Only this workload.
    pub workload: Option<String>,
    /// Only rows with this in their names; untraced is always run.
    pub rows: String,
}

/// What has been measured of a row on a workload.
#[derive(Debug, Default)]
pub struct Samples {
    /// A value per round that was measured.
    pub rounds: Vec<(u32, Sample)>,
    /// Why it is not measured (any more).
    pub failure: Option<String>,
}

/// What has been measured on a workload, row by row; rows that were not asked for are not there.
pub struct Measured<'a> {
    /// On what.
    pub workload: &'a dyn Workload,
    /// A program that it needs and that is not installed; nothing is measured then.
    pub missing: Option<&'static str>,
    /// Each row with its samples; the first is untraced.
    pub rows: Vec<(&'static Row, Samples)>,
}

/// The names that `--workload` takes.
pub const NAMES: [&str; 3] = ["build", "store", "web"];

fn workloads(plan: &Plan) -> Vec<Box<dyn Workload>> {
    let all: [Box<dyn Workload>; 3] = [Box::new(Build), Box::new(Store), Box::<Web>::default()];
    let wanted = |name: &str| plan.workload.as_ref().is_none_or(|only| only == name);
    all.into_iter().filter(|one| wanted(one.name())).collect()
}

/// Checks that each of our rows that will be run can be: that its events are known and start.
pub fn check(plan: &Plan) -> Result<()> {
    for workload in workloads(plan) {
        let is_called = |row: &&Row| row.is_ours() && row.name.contains(&plan.rows);
        for row in ROWS.iter().filter(is_called) {
            let words = row.words("/dev/null".as_ref(), workload.busy(), &["true".to_owned()]);
            let output = command(&words[0])
                .args(&words[1..])
                .stdin(Stdio::null())
                .output()
                .with_context(|| format!("running {}", words[0]))?;
            ensure!(
                output.status.success(),
                "row {:?} on workload {:?}: {}",
                row.name,
                workload.name(),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
    }
    Ok(())
}

/// Measures, and gives the tables as text.
pub fn run(plan: &Plan, markdown: bool) -> Result<()> {
    let workloads = workloads(plan);
    let mut all: Vec<Measured<'_>> = workloads
        .iter()
        .map(|workload| Measured::of(workload.as_ref(), plan))
        .collect();
    let work = Work::create()?;
    for measured in &all {
        measured.prepare(&work)?;
    }
    for round in 0..plan.rounds {
        for measured in &mut all {
            measured.round(round, plan, &work);
        }
    }
    progress("");
    for measured in &all {
        print!("{}", report::table(measured, plan.rounds).text(markdown));
    }
    all.iter().try_for_each(Measured::verdict)
}

impl<'a> Measured<'a> {
    /// Rows that are asked for, and whether what they need is there.
    fn of(workload: &'a dyn Workload, plan: &Plan) -> Measured<'a> {
        let missing = workload
            .needs()
            .into_iter()
            .find(|program| !machine::installed(program));
        let samples = |row: &Row| {
            let missing = !machine::installed(row.tool.program());
            Samples {
                rounds: Vec::new(),
                failure: missing.then(|| "not installed".to_owned()),
            }
        };
        let asked =
            |(index, row): &(usize, &Row)| *index == UNTRACED || row.name.contains(&plan.rows);
        let rows = ROWS.iter().enumerate().filter(asked);
        let rows = rows.map(|(_, row)| (row, samples(row))).collect();
        Measured {
            workload,
            missing,
            rows,
        }
    }

    /// Files, and a run that is not counted: it fills the page cache.
    fn prepare(&self, work: &Work) -> Result<()> {
        if self.missing.is_some() {
            return Ok(());
        }
        progress(&format!("{}: preparing", self.workload.name()));
        self.workload.prepare(work)?;
        let untraced = self.rows[UNTRACED].0;
        measure::run(untraced, self.workload, work, self.workload.amount(1))
            .with_context(|| format!("workload {:?}, untraced", self.workload.name()))
            .map(drop)
    }

    fn round(&mut self, round: u32, plan: &Plan, work: &Work) {
        let name = self.workload.name();
        let count = self.rows.len();
        if self.missing.is_some() {
            return;
        }
        for turn in 0..count {
            // Each round starts elsewhere, so that no row is always behind the same one.
            let (row, samples) = &mut self.rows[(turn + round as usize) % count];
            if samples.failure.is_some() {
                continue;
            }
            progress(&format!(
                "round {} of {}, {name}: {}",
                round + 1,
                plan.rounds,
                row.name
            ));
            let amount = self.workload.amount(row.parts * plan.parts);
            match measure::run(row, self.workload, work, amount) {
                Ok(sample) => samples.rounds.push((round, sample)),
                // A tool that fails is left out from then on, with its reason.
                Err(error) => samples.failure = Some(format!("failed: {error:#}")),
            }
        }
    }

    /// Another tool's failure is that tool's; ours must not pass for a result.
    fn verdict(&self) -> Result<()> {
        let mut failures = self.rows.iter().filter_map(|(row, samples)| {
            let ours = row.is_ours() || row.tool == Tool::Bare;
            let failure = samples.failure.as_ref().filter(|_| ours)?;
            Some((row.name, failure))
        });
        match failures.next() {
            Some((row, failure)) => bail!("{}, {row}: {failure}", self.workload.name()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(workload: Option<&str>, rows: &str) -> Plan {
        Plan {
            rounds: 1,
            parts: 1,
            workload: workload.map(str::to_owned),
            rows: rows.to_owned(),
        }
    }

    #[test]
    fn each_name_chooses_its_workload() {
        for name in NAMES {
            let found = workloads(&plan(Some(name), ""));
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].name(), name);
        }
        assert_eq!(workloads(&plan(None, "")).len(), NAMES.len());
    }

    #[test]
    fn untraced_is_run_whatever_rows_are_asked_for() {
        let measured = Measured::of(&Build, &plan(None, "strace, every call"));
        let names: Vec<_> = measured.rows.iter().map(|(row, _)| row.name).collect();
        assert_eq!(names, ["untraced", "strace, every call"]);
    }

    #[test]
    fn servers_can_do_each_part_that_rows_ask_for() {
        for workload in workloads(&plan(None, "")) {
            for row in ROWS {
                // ab makes at least one request per connection, and -n is for each of two kinds.
                let amount = workload.amount(row.parts * 10);
                assert!(amount >= 30, "{}: {amount}", workload.name());
            }
        }
    }
}
