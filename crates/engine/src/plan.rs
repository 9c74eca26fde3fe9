//! What is to be done with the records of each event.

use std::cell::OnceCell;

use tracehound_schema::record::{Chunk, ENTRY, HAS_RET, HEADER_SIZE, Header, PIECE, Record, State};
use tracehound_schema::syscalls::{OWN_OF_X32, REGISTERS, Syscall, multiplexed};
use tracehound_schema::{Abi, Event};

use crate::calls::Prepared;
use crate::integrity::Checker;

/// The events to show.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    ids: Vec<u16>,
}

impl Selection {
    /// Shows the given events.
    #[must_use]
    pub fn new(events: &[&'static Event]) -> Selection {
        let mut ids: Vec<u16> = events.iter().map(|event| event.id).collect();
        ids.sort_unstable();
        Selection { ids }
    }

    /// Whether an event is among them.
    pub fn has(&self, id: u16) -> bool {
        self.ids.binary_search(&id).is_ok()
    }
}

/// What is to be done with the records of one event.
#[derive(Debug)]
pub struct Plan {
    /// The event.
    pub event: &'static Event,
    /// Whether it is selected.
    pub shown: bool,
    /// What must hold between its fields.
    pub checkers: Vec<Checker>,
    /// Bytes that a whole record has at least.
    size: usize,
    /// Fields whose slot points at tail bytes.
    tails: Vec<usize>,
    /// The event's system call, by convention.
    prepared: [OnceCell<Prepared>; Abi::ALL.len() + 1],
    /// The same where a 32-bit call that stands for several means it.
    meant: OnceCell<Prepared>,
    /// The same where an x32 caller uses the number that only 64-bit ones have.
    foreign: OnceCell<Prepared>,
}

impl Plan {
    /// Prepares an event.
    pub fn new(event: &'static Event, selection: &Selection) -> Plan {
        let fields = event.fields.iter().enumerate();
        let slots = event.call.map_or(event.fields.len(), |_| REGISTERS);
        Plan {
            event,
            shown: selection.has(event.id),
            checkers: Checker::of(event),
            size: HEADER_SIZE + slots * 8,
            tails: fields
                .filter(|(_, field)| field.kind.has_tail())
                .map(|(index, _)| index)
                .collect(),
            prepared: Default::default(),
            meant: OnceCell::new(),
            foreign: OnceCell::new(),
        }
    }

    /// Whether the record holds all that its event has: a slot per field, and behind the slots the
    /// tail of each value that is there. Less than that is damage, and would print as values nobody
    /// had.
    pub fn is_whole(&self, record: &Record<'_>) -> bool {
        record.bytes().len() >= self.size
            && self.is_piece_of_field(&record.header)
            && self.tails.iter().all(|&index| {
                let there = matches!(record.state(index), State::Read | State::Cut);
                let start = record.slot(index).map(|slot| slot & 0xffff_ffff);
                !there || (start >= Some(self.size as u64) && record.tail(index).is_some())
            })
            && self
                .event
                .call
                .is_none_or(|row| is_whole_call(row, record, self.size))
    }

    /// Whether a piece names the field that it is of; what is no piece need not.
    fn is_piece_of_field(&self, header: &Header) -> bool {
        let field = header.absent.trailing_ones() as usize;
        header.flags & PIECE == 0 || field < self.event.fields.len()
    }

    /// The event's call under the convention that a record names.
    pub fn prepared(&self, row: &'static Syscall, header: &Header) -> &Prepared {
        let abi = Abi::from_byte(header.abi);
        if abi == Abi::I386 && row.i386.map(i32::from) != Some(header.nr) {
            let form = || Prepared::new(multiplexed::meant(row, header.nr), abi);
            return self.meant.get_or_init(form);
        }
        let foreign = abi == Abi::X32 && header.nr < i32::from(OWN_OF_X32) && row.x32.is_some();
        if foreign {
            let form = || Prepared::with(row, abi, Abi::X86_64);
            return self.foreign.get_or_init(form);
        }
        self.prepared[abi as usize].get_or_init(|| Prepared::new(row, abi))
    }
}

/// Whether the record of a call either begins or ends it, as such a call can, and consists of chunks
/// behind the registers.
fn is_whole_call(row: &Syscall, record: &Record<'_>, size: usize) -> bool {
    let mut rest = record.bytes().get(size..).unwrap_or_default();
    while let Some((_, next)) = Chunk::split(rest) {
        rest = next;
    }
    match record.header.flags & (ENTRY | HAS_RET) {
        ENTRY => rest.is_empty(),
        HAS_RET => rest.is_empty() && !row.never_returns,
        _ => false,
    }
}
