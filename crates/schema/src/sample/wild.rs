//! Records of hooks with values and states by chance: for tests that compare two ways to read one.

use super::Random;
use crate::event::Event;
use crate::kind::Kind;
use crate::record::{Builder, Header};

fn text(random: &mut Random) -> Vec<u8> {
    const WORDS: [&[u8]; 6] = [b"a", b"ab", b"etc", b".so", b"aab", b"x"];
    let words = (0..random.below(4)).map(|_| WORDS[random.below(6) as usize]);
    words.collect::<Vec<_>>().concat()
}

fn slot(kind: &Kind, random: &mut Random) -> u64 {
    let wild = [0, 1, 2, 15, 1 << 31, u64::MAX, random.next()][random.below(7) as usize];
    match kind {
        Kind::Bool => wild & 1,
        Kind::U32 | Kind::Uid | Kind::Pid => wild & 0xffff_ffff,
        Kind::I32 => i64::from(wild as i32) as u64,
        Kind::Enum(table) | Kind::Flags(table) if random.below(4) > 0 => {
            table.rows[random.below(table.rows.len() as u64) as usize].0 as u64
        }
        Kind::Time | Kind::WallTime => wild >> 3,
        Kind::Dev => wild & 0xffff_ffff,
        Kind::Mode => wild & 0xffff,
        _ => wild,
    }
}

fn tail(kind: &Kind, random: &mut Random) -> Vec<u8> {
    match kind {
        Kind::StrArray | Kind::Path => {
            let mut names = Vec::new();
            for _ in 0..=random.below(3) {
                let name = text(random);
                names.extend_from_slice(if name.is_empty() { b"b" } else { &name });
                names.push(0);
            }
            names
        }
        Kind::SockAddr => {
            let (port, host) = (80 + random.below(3) as u8, random.below(3) as u8);
            let mut bytes = vec![2, 0, 0, port, 10, 0, 0, host];
            bytes.resize(16, 0);
            bytes
        }
        Kind::Ip => vec![10, 0, 0, random.below(3) as u8],
        Kind::Cred => vec![random.below(3) as u8; 80],
        _ => text(random),
    }
}

/// A record of a hook with values and states by chance; the same for the same seed.
#[must_use]
pub fn wild(event: &Event, header: Header, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut header = Header {
        ret: random.below(5) as i64 - 2,
        ..header
    };
    for (index, field) in event.fields.iter().enumerate() {
        match random.below(8) {
            0 => header.unread |= 1 << index,
            1 => header.absent |= 1 << index,
            2 if field.kind.has_tail() => header.cut |= 1 << index,
            _ => {}
        }
    }
    let mut builder = Builder::new(event.id, event.fields.len(), header);
    for (index, field) in event.fields.iter().enumerate() {
        builder = if field.kind.has_tail() {
            builder.tail(index, &tail(&field.kind, &mut random))
        } else {
            builder.slot(index, slot(&field.kind, &mut random))
        };
    }
    builder.build()
}
