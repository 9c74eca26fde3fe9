//! Programs on the functions of calls, each of which jumps to the one that does the work.

use std::collections::HashMap;

use std::os::fd::{AsFd as _, AsRawFd as _};

use libbpf_rs::btf::types::Func;
use libbpf_rs::btf::{Btf, TypeId};
use libbpf_rs::{MapCore as _, MapFlags, MapHandle, Object};

use super::table::Function;

/// Kinds of functions: `build/programs.rs` says why there are several.
const KINDS: usize = 3;

/// What a program's name says: `calls__RUNG_END_KIND` for one that does the work,
/// `calls__RUNG_END_KIND_NUMBER` for one on a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The rung.
    pub index: usize,
    /// 0 for beginnings, 1 for ends.
    end: usize,
    /// The kind of function.
    kind: usize,
    /// Which function of the kind.
    pub number: Option<usize>,
}

impl Place {
    /// Reads a name; `None` for programs of other sorts.
    pub fn parse(name: &str) -> Option<Place> {
        let words = name.strip_prefix("calls__")?.split('_');
        let words: Option<Vec<usize>> = words.map(|word| word.parse().ok()).collect();
        let (index, end, kind, number) = match words?[..] {
            [index, end, kind] => (index, end, kind, None),
            [index, end, kind, number] => (index, end, kind, Some(number)),
            _ => return None,
        };
        Some(Place {
            index,
            end,
            kind,
            number,
        })
    }
}

/// The functions by kind.
#[derive(Debug)]
pub struct Kinds([Vec<Function>; KINDS]);

impl Kinds {
    /// Sorts functions by how the kernel declares them; what its types lack is left out, and missed
    /// when the hooks are proved. The error is a reason to show.
    pub fn of(functions: Vec<Function>) -> Result<Kinds, String> {
        let types = Btf::from_vmlinux().map_err(|error| error.to_string())?;
        let functions = by_shared_name(functions);
        let mut declared: HashMap<&str, Option<TypeId>> = functions
            .iter()
            .map(|function| (function.name.as_str(), None))
            .collect();
        for known in types.type_by_kind::<Func<'_>>() {
            let name = known.name().and_then(|name| name.to_str());
            // A name can stand there twice with different types (6.1): libbpf takes the first.
            if let Some(place) = name.and_then(|name| declared.get_mut(name))
                && place.is_none()
            {
                *place = known.next_type().map(|kind| kind.type_id());
            }
        }
        let declared: Vec<Option<TypeId>> = functions
            .iter()
            .map(|function| declared.get(function.name.as_str()).copied().flatten())
            .collect();
        Kinds::sort(functions.into_iter().zip(declared))
    }

    fn sort<T: PartialEq>(
        functions: impl Iterator<Item = (Function, Option<T>)>,
    ) -> Result<Kinds, String> {
        let mut kinds = Kinds([const { Vec::new() }; KINDS]);
        let mut seen: Vec<T> = Vec::new();
        for (function, declared) in functions {
            let Some(declared) = declared else { continue };
            let known = seen.iter().position(|other| *other == declared);
            let kind = known.unwrap_or_else(|| {
                seen.push(declared);
                seen.len() - 1
            });
            let Some(list) = kinds.0.get_mut(kind) else {
                return Err("the kernel declares the calls' functions in a fourth way".to_owned());
            };
            list.push(function);
        }
        Ok(kinds)
    }

    /// The function that a program is to be attached to, or verified for, if it is needed.
    pub fn function(&self, place: Place) -> Option<&Function> {
        let needed = |function: &&Function| match place.end {
            0 => function.begins,
            _ => function.ends,
        };
        let functions = self.0.get(place.kind)?;
        match place.number {
            Some(number) => functions.get(number).filter(needed),
            None => functions.iter().find(needed),
        }
    }
}

/// A call without arguments is one function under the names of both conventions; the kernel's types
/// know it by a third (`SYSCALL_DEFINE0` in arch/x86/include/asm/syscall_wrapper.h, v6.12).
fn by_shared_name(functions: Vec<Function>) -> Vec<Function> {
    let mut shared: Vec<Function> = Vec::new();
    for mut function in functions {
        let call = function.name.strip_prefix("__x64_sys_");
        let call = call.or_else(|| function.name.strip_prefix("__ia32_sys_"));
        if let Some(call) = call.filter(|_| function.plain) {
            function.name = format!("__do_sys_{call}");
        }
        match shared.iter_mut().find(|known| known.name == function.name) {
            Some(known) => {
                known.begins |= function.begins;
                known.ends |= function.ends;
            }
            None => shared.push(function),
        }
    }
    shared
}

/// Puts those that do the work where the others jump to. The maps must be kept: the kernel empties
/// them when nobody holds them any more.
pub fn connect(object: &Object) -> Result<Vec<MapHandle>, String> {
    let mut jumps = Vec::new();
    for program in object.progs().filter(|program| program.autoload()) {
        let place = Place::parse(&program.name().to_string_lossy());
        let Some(place) = place.filter(|place| place.number.is_none()) else {
            continue;
        };
        let name = format!("jumps_{}_{}", place.end, place.kind);
        let map = object
            .maps()
            .find(|map| map.name().to_string_lossy() == name);
        let map = map.ok_or_else(|| format!("no map {name}"))?;
        let program = program.as_fd().as_raw_fd().to_ne_bytes();
        map.update(&0u32.to_ne_bytes(), &program, MapFlags::ANY)
            .map_err(|error| format!("connecting the programs: {error}"))?;
        jumps.push(MapHandle::try_from(&map).map_err(|error| error.to_string())?);
    }
    Ok(jumps)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, begins: bool) -> Function {
        Function {
            name: name.to_owned(),
            begins,
            ends: true,
            plain: false,
        }
    }

    #[test]
    fn names_say_what_a_program_is_for() {
        let stub = Place::parse("calls__0_1_0_17").unwrap();
        assert_eq!((stub.end, stub.kind, stub.number), (1, 0, Some(17)));
        assert_eq!(Place::parse("calls__0_1_0").unwrap().number, None);
        assert_eq!(Place::parse("calls__2_1"), None);
        assert_eq!(Place::parse("sigprocmask__0_1"), None);
    }

    #[test]
    fn a_call_without_arguments_is_one_function() {
        let plain = |name: &str| Function {
            plain: true,
            ..function(name, false)
        };
        let functions = vec![
            plain("__x64_sys_getpid"),
            plain("__ia32_sys_getpid"),
            function("__x64_sys_read", true),
        ];
        let names: Vec<_> = by_shared_name(functions)
            .into_iter()
            .map(|one| one.name)
            .collect();
        assert_eq!(names, ["__do_sys_getpid", "__x64_sys_read"]);
    }

    #[test]
    fn functions_declared_alike_share_a_program() {
        let functions = [
            (function("read", true), Some(1)),
            (function("getpid", false), Some(2)),
            (function("gone", true), None),
            (function("write", true), Some(1)),
        ];
        let kinds = Kinds::sort(functions.into_iter()).unwrap();
        let named = |name: &str| {
            let place = Place::parse(name).unwrap();
            kinds.function(place).map(|function| function.name.as_str())
        };
        assert_eq!(named("calls__0_0_0_1"), Some("write"));
        assert_eq!(named("calls__0_1_1_0"), Some("getpid"));
        // No beginning is told of what the second kind has.
        assert_eq!(named("calls__0_0_1_0"), None);
        assert_eq!(named("calls__0_0_1"), None);
        assert_eq!(named("calls__0_0_0"), Some("read"));
    }
}
