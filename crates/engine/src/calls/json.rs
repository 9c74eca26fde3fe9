//! Values of calls as JSON, and notes on what they are worth by dotted path.

use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use tracehound_schema::types::Type;

use super::call::{Call, Number};
use super::print::{Print, Shape};
use super::words::{self, Dialect};
use crate::{text, value};

/// One step of the path to a value.
#[derive(Clone, Copy, Debug)]
enum Step {
    Name(&'static str),
    Index(usize),
}

/// What is not simply there, each a list of quoted paths with a comma behind each.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    path: Vec<Step>,
    /// Values that could not be read.
    pub unread: Vec<u8>,
    /// Where they would have been, as members of an object.
    pub unread_at: Vec<u8>,
    /// Values whose end is missing.
    pub cut: Vec<u8>,
    /// Values of which something is not told.
    pub redacted: Vec<u8>,
    /// How many variables of an environment are not among those told.
    pub left_out: usize,
    /// Values that were read late.
    pub late: Vec<u8>,
    /// Values that the call has not written.
    pub unwritten: Vec<u8>,
    /// Texts with bytes that are not UTF-8.
    pub raw: Vec<u8>,
}

impl Notes {
    /// What follows is within something named.
    pub fn within(&mut self, name: &'static str) {
        self.path.push(Step::Name(name));
    }

    /// Ends what `within` began.
    pub fn outside(&mut self) {
        self.path.pop();
    }

    /// Forgets all, to be used for the next call.
    pub fn clear(&mut self) {
        self.path.clear();
        self.left_out = 0;
        for list in [
            &mut self.unread,
            &mut self.unread_at,
            &mut self.cut,
            &mut self.redacted,
            &mut self.late,
            &mut self.unwritten,
            &mut self.raw,
        ] {
            list.clear();
        }
    }
}

/// Appends a path in quotes.
fn write_path(out: &mut Vec<u8>, path: &[Step]) {
    out.push(b'"');
    for (number, step) in path.iter().enumerate() {
        if number > 0 {
            out.push(b'.');
        }
        match step {
            Step::Name(name) => out.extend_from_slice(name.as_bytes()),
            Step::Index(index) => text::number(out, *index),
        }
    }
    out.push(b'"');
}

fn note(out: &mut Vec<u8>, path: &[Step]) {
    write_path(out, path);
    out.push(b',');
}

/// Writes values as JSON.
pub struct Json<'o> {
    out: &'o mut Vec<u8>,
    notes: &'o mut Notes,
    /// Whether nothing stands yet in what was opened last.
    first: bool,
    /// Where the key of the value to come begins; a value that is not there takes its key with it.
    key: usize,
    /// What `first` was before the key.
    was_first: bool,
}

impl<'o> Json<'o> {
    /// Writes to the inside of an object that nothing stands in yet.
    pub const fn new(out: &'o mut Vec<u8>, notes: &'o mut Notes) -> Json<'o> {
        Json {
            out,
            notes,
            first: true,
            key: 0,
            was_first: true,
        }
    }

    /// Writes an argument.
    pub fn argument(&mut self, name: &'static str, value: impl FnOnce(&mut Self)) {
        self.member(name);
        value(self);
        self.done();
    }

    /// Whether nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.first
    }

    fn begin(&mut self) {
        self.key = self.out.len();
        self.was_first = self.first;
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
    }

    fn quoted(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(b'"');
        write(self.out);
        self.out.push(b'"');
    }

    fn string(&mut self, bytes: &[u8]) {
        self.out.push(b'"');
        if text::json(self.out, bytes) {
            note(&mut self.notes.raw, &self.notes.path);
        }
        self.out.push(b'"');
    }

    /// Takes the key back: there is no value.
    fn nothing(&mut self) {
        self.out.truncate(self.key);
        self.first = self.was_first;
    }
}

impl Print for Json<'_> {
    const BOTH: bool = false;

    fn signed(&mut self, number: i64) {
        value::signed(self.out, number);
    }

    fn unsigned(&mut self, number: u64) {
        value::unsigned(self.out, number);
    }

    fn hex(&mut self, number: u64) {
        self.quoted(|out| text::hex(out, number));
    }

    fn octal(&mut self, number: u64) {
        self.quoted(|out| words::octal(out, number, 1));
    }

    fn address(&mut self, address: u64) {
        match address {
            0 => self.out.extend_from_slice(b"\"NULL\""),
            address => self.hex(address),
        }
    }

    fn words(&mut self, kind: &Type, number: Number) {
        match kind {
            Type::Enum(table) if words::name(table, number).is_none() => {
                value::signed(self.out, number.signed());
            }
            _ => self.quoted(|out| words::write(out, kind, number, Dialect::Json)),
        }
    }

    fn mode(&mut self, mode: u32) {
        self.quoted(|out| words::mode(out, mode));
    }

    fn device(&mut self, major: u32, minor: u32) {
        self.quoted(|out| {
            text::number(out, major);
            out.push(b':');
            text::number(out, minor);
        });
    }

    fn descriptor(&mut self, fd: i32, directory: bool, _call: &Call<'_>) {
        if directory && fd == linux_raw_sys::general::AT_FDCWD {
            self.out.extend_from_slice(b"\"AT_FDCWD\"");
        } else {
            text::number(self.out, fd);
        }
    }

    fn seconds(&mut self, seconds: i64, _nanoseconds: Option<u64>) {
        value::signed(self.out, seconds);
    }

    fn wait_status(&mut self, status: u32) {
        let key = |out: &mut Vec<u8>, name: &str| {
            out.extend_from_slice(b"{\"");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
        };
        let (low, high) = (status & 0x7f, status >> 8 & 0xff);
        if status == 0xffff {
            self.out.extend_from_slice(b"{\"continued\":true}");
        } else if low == 0x7f {
            key(self.out, "stopped");
            self.words(&Type::Signal, Number::new(u64::from(high), 8));
            self.out.push(b'}');
        } else if low == 0 {
            key(self.out, "exited");
            text::number(self.out, high);
            self.out.push(b'}');
        } else {
            key(self.out, "signaled");
            self.words(&Type::Signal, Number::new(u64::from(low), 8));
            let core = status & 0x80 != 0;
            self.out
                .extend_from_slice(if core { b",\"core\":true}" } else { b"}" });
        }
    }

    fn signals(&mut self, set: u64, _bits: u32) {
        value::json_set(self.out, set);
    }

    fn descriptors(&mut self, set: &mut dyn Iterator<Item = u32>, whole: bool) {
        self.out.push(b'[');
        for (number, fd) in set.enumerate() {
            if number > 0 {
                self.out.push(b',');
            }
            text::number(self.out, fd);
        }
        self.out.push(b']');
        if !whole {
            self.cut();
        }
    }

    fn text(&mut self, bytes: &[u8], whole: bool) {
        self.string(bytes);
        if !whole {
            self.cut();
        }
    }

    fn path(&mut self, bytes: &[u8], whole: bool) {
        self.text(bytes, whole);
    }

    fn raw(&mut self, bytes: &[u8], whole: bool) {
        self.text(bytes, whole);
    }

    fn abstract_path(&mut self, name: &[u8]) {
        self.out.extend_from_slice(b"\"@");
        if text::json(self.out, name) {
            note(&mut self.notes.raw, &self.notes.path);
        }
        self.out.push(b'"');
    }

    fn network(&mut self, _bits: u32, write: impl FnOnce(&mut Self)) {
        write(self);
    }

    fn hardware(&mut self, address: &[u8]) {
        self.quoted(|out| words::hardware(out, address));
    }

    fn unused(&mut self) {
        self.nothing();
    }

    fn groups(&mut self, mask: u32) {
        self.hex(u64::from(mask));
    }

    fn ipv4(&mut self, address: Ipv4Addr) {
        self.quoted(|out| {
            // Writing to a vector cannot fail.
            let _ = write!(out, "{address}");
        });
    }

    fn ipv6_member(&mut self, name: &'static str, address: Ipv6Addr) {
        self.member(name);
        self.ipv6(address);
    }

    fn ipv6(&mut self, address: Ipv6Addr) {
        self.quoted(|out| {
            let _ = write!(out, "{address}");
        });
    }

    fn open(&mut self, shape: Shape) {
        match shape {
            Shape::Struct => self.out.push(b'{'),
            Shape::List => self.out.push(b'['),
            Shape::Pointee | Shape::Macro(_) => return,
        }
        self.first = true;
    }

    fn close(&mut self, shape: Shape) {
        match shape {
            Shape::Struct => self.out.push(b'}'),
            Shape::List => self.out.push(b']'),
            Shape::Pointee | Shape::Macro(_) => return,
        }
        self.first = false;
    }

    fn member(&mut self, name: &'static str) {
        self.begin();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.notes.path.push(Step::Name(name));
    }

    fn item(&mut self, index: usize) -> bool {
        self.begin();
        self.notes.path.push(Step::Index(index));
        true
    }

    fn done(&mut self) {
        self.notes.path.pop();
    }

    fn abbreviates(&self) -> bool {
        false
    }

    fn rest(&mut self) {}

    fn null(&mut self) {
        self.nothing();
    }

    fn unread(&mut self, address: u64) {
        self.nothing();
        let notes = &mut *self.notes;
        note(&mut notes.unread, &notes.path);
        if address != 0 {
            write_path(&mut notes.unread_at, &notes.path);
            notes.unread_at.extend_from_slice(b":\"");
            text::hex(&mut notes.unread_at, address);
            notes.unread_at.extend_from_slice(b"\",");
        }
    }

    fn buffer(&mut self, _address: u64) {
        self.nothing();
    }

    fn unwritten(&mut self, _address: u64) {
        self.nothing();
        note(&mut self.notes.unwritten, &self.notes.path);
    }

    fn cut(&mut self) {
        note(&mut self.notes.cut, &self.notes.path);
    }

    fn hidden(&mut self) {
        self.nothing();
        self.redacted(0);
    }

    fn redacted(&mut self, left_out: usize) {
        note(&mut self.notes.redacted, &self.notes.path);
        self.notes.left_out += left_out;
    }

    fn late(&mut self) {
        note(&mut self.notes.late, &self.notes.path);
    }
}
