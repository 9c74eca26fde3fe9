//! What was read of files, kept for the next time that they are loaded.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::Read as _;
use std::sync::Arc;

use object::read::ReadCache;
use sha2::{Digest as _, Sha256};

use super::elf::{self, Exports};
use super::file::{self, Identity};

/// The most bytes that are kept of all files.
const MAX_KEPT: usize = 64 << 20;
/// The most files that are kept.
const MAX_FILES: usize = 4096;
/// The largest file whose hash is taken.
const MAX_HASHED: u64 = 512 << 20;

/// What is known of a file; the error is a reason to show.
pub type Known = Result<Arc<Exports>, String>;

/// Files that were read.
#[derive(Debug, Default)]
pub struct Store {
    exports: HashMap<Identity, Arc<Exports>>,
    /// The oldest first.
    order: VecDeque<Identity>,
    size: usize,
    hashes: HashMap<Identity, String>,
}

impl Store {
    /// What a file that a process loaded defines.
    pub fn exports(&mut self, process: u32, path: Option<&[u8]>, identity: Identity) -> Known {
        if let Some(known) = self.exports.get(&identity) {
            return Ok(Arc::clone(known));
        }
        let file = file::open(process, path, identity)?;
        let again = file.try_clone();
        let exports = Arc::new(elf::read(&ReadCache::new(file))?);
        unchanged(again, identity)?;
        self.keep(identity, &exports);
        Ok(exports)
    }

    fn keep(&mut self, identity: Identity, exports: &Arc<Exports>) {
        self.size += exports.size();
        self.exports.insert(identity, Arc::clone(exports));
        self.order.push_back(identity);
        while self.size > MAX_KEPT || self.order.len() > MAX_FILES {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            self.hashes.remove(&oldest);
            let gone = self.exports.remove(&oldest);
            self.size -= gone.map_or(0, |exports| exports.size());
        }
    }

    /// The SHA-256 of a file.
    pub fn hash(
        &mut self,
        process: u32,
        path: Option<&[u8]>,
        identity: Identity,
    ) -> Result<String, String> {
        if let Some(known) = self.hashes.get(&identity) {
            return Ok(known.clone());
        }
        let hash = sha256(process, path, identity)?;
        if self.exports.contains_key(&identity) {
            self.hashes.insert(identity, hash.clone());
        }
        Ok(hash)
    }
}

/// The SHA-256 of the file of this identity that a process has by this path; the error is a reason to show.
pub fn sha256(process: u32, path: Option<&[u8]>, identity: Identity) -> Result<String, String> {
    let mut file = file::open(process, path, identity)?;
    let hash = hash(&mut file)?;
    unchanged(Ok(file), identity)?;
    Ok(hash)
}

/// What was read of a file that somebody wrote to meanwhile is of no one state of it.
fn unchanged(file: std::io::Result<File>, identity: Identity) -> Result<(), String> {
    let same = file.is_ok_and(|file| file::is_unchanged(&file, identity));
    same.then_some(())
        .ok_or("the file was changed while it was read".to_owned())
}

fn hash(file: &mut File) -> Result<String, String> {
    let said = |error: std::io::Error| format!("the file cannot be read: {error}");
    if file.metadata().map_err(said)?.len() > MAX_HASHED {
        return Err(format!("the file has more than {MAX_HASHED} bytes"));
    }
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    let mut file = file.take(MAX_HASHED);
    loop {
        match file.read(&mut part).map_err(said)? {
            0 => break,
            count => hash.update(part.get(..count).unwrap_or_default()),
        }
    }
    let bytes = hash.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
