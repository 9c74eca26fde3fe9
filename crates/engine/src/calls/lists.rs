//! Values behind several pointers: lists of texts, vectors and messages.

use std::borrow::Cow;

use tracehound_schema::types::{Len, Type};
use tracehound_schema::{layout, names};

use super::call::Number;
use super::memory::{Found, Side};
use super::print::{Print, Shape};
use super::walk::{At, Content, Walk, up_to_nul};
use crate::redact::Holds;

/// Nothing of a list is told.
struct Hidden;

/// A message's header in the caller's ABI: every member but the two 32-bit ones is a word.
#[derive(Clone, Copy, Debug)]
struct Message {
    name: u64,
    name_length: u64,
    vectors: u64,
    count: u64,
    control: u64,
    control_length: u64,
    flags: u64,
}

impl Message {
    fn read(bytes: &[u8], word: usize) -> Option<Message> {
        let mut words = (0..7).map(|index| bytes.get(index * word..(index + 1) * word));
        let mut take = |int: bool| {
            let bytes = words.next()??;
            let bytes = if int { bytes.get(..4)? } else { bytes };
            Some(match *bytes {
                [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
                [a, b, c, d, e, f, g, h] => u64::from_ne_bytes([a, b, c, d, e, f, g, h]),
                _ => return None,
            })
        };
        Some(Message {
            name: take(false)?,
            name_length: take(true)?,
            vectors: take(false)?,
            count: take(false)?,
            control: take(false)?,
            control_length: take(false)?,
            flags: take(true)?,
        })
    }
}

impl<'w, P: Print> Walk<'w, P> {
    fn word(&self) -> usize {
        layout::word(self.call.structures()) as usize
    }

    fn pointer_in(&self, bytes: &[u8]) -> u64 {
        Number::read(&Type::Addr, bytes, self.call.structures()).map_or(0, |number| number.value)
    }

    /// Texts whose addresses stand one after another, up to a null pointer.
    pub(super) fn strings(&mut self, address: u64, at: At<'_>) {
        let Some(found) = self.call.memory.from(at.side, address) else {
            return self.print.unread(address);
        };
        let pointers = found.bytes.chunks_exact(self.word());
        let count = pointers
            .clone()
            .position(|pointer| pointer.iter().all(|byte| *byte == 0));
        let whole = count.is_some();
        let count = count.unwrap_or(pointers.len());
        if at.name == "envp" && self.print.counted(address, count, whole) {
            return;
        }
        let pointers = pointers.take(count);
        let pointers: Vec<u64> = pointers.map(|pointer| self.pointer_in(pointer)).collect();
        let told = match self.told(&pointers, at) {
            Ok(told) => told,
            Err(Hidden) => return self.print.hidden(),
        };
        self.print.open(Shape::List);
        let mut complete = whole;
        let mut index = 0;
        for (place, pointer) in pointers.iter().enumerate() {
            let redacted = told.get(place);
            if matches!(redacted, Some(None)) {
                continue;
            }
            if !self.print.item(index) {
                self.print.rest();
                complete = true;
                break;
            }
            index += 1;
            match redacted {
                Some(Some(text)) => self.text_as(*pointer, text, at),
                _ => self.text(*pointer, at, false),
            }
            self.print.done();
        }
        if !complete {
            self.print.cut();
        }
        self.print.close(Shape::List);
        if !told.is_empty() {
            let left_out = told.iter().filter(|text| text.is_none());
            self.print.redacted(left_out.count());
        }
        self.late(found);
    }

    /// What may be told of the texts, one for each, if that is not what they are.
    fn told(&self, pointers: &[u64], at: At<'_>) -> Result<Vec<Option<Cow<'w, [u8]>>>, Hidden> {
        let redaction = self.call.redaction.zip(Holds::of(at.name));
        let Some((redaction, holds)) = redaction else {
            return Ok(Vec::new());
        };
        if redaction.hides_all(holds) {
            return Err(Hidden);
        }
        let memory = &self.call.memory;
        let texts = pointers.iter().map(|pointer| {
            let found = memory.from(at.side, *pointer);
            found.map_or(&b""[..], |found| up_to_nul(found.bytes).0)
        });
        let texts: Vec<&[u8]> = texts.collect();
        Ok(redaction.texts(holds, &texts).unwrap_or_default())
    }

    /// A text of which something else is told than what it is.
    fn text_as(&mut self, address: u64, text: &[u8], at: At<'_>) {
        let Some(found) = self.call.memory.from(at.side, address) else {
            return self.print.unread(address);
        };
        self.print.text(text, up_to_nul(found.bytes).1);
        self.late(found);
    }

    /// Vectors; of what they point at no more than the bytes in all.
    pub(super) fn vectors(&mut self, (count, total): (Len, Len), address: u64, at: At<'_>) {
        let count = self.call.count(count, at.side, at.scope);
        let total = self.call.count(total, at.side, at.scope);
        match count {
            Some(count) => self.vector_list(count, total, address, at),
            None => self.print.unread(address),
        }
    }

    fn vector_list(&mut self, count: u64, total: Option<u64>, address: u64, at: At<'_>) {
        let one = self.word() * 2;
        let length = count.saturating_mul(one as u64);
        let Some(found) = self.read(address, length, at) else {
            return;
        };
        // What a call reads is read from the first byte to the last.
        let mut left = total.unwrap_or(u64::MAX);
        let mut whole = found.whole;
        self.print.open(Shape::List);
        for (index, vector) in found.bytes.chunks_exact(one).enumerate() {
            if !self.print.item(index) {
                self.print.rest();
                whole = true;
                break;
            }
            let (base, length) = vector.split_at(one / 2);
            let (base, length) = (self.pointer_in(base), self.pointer_in(length));
            let used = length.min(left);
            left -= used;
            self.vector(base, length, used, at);
            self.print.done();
        }
        if !whole {
            self.print.cut();
        }
        self.print.close(Shape::List);
        self.late(found);
    }

    fn vector(&mut self, base: u64, length: u64, used: u64, at: At<'_>) {
        self.print.open(Shape::Struct);
        self.print.member("iov_base");
        if base == 0 {
            self.print.null();
        } else {
            self.bytes(base, used, at);
        }
        self.print.done();
        self.print.member("iov_len");
        self.print.unsigned(length);
        self.print.done();
        self.print.close(Shape::Struct);
    }

    /// A message.
    pub(super) fn message(&mut self, address: u64, at: At<'_>) {
        let word = self.word();
        let Some(found) = self.headers(address, 7 * word as u64, at) else {
            return;
        };
        let total = match at.side {
            Side::Before => None,
            Side::After => self.call.count(Len::Ret, at.side, None),
        };
        match Message::read(found.bytes, word) {
            Some(message) => {
                let before = self.before(address, at);
                self.message_members(message, (total, before), at);
            }
            None => self.print.unread(address),
        }
        self.late(found);
    }

    /// Headers of messages. The kernel reads them whatever becomes of the call, unlike the buffers that
    /// they point at: where they could not be read that is told.
    fn headers(&mut self, address: u64, length: u64, at: At<'_>) -> Option<Found<'w>> {
        let found = self.found(address, length, at);
        if found.is_none() {
            self.print.unread(address);
        }
        found
    }

    /// The message's header as the call found it, where the call may have changed it.
    fn before(&self, address: u64, at: At<'_>) -> Option<Message> {
        if at.message.is_none() || at.side == Side::Before {
            return None;
        }
        let word = self.word();
        let memory = &self.call.memory;
        let found = memory.read(Side::Before, address, 7 * word as u64)?;
        Message::read(found.bytes, word)
    }

    /// Several messages, each with the bytes that went through it.
    pub(super) fn messages(&mut self, count: Len, address: u64, at: At<'_>) {
        let word = self.word();
        let one = 8 * word;
        let Some(count) = self.call.count(count, at.side, at.scope) else {
            return self.print.unread(address);
        };
        let Some(first) = self.headers(address, count.min(1) * one as u64, at) else {
            return;
        };
        self.print.open(Shape::List);
        let filled = self.call.ret.and_then(|ret| u64::try_from(ret).ok());
        for index in 0..count {
            let unfilled = at.message == Some(Content::Received)
                && filled.is_some_and(|filled| index >= filled);
            let at = At {
                message: if unfilled {
                    Some(Content::Unfilled)
                } else {
                    at.message
                },
                ..at
            };
            // Each was copied by itself, with what it points at behind it.
            let place = address.wrapping_add(index.wrapping_mul(one as u64));
            let found = self.found(place, one as u64, at);
            let Some(found) = found.filter(|found| found.whole) else {
                self.print.cut();
                break;
            };
            if !self.print.item(index as usize) {
                self.print.rest();
                break;
            }
            let length = Number::read(&Type::U32, &found.bytes[7 * word..], self.call.structures());
            let length = length.map_or(0, |number| number.value);
            if let Some(message) = Message::read(found.bytes, word) {
                let before = self.before(place, at);
                self.message_of_several((message, before), length, at);
            }
            self.print.done();
        }
        self.print.close(Shape::List);
        self.late(first);
    }

    fn message_of_several(
        &mut self,
        (message, before): (Message, Option<Message>),
        length: u64,
        at: At<'_>,
    ) {
        let written = at.side == Side::After;
        self.print.open(Shape::Struct);
        self.print.member("msg_hdr");
        self.message_members(message, (written.then_some(length), before), at);
        self.print.done();
        // The kernel alone sets it.
        if written {
            self.print.member("msg_len");
            self.print.unsigned(length);
            self.print.done();
        }
        self.print.close(Shape::Struct);
    }

    /// The length of a name, as it was and as it is; a format that tells both sides apart has it as
    /// it is.
    fn name_length(&mut self, before: u64, after: u64) {
        let signed = |length: u64| i64::from(length as u32 as i32);
        if P::BOTH {
            let start = self.print.place();
            self.print.signed(signed(before));
            let change = self.print.change(start);
            self.print.signed(signed(after));
            self.print.changed(start, change);
        } else {
            self.print.signed(signed(after));
        }
    }

    /// The members; `total` bytes of the vectors' content were used.
    fn message_members(
        &mut self,
        message: Message,
        (total, before): (Option<u64>, Option<Message>),
        at: At<'_>,
    ) {
        let at = at.deeper();
        self.print.open(Shape::Struct);
        self.print.member("msg_name");
        match message.name {
            0 => self.print.null(),
            // Nobody is named.
            name if message.name_length == 0 => self.print.buffer(name),
            name => self.socket_address(name, message.name_length, at),
        }
        self.print.done();
        self.print.member("msg_namelen");
        let length = before.map_or(message.name_length, |before| before.name_length);
        self.name_length(length, message.name_length);
        self.print.done();
        self.print.member("msg_iov");
        match message.vectors {
            0 => self.print.null(),
            vectors => self.vector_list(message.count, total, vectors, at),
        }
        self.print.done();
        self.print.member("msg_iovlen");
        self.print.unsigned(message.count);
        self.print.done();
        if message.control_length > 0 {
            self.print.member("msg_control");
            match message.control {
                0 => self.print.null(),
                control => self.control(control, message.control_length, at),
            }
            self.print.done();
        }
        self.print.member("msg_controllen");
        self.print.unsigned(message.control_length);
        self.print.done();
        self.print.member("msg_flags");
        let flags = Number::new(message.flags, 32);
        self.print
            .words(&Type::Flags(&names::socket::MESSAGE), flags);
        self.print.done();
        self.print.close(Shape::Struct);
    }
}
