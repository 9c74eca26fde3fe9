//! Records of calls as no kernel makes them: for tests that nothing a record may hold does harm.

use crate::abi::Abi;
use crate::event::Event;
use crate::record::{Builder, Chunk, ChunkKind, ENTRY, HAS_ENTRY, HAS_RET, Header, chunk};
use crate::syscalls::REGISTERS;

/// Numbers that look random and are the same every time (xorshift).
#[derive(Clone, Copy, Debug)]
pub struct Random(u64);

impl Random {
    /// Numbers that follow from `seed`, other ones for each.
    #[must_use]
    pub const fn new(seed: u64) -> Random {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        random.next();
        random
    }

    /// The next one.
    pub const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `limit`.
    pub const fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A number of a kind that makes trouble.
    fn number(&mut self) -> u64 {
        match self.below(8) {
            0 => 0,
            1 => self.below(16),
            2 => 1 << self.below(64),
            3 => (-(self.below(600).cast_signed())).cast_unsigned(),
            4 => u64::MAX >> self.below(64),
            5 => ADDRESS + self.below(4) * 0x1000,
            6 => u64::from(self.next() as u32),
            _ => self.next(),
        }
    }

    fn bytes(&mut self, length: u64) -> Vec<u8> {
        let plain = self.below(3) == 0;
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < length {
            if plain {
                bytes.push(self.next() as u8);
            } else {
                bytes.extend_from_slice(&self.number().to_ne_bytes());
            }
        }
        bytes.truncate(usize::try_from(length).unwrap_or(0));
        bytes
    }
}

const ADDRESS: u64 = 0x7ffd_0000_0000;

/// A record of a call with registers, memory and states by chance; the same for the same seed.
#[must_use]
pub fn scrambled(event: &Event, header: Header, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let flags = [HAS_RET, HAS_RET | HAS_ENTRY, ENTRY, HAS_RET];
    let abi = [Abi::X86_64, Abi::I386, Abi::X32, Abi::Aarch64][random.below(4) as usize];
    let header = Header {
        abi: abi as u8,
        flags: flags[random.below(4) as usize],
        ret: if random.below(2) == 0 {
            random.below(64).cast_signed()
        } else {
            random.number().cast_signed()
        },
        ..header
    };
    let mut builder = Builder::new(event.id, REGISTERS, header);
    let mut addresses = Vec::new();
    for index in 0..REGISTERS {
        let value = random.number();
        addresses.push(value);
        builder = builder.slot(index, value);
    }
    for _ in 0..random.below(8) {
        let address = match random.below(4) {
            0 => random.number(),
            1 => ADDRESS + random.below(4) * 0x1000,
            _ => addresses[random.below(REGISTERS as u64) as usize],
        };
        let length = random.below(300);
        let bytes = random.bytes(length);
        let kinds = [ChunkKind::Memory, ChunkKind::File, ChunkKind::Socket];
        let state = random.next() as u8 & (chunk::EXIT | chunk::LATE | chunk::CUT | chunk::UNREAD);
        builder = builder.chunk(&Chunk {
            address,
            kind: kinds[(random.below(6) / 2) as usize],
            state: if random.below(2) == 0 {
                state & chunk::EXIT
            } else {
                state
            },
            bytes: &bytes,
        });
    }
    builder.build()
}
