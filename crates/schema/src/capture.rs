//! What the kernel side copies for a system call, and when: lists of steps derived from the call's
//! row. The kernel program that runs them is the same for every call.
//!
//! What is copied travels behind a record's slots as chunks (`record.rs`): the bytes with the address
//! they were read at. The decoder then reads the process's memory as it was, by address.

use crate::abi::Abi;
use crate::layout;
use crate::syscalls::{Place, Syscall};
use crate::types::{self, By, Len, Struct, Type};

/// What a step copies. The numbers are the kernel program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum What {
    /// Nothing: the list ends here.
    End = 0,
    /// Bytes.
    Bytes = 1,
    /// A text with its NUL.
    Text = 2,
    /// Pointers to texts up to a null pointer, and the texts.
    Strings = 3,
    /// Vectors (`struct iovec`), and what they point at.
    IoVec = 4,
    /// A message (`struct msghdr`) with its name, vectors, their content and its control data.
    MsgHdr = 5,
    /// Several messages (`struct mmsghdr`).
    MmsgHdr = 6,
    /// The file behind a descriptor: its path or its socket. `argument` holds the descriptor.
    File = 7,
    /// The file behind the returned descriptor.
    ReturnedFile = 8,
    /// Goes on with the list that the value of an argument chooses.
    Switch = 9,
}

/// Where the number of elements comes from. The numbers are the kernel program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Count {
    /// `limit` alone.
    Limit = 0,
    /// Register `from`.
    Register = 1,
    /// The return value.
    Ret = 2,
    /// The less of register `from` and the return value.
    RegisterOrRet = 3,
    /// The 32-bit number at the address in register `from`, plus `count_at`.
    At32 = 4,
    /// The word of the caller's ABI there.
    AtWord = 5,
    /// The size in the ioctl(2) request in register `from`.
    Ioctl = 6,
    /// Register `from` counts bits: so many bytes as hold them, in whole words.
    Bits = 7,
}

/// Set in [`Step::flags`]: the address is read from memory, at register `argument` plus `offset`.
pub const DEREF: u8 = 1;
/// Set in [`Step::flags`]: no more than the string size that the user chose, besides `limit`. Vectors
/// and messages without it are copied without what they point at.
pub const CONTENT: u8 = 2;
/// Set in [`Step::flags`]: in spite of an error (`EINTR`), and then only.
pub const ON_ERROR: u8 = 4;
/// Set in [`Step::flags`]: the register's whole 64 bits count for `count`, not the lower 32.
pub const WIDE: u8 = 8;
/// Set in [`Step::flags`]: what the call wrote, so only where it succeeded.
pub const WRITTEN: u8 = 16;

/// Set in [`Step::flags`]: the descriptor may be `AT_FDCWD`, the working directory.
pub const DIRECTORY: u8 = 32;

/// One step, as the kernel program reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Step {
    /// A [`What`].
    pub what: u8,
    /// The register that holds the address or the descriptor.
    pub argument: u8,
    /// [`DEREF`], [`CONTENT`], [`ON_ERROR`], [`WIDE`], [`WRITTEN`], [`DIRECTORY`].
    pub flags: u8,
    /// A [`Count`].
    pub count: u8,
    /// The register that the count comes from.
    pub from: u8,
    /// 0.
    pub pad: u8,
    /// Bytes of an element.
    pub scale: u16,
    /// Added to the address.
    pub offset: u32,
    /// The most bytes, 0 for as many as fit.
    pub limit: u32,
    /// Added to the address that the count is read at; for a switch the mask of the value.
    pub count_at: u32,
}

/// The most steps of a list that the kernel program runs.
pub const MOST_STEPS: usize = 12;

/// Bytes that are copied of what a second choice decides, where there are as many.
const LEAST_FURTHER: u32 = 256;

/// The most bits of a set of numbers that are copied (`CONFIG_NR_CPUS` is 8,192 at most).
const MOST_BITS: u32 = 8192;

/// Bytes of a path with its NUL (`PATH_MAX`).
pub const PATH_MAX: u32 = 4096;

/// What is copied for a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Whether the beginning of the call is told by a record of its own.
    pub entry: bool,
    /// Whether its end is.
    pub exit: bool,
    /// Steps at the beginning, or at the end where the beginning is not told.
    pub before: Vec<Step>,
    /// Steps at the end.
    pub after: Vec<Step>,
    /// Further steps by the value of the switched argument: value, at the beginning, at the end.
    pub cases: Vec<Case>,
}

/// Further steps for one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// The argument's value under the switch's mask.
    pub value: u64,
    /// Steps at the beginning.
    pub before: Vec<Step>,
    /// Steps at the end.
    pub after: Vec<Step>,
}

/// Steps gathered for both ends of a call.
#[derive(Clone, Debug, Default)]
struct Steps {
    before: Vec<Step>,
    after: Vec<Step>,
}

/// Derives what is copied for `call` when it is made under `abi`.
#[must_use]
pub fn plan(call: &'static Syscall, abi: Abi) -> Plan {
    let caller = Caller {
        call,
        abi,
        places: call.places(abi),
    };
    let mut steps = Steps::default();
    for (index, arg) in call
        .arguments(abi)
        .iter()
        .enumerate()
        .take(caller.places.len())
    {
        caller.argument(index, &arg.kind, &mut steps);
    }
    if matches!(call.ret, Type::Fd) {
        steps.after.push(Step {
            flags: WRITTEN,
            ..step(What::ReturnedFile, 0)
        });
    }
    let cases = caller.cases(&mut steps);
    let reads = |steps: &[Step]| {
        steps
            .iter()
            .any(|step| step.what != What::File as u8 && step.what != What::Switch as u8)
    };
    let entry = call.entry
        || call.never_returns
        || reads(&steps.before)
        || cases.iter().any(|case| reads(&case.before));
    Plan {
        entry,
        exit: !call.never_returns,
        before: steps.before,
        after: steps.after,
        cases,
    }
}

const fn step(what: What, register: usize) -> Step {
    Step {
        what: what as u8,
        argument: register as u8,
        flags: 0,
        count: Count::Limit as u8,
        from: 0,
        pad: 0,
        scale: 1,
        offset: 0,
        limit: 0,
        count_at: 0,
    }
}

/// Who calls what.
struct Caller {
    call: &'static Syscall,
    abi: Abi,
    places: Vec<Place>,
}

/// When what stands behind a pointer is copied.
#[derive(Clone, Copy)]
enum When {
    Before,
    After(u8),
}

impl Caller {
    /// The steps of an argument, those of a choice left out.
    fn argument(&self, index: usize, kind: &'static Type, steps: &mut Steps) {
        let register = self.places[index].register;
        match kind {
            Type::Fd => steps.before.push(step(What::File, register)),
            Type::DirFd => steps.before.push(Step {
                flags: DIRECTORY,
                ..step(What::File, register)
            }),
            Type::In(inner) => self.behind(step(What::Bytes, register), inner, When::Before, steps),
            Type::Out(inner) | Type::Found(inner) => {
                if is_scattered(inner) {
                    self.frame(step(What::Bytes, register), inner, steps);
                }
                self.behind(
                    step(What::Bytes, register),
                    inner,
                    When::After(WRITTEN),
                    steps,
                );
            }
            Type::Left(inner) => self.behind(
                step(What::Bytes, register),
                inner,
                When::After(ON_ERROR),
                steps,
            ),
            Type::InOut(inner) => {
                if is_scattered(inner) {
                    self.frame(step(What::Bytes, register), inner, steps);
                } else {
                    self.behind(step(What::Bytes, register), inner, When::Before, steps);
                }
                self.behind(
                    step(What::Bytes, register),
                    inner,
                    When::After(WRITTEN),
                    steps,
                );
            }
            _ => {}
        }
    }

    /// The steps at the beginning for structures that say where the call is to write: themselves,
    /// without what is not written yet.
    fn frame(&self, at: Step, kind: &'static Type, steps: &mut Steps) {
        let first = steps.before.len();
        self.behind(at, kind, When::Before, steps);
        for step in &mut steps.before[first..] {
            step.flags &= !CONTENT;
        }
    }

    /// The steps of what stands behind a pointer; `at` says where the pointer is.
    fn behind(&self, at: Step, kind: &'static Type, when: When, steps: &mut Steps) {
        let whole = |step: Step, what: What| Step {
            what: what as u8,
            ..step
        };
        let step = match kind {
            Type::Text => Step {
                flags: at.flags | CONTENT,
                limit: PATH_MAX,
                ..whole(at, What::Text)
            },
            Type::Path => Step {
                limit: PATH_MAX,
                ..whole(at, What::Text)
            },
            Type::PathOf(len) => Step {
                limit: PATH_MAX,
                ..self.count(at, *len, 1)
            },
            Type::Strings => Step {
                flags: at.flags | CONTENT,
                ..whole(at, What::Strings)
            },
            Type::Bytes(len) => {
                let counted = self.count(at, *len, 1);
                Step {
                    flags: counted.flags | CONTENT,
                    ..counted
                }
            }
            Type::Array(inner, len) => {
                let scale = layout::size(inner, self.abi).map_or(1, |size| size.bytes);
                self.count(at, *len, scale)
            }
            Type::Records(_, len) => self.count(at, *len, 1),
            Type::SockAddr(len) => Step {
                limit: 128,
                ..self.count(at, *len, 1)
            },
            Type::SigSet(len) => Step {
                limit: 128,
                ..self.count(at, *len, 1)
            },
            Type::BitSet(len) => Step {
                limit: MOST_BITS / 8,
                ..self.count(at, *len, 1)
            },
            Type::FdSet(len) => Step {
                count: Count::Bits as u8,
                ..self.count(at, *len, 1)
            },
            Type::IoVec(count, _) => {
                let vectors = whole(
                    self.count(at, *count, 2 * layout::word(self.abi)),
                    What::IoVec,
                );
                // What was received is as long as the call says.
                Step {
                    flags: vectors.flags | CONTENT,
                    ..vectors
                }
            }
            Type::MsgHdr => Step {
                flags: at.flags | CONTENT,
                ..whole(at, What::MsgHdr)
            },
            Type::MmsgHdr(count) => {
                let messages = whole(self.count(at, *count, 1), What::MmsgHdr);
                Step {
                    flags: messages.flags | CONTENT,
                    ..messages
                }
            }
            Type::Struct(structure) => return self.structure(at, structure, when, steps),
            Type::By(_) => return,
            other => Step {
                limit: layout::size(other, self.abi).map_or(0, |size| size.bytes),
                ..at
            },
        };
        put(step, when, steps);
    }

    /// The steps of a structure: itself, then what its pointers point at.
    fn structure(&self, at: Step, structure: &'static Struct, when: When, steps: &mut Steps) {
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
                ..step(What::Bytes, usize::from(at.argument))
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
        let (len, scale, flags) = match kind {
            Type::Bytes(len) => (*len, 1, CONTENT),
            Type::SockAddr(len) | Type::SigSet(len) => (*len, 1, 0),
            Type::Array(inner, len) => (*len, layout::size(inner, self.abi)?.bytes, 0),
            _ => return None,
        };
        let Len::Arg(name) = len else {
            return None;
        };
        let members = layout::members(structure, self.abi);
        let (offset, member) = members.iter().find(|(_, member)| member.name == name)?;
        let wide = layout::size(&member.kind, self.abi)?.bytes == 8;
        Some(Step {
            flags: at.flags | flags,
            count: if wide {
                Count::AtWord as u8
            } else {
                Count::At32 as u8
            },
            from: at.argument,
            count_at: *offset,
            scale: scale as u16,
            ..at
        })
    }

    /// `at` with the number of its elements.
    fn count(&self, at: Step, len: Len, scale: u32) -> Step {
        let named = |name: &str| {
            let found = self
                .call
                .arguments(self.abi)
                .iter()
                .position(|arg| arg.name == name);
            let index = found.filter(|index| *index < self.places.len());
            index.map_or((0, 0), |index| {
                (self.places[index].register as u8, self.wide(index))
            })
        };
        let from = |count: Count, (from, flags): (u8, u8)| Step {
            count: count as u8,
            from,
            flags: at.flags | flags,
            scale: scale as u16,
            ..at
        };
        match len {
            Len::Const(count) => Step {
                scale: 1,
                limit: count * scale,
                ..at
            },
            Len::Arg(name) => from(Count::Register, named(name)),
            Len::Ret => from(Count::Ret, (0, 0)),
            Len::ArgOrRet(name) => from(Count::RegisterOrRet, named(name)),
            Len::At(name) => from(Count::At32, named(name)),
            Len::AtSize(name) => from(Count::AtWord, named(name)),
            Len::IoctlSize(name) => from(Count::Ioctl, named(name)),
        }
    }

    /// Whether an argument has the caller's whole register: `size_t` and the like.
    fn wide(&self, index: usize) -> u8 {
        let size = layout::size(&self.call.arguments(self.abi)[index].kind, self.abi);
        if size.is_some_and(|size| size.bytes == 8) {
            WIDE
        } else {
            0
        }
    }

    /// The choices among the arguments, all by the same one; adds the step that switches.
    fn cases(&self, steps: &mut Steps) -> Vec<Case> {
        let choices: Vec<(usize, &'static By)> = self.choices();
        let Some((_, first)) = choices.first() else {
            return Vec::new();
        };
        let args = self.call.arguments(self.abi);
        let Some(decides) = args.iter().position(|arg| arg.name == first.name) else {
            return Vec::new();
        };
        let mut values: Vec<u64> = choices
            .iter()
            .flat_map(|(_, by)| by.cases)
            .flat_map(|case| case.values)
            .map(|&value| value as u64 & first.mask)
            .collect();
        values.sort_unstable();
        values.dedup();
        let other = self.case(&choices, |by| &by.other);
        let mut cases = Vec::new();
        for value in values {
            let mut chosen = self.case(&choices, |by| by.choose(value));
            // What is copied in any case is not copied twice.
            chosen.before.retain(|step| !other.before.contains(step));
            chosen.after.retain(|step| !other.after.contains(step));
            cases.push(Case {
                value,
                before: chosen.before,
                after: chosen.after,
            });
        }
        steps.before.extend(other.before);
        steps.after.extend(other.after);
        let switch = Step {
            count_at: first.mask as u32,
            ..step(What::Switch, self.places[decides].register)
        };
        steps.before.push(switch);
        steps.after.push(switch);
        cases
    }

    fn case(
        &self,
        choices: &[(usize, &'static By)],
        choose: impl Fn(&'static By) -> &'static Type,
    ) -> Steps {
        let mut steps = Steps::default();
        for (index, by) in choices {
            match choose(by) {
                Type::By(inner) => self.further(*index, inner, &mut steps),
                kind => self.argument(*index, kind, &mut steps),
            }
        }
        steps
    }

    /// What decides further is read by what can be read in any case, as much as any case needs.
    fn further(&self, index: usize, by: &'static By, steps: &mut Steps) {
        let behind = |kind: &'static Type| match kind {
            Type::In(inner) | Type::Out(inner) | Type::InOut(inner) => {
                layout::size(inner, self.abi).map_or(0, |size| size.bytes)
            }
            _ => 0,
        };
        let most = by.cases.iter().map(|case| behind(&case.kind)).max();
        let mut own = Steps::default();
        match &by.other {
            Type::By(inner) => self.further(index, inner, &mut own),
            kind => self.argument(index, kind, &mut own),
        }
        for step in own.before.iter_mut().chain(&mut own.after) {
            if step.count != Count::Limit as u8 {
                step.flags &= !CONTENT;
                step.limit = most.unwrap_or(0).max(LEAST_FURTHER);
            }
        }
        steps.before.append(&mut own.before);
        steps.after.append(&mut own.after);
    }

    fn choices(&self) -> Vec<(usize, &'static By)> {
        let args = self
            .call
            .arguments(self.abi)
            .iter()
            .enumerate()
            .take(self.places.len());
        args.filter_map(|(index, arg)| match arg.kind {
            Type::By(by) => Some((index, by)),
            _ => None,
        })
        .collect()
    }
}

/// Whether the structures behind a pointer say where the content is.
const fn is_scattered(kind: &Type) -> bool {
    matches!(kind, Type::IoVec(..) | Type::MsgHdr | Type::MmsgHdr(_))
}

fn put(step: Step, when: When, steps: &mut Steps) {
    let (list, step) = match when {
        When::Before => (&mut steps.before, before(step)),
        When::After(flags) => {
            let flags = step.flags | flags;
            (&mut steps.after, Step { flags, ..step })
        }
    };
    // What a structure points at for the call to write is met on both of its sides.
    if !list.contains(&step) {
        list.push(step);
    }
}

/// What the call will return is not known yet: the argument alone counts.
fn before(step: Step) -> Step {
    let count = if step.count == Count::RegisterOrRet as u8 {
        Count::Register as u8
    } else {
        step.count
    };
    Step { count, ..step }
}

#[cfg(test)]
mod tests;
