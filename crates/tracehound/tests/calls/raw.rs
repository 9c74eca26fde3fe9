//! Raw records of a run, a beginning and an end put together to a call.

use std::process::Output;

use tracehound_engine::recording::PREAMBLE_SIZE;
use tracehound_schema::MadeBy;
use tracehound_schema::record::{Chunk, ChunkKind, ENTRY, HAS_RET, Header, Record, chunk};
use tracehound_schema::syscalls::REGISTERS;

use crate::support::tracehound;

/// A chunk that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub address: u64,
    pub kind: ChunkKind,
    pub state: u8,
    pub bytes: Vec<u8>,
}

impl Piece {
    /// How well it was read: 2 whole, 1 in part, 0 not at all.
    pub fn rank(&self) -> u8 {
        match self.state & (chunk::CUT | chunk::UNREAD) {
            0 => 2,
            chunk::CUT => 1,
            _ => 0,
        }
    }
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    pub header: Header,
    pub args: [u64; REGISTERS],
    /// Whether its beginning was told.
    pub begun: bool,
    pub pieces: Vec<Piece>,
}

impl Call {
    /// The best piece of memory at an argument's address.
    pub fn memory(&self, argument: usize) -> Option<&Piece> {
        self.at(self.args[argument])
    }

    /// The best piece of memory at an address.
    pub fn at(&self, address: u64) -> Option<&Piece> {
        let memory = self
            .pieces
            .iter()
            .filter(|piece| piece.kind == ChunkKind::Memory && piece.address == address);
        memory.max_by_key(|piece| (piece.rank(), piece.bytes.len()))
    }
}

/// What a run gave.
pub struct Run {
    pub calls: Vec<Call>,
    pub stdout: String,
    pub stats: String,
}

/// Traces a command to a recording.
pub fn trace(name: &str, options: &[&str], command: &[&str]) -> Run {
    let file = std::env::temp_dir().join(format!("tracehound-{name}-{}.raw", std::process::id()));
    let mut tracer = tracehound();
    tracer.args(["--stats", "-o", &format!("raw:{}", file.display())]);
    tracer.args(options);
    if !options.contains(&"--rung")
        && let Ok(rung) = std::env::var("TRACEHOUND_RUNG")
    {
        tracer.args(["--rung", &rung]);
    }
    let Output { stdout, stderr, .. } = tracer.arg("--").args(command).output().unwrap();
    let bytes = std::fs::read(&file).unwrap_or_default();
    std::fs::remove_file(&file).ok();
    let stats = String::from_utf8_lossy(&stderr).into_owned();
    assert!(bytes.len() > PREAMBLE_SIZE, "{stats}");
    assert!(!stats.contains("DOES NOT BALANCE"), "{stats}");
    Run {
        calls: join(&bytes[PREAMBLE_SIZE..]),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stats,
    }
}

fn join(mut bytes: &[u8]) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut open: Vec<Call> = Vec::new();
    while let Some((record, rest)) = Record::split(bytes) {
        bytes = rest;
        let header = record.header;
        let event = tracehound_schema::by_id(header.event).unwrap();
        if event.made_by != MadeBy::Syscall {
            continue;
        }
        let ours = |call: &Call| call.header.host_tid == header.host_tid;
        let mut call = call(&record);
        if header.flags & ENTRY != 0 {
            open.retain(|other| !ours(other));
            open.push(call);
            continue;
        }
        assert!(header.flags & HAS_RET != 0, "{header:?}");
        if let Some(at) = open.iter().position(ours) {
            let begun = open.remove(at);
            assert_eq!(begun.header.event, header.event, "{begun:?} {call:?}");
            call.begun = true;
            call.args = begun.args;
            call.pieces = [begun.pieces, call.pieces].concat();
        }
        calls.push(call);
    }
    calls.extend(open);
    calls
}

fn call(record: &Record<'_>) -> Call {
    let piece = |chunk: Chunk<'_>| Piece {
        address: chunk.address,
        kind: chunk.kind,
        state: chunk.state,
        bytes: chunk.bytes.to_vec(),
    };
    Call {
        header: record.header,
        args: std::array::from_fn(|index| record.slot(index).unwrap()),
        begun: false,
        pieces: record.chunks(REGISTERS).map(piece).collect(),
    }
}
