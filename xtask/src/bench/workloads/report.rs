//! A workload's measurements as a table.

use super::super::columns::{MISSING, at_most, shown};
use super::super::stats::Spread;
use super::super::table::Table;
use super::super::targets::verdict;
use super::measure::Sample;
use super::rounds::{Measured, Samples};
use super::row::{Row, UNTRACED};

/// The workload that the targets are about.
const TARGETED: &str = "build";

/// Where the events of a row come from.
const EVENTS: &str = "Events are those of the account for Tracehound, whose output must have a line \
    for each shown; lines of the output for the others; a dash where none or only sums are shown.";

/// The table of a workload.
pub fn table(measured: &Measured<'_>, rounds: u32) -> Table {
    let (workload, rows) = (measured.workload, &measured.rows);
    let mut notes = Vec::new();
    if let Some(program) = measured.missing {
        notes.push(format!("Not measured: {program} is not installed."));
    } else {
        notes.push(workload.about());
    }
    notes.push(format!(
        "{rounds} rounds; slow-down is against the untraced run of the same round. \
         CPU is what the tracer used of one while the work was done, busy is all CPUs."
    ));
    notes.push(EVENTS.to_owned());
    for (row, samples) in rows {
        let failure = samples.failure.iter();
        notes.extend(failure.map(|reason| format!("{}: {reason}", row.name)));
    }
    let untraced = &rows[UNTRACED].1;
    let line = |(row, samples): &(&'static Row, Samples)| {
        let mut cells = vec![row.name.to_owned()];
        let target = workload.name() == TARGETED;
        cells.extend(cells_of(row, samples, untraced, target));
        cells.push(format!("`{}`", row.shown(workload.busy())));
        cells
    };
    Table {
        title: workload.title(),
        notes,
        head: vec![
            "configuration",
            workload.rate(),
            "slow-down",
            "target",
            "tracer CPU %",
            "busy %",
            "events",
            "lost %",
            "target",
            "MB written",
            "command",
        ],
        rows: rows.iter().map(line).collect(),
        commands_apart: true,
    }
}

fn cells_of(row: &Row, samples: &Samples, untraced: &Samples, target: bool) -> Vec<String> {
    let of = |get: fn(&Sample) -> Option<f64>| {
        Spread::of(samples.rounds.iter().filter_map(|(_, sample)| get(sample)))
    };
    let rate = of(|sample| Some(sample.rate));
    let digits = if rate.is_some_and(|rate| rate.median < 100.0) {
        2
    } else {
        0
    };
    let slower = slow_down(samples, untraced);
    let lost = of(lost);
    let wanted = |value: Option<f64>| value.filter(|_| target);
    let lossless = lost.filter(|_| target && row.target.lossless);
    vec![
        shown(rate, digits),
        shown(slower, 3),
        at_most(wanted(row.target.build), slower, ("", 2)),
        shown(of(|sample| Some(100.0 * sample.cpu?)), 1),
        shown(of(|sample| Some(100.0 * sample.busy)), 0),
        median(
            of(|sample| sample.events.delivered.map(|count| count as f64)),
            0,
        ),
        shown(lost, 2),
        // Not the median: each round is asked for.
        lossless.map_or_else(
            || MISSING.to_owned(),
            |lost| format!("0: {}", verdict(lost.high == 0.0)),
        ),
        median(of(|sample| Some(sample.bytes? as f64 / 1e6)), 1),
    ]
}

/// How many times as long the work took as in the untraced run of the same round.
fn slow_down(samples: &Samples, untraced: &Samples) -> Option<Spread> {
    let base = |round: u32| untraced.rounds.iter().find(|(other, _)| *other == round);
    Spread::of(samples.rounds.iter().filter_map(|(round, sample)| {
        let (_, untraced) = base(*round)?;
        Some(untraced.rate / sample.rate)
    }))
}

/// Of all events, the part that did not arrive.
fn lost(sample: &Sample) -> Option<f64> {
    let (delivered, lost) = (sample.events.delivered?, sample.events.lost?);
    let all = (delivered + lost).max(1);
    Some(100.0 * lost as f64 / all as f64)
}

fn median(spread: Option<Spread>, digits: usize) -> String {
    spread.map_or_else(
        || MISSING.to_owned(),
        |spread| format!("{:.digits$}", spread.median),
    )
}

#[cfg(test)]
mod tests {
    use super::super::count::Events;
    use super::super::row::ROWS;
    use super::*;

    fn samples(rates: &[(u32, f64)], lost: u64) -> Samples {
        let sample = |rate| Sample {
            rate,
            cpu: Some(0.25),
            busy: 0.5,
            events: Events {
                delivered: Some(90),
                lost: Some(lost),
            },
            bytes: Some(2_000_000),
        };
        Samples {
            rounds: rates
                .iter()
                .map(|&(round, rate)| (round, sample(rate)))
                .collect(),
            failure: None,
        }
    }

    fn every_call() -> &'static Row {
        ROWS.iter()
            .find(|row| row.name == "Tracehound, every call")
            .unwrap()
    }

    #[test]
    fn a_row_is_held_against_the_untraced_run_of_its_round() {
        let untraced = samples(&[(0, 100.0), (1, 50.0), (2, 80.0)], 0);
        let spread = slow_down(&samples(&[(0, 50.0), (2, 20.0)], 0), &untraced).unwrap();
        assert_eq!((spread.low, spread.high), (2.0, 4.0));
    }

    #[test]
    fn a_build_must_be_fast_enough_and_lose_nothing() {
        let untraced = samples(&[(0, 100.0)], 0);
        let good = cells_of(every_call(), &samples(&[(0, 95.0)], 0), &untraced, true);
        assert_eq!((&*good[2], &*good[7]), ("1.10: met", "0: met"));
        let bad = cells_of(every_call(), &samples(&[(0, 90.0)], 10), &untraced, true);
        assert_eq!((&*bad[2], &*bad[7]), ("1.10: NOT MET", "0: NOT MET"));
        assert_eq!(bad[6], "10.00 [10.00..10.00]");
    }

    #[test]
    fn other_workloads_have_no_target() {
        let untraced = samples(&[(0, 100.0)], 0);
        let cells = cells_of(every_call(), &samples(&[(0, 90.0)], 10), &untraced, false);
        assert_eq!((&*cells[2], &*cells[7]), (MISSING, MISSING));
    }
}
