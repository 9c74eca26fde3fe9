//! Frames of a stack, as `stack_captured` has them.

/// Bytes of a frame.
pub const FRAME_SIZE: usize = size_of::<FrameFacts>();

/// Most frames of a stack that are told: what the kernel itself allows without being told otherwise.
pub const MOST_FRAMES: usize = 127;

/// What memory a frame's code is in.
pub mod memory {
    /// The mapping could not be looked up: somebody was changing mappings.
    pub const UNKNOWN: u32 = 0;
    /// A file's.
    pub const FILE: u32 = 1;
    /// Memory without a file: made by the program itself.
    pub const ANONYMOUS: u32 = 2;
    /// What the kernel maps into every process.
    pub const VDSO: u32 = 3;
    /// There is no mapping at the address.
    pub const NONE: u32 = 4;
}

/// One frame of a user stack; the C struct of the same members is made from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FrameFacts {
    /// The instruction; of all frames but the first the one behind a call.
    pub ip: u64,
    /// Where it is in the file, or in the vDSO.
    pub offset: u64,
    /// The file's inode number.
    pub inode: u64,
    /// The file's device as the kernel keeps it.
    pub dev: u32,
    /// One of [`memory`].
    pub memory: u32,
}

impl FrameFacts {
    /// The frames of a field; bytes behind the last whole one are left out.
    pub fn all(bytes: &[u8]) -> impl Iterator<Item = FrameFacts> {
        let frames = bytes.as_chunks::<FRAME_SIZE>().0.iter();
        frames.map(|frame| {
            let word = |at: usize| {
                let word: Option<&[u8; 8]> = frame.get(at..).and_then(<[u8]>::first_chunk);
                word.map_or(0, |word| u64::from_ne_bytes(*word))
            };
            let half = |at: usize| {
                let half: Option<&[u8; 4]> = frame.get(at..).and_then(<[u8]>::first_chunk);
                half.map_or(0, |half| u32::from_ne_bytes(*half))
            };
            FrameFacts {
                ip: word(std::mem::offset_of!(FrameFacts, ip)),
                offset: word(std::mem::offset_of!(FrameFacts, offset)),
                inode: word(std::mem::offset_of!(FrameFacts, inode)),
                dev: half(std::mem::offset_of!(FrameFacts, dev)),
                memory: half(std::mem::offset_of!(FrameFacts, memory)),
            }
        })
    }

    /// The frame's bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FRAME_SIZE);
        for word in [self.ip, self.offset, self.inode] {
            bytes.extend(word.to_ne_bytes());
        }
        for half in [self.dev, self.memory] {
            bytes.extend(half.to_ne_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_as_they_were_written() {
        let frame = FrameFacts {
            ip: 0x7f00_0000_1234,
            offset: 0x1234,
            inode: 77,
            dev: 8 << 20 | 1,
            memory: memory::FILE,
        };
        let mut bytes = [frame.bytes(), FrameFacts::default().bytes()].concat();
        bytes.push(1);
        let read: Vec<_> = FrameFacts::all(&bytes).collect();
        assert_eq!(read, [frame, FrameFacts::default()]);
    }
}
