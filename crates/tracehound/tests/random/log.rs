//! The log that `random_calls` keeps of itself; see `programs/random_calls.c` for its form.

use std::path::Path;

use tracehound_schema::Abi;
use tracehound_schema::syscalls::{self, REGISTERS, Syscall};

/// `close(MARK + slot)` is a thread's first call.
pub const MARK: u64 = 0x7261_0000;
const HEAD: usize = 64;
const ENTRY: usize = 64;
const ENTRIES: usize = 4095;
/// The bit of 64-bit numbers that asks for the x32 convention.
const X32: u32 = 0x4000_0000;

/// A call as its maker saw it.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    pub abi: Abi,
    pub number: u32,
    /// As they were passed; 32-bit calls see the lower halves.
    passed: [u64; REGISTERS],
    /// What it returned; none where the thread ended in it.
    pub ret: Option<i64>,
}

impl Made {
    /// The row of the call that was made.
    pub fn row(&self) -> Option<&'static Syscall> {
        let number = u16::try_from(self.number).ok()?;
        syscalls::by_number(self.abi, number)
    }

    /// The convention by which its arguments are laid out.
    pub fn structures(&self) -> Abi {
        u16::try_from(self.number).map_or(self.abi, |number| syscalls::layout(self.abi, number))
    }

    /// The argument registers as the kernel takes them.
    pub fn registers(&self) -> [u64; REGISTERS] {
        match self.abi {
            Abi::I386 => self.passed.map(|value| value & 0xffff_ffff),
            _ => self.passed,
        }
    }
}

/// Reads the calls of each thread, in order.
pub fn read(path: &Path) -> Vec<Vec<Made>> {
    let bytes = std::fs::read(path).unwrap();
    let slots = bytes.chunks_exact(HEAD + ENTRY * ENTRIES);
    let calls = |slot: &[u8]| {
        let count = usize::try_from(word(slot, 0)).unwrap();
        slot[HEAD..]
            .chunks_exact(ENTRY)
            .take(count)
            .map(made)
            .collect()
    };
    slots
        .map(calls)
        .take_while(|calls: &Vec<_>| !calls.is_empty())
        .collect()
}

fn word(bytes: &[u8], at: usize) -> u64 {
    u64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap())
}

fn made(entry: &[u8]) -> Made {
    let tail = word(entry, 56);
    let (number, abi, state) = (tail as u32, tail >> 32 & 0xffff, tail >> 48);
    let (abi, number) = match abi {
        1 => (Abi::I386, number),
        _ if number >> 16 == X32 >> 16 => (Abi::X32, number & !X32),
        _ => (Abi::X86_64, number),
    };
    Made {
        abi,
        number,
        passed: std::array::from_fn(|index| word(entry, index * 8)),
        ret: (state == 2).then(|| word(entry, 48) as i64),
    }
}
