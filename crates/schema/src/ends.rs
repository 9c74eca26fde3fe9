//! Rungs at the ends of calls that their event names. They need not look at every call: one program
//! does, and jumps to those that the call has.

use std::collections::BTreeSet;

use crate::syscalls::multiplexed::MULTIPLEXED;
use crate::{Abi, Event, Rung, Way, all, syscalls};

/// Places for programs, and numbers of calls: those of both conventions, one behind the other.
pub const MOST_PLACES: usize = 128;
/// The call by which 32-bit programs make those of sockets.
const SOCKETCALL: &str = "socketcall";

/// What an event says of a rung, if that is at the ends of calls that it names.
#[must_use]
pub fn way(event: &Event, rung: &Rung) -> Option<&'static Way> {
    let named = |way: &&Way| !way.calls.is_empty();
    let at_end = rung.at_call_end().then(|| event.way(rung.name)).flatten();
    at_end.filter(named)
}

/// Whether it is the program at the ends of calls, and not one that runs before.
#[must_use]
pub fn is_at_end(section: &str) -> bool {
    section.ends_with("/sys_exit")
}

/// Where the event's program stands among those that are jumped to, from 1 on.
#[must_use]
pub fn place(event: &Event) -> Option<usize> {
    let has = |event: &&'static Event| event.rungs().any(|rung| way(event, &rung).is_some());
    let place = all().filter(has).position(|other| other.id == event.id)?;
    Some(place + 1)
}

/// The numbers of the calls, whatever the caller's convention.
#[must_use]
pub fn numbers(way: &Way) -> BTreeSet<u32> {
    let socketcall = MULTIPLEXED
        .iter()
        .any(|row| row.call == SOCKETCALL && way.calls.contains(&row.target));
    let calls = way.calls.iter().copied();
    let calls = calls.chain(socketcall.then_some(SOCKETCALL));
    calls
        .filter_map(syscalls::by_name)
        .flat_map(|call| [Abi::X86_64, Abi::I386].map(|abi| call.number(abi)))
        .flatten()
        .map(u32::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::by_name;

    #[test]
    fn each_event_has_a_place_of_its_own() {
        let places: Vec<_> = all().filter_map(place).collect();
        assert!(places.iter().copied().eq(1..=places.len()));
        assert!(places.len() > 20 && places.len() < MOST_PLACES);
    }

    #[test]
    fn numbers_are_those_of_both_conventions_and_of_socketcall() {
        let event = by_name("security_socket_bind").unwrap();
        let mut ways = event.rungs().filter_map(|rung| way(event, &rung));
        assert_eq!(numbers(ways.next().unwrap()), [49, 102, 361].into());
    }

    #[test]
    fn a_rung_elsewhere_or_of_every_call_is_none() {
        let open = by_name("security_file_open").unwrap();
        for rung in open.rungs().filter(|rung| !rung.at_call_end()) {
            assert!(way(open, &rung).is_none());
        }
        let every = by_name("sys_exit").unwrap();
        assert!(place(every).is_none());
    }
}
