//! A file for each thread (`-ff`).

use std::collections::HashMap;
use std::io::{self, Write};

use super::state::Strace;
use crate::sink::{Item, Text};

/// Opens the file of a thread, by its id.
pub type Open = Box<dyn FnMut(u32) -> io::Result<Box<dyn Write + Send>> + Send>;

struct File {
    writer: Box<dyn Write + Send>,
    buffer: Vec<u8>,
}

/// The format, its lines sorted into files.
pub struct Separate {
    strace: Strace,
    open: Open,
    files: HashMap<u32, File>,
    failed: Option<io::Error>,
}

impl Separate {
    /// Writes what `strace` writes to files that `open` gives.
    #[must_use]
    pub fn new(strace: Strace, open: Open) -> Separate {
        Separate {
            strace,
            open,
            files: HashMap::new(),
            failed: None,
        }
    }

    fn file(&mut self, tid: u32) -> io::Result<&mut File> {
        if !self.files.contains_key(&tid) {
            let writer = (self.open)(tid)?;
            let buffer = Vec::new();
            self.files.insert(tid, File { writer, buffer });
        }
        self.files
            .get_mut(&tid)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Text for Separate {
    fn wants_beginnings(&self) -> bool {
        true
    }

    fn event(&mut self, _out: &mut Vec<u8>, item: &Item<'_>) {
        let tid = self.strace.thread(item);
        let pending = self.strace.pending.get(&tid);
        self.strace.open = pending.is_some_and(|pending| pending.shown).then_some(tid);
        let mut lines = Vec::new();
        self.strace.event(&mut lines, item);
        if lines.is_empty() || self.failed.is_some() {
            return;
        }
        match self.file(tid) {
            Ok(file) => file.buffer.extend_from_slice(&lines),
            Err(error) => self.failed = Some(error),
        }
    }

    fn ending(&mut self, out: &mut Vec<u8>) {
        self.strace.open = None;
        self.strace.ending(out);
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let gone = |tid: &u32| !self.strace.threads.contains(tid);
        let mut closed = Vec::new();
        for (tid, file) in &mut self.files {
            if !file.buffer.is_empty() {
                file.writer.write_all(&file.buffer)?;
                file.buffer.clear();
            }
            file.writer.flush()?;
            if gone(tid) {
                closed.push(*tid);
            }
        }
        // A thread that has ended writes no more.
        for tid in closed {
            self.files.remove(&tid);
        }
        Ok(())
    }
}
