//! What is made once per call and ABI: where its arguments and the members of its structures are.

use tracehound_schema::syscalls::{self, Arg, Place, Syscall};
use tracehound_schema::types::{Struct, Type};
use tracehound_schema::{Abi, layout};

/// A member with its place.
#[derive(Debug)]
pub struct Placed {
    /// Its name; empty for padding.
    pub name: &'static str,
    /// How it is stored.
    pub kind: &'static Type,
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// A structure as callers of one ABI pass it.
#[derive(Debug)]
pub struct Layout {
    /// The declaration.
    pub declared: &'static Struct,
    /// Bytes of the whole.
    pub bytes: u64,
    /// The members in order.
    pub members: Vec<Placed>,
    /// Those that are no padding, by their place in that order.
    pub all: Vec<usize>,
    /// All of them in the order that strace shows them.
    pub order: Vec<usize>,
    /// Those that are shown where structures are abbreviated, in the order they are.
    pub brief: Vec<usize>,
    /// Whether that is all of them.
    pub complete: bool,
}

impl Layout {
    fn new(structure: &'static Struct, abi: Abi) -> Layout {
        let declared = layout::declared(structure, abi);
        let members = layout::members(structure, abi).into_iter();
        let placed = |(start, member): (u32, &'static tracehound_schema::types::Member)| {
            let bytes = layout::size(&member.kind, abi).map_or(0, |size| size.bytes);
            Placed {
                name: member.name,
                kind: &member.kind,
                start: start as usize,
                end: (start + bytes) as usize,
            }
        };
        let members: Vec<Placed> = members.map(placed).collect();
        let all: Vec<usize> = (0..members.len())
            .filter(|index| !members[*index].name.is_empty())
            .collect();
        let place = |name: &&str| members.iter().position(|member| member.name == *name);
        let brief: Vec<usize> = match declared.brief {
            [] => all.clone(),
            names => names.iter().filter_map(place).collect(),
        };
        let order: Vec<usize> = match declared.order {
            [] => all.clone(),
            names => names.iter().filter_map(place).collect(),
        };
        Layout {
            declared,
            bytes: u64::from(layout::whole(structure, abi).bytes),
            complete: all.iter().all(|index| brief.contains(index)),
            members,
            all,
            brief,
            order,
        }
    }

    /// The member of a name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Placed> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// A call under an ABI, ready to be decoded.
#[derive(Debug)]
pub struct Prepared {
    /// The call.
    pub row: &'static Syscall,
    /// The convention.
    pub abi: Abi,
    /// The convention by which arguments and structures are laid out.
    pub structures: Abi,
    /// The arguments that are in registers.
    pub args: &'static [Arg],
    pub(super) places: Vec<Place>,
    /// Whether it overwrites what it reads, so that both are told.
    pub overwrites: bool,
    /// Whether it is passed descriptors, or may return one.
    pub passes_files: bool,
    /// By the address of the structure's declaration.
    layouts: Vec<(usize, Layout)>,
}

impl Prepared {
    /// Prepares a call that is made by its own number.
    #[must_use]
    pub fn new(row: &'static Syscall, abi: Abi) -> Prepared {
        let number = row.number(abi).unwrap_or(0);
        Prepared::with(row, abi, syscalls::layout(abi, number))
    }

    /// Prepares a call whose structures are those of another convention.
    #[must_use]
    pub fn with(row: &'static Syscall, abi: Abi, structures: Abi) -> Prepared {
        let places = row.places(structures);
        let args = row.arguments(structures);
        let args = args.get(..places.len()).unwrap_or(args);
        let mut layouts = Vec::new();
        for arg in args {
            gather(&arg.kind, structures, &mut layouts);
        }
        gather(&row.ret, structures, &mut layouts);
        layouts.sort_by_key(|(address, _)| *address);
        Prepared {
            row,
            abi,
            structures,
            args,
            places,
            overwrites: args
                .iter()
                .any(|arg| may_be(&arg.kind, |kind| matches!(kind, Type::InOut(_)))),
            passes_files: args
                .iter()
                .map(|arg| &arg.kind)
                .chain([&row.ret])
                .any(|kind| {
                    may_be(kind, |kind| {
                        matches!(kind, Type::Fd | Type::DirFd) || kind.left_descriptors().is_some()
                    })
                }),
            layouts,
        }
    }

    /// The layout of a structure that the call's arguments reach.
    #[must_use]
    pub fn layout(&self, structure: &'static Struct) -> Option<&Layout> {
        let address = std::ptr::from_ref(structure).addr();
        let found = self.layouts.binary_search_by_key(&address, |row| row.0);
        found.ok().map(|index| &self.layouts[index].1)
    }
}

/// Whether a type, or one that it may be chosen to be, is such.
fn may_be(kind: &Type, such: fn(&Type) -> bool) -> bool {
    match kind {
        Type::By(by) => {
            let cases = by.cases.iter().map(|case| &case.kind);
            cases.chain([&by.other]).any(|kind| may_be(kind, such))
        }
        kind => such(kind),
    }
}

/// Adds the structures that a type reaches.
fn gather(kind: &'static Type, abi: Abi, layouts: &mut Vec<(usize, Layout)>) {
    match kind {
        Type::By(by) => {
            by.cases
                .iter()
                .for_each(|case| gather(&case.kind, abi, layouts));
            gather(&by.other, abi, layouts);
        }
        Type::Struct(structure) | Type::Records(structure, _) => {
            let address = std::ptr::from_ref(*structure).addr();
            if layouts.iter().any(|row| row.0 == address) {
                return;
            }
            let layout = Layout::new(structure, abi);
            let kinds: Vec<_> = layout.members.iter().map(|member| member.kind).collect();
            layouts.push((address, layout));
            kinds
                .into_iter()
                .for_each(|kind| gather(kind, abi, layouts));
        }
        other => {
            if let Some(inner) = other.inner() {
                gather(inner, abi, layouts);
            }
        }
    }
}
