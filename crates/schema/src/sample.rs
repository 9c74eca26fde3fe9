//! Example records: a plausible record of any event, made without a kernel.
//!
//! Pages print them as the event's example, golden tests and the fuzzer start from them.

mod call;
mod scrambled;
mod wild;

pub use scrambled::{Random, scrambled};
pub use wild::wild;

use crate::abi::Abi;
use crate::event::Event;
use crate::kind::Kind;
use crate::record::{Builder, ENTRY, HAS_RET, Header};
use crate::syscalls;

/// A value of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// What the slot holds.
    Number(i64),
    /// What the tail holds.
    Text(&'static [u8]),
    /// No value; for `process`, a record that belongs to no process.
    Absent,
}

use Sample::{Absent, Number, Text};

/// The example record of an event.
#[must_use]
pub fn record(event: &Event) -> Vec<u8> {
    build(event, header(event))
}

/// An example of an event under a header of the caller's.
#[must_use]
pub fn build(event: &Event, header: Header) -> Vec<u8> {
    if let Some(row) = event.call {
        let chosen = |name: &str| match chosen(event, name) {
            Some(Number(number)) => Some(number as u64),
            _ => None,
        };
        return call::record(event, row, header, &chosen);
    }
    let mut builder = Builder::new(event.id, event.fields.len(), header);
    for (index, field) in event.fields.iter().enumerate() {
        let value = match chosen(event, field.name) {
            Some(value) => value,
            None if field.from.hidden => Absent,
            None => of_kind(&field.kind),
        };
        builder = match value {
            Number(number) => builder.slot(index, number as u64),
            Text(bytes) => builder.tail(index, bytes),
            Absent => builder.absent(index),
        };
    }
    builder.build()
}

fn chosen(event: &Event, name: &str) -> Option<Sample> {
    let found = event.page.example.iter().find(|row| row.0 == name);
    found.map(|row| row.1)
}

/// The header of an event's example: a shell, traced on an x86-64 machine.
#[must_use]
pub fn header(event: &Event) -> Header {
    let call = event.calls.iter().find_map(|call| syscalls::by_name(call));
    let number = call.and_then(|call| call.number(Abi::X86_64));
    let place = Header {
        time: 5_025_678_901_234,
        seq: 1,
        cpu: 1,
        nr: number.map_or(-1, i32::from),
        abi: if number.is_some() {
            Abi::X86_64 as u8
        } else {
            Abi::None as u8
        },
        flags: match event.call {
            Some(call) if call.never_returns => ENTRY,
            _ if event.has_ret => HAS_RET,
            _ => 0,
        },
        ..Header::default()
    };
    if chosen(event, "process") == Some(Absent) {
        return place;
    }
    Header {
        host_pid: 4242,
        host_tid: 4242,
        pid: 4242,
        tid: 4242,
        host_ppid: 4000,
        ppid: 4000,
        start: 5_025_000_000_000,
        leader_start: 5_025_000_000_000,
        parent_start: 4_900_000_000_000,
        cgroup: 4711,
        uid: 1000,
        gid: 1000,
        comm: *b"bash\0\0\0\0\0\0\0\0\0\0\0\0",
        pid_ns: 4_026_531_836,
        mnt_ns: 4_026_531_841,
        ..place
    }
}

/// What a field of a kind holds unless the event's page says otherwise.
fn of_kind(kind: &Kind) -> Sample {
    match kind {
        Kind::I32 | Kind::U32 | Kind::I64 | Kind::U64 | Kind::Bool => Number(1),
        Kind::Pid => Number(4242),
        Kind::Uid => Number(1000),
        Kind::Size => Number(8),
        Kind::Addr => Number(0x7ffd_5e8c_1f30),
        Kind::Time => Number(5_025_678_000_000),
        Kind::WallTime => Number(1_795_000_000_123_456_789),
        Kind::Mode => Number(0o100_644),
        Kind::CapSet => Number(1 << 21 | 1 << 39),
        Kind::Dev => Number(8 << 20 | 1),
        Kind::Enum(names) | Kind::Flags(names) => Number(names.rows.first().map_or(0, |row| row.0)),
        Kind::SigSet => Number(1 << (2 - 1) | 1 << (15 - 1)),
        Kind::Signal => Number(15),
        Kind::Handler => Number(0x55d0_c1a4_7b20),
        Kind::Str => Text(b"bash"),
        Kind::StrArray => Text(b"ls\0-l\0"),
        Kind::Bytes => Text(b"\x7fELF\x02\x01\x01\0"),
        // AF_INET, 127.0.0.1:443.
        Kind::SockAddr => Text(b"\x02\0\x01\xbb\x7f\0\0\x01\0\0\0\0\0\0\0\0"),
        Kind::Ip => Text(b"\x7f\0\0\x01"),
        Kind::Cred => Text(CRED),
        Kind::Path => Text(b"bash\0bin\0usr\0"),
        Kind::Arg(_) => Number(0),
    }
}

/// Credentials of uid and gid 1000 without capabilities but in the bounding set, in the initial
/// user namespace; numbers have their lowest byte first.
const CRED: &[u8; 80] = b"\xe8\x03\0\0\xe8\x03\0\0\xe8\x03\0\0\xe8\x03\0\0\
    \xe8\x03\0\0\xe8\x03\0\0\xe8\x03\0\0\xe8\x03\0\0\xfd\xff\xff\xef\0\0\0\0\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\x01\0\0\0\0\0\0\0\0\0\0";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::all;
    use crate::record::{Record, State};

    #[test]
    fn every_event_has_an_example_that_reads_whole() {
        for event in all() {
            let bytes = record(event);
            let (read, rest) = Record::split(&bytes).unwrap();
            assert!(rest.is_empty(), "{}", event.name);
            if event.call.is_some() {
                assert!(read.slot(5).is_some(), "{}", event.name);
                continue;
            }
            for (index, field) in event.fields.iter().enumerate() {
                let there = read.state(index) == State::Read;
                let absent = field.from.hidden || chosen(event, field.name) == Some(Absent);
                assert_eq!(there, !absent, "{}.{}", event.name, field.name);
                assert!(!there || !field.kind.has_tail() || read.tail(index).is_some());
            }
        }
    }

    #[test]
    fn examples_name_fields_that_exist() {
        for event in all() {
            for (name, _) in event.page.example {
                let known = *name == "process" || event.field_index(name).is_some();
                assert!(known, "{}: {name}", event.name);
            }
        }
    }
}
