//! What is compared: a row per tool and what it is told to show.

use std::path::Path;

use super::super::configuration::Tool;

/// A call that no workload makes.
pub const QUIET: &str = "mount";
/// Tracee's default set with every exec, open file and loaded module.
pub const DEFAULT_EVENTS: &str = "tag=default,sched_process_exec,security_file_open,module_load";
/// Where a tool is told to write, in the words of a row.
const OUT: &str = "{out}";
/// The workload's busy call, in the words of a row.
const BUSY: &str = "{busy}";

/// How the events that arrived are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// By the account of `--stats`.
    Account,
    /// By the lines of the output.
    Lines,
    /// There are none, or only sums of them.
    Nothing,
}

/// Whether the account must have events of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    /// The quiet call was not made.
    BeQuiet,
    /// The busy call was made.
    BeBusy,
    /// Nothing is known beforehand.
    Any,
}

/// What issues 3 and 4 ask of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The slow-down of the build, at most.
    pub build: Option<f64>,
    /// Whether every event of the build must arrive.
    pub lossless: bool,
}

/// A row of each workload's table.
#[derive(Debug)]
pub struct Row {
    /// What people read.
    pub name: &'static str,
    /// Who traces.
    pub tool: Tool,
    /// The tool's options, up to the command.
    pub options: &'static [&'static str],
    /// A server does one part of so many of its work, where all of it would take minutes.
    pub parts: u64,
    /// How events are counted.
    pub count: Count,
    /// What the account must have.
    pub must: Must,
    /// What is asked of it.
    pub target: Target,
}

/// One call selected, or none: a slow-down that is hard to tell from none.
const ONE_CALL: f64 = 1.01;
/// What most people trace all the time.
const DEFAULT_SET: f64 = 1.02;
/// Every call selected.
const EVERY_CALL: f64 = 1.10;
const NO_TARGET: Target = Target {
    build: None,
    lossless: false,
};

const fn ours(name: &'static str, options: &'static [&'static str], build: f64) -> Row {
    Row {
        name,
        tool: Tool::Tracehound,
        options,
        parts: 1,
        count: Count::Account,
        must: Must::Any,
        target: Target {
            build: Some(build),
            lossless: true,
        },
    }
}

const fn other(
    name: &'static str,
    tool: Tool,
    options: &'static [&'static str],
    (parts, count): (u64, Count),
) -> Row {
    Row {
        name,
        tool,
        options,
        parts,
        count,
        must: Must::Any,
        target: NO_TARGET,
    }
}

/// The row that all others of its round are compared with.
pub const UNTRACED: usize = 0;

/// All rows. To compare another way, add one.
pub const ROWS: &[Row] = &[
    other("untraced", Tool::Bare, &[], (1, Count::Nothing)),
    other("untraced, again", Tool::Bare, &[], (1, Count::Nothing)),
    ours(
        "Tracehound, no call",
        &["-e", "signal_generate", "-o", "json:{out}", "--stats"],
        ONE_CALL,
    ),
    Row {
        must: Must::BeQuiet,
        ..ours(
            "Tracehound, a quiet call",
            &["-e", QUIET, "-o", "json:{out}", "--stats"],
            ONE_CALL,
        )
    },
    Row {
        must: Must::BeBusy,
        ..ours(
            "Tracehound, a busy call",
            &["-e", BUSY, "-o", "json:{out}", "--stats"],
            ONE_CALL,
        )
    },
    ours(
        "Tracehound, the default set",
        &["-e", DEFAULT_EVENTS, "-o", "json:{out}", "--stats"],
        DEFAULT_SET,
    ),
    ours(
        "Tracehound, the file set",
        &["-e", "tag=fs", "-o", "json:{out}", "--stats"],
        EVERY_CALL,
    ),
    ours(
        "Tracehound, every call, not shown",
        &["-e", "tag=syscalls", "-o", "none", "--stats"],
        EVERY_CALL,
    ),
    ours(
        "Tracehound, every call",
        &["-e", "tag=syscalls", "-o", "json:{out}", "--stats"],
        EVERY_CALL,
    ),
    other(
        "strace --seccomp-bpf, a quiet call",
        Tool::Strace,
        &["--seccomp-bpf", "-f", "-e", "trace=mount", "-o", OUT],
        // It stops at every call of a forked child until the first that it shows.
        (10, Count::Lines),
    ),
    other(
        "strace --seccomp-bpf, a busy call",
        Tool::Strace,
        &["--seccomp-bpf", "-f", "-e", "trace={busy}", "-o", OUT],
        (20, Count::Lines),
    ),
    other(
        "strace, sums of every call",
        Tool::Strace,
        &["-f", "-c", "-o", OUT],
        (20, Count::Nothing),
    ),
    other(
        "strace, every call",
        Tool::Strace,
        &["-f", "-o", OUT],
        (20, Count::Lines),
    ),
    other(
        "perf trace, sums of every call",
        Tool::Perf,
        &["trace", "-s", "-o", OUT],
        (4, Count::Nothing),
    ),
    other(
        "perf trace, every call",
        Tool::Perf,
        &["trace", "-o", OUT],
        (4, Count::Lines),
    ),
    other(
        "bpftrace, sums of every call",
        Tool::Bpftrace,
        &["-o", OUT, "xtask/src/bench/workloads/sums.bt"],
        (1, Count::Nothing),
    ),
    other(
        "bpftrace, every call",
        Tool::Bpftrace,
        &["-o", OUT, "xtask/src/bench/workloads/calls.bt"],
        (4, Count::Lines),
    ),
];

impl Row {
    /// The words of the whole command that traces `command` and writes to `out`.
    pub fn words(&self, out: &Path, busy: &str, command: &[String]) -> Vec<String> {
        let out = out.display().to_string();
        let filled = |word: &&str| word.replace(OUT, &out).replace(BUSY, busy);
        let mut words = match self.tool {
            Tool::Bare => Vec::new(),
            tool => vec![tool.program().to_owned()],
        };
        words.extend(self.options.iter().map(filled));
        match self.tool {
            Tool::Bpftrace => {
                words.extend(["-c".to_owned(), command.join(" ")]);
                return words;
            }
            Tool::Tracehound => words.push("--".to_owned()),
            Tool::Bare | Tool::Strace | Tool::Perf => {}
        }
        words.extend_from_slice(command);
        words
    }

    /// The command as one would type it.
    pub fn shown(&self, busy: &str) -> String {
        self.words(Path::new("OUT"), busy, &["CMD".to_owned()])
            .join(" ")
    }

    /// Whether events go to a file that has a line for each.
    pub fn writes_lines(&self) -> bool {
        self.count != Count::Nothing && self.options.iter().any(|word| word.contains(OUT))
    }

    /// Whether it is this project's.
    pub fn is_ours(&self) -> bool {
        self.tool == Tool::Tracehound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str) -> String {
        let row = ROWS.iter().find(|row| row.name == name).unwrap();
        row.shown("openat")
    }

    #[test]
    fn names_are_unique_and_the_first_row_is_untraced() {
        let mut names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROWS.len());
        assert_eq!(ROWS[UNTRACED].tool, Tool::Bare);
    }

    #[test]
    fn the_busy_call_and_the_command_stand_in_their_places() {
        assert_eq!(shown("untraced"), "CMD");
        assert_eq!(
            shown("Tracehound, a busy call"),
            "target/release/tracehound -e openat -o json:OUT --stats -- CMD"
        );
        assert_eq!(
            shown("strace --seccomp-bpf, a busy call"),
            "strace --seccomp-bpf -f -e trace=openat -o OUT CMD"
        );
        assert!(shown("bpftrace, every call").ends_with("calls.bt -c CMD"));
    }

    #[test]
    fn rows_that_count_lines_write_a_file_and_only_slow_ones_do_less() {
        for row in ROWS {
            assert!(
                row.count != Count::Lines || row.writes_lines(),
                "{}",
                row.name
            );
            assert!(row.parts == 1 || !row.is_ours(), "{}", row.name);
        }
    }
}
