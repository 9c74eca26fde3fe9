//! One step of what the kernel program copies, as both sides know it.

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
    /// The files behind descriptors in memory, `limit` bytes of them.
    Files = 10,
    /// Pointers, and `limit` bytes behind each.
    Pointers = 11,
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
    /// The size in the ioctl(2) request in register `from`; zero where the request has not the
    /// direction of the step, which [`WRITTEN`] tells.
    Ioctl = 6,
    /// Register `from` counts bits: so many bytes as hold them, in whole words.
    Bits = 7,
    /// As [`Count::At32`], but of 16 bits.
    At16 = 8,
    /// Register `from` is the length of a range: its pages.
    Pages = 9,
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

/// The most steps of the lists that run for one end of a call: each has a bit in the kernel program.
pub const MOST_STEPS_IN_ALL: usize = 32;

/// The most bytes of an array that a structure points at.
pub const MOST_OF_ARRAY: u32 = 4096;

/// Bytes of a path with its NUL (`PATH_MAX`).
pub const PATH_MAX: u32 = 4096;

impl Step {
    /// A step of one kind at a register.
    pub(super) const fn new(what: What, register: usize) -> Step {
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
}
