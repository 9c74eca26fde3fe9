//! The stacks on which events happened, as the records beside those of the events tell them, and what
//! is known of the places in them.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use tracehound_schema::record::{FrameFacts, Header, Record, State, memory};
use tracehound_schema::{Event, by_name};

use crate::value;

/// Stacks that wait for their events at most. All but those of calls under way come just before them.
const MOST_STACKS: usize = 4096;
/// Files, and places, that are known at most; for those beyond them others are forgotten.
const MOST_KNOWN: usize = 65_536;

/// What a stack belongs to: a record has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owner {
    number: u32,
    tid: u32,
    start: u64,
}

impl Owner {
    const fn of(header: &Header) -> Owner {
        Owner {
            number: header.pieces,
            tid: header.host_tid,
            start: header.start,
        }
    }
}

/// One stack. Of either part there may be none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// The process: its id and when it started.
    process: (u32, u64),
    /// The process's frames, the innermost first.
    pub user: Vec<FrameFacts>,
    /// Whether more of them were there.
    pub user_cut: bool,
    /// Whether frame pointers led no further, before the outermost of them.
    pub user_lost: bool,
    /// Addresses in the kernel, the innermost first.
    pub kernel: Vec<u64>,
    /// Whether more of them were there.
    pub kernel_cut: bool,
    /// Whether the kernel could not follow its own.
    pub kernel_unread: bool,
}

/// Something that is known by one name wherever it is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Place {
    /// A place in a file: device, inode number, offset.
    File(u32, u64, u64),
    /// An address of a process: its id, when it started.
    Process(u32, u64, u64),
    /// An address in the kernel.
    Kernel(u64),
}

/// What a place is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbol {
    /// The function, and how far behind its beginning the place is.
    pub name: Option<(Box<[u8]>, u64)>,
    /// The build id of the file that it is in.
    pub build_id: Option<Box<[u8]>>,
}

/// A frame, with all that is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The address.
    pub ip: u64,
    /// Of a user's frame, where it lies.
    pub facts: Option<FrameFacts>,
    /// The path of the file.
    pub path: Option<&'a [u8]>,
    /// What is there.
    pub symbol: Option<&'a Symbol>,
}

/// Indices of fields of `address_symbolized`.
#[derive(Debug)]
struct Symbolized {
    event: u16,
    numbers: [usize; 5],
    symbol: usize,
    build_id: usize,
}

/// What is known of stacks.
#[derive(Debug)]
pub struct Stacks {
    waiting: VecDeque<(Owner, Stack)>,
    paths: FxHashMap<(u32, u64), Box<[u8]>>,
    symbols: FxHashMap<Place, Symbol>,
    captured: Option<(u16, [usize; 3])>,
    file: Option<(u16, [usize; 3])>,
    symbolized: Option<Symbolized>,
}

impl Default for Stacks {
    fn default() -> Stacks {
        Stacks {
            waiting: VecDeque::new(),
            paths: FxHashMap::default(),
            symbols: FxHashMap::default(),
            captured: fields("stack_captured", ["user", "user_lost", "kernel"]),
            file: fields("code_file_seen", ["pathname", "dev", "inode"]),
            symbolized: symbolized(),
        }
    }
}

fn fields<const N: usize>(event: &str, names: [&str; N]) -> Option<(u16, [usize; N])> {
    let event = by_name(event)?;
    let found: Option<Vec<_>> = names.iter().map(|name| event.field_index(name)).collect();
    Some((event.id, found?.try_into().ok()?))
}

fn symbolized() -> Option<Symbolized> {
    const NUMBERS: [&str; 5] = ["address", "dev", "inode", "offset", "symbol_offset"];
    let (event, numbers) = fields("address_symbolized", NUMBERS)?;
    let (_, [symbol, build_id]) = fields("address_symbolized", ["symbol", "build_id"])?;
    Some(Symbolized {
        event,
        numbers,
        symbol,
        build_id,
    })
}

impl Stacks {
    /// Learns from a record before it is shown.
    pub fn learn(&mut self, event: &Event, record: &Record<'_>) {
        if let Some((_, fields)) = self.captured.filter(|one| one.0 == event.id) {
            self.stack(record, fields);
        } else if let Some((_, [path, dev, inode])) = self.file.filter(|one| one.0 == event.id) {
            let of = number(record, dev).and_then(|dev| u32::try_from(dev).ok());
            let there = tail(record, path).map(value::path);
            if let Some((key, path)) = of.zip(number(record, inode)).zip(there) {
                keep(&mut self.paths, key, path.into());
            }
        } else {
            self.symbol(event, record);
        }
    }

    fn stack(&mut self, record: &Record<'_>, [user, lost, kernel]: [usize; 3]) {
        let header = &record.header;
        let addresses = tail(record, kernel).unwrap_or_default().as_chunks::<8>().0;
        let stack = Stack {
            process: (header.host_pid, header.leader_start),
            user: FrameFacts::all(tail(record, user).unwrap_or_default()).collect(),
            user_cut: record.state(user) == State::Cut,
            user_lost: number(record, lost) == Some(1),
            kernel: addresses
                .iter()
                .map(|bytes| u64::from_ne_bytes(*bytes))
                .collect(),
            kernel_cut: record.state(kernel) == State::Cut,
            kernel_unread: record.state(kernel) == State::Unread,
        };
        if self.waiting.len() >= MOST_STACKS {
            self.waiting.pop_front();
        }
        self.waiting.push_back((Owner::of(header), stack));
    }

    fn symbol(&mut self, event: &Event, record: &Record<'_>) {
        let Some(of) = self.symbolized.as_ref().filter(|one| one.event == event.id) else {
            return;
        };
        let [address, dev, inode, offset, behind] = of.numbers.map(|index| number(record, index));
        let header = &record.header;
        let dev = dev.and_then(|dev| u32::try_from(dev).ok());
        let place = match (address, dev, inode, offset) {
            (Some(address), ..) if header.host_pid == 0 => Place::Kernel(address),
            (Some(address), ..) => Place::Process(header.host_pid, header.leader_start, address),
            (_, Some(dev), Some(inode), Some(offset)) => Place::File(dev, inode, offset),
            _ => return,
        };
        let text = |index| tail(record, index).map(Box::from);
        let symbol = Symbol {
            name: text(of.symbol).zip(behind),
            build_id: text(of.build_id),
        };
        keep(&mut self.symbols, place, symbol);
    }

    /// The stack that came before a record, if one did.
    #[must_use]
    pub fn of(&self, header: &Header) -> Option<&Stack> {
        if self.is_beside(header.event) {
            return None;
        }
        let at = self.place(header)?;
        self.waiting.get(at).map(|waiting| &waiting.1)
    }

    /// Forgets the stack of a record that was shown; those that stand beside it have its number too.
    pub fn forget(&mut self, event: &Event, header: &Header) {
        if self.is_beside(event.id) {
            return;
        }
        if let Some(at) = self.place(header) {
            self.waiting.remove(at);
        }
    }

    /// Whether an event is told beside others: it has the number of theirs, and no stack of its own.
    fn is_beside(&self, event: u16) -> bool {
        let beside = [self.captured.map(|one| one.0), self.file.map(|one| one.0)];
        beside.contains(&Some(event))
    }

    fn place(&self, header: &Header) -> Option<usize> {
        let owner = Owner::of(header);
        if owner.number == 0 {
            return None;
        }
        // It has just come, most of the time.
        self.waiting.iter().rposition(|waiting| waiting.0 == owner)
    }

    /// The process's frames of a stack.
    pub fn user<'a>(&'a self, stack: &'a Stack) -> impl Iterator<Item = Frame<'a>> {
        stack.user.iter().map(|facts| {
            let of_file = facts.memory == memory::FILE;
            let place = if of_file {
                Place::File(facts.dev, facts.inode, facts.offset)
            } else {
                Place::Process(stack.process.0, stack.process.1, facts.ip)
            };
            let path = self.paths.get(&(facts.dev, facts.inode));
            Frame {
                ip: facts.ip,
                facts: Some(*facts),
                path: path.filter(|_| of_file).map(|path| &**path),
                symbol: self.symbols.get(&place),
            }
        })
    }

    /// The kernel's, without those of the program that took it.
    pub fn kernel<'a>(&'a self, stack: &'a Stack) -> impl Iterator<Item = Frame<'a>> {
        let symbol = |ip: &u64| self.symbols.get(&Place::Kernel(*ip));
        let is_own = |ip: &u64| {
            let name = symbol(ip).and_then(|symbol| symbol.name.as_ref());
            name.is_some_and(|name| is_of_programs(&name.0))
        };
        let own = stack.kernel.iter().rposition(is_own).map_or(0, |at| at + 1);
        let frames = stack.kernel.iter().skip(own);
        frames.map(move |ip| Frame {
            ip: *ip,
            facts: None,
            path: None,
            symbol: symbol(ip),
        })
    }

    /// The first frame that is not in the C library, or the first of all.
    pub fn caller<'a>(&'a self, stack: &'a Stack) -> Option<Frame<'a>> {
        let own = |frame: &Frame<'_>| {
            let of_file = frame
                .facts
                .is_some_and(|facts| facts.memory == memory::FILE);
            of_file && !frame.path.is_some_and(is_c_library)
        };
        self.user(stack).find(own).or(self.user(stack).next())
    }
}

/// Whether a function of the kernel is a BPF program or what runs one.
fn is_of_programs(name: &[u8]) -> bool {
    const STARTS: [&[u8]; 8] = [
        b"bpf_prog_",
        b"bpf_trampoline_",
        b"bpf_trace_run",
        b"__bpf_trace_",
        b"__traceiter_",
        b"trace_call_bpf",
        b"bpf_get_task_stack",
        b"stack_trace_save",
    ];
    STARTS.iter().any(|start| name.starts_with(start))
}

/// Whether a path is that of a C library or of what loads programs.
fn is_c_library(path: &[u8]) -> bool {
    const STARTS: [&[u8]; 7] = [
        b"libc.so.",
        b"libc-2.",
        b"libc.musl-",
        b"ld-musl-",
        b"ld-linux",
        b"libpthread.so.",
        b"libpthread-2.",
    ];
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    STARTS.iter().any(|start| name.starts_with(start))
}

/// Remembers one more, in the place of any other where there are too many.
fn keep<K: Copy + Eq + std::hash::Hash, V>(all: &mut FxHashMap<K, V>, key: K, value: V) {
    if all.len() >= MOST_KNOWN
        && !all.contains_key(&key)
        && let Some(other) = all.keys().next().copied()
    {
        all.remove(&other);
    }
    all.insert(key, value);
}

fn number(record: &Record<'_>, index: usize) -> Option<u64> {
    let there = record.state(index) == State::Read;
    record.slot(index).filter(|_| there)
}

fn tail<'a>(record: &Record<'a>, index: usize) -> Option<&'a [u8]> {
    let there = matches!(record.state(index), State::Read | State::Cut);
    record.tail(index).filter(|_| there)
}

#[cfg(test)]
mod tests;
