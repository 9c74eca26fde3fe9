//! Files that were read, kept for the next place in them.

use std::collections::HashMap;

use crate::Open;
use crate::answer::Answer;
use crate::file::Symbols;
use crate::query::{Code, Query};

/// Most bytes of copies that are kept; the last is kept in any case.
const MOST_BYTES: u64 = 128 << 20;
/// Most files that are known, those that cannot be read among them.
const MOST_FILES: usize = 1024;

/// What a file is known by.
type Key = (u32, u64, u64);

/// A file, and when it was asked about last.
#[derive(Debug)]
struct Kept {
    symbols: Result<Symbols, String>,
    used: u64,
}

/// All that are kept.
#[derive(Debug)]
pub struct Files {
    kept: HashMap<Key, Kept>,
    open: Open,
    clock: u64,
}

impl Files {
    /// Starts with none.
    pub fn new(open: Open) -> Files {
        Files {
            kept: HashMap::new(),
            open,
            clock: 0,
        }
    }

    /// What is at a place in a file.
    pub fn find(&mut self, query: &Query, code: &Code, offset: u64) -> Answer {
        let key = (code.dev, code.inode, code.ctime);
        self.clock += 1;
        if !self.kept.contains_key(&key) {
            let opened = (self.open)(query.header.host_pid, code);
            let symbols = opened.and_then(Symbols::of);
            let used = self.clock;
            self.kept.insert(key, Kept { symbols, used });
            self.shrink(key);
        }
        let Some(kept) = self.kept.get_mut(&key) else {
            return Answer::default();
        };
        kept.used = self.clock;
        match &kept.symbols {
            Ok(symbols) => symbols.find(offset, query.back()),
            Err(why) => Answer::none(why.clone()),
        }
    }

    /// Forgets a file, as if it had not been asked about.
    pub fn forget(&mut self, code: &Code) {
        let why = "the file's symbols cannot be read: they are damaged";
        let key = (code.dev, code.inode, code.ctime);
        if let Some(kept) = self.kept.get_mut(&key) {
            kept.symbols = Err(why.to_owned());
        }
    }

    /// Lets go those that were not asked about for the longest time.
    fn shrink(&mut self, last: Key) {
        while self.kept.len() > MOST_FILES || self.size() > MOST_BYTES {
            let others = self.kept.iter().filter(|one| *one.0 != last);
            let Some(oldest) = others.min_by_key(|one| one.1.used).map(|one| *one.0) else {
                return;
            };
            self.kept.remove(&oldest);
        }
    }

    fn size(&self) -> u64 {
        let all = self.kept.values();
        all.filter_map(|kept| kept.symbols.as_ref().ok())
            .map(|symbols| symbols.size)
            .sum()
    }
}
