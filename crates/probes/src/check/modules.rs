//! Modules that one view of the kernel has and another has not: `hidden_kernel_module`.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

use super::Look;
use crate::snapshot::{LIST, Made, Module, field, tail_or_absent, text};

/// Which views have a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    listed: bool,
    in_sysfs: bool,
    has_symbols: bool,
    address: u64,
}

/// What stands among the symbols where a module's name does, and is none.
fn is_no_module(name: &str) -> bool {
    name == "bpf" || name.starts_with("__builtin__")
}

/// The views put together.
fn views<'v>(
    listed: impl Iterator<Item = (&'v str, u64)>,
    in_sysfs: impl Iterator<Item = &'v str>,
    symbols: impl Iterator<Item = (&'v str, u64)>,
) -> BTreeMap<String, Seen> {
    let mut views: BTreeMap<String, Seen> = BTreeMap::new();
    for (name, address) in listed {
        let seen = views.entry(name.to_owned()).or_default();
        seen.listed = true;
        seen.address = address;
    }
    for name in in_sysfs {
        views.entry(name.to_owned()).or_default().in_sysfs = true;
    }
    for (name, address) in symbols.filter(|row| !is_no_module(row.0)) {
        let seen = views.entry(name.to_owned()).or_default();
        seen.has_symbols = true;
        if seen.address == 0 {
            seen.address = address;
        }
    }
    views
}

/// A module need not have symbols, but it is on the list and in sysfs.
fn is_hidden(seen: Seen) -> bool {
    !(seen.listed && seen.in_sysfs)
}

/// Looks at all views now; those that come or go meanwhile are not there twice.
fn hidden(look: &Look<'_>) -> Result<BTreeMap<String, Seen>, String> {
    let list = fs::read_to_string(LIST).map_err(|error| format!("{LIST}: {error}"))?;
    let listed = list.lines().filter_map(Module::parse);
    let folders = fs::read_dir("/sys/module").map_err(|error| format!("/sys/module: {error}"))?;
    // What is built in has no state.
    let live =
        |name: &String| text(&format!("/sys/module/{name}/initstate")).as_deref() == Some(b"live");
    let names: Vec<String> = folders
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(live)
        .collect();
    let symbols = look.symbols()?;
    let mut views = views(
        listed.map(|module| (module.name, module.address)),
        names.iter().map(String::as_str),
        symbols.modules(),
    );
    views.retain(|_, seen| is_hidden(*seen));
    Ok(views)
}

/// Fills `hidden_kernel_module`.
pub fn hidden_modules(made: &mut Made, look: &Look<'_>) -> Result<(), String> {
    let first = hidden(look)?;
    if first.is_empty() {
        return Ok(());
    }
    thread::sleep(Duration::from_millis(200));
    let fresh = Look::fresh(look);
    let second = hidden(&fresh)?;
    let event = made.event.name;
    for (name, seen) in first.iter().filter(|(name, _)| second.contains_key(*name)) {
        let srcversion = text(&format!("/sys/module/{name}/srcversion"));
        let mut record = made.start().tail(field(event, "name"), name.as_bytes());
        record = match seen.address {
            0 => record.absent(field(event, "address")),
            address => record.slot(field(event, "address"), address),
        };
        made.put(tail_or_absent(
            record,
            field(event, "srcversion"),
            srcversion.as_deref(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden_of(listed: &[&str], sysfs: &[&str], symbols: &[&str]) -> Vec<String> {
        let views = views(
            listed.iter().map(|name| (*name, 1)),
            sysfs.iter().copied(),
            symbols.iter().map(|name| (*name, 7)),
        );
        let hidden = views.into_iter().filter(|(_, seen)| is_hidden(*seen));
        hidden.map(|(name, _)| name).collect()
    }

    #[test]
    fn a_module_that_leaves_one_list_is_found_by_the_others() {
        let clean = hidden_of(
            &["ext4", "nosyms"],
            &["ext4", "nosyms"],
            &["ext4", "bpf", "__builtin__ftrace"],
        );
        assert_eq!(clean, Vec::<String>::new());
        assert_eq!(hidden_of(&["ext4"], &["ext4", "evil"], &["ext4"]), ["evil"]);
        assert_eq!(hidden_of(&["ext4"], &["ext4"], &["ext4", "evil"]), ["evil"]);
        assert_eq!(hidden_of(&["ext4", "evil"], &["ext4"], &["ext4"]), ["evil"]);
    }
}
