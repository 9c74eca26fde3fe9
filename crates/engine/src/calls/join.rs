//! Beginnings of calls that wait for their ends.

use rustc_hash::FxHashMap;
use tracehound_schema::record::{HAS_ENTRY, Header, Record};

/// Bytes of beginnings that are kept at most.
const MOST: usize = 64 << 20;
/// Used buffers that are kept for the next beginnings.
const SPARE: usize = 64;

/// The record of a beginning, in memory that is used again.
pub type Kept = Vec<u8>;

#[derive(Debug)]
struct Pending {
    bytes: Kept,
    /// When the thread started: ids are used again.
    start: u64,
}

/// What an end meets.
#[derive(Debug, Default)]
pub struct Joined {
    /// The beginning of the same call.
    pub beginning: Option<Kept>,
    /// The beginning of another call, whose end was not seen.
    pub cut_off: Option<Kept>,
}

/// Beginnings by thread. A thread is in one call at a time.
#[derive(Debug, Default)]
pub struct Join {
    pending: FxHashMap<u32, Pending>,
    spare: Vec<Kept>,
    bytes: usize,
    /// Beginnings that were not kept since there were too many.
    pub forgotten: u64,
}

impl Join {
    /// Keeps a beginning, unless there are too many; gives the one that the same thread left
    /// unfinished, and whether this one is kept.
    pub fn begin(&mut self, record: &Record<'_>) -> (Option<Kept>, bool) {
        let tid = record.header.host_tid;
        let length = record.bytes().len();
        if self.bytes + length > MOST {
            self.forgotten += 1;
            return (self.take(tid), false);
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.extend_from_slice(record.bytes());
        self.bytes += length;
        let start = record.header.start;
        let pending = Pending { bytes, start };
        let cut_off = self.pending.insert(tid, pending);
        let cut_off = cut_off.map(|pending| pending.bytes);
        self.bytes -= cut_off.as_ref().map_or(0, Vec::len);
        (cut_off, true)
    }

    /// Finds the beginning of the call that a record ends.
    pub fn end(&mut self, record: &Record<'_>) -> Joined {
        let header = &record.header;
        let Some(pending) = self.pending.remove(&header.host_tid) else {
            return Joined::default();
        };
        self.bytes -= pending.bytes.len();
        let same = header.flags & HAS_ENTRY != 0
            && pending.start == header.start
            && Header::read(&pending.bytes).is_some_and(|beginning| {
                beginning.event == header.event
                    && beginning.nr == header.nr
                    && beginning.abi == header.abi
                    && beginning.time <= header.time
            });
        let (beginning, cut_off) = if same {
            (Some(pending.bytes), None)
        } else {
            (None, Some(pending.bytes))
        };
        Joined { beginning, cut_off }
    }

    /// Takes what a thread has pending.
    pub fn take(&mut self, tid: u32) -> Option<Kept> {
        let pending = self.pending.remove(&tid)?;
        self.bytes -= pending.bytes.len();
        Some(pending.bytes)
    }

    /// A thread that replaces its process's program gets the process's id; gives what the thread that
    /// had it before left unfinished.
    pub fn rename(&mut self, old: u32, header: &Header) -> Option<Kept> {
        let new = header.host_tid;
        let mut pending = self.pending.remove(&old)?;
        // It becomes the process's first thread, with that one's start.
        pending.start = header.start;
        let cut_off = self.take(new).filter(|_| old != new);
        self.pending.insert(new, pending);
        cut_off
    }

    /// Takes all, the oldest first.
    pub fn drain(&mut self) -> Vec<Kept> {
        self.bytes = 0;
        let all = self.pending.drain().map(|(_, pending)| pending.bytes);
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|bytes| Header::read(bytes).map(|header| (header.time, header.host_tid)));
        all
    }

    /// Gives a buffer back.
    pub fn recycle(&mut self, mut bytes: Kept) {
        if self.spare.len() < SPARE {
            bytes.clear();
            self.spare.push(bytes);
        }
    }
}
