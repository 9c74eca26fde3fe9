//! strace's expressions: `-e trace=%file,!close`, `-e signal=!CHLD` and the like.

use std::collections::HashSet;

use tracehound_engine::strace::{ALL_STATUSES, Calls, Message, Status};
use tracehound_schema::syscalls::{self, Syscall};
use tracehound_schema::types::Type;
use tracehound_schema::{Abi, Event, all, sigset};

use super::classes::CLASSES;
use crate::events;
use crate::failure::Failure;

/// Names of classes that may stand without `%`, for age's sake.
const PLAIN_CLASSES: [&str; 7] = [
    "file", "process", "network", "ipc", "signal", "desc", "memory",
];
/// The last call that the classes' table knows; classes of later ones are found by their arguments.
const LAST_KNOWN: u16 = 450;

/// A set of calls, each under some conventions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The events' ids.
    pub events: HashSet<u16>,
    /// Conventions of these that are left out.
    pub hidden: HashSet<(u16, Abi)>,
}

impl Chosen {
    /// The events by id.
    pub fn calls(self) -> Calls {
        Calls::These(self.events)
    }

    fn has(&self, event: u16, abi: Abi) -> bool {
        self.events.contains(&event) && !self.hidden.contains(&(event, abi))
    }

    fn of(has: impl Fn(&Event, Abi) -> bool) -> Chosen {
        let mut chosen = Chosen::default();
        for (event, row) in rows() {
            let abis = Abi::ALL.iter().filter(|abi| row.number(**abi).is_some());
            let (shown, hidden): (Vec<Abi>, Vec<Abi>) = abis.partition(|abi| has(event, **abi));
            if !shown.is_empty() {
                chosen.events.insert(event.id);
                let hidden = hidden.into_iter().map(|abi| (event.id, abi));
                chosen.hidden.extend(hidden);
            }
        }
        chosen
    }
}

/// Every call with its event.
fn rows() -> impl Iterator<Item = (&'static Event, &'static Syscall)> {
    let own = all().filter_map(|event| Some((event, event.call?)));
    let shared = syscalls::all().filter(|row| !row.event.is_empty());
    own.chain(shared.filter_map(|row| Some((tracehound_schema::by_name(row.event)?, row))))
}

/// Reads a set of calls: `all`, `none`, names, `%classes`, `/patterns`, with `@64`, `@32` or `@x32`
/// behind a name and `?` before one that need not exist; `!` turns the whole set around.
pub fn calls(text: &str) -> Result<Chosen, Failure> {
    let (inverted, text) = inverted(text);
    if text == "none" && !inverted {
        return Ok(Chosen::default());
    }
    let parts = text.split(',').map(part).collect::<Result<Vec<_>, _>>()?;
    let has = |event: &Event, abi| parts.iter().any(|part| part.has(event.id, abi));
    Ok(Chosen::of(|event, abi| has(event, abi) != inverted))
}

/// Takes the marks of an inverted set off; the shell's `\!` counts too.
fn inverted(text: &str) -> (bool, &str) {
    let mut rest = text;
    let mut inverted = false;
    while let Some(next) = rest.strip_prefix('!') {
        rest = next;
        inverted = !inverted;
    }
    (inverted, rest)
}

fn part(text: &str) -> Result<Chosen, Failure> {
    let (lenient, word) = match text.strip_prefix('?') {
        Some(word) => (true, word),
        None => (false, text),
    };
    let (word, abi) = match word.rsplit_once('@') {
        Some((word, "64")) => (word, Some([Abi::X86_64, Abi::Aarch64])),
        Some((word, "32")) => (word, Some([Abi::I386; 2])),
        Some((word, "x32")) => (word, Some([Abi::X32; 2])),
        _ => (word, None),
    };
    let fits = matcher(word)?;
    let chosen = Chosen::of(|event, own| {
        let rows = rows().filter(|(other, _)| other.id == event.id);
        let names = rows.map(|(_, row)| row).any(&fits);
        names && abi.is_none_or(|abis| abis.contains(&own))
    });
    if chosen.events.is_empty() && !lenient {
        let names = syscalls::all().map(|row| row.name);
        return Err(events::unknown("system call", word, names));
    }
    Ok(chosen)
}

type Matcher = Box<dyn Fn(&Syscall) -> bool>;

fn matcher(word: &str) -> Result<Matcher, Failure> {
    if word == "all" {
        return Ok(Box::new(|_| true));
    }
    if let Some(pattern) = word.strip_prefix('/') {
        let pattern = regex_lite::Regex::new(pattern)
            .map_err(|error| Failure::usage(format!("{word:?} is no pattern of calls: {error}")))?;
        return Ok(Box::new(move |row| {
            pattern.is_match(row.name) || (!row.name32.is_empty() && pattern.is_match(row.name32))
        }));
    }
    let class = word.strip_prefix('%');
    if let Some(name) = class.or_else(|| PLAIN_CLASSES.contains(&word).then_some(word)) {
        let name = if name == "net" { "network" } else { name };
        let Some((name, names)) = CLASSES.iter().find(|row| row.0 == name) else {
            let known = CLASSES.iter().map(|row| row.0);
            return Err(events::unknown("class of calls", name, known));
        };
        return Ok(Box::new(move |row| {
            names.contains(&row.name) || names.contains(&row.name32) || belongs(name, row)
        }));
    }
    let word = word.to_owned();
    Ok(Box::new(move |row| {
        row.name == word || (row.name32 == word && !word.is_empty())
    }))
}

/// Whether a call that the table of classes is too old for belongs to one.
fn belongs(class: &str, row: &Syscall) -> bool {
    let number = row.x86_64.or(row.aarch64);
    if number.is_none_or(|number| number <= LAST_KNOWN) {
        return false;
    }
    let mut kinds = row.args.iter().map(|arg| &arg.kind);
    match class {
        "file" => kinds.any(|kind| matches!(kind, Type::In(Type::Path))),
        "desc" => {
            matches!(row.ret, Type::Fd) || kinds.any(|kind| matches!(kind, Type::Fd | Type::DirFd))
        }
        _ => false,
    }
}

/// Reads a set of signals: names with or without `SIG`, numbers, `all`, `none`, `!`.
pub fn signals(text: &str) -> Result<u64, Failure> {
    let (inverted, text) = inverted(text);
    let mut set = 0;
    for word in text.split(',') {
        set |= match word {
            "all" => u64::MAX,
            "none" => 0,
            word => 1 << (signal(word)? - 1),
        };
    }
    Ok(if inverted { !set } else { set })
}

fn signal(word: &str) -> Result<u8, Failure> {
    let upper = word.to_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let is = |signal: &u8| {
        let text = sigset::name(*signal).map(|(word, count)| match count {
            Some(count) => format!("{word}{count}"),
            None => word.to_owned(),
        });
        text.is_some_and(|text| text.strip_prefix("SIG") == Some(name))
    };
    let number = word.parse().ok().filter(|number| (1..=64).contains(number));
    number.or_else(|| (1..=64u8).find(is)).ok_or_else(|| {
        let names = sigset::STANDARD.iter().copied();
        events::unknown("signal", word, names)
    })
}

/// Reads words that each stand for a bit.
fn bits(what: &str, text: &str, words: &[(&'static str, u8)]) -> Result<u8, Failure> {
    let (inverted, text) = inverted(text);
    let whole = words.iter().fold(0, |all, (_, bit)| all | bit);
    let mut set = 0;
    for word in text.split(',') {
        set |= match (word, words.iter().find(|row| row.0 == word)) {
            ("all", _) => whole,
            ("none", _) => 0,
            (_, Some((_, bit))) => *bit,
            (word, None) => {
                return Err(events::unknown(what, word, words.iter().map(|row| row.0)));
            }
        };
    }
    Ok(if inverted { whole & !set } else { set })
}

/// Reads how calls end.
pub fn statuses(text: &str) -> Result<u8, Failure> {
    let words = [
        ("successful", Status::Successful as u8),
        ("failed", Status::Failed as u8),
        ("unfinished", Status::Unfinished as u8),
        ("unavailable", Status::Unavailable as u8),
        ("detached", Status::Detached as u8),
    ];
    bits("status", text, &words).map(|set| set & ALL_STATUSES)
}

/// Reads the messages to leave out.
pub fn messages(text: &str) -> Result<u8, Failure> {
    let words = [
        ("attach", Message::Attach as u8),
        ("exit", Message::Exit as u8),
        ("exits", Message::Exit as u8),
        // Paths are always resolved before anything starts, without a word.
        ("path-resolution", 0),
        ("path-resolve", 0),
        ("personality", Message::Personality as u8),
        ("thread-execve", Message::ThreadExecve as u8),
        ("superseded", Message::ThreadExecve as u8),
    ];
    bits("message", text, &words)
}

/// What is shown of descriptors.
pub mod files {
    /// Paths.
    pub const PATH: u8 = 1;
    /// What sockets are and are connected to.
    pub const SOCKET: u8 = 2;
    /// Numbers of devices.
    pub const DEVICE: u8 = 4;
}

/// Reads what is shown of descriptors.
pub fn descriptors(text: &str) -> Result<u8, Failure> {
    let words = [
        ("path", files::PATH),
        ("socket", files::SOCKET),
        ("dev", files::DEVICE),
        // What a pidfd stands for is not recorded; its path says that it is one.
        ("pidfd", files::PATH),
    ];
    bits("detail of descriptors", text, &words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(text: &str) -> Vec<&'static str> {
        let events = calls(text).unwrap().events;
        let mut names: Vec<_> = rows()
            .filter(|(event, _)| events.contains(&event.id))
            .map(|(_, row)| row.name)
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn names_classes_and_patterns_choose_calls() {
        assert_eq!(chosen("read,write"), ["read", "write"]);
        assert_eq!(chosen("none"), [""; 0]);
        assert!(chosen("%file").contains(&"openat"));
        assert!(chosen("file").contains(&"execve"));
        assert!(!chosen("%file").contains(&"read"));
        assert!(chosen("%desc").contains(&"read"));
        assert!(chosen("%net").contains(&"connect"));
        assert!(chosen("/^op").contains(&"openat"));
        assert!(!chosen("!read").contains(&"read"));
        assert!(chosen("!read").contains(&"write"));
        assert_eq!(chosen("?nosuch,read"), ["read"]);
        assert_eq!(chosen("!all"), [""; 0]);
    }

    #[test]
    fn a_name_can_be_bound_to_a_convention() {
        let set = calls("read@32").unwrap();
        let event = tracehound_schema::by_name("read").unwrap().id;
        assert!(set.has(event, Abi::I386));
        assert!(!set.has(event, Abi::X86_64));
    }

    #[test]
    fn unknown_words_are_named() {
        for (failure, word) in [
            (calls("opennat").unwrap_err(), "openat"),
            (calls("%fiel").unwrap_err(), "file"),
            (signals("CHDL").unwrap_err(), "CHDL"),
            (statuses("ok").unwrap_err(), "successful"),
            (messages("exitt").unwrap_err(), "exit"),
            (descriptors("paht").unwrap_err(), "path"),
        ] {
            assert!(failure.to_string().contains(word), "{failure}");
        }
        assert!(calls("/(").is_err());
    }

    #[test]
    fn signals_have_names_with_and_without_sig_and_numbers() {
        assert_eq!(signals("SIGINT,term,3").unwrap(), 0b100_0000_0000_0110);
        assert_eq!(signals("!all").unwrap(), 0);
        assert_eq!(signals("!RT_1").unwrap(), !(1 << 32));
    }
}
