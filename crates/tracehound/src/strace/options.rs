//! strace's options, with its letters and long names.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueHint};

/// What `strace` does otherwise than strace.
pub const NOTES: &str = "The command keeps its standard streams; the lines go to standard error, or \
    where -o says. Nothing is stopped or changed: options that stop, change or unwind the traced \
    process (-b, -D, -i, -k, -e inject=) are refused, each with its reason.";

/// The options.
#[derive(Args, Debug)]
#[command(disable_help_flag = true, disable_version_flag = true)]
pub struct Options {
    /// Print this help
    #[arg(short, long, action = ArgAction::Help)]
    help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    /// Show the children too; -ff with -o writes a file for each thread
    #[arg(short, long = "follow-forks", action = ArgAction::Count)]
    pub follow: u8,
    /// With -o, write FILE.TID for each thread
    #[arg(long)]
    pub output_separately: bool,
    /// Trace running processes, each with its threads; repeatable
    #[arg(
        short = 'p',
        long = "attach",
        value_name = "PID",
        value_delimiter = ','
    )]
    pub attach: Vec<u32>,
    /// Put VAR=VAL into the command's environment, or take VAR out; repeatable
    #[arg(short = 'E', long = "env", value_name = "VAR[=VAL]")]
    pub environment: Vec<OsString>,
    /// Run the command as this user
    #[arg(short, long, value_name = "NAME")]
    pub user: Option<String>,

    /// Qualify: trace=, signal=, status=, quiet=, abbrev=, verbose=, raw= or decode-fds=; trace= may be left out
    #[arg(short, long = "expr", value_name = "EXPR")]
    pub expressions: Vec<String>,
    /// Show only these calls: names, %classes, /patterns; ! for all others
    #[arg(long, value_name = "SET")]
    pub trace: Option<String>,
    /// Show only these signals
    #[arg(long, value_name = "SET", alias = "signals")]
    pub signal: Option<String>,
    /// Show only calls that ended so: successful, failed, unfinished, unavailable, detached
    #[arg(long, value_name = "SET")]
    pub status: Option<String>,
    /// Abbreviate structures of these calls only
    #[arg(long, value_name = "SET")]
    pub abbrev: Option<String>,
    /// Print these calls' arguments as they are
    #[arg(long, value_name = "SET")]
    pub raw: Option<String>,
    /// Show only calls that use this path; repeatable
    #[arg(short = 'P', long = "trace-path", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Show only calls that succeeded
    #[arg(short = 'z', long)]
    pub successful_only: bool,
    /// Show only calls that failed
    #[arg(short = 'Z', long)]
    pub failed_only: bool,

    /// The column of the results
    #[arg(short = 'a', long = "columns", value_name = "N", default_value_t = 40)]
    pub column: usize,
    /// The most bytes of a text that are shown
    #[arg(
        short = 's',
        long = "string-limit",
        value_name = "N",
        default_value_t = 32
    )]
    pub string_limit: u32,
    /// Do not abbreviate structures and environments
    #[arg(short = 'v', long = "no-abbrev")]
    pub verbose: bool,
    /// Write texts with bytes that are not ASCII in hexadecimal; -xx: every text
    #[arg(short = 'x', action = ArgAction::Count)]
    pub hex: u8,
    /// The same: none, non-ascii-chars, non-ascii or all
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "all")]
    pub strings_in_hex: Option<String>,
    /// Show the paths of file descriptors; -yy: sockets and devices too
    #[arg(short = 'y', action = ArgAction::Count)]
    pub files: u8,
    /// The same: path, socket, dev, pidfd, all or none
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "path")]
    pub decode_fds: Option<String>,
    /// Show the number of each call
    #[arg(short = 'n', long)]
    pub syscall_number: bool,
    /// Write the lines to a file, or to a command: '|COMMAND'
    #[arg(short = 'o', long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<OsString>,
    /// Append to the file
    #[arg(short = 'A', long)]
    pub output_append_mode: bool,
    /// Say less: no messages of attaching; -qq: no exits; -qqq: no messages at all
    #[arg(short = 'q', action = ArgAction::Count)]
    pub quieter: u8,
    /// The same: attach, exit, path-resolution, personality, thread-execve or all
    #[arg(long, value_name = "SET", num_args = 0..=1, require_equals = true, default_missing_value = "attach,personality",
        aliases = ["silent", "silence"])]
    pub quiet: Option<String>,
    /// The time of day at each line; -tt: with microseconds; -ttt: seconds since 1970
    #[arg(short = 't', action = ArgAction::Count)]
    pub time: u8,
    /// The same: [time|unix|none][,s|ms|us|ns]
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "time", alias = "timestamps")]
    pub absolute_timestamps: Option<String>,
    /// The time since the line before
    #[arg(short = 'r')]
    pub relative: bool,
    /// The same: s, ms, us or ns
    #[arg(long, value_name = "PRECISION", num_args = 0..=1, require_equals = true, default_missing_value = "us")]
    pub relative_timestamps: Option<String>,
    /// The time that each call took
    #[arg(short = 'T')]
    pub took: bool,
    /// The same: s, ms, us or ns
    #[arg(long, value_name = "PRECISION", num_args = 0..=1, require_equals = true, default_missing_value = "us")]
    pub syscall_times: Option<String>,

    /// Count time, calls and errors of each call and print nothing but the table
    #[arg(short = 'c', long)]
    pub summary_only: bool,
    /// Print the table after the lines
    #[arg(short = 'C', long)]
    pub summary: bool,
    /// Sort the table: time, min-time, max-time, avg-time, calls, errors, name or nothing
    #[arg(short = 'S', long = "summary-sort-by", value_name = "COLUMN")]
    pub sort: Option<String>,
    /// The table's columns: time-percent, total-time, min-time, max-time, avg-time, calls, errors, name
    #[arg(short = 'U', long = "summary-columns", value_name = "COLUMNS")]
    pub columns: Option<String>,
    /// Taken for granted: times are always those between a call's beginning and its end
    #[arg(short = 'w', long = "summary-wall-clock")]
    pub wall_clock: bool,

    /// The command to trace
    #[arg(trailing_var_arg = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,
}

/// An option of strace's that is refused.
pub struct Refused {
    /// Its letter.
    pub short: Option<char>,
    /// Its long name.
    pub long: &'static str,
    /// Whether it takes a value.
    pub value: bool,
    /// Why it is refused, as the end of a sentence.
    pub why: &'static str,
}

const fn refused(short: char, long: &'static str, value: bool, why: &'static str) -> Refused {
    Refused {
        short: if short == ' ' { None } else { Some(short) },
        long,
        value,
        why,
    }
}

const UNWIND: &str = "the traced process is not stopped, so nobody can look at its stack";
const CHANGE: &str = "it would change what the traced process does, and tracehound only observes";
const COSTS: &str = "it corrects for the time that stopping takes; tracehound stops nothing";

/// strace's options that make no sense here, or that nobody has built.
pub const REFUSED: &[Refused] = &[
    refused('i', "instruction-pointer", false, UNWIND),
    refused('k', "stack-traces", false, UNWIND),
    refused(' ', "stack-trace", false, UNWIND),
    refused(
        'b',
        "detach-on",
        true,
        "nothing is attached to the process; leave -f out to see the first process alone",
    ),
    refused(
        'D',
        "daemonize",
        false,
        "the tracer is not the parent that the command sees signals or waits through; leave it out",
    ),
    refused(
        'I',
        "interruptible",
        true,
        "signals to the tracer never stop the command; leave it out",
    ),
    refused('O', "summary-syscall-overhead", true, COSTS),
    refused(' ', "inject", true, CHANGE),
    refused(' ', "fault", true, CHANGE),
    refused(
        ' ',
        "kvm",
        true,
        "the reasons of virtual CPUs' exits are not recorded",
    ),
    refused(
        ' ',
        "read",
        true,
        "dumps are not made; use -s N -x to see what is read",
    ),
    refused(
        ' ',
        "write",
        true,
        "dumps are not made; use -s N -x to see what is written",
    ),
    refused(
        'X',
        "const-print-style",
        true,
        "constants are shown by name; `-e raw=CALLS` shows numbers",
    ),
    refused(
        'Y',
        "decode-pids",
        false,
        "names of processes are in the JSON output; `tracehound run -o json`",
    ),
    refused(
        ' ',
        "seccomp-bpf",
        false,
        "calls that are not shown cost next to nothing anyway; leave it out",
    ),
    refused(
        'd',
        "debug",
        false,
        "it is strace's own debugging; see `tracehound doctor`",
    ),
];

/// Adds the refused options, hidden, so that each is told apart from one that does not exist.
pub fn with_refused(command: clap::Command) -> clap::Command {
    REFUSED.iter().fold(command, |command, option| {
        let action = if option.value {
            ArgAction::Append
        } else {
            ArgAction::Count
        };
        let mut arg = clap::Arg::new(option.long)
            .long(option.long)
            .hide(true)
            .action(action);
        arg.set_short(option.short);
        command.arg(arg)
    })
}

trait SetShort {
    fn set_short(&mut self, short: Option<char>);
}

impl SetShort for clap::Arg {
    fn set_short(&mut self, short: Option<char>) {
        if let Some(short) = short {
            *self = std::mem::take(self).short(short);
        }
    }
}

/// The refused option among those given, with its reason.
pub fn refusal(matches: &clap::ArgMatches) -> Option<String> {
    let given = |option: &&Refused| {
        matches.value_source(option.long) == Some(clap::parser::ValueSource::CommandLine)
    };
    let option = REFUSED.iter().find(given)?;
    let name = match option.short {
        Some(short) => format!("-{short} (--{})", option.long),
        None => format!("--{}", option.long),
    };
    Some(format!("strace's {name} is refused: {}", option.why))
}
