//! Records that user space makes.

use super::{Chunk, HEADER_SIZE, Header, MAX_FIELDS, MAX_SIZE};

/// Builds a record that user space makes: header, slots, tails appended by the caller's order.
#[derive(Debug)]
pub struct Builder {
    header: Header,
    slots: Vec<u64>,
    tail: Vec<u8>,
}

impl Builder {
    /// Starts a record of `event` with `fields` slots.
    #[must_use]
    pub fn new(event: u16, fields: usize, header: Header) -> Builder {
        let header = Header { event, ..header };
        Builder {
            header,
            slots: vec![0; fields.min(MAX_FIELDS)],
            tail: Vec::new(),
        }
    }

    /// Sets a field that fits in its slot.
    #[must_use]
    pub fn slot(mut self, index: usize, value: u64) -> Builder {
        if let Some(slot) = self.slots.get_mut(index) {
            *slot = value;
        }
        self
    }

    /// Sets a field that has a tail; what does not fit is cut.
    #[must_use]
    pub fn tail(mut self, index: usize, value: &[u8]) -> Builder {
        let start = HEADER_SIZE + self.slots.len() * 8 + self.tail.len();
        let room = MAX_SIZE.saturating_sub(start + 8);
        let kept = &value[..value.len().min(room)];
        if kept.len() < value.len() {
            self.header.cut |= 1 << index;
        }
        self.tail.extend_from_slice(kept);
        let slot = start as u64 | (kept.len() as u64) << 32;
        self.slot(index, slot)
    }

    /// Appends a chunk, padded; records of calls have chunks and no tails.
    #[must_use]
    pub fn chunk(mut self, chunk: &Chunk<'_>) -> Builder {
        let length = u32::try_from(chunk.bytes.len()).unwrap_or(u32::MAX);
        self.tail.extend_from_slice(&chunk.address.to_ne_bytes());
        self.tail.extend_from_slice(&length.to_ne_bytes());
        self.tail
            .extend_from_slice(&[chunk.kind as u8, chunk.state, 0, 0]);
        self.tail.extend_from_slice(chunk.bytes);
        self.tail.resize(self.tail.len().next_multiple_of(8), 0);
        self
    }

    /// Marks a field as having no value.
    #[must_use]
    pub fn absent(mut self, index: usize) -> Builder {
        self.header.absent |= 1 << index;
        self
    }

    /// Marks a field as one that could not be read.
    #[must_use]
    pub fn unread(mut self, index: usize) -> Builder {
        self.header.unread |= 1 << index;
        self
    }

    /// The record's bytes, padded to a multiple of 8.
    #[must_use]
    pub fn build(mut self) -> Vec<u8> {
        let size = (HEADER_SIZE + self.slots.len() * 8 + self.tail.len()).next_multiple_of(8);
        self.header.size = u32::try_from(size).unwrap_or(u32::MAX);
        let mut bytes = vec![0; HEADER_SIZE];
        if let Some(start) = bytes.first_chunk_mut::<HEADER_SIZE>() {
            self.header.write(start);
        }
        for slot in &self.slots {
            bytes.extend_from_slice(&slot.to_ne_bytes());
        }
        bytes.extend_from_slice(&self.tail);
        bytes.resize(size, 0);
        bytes
    }
}
