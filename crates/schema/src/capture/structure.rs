//! The steps of a structure: itself, then what its pointers point at.

use crate::layout;
use crate::types::{self, Len, Struct, Type};

use super::caller::{Caller, Steps, When, put};
use super::{CONTENT, Count, DEREF, MOST_OF_ARRAY, PATH_MAX, Step, WRITTEN, What};

impl Caller {
    /// The steps of a structure: itself, then what its pointers point at.
    pub fn structure(&self, at: Step, structure: &'static Struct, when: When, steps: &mut Steps) {
        let bytes = layout::whole(structure, self.abi).bytes;
        let declared = layout::declared(structure, self.abi);
        let own = match declared.size {
            Some(len) => Step {
                limit: bytes,
                ..self.size(at, structure, len)
            },
            None => Step { limit: bytes, ..at },
        };
        put(own, when, steps);
        // One level deep: a pointer of a pointer's structure is not followed.
        if at.flags & DEREF != 0 {
            return;
        }
        if let Some((offset, member)) = layout::tail(structure, self.abi) {
            let tail = Step { offset, ..at };
            match self.sized_by_member(tail, structure, &member.kind) {
                Some(tail) => put(tail, when, steps),
                None => self.behind(tail, &member.kind, when, steps),
            }
        }
        for (offset, member) in layout::members(structure, self.abi) {
            let inner = Step {
                flags: DEREF,
                offset,
                ..Step::new(What::Bytes, usize::from(at.argument))
            };
            let kind = match &member.kind {
                // A pointer in 64 bits for every ABI (`__aligned_u64`).
                Type::Wide(_, inner) => inner,
                kind => kind,
            };
            // Where some value of another member makes it a pointer, it is followed as one.
            let kind = match kind {
                Type::By(by) => {
                    let followed =
                        |case: &&types::Case| matches!(case.kind, Type::In(_) | Type::Out(_));
                    let case = by.cases.iter().find(followed);
                    case.map_or(&by.other, |case| &case.kind)
                }
                kind => kind,
            };
            let (kind, when) = match kind {
                Type::In(kind) => (kind, when),
                Type::Out(kind) => (kind, When::After(WRITTEN)),
                _ => continue,
            };
            if let Some(inner) = self.sized_by_member(inner, structure, kind) {
                put(inner, when, steps);
            } else {
                self.behind(inner, kind, when, steps);
            }
        }
    }

    /// `at` with the size of a structure: as an argument says, or a member of the structure itself
    /// (`size` of `struct perf_event_attr`).
    fn size(&self, at: Step, structure: &'static Struct, len: Len) -> Step {
        let Len::Arg(name) = len else {
            return self.count(at, len, 1);
        };
        let args = self.call.arguments(self.abi);
        let members = layout::members(structure, self.abi);
        let own = members.iter().find(|(_, member)| member.name == name);
        match own {
            Some((offset, _)) if args.iter().all(|arg| arg.name != name) => Step {
                count: Count::At32 as u8,
                from: at.argument,
                count_at: *offset,
                ..at
            },
            _ => self.count(at, len, 1),
        }
    }

    /// The step of bytes or elements whose number is a member beside the pointer.
    fn sized_by_member(
        &self,
        at: Step,
        structure: &'static Struct,
        kind: &'static Type,
    ) -> Option<Step> {
        let (len, scale, flags, limit) = match kind {
            Type::Bytes(len) => (*len, 1, CONTENT, at.limit),
            Type::PathOf(len) => (*len, 1, 0, PATH_MAX),
            Type::SockAddr(len) | Type::SigSet(len) => (*len, 1, 0, at.limit),
            Type::Array(inner, len) => {
                let size = layout::size(inner, self.abi)?.bytes;
                (*len, size, 0, MOST_OF_ARRAY)
            }
            _ => return None,
        };
        let Len::Arg(name) = len else {
            return None;
        };
        let members = layout::members(structure, self.abi);
        let (offset, member) = members.iter().find(|(_, member)| member.name == name)?;
        let count = match layout::size(&member.kind, self.abi)?.bytes {
            2 => Count::At16,
            8 => Count::AtWord,
            _ => Count::At32,
        };
        Some(Step {
            flags: at.flags | flags,
            count: count as u8,
            from: at.argument,
            count_at: *offset,
            scale: scale as u16,
            limit,
            ..at
        })
    }
}
