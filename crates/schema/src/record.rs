//! The record: the one shape in which every event leaves the kernel.
//!
//! A record is a fixed [`Header`], one 8-byte slot per field, then tail bytes that slots point at.
//! All numbers are in the machine's own byte order; a recording's header says which. The C struct
//! is generated from [`LAYOUT`], and a test compares the compiled object's BTF with it.
//!
//! The slot of a field with a tail holds the tail's offset from the start of the record in its low
//! 32 bits and its length in bytes in its high 32 bits. The slot of an unread field holds the
//! address that could not be read.

mod builder;
mod facts;
mod frame;

pub use builder::Builder;
pub use facts::{CredFacts, FileFacts, SocketFacts};
pub use frame::{FRAME_SIZE, FrameFacts, MOST_FRAMES, memory};

/// Number of bits in each field bitmap, hence the most fields an event can have.
pub const MAX_FIELDS: usize = 64;

/// The largest record, header and tail included, in bytes.
pub const MAX_SIZE: usize = 16 * 1024;

/// Set in [`Header::flags`] when [`Header::ret`] is meant.
pub const HAS_RET: u32 = 1;

/// Set in [`Header::flags`] when the record was made in interrupt context, where the current task
/// is whoever was interrupted.
pub const IN_INTERRUPT: u32 = 2;

/// Set in [`Header::flags`] of the record of a call's beginning: arguments and what the call reads.
/// The record of its end follows, unless the call never returns.
pub const ENTRY: u32 = 4;

/// Set in [`Header::flags`] of the record of a call's end: its beginning was told by a record of its
/// own.
pub const HAS_ENTRY: u32 = 8;

/// Set in [`Header::flags`] of a record that has no more than a piece of one list, all else absent.
/// [`Header::ret`] says where in the list the piece begins; it is cut unless it is the last. The
/// pieces come before the record of their event, which has the list's beginning alone and the same
/// number in [`Header::pieces`].
pub const PIECE: u32 = 16;

/// Set in [`Header::flags`] when the record was made while requests of io_uring were carried out: by
/// one of io_uring's own threads, or inside io_uring_enter(2).
pub const VIA_IO_URING: u32 = 32;

/// Set in [`Header::flags`] when the record was made only for what is learnt from it: of an event that
/// nobody selected, or of a process out of scope. It is not shown.
pub const ASIDE: u32 = 64;

/// What a chunk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkKind {
    /// Bytes of the process's memory, at the chunk's address.
    Memory,
    /// The file behind the descriptor that the address stands for: [`FileFacts`], then the path as
    /// [`crate::Kind::Path`] has it.
    File,
    /// The socket behind the descriptor that the address stands for: [`SocketFacts`].
    Socket,
}

/// When and how well a chunk was read.
pub mod chunk {
    /// Read when the call ended; otherwise when it began.
    pub const EXIT: u8 = 1;
    /// What the call reads, read when it ended since it could not be when it began.
    pub const LATE: u8 = 2;
    /// The end of what was wanted is missing.
    pub const CUT: u8 = 4;
    /// Nothing could be read.
    pub const UNREAD: u8 = 8;
    /// Bytes of a chunk's head: address `u64`, length `u32`, kind `u8`, state `u8`, step `u16`.
    pub const HEAD: usize = 16;
}

/// One piece of what the kernel side copied behind the slots of a system call's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Where the bytes were in the process's memory; for files and sockets the descriptor, sign
    /// extended.
    pub address: u64,
    /// What the bytes are.
    pub kind: ChunkKind,
    /// [`chunk::EXIT`], [`chunk::LATE`], [`chunk::CUT`], [`chunk::UNREAD`].
    pub state: u8,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// Reads the chunk at the start of `bytes` and gives what follows it.
    #[must_use]
    pub fn split(bytes: &'a [u8]) -> Option<(Chunk<'a>, &'a [u8])> {
        let head: &[u8; chunk::HEAD] = bytes.first_chunk()?;
        let [
            a0,
            a1,
            a2,
            a3,
            a4,
            a5,
            a6,
            a7,
            l0,
            l1,
            l2,
            l3,
            kind,
            state,
            ..,
        ] = *head;
        let length = u32::from_ne_bytes([l0, l1, l2, l3]) as usize;
        let kind = match kind {
            0 => ChunkKind::Memory,
            1 => ChunkKind::File,
            2 => ChunkKind::Socket,
            _ => return None,
        };
        let whole = length
            .checked_next_multiple_of(8)?
            .checked_add(chunk::HEAD)?;
        let (own, rest) = bytes.split_at_checked(whole)?;
        let chunk = Chunk {
            address: u64::from_ne_bytes([a0, a1, a2, a3, a4, a5, a6, a7]),
            kind,
            state,
            bytes: own.get(chunk::HEAD..chunk::HEAD + length)?,
        };
        Some((chunk, rest))
    }
}

/// One member of the C header.
#[derive(Debug)]
pub struct Member {
    /// The member's name, the same in Rust and C.
    pub name: &'static str,
    /// The C type without array bounds.
    pub ctype: &'static str,
    /// The array length, 0 for a plain member.
    pub array: usize,
    /// Where it starts, in bytes.
    pub offset: usize,
}

macro_rules! header {
    ($( $(#[$doc:meta])* $name:ident: $type:tt as $ctype:literal [$array:literal]; )*) => {
        /// The fixed part of a record.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[repr(C)]
        pub struct Header { $( $(#[$doc])* pub $name: $type, )* }

        /// The members of [`Header`], from which the C struct is written.
        pub static LAYOUT: &[Member] = &[$( Member {
            name: stringify!($name),
            ctype: $ctype,
            array: $array,
            offset: std::mem::offset_of!(Header, $name),
        }, )*];

        impl Header {
            /// Reads the header at the start of `bytes`; `None` if there are too few.
            #[must_use]
            #[inline]
            pub fn read(bytes: &[u8]) -> Option<Header> {
                let bytes: &[u8; HEADER_SIZE] = bytes.first_chunk()?;
                Some(Header { $( $name: header!(@get bytes, $name, $type), )* })
            }

            /// Writes the header over the start of `bytes`, which must be long enough.
            pub fn write(&self, bytes: &mut [u8; HEADER_SIZE]) {
                $( header!(@put bytes, $name, $type, self); )*
            }
        }
    };
    (@get $bytes:ident, $name:ident, [u8; 16]) => { take($bytes, std::mem::offset_of!(Header, $name)) };
    (@get $bytes:ident, $name:ident, $type:ty) => {
        <$type>::from_ne_bytes(take($bytes, std::mem::offset_of!(Header, $name)))
    };
    (@put $bytes:ident, $name:ident, [u8; 16], $self:ident) => {
        put($bytes, std::mem::offset_of!(Header, $name), &$self.$name)
    };
    (@put $bytes:ident, $name:ident, $type:ty, $self:ident) => {
        put($bytes, std::mem::offset_of!(Header, $name), &$self.$name.to_ne_bytes())
    };
}

header! {
    /// Bytes of the whole record, a multiple of 8.
    size: u32 as "__u32" [0];
    /// Event id.
    event: u16 as "__u16" [0];
    /// Index of the rung in the event's ladder that made the record.
    rung: u8 as "__u8" [0];
    /// System call convention, see [`crate::Abi`].
    abi: u8 as "__u8" [0];
    /// Nanoseconds since boot, suspended time included (`CLOCK_BOOTTIME`).
    time: u64 as "__u64" [0];
    /// Number of the record among all that this CPU tried to put in this ring, from 1.
    seq: u64 as "__u64" [0];
    /// CPU that made the record.
    cpu: u32 as "__u32" [0];
    /// System call number under `abi`; -1 outside system calls.
    nr: i32 as "__s32" [0];
    /// Process id in the initial namespace.
    host_pid: u32 as "__u32" [0];
    /// Thread id in the initial namespace.
    host_tid: u32 as "__u32" [0];
    /// Process id in the process's own namespace.
    pid: u32 as "__u32" [0];
    /// Thread id in the process's own namespace.
    tid: u32 as "__u32" [0];
    /// Parent's process id in the initial namespace.
    host_ppid: u32 as "__u32" [0];
    /// Parent's process id in the namespace of the process; 0 if it has none there.
    ppid: u32 as "__u32" [0];
    /// When the thread started, nanoseconds since boot.
    start: u64 as "__u64" [0];
    /// When the thread's process started (its first thread).
    leader_start: u64 as "__u64" [0];
    /// When the parent process started.
    parent_start: u64 as "__u64" [0];
    /// Id of the thread's cgroup in the hierarchy that the run is about, see
    /// `docs/decisions/0018-containers-on-every-event.md`.
    cgroup: u64 as "__u64" [0];
    /// Real user id in the initial user namespace.
    uid: u32 as "__u32" [0];
    /// Real group id in the initial user namespace.
    gid: u32 as "__u32" [0];
    /// The thread's name, padded with NUL.
    comm: [u8; 16] as "char" [16];
    /// Inode number of the pid namespace of the process.
    pid_ns: u32 as "__u32" [0];
    /// Inode number of its mount namespace.
    mnt_ns: u32 as "__u32" [0];
    /// Bit per field: the value could not be read.
    unread: u64 as "__u64" [0];
    /// Bit per field: the value was longer than what is stored.
    cut: u64 as "__u64" [0];
    /// Bit per field: there is no value (a null pointer).
    absent: u64 as "__u64" [0];
    /// Bit per field: read when the call ended, because it could not be read when it began.
    late: u64 as "__u64" [0];
    /// Bit per field: the value is the kernel's own copy.
    kernel: u64 as "__u64" [0];
    /// [`HAS_RET`], [`IN_INTERRUPT`], [`ENTRY`], [`HAS_ENTRY`], [`PIECE`], [`VIA_IO_URING`], [`ASIDE`].
    flags: u32 as "__u32" [0];
    /// A number that a record, its pieces and its stack share; 0 where it has none.
    pieces: u32 as "__u32" [0];
    /// What the call returned.
    ret: i64 as "__s64" [0];
}

impl Header {
    /// The header of a record that follows from this one: of the same thread and time, and nothing of
    /// its fields.
    #[must_use]
    pub fn derived(&self) -> Header {
        Header {
            unread: 0,
            cut: 0,
            absent: 0,
            late: 0,
            kernel: 0,
            flags: 0,
            pieces: 0,
            ret: 0,
            rung: 0,
            ..*self
        }
    }
}

/// Where in a record the thread is described: what stays the same from one of its events to the
/// next, unless it changes its name, user or namespaces.
pub const IDENTITY: std::ops::Range<usize> =
    std::mem::offset_of!(Header, host_pid)..std::mem::offset_of!(Header, unread);

/// Bytes of [`Header`].
pub const HEADER_SIZE: usize = std::mem::size_of::<Header>();

const _: () = assert!(HEADER_SIZE.is_multiple_of(8));

fn take<const N: usize>(bytes: &[u8; HEADER_SIZE], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

fn put(bytes: &mut [u8; HEADER_SIZE], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// State of one field in one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The value is there, whole.
    Read,
    /// The value is there, its end is missing.
    Cut,
    /// The value could not be read; the slot holds its address.
    Unread,
    /// There is no value.
    Absent,
}

/// A borrowed record, known to be as long as its header says.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The decoded header.
    pub header: Header,
    bytes: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads the record at the start of `bytes` and gives what follows it.
    ///
    /// `None` if the bytes are not a whole record: too few, or a size that cannot be.
    #[must_use]
    pub fn split(bytes: &'a [u8]) -> Option<(Record<'a>, &'a [u8])> {
        let header = Header::read(bytes)?;
        let size = usize::try_from(header.size).ok()?;
        if size < HEADER_SIZE || !size.is_multiple_of(8) {
            return None;
        }
        let (bytes, rest) = bytes.split_at_checked(size)?;
        Some((Record { header, bytes }, rest))
    }

    /// The records behind one another in `bytes`, each with its event's id only: for those who want few of many.
    pub fn each(bytes: &'a [u8]) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a> {
        let mut rest = bytes;
        std::iter::from_fn(move || {
            let head: &[u8; HEADER_SIZE] = rest.first_chunk()?;
            let size = u32::from_ne_bytes(take(head, std::mem::offset_of!(Header, size)));
            let event = u16::from_ne_bytes(take(head, std::mem::offset_of!(Header, event)));
            let size = usize::try_from(size)
                .ok()
                .filter(|size| *size >= HEADER_SIZE)?;
            let (record, next) = rest.split_at_checked(size)?;
            rest = next;
            Some((event, record))
        })
    }

    /// The record's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The slot of field `index`; `None` if the record has no such slot.
    #[must_use]
    #[inline]
    pub fn slot(&self, index: usize) -> Option<u64> {
        let at = HEADER_SIZE + index.checked_mul(8)?;
        let slot: &[u8; 8] = self.bytes.get(at..)?.first_chunk()?;
        Some(u64::from_ne_bytes(*slot))
    }

    /// The tail bytes that slot `index` points at; `None` if they are not inside the record.
    #[must_use]
    pub fn tail(&self, index: usize) -> Option<&'a [u8]> {
        let slot = self.slot(index)?;
        let offset = usize::try_from(slot & 0xffff_ffff).ok()?;
        let length = usize::try_from(slot >> 32).ok()?;
        self.bytes.get(offset..offset.checked_add(length)?)
    }

    /// The chunks behind `slots` slots, as far as they are whole.
    pub fn chunks(&self, slots: usize) -> impl Iterator<Item = Chunk<'a>> + use<'a> {
        let mut rest = self
            .bytes
            .get(HEADER_SIZE + slots * 8..)
            .unwrap_or_default();
        std::iter::from_fn(move || {
            let (chunk, next) = Chunk::split(rest)?;
            rest = next;
            Some(chunk)
        })
    }

    /// The state of field `index`.
    #[must_use]
    #[inline]
    pub const fn state(&self, index: usize) -> State {
        let header = &self.header;
        if header.unread >> index & 1 == 1 {
            State::Unread
        } else if header.absent >> index & 1 == 1 {
            State::Absent
        } else if header.cut >> index & 1 == 1 {
            State::Cut
        } else {
            State::Read
        }
    }
}

/// The thread's name without its padding.
#[must_use]
pub fn comm(header: &Header) -> &[u8] {
    let end = header
        .comm
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(header.comm.len());
    &header.comm[..end]
}

#[cfg(test)]
mod tests;
