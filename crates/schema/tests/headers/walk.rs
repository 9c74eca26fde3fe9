//! Everything that the table's types hold.

use std::collections::BTreeMap;

use tracehound_schema::syscalls::{self, Syscall};
use tracehound_schema::types::{Struct, Type};
use tracehound_schema::{Abi, Kind, Names, all};

/// Tables of names and structures, by their address.
#[derive(Default)]
pub struct Found {
    names: BTreeMap<usize, &'static Names>,
    structs: BTreeMap<usize, &'static Struct>,
    choices: BTreeMap<usize, ()>,
}

fn address<T>(of: &'static T) -> usize {
    std::ptr::from_ref(of).addr()
}

impl Found {
    /// All that calls and events hold.
    pub fn new() -> Found {
        let mut found = Found::default();
        for call in syscalls::all() {
            found.call(call);
        }
        for field in all().flat_map(|event| event.fields) {
            match &field.kind {
                Kind::Enum(names) | Kind::Flags(names) => found.table(names),
                Kind::Arg(kind) => found.walk(kind),
                _ => {}
            }
        }
        found
    }

    /// The tables of names.
    pub fn names(&self) -> impl Iterator<Item = &'static Names> + '_ {
        self.names.values().copied()
    }

    /// The structures; those that only 32-bit callers or 64-bit Arm have stand beside the others.
    pub fn structs(&self) -> impl Iterator<Item = &'static Struct> + '_ {
        self.structs.values().copied()
    }

    fn call(&mut self, call: &'static Syscall) {
        let other = call.args32.into_iter().chain(call.args_x32).flatten();
        for arg in call.args.iter().chain(other) {
            self.walk(&arg.kind);
        }
        self.walk(&call.ret);
    }

    /// What callers of an ABI pass.
    pub fn of(abi: Abi) -> Found {
        let mut found = Found::default();
        let own = |call: &&Syscall| match abi {
            Abi::X32 => call.x32.is_some(),
            _ => call.number(abi).is_some(),
        };
        for call in syscalls::all().filter(own) {
            for arg in call.arguments(abi) {
                found.walk(&arg.kind);
            }
            found.walk(&call.ret);
        }
        found
    }

    fn table(&mut self, names: &'static Names) {
        self.names.insert(address(names), names);
    }

    fn structure(&mut self, structure: &'static Struct) {
        if self.structs.insert(address(structure), structure).is_some() {
            return;
        }
        for other in [structure.compat, structure.x32, structure.aarch64]
            .into_iter()
            .flatten()
        {
            self.structure(other);
        }
        for member in structure.members {
            self.walk(&member.kind);
        }
    }

    fn walk(&mut self, kind: &'static Type) {
        match kind {
            Type::Enum(names)
            | Type::Flags(names)
            | Type::Limit(names)
            | Type::IoctlRequest(names) => self.table(names),
            Type::Parts(parts) => parts.iter().for_each(|part| self.walk(&part.kind)),
            Type::Struct(structure) | Type::Records(structure, _) => self.structure(structure),
            Type::By(by) if self.choices.insert(address(*by), ()).is_none() => {
                by.cases.iter().for_each(|case| self.walk(&case.kind));
                self.walk(&by.other);
            }
            other => {
                if let Some(inner) = other.inner() {
                    self.walk(inner);
                }
            }
        }
    }
}

#[test]
fn tables_deep_in_structures_are_found() {
    let found = Found::new();
    let has = |name: &str| {
        found
            .names()
            .any(|table| table.rows.iter().any(|row| row.1 == name))
    };
    // Two choices and an unnamed structure deep; a flag of a member; a return value.
    assert!(has("AUDIT_ARCH_X86_64") && has("SA_RESTORER") && has("TIME_OOP"));
}
