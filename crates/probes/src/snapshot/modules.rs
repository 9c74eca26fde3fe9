//! Modules, as `/proc/modules` lists them.

use super::{Made, field, list, tail_or_absent, text};

/// Where the kernel lists its modules.
pub const LIST: &str = "/proc/modules";

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
pub struct Module<'a> {
    /// Its name.
    pub name: &'a str,
    size: u64,
    refcount: Option<i64>,
    used_by: Vec<&'a str>,
    state: &'a str,
    /// Where it lies; 0 where that is hidden.
    pub address: u64,
    taints: Option<&'a str>,
}

impl<'a> Module<'a> {
    /// Reads a line: `name size refcount users state address (taints)`.
    pub fn parse(line: &'a str) -> Option<Module<'a>> {
        let mut words = line.split_ascii_whitespace();
        let (name, size) = (words.next()?, words.next()?.parse().ok()?);
        let refcount = words.next()?.parse().ok();
        let used_by = words.next()?.split(',');
        Some(Module {
            name,
            size,
            refcount,
            used_by: used_by
                .filter(|user| !user.is_empty() && *user != "-")
                .collect(),
            state: words.next()?,
            address: hex(words.next()?)?,
            taints: words.next().map(|word| word.trim_matches(['(', ')'])),
        })
    }
}

fn hex(word: &str) -> Option<u64> {
    u64::from_str_radix(word.trim_start_matches("0x"), 16).ok()
}

/// Fills `existing_module`.
pub fn make(made: &mut Made) {
    let lines = std::fs::read_to_string(LIST).unwrap_or_default();
    for module in lines.lines().filter_map(Module::parse) {
        let event = made.event.name;
        let of = |what: &str| text(&format!("/sys/module/{}/{what}", module.name));
        let (version, srcversion) = (of("version"), of("srcversion"));
        let users = list(module.used_by.iter().map(|user| user.as_bytes()));
        let mut record = made
            .start()
            .tail(field(event, "name"), module.name.as_bytes())
            .slot(field(event, "size"), module.size)
            .tail(field(event, "used_by"), &users)
            .tail(field(event, "state"), module.state.as_bytes());
        record = match module.refcount {
            Some(count) => record.slot(field(event, "refcount"), count as u64),
            None => record.absent(field(event, "refcount")),
        };
        record = match module.address {
            0 => record.absent(field(event, "address")),
            address => record.slot(field(event, "address"), address),
        };
        for (name, value) in [
            ("taints", module.taints.map(str::as_bytes)),
            ("version", version.as_deref()),
            ("srcversion", srcversion.as_deref()),
        ] {
            record = tail_or_absent(record, field(event, name), value);
        }
        made.put(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_list_is_read_whole() {
        let line = "nf_nat 57344 2 nft_chain_nat,xt_MASQUERADE, Live 0xffffffffc0b32000 (OE)";
        let module = Module::parse(line).unwrap();
        assert_eq!(module.used_by, ["nft_chain_nat", "xt_MASQUERADE"]);
        assert_eq!((module.size, module.refcount), (57344, Some(2)));
        assert_eq!((module.state, module.taints), ("Live", Some("OE")));
        assert_eq!(module.address, 0xffff_ffff_c0b3_2000);
        let plain = Module::parse("overlay 1 - - Live 0x0000000000000000").unwrap();
        assert_eq!((plain.refcount, plain.address), (None, 0));
        assert!(plain.used_by.is_empty() && plain.taints.is_none());
        assert_eq!(Module::parse("short line"), None);
    }
}
