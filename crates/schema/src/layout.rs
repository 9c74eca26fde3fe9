//! Where the members of a structure lie for each ABI.

use crate::abi::Abi;
use crate::types::{Len, Machine, Member, Part, Struct, Type, Width};

/// Bytes of a value and the multiple its address is put at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Bytes.
    pub bytes: u32,
    /// Alignment in bytes.
    pub align: u32,
}

/// Bytes of a pointer and of `long` in what calls pass; for x32 in what calls of its own numbers do
/// (see [`crate::syscalls::layout`]).
#[must_use]
pub const fn word(abi: Abi) -> u32 {
    match abi {
        Abi::I386 | Abi::X32 => 4,
        _ => 8,
    }
}

/// 64-bit members of structures are aligned to 4 bytes for 32-bit x86 alone.
const fn wide(abi: Abi) -> Size {
    Size {
        bytes: 8,
        align: if matches!(abi, Abi::I386) { 4 } else { 8 },
    }
}

const fn plain(bytes: u32) -> Size {
    Size {
        bytes,
        align: bytes,
    }
}

const fn width(width: Width, abi: Abi) -> Size {
    match width {
        Width::W8 => plain(1),
        Width::W16 => plain(2),
        Width::W32 => plain(4),
        Width::W64 => wide(abi),
        Width::Word => plain(word(abi)),
    }
}

/// The size of a value that is stored in place; `None` for what stands behind a pointer only.
#[must_use]
pub fn size(kind: &Type, abi: Abi) -> Option<Size> {
    Some(match kind {
        Type::U8 => plain(1),
        Type::U16 | Type::I16 => plain(2),
        Type::I64 | Type::U64 | Type::Loff | Type::Limit(_) => wide(abi),
        Type::Long | Type::Ulong | Type::Size | Type::Low | Type::High => plain(word(abi)),
        // Times have 64 bits for x32, and are aligned as for 32-bit callers (`compat_s64`).
        Type::Seconds | Type::Ticks => Size {
            bytes: if matches!(abi, Abi::X32) {
                8
            } else {
                word(abi)
            },
            align: word(abi),
        },
        Type::Addr
        | Type::Handler
        | Type::In(_)
        | Type::Out(_)
        | Type::InOut(_)
        | Type::Found(_)
        | Type::Left(_) => plain(word(abi)),
        Type::Split(inner) | Type::Hex(inner) | Type::Octal(inner) | Type::Net(inner) => {
            size(inner, abi)?
        }
        Type::Parts(parts) => parts_size(parts, abi)?,
        Type::Wide(bits, _) => width(*bits, abi),
        Type::Inet6 => Size {
            bytes: 16,
            align: 4,
        },
        Type::Chars(count) | Type::Raw(count) | Type::Hardware(count) => Size {
            bytes: u32::from(*count),
            align: 1,
        },
        Type::Inline(inner, count) => {
            let one = size(inner, abi)?;
            Size {
                bytes: one.bytes * u32::from(*count),
                align: one.align,
            }
        }
        Type::Struct(structure) => whole(structure, abi),
        Type::By(by) => size(&by.other, abi)?,
        // It starts with a 16-bit family.
        Type::SockAddr(Len::Const(bytes)) => Size {
            bytes: *bytes,
            align: 2,
        },
        Type::Operation(Machine::Classic) => plain(2),
        Type::Operation(Machine::Extended) | Type::Nibble(..) => plain(1),
        Type::Unused => Size { bytes: 0, align: 1 },
        // `unsigned long sig[]`: aligned like one.
        Type::SigSet(Len::Const(bytes)) => Size {
            bytes: *bytes,
            align: word(abi).min(*bytes),
        },
        Type::Text
        | Type::Path
        | Type::PathOf(_)
        | Type::Bytes(_)
        | Type::Array(..)
        | Type::Records(..)
        | Type::Strings
        | Type::IoVec(..)
        | Type::MsgHdr
        | Type::MmsgHdr(..)
        | Type::SockAddr(_)
        | Type::SigSet(_)
        | Type::BitSet(_)
        | Type::FdSet(_) => return None,
        _ => plain(4),
    })
}

fn parts_size(parts: &[Part], abi: Abi) -> Option<Size> {
    parts
        .first()
        .map_or(Some(plain(4)), |part| size(&part.kind, abi))
}

/// The declaration that callers of an ABI pass.
#[must_use]
pub fn declared(structure: &'static Struct, abi: Abi) -> &'static Struct {
    other(structure, abi).unwrap_or(structure)
}

fn other(structure: &Struct, abi: Abi) -> Option<&'static Struct> {
    match abi {
        Abi::I386 => structure.compat,
        Abi::X32 => match structure.x32 {
            Some(own) => Some(own),
            None => structure.compat,
        },
        Abi::Aarch64 => structure.aarch64,
        _ => None,
    }
}

/// The members with their offsets. The last one may have no size in place: what it is stands right
/// behind the others (`mtext` of `struct msgbuf`).
#[must_use]
pub fn members(structure: &'static Struct, abi: Abi) -> Vec<(u32, &'static Member)> {
    let structure = declared(structure, abi);
    let mut at = 0;
    let mut members = Vec::new();
    for member in structure.members {
        let Some(size) = size(&member.kind, abi) else {
            members.push((at, member));
            break;
        };
        let align = if structure.packed { 1 } else { size.align };
        at = u32::next_multiple_of(at, align.max(1));
        members.push((at, member));
        at = if structure.union { 0 } else { at + size.bytes };
    }
    members
}

/// The last member with its offset, where it has no size in place.
#[must_use]
pub fn tail(structure: &'static Struct, abi: Abi) -> Option<(u32, &'static Member)> {
    let last = members(structure, abi).pop()?;
    size(&last.1.kind, abi).is_none().then_some(last)
}

/// The size of a whole structure.
#[must_use]
pub fn whole(structure: &Struct, abi: Abi) -> Size {
    let structure = other(structure, abi).unwrap_or(structure);
    let mut bytes = 0;
    let mut align = 1;
    for member in structure.members {
        let Some(size) = size(&member.kind, abi) else {
            break;
        };
        let own = if structure.packed {
            1
        } else {
            size.align.max(1)
        };
        align = align.max(own);
        bytes = if structure.union {
            bytes.max(size.bytes)
        } else {
            u32::next_multiple_of(bytes, own) + size.bytes
        };
    }
    Size {
        bytes: bytes.next_multiple_of(align),
        align,
    }
}
