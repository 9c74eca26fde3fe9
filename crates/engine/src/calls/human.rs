//! Values of calls as strace writes them.

use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use tracehound_schema::types::Type;

use super::bpf;
use super::call::{Call, Number};
use super::files::File;
use super::print::{Print, Shape};
use super::words::{self, Dialect};
use crate::text::{self, Quoting};
use crate::value;

/// How much is written, and how.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The most bytes of a text and elements of a list (`-s`).
    pub string: usize,
    /// Whether structures, lists and environments are abbreviated (not with `-v`).
    pub abbreviates: bool,
    /// Which bytes of texts are written as numbers, and how (`-x`, `-xx`).
    pub quoting: Quoting,
    /// Appends what a descriptor stands for, after its number (`-y`).
    pub file: Option<fn(&mut Vec<u8>, &File<'_>)>,
}

impl Style {
    /// strace's without options.
    pub const PLAIN: Style = Style {
        string: 32,
        abbreviates: true,
        quoting: Quoting::Octal,
        file: None,
    };
}

/// Writes values for people.
pub struct Human<'o> {
    /// What is written to.
    pub out: &'o mut Vec<u8>,
    style: Style,
    first: bool,
    /// Whether what is written is told to be late in words.
    tells_late: bool,
}

impl<'o> Human<'o> {
    /// Writes in a style.
    pub const fn new(out: &'o mut Vec<u8>, style: Style) -> Human<'o> {
        Human {
            out,
            style,
            first: true,
            tells_late: false,
        }
    }

    /// Says `(late)` after values that were read late, which strace has no word for.
    #[must_use]
    pub const fn telling_late(self) -> Human<'o> {
        Human {
            tells_late: true,
            ..self
        }
    }

    fn comma(&mut self) {
        if !self.first {
            self.out.extend_from_slice(b", ");
        }
        self.first = false;
    }

    fn words(&mut self, words: &str) {
        self.out.extend_from_slice(words.as_bytes());
    }

    fn quoted(&mut self, bytes: &[u8], whole: bool) {
        text::strace(self.out, bytes, self.style.quoting);
        if !whole {
            self.words("...");
        }
    }

    fn signal(&mut self, signal: u32) {
        let number = Number::new(u64::from(signal), 32);
        words::write(self.out, &Type::Signal, number, Dialect::Strace);
    }
}

impl Print for Human<'_> {
    const BOTH: bool = true;
    const MACROS: bool = true;

    fn signed(&mut self, number: i64) {
        text::number(self.out, number);
    }

    fn unsigned(&mut self, number: u64) {
        text::number(self.out, number);
    }

    fn hex(&mut self, number: u64) {
        words::plain_hex(self.out, number);
    }

    fn packet_offset(&mut self, offset: u32) {
        bpf::packet_offset(self.out, offset);
    }

    fn octal(&mut self, number: u64) {
        words::octal(self.out, number, 1);
    }

    fn address(&mut self, address: u64) {
        match address {
            0 => self.words("NULL"),
            address => text::hex(self.out, address),
        }
    }

    fn words(&mut self, kind: &Type, number: Number) {
        words::write(self.out, kind, number, Dialect::Strace);
    }

    fn limit(&mut self, value: u64) {
        if value > 1024 && value.is_multiple_of(1024) {
            self.unsigned(value / 1024);
            self.words("*1024");
        } else {
            self.unsigned(value);
        }
    }

    fn mode(&mut self, mode: u32) {
        words::mode(self.out, mode);
    }

    fn device(&mut self, major: u32, minor: u32) {
        self.words("makedev(");
        words::plain_hex(self.out, u64::from(major));
        self.words(", ");
        words::plain_hex(self.out, u64::from(minor));
        self.words(")");
    }

    fn descriptor(&mut self, fd: i32, directory: bool, call: &Call<'_>) {
        if directory && fd == linux_raw_sys::general::AT_FDCWD {
            self.words("AT_FDCWD");
        } else {
            text::number(self.out, fd);
        }
        if let Some(write) = self.style.file
            && let Some(file) = call.memory.file(fd)
        {
            write(self.out, &file);
        }
    }

    fn seconds(&mut self, seconds: i64, nanoseconds: Option<u64>) {
        text::number(self.out, seconds);
        self.date(seconds, nanoseconds.unwrap_or(0));
    }

    fn date(&mut self, seconds: i64, nanoseconds: u64) {
        if seconds == 0 && nanoseconds == 0 {
            return;
        }
        let Ok(time) = jiff::Timestamp::from_second(seconds) else {
            return;
        };
        // Writing to a vector cannot fail.
        let _ = write!(self.out, " /* {}", time.strftime("%Y-%m-%dT%H:%M:%S"));
        if nanoseconds != 0 {
            let _ = write!(self.out, ".{nanoseconds:09}");
        }
        self.words("+0000 */");
    }

    fn wait_status(&mut self, status: u32) {
        let (low, high) = (status & 0x7f, status >> 8 & 0xff);
        if status == 0xffff {
            self.words("{WIFCONTINUED(s)}");
        } else if low == 0x7f {
            self.words("{WIFSTOPPED(s) && WSTOPSIG(s) == ");
            self.signal(high);
            self.words("}");
        } else if low == 0 {
            self.words("{WIFEXITED(s) && WEXITSTATUS(s) == ");
            text::number(self.out, high);
            self.words("}");
        } else {
            self.words("{WIFSIGNALED(s) && WTERMSIG(s) == ");
            self.signal(low);
            if status & 0x80 != 0 {
                self.words(" && WCOREDUMP(s)");
            }
            self.words("}");
        }
    }

    fn signals(&mut self, set: u64, bits: u32) {
        // A set of no bytes has no signals, not all of none.
        let bits = if bits == 0 { 64 } else { bits.min(64) };
        value::strace_set_of(self.out, set, bits);
    }

    fn descriptors(&mut self, set: &mut dyn Iterator<Item = u32>, whole: bool) {
        self.out.push(b'[');
        for (number, fd) in set.enumerate() {
            if number > 0 {
                self.out.push(b' ');
            }
            text::number(self.out, fd);
        }
        self.words(if whole { "]" } else { "]..." });
    }

    fn text(&mut self, bytes: &[u8], whole: bool) {
        let shown = bytes.get(..self.style.string).unwrap_or(bytes);
        self.quoted(shown, whole && shown.len() == bytes.len());
    }

    fn path(&mut self, bytes: &[u8], whole: bool) {
        self.quoted(bytes, whole);
    }

    fn raw(&mut self, bytes: &[u8], whole: bool) {
        text::strace(self.out, bytes, Quoting::Hex);
        if !whole {
            self.words("...");
        }
    }

    fn abstract_path(&mut self, name: &[u8]) {
        self.out.push(b'@');
        self.quoted(name, true);
    }

    fn network(&mut self, bits: u32, write: impl FnOnce(&mut Self)) {
        self.words(if bits == 16 { "htons(" } else { "htonl(" });
        write(self);
        self.words(")");
    }

    fn hardware(&mut self, address: &[u8]) {
        words::hardware(self.out, address);
    }

    fn unused(&mut self) {}

    fn groups(&mut self, mask: u32) {
        let _ = write!(self.out, "{mask:08x}");
    }

    fn ipv4(&mut self, address: Ipv4Addr) {
        let _ = write!(self.out, "inet_addr(\"{address}\")");
    }

    fn ipv6(&mut self, address: Ipv6Addr) {
        let _ = write!(self.out, "\"{address}\"");
    }

    fn ipv6_member(&mut self, name: &'static str, address: Ipv6Addr) {
        self.comma();
        let _ = write!(self.out, "inet_pton(AF_INET6, \"{address}\", &{name})");
    }

    fn open(&mut self, shape: Shape) {
        if let Shape::Macro(name) = shape {
            self.words(name);
        }
        self.out.push(match shape {
            Shape::Struct => b'{',
            Shape::List | Shape::Pointee => b'[',
            Shape::Macro(_) => b'(',
        });
        self.first = true;
    }

    fn close(&mut self, shape: Shape) {
        self.out.push(match shape {
            Shape::Struct => b'}',
            Shape::List | Shape::Pointee => b']',
            Shape::Macro(_) => b')',
        });
        self.first = false;
    }

    fn member(&mut self, name: &'static str) {
        self.comma();
        self.words(name);
        self.out.push(b'=');
    }

    fn item(&mut self, index: usize) -> bool {
        if self.style.abbreviates && index >= self.style.string {
            return false;
        }
        self.comma();
        true
    }

    fn done(&mut self) {
        self.first = false;
    }

    fn abbreviates(&self) -> bool {
        self.style.abbreviates
    }

    fn rest(&mut self) {
        self.comma();
        self.words("...");
    }

    fn counted(&mut self, address: u64, count: usize, whole: bool) -> bool {
        if !self.style.abbreviates {
            return false;
        }
        text::hex(self.out, address);
        let least = if whole { "" } else { "at least " };
        let plural = if count == 1 { "" } else { "s" };
        let _ = write!(self.out, " /* {least}{count} var{plural} */");
        true
    }

    fn ticks(&mut self, ticks: i64) {
        words::ticks(self.out, ticks);
    }

    fn entries(&mut self, address: u64, count: usize, whole: bool) -> bool {
        if !self.style.abbreviates {
            return false;
        }
        text::hex(self.out, address);
        let least = if whole { "" } else { "at least " };
        let entries = if count == 1 { "entry" } else { "entries" };
        let _ = write!(self.out, " /* {least}{count} {entries} */");
        true
    }

    fn null(&mut self) {
        self.words("NULL");
    }

    fn hidden(&mut self) {
        self.words("[redacted]");
    }

    fn unread(&mut self, address: u64) {
        self.address(address);
    }

    fn buffer(&mut self, address: u64) {
        self.address(address);
    }

    fn unwritten(&mut self, address: u64) {
        self.address(address);
    }

    fn cut(&mut self) {
        self.rest();
    }

    fn late(&mut self) {
        if self.tells_late {
            self.words("(late)");
        }
    }

    fn place(&self) -> usize {
        self.out.len()
    }

    fn change(&mut self, _start: usize) -> usize {
        self.words(" => ");
        self.out.len()
    }

    fn changed(&mut self, start: usize, change: usize) {
        let before = start..change - 4;
        if self.out[before.clone()] == self.out[change..] {
            self.out.truncate(before.end);
            return;
        }
        // `[128 => 16]`, one pair of brackets for a lone value.
        let lone = |bytes: &[u8]| {
            bytes.first() == Some(&b'[') && !bytes.contains(&b',') && !bytes.contains(&b'{')
        };
        if lone(&self.out[before.clone()]) && lone(&self.out[change..]) && before.len() > 1 {
            self.out.remove(change);
            self.out.remove(before.end - 1);
        }
    }
}
