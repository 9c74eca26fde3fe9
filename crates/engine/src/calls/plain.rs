//! Numbers that mean something by themselves.

use tracehound_schema::types::Type;

use super::call::Number;
use super::print::Print;
use super::walk::Walk;
use super::words;

impl<P: Print> Walk<'_, P> {
    /// A number of a type that needs nothing else to be told.
    pub(super) fn plain(&mut self, kind: &'static Type, number: Number) {
        match kind {
            Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::Ulong
            | Type::High
            | Type::Size => self.print.unsigned(number.value),
            // Of 64 bits it is a whole offset.
            Type::Low if number.bits < 64 => self.print.unsigned(number.value),
            Type::I16 | Type::I32 | Type::I64 | Type::Long | Type::Loff | Type::Low | Type::Pid => {
                self.print.signed(number.signed())
            }
            Type::Uid | Type::Gid => match number.signed() {
                -1 => self.print.signed(-1),
                _ => self.print.unsigned(number.value),
            },
            Type::Hex(_) => self.print.hex(number.value),
            Type::Octal(_) => self.print.octal(number.value),
            Type::Addr => self.print.address(number.value),
            Type::Enum(_)
            | Type::Flags(_)
            | Type::Parts(_)
            | Type::IoctlRequest(_)
            | Type::Operation(_)
            | Type::Signal
            | Type::Handler => self.print.words(kind, number),
            Type::Limit(table) => match words::name(table, number) {
                Some(_) => self.print.words(&Type::Enum(table), number),
                None => self.print.limit(number.value),
            },
            Type::Mode => self.print.mode(number.value as u32),
            Type::Dev => {
                let (major, minor) = device(number.value);
                self.print.device(major, minor);
            }
            Type::Inet => self.ipv4_address(number),
            Type::Ticks => self.print.ticks(number.signed()),
            Type::WaitStatus => self.print.wait_status(number.value as u32),
            // The legacy calls pass sets of 32 signals as numbers.
            Type::SigSet(_) => self.print.signals(number.value, number.bits),
            Type::Unused => self.print.unused(),
            Type::Nibble(upper, inner) => {
                let bits = number.value >> if *upper { 4 } else { 0 };
                self.plain(inner, Number::new(bits & 0xf, 8));
            }
            // The rest is dealt with elsewhere, or never a number.
            _ => self.print.hex(number.value),
        }
    }
}

/// Major and minor number of a device in the form user space has.
const fn device(dev: u64) -> (u32, u32) {
    let major = (dev >> 8 & 0xfff) | (dev >> 32 & 0xffff_f000);
    let minor = (dev & 0xff) | (dev >> 12 & 0xffff_ff00);
    (major as u32, minor as u32)
}
