//! Holds a comparison against a value as a walk tells it: a format that writes nothing.

use std::net::{Ipv4Addr, Ipv6Addr};

use tracehound_schema::types::Type;

use super::expr::{Compare, Net, Range};
use super::pattern::Missing;
use super::truth::Truth;
use crate::calls::{Call, Number, Print, Shape};

/// One comparison on its way through one value.
pub struct Probe<'t> {
    compare: &'t Compare,
    /// The members that lead to what is compared.
    members: &'t [&'static str],
    /// How many of them were gone into.
    inside: usize,
    /// How many members and elements were gone into that lead elsewhere.
    beside: u32,
    /// A bit for each that leads there, the last one lowest: whether it is one of `members`.
    steps: u64,
    /// Whether the call has returned, so that what it has not written it never will.
    pub returned: bool,
    truth: Truth,
    /// Whether a value was told.
    seen: bool,
    /// A bit for each shape that is open, the innermost lowest: whether it is a list.
    lists: u64,
    /// The port of the socket's address that is being told.
    port: Option<u16>,
    /// Whether the number to come is one.
    takes_port: bool,
}

impl<'t> Probe<'t> {
    /// Starts before the value.
    pub const fn new(compare: &'t Compare, members: &'t [&'static str]) -> Probe<'t> {
        Probe {
            compare,
            members,
            inside: 0,
            beside: 0,
            steps: 1,
            returned: true,
            truth: Truth::No,
            seen: false,
            lists: 0,
            port: None,
            takes_port: false,
        }
    }

    /// What is known when the value has been told.
    pub const fn verdict(&self) -> Truth {
        self.truth
    }

    /// Whether what is told now is what is compared.
    const fn is_there(&self) -> bool {
        self.beside == 0 && self.inside == self.members.len()
    }

    /// Whether what is told now is or holds what is compared.
    const fn is_on_the_way(&self) -> bool {
        self.beside == 0
    }

    fn learn(&mut self, truth: Truth) {
        self.seen = true;
        self.truth = self.truth.max(truth);
    }

    fn number(&mut self, number: i128) {
        if self.takes_port {
            self.port = u16::try_from(number).ok();
        } else if self.is_there() {
            self.learn(Truth::from(self.compare.number(number)));
        }
    }

    /// A number of a list of words: it has a sign where it is in order with others, and is also found
    /// by what its bits are without one.
    pub fn either(&mut self, unsigned: u64, signed: i64) {
        let is = |range: &Range| range.low == range.high && range.low == i128::from(unsigned);
        match self.compare {
            Compare::Number(ranges) if ranges.iter().any(is) => self.number(i128::from(unsigned)),
            Compare::Number(_) => self.number(i128::from(signed)),
            _ => self.number(i128::from(unsigned)),
        }
    }

    /// Statements by number, of which what is known is told.
    pub fn each(&mut self, statements: &[Truth]) {
        for (number, truth) in (0..).zip(statements) {
            if self.compare.number(number) {
                self.learn(*truth);
            }
        }
    }

    /// An instant in nanoseconds since 1970.
    pub fn instant(&mut self, nanoseconds: i128) {
        self.number(nanoseconds);
    }

    /// A text, or what there is of it.
    pub fn piece(&mut self, text: &[u8], missing: Missing) {
        if !self.is_there() {
            return;
        }
        let truth = match self.compare {
            Compare::Text(texts) => texts.fits(text, missing),
            Compare::Net(nets) => {
                let fits = |net: &Net| match net {
                    Net::Unix(pattern) => pattern.fits(text, missing),
                    Net::Host { .. } => Truth::No,
                };
                nets.iter().map(fits).max().unwrap_or(Truth::No)
            }
            _ => Truth::No,
        };
        self.learn(truth);
    }

    /// Texts in a list of which the end may be missing.
    pub fn texts<'b>(&mut self, texts: impl Iterator<Item = &'b [u8]>, whole: bool) {
        let mut texts = texts.peekable();
        while let Some(text) = texts.next() {
            let last = texts.peek().is_none();
            self.text(text, whole || !last);
        }
        if !whole {
            self.unread(0);
        }
    }

    /// A host's address in the bytes of a record.
    pub fn host(&mut self, bytes: &[u8]) {
        if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
            self.ipv4(Ipv4Addr::from(v4));
        } else if let Ok(v6) = <[u8; 16]>::try_from(bytes) {
            self.ipv6(Ipv6Addr::from(v6));
        }
    }

    /// Whether a member of what is compared is a part of it: those of a socket's address are.
    fn takes(&self, member: &str) -> bool {
        const PARTS: [&str; 5] = ["sin_port", "sin_addr", "sin6_port", "sin6_addr", "sun_path"];
        self.is_there() && matches!(self.compare, Compare::Net(_)) && PARTS.contains(&member)
    }

    const fn step(&mut self, named: bool) {
        self.steps = self.steps << 1 | named as u64;
        self.inside += named as usize;
    }
}

impl Print for Probe<'_> {
    const BOTH: bool = false;

    fn signed(&mut self, value: i64) {
        self.number(i128::from(value));
    }

    fn unsigned(&mut self, value: u64) {
        self.number(i128::from(value));
    }

    fn hex(&mut self, value: u64) {
        self.unsigned(value);
    }

    fn octal(&mut self, value: u64) {
        self.unsigned(value);
    }

    fn address(&mut self, value: u64) {
        self.unsigned(value);
    }

    fn words(&mut self, _kind: &Type, number: Number) {
        self.either(number.value, number.signed());
    }

    fn mode(&mut self, mode: u32) {
        self.unsigned(u64::from(mode));
    }

    fn device(&mut self, major: u32, minor: u32) {
        self.unsigned(u64::from(major) << 20 | u64::from(minor));
    }

    fn descriptor(&mut self, fd: i32, _directory: bool, _call: &Call<'_>) {
        self.signed(i64::from(fd));
    }

    fn seconds(&mut self, seconds: i64, _nanoseconds: Option<u64>) {
        self.signed(seconds);
    }

    fn wait_status(&mut self, _status: u32) {}

    fn signals(&mut self, set: u64, _bits: u32) {
        self.unsigned(set);
    }

    fn descriptors(&mut self, set: &mut dyn Iterator<Item = u32>, whole: bool) {
        for fd in set {
            self.unsigned(u64::from(fd));
        }
        if !whole {
            self.unread(0);
        }
    }

    fn text(&mut self, bytes: &[u8], whole: bool) {
        let missing = if whole {
            Missing::Nothing
        } else {
            Missing::End
        };
        self.piece(bytes, missing);
    }

    fn path(&mut self, bytes: &[u8], whole: bool) {
        self.text(bytes, whole);
    }

    fn raw(&mut self, bytes: &[u8], whole: bool) {
        self.text(bytes, whole);
    }

    fn abstract_path(&mut self, name: &[u8]) {
        // The largest address has 108 bytes of name.
        let mut text = [b'@'; 128];
        let length = name.len().min(text.len() - 1);
        text[1..=length].copy_from_slice(&name[..length]);
        self.text(&text[..=length], true);
    }

    fn network(&mut self, bits: u32, write: impl FnOnce(&mut Self)) {
        self.takes_port = bits == 16 && matches!(self.compare, Compare::Net(_));
        write(self);
        self.takes_port = false;
    }

    fn hardware(&mut self, _address: &[u8]) {}

    fn unused(&mut self) {}

    fn groups(&mut self, mask: u32) {
        self.unsigned(u64::from(mask));
    }

    fn ipv4(&mut self, address: Ipv4Addr) {
        self.ipv6(address.to_ipv6_mapped());
    }

    fn ipv6(&mut self, address: Ipv6Addr) {
        let Compare::Net(nets) = self.compare else {
            return;
        };
        if self.is_there() {
            let (host, port) = (address.to_bits(), self.port.take());
            self.learn(Truth::from(nets.iter().any(|net| net.fits(host, port))));
        }
    }

    fn ipv6_member(&mut self, name: &'static str, address: Ipv6Addr) {
        self.member(name);
        self.ipv6(address);
    }

    fn open(&mut self, shape: Shape) {
        self.lists = self.lists << 1 | u64::from(shape == Shape::List);
    }

    fn close(&mut self, _shape: Shape) {
        self.lists >>= 1;
    }

    fn member(&mut self, name: &'static str) {
        if self.beside == 0 {
            if self.members.get(self.inside) == Some(&name) {
                return self.step(true);
            }
            if self.takes(name) {
                return self.step(false);
            }
        }
        self.beside += 1;
    }

    fn item(&mut self, _index: usize) -> bool {
        if self.beside == 0 {
            self.step(false);
        } else {
            self.beside += 1;
        }
        true
    }

    fn done(&mut self) {
        if self.beside > 0 {
            self.beside -= 1;
        } else {
            self.inside -= (self.steps & 1) as usize;
            self.steps >>= 1;
        }
    }

    fn abbreviates(&self) -> bool {
        false
    }

    fn rest(&mut self) {}

    fn null(&mut self) {}

    fn unread(&mut self, _address: u64) {
        if self.is_on_the_way() {
            self.learn(Truth::Unknown);
        }
    }

    fn buffer(&mut self, _address: u64) {}

    fn unwritten(&mut self, address: u64) {
        if !self.returned {
            self.unread(address);
        }
    }

    /// The end of a structure is missed only where the member was not in what there is of it.
    fn cut(&mut self) {
        if self.lists & 1 == 1 || !self.seen {
            self.unread(0);
        }
    }

    fn late(&mut self) {}
}
