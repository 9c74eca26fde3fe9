//! Which libraries processes have loaded.

use std::collections::{HashMap, VecDeque};

use super::file::Identity;

/// The most processes that are known; the oldest is forgotten first.
const MAX: usize = 16_384;
/// The most libraries of a process.
const MAX_LIBRARIES: usize = 1024;

/// A library that a process has.
#[derive(Clone, Debug)]
pub struct Library {
    /// The file.
    pub identity: Identity,
    /// Its path when it was loaded.
    pub path: Option<Vec<u8>>,
}

/// A process: its number, and when it started.
pub type Process = (u32, u64);

/// What processes have loaded.
#[derive(Debug, Default)]
pub struct Processes {
    libraries: HashMap<Process, Vec<Library>>,
    order: VecDeque<Process>,
}

impl Processes {
    /// What a process has loaded so far.
    pub fn loaded(&self, process: Process) -> &[Library] {
        self.libraries.get(&process).map_or(&[], Vec::as_slice)
    }

    /// A process has one more.
    pub fn add(&mut self, process: Process, library: Library) {
        let list = self.list(process);
        if list.len() < MAX_LIBRARIES {
            list.push(library);
        }
    }

    /// A process executes another program.
    pub fn exec(&mut self, process: Process) {
        self.libraries.remove(&process);
    }

    /// A process has a child, which has what it has.
    pub fn fork(&mut self, parent: Process, child: Process) {
        if let Some(list) = self.libraries.get(&parent).cloned() {
            *self.list(child) = list;
        }
    }

    /// A process is over.
    pub fn exit(&mut self, process: Process) {
        self.libraries.remove(&process);
    }

    fn list(&mut self, process: Process) -> &mut Vec<Library> {
        if !self.libraries.contains_key(&process) {
            // Most of those that are over need not be forgotten any more.
            self.order.push_back(process);
            while self.order.len() > MAX {
                if let Some(oldest) = self.order.pop_front() {
                    self.libraries.remove(&oldest);
                }
            }
        }
        self.libraries.entry(process).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(inode: u64) -> Library {
        let identity = Identity {
            dev: 1,
            inode,
            ctime: 9,
        };
        Library {
            identity,
            path: None,
        }
    }

    fn inodes(processes: &Processes, process: Process) -> Vec<u64> {
        let loaded = processes.loaded(process);
        loaded.iter().map(|one| one.identity.inode).collect()
    }

    #[test]
    fn a_child_has_what_its_parent_has_until_it_executes() {
        let mut all = Processes::default();
        let (parent, child) = ((1, 10), (2, 20));
        all.add(parent, library(7));
        all.fork(parent, child);
        all.add(child, library(8));
        assert_eq!(
            (inodes(&all, parent), inodes(&all, child)),
            (vec![7], vec![7, 8])
        );
        all.exec(child);
        assert!(inodes(&all, child).is_empty());
        all.exit(parent);
        assert!(inodes(&all, parent).is_empty());
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut all = Processes::default();
        for pid in 0..=MAX as u32 {
            all.add((pid, 0), library(1));
        }
        assert!(inodes(&all, (0, 0)).is_empty());
        assert_eq!(all.libraries.len(), MAX);
    }
}
