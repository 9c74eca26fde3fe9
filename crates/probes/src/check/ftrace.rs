//! Functions that something is attached to by ftrace: `ftrace_hook`.

use std::fs;

use super::Look;
use crate::snapshot::{Made, field, tail_or_absent};

/// Where the list is, by where tracefs is mounted.
const LISTS: [&str; 2] = [
    "/sys/kernel/tracing/enabled_functions",
    "/sys/kernel/debug/tracing/enabled_functions",
];

/// An entry of the list.
#[derive(Debug, Default, PartialEq, Eq)]
struct Entry {
    symbol: String,
    count: u64,
    flags: String,
    trampoline: Option<String>,
    callback: Option<Place>,
}

/// A place in code: `name+offset/size [module]`.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    name: String,
    offset: i64,
    owner: String,
}

impl Place {
    fn parse(text: &str) -> Place {
        let (code, module) = match text.split_once(" [") {
            Some((code, module)) => (code, Some(module.trim_end_matches(']'))),
            None => (text, None),
        };
        let (name, rest) = code.split_once('+').unwrap_or((code, "0"));
        let offset = rest.split('/').next().unwrap_or("0");
        let offset = i64::from_str_radix(offset.trim_start_matches("0x"), 16).unwrap_or(0);
        Place {
            name: name.to_owned(),
            offset,
            owner: module.unwrap_or("system").to_owned(),
        }
    }
}

/// Entries of the list (kernel/trace/ftrace.c, v6.18: t_show()); what follows a line, indented, belongs to it.
fn entries(list: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in list.lines() {
        if let Some(more) = line.strip_prefix('\t') {
            if let (Some(entry), Some(direct)) =
                (entries.last_mut(), more.strip_prefix("direct-->"))
            {
                entry.callback = Some(Place::parse(direct.trim()));
            }
            continue;
        }
        entries.extend(entry(line));
    }
    entries
}

/// `symbol (count) FLAGS\ttramp: TRAMPOLINE (CALLBACK) ->FUNCTION`, of which the last two can be missing.
fn entry(line: &str) -> Option<Entry> {
    let (symbol, rest) = line.split_once(" (")?;
    let (count, rest) = rest.split_once(')')?;
    let (flags, rest) = match rest.find(['\t', '-']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let tramp = rest.split_once("tramp: ").map(|tramp| tramp.1);
    let (trampoline, callback) = match tramp.and_then(|tramp| tramp.split_once(" (")) {
        Some((trampoline, rest)) => (Some(trampoline), rest.split_once(')').map(|pair| pair.0)),
        None => (None, None),
    };
    let function = rest.split_once("->").map(|pair| pair.1.trim());
    Some(Entry {
        symbol: symbol.to_owned(),
        count: count.parse().ok()?,
        flags: flags.split_ascii_whitespace().collect(),
        trampoline: trampoline.map(str::to_owned),
        callback: callback.or(function).map(Place::parse),
    })
}

/// Fills `ftrace_hook`.
pub fn hooks(made: &mut Made, _: &Look<'_>) -> Result<(), String> {
    let read = LISTS.iter().find_map(|list| fs::read_to_string(list).ok());
    let list =
        read.ok_or("no enabled_functions: tracefs is not mounted, or the kernel has no ftrace")?;
    let event = made.event.name;
    for entry in entries(&list) {
        let mut record = made
            .start()
            .tail(field(event, "symbol"), entry.symbol.as_bytes())
            .tail(field(event, "flags"), entry.flags.as_bytes())
            .slot(field(event, "count"), entry.count);
        let callback = entry.callback.as_ref();
        record = match callback {
            Some(place) => record.slot(field(event, "callback_offset"), place.offset as u64),
            None => record.absent(field(event, "callback_offset")),
        };
        for (name, value) in [
            ("trampoline", entry.trampoline.as_deref()),
            ("callback", callback.map(|place| place.name.as_str())),
            ("callback_owner", callback.map(|place| place.owner.as_str())),
        ] {
            record = tail_or_absent(record, field(event, name), value.map(str::as_bytes));
        }
        made.put(record);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_every_form_are_read() {
        let list = "schedule (1) R I     \ttramp: 0xffffffffc0a3e000 (evil_hook+0x10/0x40 [evil]) ->ftrace_caller+0x0/0x5\n\
            vfs_read (2)             ->arch_ftrace_ops_list_func+0x0/0x230\n\
            do_exit (1)     D   \n\
            \tdirect-->bpf_trampoline_6442523134+0x0/0x1000\n";
        let entries = entries(list);
        let [evil, many, direct] = &entries[..] else {
            panic!("{entries:?}");
        };
        assert_eq!(
            (evil.symbol.as_str(), evil.count, evil.flags.as_str()),
            ("schedule", 1, "RI")
        );
        assert_eq!(evil.trampoline.as_deref(), Some("0xffffffffc0a3e000"));
        let place = evil.callback.as_ref().unwrap();
        assert_eq!(
            (place.name.as_str(), place.offset, place.owner.as_str()),
            ("evil_hook", 16, "evil")
        );
        assert_eq!((many.count, many.flags.as_str()), (2, ""));
        assert_eq!(
            many.callback.as_ref().unwrap().name,
            "arch_ftrace_ops_list_func"
        );
        assert_eq!(
            direct.callback.as_ref().unwrap().name,
            "bpf_trampoline_6442523134"
        );
        assert_eq!(direct.flags, "D");
    }
}
