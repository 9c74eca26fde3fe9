//! The page that says which events the lab's kernels can tell.

use std::fmt::Write as _;

use tracehound_schema::{Event, all};

use super::plan::is_asked;
use super::table::Outcome;

/// `docs/coverage.md`, from what guests said.
pub fn page(outcomes: &[Outcome]) -> String {
    let mut page = String::from(
        "# Which kernels tell which events

Written by `cargo xtask lab --coverage`; see [the kernel lab](lab.md). A cell says how many of the event's rungs
work on the stock Debian kernel and which is the best of them. All calls share one ladder, that of
`openat`. Why a rung is lacking, `tracehound doctor --all-rungs EVENT` says on the machine itself.

",
    );
    let _ = writeln!(page, "| kernel | package | version |");
    let _ = writeln!(page, "| --- | --- | --- |");
    for outcome in outcomes {
        let kernel = &outcome.kernel;
        let _ = writeln!(
            page,
            "| {} | {} | {} |",
            kernel.series, kernel.package, kernel.version
        );
    }
    let mut heads = String::from("| event | rungs |");
    let mut lines = String::from("| --- | --- |");
    for outcome in outcomes {
        let _ = write!(heads, " {} |", outcome.kernel.series);
        lines.push_str(" --- |");
    }
    let _ = writeln!(page, "\n{heads}\n{lines}");
    for event in all().filter(|event| is_asked(event) && !event.ladder.is_empty()) {
        let _ = write!(page, "| {} | {} |", event.name, event.ladder.len());
        for outcome in outcomes {
            let _ = write!(page, " {} |", cell(outcome, event));
        }
        page.push('\n');
    }
    page
}

/// How many rungs work, and the best of them.
fn cell(outcome: &Outcome, event: &Event) -> String {
    let rungs = event.ladder.iter();
    let works = |rung: &&&str| matches!(outcome.cell(event.name, rung), "ok" | "proved");
    let mut working = rungs.filter(works);
    match (working.next(), working.count()) {
        (Some(best), more) => format!("{}: {best}", more + 1),
        (None, _) => "none".to_owned(),
    }
}
