//! The processes that are kept, within a bound of memory.

use std::collections::{HashMap, VecDeque};

use super::identity::Identity;
use super::process::{Argv, Process, Program};
use super::texts::{Texts, table};
use crate::filter::Truth;

/// Bytes that the tree takes at most.
pub const MOST_BYTES: usize = 64 << 20;
/// Of those that have ended without anybody left, no more are kept than fit in such a part of the bound.
const ENDED: usize = 4;
/// What an allocation costs beside what is in it.
const ALLOCATION: usize = 16;
/// Bytes of arguments that are kept of a process as long as half of the bound is free, and then as long as any is.
const ARGV: [usize; 2] = [1024, 96];

/// The processes that are kept.
#[derive(Debug)]
pub struct Tree {
    known: HashMap<Identity, Box<Process>>,
    /// How many of the known ones each created.
    children: HashMap<Identity, u32>,
    /// Those that have ended and created nobody who is known, in the order in which they became so.
    ended: VecDeque<Identity>,
    texts: Texts,
    /// Bytes of the processes themselves.
    bytes: usize,
    /// Room that the tables have had at most: they never shrink.
    rooms: [usize; 2],
    most: usize,
    /// Processes for which there was no room.
    pub refused: u64,
}

impl Tree {
    /// Starts with none; `most` bounds its bytes.
    pub fn new(most: usize) -> Tree {
        Tree {
            known: HashMap::new(),
            children: HashMap::new(),
            ended: VecDeque::new(),
            texts: Texts::default(),
            bytes: 0,
            rooms: [0; 2],
            most,
            refused: 0,
        }
    }

    /// What is known of a process.
    pub fn get(&self, identity: Identity) -> Option<&Process> {
        self.known.get(&identity).map(Box::as_ref)
    }

    /// The same, to be changed; its program is changed by [`Tree::run`].
    pub fn get_mut(&mut self, identity: Identity) -> Option<&mut Process> {
        self.known.get_mut(&identity).map(Box::as_mut)
    }

    /// All that are known.
    pub fn iter(&self) -> impl Iterator<Item = (Identity, &Process)> {
        self.known.iter().map(|(identity, one)| (*identity, &**one))
    }

    /// All, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Identity, &mut Process)> {
        let all = self.known.iter_mut();
        all.map(|(identity, one)| (*identity, &mut **one))
    }

    /// Bytes that all of it takes.
    pub fn bytes(&self) -> usize {
        let [known, children] = self.rooms;
        self.bytes
            + self.texts.bytes()
            + table(known, size_of::<(Identity, Box<Process>)>())
            + table(children, size_of::<(Identity, u32)>())
            + self.ended.capacity() * size_of::<Identity>()
    }

    /// Adds a process that is not known yet; false if there is no room for it.
    pub fn add(&mut self, identity: Identity, process: Process) -> bool {
        self.make_room(process.creator);
        let own = size(&process);
        if self.bytes() + self.growth() + own > self.most {
            self.refused += 1;
            self.give_back(process.program);
            return false;
        }
        if let Some(creator) = process.creator {
            *self.children.entry(creator).or_default() += 1;
        }
        self.bytes += own;
        self.known.insert(identity, Box::new(process));
        let [known, children] = &mut self.rooms;
        *known = (*known).max(self.known.capacity());
        *children = (*children).max(self.children.capacity());
        true
    }

    /// What the next one may have the table grow by.
    fn growth(&self) -> usize {
        if self.known.len() < self.known.capacity() {
            return 0;
        }
        table(self.rooms[0], size_of::<(Identity, Box<Process>)>())
    }

    /// Forgets those that have ended, the first to end first, as long as there are too many of them; but
    /// not the one that creates another just now.
    fn make_room(&mut self, creator: Option<Identity>) {
        while self.bytes() + self.growth() > self.most / ENDED {
            let Some(first) = self.ended.pop_front() else {
                return;
            };
            if Some(first) == creator {
                self.ended.push_front(first);
                return;
            }
            let over = self.get(first).is_some_and(|one| one.end.is_some());
            if over && !self.children.contains_key(&first) {
                self.remove(first);
            }
        }
    }

    /// Notes that a process has ended.
    pub fn ended(&mut self, identity: Identity) {
        if self.known.contains_key(&identity) && !self.children.contains_key(&identity) {
            self.ended.push_back(identity);
        }
    }

    fn remove(&mut self, identity: Identity) {
        let Some(process) = self.known.remove(&identity) else {
            return;
        };
        self.bytes -= size(&process);
        let creator = process.creator;
        self.give_back(process.program);
        let Some(creator) = creator else { return };
        let Some(count) = self.children.get_mut(&creator) else {
            return;
        };
        *count -= 1;
        if *count > 0 {
            return;
        }
        self.children.remove(&creator);
        let over = self
            .known
            .get(&creator)
            .is_some_and(|one| one.end.is_some());
        if over {
            self.ended.push_back(creator);
        }
    }

    fn give_back(&mut self, program: Program) {
        let argv = program.argv.map(|argv| argv.text);
        for text in [program.exe.flatten(), argv].into_iter().flatten() {
            self.texts.give_back(text);
        }
    }

    /// Keeps the texts of a program, of its arguments as much as there is room for.
    pub fn program(&mut self, exe: Option<Option<&[u8]>>, argv: Option<(&[u8], bool)>) -> Program {
        let [plenty, scarce] = ARGV;
        let free = self.bytes() < self.most / 2;
        let most = if free { plenty } else { scarce };
        let full = self.bytes() + self.texts.growth() + most > self.most;
        let argv = argv.filter(|_| !full).map(|(text, cut)| {
            let kept = &text[..text.len().min(most)];
            Argv {
                text: self.texts.keep(kept),
                cut: cut || kept.len() < text.len(),
            }
        });
        Program {
            exe: exe.map(|path| path.map(|path| self.texts.keep(path))),
            argv,
        }
    }

    /// Gives a process another program; false if it is not known.
    pub fn run(&mut self, identity: Identity, program: Program) -> bool {
        let Some(process) = self.known.get_mut(&identity) else {
            self.give_back(program);
            return false;
        };
        let old = std::mem::replace(&mut process.program, program);
        self.give_back(old);
        true
    }

    /// Says for each scope that is followed whether a process is of those that are told with it.
    pub fn follow(&mut self, identity: Identity, followed: Vec<Truth>) {
        if let Some(process) = self.known.get_mut(&identity) {
            self.bytes -= size(process);
            process.followed = followed;
            self.bytes += size(process);
        }
    }

    #[cfg(test)]
    pub fn counts(&self) -> [usize; 4] {
        let texts = self.texts.len();
        [
            self.known.len(),
            self.children.len(),
            self.ended.len(),
            texts,
        ]
    }
}

/// Bytes of a process, without the texts that it may share.
fn size(process: &Process) -> usize {
    let followed = match process.followed.capacity() {
        0 => 0,
        room => room + ALLOCATION,
    };
    size_of::<Process>() + ALLOCATION + followed
}
