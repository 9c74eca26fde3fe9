//! What stands behind a descriptor, as the kernel tells it.

use tracehound_schema::record::{Chunk, ChunkKind, FileFacts, SocketFacts, chunk};

/// What a descriptor stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File<'a> {
    /// A file.
    File {
        /// Its inode and what else is known.
        facts: FileFacts,
        /// Its path: NUL-terminated names, from the last to the first.
        path: &'a [u8],
        /// Whether the names nearest to the root are missing.
        cut: bool,
    },
    /// A socket.
    Socket {
        /// Its protocol and addresses.
        facts: SocketFacts,
        /// The path of a unix socket, empty if none; an abstract one begins with NUL.
        path: &'a [u8],
    },
}

/// `PIPEFS_MAGIC` and `ANON_INODE_FS_MAGIC` (`include/uapi/linux/magic.h`).
const PIPEFS: u32 = 0x5049_5045;
const ANON_INODE_FS: u32 = 0x0904_1934;

/// Takes numbers off the front of bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_ne_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_ne_bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_ne_bytes)
    }
}

impl<'a> File<'a> {
    /// Gives the pieces of the file's path in order, as `/proc/PID/fd` has it. One whose names nearest
    /// to the root are missing does not begin with a slash.
    pub fn path(&self, mut piece: impl FnMut(&[u8])) {
        let File::File { facts, path, cut } = self else {
            return;
        };
        let names = path.strip_suffix(b"\0").unwrap_or(path);
        let mut names = names
            .rsplit(|byte| *byte == 0)
            .filter(|name| !name.is_empty());
        match facts.magic {
            PIPEFS => {
                piece(b"pipe:[");
                piece(itoa::Buffer::new().format(facts.inode).as_bytes());
                piece(b"]");
            }
            ANON_INODE_FS => {
                piece(b"anon_inode:");
                names.for_each(piece);
            }
            _ => {
                let mut slash = !cut;
                let mut empty = true;
                for name in &mut names {
                    if slash {
                        piece(b"/");
                    }
                    slash = true;
                    empty = false;
                    piece(name);
                }
                if empty {
                    piece(b"/");
                }
            }
        }
    }

    /// Reads the chunk if it tells of descriptor `fd`.
    #[must_use]
    pub fn of(chunk: &Chunk<'a>, fd: i32) -> Option<File<'a>> {
        let own = chunk.address == i64::from(fd) as u64 && chunk.state & chunk::UNREAD == 0;
        match chunk.kind {
            ChunkKind::File if own => file(chunk),
            ChunkKind::Socket if own => socket(chunk),
            _ => None,
        }
    }
}

fn file<'a>(chunk: &Chunk<'a>) -> Option<File<'a>> {
    let mut bytes = Reader(chunk.bytes);
    let facts = FileFacts {
        inode: bytes.u64()?,
        dev: bytes.u32()?,
        mode: bytes.u32()?,
        rdev: bytes.u32()?,
        magic: bytes.u32()?,
    };
    Some(File::File {
        facts,
        path: bytes.0,
        cut: chunk.state & chunk::CUT != 0,
    })
}

fn socket<'a>(chunk: &Chunk<'a>) -> Option<File<'a>> {
    let mut bytes = Reader(chunk.bytes);
    let facts = SocketFacts {
        inode: bytes.u64()?,
        family: bytes.u16()?,
        kind: bytes.u16()?,
        protocol: bytes.u16()?,
        state: bytes.u16()?,
        local_port: bytes.u16()?,
        remote_port: bytes.u16()?,
        path_length: bytes.u32()?,
        local: bytes.take()?,
        remote: bytes.take()?,
    };
    let length = usize::try_from(facts.path_length).unwrap_or(usize::MAX);
    let path = bytes.0.get(..length).unwrap_or(bytes.0);
    Some(File::Socket { facts, path })
}
