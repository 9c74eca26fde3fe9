//! Every type in both formats: a call is made of registers and chunks, and printed.

mod lists;
mod memory;
mod pointers;
mod rows;
mod scalars;
mod sockets;

use tracehound_schema::Abi;
use tracehound_schema::record::{Builder, Chunk, ChunkKind, HAS_RET, Header, Record, chunk};
use tracehound_schema::syscalls::{Arg, Syscall};
use tracehound_schema::types::Type;

use super::{Call, Human, Json, Notes, Prepared, Quoting, Style, argument};

/// An address that tests use.
const AT: u64 = 0x7ffd_1000;

/// A call to be printed.
#[derive(Clone)]
struct Made {
    row: &'static Syscall,
    abi: Abi,
    registers: Vec<u64>,
    ret: Option<i64>,
    chunks: Vec<(u8, u64, Vec<u8>)>,
    style: Style,
}

/// A call with these arguments that returned 0.
fn made(args: &[(&'static str, Type, u64)]) -> Made {
    let own = args.iter().map(|(name, kind, _)| Arg { name, kind: *kind });
    let row = Syscall {
        name: "test",
        args: Vec::leak(own.collect()),
        ..Syscall::PLAIN
    };
    Made {
        row: Box::leak(Box::new(row)),
        abi: Abi::X86_64,
        registers: args.iter().map(|arg| arg.2).collect(),
        ret: Some(0),
        chunks: Vec::new(),
        style: Style::PLAIN,
    }
}

/// A call with one argument, `a`.
fn one(kind: Type, value: u64) -> Made {
    made(&[("a", kind, value)])
}

/// A call with one argument, `a`, that points at `AT`.
fn at(kind: Type) -> Made {
    one(kind, AT)
}

fn leaked(kind: Type) -> &'static Type {
    Box::leak(Box::new(kind))
}

fn reads(kind: Type) -> Type {
    Type::In(leaked(kind))
}

fn writes(kind: Type) -> Type {
    Type::Out(leaked(kind))
}

impl Made {
    fn i386(self) -> Made {
        Made {
            abi: Abi::I386,
            ..self
        }
    }

    fn ret(self, ret: i64) -> Made {
        Made {
            ret: Some(ret),
            ..self
        }
    }

    fn chunk(mut self, state: u8, address: u64, bytes: &[u8]) -> Made {
        self.chunks.push((state, address, bytes.to_vec()));
        self
    }

    /// What the call read.
    fn read(self, address: u64, bytes: &[u8]) -> Made {
        self.chunk(0, address, bytes)
    }

    /// What it wrote.
    fn wrote(self, address: u64, bytes: &[u8]) -> Made {
        self.chunk(chunk::EXIT, address, bytes)
    }

    fn with<T>(&self, print: impl FnOnce(&Call<'_>) -> T) -> T {
        let flags = if self.ret.is_some() { HAS_RET } else { 0 };
        let header = Header {
            flags,
            ret: self.ret.unwrap_or(0),
            ..Header::default()
        };
        let mut builder = Builder::new(1, 6, header);
        for (index, value) in self.registers.iter().enumerate() {
            builder = builder.slot(index, *value);
        }
        for (state, address, bytes) in &self.chunks {
            builder = builder.chunk(&Chunk {
                address: *address,
                kind: ChunkKind::Memory,
                state: *state,
                bytes,
            });
        }
        let bytes = builder.build();
        let (record, _) = Record::split(&bytes).unwrap();
        let prepared = Prepared::new(self.row, self.abi);
        print(&Call::new(&prepared, None, Some(&record)))
    }

    /// The arguments as the inside of an object, then what is not simply there.
    fn json(&self) -> String {
        self.with(|call| {
            let (mut out, mut notes) = (Vec::new(), Notes::default());
            let mut print = Json::new(&mut out, &mut notes);
            for (index, arg) in call.args().iter().enumerate() {
                print.argument(arg.name, |print| argument(call, index, print));
            }
            for (name, list) in [
                ("unread", &notes.unread),
                ("unread_at", &notes.unread_at),
                ("cut", &notes.cut),
                ("late", &notes.late),
                ("unwritten", &notes.unwritten),
                ("raw", &notes.raw),
            ] {
                if !list.is_empty() {
                    out.extend_from_slice(format!(" {name} ").as_bytes());
                    out.extend_from_slice(&list[..list.len() - 1]);
                }
            }
            String::from_utf8(out).unwrap()
        })
    }

    /// The arguments as strace lists them.
    fn human(&self) -> String {
        self.with(|call| {
            let mut out = Vec::new();
            for index in 0..call.args().len() {
                if index > 0 {
                    out.extend_from_slice(b", ");
                }
                argument(call, index, &mut Human::new(&mut out, self.style));
            }
            String::from_utf8(out).unwrap()
        })
    }

    fn verbose(mut self) -> Made {
        self.style.abbreviates = false;
        self
    }

    fn string(mut self, bytes: usize) -> Made {
        self.style.string = bytes;
        self
    }

    fn quoting(mut self, quoting: Quoting) -> Made {
        self.style.quoting = quoting;
        self
    }

    /// Checks both formats.
    #[track_caller]
    fn prints(&self, json: &str, human: &str) {
        assert_eq!(self.json(), json);
        assert_eq!(self.human(), human);
    }
}

fn words(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}

fn words32(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_ne_bytes()).collect()
}
