//! The ways a thread can enter the kernel: one value per system call convention.

/// A system call convention (the kernel's word is ABI).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Abi {
    /// Not in a system call, or not known.
    None = 0,
    /// 64-bit x86: the `syscall` instruction.
    X86_64 = 1,
    /// 32-bit x86: `int $0x80`, `sysenter` or `syscall` from a 32-bit program, and `int $0x80`
    /// from a 64-bit one. The kernel marks the thread `TS_COMPAT` for the time of the call.
    I386 = 2,
    /// x32: `syscall` with bit 30 of the number set.
    X32 = 3,
    /// 64-bit Arm.
    Aarch64 = 4,
}

impl Abi {
    /// Every convention that has system calls, in the order of their numbers.
    pub const ALL: [Abi; 4] = [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64];

    /// The convention a record's `abi` byte stands for.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Abi {
        match byte {
            1 => Abi::X86_64,
            2 => Abi::I386,
            3 => Abi::X32,
            4 => Abi::Aarch64,
            _ => Abi::None,
        }
    }

    /// The name that outputs print; empty for [`Abi::None`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Abi::None => "",
            Abi::X86_64 => "x86_64",
            Abi::I386 => "i386",
            Abi::X32 => "x32",
            Abi::Aarch64 => "aarch64",
        }
    }
}
