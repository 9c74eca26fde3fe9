//! Reading what a guest said.

use std::collections::BTreeSet;

use super::guest::Said;

/// One test on one rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The rung it ran on.
    pub rung: String,
    /// `binary::name`.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
}

/// Whether a rung of an event works in a guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The event.
    pub event: String,
    /// The rung.
    pub rung: String,
    /// Why not, if not.
    pub reason: Option<String>,
}

/// All that a guest said, in order.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Rungs that work and rungs that do not.
    pub proofs: Vec<Proof>,
    /// Tests that ran.
    pub tests: Vec<Test>,
    /// Events and rungs whose tests were left to other kernels.
    pub left: BTreeSet<(String, String)>,
    /// Output of failed tests: title and text.
    pub failures: Vec<(String, String)>,
    /// Warnings and worse in the kernel's log.
    pub complaints: Vec<String>,
    /// Instructions per call: the rung, an unselected and a selected call.
    pub costs: Vec<(String, [f64; 2])>,
    /// Whether the guest came to its end.
    pub done: bool,
}

/// A run of one test binary, being read.
struct Run {
    rung: String,
    binary: String,
    text: Vec<String>,
}

impl Report {
    /// Reads a console.
    pub fn read(said: &Said) -> Report {
        let mut report = Report::default();
        let mut run: Option<Run> = None;
        for line in &said.lines {
            let Some(words) = line.strip_prefix("@@ ") else {
                if let Some(run) = &mut run {
                    run.text.push(line.clone());
                }
                continue;
            };
            let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
            match verb {
                "works" | "fails" => report.proof(verb == "works", rest),
                "left" => report.left.extend(
                    rest.split_once(' ')
                        .map(|(event, rung)| (event.to_owned(), rung.to_owned())),
                ),
                "icount" => report.costs.extend(cost(rest)),
                "run" => run = start(rest),
                "complaint" => report.complaints.push(rest.to_owned()),
                "ran" => report.end(run.take(), rest),
                "done" => report.done = true,
                _ => {}
            }
        }
        report.end(run.take(), "cut off");
        if !report.complaints.is_empty() {
            let title = "the kernel complained".to_owned();
            report.failures.push((title, report.complaints.join("\n")));
        }
        if !report.done {
            report
                .failures
                .push(("the guest did not come to its end".to_owned(), tail(said)));
        }
        report
    }

    fn proof(&mut self, works: bool, rest: &str) {
        let (event, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let (rung, reason) = rest.split_once(": ").unwrap_or((rest, ""));
        self.proofs.push(Proof {
            event: event.to_owned(),
            rung: rung.to_owned(),
            reason: (!works).then(|| reason.to_owned()),
        });
    }

    fn end(&mut self, run: Option<Run>, status: &str) {
        let Some(Run { rung, binary, text }) = run else {
            return;
        };
        let mut failed = 0;
        for line in &text {
            let Some((name, passed)) = verdict(line) else {
                continue;
            };
            failed += usize::from(!passed);
            let name = format!("{binary}::{name}");
            self.tests.push(Test {
                rung: rung.clone(),
                name,
                passed,
            });
        }
        // A binary that died says nothing of the test that it died in.
        if failed == 0 && status != "0" {
            let name = format!("{binary} ended with {status}");
            self.tests.push(Test {
                rung: rung.clone(),
                name,
                passed: false,
            });
            failed = 1;
        }
        if failed > 0 {
            let from = text
                .iter()
                .position(|line| line == "failures:")
                .unwrap_or(0);
            self.failures
                .push((format!("{binary} on {rung}"), text[from..].join("\n")));
        }
    }
}

/// Reads `RUNG OTHER MASK`.
fn cost(rest: &str) -> Option<(String, [f64; 2])> {
    let mut words = rest.split(' ');
    let rung = words.next()?.to_owned();
    let mut number = || words.next()?.parse().ok();
    Some((rung, [number()?, number()?]))
}

fn start(rest: &str) -> Option<Run> {
    let (rung, binary) = rest.split_once(' ')?;
    Some(Run {
        rung: rung.to_owned(),
        binary: binary.to_owned(),
        text: Vec::new(),
    })
}

/// Reads `test NAME ... ok`. With output of the test's own before the verdict it stands alone.
fn verdict(line: &str) -> Option<(&str, bool)> {
    let (name, verdict) = line.strip_prefix("test ")?.split_once(" ... ")?;
    match verdict.rsplit(' ').next()? {
        "ok" => Some((name, true)),
        "FAILED" => Some((name, false)),
        _ => None,
    }
}

/// The end of a console.
fn tail(said: &Said) -> String {
    let why = if said.late {
        "ended at its time limit; "
    } else {
        ""
    };
    let from = said.lines.len().saturating_sub(40);
    format!(
        "{why}the end of its console:\n{}",
        said.lines[from..].join("\n")
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn report(text: &str) -> Report {
        Report::read(&Said {
            lines: text.lines().map(str::to_owned).collect(),
            late: false,
            took: Duration::ZERO,
        })
    }

    #[test]
    fn tests_and_proofs_are_read() {
        let report = report(
            "@@ kernel 6.1\n@@ works e tp_btf\n@@ fails e fexit: not here: at all\n\
             @@ run tp_btf live\ntest one ... ok\ntest two ... FAILED\nfailures:\nwhy\n@@ ran 101\n@@ done",
        );
        assert!(report.done);
        assert_eq!(report.proofs[0].reason, None);
        assert_eq!(report.proofs[1].reason.as_deref(), Some("not here: at all"));
        let passed: Vec<_> = report.tests.iter().map(|test| test.passed).collect();
        assert_eq!(passed, [true, false]);
        assert_eq!(report.failures[0].1, "failures:\nwhy");
    }

    #[test]
    fn a_complaint_of_the_kernel_is_a_failure() {
        let report = report("@@ complaint [ 1.0] WARNING: CPU: 0 PID: 1\n@@ done");
        assert_eq!(report.complaints.len(), 1);
        assert_eq!(report.failures.len(), 1);
    }

    #[test]
    fn a_binary_that_dies_and_a_guest_that_stops_are_failures() {
        let report = report("@@ run tp_btf live\ntest one ... ok");
        assert!(!report.done);
        assert_eq!(report.tests.len(), 2);
        assert!(!report.tests[1].passed);
        assert_eq!(report.failures.len(), 2);
    }
}
