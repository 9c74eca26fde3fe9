//! The walk over a type: finds the bytes and tells them to a format.

use tracehound_schema::layout;
use tracehound_schema::types::{Len, Traffic, Type};

use super::call::{Call, Number, Scope};
use super::memory::{Found, Side};
use super::print::{Print, Shape};

/// How deep values are followed: the kernel side copies two levels, hostile bytes may show more.
pub(super) const DEPTH: u8 = 8;

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub struct At<'s> {
    /// The side of the call that it is of.
    pub side: Side,
    /// What names beside it mean.
    pub scope: Option<&'s Scope<'s>>,
    /// Of a message that the call may read and write: what becomes of what it points at, which is of
    /// one side only, the one that the data went.
    pub message: Option<Content>,
    /// The argument or member that it is.
    pub name: &'static str,
    /// Where the structure lies that is told, if it lies behind a pointer.
    pub address: Option<u64>,
    /// How many pointers and structures lie around it.
    pub depth: u8,
}

impl At<'_> {
    pub(super) const fn deeper(self) -> Self {
        At {
            depth: self.depth + 1,
            ..self
        }
    }
}

/// What becomes of what a message points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The call reads it.
    Sent,
    /// The call writes it, and the other side tells it.
    Received,
    /// The call should have written it and has not.
    Unfilled,
}

/// A walk over a call's values.
pub struct Walk<'w, P> {
    /// The call.
    pub call: &'w Call<'w>,
    /// Where the values go.
    pub print: &'w mut P,
}

/// The text that memory begins with, and whether its end is there.
pub(super) fn up_to_nul(bytes: &[u8]) -> (&[u8], bool) {
    let end = bytes.iter().position(|byte| *byte == 0);
    (&bytes[..end.unwrap_or(bytes.len())], end.is_some())
}

/// Tells an argument of a call to a format: what the call reads, or writes where it reads nothing.
pub fn argument<P: Print>(call: &Call<'_>, index: usize, print: &mut P) {
    side(call, index, Side::Before, print);
}

/// Tells one side of an argument that is both read and written; of others the side there is.
pub fn side<P: Print>(call: &Call<'_>, index: usize, side: Side, print: &mut P) {
    let Some(arg) = call.args().get(index) else {
        return;
    };
    if call.is_lost(index) {
        return print.unread(call.value(index));
    }
    let kind = call.kind(index);
    let at = At {
        side,
        scope: None,
        message: None,
        name: arg.name,
        address: None,
        depth: 0,
    };
    let number = Number::of(kind, call.value(index), call.structures());
    Walk { call, print }.scalar(kind, number, at);
}

/// Tells what a call returned, if it has.
pub fn returned<P: Print>(call: &Call<'_>, print: &mut P) {
    let Some(ret) = call.ret else {
        return;
    };
    let kind = call.chosen(&call.prepared.row.ret, None);
    let number = Number::of(kind, ret as u64, call.structures());
    let at = At {
        side: Side::After,
        scope: None,
        message: None,
        name: "ret",
        address: None,
        depth: 0,
    };
    Walk { call, print }.scalar(kind, number, at);
}

impl<'w, P: Print> Walk<'w, P> {
    /// A value that fits a register.
    pub(super) fn scalar(&mut self, kind: &'static Type, number: Number, at: At<'_>) {
        match kind {
            Type::Split(inner) | Type::Wide(_, inner) => self.scalar(inner, number, at),
            Type::Net(inner) => self.network(inner, number, at),
            Type::Fd => self.descriptor(number, false),
            Type::DirFd => self.descriptor(number, true),
            Type::Seconds => self.seconds(number.signed(), at),
            Type::By(_) => {
                let kind = self.call.chosen(kind, at.scope);
                let number = Number::of(kind, number.value, self.call.structures());
                self.chosen(kind, number, at);
            }
            Type::In(inner)
            | Type::Out(inner)
            | Type::InOut(inner)
            | Type::Found(inner)
            | Type::Left(inner) => self.pointer(kind, inner, number.value, at),
            kind => self.plain(kind, number),
        }
    }

    pub(super) fn chosen(&mut self, kind: &'static Type, number: Number, at: At<'_>) {
        if matches!(kind, Type::By(_)) {
            self.print.hex(number.value);
        } else {
            self.scalar(kind, number, at);
        }
    }

    fn descriptor(&mut self, number: Number, directory: bool) {
        let fd = number.signed() as i32;
        self.print.descriptor(fd, directory, self.call);
    }

    fn pointer(&mut self, kind: &Type, inner: &'static Type, address: u64, at: At<'_>) {
        if address == 0 {
            return self.print.null();
        }
        if at.depth >= DEPTH {
            return self.print.address(address);
        }
        let after = At {
            side: Side::After,
            ..at
        };
        let written = match kind {
            Type::Left(_) => self.call.interrupted(),
            Type::Found(_) => self.call.succeeded() && self.call.ret != Some(0),
            _ => self.call.succeeded(),
        };
        match kind {
            Type::Out(_) | Type::Found(_) | Type::Left(_) if written => {
                self.behind(inner, address, after);
            }
            Type::Out(_) | Type::Found(_) | Type::Left(_) => self.print.unwritten(address),
            Type::InOut(_) if P::BOTH && written && is_message(inner) => {
                let message = content(inner, written);
                self.behind(inner, address, At { message, ..after });
            }
            Type::InOut(_) if is_message(inner) && (at.side == Side::Before || written) => {
                let message = content(inner, written);
                self.behind(inner, address, At { message, ..at });
            }
            Type::InOut(_) if P::BOTH && at.side == Side::Before && written => {
                let start = self.print.place();
                self.behind(inner, address, at);
                let change = self.print.change(start);
                self.behind(inner, address, after);
                self.print.changed(start, change);
            }
            Type::InOut(_) if at.side == Side::After && !written => self.print.unwritten(address),
            _ => self.behind(inner, address, at),
        }
    }

    /// What stands behind a pointer.
    pub(super) fn behind(&mut self, kind: &'static Type, address: u64, at: At<'_>) {
        let at = at.deeper();
        match self.call.chosen(kind, at.scope) {
            Type::Text => self.text(address, at, false),
            Type::Path => self.text(address, at, true),
            Type::Bytes(len) => match self.call.count(*len, at.side, at.scope) {
                Some(length) => self.bytes(address, length, at),
                None => self.print.unread(address),
            },
            Type::Array(inner, len) => self.array(inner, *len, address, at),
            Type::Strings => self.strings(address, at),
            Type::IoVec(count, total) => self.vectors((*count, *total), address, at),
            Type::MsgHdr => self.message(address, at),
            Type::MmsgHdr(count, _) => self.messages(*count, address, at),
            Type::SockAddr(len) => match self.call.count(*len, at.side, at.scope) {
                Some(length) => self.socket_address(address, length, at),
                None => self.print.unread(address),
            },
            Type::SigSet(len) => self.signals(*len, address, at),
            Type::BitSet(len) => self.numbers(*len, address, at),
            Type::FdSet(len) => self.descriptors(*len, address, at),
            Type::PathOf(len) => self.path_of(*len, address, at),
            Type::Records(structure, len) => self.records(structure, *len, address, at),
            Type::Struct(structure) => self.structure(structure, address, at),
            kind => self.pointee(kind, address, at),
        }
    }

    /// A value that has a fixed size, behind a pointer.
    fn pointee(&mut self, kind: &'static Type, address: u64, at: At<'_>) {
        let size = layout::size(kind, self.call.structures()).map_or(0, |size| size.bytes);
        let Some(found) = self.read(address, u64::from(size), at) else {
            return;
        };
        match kind {
            Type::Chars(_) => self.chars(found.bytes, found.whole),
            Type::Raw(_) => self.print.raw(found.bytes, found.whole),
            Type::Inline(inner, _) => self.elements(inner, found.bytes, found.whole, at),
            _ if !found.whole => return self.print.unread(address),
            _ => {
                self.print.open(Shape::Pointee);
                self.place(kind, found.bytes, at);
                self.print.close(Shape::Pointee);
            }
        }
        self.late(found);
    }

    /// Bytes at an address; where there are none that is told and nothing is left to do.
    pub(super) fn read(&mut self, address: u64, length: u64, at: At<'_>) -> Option<Found<'w>> {
        let found = self.found(address, length, at);
        if found.is_none() {
            self.missing(address, at);
        }
        found
    }

    /// Bytes at an address, if there are any: of a message those that it had before, too.
    pub(super) fn found(&self, address: u64, length: u64, at: At<'_>) -> Option<Found<'w>> {
        let memory = &self.call.memory;
        let found = memory.read(at.side, address, length);
        match at.side {
            Side::After if at.message.is_some() => {
                found.or_else(|| memory.read(Side::Before, address, length))
            }
            _ => found,
        }
    }

    /// Tells that nothing was read at an address.
    pub(super) fn missing(&mut self, address: u64, at: At<'_>) {
        match at.message.filter(|_| at.side == Side::Before) {
            Some(Content::Received) => self.print.buffer(address),
            Some(Content::Unfilled) => self.print.unwritten(address),
            Some(Content::Sent) | None => self.print.unread(address),
        }
    }

    pub(super) fn late(&mut self, found: Found<'_>) {
        if found.late {
            self.print.late();
        }
    }

    pub(super) fn text(&mut self, address: u64, at: At<'_>, path: bool) {
        let Some(found) = self.call.memory.from(at.side, address) else {
            return self.print.unread(address);
        };
        let (bytes, whole) = up_to_nul(found.bytes);
        if path {
            self.print.path(bytes, whole);
        } else {
            self.print.text(bytes, whole);
        }
        self.late(found);
    }

    pub(super) fn bytes(&mut self, address: u64, length: u64, at: At<'_>) {
        if let Some(found) = self.read(address, length, at) {
            self.print.text(found.bytes, found.whole);
            self.late(found);
        }
    }

    /// A path that ends where its length says.
    fn path_of(&mut self, len: Len, address: u64, at: At<'_>) {
        let Some(length) = self.call.count(len, at.side, at.scope) else {
            return self.print.unread(address);
        };
        if let Some(found) = self.read(address, length, at) {
            self.print.path(found.bytes, found.whole);
            self.late(found);
        }
    }

    fn array(&mut self, inner: &'static Type, len: Len, address: u64, at: At<'_>) {
        if is_instruction(inner) && self.print.abbreviates() {
            return self.print.address(address);
        }
        let Some(count) = self.call.count(len, at.side, at.scope) else {
            return self.print.unread(address);
        };
        let size = layout::size(inner, self.call.structures()).map_or(1, |size| size.bytes.max(1));
        let length = count.saturating_mul(u64::from(size));
        let Some(found) = self.call.memory.read(at.side, address, length) else {
            return self.print.unread(address);
        };
        self.elements(inner, found.bytes, found.whole, at);
        self.late(found);
    }

    /// Values of one type one after another.
    pub(super) fn elements(&mut self, kind: &'static Type, bytes: &[u8], whole: bool, at: At<'_>) {
        let size = layout::size(kind, self.call.structures()).map_or(1, |size| size.bytes.max(1));
        self.print.open(Shape::List);
        let mut whole = whole;
        for (index, element) in bytes.chunks_exact(size as usize).enumerate() {
            if !self.print.item(index) {
                self.print.rest();
                whole = true;
                break;
            }
            self.place(kind, element, at);
            self.print.done();
        }
        if !whole {
            self.print.cut();
        }
        self.print.close(Shape::List);
    }
}

const fn is_instruction(kind: &Type) -> bool {
    matches!(kind, Type::Struct(structure) if structure.instruction.is_some())
}

const fn is_message(kind: &Type) -> bool {
    matches!(kind, Type::MsgHdr | Type::MmsgHdr(..))
}

const fn content(message: &Type, written: bool) -> Option<Content> {
    Some(match message {
        Type::MmsgHdr(_, Traffic::Sent) => Content::Sent,
        _ if written => Content::Received,
        _ => Content::Unfilled,
    })
}
