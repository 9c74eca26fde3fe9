//! Paths and arguments, each kept once however many processes have it.

use std::collections::HashSet;
use std::sync::Arc;

/// Bytes that many may share.
pub type Text = Arc<[u8]>;

/// What an allocation costs beside what is in it: two counters of its owners, and the allocator's own.
const ALLOCATION: usize = 32;

/// The texts in use.
#[derive(Debug, Default)]
pub struct Texts {
    known: HashSet<Text>,
    bytes: usize,
    room: usize,
}

impl Texts {
    /// The kept text of these bytes.
    pub fn keep(&mut self, bytes: &[u8]) -> Text {
        if let Some(known) = self.known.get(bytes) {
            return Arc::clone(known);
        }
        let text = Text::from(bytes);
        self.bytes += bytes.len() + ALLOCATION;
        self.known.insert(Arc::clone(&text));
        self.room = self.room.max(self.known.capacity());
        text
    }

    /// Takes back what somebody had of [`Texts::keep`]; the last one's is forgotten.
    pub fn give_back(&mut self, text: Text) {
        // Ours and this one.
        if Arc::strong_count(&text) == 2 && self.known.remove(&text) {
            self.bytes -= text.len() + ALLOCATION;
        }
    }

    /// Bytes that all of it takes.
    pub fn bytes(&self) -> usize {
        self.bytes + table(self.room, size_of::<Text>())
    }

    /// Bytes that one more may add beside its own.
    pub fn growth(&self) -> usize {
        if self.known.len() < self.known.capacity() {
            return ALLOCATION;
        }
        ALLOCATION + table(self.room, size_of::<Text>())
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.known.len()
    }
}

/// Bytes of a table with room for so many entries: it keeps an eighth of its places free, and a byte for each.
pub const fn table(room: usize, entry: usize) -> usize {
    (room + room / 7) * (entry + 1)
}
