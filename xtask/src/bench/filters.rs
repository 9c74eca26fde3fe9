//! What filters that the kernel runs cost: an event of which nothing is wanted here, held against the
//! same event told.
//!
//! All rounds run the call untraced, with the event told, and with each filter, one after another.

use anyhow::Result;

use super::configuration::TRACEHOUND;
use super::cost::{PROGRAM, median_of};
use super::process::said_by;
use super::stats::Spread;
use super::table::Table;
use super::targets::{FILTERED, verdict};
use super::task::progress;

/// Batches of calls, and calls in a batch.
const ARGUMENTS: [&str; 2] = ["100", "200"];

/// A call, the event that tells it, and filters that exclude all that the program does.
struct Case {
    call: &'static str,
    event: &'static str,
    filters: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        call: "open",
        event: "security_file_open",
        filters: &[
            "data.pathname=/etc/shadow",
            "data.pathname=/etc/*",
            "scope.comm=nobody",
        ],
    },
    Case {
        call: "getppid",
        event: "getppid",
        filters: &["retval=0", "scope.comm=nobody"],
    },
];

/// Measures and prints the table.
pub fn run(rounds: u32, markdown: bool) -> Result<()> {
    let mut rows = Vec::new();
    for case in CASES {
        let mut samples = vec![Vec::new(); case.filters.len() + 2];
        for round in 1..=rounds {
            progress(&format!("{}, round {round} of {rounds}", case.call));
            for (filter, samples) in case.selections().iter().zip(&mut samples) {
                samples.push(once(case.call, filter.as_deref())?);
            }
        }
        rows.extend(case.rows(&samples));
    }
    progress("");
    let table = Table {
        title: "Filters in the kernel",
        notes: vec![format!(
            "Nanoseconds per call, {rounds} rounds: untraced, with the event told, and with filters that exclude all that \
             the program does. `open` opens and closes a file. A filter costs what it adds to the event that \
             is told: less than nothing, where the kernel leaves out more than it takes."
        )],
        head: vec![
            "call",
            "what is traced",
            "ns per call",
            "added to untraced",
            "added to the event told",
            "target",
        ],
        rows,
        commands_apart: false,
    };
    print!("{}", table.text(markdown));
    Ok(())
}

impl Case {
    /// Nothing, the event, and the event with each filter.
    fn selections(&self) -> Vec<Option<String>> {
        let event = self.event;
        let filters = self
            .filters
            .iter()
            .map(|filter| format!("{event}.{filter}"));
        let traced = std::iter::once(event.to_owned()).chain(filters);
        std::iter::once(None).chain(traced.map(Some)).collect()
    }

    fn rows(&self, samples: &[Vec<f64>]) -> Vec<Vec<String>> {
        let [bare, told, ..] = samples else {
            return Vec::new();
        };
        let selections = self.selections();
        let rows = selections.iter().zip(samples).enumerate();
        rows.map(|(place, (selection, own))| {
            let against = |other: &Vec<f64>| {
                Spread::of(own.iter().zip(other).map(|(own, other)| own - other))
            };
            let cell = |spread: Option<Spread>, shown: bool| {
                let spread = spread.filter(|_| shown);
                spread.map_or_else(|| "-".to_owned(), |spread| format!("{spread:.0}"))
            };
            let (added, filter) = (against(told), place > 1);
            let target = added.filter(|_| filter).map_or_else(
                || "-".to_owned(),
                |added| format!("+{FILTERED:.0}: {}", verdict(added.median <= FILTERED)),
            );
            vec![
                self.call.to_owned(),
                selection.clone().unwrap_or_else(|| "nothing".to_owned()),
                cell(Spread::of(own.iter().copied()), true),
                cell(against(bare), place > 0),
                cell(added, filter),
                target,
            ]
        })
        .collect()
    }
}

/// One run of the program: nanoseconds per call.
fn once(call: &str, selection: Option<&str>) -> Result<f64> {
    let mut words = vec!["taskset", "-c", "1"];
    if let Some(selection) = selection {
        words.extend([TRACEHOUND, "-q", "-e", selection, "-o", "none", "--"]);
    }
    words.push(PROGRAM);
    words.extend(ARGUMENTS);
    words.push(call);
    median_of(&said_by(&words)?, call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_held_against_the_event_told() {
        let samples = [
            vec![100.0, 110.0],
            vec![300.0, 310.0],
            vec![320.0, 330.0],
            vec![340.0, 350.0],
            vec![250.0, 260.0],
        ];
        let rows = CASES[0].rows(&samples);
        assert_eq!(rows[0][1], "nothing");
        assert_eq!(rows[1][3..], ["200 [200..200]", "-", "-"]);
        assert_eq!(rows[2][4..], ["20 [20..20]", "+30: met"]);
        assert_eq!(rows[3][4..], ["40 [40..40]", "+30: NOT MET"]);
        assert_eq!(rows[4][4], "-50 [-50..-50]");
    }
}
