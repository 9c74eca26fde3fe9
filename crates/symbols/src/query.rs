//! What is asked about.

use tracehound_schema::record::Header;

/// A file with code, as the kernel told of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// Its device as the kernel keeps it.
    pub dev: u32,
    /// Its inode number.
    pub inode: u64,
    /// When the inode was changed last.
    pub ctime: u64,
    /// The names of its path from the last to the first, each with a NUL behind it.
    pub names: Vec<u8>,
}

/// A place in a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In a file: device, inode number, offset.
    File(u32, u64, u64),
    /// In a process's memory without a file: its id, when it started, the address.
    Process(u32, u64, u64),
    /// In the kernel.
    Kernel(u64),
}

/// One question.
#[derive(Clone, Debug)]
pub struct Query {
    /// What the place is.
    pub place: Place,
    /// Whether the instruction there is the one behind a call, which is what is asked about.
    pub behind_call: bool,
    /// Whose stack it was.
    pub header: Header,
    /// Of a place in a file, the file; none where its record was lost.
    pub code: Option<Code>,
}

impl Query {
    /// How far the instruction that is meant begins before the place, at least.
    pub const fn back(&self) -> u64 {
        self.behind_call as u64
    }
}
