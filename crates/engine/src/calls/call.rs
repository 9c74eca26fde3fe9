//! One call, joined from its records.

use tracehound_schema::record::{HAS_RET, Header, Record};
use tracehound_schema::syscalls::{Arg, REGISTERS};
use tracehound_schema::types::{Len, Type};
use tracehound_schema::{Abi, layout};

use super::layouts::{Layout, Prepared};
use super::memory::{Memory, Side};
use crate::redact::Redaction;

/// How far a call is when it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It begins; it is told again when it ends or is cut off.
    Enter,
    /// The whole call, or an event that is no call.
    Exit,
    /// It began and its end was not seen: the thread was killed, the run is over, a record was lost.
    Unfinished,
}

/// A call: its arguments, its result and the memory it used.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Its row and layouts.
    pub prepared: &'a Prepared,
    /// The argument registers.
    pub registers: [u64; REGISTERS],
    /// Bit per register: it could not be read, and has the address of what it stands for.
    pub lost: u64,
    /// What it returned, if it has.
    pub ret: Option<i64>,
    /// When it began, nanoseconds since boot, if that was seen.
    pub enter: Option<u64>,
    /// When it ended.
    pub exit: Option<u64>,
    /// What was copied.
    pub memory: Memory<'a>,
    /// What is not told of its lists.
    pub redaction: Option<&'a Redaction>,
}

/// A number as it is stored: the bits above `bits` are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The value without sign.
    pub value: u64,
    /// Its width.
    pub bits: u32,
}

impl Number {
    /// The lowest bits of `value`.
    #[must_use]
    pub const fn new(value: u64, bits: u32) -> Number {
        Number {
            value: value & mask(bits),
            bits,
        }
    }

    /// The value of a type stored in a register.
    #[must_use]
    pub fn of(kind: &Type, value: u64, abi: Abi) -> Number {
        let bits = layout::size(kind, abi).map_or(64, |size| size.bytes.saturating_mul(8));
        Number::new(value, bits.clamp(1, 64))
    }

    /// The value in memory; `None` if there are fewer bytes than that.
    #[must_use]
    pub fn read(kind: &Type, bytes: &[u8], abi: Abi) -> Option<Number> {
        let size = layout::size(kind, abi)?.bytes as usize;
        let own = bytes.get(..size)?;
        let value = match *own {
            [a] => u64::from(a),
            [a, b] => u64::from(u16::from_ne_bytes([a, b])),
            [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
            [a, b, c, d, e, f, g, h] => u64::from_ne_bytes([a, b, c, d, e, f, g, h]),
            _ => return None,
        };
        Some(Number::new(value, size as u32 * 8))
    }

    /// The value with its sign.
    #[must_use]
    pub const fn signed(self) -> i64 {
        let unused = 64 - self.bits;
        (self.value << unused) as i64 >> unused
    }
}

/// The lowest `bits` bits.
#[must_use]
pub const fn mask(bits: u32) -> u64 {
    if bits >= 64 {
        u64::MAX
    } else {
        (1 << bits) - 1
    }
}

/// Where a name is looked up: the members of a structure, then those of the one around it, then the
/// arguments.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// The structure.
    pub layout: &'s Layout,
    /// Its bytes.
    pub bytes: &'s [u8],
    /// What is around it.
    pub around: Option<&'s Scope<'s>>,
}

impl<'a> Call<'a> {
    /// The call of its records, the beginning and the end, at least one of them.
    #[must_use]
    pub fn new(
        prepared: &'a Prepared,
        enter: Option<&Record<'a>>,
        exit: Option<&Record<'a>>,
    ) -> Call<'a> {
        // An execve(2) that succeeds leaves none of its registers.
        let record = enter.or(exit);
        let slot = |index| record.and_then(|record| record.slot(index)).unwrap_or(0);
        let returned = |header: &Header| (header.flags & HAS_RET != 0).then_some(header.ret);
        Call {
            prepared,
            registers: std::array::from_fn(slot),
            lost: record.map_or(0, |record| record.header.unread),
            ret: exit.and_then(|record| returned(&record.header)),
            enter: enter.map(|record| record.header.time),
            exit: exit.map(|record| record.header.time),
            memory: Memory::new(enter, exit),
            redaction: None,
        }
    }

    /// The convention it was made under.
    #[must_use]
    pub const fn abi(&self) -> Abi {
        self.prepared.abi
    }

    /// The convention by which its arguments and what they point at are laid out.
    #[must_use]
    pub const fn structures(&self) -> Abi {
        self.prepared.structures
    }

    /// Its arguments.
    #[must_use]
    pub const fn args(&self) -> &'static [Arg] {
        self.prepared.args
    }

    /// How long it took, in nanoseconds, if its beginning and its end were seen.
    #[must_use]
    pub fn duration(&self) -> Option<u64> {
        self.exit?.checked_sub(self.enter?)
    }

    /// Whether it has returned and not failed.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.ret.is_some_and(|ret| !(-4095..0).contains(&ret))
    }

    /// Whether a signal interrupted it, so that it stored the time left.
    #[must_use]
    pub const fn interrupted(&self) -> bool {
        // EINTR, ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK.
        matches!(self.ret, Some(-4 | -512 | -513 | -514 | -516))
    }

    /// The descriptor that it returned, if it returns one.
    #[must_use]
    pub fn returned_descriptor(&self) -> Option<i32> {
        let ret = self.ret.filter(|ret| *ret >= 0)?;
        let kind = self.chosen(&self.prepared.row.ret, None);
        matches!(kind, Type::Fd).then(|| i32::try_from(ret).ok())?
    }

    /// The descriptors that it left where an argument points at.
    #[must_use]
    pub fn left_descriptors(&self, index: usize) -> &[[u8; 4]] {
        let Some(count) = self.kind(index).left_descriptors() else {
            return &[];
        };
        let length = u64::from(count) * 4;
        let found = self.succeeded().then(|| {
            self.memory
                .read(Side::After, self.number(index).value, length)
        });
        found
            .flatten()
            .map_or(&[], |found| found.bytes.as_chunks().0)
    }

    /// Whether an argument itself could not be read: those of some 32-bit calls lie in memory.
    #[must_use]
    pub fn is_lost(&self, index: usize) -> bool {
        let place = self.prepared.places.get(index);
        place.is_some_and(|place| self.lost >> place.register & 1 != 0)
    }

    /// The register or registers of an argument, as they are.
    #[must_use]
    pub fn value(&self, index: usize) -> u64 {
        let Some(place) = self.prepared.places.get(index) else {
            return 0;
        };
        let register = |index: usize| self.registers.get(index).copied().unwrap_or(0);
        let low = register(place.register);
        if place.split {
            low & mask(32) | register(place.register + 1) << 32
        } else {
            low
        }
    }

    /// An argument as a number of its type.
    #[must_use]
    pub fn number(&self, index: usize) -> Number {
        let kind = self.args().get(index).map_or(&Type::U64, |arg| &arg.kind);
        Number::of(kind, self.value(index), self.structures())
    }

    /// The place of an argument by name.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<usize> {
        self.args().iter().position(|arg| arg.name == name)
    }

    /// An argument's type, choices by other arguments made.
    #[must_use]
    pub fn kind(&self, index: usize) -> &'static Type {
        let kind = self.args().get(index).map_or(&Type::U64, |arg| &arg.kind);
        self.chosen(kind, None)
    }

    /// Whether the call looks at an argument, the other arguments being what they are.
    #[must_use]
    pub fn uses(&self, index: usize) -> bool {
        !matches!(self.kind(index), Type::Unused)
    }

    /// What a type is when the choices it offers are made.
    #[must_use]
    pub fn chosen(&self, kind: &'static Type, scope: Option<&Scope<'_>>) -> &'static Type {
        let mut kind = kind;
        // Choices are nested two deep at most; a declaration that goes round in circles ends here.
        for _ in 0..4 {
            let Type::By(by) = kind else {
                break;
            };
            let value = self.named(by.name, scope).map_or(0, |number| number.value);
            kind = by.choose(value);
        }
        match kind {
            Type::Wide(_, inner @ Type::By(_))
                if matches!(self.chosen(inner, scope), Type::Unused) =>
            {
                &Type::Unused
            }
            kind => kind,
        }
    }

    /// The number that a member or an argument of a name holds.
    #[must_use]
    pub fn named(&self, name: &str, scope: Option<&Scope<'_>>) -> Option<Number> {
        let mut around = scope;
        while let Some(scope) = around {
            if let Some(member) = scope.layout.member(name) {
                let bytes = scope.bytes.get(member.start..member.end)?;
                return Number::read(member.kind, bytes, self.structures());
            }
            around = scope.around;
        }
        let index = self.index(name)?;
        Some(self.number(index))
    }

    /// How much there is; `None` where that could not be read or the call has not said it.
    #[must_use]
    pub fn count(&self, len: Len, side: Side, scope: Option<&Scope<'_>>) -> Option<u64> {
        let named = |name| self.named(name, scope).map(|number| number.value);
        let returned = || self.ret.and_then(|ret| u64::try_from(ret).ok());
        let at = |name, kind: &Type| {
            let address = named(name)?;
            let size = layout::size(kind, self.structures())?.bytes;
            let found = self.memory.read(side, address, u64::from(size))?;
            Number::read(kind, found.bytes, self.structures()).map(|number| number.value)
        };
        match len {
            Len::Const(count) => Some(u64::from(count)),
            Len::Arg(name) => named(name),
            Len::Ret => returned(),
            Len::At(name) => at(name, &Type::U32),
            Len::AtSize(name) => at(name, &Type::Size),
            Len::IoctlSize(name) => named(name).map(|request| request >> 16 & 0x3fff),
            Len::Pages(name) => named(name).map(|length| length.div_ceil(4096)),
            // What the call reads is there whatever it returns.
            Len::ArgOrRet(name) if side == Side::Before => named(name),
            Len::ArgOrRet(name) => Some(named(name)?.min(returned()?)),
        }
    }
}
