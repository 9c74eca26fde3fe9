//! What the kernel's programs do with a plan (`bpf/narrow.h`), in the plainest words.

use tracehound_schema::narrow::{
    DROP, NOT, OF_THREAD, PASS, PATH, PORTS, Plan, Source, Step, WHOLE, What, ZERO_ABSENT,
    ZERO_UNREAD,
};
use tracehound_schema::record::{HAS_RET, IN_INTERRUPT, Record, State, comm};

use super::Truth;

/// Whether the plan keeps the record; `early` before its fields are read.
pub fn keeps(plan: &Plan, record: &Record<'_>, early: bool) -> bool {
    let mut at = 0;
    loop {
        let step = &plan.steps[usize::from(at)];
        let asked = if step.flags & NOT == 0 {
            Truth::No
        } else {
            Truth::Yes
        };
        let next = if ask(plan, step, record, early) == asked {
            step.no
        } else {
            step.yes
        };
        match next {
            PASS => return true,
            DROP => return false,
            next => {
                assert!(next > at, "a step goes back");
                at = next;
            }
        }
    }
}

fn ask(plan: &Plan, step: &Step, record: &Record<'_>, early: bool) -> Truth {
    let header = &record.header;
    let nobody = header.host_tid == 0 || header.flags & IN_INTERRUPT != 0;
    if step.flags & OF_THREAD != 0 && nobody {
        return Truth::Unknown;
    }
    let index = usize::from(step.place);
    match step.source {
        source if source == Source::Ret as u8 => {
            if header.flags & HAS_RET == 0 {
                return Truth::Unknown;
            }
            number(step, header.ret as u64)
        }
        source if source == Source::Header as u8 => {
            let bytes = &record.bytes()[index..index + usize::from(step.length)];
            let mut wide = [0; 8];
            wide[..bytes.len()].copy_from_slice(bytes);
            match u64::from_le_bytes(wide) {
                0 if step.flags & ZERO_UNREAD != 0 => Truth::Unknown,
                0 if step.flags & ZERO_ABSENT != 0 => Truth::No,
                value => number(step, value),
            }
        }
        source if source == Source::Comm as u8 => text(plan, step, comm(header)),
        _ if early => Truth::Unknown,
        _ => match record.state(index) {
            State::Unread => Truth::Unknown,
            State::Absent => Truth::No,
            state => field(plan, step, record, state == State::Cut),
        },
    }
}

fn field(plan: &Plan, step: &Step, record: &Record<'_>, cut: bool) -> Truth {
    let index = usize::from(step.place);
    let slot = record.slot(index).unwrap();
    if step.what <= What::Bits as u8 {
        return number(step, slot);
    }
    if cut {
        return Truth::Unknown;
    }
    let tail = record.tail(index).unwrap();
    match step.what {
        what if what == What::Host as u8 => match tail.len() {
            4 => host(step, v4(tail), None),
            16 => host(step, u128::from_be_bytes(tail.try_into().unwrap()), None),
            _ => Truth::Unknown,
        },
        what if what == What::Socket as u8 => socket(step, tail),
        _ => text(plan, step, tail),
    }
}

fn number(step: &Step, value: u64) -> Truth {
    Truth::from(match step.what {
        what if what == What::Range as u8 => step.low <= value && value <= step.high,
        what if what == What::SignedRange as u8 => {
            step.low as i64 <= value as i64 && value as i64 <= step.high as i64
        }
        _ => value & step.low == step.high,
    })
}

fn text(plan: &Plan, step: &Step, text: &[u8]) -> Truth {
    if step.flags & PATH != 0 && text.len() > 1 && text[0] == 0 {
        return Truth::Unknown;
    }
    if step.flags & WHOLE != 0 && text.len() as u64 != step.low {
        return Truth::No;
    }
    let part = match step.length {
        0 => &[][..],
        length => &plan.texts[usize::from(step.text)][..usize::from(length)],
    };
    Truth::from(match step.what {
        what if what == What::Start as u8 => text.starts_with(part),
        what if what == What::End as u8 => text.ends_with(part),
        _ => {
            let name = text.split(|byte| *byte == 0).next().unwrap();
            if name.len() > 63 {
                return Truth::Unknown;
            }
            name.ends_with(part)
        }
    })
}

fn v4(bytes: &[u8]) -> u128 {
    0xffff_0000_0000 | u128::from(u32::from_be_bytes(bytes[..4].try_into().unwrap()))
}

fn socket(step: &Step, bytes: &[u8]) -> Truth {
    let family = bytes
        .first_chunk()
        .map(|family| u16::from_ne_bytes(*family));
    let port = || Some(u16::from_be_bytes([bytes[2], bytes[3]]));
    match family {
        Some(1) => Truth::No,
        Some(2) if bytes.len() >= 8 => host(step, v4(&bytes[4..]), port()),
        Some(10) if bytes.len() >= 24 => {
            let address = u128::from_be_bytes(bytes[8..24].try_into().unwrap());
            host(step, address, port())
        }
        _ => Truth::Unknown,
    }
}

fn host(step: &Step, address: u128, port: Option<u16>) -> Truth {
    let mask = match step.length {
        0 => 0,
        length => u128::MAX << (128 - length),
    };
    let bits = u128::from(step.high) << 64 | u128::from(step.low);
    let open = |port| step.ports[0] <= port && port <= step.ports[1];
    Truth::from(address & mask == bits && (step.flags & PORTS == 0 || port.is_some_and(open)))
}
