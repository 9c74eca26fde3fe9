//! Attaching the programs of one rung for all selected calls together.

use std::os::fd::AsFd as _;

use tracehound_schema::{HookKind, Rung};

use super::table::Tables;
use crate::object::{Attached, Flavour, Maps, load};
use crate::reason::{self, Doing};
use crate::trial;

/// Loads and attaches what `rung` (the `index`th) needs. The error is a reason to show.
pub fn attach(
    flavour: Flavour,
    maps: &Maps,
    tables: &Tables,
    rung: &Rung,
    index: usize,
) -> Result<Attached, String> {
    match rung.kind {
        HookKind::TpBtf | HookKind::RawTp => by_tracepoint(flavour, maps, tables, rung, index),
        _ => Err("not built".to_owned()),
    }
}

/// The two tracepoints that every call passes; that of the beginning only if it is needed.
fn by_tracepoint(
    flavour: Flavour,
    maps: &Maps,
    tables: &Tables,
    rung: &Rung,
    index: usize,
) -> Result<Attached, String> {
    trial::check(rung, &[])?;
    let prefixes = [(0, tables.begins()), (1, tables.ends())];
    let prefixes: Vec<String> = prefixes
        .iter()
        .filter(|needed| needed.1)
        .map(|needed| format!("calls__{index}_{}", needed.0))
        .collect();
    let object = load(flavour, maps, &prefixes).map_err(|refusal| {
        trial::learn(rung, &refusal);
        refusal.reason(rung)
    })?;
    let mut attached = Attached {
        programs: Vec::new(),
        links: Vec::new(),
        object: None,
    };
    // The end first: a beginning that is told and whose end is not would stay open for ever.
    let ours = |name: &str| prefixes.iter().any(|prefix| name.starts_with(prefix));
    let mut programs: Vec<_> = object
        .progs_mut()
        .filter(|program| ours(&program.name().to_string_lossy()))
        .collect();
    programs.sort_by_key(|program| std::cmp::Reverse(program.name().to_owned()));
    for program in programs {
        let section = program.section().to_string_lossy().into_owned();
        let link = program
            .attach()
            .map_err(|error| reason::reason(rung, &section, Doing::Attaching, &error))?;
        attached.links.push(link);
        let fd = program.as_fd().try_clone_to_owned();
        attached
            .programs
            .push(fd.map_err(|error| error.to_string())?);
    }
    Ok(attached)
}
