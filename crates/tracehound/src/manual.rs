//! `man` and `completions`: what the flags say, for the pager and for the shell.

use clap::{Arg, Command, CommandFactory as _};
use tracehound_engine::Extra;
use tracehound_schema::all;

use crate::cli::Cli;
use crate::page::{Block, Heading, Layout, Section, Term, Terms, man};

const HEADING: Heading<'static> = Heading {
    name: "tracehound",
    section: "1",
    summary: "trace what threads and processes really do",
    manual: "Tracehound",
};

const FORMATS: [(&str, &str); 5] = [
    (
        "table",
        "Columns for people; the default on a terminal and beside a traced command.",
    ),
    (
        "json",
        "One object a line, keys in a fixed order; `events show NAME --json-schema` describes it.",
    ),
    ("strace", "The line that strace would print."),
    ("none", "Nothing: only the account matters."),
    ("raw", "The records themselves, to a file, for `replay`."),
];

const STATUS: [(&str, &str); 6] = [
    ("0", "Done; with a command, it ended with 0."),
    ("1", "Tracing did not start, or an output was lost."),
    ("2", "Bad usage."),
    ("126", "The command cannot be run."),
    ("127", "The command was not found."),
    (
        "other",
        "The command's own; 128 and the signal's number if one killed it.",
    ),
];

const ENVIRONMENT: [(&str, &str); 2] = [
    (
        "NO_COLOR",
        "If set and not empty, pages are printed without bold.",
    ),
    (
        "TERM",
        "Pages are printed without bold on a `dumb` terminal.",
    ),
];

const FILES: [(&str, &str); 2] = [
    (
        "/sys/kernel/btf/vmlinux",
        "The kernel's types, without which nothing can be traced.",
    ),
    (
        "/proc/sys/kernel/random/boot_id",
        "Goes into the identities of processes and into recordings.",
    ),
];

const EXAMPLES: [(&str, &str); 7] = [
    (
        "sudo tracehound -e sigprocmask -- bash -c 'trap : INT; sleep 0.1 & wait'",
        "A command and all that it starts:",
    ),
    (
        "sudo tracehound -e sigprocmask,signal_generate",
        "The whole host, until Ctrl-C:",
    ),
    (
        "sudo tracehound -e 'openat.data.pathname=/etc/*' -e 'openat.retval<0' -s uid=1000",
        "Only what fits:",
    ),
    (
        "sudo tracehound -e 'signal_*' -o json:signals.json -o table -- make",
        "Two outputs at once:",
    ),
    (
        "sudo tracehound -o raw:ls.rec -- bash -c 'ls; true'; tracehound replay ls.rec -o json",
        "Record now, read later, without root:",
    ),
    (
        "tracehound events show sigprocmask --man",
        "What an event means and where its values are read:",
    ),
    (
        "sudo tracehound doctor",
        "What this kernel can give, and why not the rest:",
    ),
];

/// The man page, as roff.
pub fn page() -> String {
    let mut cli = Cli::command();
    cli.build();
    let commands = leaves(&cli);
    let text = |text: &str| Block::Text(text.to_owned());
    let synopsis: Vec<_> = commands.iter().map(usage).collect();
    let mut blocks = Vec::new();
    for command in &commands {
        blocks.extend(described(command));
    }
    let section = |title, blocks| Section { title, blocks };
    let sections = [
        section("Synopsis", vec![Block::Verbatim(synopsis.join("\n"))]),
        section(
            "Description",
            vec![
                text(
                    "Traces what threads and processes really do, by eBPF, and says where each value \
                     was read and what could not be read. Tracing needs root. Without a subcommand, \
                     `run` is meant.",
                ),
                text(
                    "Events of a traced command go to standard error or where `--output` says; its own \
                     streams stay its own. At the end, and on SIGINT and SIGTERM, what is under way is \
                     read and printed, then the account: made = delivered + filtered + dropped + missed.",
                ),
            ],
        ),
        section("Commands", blocks),
        section(
            "Events",
            vec![
                text(
                    "Chosen by name, by set (`tag=SET`), by wildcard, or excluded with a minus sign in front.",
                ),
                text(
                    "Or by a filter: EVENT.data.FIELD, EVENT.retval or EVENT.scope.NAME, an operator \
                     (=, !=, <, <=, >, >=; has, has any, lacks for sets of bits) and values with commas \
                     between them; joined by and, or, not and parentheses. `*` stands for any text, \
                     1..9 for a range, 10.0.0.0/8:443 for addresses and ports. Several filters of one \
                     event must all hold, but several values of one field with = are alternatives. \
                     What was not read is never excluded. `--scope` takes NAME, operator and values: \
                     whose events are shown.",
                ),
                events(),
            ],
        ),
        section("Beside events", vec![beside()]),
        section("Output formats", vec![list(&FORMATS)]),
        section("Exit status", vec![list(&STATUS)]),
        section("Environment", vec![list(&ENVIRONMENT)]),
        section("Files", vec![list(&FILES)]),
        section("Examples", examples()),
        section(
            "See also",
            vec![text("strace(1), bpf(2), sigprocmask(2), signal(7)")],
        ),
    ];
    man(&HEADING, &sections)
}

/// A shell's completion script. Options of `run` complete without it too, as they may be given.
pub fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut cli = Cli::command();
    let run = cli.find_subcommand("run").cloned().unwrap_or_default();
    let options = run.get_arguments().filter(|arg| !arg.is_positional());
    cli = cli.args(options.cloned());
    let mut out = Vec::new();
    clap_complete::generate(shell, &mut cli, "tracehound", &mut out);
    out
}

/// The commands that do something, below those that only hold others.
fn leaves(command: &Command) -> Vec<Command> {
    let inner = command
        .get_subcommands()
        .filter(|command| command.get_name() != "help");
    let leaves: Vec<_> = inner.flat_map(leaves).collect();
    if leaves.is_empty() {
        vec![command.clone()]
    } else {
        leaves
    }
}

fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").to_owned()
}

/// What a command is for and its options.
fn described(command: &Command) -> Vec<Block> {
    let about = command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default();
    let name = command.get_bin_name().unwrap_or_default().to_owned();
    let general = ["help", "version"];
    let arguments = command
        .get_arguments()
        .filter(|arg| !general.contains(&arg.get_id().as_str()) && !arg.is_hide_set());
    vec![
        Block::Text(format!("`{name}`: {about}.")),
        Block::Terms(Terms {
            layout: Layout::Labelled,
            heads: [""; 4],
            rows: arguments.map(argument).collect(),
        }),
    ]
}

fn argument(arg: &Arg) -> Term {
    let mut text = vec![arg.get_help().map(ToString::to_string).unwrap_or_default() + "."];
    let default: Vec<_> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    let takes_value = arg.get_action().takes_values();
    if takes_value && !default.is_empty() {
        text.push(format!("Default: {}.", default.join(", ")));
    }
    let possible: Vec<_> = arg
        .get_possible_values()
        .iter()
        .map(|value| value.get_name().to_owned())
        .collect();
    if takes_value && !possible.is_empty() {
        text.push(format!("One of: {}.", possible.join(", ")));
    }
    term(&spelled(arg), &text.join(" "))
}

/// The argument as it is written: `-e, --events EXPR`.
fn spelled(arg: &Arg) -> String {
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let names: Vec<_> = short.into_iter().chain(long).collect();
    let values = arg.get_value_names().unwrap_or_default();
    let value = values.first().filter(|_| arg.get_action().takes_values());
    let words = [
        names.join(", "),
        value.map(ToString::to_string).unwrap_or_default(),
    ];
    words.join(" ").trim().to_owned()
}

fn term(name: &str, text: &str) -> Term {
    Term {
        name: name.to_owned(),
        kind: String::new(),
        marks: Vec::new(),
        text: vec![text.to_owned()],
    }
}

fn terms(rows: Vec<Term>) -> Block {
    Block::Terms(Terms {
        layout: Layout::Labelled,
        heads: [""; 4],
        rows,
    })
}

fn list(rows: &[(&str, &str)]) -> Block {
    terms(rows.iter().map(|(name, text)| term(name, text)).collect())
}

fn events() -> Block {
    let row = |event: &tracehound_schema::Event| {
        let sets = event.sets.join(", ");
        term(event.name, &format!("{} Sets: {sets}.", event.summary()))
    };
    terms(all().map(row).collect())
}

/// The words of `--with`.
fn beside() -> Block {
    let rows: Vec<_> = Extra::ALL.iter().map(|row| (row.1, row.2)).collect();
    list(&rows)
}

fn examples() -> Vec<Block> {
    let pair = |(command, text): &(&str, &str)| {
        [
            Block::Text((*text).to_owned()),
            Block::Verbatim((*command).to_owned()),
        ]
    };
    EXAMPLES.iter().flat_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> String {
        page()
            .replace("\\-", "-")
            .replace("\\fB", "")
            .replace("\\fR", "")
    }

    #[test]
    fn every_option_of_every_command_is_described() {
        let page = shown();
        let mut cli = Cli::command();
        cli.build();
        let mut count = 0;
        for command in leaves(&cli) {
            for arg in command.get_arguments() {
                if let Some(long) = arg
                    .get_long()
                    .filter(|long| !["help", "version"].contains(long))
                {
                    assert!(page.contains(&format!("--{long}")), "--{long}");
                    count += 1;
                }
            }
        }
        assert!(count > 10, "{count}");
        for command in [
            "run",
            "events list",
            "events show",
            "replay",
            "doctor",
            "completions",
            "man",
        ] {
            assert!(page.contains(&format!("tracehound {command}")), "{command}");
        }
    }

    #[test]
    fn sections_of_a_man_page_are_there_and_others_are_not_promised() {
        let page = shown();
        for section in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "EXIT STATUS",
            "ENVIRONMENT",
            "FILES",
            "EXAMPLES",
            "SEE ALSO",
        ] {
            let plain = format!(".SH {section}\n");
            let quoted = format!(".SH \"{section}\"\n");
            assert!(page.contains(&plain) || page.contains(&quoted), "{section}");
        }
        // We ship one page; a reference to a page per subcommand would lead nowhere.
        assert!(!page.contains("tracehound-"), "a page that does not exist");
    }

    #[test]
    fn exit_codes_are_those_of_the_help() {
        let help = Cli::command().get_after_help().unwrap().to_string();
        for (code, _) in &STATUS[..5] {
            assert!(help.contains(&format!("{code} ")), "{code}");
        }
    }

    #[test]
    fn completions_know_options_with_and_without_run() {
        for shell in [
            clap_complete::Shell::Bash,
            clap_complete::Shell::Zsh,
            clap_complete::Shell::Fish,
        ] {
            let script = String::from_utf8(completions(shell)).unwrap();
            for word in ["ring-size", "max-events", "json-schema", "doctor", "replay"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
        let bash = String::from_utf8(completions(clap_complete::Shell::Bash)).unwrap();
        let top = bash
            .split("tracehound)\n")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap();
        assert!(top.contains("--events"), "{top}");
    }
}
