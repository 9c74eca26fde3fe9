//! What strace's options ask for: events to trace, how much of them, and how the lines look.

use tracehound_engine::calls::{Quoting, Style};
use tracehound_engine::strace::{
    ALL_STATUSES, Calls, Column, Message, Only, Options as Format, Others, Precision, Prefix,
    Stamp, Status, Table, files,
};
use tracehound_probes::CallOptions;
use tracehound_schema::{Event, by_id, by_name};

use super::expression::{self, Chosen};
use super::options::{Options, REFUSED};
use crate::events;
use crate::failure::Failure;

/// Events that make up strace's lines of threads.
const LIFE: [&str; 4] = [
    "sched_process_fork",
    "sched_process_exec",
    "sched_process_exit",
    "gap",
];
/// Those of its lines of signals.
const SIGNALS: [&str; 2] = ["signal_deliver", "signal_generate"];
/// The most bytes of a text that a record can hold.
const LONGEST: u32 = 4096;

/// What the options ask for.
pub struct Plan {
    /// The events.
    pub events: Vec<&'static Event>,
    /// How much of calls.
    pub calls: CallOptions,
    /// How the lines look.
    pub format: Format,
    /// Whether it is said which processes were attached to.
    pub tells_attaching: bool,
}

/// What `-e` and its long forms said; the last of a kind counts.
struct Qualified {
    trace: Chosen,
    signals: u64,
    statuses: u8,
    quiet: Option<u8>,
    files: u8,
    raw: Calls,
    abbreviated: Calls,
}

/// Reads the options.
pub fn plan(options: &Options) -> Result<Plan, Failure> {
    let mut said = Qualified {
        trace: expression::calls("all")?,
        signals: u64::MAX,
        statuses: ALL_STATUSES,
        quiet: None,
        files: descriptors(options)?,
        raw: Calls::none(),
        abbreviated: Calls::All,
    };
    for text in &options.expressions {
        said.qualify(text)?;
    }
    let long = [
        ("trace", &options.trace),
        ("signal", &options.signal),
        ("status", &options.status),
        ("abbrev", &options.abbrev),
        ("raw", &options.raw),
        ("quiet", &options.quiet),
    ];
    for (name, value) in long {
        if let Some(value) = value {
            said.qualify(&format!("{name}={value}"))?;
        }
    }
    if options.successful_only {
        said.statuses = Status::Successful as u8;
    }
    if options.failed_only {
        said.statuses = Status::Failed as u8;
    }
    let format = format(options, &said)?;
    let calls = CallOptions {
        content: options.string_limit.clamp(1, LONGEST),
        files: said.files != 0 || !options.paths.is_empty(),
        entries: true,
    };
    let tells_attaching = format.quiet & Message::Attach as u8 == 0;
    Ok(Plan {
        events: events(&said),
        calls,
        format,
        tells_attaching,
    })
}

impl Qualified {
    fn qualify(&mut self, text: &str) -> Result<(), Failure> {
        let (name, value) = text.split_once('=').unwrap_or(("trace", text));
        match name {
            "trace" | "t" => self.trace = expression::calls(value)?,
            "signal" | "signals" | "s" => self.signals = expression::signals(value)?,
            "status" => self.statuses = expression::statuses(value)?,
            "quiet" | "silent" | "silence" | "q" => {
                self.quiet = Some(expression::messages(value)?);
            }
            "decode-fds" | "decode-fd" => self.files = expression::descriptors(value)?,
            "raw" | "x" => self.raw = expression::calls(value)?.calls(),
            "abbrev" | "a" => self.abbreviated = expression::calls(value)?.calls(),
            // What is not dereferenced is shown as it is.
            "verbose" | "v" => {
                let inverse = format!("!{value}");
                let inverse = value.strip_prefix('!').unwrap_or(&inverse);
                self.raw = expression::calls(inverse)?.calls();
            }
            other => return Err(unknown(other)),
        }
        Ok(())
    }
}

fn unknown(name: &str) -> Failure {
    match REFUSED.iter().find(|option| option.long == name) {
        Some(option) => Failure::usage(format!("strace's -e {name}= is refused: {}", option.why)),
        None => {
            let known = [
                "trace",
                "signal",
                "status",
                "quiet",
                "decode-fds",
                "raw",
                "abbrev",
                "verbose",
            ];
            events::unknown("qualifier", name, known)
        }
    }
}

fn events(said: &Qualified) -> Vec<&'static Event> {
    let mut names: Vec<&str> = LIFE.to_vec();
    if said.signals != 0 {
        names.extend(SIGNALS);
    }
    let mut ids: Vec<u16> = said.trace.events.iter().copied().collect();
    ids.sort_unstable();
    let calls = ids.into_iter().filter_map(by_id);
    calls.chain(names.into_iter().filter_map(by_name)).collect()
}

fn descriptors(options: &Options) -> Result<u8, Failure> {
    match (&options.decode_fds, options.files) {
        (Some(text), _) => expression::descriptors(text),
        (None, 0) => Ok(0),
        (None, 1) => expression::descriptors("path"),
        (None, _) => expression::descriptors("all"),
    }
}

fn format(options: &Options, said: &Qualified) -> Result<Format, Failure> {
    let follows = options.follow > 0;
    let separate = options.output.is_some() && (options.follow > 1 || options.output_separately);
    let prefix = match (&options.output, follows || options.attach.len() > 1) {
        _ if separate => Prefix::Never,
        (Some(_), true) => Prefix::Always,
        (None, _) => Prefix::Several,
        (Some(_), false) => Prefix::Never,
    };
    let only = match (follows, options.attach.is_empty()) {
        (true, _) => Only::All,
        (false, true) => Only::First,
        (false, false) => Only::These(options.attach.clone()),
    };
    let mut style = style(options, said.files)?;
    style.abbreviates &= !options.verbose;
    Ok(Format {
        style,
        prefix,
        only,
        from_exec: options.attach.is_empty(),
        stamp: stamp(options)?,
        relative: timing(options.relative, options.relative_timestamps.as_deref())?,
        took: timing(options.took, options.syscall_times.as_deref())?,
        numbers: options.syscall_number,
        column: options.column,
        others: Others::Woven,
        statuses: said.statuses,
        signals: said.signals,
        quiet: quiet(options, said),
        lines: !options.summary_only,
        table: table(options)?,
        hidden: said.trace.hidden.clone(),
        raw: said.raw.clone(),
        abbreviated: said.abbreviated.clone(),
        paths: paths(options),
    })
}

/// The paths as given and, as strace does it, as the kernel resolves them.
fn paths(options: &Options) -> Vec<Vec<u8>> {
    let mut paths: Vec<Vec<u8>> = Vec::new();
    for path in &options.paths {
        paths.push(path.as_os_str().as_encoded_bytes().to_vec());
        if let Ok(real) = path.canonicalize() {
            paths.push(real.into_os_string().into_encoded_bytes());
        }
    }
    paths.dedup();
    paths
}

fn quiet(options: &Options, said: &Qualified) -> u8 {
    let attach = Message::Attach as u8 | Message::Personality as u8;
    let counted = match options.quieter {
        0 if options.output.is_some() && options.attach.is_empty() => attach,
        0 => 0,
        1 => attach,
        2 => attach | Message::Exit as u8,
        _ => u8::MAX,
    };
    said.quiet.unwrap_or(counted)
}

fn style(options: &Options, shown: u8) -> Result<Style, Failure> {
    let quoting = match (options.strings_in_hex.as_deref(), options.hex) {
        (None | Some("none"), 0) | (Some("none"), _) => Quoting::Octal,
        (None, 1) | (Some("non-ascii"), _) => Quoting::HexIfNeeded,
        (None, _) | (Some("all"), _) => Quoting::Hex,
        (Some(other), _) => {
            let known = ["none", "non-ascii", "all"];
            return Err(events::unknown("kind of texts", other, known));
        }
    };
    use expression::files::{DEVICE, SOCKET};
    let file: Option<fn(&mut Vec<u8>, &tracehound_engine::calls::File<'_>)> =
        match (shown, shown & SOCKET, shown & DEVICE) {
            (0, ..) => None,
            (_, 0, 0) => Some(files::paths),
            (_, _, 0) => Some(files::sockets),
            (_, 0, _) => Some(files::devices),
            _ => Some(files::everything),
        };
    Ok(Style {
        string: options.string_limit as usize,
        quoting,
        file,
        ..Style::PLAIN
    })
}

fn precision(text: &str) -> Result<Precision, Failure> {
    Ok(match text {
        "s" => Precision::Seconds,
        "ms" => Precision::Milliseconds,
        "us" => Precision::Microseconds,
        "ns" => Precision::Nanoseconds,
        other => return Err(events::unknown("precision", other, ["s", "ms", "us", "ns"])),
    })
}

fn timing(short: bool, long: Option<&str>) -> Result<Option<Precision>, Failure> {
    match (long, short) {
        (Some(text), _) => precision(text).map(Some),
        (None, true) => Ok(Some(Precision::Microseconds)),
        (None, false) => Ok(None),
    }
}

fn stamp(options: &Options) -> Result<Option<Stamp>, Failure> {
    let Some(text) = &options.absolute_timestamps else {
        return Ok(match options.time {
            0 => None,
            1 => Some(Stamp::Day(Precision::Seconds)),
            2 => Some(Stamp::Day(Precision::Microseconds)),
            _ => Some(Stamp::Unix(Precision::Microseconds)),
        });
    };
    let mut unix = false;
    let mut digits = Precision::Seconds;
    for word in text.split(',') {
        let word = word
            .trim_start_matches("format:")
            .trim_start_matches("precision:");
        match word {
            "none" => return Ok(None),
            "time" => unix = false,
            "unix" => unix = true,
            word => digits = precision(word)?,
        }
    }
    Ok(Some(if unix {
        Stamp::Unix(digits)
    } else {
        Stamp::Day(digits)
    }))
}

/// The names of columns, to sort by and to show.
const COLUMNS: [(&str, Column); 22] = [
    ("time-percent", Column::Percent),
    ("time_percent", Column::Percent),
    ("time", Column::Percent),
    ("total-time", Column::Total),
    ("total_time", Column::Total),
    ("min-time", Column::Shortest),
    ("min_time", Column::Shortest),
    ("shortest", Column::Shortest),
    ("max-time", Column::Longest),
    ("max_time", Column::Longest),
    ("longest", Column::Longest),
    ("avg-time", Column::Average),
    ("avg_time", Column::Average),
    ("calls", Column::Calls),
    ("count", Column::Calls),
    ("errors", Column::Errors),
    ("error", Column::Errors),
    ("name", Column::Name),
    ("syscall", Column::Name),
    ("syscall-name", Column::Name),
    ("syscall_name", Column::Name),
    ("time-total", Column::Total),
];

fn column(text: &str) -> Result<Column, Failure> {
    let found = COLUMNS.iter().find(|row| row.0 == text);
    found.map(|row| row.1).ok_or_else(|| {
        let known = COLUMNS.iter().map(|row| row.0);
        events::unknown("column", text, known)
    })
}

fn table(options: &Options) -> Result<Option<Table>, Failure> {
    if !options.summary && !options.summary_only {
        let unused = options.sort.is_some() || options.columns.is_some();
        return if unused {
            let message = "-S and -U describe a table; ask for it with -c or -C";
            Err(Failure::usage(message.to_owned()))
        } else {
            Ok(None)
        };
    }
    let mut table = Table::default();
    if let Some(text) = &options.columns {
        table.columns = text.split(',').map(column).collect::<Result<_, _>>()?;
        if !table.columns.contains(&Column::Name) {
            table.columns.push(Column::Name);
        }
    }
    match options.sort.as_deref() {
        None => {}
        Some("nothing" | "none") => table.sort = None,
        Some(text) => table.sort = Some(column(text)?),
    }
    Ok(Some(table))
}
