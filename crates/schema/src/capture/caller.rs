//! The steps of a call's arguments and of what they point at.

use crate::abi::Abi;
use crate::layout;
use crate::syscalls::{Place, Syscall};
use crate::types::{Len, Traffic, Type};

use super::{CONTENT, Count, DIRECTORY, ON_ERROR, PATH_MAX, Step, WIDE, WRITTEN, What};

/// The most bits of a set of numbers that are copied (`CONFIG_NR_CPUS` is 8,192 at most).
const MOST_BITS: u32 = 8192;

/// Steps gathered for both ends of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    pub before: Vec<Step>,
    pub after: Vec<Step>,
}

/// Who calls what.
pub(super) struct Caller {
    pub call: &'static Syscall,
    pub abi: Abi,
    pub places: Vec<Place>,
}

/// When what stands behind a pointer is copied.
#[derive(Clone, Copy)]
pub(super) enum When {
    Before,
    After(u8),
}

impl Caller {
    /// A call made under an ABI.
    pub fn new(call: &'static Syscall, abi: Abi) -> Caller {
        Caller {
            call,
            abi,
            places: call.places(abi),
        }
    }

    /// The steps of an argument, those of a choice left out.
    pub fn argument(&self, index: usize, kind: &'static Type, steps: &mut Steps) {
        let register = self.places[index].register;
        if let Some(count) = kind.left_descriptors() {
            steps.after.push(Step {
                flags: WRITTEN,
                limit: count * 4,
                ..Step::new(What::Files, register)
            });
        }
        match kind {
            Type::Fd => steps.before.push(Step::new(What::File, register)),
            Type::DirFd => steps.before.push(Step {
                flags: DIRECTORY,
                ..Step::new(What::File, register)
            }),
            Type::In(inner) => {
                self.behind(Step::new(What::Bytes, register), inner, When::Before, steps)
            }
            Type::Out(inner) | Type::Found(inner) => {
                if is_scattered(inner) {
                    self.frame(Step::new(What::Bytes, register), inner, steps);
                }
                self.behind(
                    Step::new(What::Bytes, register),
                    inner,
                    When::After(WRITTEN),
                    steps,
                );
            }
            Type::Left(inner) => self.behind(
                Step::new(What::Bytes, register),
                inner,
                When::After(ON_ERROR),
                steps,
            ),
            Type::InOut(inner) => {
                let at = Step::new(What::Bytes, register);
                let first = steps.after.len();
                self.behind(at, inner, When::After(WRITTEN), steps);
                if is_sent(inner) {
                    without_content(&mut steps.after[first..]);
                } else if is_scattered(inner) {
                    return self.frame(at, inner, steps);
                }
                self.behind(at, inner, When::Before, steps);
            }
            _ => {}
        }
    }

    /// The steps at the beginning for structures that say where the call is to write: themselves,
    /// without what is not written yet.
    fn frame(&self, at: Step, kind: &'static Type, steps: &mut Steps) {
        let first = steps.before.len();
        self.behind(at, kind, When::Before, steps);
        without_content(&mut steps.before[first..]);
    }

    /// The steps of what stands behind a pointer; `at` says where the pointer is.
    pub fn behind(&self, at: Step, kind: &'static Type, when: When, steps: &mut Steps) {
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
            Type::Array(Type::In(Type::Struct(structure)), len) => Step {
                limit: layout::whole(structure, self.abi).bytes,
                ..whole(self.count(at, *len, 1), What::Pointers)
            },
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
            Type::MmsgHdr(count, _) => {
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

    /// `at` with the number of its elements.
    pub fn count(&self, at: Step, len: Len, scale: u32) -> Step {
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
            Len::Pages(name) => from(Count::Pages, named(name)),
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
}

/// Whether the structures behind a pointer say where the content is.
const fn is_scattered(kind: &Type) -> bool {
    matches!(kind, Type::IoVec(..) | Type::MsgHdr | Type::MmsgHdr(..))
}

/// Whether the content is read, and only the structures around it are written.
const fn is_sent(kind: &Type) -> bool {
    matches!(kind, Type::MmsgHdr(_, Traffic::Sent))
}

fn without_content(steps: &mut [Step]) {
    for step in steps {
        step.flags &= !CONTENT;
    }
}

pub(super) fn put(step: Step, when: When, steps: &mut Steps) {
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
