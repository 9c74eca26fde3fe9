//! The example of a system call: registers and memory that agree with each other, made from the types
//! of its arguments.
//!
//! Everything is in one record, as for a call whose beginning is not told: what the call reads in
//! chunks of the beginning, what it writes in chunks of the end.

use crate::abi::Abi;
use crate::event::Event;
use crate::layout;
use crate::record::{Builder, Chunk, ChunkKind, Header, chunk};
use crate::syscalls::{Arg, REGISTERS, Syscall};
use crate::types::{By, Len, Struct, Type};

/// The convention of examples.
const ABI: Abi = Abi::X86_64;
/// Where the first example value in memory lies, and how far the next ones are.
const FIRST: u64 = 0x7ffd_5e8c_1f30;
const STEP: u64 = 0x400;
/// How many pointers are followed.
const DEPTH: u8 = 3;
/// What is read, written, sent and received.
const CONTENT: &[u8] = b"hello, world\n";
const PATH: &[u8] = b"/etc/hostname\0";
/// `127.0.0.1:80`.
const SOCKET_ADDRESS: [u8; 16] = [2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

/// Numbers that names stand for: lengths, and values that choose.
type Values = Vec<(&'static str, u64)>;

/// The example record of a call under a header of the caller's; `chosen` are arguments that the event's
/// page wants otherwise.
pub(super) fn record(
    event: &Event,
    row: &'static Syscall,
    header: Header,
    chosen: &dyn Fn(&str) -> Option<u64>,
) -> Vec<u8> {
    let mut maker = Maker {
        chunks: Vec::new(),
        next: FIRST,
        depth: 0,
        ret: None,
        values: Vec::new(),
    };
    let args = row.args;
    for arg in args {
        maker.choices(&arg.kind);
    }
    for arg in args {
        maker.lengths(maker.resolved(&arg.kind));
    }
    let values: Vec<u64> = args
        .iter()
        .map(|arg| chosen(arg.name).unwrap_or_else(|| maker.argument(arg)))
        .collect();
    let ret = match (maker.ret, maker.resolved(&row.ret)) {
        (Some(length), _) => length as i64,
        (None, Type::Long | Type::I32) => 0,
        (None, kind) => scalar(kind) as i64,
    };
    let ret = if row.never_returns { 0 } else { ret };
    let mut builder = Builder::new(event.id, REGISTERS, Header { ret, ..header });
    for (place, value) in row.places(ABI).iter().zip(values) {
        builder = builder.slot(place.register, value);
    }
    for (state, address, bytes) in &maker.chunks {
        builder = builder.chunk(&Chunk {
            address: *address,
            kind: ChunkKind::Memory,
            state: *state,
            bytes,
        });
    }
    builder.build()
}

struct Maker {
    /// State, address, bytes.
    chunks: Vec<(u8, u64, Vec<u8>)>,
    next: u64,
    depth: u8,
    ret: Option<u64>,
    values: Values,
}

impl Maker {
    fn known(&self, name: &str) -> Option<u64> {
        let found = self.values.iter().rfind(|value| value.0 == name);
        found.map(|value| value.1)
    }

    /// Gives what decides a choice the first value that chooses.
    fn choices(&mut self, kind: &'static Type) {
        let mut kind = kind;
        while let Type::By(by) = kind {
            self.choice(by);
            kind = by.choose(self.known(by.name).unwrap_or(0));
        }
    }

    fn choice(&mut self, by: &'static By) {
        let first = by.cases.first().and_then(|case| case.values.first());
        if let Some(first) = first
            && self.known(by.name).is_none()
        {
            self.values.push((by.name, *first as u64));
        }
    }

    /// A type with its choices made.
    fn resolved(&self, kind: &'static Type) -> &'static Type {
        let mut kind = kind;
        while let Type::By(by) = kind {
            kind = by.choose(self.known(by.name).unwrap_or(0));
        }
        kind
    }

    /// Gives what says how much there is a value that fits.
    fn lengths(&mut self, kind: &'static Type) {
        let (Type::In(inner)
        | Type::Out(inner)
        | Type::InOut(inner)
        | Type::Found(inner)
        | Type::Left(inner)) = kind
        else {
            return;
        };
        match self.resolved(inner) {
            Type::Bytes(len) => self.length(*len, CONTENT.len() as u64),
            Type::SockAddr(len) => self.length(*len, SOCKET_ADDRESS.len() as u64),
            Type::SigSet(len) => self.length(*len, 8),
            Type::Array(_, len) | Type::MmsgHdr(len, _) => self.length(*len, 1),
            Type::IoVec(count, total) => {
                self.length(*count, 1);
                self.length(*total, CONTENT.len() as u64);
            }
            Type::PathOf(len) => self.length(*len, PATH.len() as u64 - 1),
            Type::Records(structure, len) => {
                let bytes = self.record(structure, 0).len();
                self.length(*len, bytes as u64);
            }
            Type::BitSet(len) => self.length(*len, 8),
            Type::FdSet(len) => self.length(*len, 5),
            Type::MsgHdr if matches!(kind, Type::Out(_) | Type::InOut(_)) => {
                self.ret = Some(CONTENT.len() as u64);
            }
            Type::Struct(structure) => {
                if let Some(len) = structure.size {
                    self.length(len, u64::from(layout::whole(structure, ABI).bytes));
                }
            }
            _ => {}
        }
    }

    fn length(&mut self, len: Len, value: u64) {
        match len {
            Len::Const(_) | Len::IoctlSize(_) => {}
            Len::Ret => self.ret = Some(value),
            Len::Arg(name) | Len::At(name) | Len::AtSize(name) => self.values.push((name, value)),
            Len::Pages(name) => self.values.push((name, value * 4096)),
            Len::ArgOrRet(name) => {
                self.values.push((name, value));
                self.ret = Some(value);
            }
        }
    }

    fn count(&self, len: Len, usual: u64) -> u64 {
        match len {
            Len::Const(count) => u64::from(count),
            Len::Arg(name) | Len::At(name) | Len::AtSize(name) => self.known(name).unwrap_or(usual),
            Len::IoctlSize(name) => self.known(name).map_or(usual, |value| value >> 16 & 0x3fff),
            Len::Pages(name) => self.known(name).map_or(usual, |value| value.div_ceil(4096)),
            Len::Ret | Len::ArgOrRet(_) => usual,
        }
    }

    fn argument(&mut self, arg: &'static Arg) -> u64 {
        match self.resolved(&arg.kind) {
            Type::In(inner) => self.stored(inner, 0, arg.name),
            Type::Out(inner) | Type::Found(inner) => self.stored(inner, chunk::EXIT, arg.name),
            Type::InOut(inner) => {
                let at = self.stored(inner, 0, arg.name);
                let bytes = self.chunks.iter().rfind(|row| row.1 == at);
                let bytes = bytes.map(|row| row.2.clone()).unwrap_or_default();
                self.chunks.push((chunk::EXIT, at, bytes));
                at
            }
            // A call that was not interrupted leaves it alone.
            Type::Left(_) => self.put(Vec::new(), chunk::EXIT | chunk::UNREAD),
            kind => self.known(arg.name).unwrap_or_else(|| scalar(kind)),
        }
    }

    /// Puts a value into memory and gives its address.
    fn stored(&mut self, kind: &'static Type, state: u8, name: &str) -> u64 {
        // Structures may point at their like without end.
        if self.depth == DEPTH {
            return 0;
        }
        self.depth += 1;
        let bytes = self.behind(self.resolved(kind), state, name);
        self.depth -= 1;
        self.put(bytes, state)
    }

    fn put(&mut self, bytes: Vec<u8>, state: u8) -> u64 {
        let address = self.next;
        self.next += STEP.max((bytes.len() as u64).next_multiple_of(STEP));
        self.chunks.push((state, address, bytes));
        address
    }

    fn behind(&mut self, kind: &'static Type, state: u8, name: &str) -> Vec<u8> {
        match kind {
            Type::Text => b"example\0".to_vec(),
            Type::Path => PATH.to_vec(),
            Type::Bytes(len) => {
                let length = self.count(*len, CONTENT.len() as u64) as usize;
                CONTENT
                    .iter()
                    .copied()
                    .cycle()
                    .take(length.min(256))
                    .collect()
            }
            Type::Strings => {
                let texts = [b"ls\0".to_vec(), b"-l\0".to_vec()].map(|text| self.put(text, state));
                words(&[texts[0], texts[1], 0])
            }
            Type::SockAddr(len) => {
                let length = self.count(*len, 16).min(16) as usize;
                SOCKET_ADDRESS[..length].to_vec()
            }
            Type::SigSet(len) => {
                let set: u64 = 1 << (2 - 1) | 1 << (15 - 1);
                set.to_ne_bytes()[..self.count(*len, 8).min(8) as usize].to_vec()
            }
            Type::PathOf(_) => PATH[..PATH.len() - 1].to_vec(),
            Type::Records(structure, _) => self.record(structure, state),
            Type::BitSet(_) => words(&[0b11]),
            Type::FdSet(_) => words(&[1 << 3 | 1 << 4]),
            Type::Array(inner, len) => {
                let count = self.count(*len, 1).min(8);
                (0..count)
                    .flat_map(|_| self.in_place(inner, state))
                    .collect()
            }
            Type::IoVec(..) => self.vector(state),
            Type::MsgHdr => self.message(state),
            Type::MmsgHdr(..) => {
                let mut bytes = self.message(state);
                bytes.extend(words(&[CONTENT.len() as u64]));
                bytes
            }
            // What a length is read from.
            kind => match self.known(name) {
                Some(value) => sized(kind, value),
                None => self.in_place(kind, state),
            },
        }
    }

    /// A structure whose text ends at its NUL, with the members behind it at its end.
    fn record(&mut self, structure: &'static Struct, state: u8) -> Vec<u8> {
        let members = layout::members(structure, ABI);
        let text = members
            .iter()
            .position(|(_, member)| matches!(member.kind, Type::Chars(0)));
        let start = text.map_or(0, |text| members[text].0 as usize);
        let name = b"hostname\0";
        let length = (start + name.len() + members.len()).next_multiple_of(8);
        self.values.push(("d_reclen", length as u64));
        let mut bytes = self.structure(structure, state);
        self.values.pop();
        bytes.truncate(start);
        bytes.extend(name);
        bytes.resize(length, 0);
        bytes
    }

    fn vector(&mut self, state: u8) -> Vec<u8> {
        let content = self.put(CONTENT.to_vec(), state);
        words(&[content, CONTENT.len() as u64])
    }

    fn message(&mut self, state: u8) -> Vec<u8> {
        let name = self.put(SOCKET_ADDRESS.to_vec(), state);
        let vector = self.vector(state);
        let vectors = self.put(vector, state);
        words(&[name, 16, vectors, 1, 0, 0, 0])
    }

    /// A value as it is stored in a structure or an array.
    fn in_place(&mut self, kind: &'static Type, state: u8) -> Vec<u8> {
        match self.resolved(kind) {
            Type::Struct(structure) => self.structure(structure, state),
            Type::Inline(inner, count) => {
                let elements = (0..*count).flat_map(|_| self.in_place(inner, state));
                elements.collect()
            }
            Type::Chars(length) => filled(b"example", usize::from(*length)),
            Type::Raw(length) => filled(&[0x7f], usize::from(*length)),
            kind => sized(kind, scalar(kind)),
        }
    }

    fn structure(&mut self, structure: &'static Struct, state: u8) -> Vec<u8> {
        let outside = self.values.len();
        let members = layout::members(structure, ABI);
        for (_, member) in &members {
            self.choices(&member.kind);
        }
        for (_, member) in &members {
            self.lengths(self.resolved(&member.kind));
        }
        let mut bytes = vec![0; layout::whole(structure, ABI).bytes as usize];
        for (offset, member) in &members {
            let own = match self.resolved(&member.kind) {
                Type::In(inner) | Type::InOut(inner) => {
                    words(&[self.stored(inner, state, member.name)])
                }
                Type::Out(inner) => words(&[self.stored(inner, chunk::EXIT, member.name)]),
                kind => match self.known(member.name) {
                    Some(value) => sized(kind, value),
                    None => self.in_place(kind, state),
                },
            };
            let place = bytes.iter_mut().skip(*offset as usize);
            place.zip(own).for_each(|(place, byte)| *place = byte);
        }
        self.values.truncate(outside);
        bytes
    }
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

fn filled(text: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    // The last byte stays NUL.
    let room = bytes.iter_mut().take(length.saturating_sub(1));
    room.zip(text).for_each(|(place, byte)| *place = *byte);
    bytes
}

fn sized(kind: &Type, value: u64) -> Vec<u8> {
    let size = layout::size(kind, ABI).map_or(8, |size| size.bytes as usize);
    let mut bytes = value.to_ne_bytes().to_vec();
    bytes.resize(size, 0);
    bytes
}

/// A plausible value of a type that fits a register.
fn scalar(kind: &Type) -> u64 {
    match kind {
        Type::Split(inner) | Type::Wide(_, inner) | Type::Hex(inner) => scalar(inner),
        Type::Octal(_) => 0o22,
        Type::Addr => 0x7f5d_c0de_0000,
        Type::Mode => 0o644,
        Type::Dev => 8 << 8 | 1,
        Type::Fd => 3,
        Type::DirFd => -100i64 as u64,
        Type::Pid => 4242,
        Type::Uid | Type::Gid => 1000,
        Type::Signal => 15,
        Type::Handler => 0x55d0_c1a4_7b20,
        Type::Seconds => 1_795_461_315,
        Type::WaitStatus => 3 << 8,
        Type::Limit(_) => 8192 * 1024,
        Type::Enum(names) | Type::Flags(names) => names.rows.first().map_or(0, |row| row.0 as u64),
        Type::Parts(parts) => parts
            .iter()
            .fold(0, |whole, part| whole | scalar(&part.kind) & part.mask),
        Type::By(by) => scalar(&by.other),
        Type::In(_) | Type::Out(_) | Type::InOut(_) | Type::Found(_) | Type::Left(_) => 0,
        Type::Size => 4096,
        _ => 1,
    }
}
