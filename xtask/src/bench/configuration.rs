//! What is compared: a row per tool and way of using it.

use std::path::Path;

use super::targets::Target;

/// The command under test.
pub const TRACEHOUND: &str = "target/release/tracehound";

/// Where a tool is told to write, in the words of a row.
const OUT: &str = "{out}";

/// A tracer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// No tracer at all.
    Bare,
    /// This one.
    Tracehound,
    /// strace
    Strace,
    /// perf trace
    Perf,
    /// bpftrace
    Bpftrace,
}

/// How the events that arrived are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// By the account of `--stats`, in the row of this event.
    Account(&'static str),
    /// By the lines of the output that name the call; so many lines a call.
    Lines(u64),
    /// Nothing is traced.
    Nothing,
}

/// A row of the comparison.
#[derive(Debug)]
pub struct Configuration {
    /// What people read.
    pub name: &'static str,
    /// Who traces.
    pub tool: Tool,
    /// The tool's options, up to the command.
    pub options: &'static [&'static str],
    /// The CPU the tracer is kept on; the traced program is on CPU 0.
    pub cpu: u32,
    /// How events are counted.
    pub count: Count,
    /// What DESIGN section 7 asks of it.
    pub target: Target,
}

/// The row that all others are compared with.
pub const BARE: usize = 0;

/// All rows. To compare another way, add one.
pub const CONFIGURATIONS: &[Configuration] = &[
    Configuration {
        name: "bare",
        tool: Tool::Bare,
        options: &[],
        cpu: 1,
        count: Count::Nothing,
        target: Target::NONE,
    },
    Configuration {
        name: "Tracehound, no syscall event",
        tool: Tool::Tracehound,
        options: &["-e", "signal_generate", "-o", "none", "--stats"],
        cpu: 1,
        count: Count::Nothing,
        target: Target::UNARMED,
    },
    Configuration {
        name: "Tracehound, exit only",
        tool: Tool::Tracehound,
        options: &["-e", "rt_sigprocmask", "-o", "none", "--stats"],
        cpu: 1,
        count: Count::Account("rt_sigprocmask"),
        target: Target::EXIT_ONLY,
    },
    Configuration {
        name: "Tracehound, entry value",
        tool: Tool::Tracehound,
        options: &["-e", "sigprocmask", "-o", "none", "--stats"],
        cpu: 1,
        count: Count::Account("sigprocmask"),
        target: Target::ENTRY,
    },
    Configuration {
        name: "Tracehound, exit only, JSON",
        tool: Tool::Tracehound,
        options: &["-e", "rt_sigprocmask", "-o", "json:/dev/null", "--stats"],
        cpu: 1,
        count: Count::Account("rt_sigprocmask"),
        target: Target::EXIT_ONLY_JSON,
    },
    Configuration {
        name: "Tracehound, entry value, JSON",
        tool: Tool::Tracehound,
        options: &["-e", "sigprocmask", "-o", "json:/dev/null", "--stats"],
        cpu: 1,
        count: Count::Account("sigprocmask"),
        target: Target::ENTRY_JSON,
    },
    Configuration {
        name: "Tracehound, entry value, JSON file",
        tool: Tool::Tracehound,
        options: &["-e", "sigprocmask", "-o", "json:{out}", "--stats"],
        cpu: 1,
        count: Count::Account("sigprocmask"),
        target: Target::ENTRY,
    },
    Configuration {
        name: "strace",
        tool: Tool::Strace,
        options: &["-f", "-e", "trace=rt_sigprocmask", "-o", OUT],
        cpu: 1,
        count: Count::Lines(1),
        target: Target::NONE,
    },
    Configuration {
        name: "strace, on the program's CPU",
        tool: Tool::Strace,
        options: &["-f", "-e", "trace=rt_sigprocmask", "-o", OUT],
        cpu: 0,
        count: Count::Lines(1),
        target: Target::NONE,
    },
    Configuration {
        name: "strace --seccomp-bpf",
        tool: Tool::Strace,
        options: &[
            "--seccomp-bpf",
            "-f",
            "-e",
            "trace=rt_sigprocmask",
            "-o",
            OUT,
        ],
        cpu: 1,
        count: Count::Lines(1),
        target: Target::NONE,
    },
    Configuration {
        name: "strace --seccomp-bpf, on the program's CPU",
        tool: Tool::Strace,
        options: &[
            "--seccomp-bpf",
            "-f",
            "-e",
            "trace=rt_sigprocmask",
            "-o",
            OUT,
        ],
        cpu: 0,
        count: Count::Lines(1),
        target: Target::NONE,
    },
    Configuration {
        name: "perf trace",
        tool: Tool::Perf,
        options: &["trace", "-e", "rt_sigprocmask", "-o", OUT],
        cpu: 1,
        count: Count::Lines(1),
        target: Target::NONE,
    },
    Configuration {
        name: "bpftrace, entry and exit",
        tool: Tool::Bpftrace,
        options: &["-o", OUT, "xtask/src/bench/rt_sigprocmask.bt"],
        cpu: 1,
        count: Count::Lines(2),
        target: Target::NONE,
    },
];

impl Tool {
    /// The program to run.
    pub const fn program(self) -> &'static str {
        match self {
            // Only there to put the program on its CPU, as it does with the tracers.
            Tool::Bare => "taskset",
            Tool::Tracehound => TRACEHOUND,
            Tool::Strace => "strace",
            Tool::Perf => "perf",
            Tool::Bpftrace => "bpftrace",
        }
    }
}

impl Configuration {
    /// The words of the whole command that traces `program` and writes to `out`.
    pub fn words(&self, out: &Path, program: &[&str]) -> Vec<String> {
        let out = out.display().to_string();
        let mut words = vec!["taskset".to_owned(), "-c".to_owned(), self.cpu.to_string()];
        if self.tool != Tool::Bare {
            words.push(self.tool.program().to_owned());
        }
        words.extend(self.options.iter().map(|word| word.replace(OUT, &out)));
        match self.tool {
            Tool::Bpftrace => words.extend(["-c".to_owned(), program.join(" ")]),
            Tool::Tracehound => words.push("--".to_owned()),
            Tool::Bare | Tool::Strace | Tool::Perf => {}
        }
        if self.tool != Tool::Bpftrace {
            words.extend(program.iter().map(|&word| word.to_owned()));
        }
        words
    }

    /// The command as one would type it, with `CMD` for the program and `OUT` for the output.
    pub fn shown(&self) -> String {
        self.words(Path::new("OUT"), &["CMD"]).join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> &'static Configuration {
        CONFIGURATIONS.iter().find(|row| row.name == name).unwrap()
    }

    #[test]
    fn names_are_unique_and_the_first_row_is_bare() {
        let mut names: Vec<_> = CONFIGURATIONS.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CONFIGURATIONS.len());
        assert_eq!(CONFIGURATIONS[BARE].tool, Tool::Bare);
    }

    #[test]
    fn the_command_stands_where_the_tool_wants_it() {
        assert_eq!(named("bare").shown(), "taskset -c 1 CMD");
        assert_eq!(
            named("strace").shown(),
            "taskset -c 1 strace -f -e trace=rt_sigprocmask -o OUT CMD"
        );
        let file = named("Tracehound, entry value, JSON file").words(Path::new("/x"), &["a", "b"]);
        assert_eq!(file[6..], ["-o", "json:/x", "--stats", "--", "a", "b"]);
        let script = named("bpftrace, entry and exit").words(Path::new("/x"), &["a", "b"]);
        assert_eq!(script[script.len() - 2..], ["-c", "a b"]);
    }

    #[test]
    fn rows_that_count_lines_write_a_file() {
        for row in CONFIGURATIONS {
            let lines = matches!(row.count, Count::Lines(_));
            let to_file = row.options.iter().any(|word| word.contains(OUT));
            assert!(!lines || to_file, "{}", row.name);
        }
    }
}
