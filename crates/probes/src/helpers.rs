//! Where the kernel has functions that BPF programs call, so that `bpf/hook/helpers.h` knows them.

use std::fs::File;
use std::io::{BufRead as _, BufReader};

use libbpf_rs::{MapCore as _, MapFlags};
use tracehound_schema::{Event, names};

use crate::error::Error;
use crate::object::Maps;

/// What the distances to functions are counted from.
const BASE: &str = "__bpf_call_base";

/// Helpers whose functions are called otherwise for some kinds of programs.
const ALSO: [(&str, &str); 9] = [
    ("bpf_perf_event_output_tp", "perf_event_output"),
    ("bpf_perf_event_output_raw_tp", "perf_event_output"),
    ("bpf_get_stackid_tp", "get_stackid"),
    ("bpf_get_stackid_raw_tp", "get_stackid"),
    ("bpf_get_stackid_pe", "get_stackid"),
    ("bpf_get_stack_tp", "get_stack"),
    ("bpf_get_stack_raw_tp", "get_stack"),
    ("bpf_get_stack_pe", "get_stack"),
    ("bpf_sk_setsockopt", "setsockopt"),
];

/// The field's names in the events that have it.
const FIELDS: [&str; 2] = ["helpers", "prog_helpers"];

/// Tells the programs, if one of the events wants it.
pub fn fill<'e>(maps: &Maps, mut events: impl Iterator<Item = &'e Event>) -> Result<(), Error> {
    let has = |event: &Event| FIELDS.iter().any(|name| event.field_index(name).is_some());
    if !events.any(has) {
        return Ok(());
    }
    // Where the list cannot be read nothing is told, and what needs it is unread.
    let Ok(list) = File::open("/proc/kallsyms") else {
        return Ok(());
    };
    let lines = BufReader::new(list).lines().map_while(Result::ok);
    for (address, bit) in lines.filter_map(|line| told(&line)) {
        maps.helper_addresses
            .update(&address.to_ne_bytes(), &bit.to_ne_bytes(), MapFlags::ANY)
            .map_err(Error::bpf("telling where helpers are"))?;
    }
    Ok(())
}

/// What is told by a line `address type name`: of a helper its address and bit, of the base 0 and its
/// address. Nothing by other lines, as those of modules, and where addresses are hidden.
fn told(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split(' ');
    let (address, name) = (words.next()?, words.nth(1)?);
    let address = || u64::from_str_radix(address, 16).ok().filter(|at| *at != 0);
    if name == BASE {
        return Some((0, address()?));
    }
    let own = name.strip_prefix("bpf_")?;
    let also = ALSO.iter().find(|row| row.0 == name);
    let helper = also.map_or(own, |row| row.1);
    let row = names::bpf::HELPERS
        .rows
        .iter()
        .find(|row| row.1 == helper)?;
    Some((address()?, u64::try_from(row.0).ok()?))
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn only_the_kernels_own_symbols_of_these_names_count() {
        assert_eq!(told("ffffffff81000010 T __pfx___bpf_call_base"), None);
        assert_eq!(
            told("ffffffff81000020 T __bpf_call_base"),
            Some((0, 0xffff_ffff_8100_0020))
        );
        assert_eq!(told("ffffffffc0000000 t bpf_send_signal\t[evil]"), None);
        assert_eq!(
            told("ffffffff81000030 T bpf_send_signal"),
            Some((0xffff_ffff_8100_0030, 8))
        );
        assert_eq!(told("0000000000000000 T bpf_send_signal"), None);
    }

    #[test]
    fn a_helper_has_one_bit_whatever_its_function_is_called() {
        let bit = |name| told(&format!("ffffffff81000000 T {name}")).map(|row| row.1);
        assert_eq!(bit("bpf_get_stack_raw_tp"), bit("bpf_get_stack"));
        assert!(super::ALSO.iter().all(|row| bit(row.0).is_some()));
    }
}
