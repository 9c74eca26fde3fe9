//! Flags and subcommands.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueHint};

use tracehound_schema::Abi;

use crate::events;
use crate::failure::{Failure, shown};
use crate::kubernetes::Kubernetes;
use crate::redact::Redact;
use crate::{strace, with};

mod words;

pub use words::kernel;
use words::{abi, duration, ring_size};

/// Commands to start with, and what the exit code says.
const EXAMPLES: &str = "Examples:
  sudo tracehound -e sigprocmask -- bash -c 'ls|wc' trace a command and its descendants
  sudo tracehound -e sigprocmask,signal_generate    trace the whole host until Ctrl-C
  sudo tracehound -o json:out.json -- make test     to a file, as JSON
  tracehound events show sigprocmask                read an event's page

Exit codes: 0 done, 1 failed to start or lost an output, 2 bad usage, 126 the command cannot be run, \
    127 it was not found, else the command's own (128 + signal if one killed it).";

/// What `run` does with a command and how it ends.
const RUN: &str = "The command keeps its standard streams; events go to standard error then, or \
    where --output says. Ctrl-C on the terminal reaches the command too and is its business: the run \
    ends when the command does, with its exit status. A signal from a process is passed on to the \
    command, a second one ends tracehound alone. Ctrl-\\ ends the tracing and leaves the command. \
    Without a command any of these ends the run with status 0.";

/// Traces what threads and processes really do, and says where each value was read.
#[derive(Debug, Parser)]
#[command(
    name = "tracehound",
    version,
    propagate_version = true,
    max_term_width = 100
)]
#[command(
    override_usage = "tracehound [run] [OPTIONS] [-- COMMAND [ARGS]...]\n       \
    tracehound strace | events | ps | policy | replay | doctor | completions | man | help ..."
)]
#[command(after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Trace the host, or one command and its descendants (the default)
    #[command(after_help = RUN)]
    Run(Run),
    /// List the events, or show one event's page
    Events(Events),
    /// Trace a command as strace would, with strace's options and lines
    #[command(after_help = strace::NOTES)]
    Strace(Box<strace::Options>),
    /// Show a recording made with `-o raw:PATH`; needs no root
    Replay(Replay),
    /// List the processes that run, as their tree, or those that ran during a recording
    Ps(Ps),
    /// Check policies and say in words what they select
    Policy(Policy),
    /// Say what this kernel can and cannot give, event by event, and why
    Doctor(Doctor),
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the man page
    Man,
}

/// What to show and where; shared by `run` and `replay`.
#[derive(Args, Debug)]
pub struct Show {
    /// Events: names, tag=SET, wild*cards (not opt-in events), -excluded; separated by commas. Or a
    /// filter: EVENT.data.FIELD, EVENT.retval or EVENT.scope.NAME with =, !=, <, >, has, lacks;
    /// repeatable
    #[arg(
        short,
        long = "events",
        value_name = "EXPR",
        allow_hyphen_values = true
    )]
    pub events: Vec<String>,
    /// Whose events: pid, uid, comm, exe, mntns, pidns, container, tree, ancestor.exe and so on with =,
    /// !=, <, >; or follow, for those created by these; repeatable
    #[arg(short, long = "scope", value_name = "EXPR")]
    pub scope: Vec<String>,
    /// Policy file or folder of them, instead of --events and --scope; repeatable
    #[arg(
        short,
        long = "policy",
        value_name = "PATH",
        value_hint = ValueHint::AnyPath,
        conflicts_with_all = ["events", "scope"]
    )]
    pub policies: Vec<std::path::PathBuf>,
    /// Output: table, json, strace, none, raw, or record for what policies' action record chooses, with
    /// :PATH to write to a file; repeatable
    #[arg(short, long = "output", value_name = "FORMAT[:PATH]")]
    pub outputs: Vec<String>,
    #[arg(long, value_name = "LIST", value_delimiter = ',', help = with::help())]
    pub with: Vec<String>,
    /// Variables of environments to tell: names with * for any text; others are left out. Without it none
    /// is told; separated by commas, repeatable
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub env: Vec<String>,
    #[command(flatten)]
    pub redact: Redact,
    /// Stop after so many events; a traced command goes on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_events: Option<u64>,
}

/// Options of `run`.
#[derive(Args, Debug)]
pub struct Run {
    #[command(flatten)]
    pub show: Show,
    /// Stop after a time, such as 500ms, 10s, 5m or 1h; a traced command goes on
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub duration: Option<Duration>,
    /// Print the account of each event at the end, instead of one line for all
    #[arg(long)]
    pub stats: bool,
    /// Do not print the account at the end
    #[arg(short, long, conflicts_with = "stats")]
    pub quiet: bool,
    /// Show also what the tracer does itself, and those who read its output from a pipe
    #[arg(long)]
    pub show_own: bool,
    /// Use only this rung of the hook ladder (see `doctor`)
    #[arg(long, value_name = "RUNG")]
    pub rung: Option<String>,
    /// Size of each CPU's ring: a power of two from 4K, such as 64K or 4M
    #[arg(long, value_name = "SIZE", default_value = "4M", value_parser = ring_size)]
    pub ring_size: usize,
    /// Where it is asked what containers are called: KIND=PATH, the kinds being docker, containerd, cri and
    /// storage (podman's folder), beside the usual places; or none; repeatable
    #[arg(long = "engine", value_name = "KIND=PATH", value_hint = ValueHint::Other)]
    pub engines: Vec<String>,
    #[command(flatten)]
    pub kubernetes: Kubernetes,
    /// Do not read policies again when their files change
    #[arg(long, requires = "policies", conflicts_with_all = ["events", "scope"])]
    pub no_watch: bool,
    /// Socket to make, on which `policy add`, `remove`, `reload` and `list` ask this run
    #[arg(
        long,
        value_name = "PATH",
        value_hint = ValueHint::FilePath,
        requires = "policies",
        conflicts_with_all = ["events", "scope"]
    )]
    pub control: Option<std::path::PathBuf>,
    /// The command to trace, after `--`
    #[arg(last = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,
}

/// Options of `replay`.
#[derive(Args, Debug)]
pub struct Replay {
    #[command(flatten)]
    pub show: Show,
    /// The recording
    #[arg(value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub path: std::path::PathBuf,
}

/// Options of `ps`.
#[derive(Args, Debug)]
pub struct Ps {
    /// A recording that has them, made with `--with ancestors -o raw:PATH`; without it, those that run now
    #[arg(value_name = "RECORDING", value_hint = ValueHint::FilePath)]
    pub path: Option<std::path::PathBuf>,
    /// Those that ran then, such as 2026-11-27T08:00:00Z; without it, at the recording's end
    #[arg(long, value_name = "TIME", requires = "path")]
    pub at: Option<String>,
    #[command(flatten)]
    pub redact: Redact,
    /// Output
    #[arg(
        short,
        long,
        value_name = "FORMAT",
        value_enum,
        default_value = "table"
    )]
    pub output: PsFormat,
}

/// What `ps` prints.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum PsFormat {
    /// Columns for people
    Table,
    /// One JSON object a line
    Json,
}

/// Options of `policy`.
#[derive(Args, Debug)]
pub struct Policy {
    /// What to do
    #[command(subcommand)]
    pub action: PolicyAction,
}

/// Subcommands of `policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyAction {
    /// Read policies, say what is wrong with them, else what they select
    Check {
        /// Files, or folders of them (.yaml, .yml, .json)
        #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
        paths: Vec<std::path::PathBuf>,
    },
    /// Hold policies against a recording: the events that they select, then what became of each rule
    Test {
        /// Files, or folders of them (.yaml, .yml, .json)
        #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
        paths: Vec<std::path::PathBuf>,
        /// The recording, made with `-o raw:PATH`
        #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
        recording: std::path::PathBuf,
        /// Output: json, table, strace or none, with :PATH to write to a file; repeatable
        #[arg(
            short,
            long = "output",
            value_name = "FORMAT[:PATH]",
            default_value = "json"
        )]
        outputs: Vec<String>,
    },
    /// Have a run use the policies of a file or folder too
    Add {
        #[command(flatten)]
        run: Asked,
        /// The file, or a folder of them
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        path: std::path::PathBuf,
    },
    /// Have a run use a policy no more
    Remove {
        #[command(flatten)]
        run: Asked,
        /// The policy's name
        name: String,
    },
    /// Have a run read its policies again, as SIGHUP does
    Reload {
        #[command(flatten)]
        run: Asked,
    },
    /// Say which policies a run uses, with their files
    List {
        #[command(flatten)]
        run: Asked,
    },
}

/// A run that is asked.
#[derive(Args, Debug)]
pub struct Asked {
    /// The socket of the run: that of its --control
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub control: std::path::PathBuf,
}

/// Options of `doctor`.
#[derive(Args, Debug)]
pub struct Doctor {
    /// Print only the rungs that work for this event, a line each
    #[arg(long, value_name = "EVENT")]
    pub rungs: Option<String>,
    /// Print the events with each of their rungs that works, a line each
    #[arg(
        long,
        value_name = "EVENTS",
        value_delimiter = ',',
        conflicts_with = "rungs"
    )]
    pub all_rungs: Vec<String>,
}

/// Options of `events`.
#[derive(Args, Debug)]
pub struct Events {
    /// What to do; without it, the list
    #[command(subcommand)]
    pub action: Option<EventsAction>,
}

/// Subcommands of `events`.
#[derive(Debug, Subcommand)]
pub enum EventsAction {
    /// List the events with their sets; as root also by which hook this kernel gives each, or why not
    List(Filter),
    /// Show one event's page
    Show {
        /// The event
        name: String,
        #[command(flatten)]
        form: Form,
    },
}

/// Which events are listed; with several options those that fit all.
#[derive(Args, Debug, Default)]
pub struct Filter {
    /// Events of this set
    #[arg(long, value_name = "SET")]
    pub set: Option<String>,
    /// System calls that this ABI has: x86_64, i386, x32 or aarch64
    #[arg(long, value_name = "ABI", value_parser = abi)]
    pub abi: Option<Abi>,
    /// Events with an argument of this name (`*` stands for any text)
    #[arg(long, value_name = "NAME")]
    pub argument: Option<String>,
    /// System calls that came with this kernel or a later one, such as 5.10
    #[arg(long, value_name = "KERNEL", value_parser = kernel)]
    pub since: Option<(u32, u32)>,
}

/// How a page is printed.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub struct Form {
    /// As a man page (roff); through a pager on a terminal
    #[arg(long)]
    pub man: bool,
    /// As Markdown
    #[arg(long)]
    pub markdown: bool,
    /// As the JSON Schema of the event's lines
    #[arg(long)]
    pub json_schema: bool,
}

/// Reads the command line; the failure is one of usage. Help and version are printed and end here.
pub fn read() -> Result<Cli, Failure> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let is_strace = arguments.get(1).is_some_and(|word| word == "strace");
    let matches = command().try_get_matches_from(with_subcommand(arguments)?);
    let matches = matches.and_then(|matches| {
        let given = matches.subcommand_matches("strace");
        match given.and_then(strace::refusal) {
            Some(why) => Err(clap::Error::raw(
                clap::error::ErrorKind::ArgumentConflict,
                why,
            )),
            None => Ok(matches),
        }
    });
    match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => Ok(cli),
        Err(error) if error.use_stderr() => {
            let failure = Failure::usage(sentence(&error.to_string()));
            Err(if is_strace {
                failure.like_strace()
            } else {
                failure
            })
        }
        Err(help) => help.exit(),
    }
}

/// The command line as clap knows it. The general help shows the options of `run` too: it is what
/// most people want, and its name need not be given.
fn command() -> clap::Command {
    let mut command = Cli::command().mut_subcommand("strace", strace::with_refused);
    let Some(run) = command.find_subcommand_mut("run") else {
        return command;
    };
    let options = run
        .clone()
        .help_template("{options}")
        .render_help()
        .to_string();
    let options = options.trim_end();
    let help = format!("Options of `run`, which need not be named:\n{options}\n\n{EXAMPLES}");
    command.after_help(help)
}

/// The arguments with `run` put in where no subcommand is named.
fn with_subcommand(mut arguments: Vec<OsString>) -> Result<Vec<OsString>, Failure> {
    let first = arguments.get(1).map(|word| word.to_string_lossy());
    let first = first.as_deref().unwrap_or_default();
    let command = Cli::command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    let names: Vec<&str> = names.chain(["help"]).collect();
    let general = ["-h", "--help", "-V", "--version"];
    if names.contains(&first) || general.contains(&first) {
        return Ok(arguments);
    }
    if !first.starts_with('-') && !first.is_empty() {
        let first = shown(first.as_ref());
        let failure = events::unknown("subcommand", &first, names);
        let hint = format!("{failure} To trace a command: tracehound [OPTIONS] -- {first}");
        return Err(Failure::usage(hint));
    }
    let at = arguments.len().min(1);
    arguments.insert(at, "run".into());
    Ok(arguments)
}

/// clap's message in one line, like every other of ours: the problem and its first tip.
fn sentence(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let problem: Vec<&str> = lines.clone().take_while(|line| !line.is_empty()).collect();
    let problem = problem.join(" ");
    let problem = problem.strip_prefix("error: ").unwrap_or(&problem);
    let tip = lines.filter_map(|line| line.strip_prefix("tip: ")).next();
    let tip = tip.unwrap_or("`tracehound --help` lists the options");
    format!("{problem}; {tip}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_parser_error_becomes_one_sentence() {
        let error = Cli::try_parse_from(["tracehound", "run", "--statz"]).unwrap_err();
        assert_eq!(
            sentence(&error.to_string()),
            "unexpected argument '--statz' found; a similar argument exists: '--stats'"
        );
    }

    #[test]
    fn a_command_without_dashes_is_no_subcommand() {
        let failure = with_subcommand(vec!["tracehound".into(), "ls".into()]).unwrap_err();
        assert!(failure.to_string().ends_with("-- ls"), "{failure}");
    }
}
