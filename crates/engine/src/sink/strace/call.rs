//! The line of a call.

use std::io;

use tracehound_schema::record::Header;
use tracehound_schema::types::Type;

use super::arguments;
use super::special::{self, Slots};
use super::state::Strace;
use crate::calls::{self, Call, File, Human, Side, Style};
use crate::text;
use crate::value;

/// The call that goes on with one that a signal interrupted.
pub const RESTART: &str = "restart_syscall";
/// `ERESTART_RESTARTBLOCK` (`include/linux/errno.h`).
pub const RESTART_BLOCK: i64 = -516;

/// Results that programs never see: the kernel makes the call again, or turns them into `EINTR`.
const RESTARTS: [(i64, &str); 4] = [
    (-512, "ERESTARTSYS (To be restarted if SA_RESTART is set)"),
    (-513, "ERESTARTNOINTR (To be restarted)"),
    (-514, "ERESTARTNOHAND (To be restarted if no handler)"),
    (
        RESTART_BLOCK,
        "ERESTART_RESTARTBLOCK (Interrupted by signal)",
    ),
];

/// Writes one call.
pub struct Printer<'c> {
    call: &'c Call<'c>,
    style: Style,
    raw: bool,
    numbers: bool,
    slots: Slots,
    interrupted: Option<&'static str>,
}

impl<'c> Printer<'c> {
    /// Prepares the line of a call that a thread makes.
    pub fn new(state: &Strace, event: u16, call: &'c Call<'c>, tid: u32) -> Printer<'c> {
        let options = &state.options;
        Printer {
            call,
            style: Style {
                abbreviates: options.style.abbreviates && options.abbreviated.has(event),
                ..options.style
            },
            raw: options.raw.has(event),
            numbers: options.numbers,
            slots: special::slots(call),
            interrupted: state.interrupted.get(&tid).copied(),
        }
    }

    /// Writes the name and the arguments that are known when the call begins; gives how many these
    /// are, and whether they are all.
    pub fn first_half(&self, out: &mut Vec<u8>, header: &Header) -> (usize, bool) {
        if self.numbers {
            let number = header.nr.to_string();
            out.extend_from_slice(format!("[{number:>4}] ").as_bytes());
        }
        out.extend_from_slice(self.call.prepared.row.spelled(self.call.abi()).as_bytes());
        out.push(b'(');
        let mut written = 0;
        while written < self.slots.len() && !self.waits(written) {
            if written > 0 {
                out.extend_from_slice(b", ");
            }
            self.argument(out, written);
            written += 1;
        }
        let whole = written == self.slots.len();
        if !whole && written > 0 && !self.slots.late_comma {
            out.extend_from_slice(b", ");
        }
        (written, whole)
    }

    /// Whether an argument can be written only when the call has ended.
    fn waits(&self, slot: usize) -> bool {
        if self.raw || slot < self.slots.at_once {
            return false;
        }
        let Some(index) = self.slots.index(slot) else {
            return false;
        };
        match self.call.kind(index) {
            Type::Out(_) | Type::InOut(_) | Type::Found(_) | Type::Left(_) => true,
            // What could not be read yet may be found at the end.
            Type::In(_) => {
                let address = self.call.number(index).value;
                let memory = &self.call.memory;
                address != 0 && memory.from(Side::Before, address).is_none()
            }
            _ => slot >= self.slots.decided,
        }
    }

    /// Writes the arguments that the first half left out.
    pub fn second_half(&self, out: &mut Vec<u8>, written: usize) {
        if self.call.prepared.row.name == "clone3" && !self.raw {
            arguments::cloned(out, self.call);
        }
        for slot in written..self.slots.len() {
            if slot > written || (slot > 0 && self.slots.late_comma) {
                out.extend_from_slice(b", ");
            }
            self.argument(out, slot);
        }
    }

    fn argument(&self, out: &mut Vec<u8>, slot: usize) {
        out.extend_from_slice(self.slots.label(slot).as_bytes());
        let Some(index) = self.slots.index(slot) else {
            return;
        };
        if self.raw {
            return match self.call.number(index).value {
                0 => out.push(b'0'),
                value => text::hex(out, value),
            };
        }
        if self.call.prepared.row.name == RESTART {
            return self.resuming(out);
        }
        match arguments::writer(self.call, index) {
            Some(write) => write(out, self.call, index, self.style),
            None if slot < self.slots.at_once => {
                arguments::read_only(out, self.call, index, self.style);
            }
            None => calls::argument(self.call, index, &mut Human::new(out, self.style)),
        }
    }

    /// Writes what a restarted call goes on with.
    fn resuming(&self, out: &mut Vec<u8>) {
        let name = self.interrupted.unwrap_or("interrupted call");
        let resuming = if self.interrupted.is_some() {
            format!("<... resuming interrupted {name} ...>")
        } else {
            "<... resuming interrupted system call ...>".to_owned()
        };
        out.extend_from_slice(resuming.as_bytes());
    }

    /// Writes ` = ` and the result.
    pub fn result(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b" = ");
        let Some(ret) = self.call.ret else {
            out.push(b'?');
            return;
        };
        if let Some((_, words)) = RESTARTS.iter().find(|row| row.0 == ret) {
            out.extend_from_slice(b"? ");
            out.extend_from_slice(words.as_bytes());
            return;
        }
        if let Some(name) = value::error_name(ret) {
            out.extend_from_slice(b"-1 ");
            out.extend_from_slice(name.as_bytes());
            message(out, ret);
            return;
        }
        if (-4095..0).contains(&ret) {
            out.extend_from_slice(format!("-1 (errno {})", -ret).as_bytes());
            return;
        }
        self.returned(out, ret);
        special::annotate(out, self.call, self.style);
    }

    fn returned(&self, out: &mut Vec<u8>, ret: i64) {
        match self.call.chosen(&self.call.prepared.row.ret, None) {
            _ if self.raw => match ret {
                0 => out.push(b'0'),
                ret => text::hex(out, ret as u64),
            },
            Type::Fd => {
                text::number(out, ret);
                let file = i32::try_from(ret).ok();
                let file = file.and_then(|fd| self.call.memory.returned(fd));
                if let (Some(write), Some(file)) = (self.style.file, file) {
                    write(out, &file);
                }
            }
            // Words stand behind the number.
            Type::Flags(_) | Type::Parts(_) => special::flags(out, ret as u64),
            Type::Enum(_) => text::number(out, ret),
            Type::Addr if ret == 0 => out.extend_from_slice(b"0"),
            _ => calls::returned(self.call, &mut Human::new(out, self.style)),
        }
    }
}

/// The C library's words for an error.
pub fn message(out: &mut Vec<u8>, ret: i64) {
    let Ok(number) = i32::try_from(-ret) else {
        return;
    };
    let text = io::Error::from_raw_os_error(number).to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    out.extend_from_slice(b" (");
    out.extend_from_slice(words.as_bytes());
    out.push(b')');
}

/// Fills a line that begins at `start` up to where ` = ` puts the result at a column.
pub fn pad(out: &mut Vec<u8>, start: usize, column: usize) {
    let end = start + column.saturating_sub(1);
    if out.len() < end {
        out.resize(end, b' ');
    }
}

/// Whether a call uses one of the paths, or there are none to ask for.
pub fn uses_path(call: &Call<'_>, paths: &[Vec<u8>]) -> bool {
    if paths.is_empty() {
        return true;
    }
    let has = |path: &[u8]| paths.iter().any(|wanted| wanted == path);
    let opened = |file: File<'_>| {
        let mut path = Vec::new();
        file.path(|piece| path.extend_from_slice(piece));
        has(&path)
    };
    let uses = |index: usize| {
        let value = call.number(index);
        match call.kind(index) {
            Type::Fd | Type::DirFd => {
                let fd = value.signed() as i32;
                call.memory.file(fd).is_some_and(opened)
            }
            Type::In(Type::Path) => {
                call.memory
                    .from(Side::Before, value.value)
                    .is_some_and(|found| {
                        let end = found.bytes.iter().position(|byte| *byte == 0);
                        has(&found.bytes[..end.unwrap_or(found.bytes.len())])
                    })
            }
            _ => false,
        }
    };
    (0..call.args().len()).any(uses)
        || call
            .returned_descriptor()
            .and_then(|fd| call.memory.returned(fd))
            .is_some_and(opened)
}
