//! Which hierarchy of cgroups records name: the one that containers are in.
//!
//! With version 2 that is it. Where controllers are mounted as version 1 (alone, or beside a version 2
//! that has none), engines put containers below these, and into version 2 only some of them do.

use std::ffi::OsStr;
use std::fs;
use std::sync::OnceLock;

use libbpf_rs::btf::{Btf, types::Enum};

/// Controllers that every engine puts containers below, if they are there: the best first.
const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpuset"];

/// A hierarchy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hierarchy {
    /// Its number in `/proc/cgroups`; 0 for version 2.
    pub number: u32,
    /// The place of one of its controllers in the kernel's list, from 1; 0 for version 2.
    pub controller: u32,
}

/// The hierarchy of the machine, which does not change while it runs.
pub fn hierarchy() -> Hierarchy {
    static CHOSEN: OnceLock<Hierarchy> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let text = fs::read_to_string("/proc/cgroups").unwrap_or_default();
        let found = chosen(&text).and_then(|(name, number)| {
            let controller = place(name)?;
            Some(Hierarchy { number, controller })
        });
        found.unwrap_or_default()
    })
}

/// The best controller that is in a hierarchy of version 1, and the number of that.
fn chosen(cgroups: &str) -> Option<(&'static str, u32)> {
    CONTROLLERS.iter().find_map(|controller| {
        let number = cgroups.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next()? == *controller).then(|| words.next()?.parse().ok())?
        });
        number
            .filter(|number| *number != 0)
            .map(|number| (*controller, number))
    })
}

/// A controller's place in the kernel's list.
fn place(controller: &str) -> Option<u32> {
    let kernel = Btf::from_vmlinux().ok()?;
    let list: Enum<'_> = kernel.type_by_name("cgroup_subsys_id")?;
    let name = format!("{controller}_cgrp_id");
    let member = list
        .iter()
        .find(|member| member.name == Some(OsStr::new(&name)))?;
    u32::try_from(member.value).ok().map(|place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "#subsys_name\thierarchy\tnum_cgroups\tenabled\n";

    #[test]
    fn a_controller_of_version_1_is_preferred() {
        for (text, expected) in [
            ("", None),
            ("cpuset\t0\t1\t1\nmemory\t0\t68\t1\npids\t0\t1\t1\n", None),
            (
                "cpuset\t3\t1\t1\nmemory\t4\t68\t1\npids\t8\t1\t1\n",
                Some(("memory", 4)),
            ),
            // Switched off at boot.
            (
                "cpuset\t3\t1\t1\nmemory\t0\t1\t0\npids\t8\t1\t1\n",
                Some(("pids", 8)),
            ),
            // Somebody uses one of version 1 beside containers of version 2.
            ("memory\t0\t68\t1\nnet_cls\t12\t2\t1\n", None),
        ] {
            assert_eq!(chosen(&format!("{HEAD}{text}")), expected, "{text}");
        }
    }
}
