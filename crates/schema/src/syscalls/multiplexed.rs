//! 32-bit calls that stand for several: `socketcall(2)` and `ipc(2)`.
//!
//! A record of theirs is one of the event of what was really called, where that is selected.
//!
//! `ipc(2)` takes a version in the upper half of its first argument. Every C library passes 0; with
//! another, `msgrcv` has its arguments elsewhere and `shmat` fails. So a call of another version is
//! told as `ipc` itself.

use super::Syscall;
use crate::abi::Abi;

/// One meaning of a multiplexed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplexed {
    /// The call that is made.
    pub call: &'static str,
    /// Its first argument, which chooses; all 32 bits count.
    pub value: u16,
    /// The call that is meant. It need not have a number of its own.
    pub target: &'static str,
    /// Where the arguments of what is meant are.
    pub from: Arguments,
}

/// Where the arguments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// So many 32-bit words one after another, at the address in the second register; arguments
    /// beyond are 0.
    Array(u8),
    /// In these registers of the call, in order; see [`WORD`] and [`NEXT_WORD`].
    Registers(&'static [u8]),
}

/// Added to a register: the argument is the 32-bit word at the address in it.
pub const WORD: u8 = 0x10;
/// Added to a register: the argument is the 32-bit word four bytes behind that.
pub const NEXT_WORD: u8 = 0x20;

/// A meaning of `socketcall(2)`: its arguments are an array.
const fn socket(value: u16, target: &'static str, count: u8) -> Multiplexed {
    Multiplexed {
        call: "socketcall",
        value,
        target,
        from: Arguments::Array(count),
    }
}

const fn ipc(value: u16, target: &'static str, registers: &'static [u8]) -> Multiplexed {
    Multiplexed {
        call: "ipc",
        value,
        target,
        from: Arguments::Registers(registers),
    }
}

/// Every meaning. `send` and `recv` (9 and 10) are what they are to the kernel: `sendto` and
/// `recvfrom` without an address.
///
/// The registers of `ipc` are: 0 call, 1 first, 2 second, 3 third, 4 ptr, 5 fifth. `semctl` passes
/// its last argument in memory, and `msgrcv` its address and type (`struct ipc_kludge`).
pub static MULTIPLEXED: &[Multiplexed] = &[
    socket(1, "socket", 3),
    socket(2, "bind", 3),
    socket(3, "connect", 3),
    socket(4, "listen", 2),
    socket(5, "accept", 3),
    socket(6, "getsockname", 3),
    socket(7, "getpeername", 3),
    socket(8, "socketpair", 4),
    socket(9, "sendto", 4),
    socket(10, "recvfrom", 4),
    socket(11, "sendto", 6),
    socket(12, "recvfrom", 6),
    socket(13, "shutdown", 2),
    socket(14, "setsockopt", 5),
    socket(15, "getsockopt", 5),
    socket(16, "sendmsg", 3),
    socket(17, "recvmsg", 3),
    socket(18, "accept4", 4),
    socket(19, "recvmmsg_time32", 5),
    socket(20, "sendmmsg", 4),
    ipc(1, "semop", &[1, 4, 2]),
    ipc(2, "semget", &[1, 2, 3]),
    ipc(3, "semctl", &[1, 2, 3, WORD | 4]),
    ipc(4, "semtimedop_time32", &[1, 4, 2, 5]),
    ipc(11, "msgsnd", &[1, 4, 2, 3]),
    ipc(12, "msgrcv", &[1, WORD | 4, 2, NEXT_WORD | 4, 3]),
    ipc(13, "msgget", &[1, 2]),
    ipc(14, "msgctl", &[1, 2, 4]),
    ipc(21, "shmat_ipc", &[1, 4, 2, 3]),
    ipc(22, "shmdt", &[4]),
    ipc(23, "shmget", &[1, 2, 3]),
    ipc(24, "shmctl", &[1, 2, 4]),
];

impl Multiplexed {
    /// The row of the call that is meant, if it is told as the event of `call`.
    #[must_use]
    pub fn told_as(&self, call: &Syscall) -> Option<&'static Syscall> {
        super::by_name(self.target).filter(|row| row.name == call.name || row.event == call.name)
    }
}

/// The row by which the arguments of a record are to be read: `call`, whose event it is, or the form
/// of it that the 32-bit call of `number` means.
#[must_use]
pub fn meant(call: &'static Syscall, number: i32) -> &'static Syscall {
    let through = u16::try_from(number).ok();
    let through = through.and_then(|number| super::by_number(Abi::I386, number));
    let Some(through) = through.filter(|row| row.name != call.name) else {
        return call;
    };
    let meanings = MULTIPLEXED.iter().filter(|row| row.call == through.name);
    meanings
        .filter_map(|row| row.told_as(call))
        .next()
        .unwrap_or(call)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::network::SOCKETCALL;
    use crate::syscalls::by_name;

    #[test]
    fn what_is_meant_has_a_row_with_as_many_arguments() {
        for meaning in MULTIPLEXED {
            let target = by_name(meaning.target).unwrap();
            if let Arguments::Array(count) = meaning.from {
                let most = target.arguments(Abi::I386).len();
                assert!(usize::from(count) <= most, "{}", meaning.target);
            }
        }
    }

    #[test]
    fn a_form_that_has_no_number_is_read_by_its_own_row() {
        let read = |name, number| meant(by_name(name).unwrap(), number).name;
        assert_eq!(read("semtimedop", 117), "semtimedop_time32");
        assert_eq!(read("semtimedop", 420), "semtimedop");
        assert_eq!(read("shmat", 117), "shmat_ipc");
        assert_eq!(read("connect", 102), "connect");
        // An exec call's end has the number of another.
        assert_eq!(read("execveat", 11), "execveat");
        assert_eq!(read("shmat", -1), "shmat");
    }

    #[test]
    fn socketcall_means_what_its_numbers_name() {
        for meaning in MULTIPLEXED.iter().filter(|one| one.call == "socketcall") {
            let name = SOCKETCALL.name(i64::from(meaning.value)).unwrap();
            let meant = name.trim_start_matches("SYS_").to_lowercase();
            let target = meaning.target.trim_end_matches("_time32");
            assert!(
                [
                    target,
                    target.trim_end_matches("to"),
                    target.trim_end_matches("from")
                ]
                .contains(&&*meant),
                "{name}"
            );
        }
    }
}
