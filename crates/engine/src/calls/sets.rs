//! Sets of numbers, a bit each: of signals, of descriptors, of processors.

use tracehound_schema::layout;
use tracehound_schema::types::Len;

use super::print::Print;
use super::walk::{At, Walk};

impl<P: Print> Walk<'_, P> {
    /// A set of signals, whose length counts bytes.
    pub(super) fn signals(&mut self, len: Len, address: u64, at: At<'_>) {
        // No set has more than 64 signals; the kernel refuses other sizes.
        let Some(length) = self.call.count(len, at.side, at.scope) else {
            return self.print.unread(address);
        };
        let length = length.min(8);
        let found = self.call.memory.read(at.side, address, length);
        let Some(found) = found.filter(|found| found.whole) else {
            return self.print.unread(address);
        };
        self.signals_in(found.bytes);
        self.late(found);
    }

    /// A set of signals, at most eight bytes of it.
    pub(super) fn signals_in(&mut self, bytes: &[u8]) {
        let bytes = &bytes[..bytes.len().min(8)];
        let set = words(bytes).fold((0, 0), |(set, shift), word| {
            (set | u64::from(word) << shift, shift + 32)
        });
        self.print.signals(set.0, bytes.len() as u32 * 8);
    }

    /// A set of file descriptors, whose length counts bits.
    pub(super) fn descriptors(&mut self, len: Len, address: u64, at: At<'_>) {
        let Some(bits) = self.call.count(len, at.side, at.scope) else {
            return self.print.unread(address);
        };
        // `nfds` is an int.
        let bits = u64::try_from(i64::from(bits as u32 as i32)).unwrap_or(0);
        let word = u64::from(layout::word(self.call.structures())) * 8;
        self.set(bits, bits.div_ceil(word) * (word / 8), address, at);
    }

    /// A set of numbers, whose length counts bytes.
    pub(super) fn numbers(&mut self, len: Len, address: u64, at: At<'_>) {
        match self.call.count(len, at.side, at.scope) {
            Some(length) => self.set(length.saturating_mul(8), length, address, at),
            None => self.print.unread(address),
        }
    }

    fn set(&mut self, bits: u64, length: u64, address: u64, at: At<'_>) {
        let Some(found) = self.call.memory.read(at.side, address, length) else {
            return self.print.unread(address);
        };
        let mut set = words(found.bytes)
            .zip((0..).step_by(32))
            .flat_map(|(word, first)| {
                (0..32)
                    .filter(move |bit| word >> bit & 1 == 1)
                    .map(move |bit| first + bit)
            })
            .filter(|number| u64::from(*number) < bits);
        self.print.descriptors(&mut set, found.whole);
        self.late(found);
    }
}

/// Whole 32-bit words; sets are read so on little-endian machines whatever the caller's `long` is.
fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes
        .chunks_exact(4)
        .filter_map(|word| word.first_chunk().copied().map(u32::from_ne_bytes))
}
