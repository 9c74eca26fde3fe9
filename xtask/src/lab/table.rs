//! The table kernel × event × rung, what failed, and the last line.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tracehound_schema::all;

use super::expect::may_lack;
use super::kernels::Kernel;
use super::plan::is_asked;
use super::report::{Proof, Report};

/// What one guest gave.
pub struct Outcome {
    /// The kernel.
    pub kernel: Kernel,
    /// What its guest said; an error if it could not be started.
    pub report: Result<Report, String>,
    /// How long it took.
    pub took: Duration,
    /// Whether every test was meant to run.
    pub whole: bool,
}

/// Passed, failed and skipped, a test counting once per kernel and rung.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Rungs proved and tests passed.
    pub passed: usize,
    /// Rungs that should have been proved, tests failed, guests lost.
    pub failed: usize,
    /// Rungs that the kernel lacks.
    pub skipped: usize,
}

impl Outcome {
    fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        let Ok(report) = &self.report else {
            sums.failed = 1;
            return sums;
        };
        for proof in &report.proofs {
            match (
                &proof.reason,
                may_lack(self.kernel.series, &proof.event, &proof.rung),
            ) {
                (None, _) => sums.passed += 1,
                (Some(_), true) => sums.skipped += 1,
                (Some(_), false) => sums.failed += 1,
            }
        }
        for test in &report.tests {
            sums.passed += usize::from(test.passed);
            sums.failed += usize::from(!test.passed);
        }
        sums.failed += usize::from(!report.complaints.is_empty());
        sums.failed += self.untested().len();
        // A guest that says nothing has passed nothing.
        sums.failed += usize::from(!report.done || report.proofs.is_empty());
        sums
    }

    /// Rungs that work and that no test ran on: a test's name has changed and `plan` has not.
    fn untested(&self) -> BTreeSet<&str> {
        let Ok(report) = &self.report else {
            return BTreeSet::new();
        };
        let works = report.proofs.iter().filter(|proof| proof.reason.is_none());
        let rungs = works.map(|proof| proof.rung.as_str());
        let ran = |rung: &str| report.tests.iter().any(|test| test.rung == rung);
        let left = |rung: &str| report.left.iter().any(|row| row.1 == rung);
        rungs
            .filter(|rung| self.whole && !ran(rung) && !left(rung))
            .collect()
    }

    /// Whether the tests of an event on a rung were left to other kernels.
    fn was_left(&self, event: &str, rung: &str) -> bool {
        let row = |event: &str| (event.to_owned(), rung.to_owned());
        self.report.as_ref().is_ok_and(|report| {
            report.left.contains(&row(event)) || report.left.contains(&row("any"))
        })
    }

    fn proof(&self, event: &str, rung: &str) -> Option<&Proof> {
        let report = self.report.as_ref().ok()?;
        let mut proofs = report.proofs.iter();
        proofs.find(|proof| proof.event == event && proof.rung == rung)
    }

    /// A cell: a test that failed on a rung fails every event with that rung.
    pub fn cell(&self, event: &str, rung: &str) -> &'static str {
        let Some(proof) = self.proof(event, rung) else {
            return "FAILED";
        };
        let failed = |report: &Report| {
            let mut tests = report.tests.iter();
            tests.any(|test| test.rung == rung && !test.passed)
        };
        match &proof.reason {
            Some(_) if may_lack(self.kernel.series, event, rung) => "unavailable",
            Some(_) => "FAILED",
            None if self.report.as_ref().is_ok_and(failed) => "FAILED",
            None if self.untested().contains(rung) => "FAILED",
            None if self.was_left(event, rung) => "proved",
            None => "ok",
        }
    }
}

/// Everything to print, and the sums.
pub fn render(outcomes: &[Outcome]) -> (String, Sums) {
    let mut out = kernels(outcomes);
    out += &cells(outcomes);
    out += &reasons(outcomes);
    out += &failures(outcomes);
    let mut sums = Sums::default();
    for outcome in outcomes {
        let part = outcome.sums();
        sums.passed += part.passed;
        sums.failed += part.failed;
        sums.skipped += part.skipped;
    }
    out += &format!("lab: {} passed, {} failed", sums.passed, sums.failed);
    if sums.skipped > 0 {
        out += &format!(", {} skipped", sums.skipped);
    }
    out.push('\n');
    (out, sums)
}

fn kernels(outcomes: &[Outcome]) -> String {
    let mut out = format!(
        "{:8} {:45} {:24} {:>7} RESULT\n",
        "KERNEL", "PACKAGE", "VERSION", "TIME"
    );
    for outcome in outcomes {
        let Sums {
            passed,
            failed,
            skipped,
        } = outcome.sums();
        let kernel = &outcome.kernel;
        out += &format!(
            "{:8} {:45} {:24} {:>5} s {passed} passed, {failed} failed, {skipped} skipped\n",
            kernel.series.to_string(),
            kernel.package,
            kernel.version,
            outcome.took.as_secs()
        );
    }
    out
}

fn cells(outcomes: &[Outcome]) -> String {
    let mut out = format!("\n{:20} {:30}", "EVENT", "RUNG");
    for outcome in outcomes {
        out += &format!(" {:11}", outcome.kernel.series.to_string());
    }
    out.push('\n');
    for event in all().filter(|event| is_asked(event)) {
        for rung in event.ladder {
            out += &format!("{:20} {rung:30}", event.name);
            for outcome in outcomes {
                out += &format!(" {:11}", outcome.cell(event.name, rung));
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
    }
    out
}

/// Why rungs did not work, kernels with the same reason together.
fn reasons(outcomes: &[Outcome]) -> String {
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for outcome in outcomes {
        let Ok(report) = &outcome.report else {
            continue;
        };
        for proof in &report.proofs {
            if let Some(reason) = &proof.reason {
                let line = format!("{} {}: {reason}", proof.event, proof.rung);
                by_reason
                    .entry(line)
                    .or_default()
                    .push(outcome.kernel.series.to_string());
            }
        }
    }
    let mut out = String::from("\nRungs that did not work, and why:\n");
    for (line, kernels) in &by_reason {
        out += &format!("  [{}] {line}\n", kernels.join(" "));
    }
    out.push('\n');
    out
}

fn failures(outcomes: &[Outcome]) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        let series = outcome.kernel.series;
        match &outcome.report {
            Err(error) => out += &format!("---- kernel {series}: {error}\n\n"),
            Ok(report) => {
                for rung in outcome.untested() {
                    out += &format!("---- kernel {series}: no test ran on {rung}\n\n");
                }
                for (title, text) in &report.failures {
                    out += &format!("---- kernel {series}: {title}\n{text}\n\n");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::kernels::Series;
    use super::super::report::Test;
    use super::*;

    fn outcome(series: Series, report: Report) -> Outcome {
        Outcome {
            kernel: Kernel {
                series,
                package: "p".to_owned(),
                version: "v".to_owned(),
                suite: "s".to_owned(),
            },
            report: Ok(report),
            took: Duration::ZERO,
            whole: true,
        }
    }

    fn proof(rung: &str, reason: Option<&str>) -> Proof {
        Proof {
            event: "sigprocmask".to_owned(),
            rung: rung.to_owned(),
            reason: reason.map(str::to_owned),
        }
    }

    #[test]
    fn a_rung_that_must_work_and_does_not_is_a_failure() {
        let report = Report {
            proofs: vec![
                proof("tp_btf", None),
                proof("raw_tp", Some("broken")),
                proof("kprobe.multi", Some("not built in")),
            ],
            tests: vec![Test {
                rung: "tp_btf".to_owned(),
                name: "live::a".to_owned(),
                passed: true,
            }],
            done: true,
            ..Report::default()
        };
        let (text, sums) = render(&[outcome(Series(6, 1), report)]);
        assert_eq!(
            sums,
            Sums {
                passed: 2,
                failed: 1,
                skipped: 1
            }
        );
        assert!(
            text.ends_with("\nlab: 2 passed, 1 failed, 1 skipped\n"),
            "{text}"
        );
    }

    #[test]
    fn a_rung_that_no_test_ran_on_is_a_failure() {
        let report = Report {
            proofs: vec![proof("tp_btf", None)],
            done: true,
            ..Report::default()
        };
        let (text, sums) = render(&[outcome(Series(6, 1), report)]);
        assert_eq!((sums.passed, sums.failed), (1, 1));
        assert!(text.contains("no test ran on tp_btf"), "{text}");
    }

    #[test]
    fn a_silent_guest_is_a_failure() {
        let (_, sums) = render(&[outcome(Series(6, 1), Report::default())]);
        assert_eq!(sums.failed, 1);
    }
}
