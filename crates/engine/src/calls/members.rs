//! Structures: their members, in place and behind pointers.

use std::net::Ipv6Addr;

use tracehound_schema::layout;
use tracehound_schema::types::{Len, Machine, Struct, Type};

use super::call::{Number, Scope};
use super::layouts::Layout;
use super::print::{Print, Shape};
use super::walk::{At, DEPTH, Walk};

/// The name of a member that has none of its own.
const UNNAMED: &str = "_";

impl<P: Print> Walk<'_, P> {
    pub(super) fn structure(&mut self, structure: &'static Struct, address: u64, at: At<'_>) {
        let prepared = self.call.prepared;
        let Some(layout) = prepared.layout(structure) else {
            return self.print.address(address);
        };
        let size = match layout.declared.size {
            Some(len) => self.call.count(len, at.side, at.scope),
            None => Some(layout.bytes),
        };
        let length = size.unwrap_or(layout.bytes).min(layout.bytes);
        let Some(found) = self.call.memory.read(at.side, address, length) else {
            return self.print.unread(address);
        };
        let address = Some(address);
        self.members(structure, found.bytes, found.whole, At { address, ..at });
        self.late(found);
    }

    /// The members of a structure, as far as there are bytes for them.
    pub(super) fn members(
        &mut self,
        structure: &'static Struct,
        bytes: &[u8],
        whole: bool,
        at: At<'_>,
    ) {
        let prepared = self.call.prepared;
        let Some(layout) = prepared.layout(structure).filter(|_| at.depth < DEPTH) else {
            return self.print.raw(bytes, whole);
        };
        if P::MACROS && structure.instruction == Some(Machine::Classic) {
            return self.filter_step(layout, bytes, at);
        }
        self.print.open(Shape::Struct);
        self.listed(layout, bytes, at);
        if self.print.abbreviates() && !layout.complete {
            self.print.rest();
        } else if !whole {
            self.print.cut();
        }
        self.print.close(Shape::Struct);
        if layout.declared.dated {
            self.date(layout, bytes);
        }
    }

    /// The date that an instant is.
    fn date(&mut self, layout: &Layout, bytes: &[u8]) {
        let number = |name| {
            let member = layout.member(name)?;
            let own = bytes.get(member.start..member.end)?;
            Number::read(member.kind, own, self.call.structures())
        };
        if let (Some(seconds), Some(nanoseconds)) = (number("tv_sec"), number("tv_nsec")) {
            self.print.date(seconds.signed(), nanoseconds.value);
        }
    }

    /// The members one by one, those of unnamed structures among them.
    fn listed(&mut self, layout: &Layout, bytes: &[u8], at: At<'_>) {
        let scope = Scope {
            layout,
            bytes,
            around: at.scope,
        };
        let inside = At {
            scope: Some(&scope),
            address: None,
            ..at.deeper()
        };
        let order = match (P::BOTH, self.print.abbreviates()) {
            (false, _) => &layout.all,
            (true, true) => &layout.brief,
            (true, false) if layout.declared.order.is_empty() && layout.complete => &layout.brief,
            (true, false) => &layout.order,
        };
        for member in order.iter().filter_map(|index| layout.members.get(*index)) {
            let kind = self.call.chosen(member.kind, inside.scope);
            let kind = match kind {
                Type::Wide(_, inner) => match self.call.chosen(inner, inside.scope) {
                    text @ Type::TextBehind => text,
                    _ => kind,
                },
                kind => kind,
            };
            // A case of a choice may be of another size than what is chosen otherwise.
            let size =
                layout::size(kind, self.call.structures()).map_or(0, |size| size.bytes as usize);
            let own = bytes.get(member.start..member.start + size);
            let is_unused = match kind {
                Type::Unused => true,
                Type::Wide(_, inner) => {
                    matches!(self.call.chosen(inner, inside.scope), Type::Unused)
                }
                _ => false,
            };
            match (kind, own) {
                _ if is_unused => {}
                (_, None) => break,
                (Type::Struct(inner), Some(own)) if member.name == UNNAMED => {
                    if let Some(inner) = self.call.prepared.layout(inner) {
                        self.listed(inner, own, inside);
                    }
                }
                _ if member.name == UNNAMED => {}
                // As long as something else says, behind the others.
                (Type::Bytes(_), Some(_)) => {
                    self.print.member(member.name);
                    let name = member.name;
                    let place = at.address.unwrap_or(0).wrapping_add(member.start as u64);
                    self.behind(kind, place, At { name, ..inside });
                    self.print.done();
                }
                (Type::TextBehind, Some(own)) => {
                    self.print.member(member.name);
                    let offset = Number::read(kind, own, self.call.structures());
                    let offset = offset.map_or(0, |offset| offset.value);
                    let end = at.address.unwrap_or(0).wrapping_add(layout.bytes);
                    self.text(end.wrapping_add(offset), inside, true);
                    self.print.done();
                }
                // strace names it inside of the value.
                (Type::Inet6, Some(own)) => {
                    let address = own.first_chunk::<16>().copied().unwrap_or_default();
                    self.print.ipv6_member(member.name, Ipv6Addr::from(address));
                    self.print.done();
                }
                (_, Some(own)) => {
                    self.print.member(member.name);
                    let name = member.name;
                    self.place(kind, own, At { name, ..inside });
                    self.print.done();
                }
            }
        }
    }

    /// A value that is stored in place.
    pub(super) fn place(&mut self, kind: &'static Type, bytes: &[u8], at: At<'_>) {
        match self.call.chosen(kind, at.scope) {
            Type::Chars(_) => self.chars(bytes, true),
            Type::Raw(_) => self.print.raw(bytes, true),
            Type::Inline(inner, _) => self.elements(inner, bytes, true, at),
            Type::Struct(structure) => self.members(structure, bytes, true, at),
            Type::Hardware(_) => self.print.hardware(bytes),
            Type::SigSet(_) => self.signals_in(bytes),
            Type::Inet6 => self.ipv6_address(bytes),
            Type::SockAddr(_) => self.socket_address_in(bytes, true),
            kind => match Number::read(kind, bytes, self.call.structures()) {
                Some(number) => self.chosen(kind, number, at),
                None => self.print.raw(bytes, false),
            },
        }
    }

    /// Text in place, up to its NUL.
    pub(super) fn chars(&mut self, bytes: &[u8], whole: bool) {
        let end = bytes.iter().position(|byte| *byte == 0);
        let text = &bytes[..end.unwrap_or(bytes.len())];
        self.print.path(text, whole || end.is_some());
    }

    /// Seconds, with the nanoseconds of a member beside them: `st_mtime_nsec`.
    pub(super) fn seconds(&mut self, seconds: i64, at: At<'_>) {
        let beside = |scope: &Scope<'_>| {
            let is = |name: &str| name.strip_prefix(at.name) == Some("_nsec");
            let member = scope.layout.members.iter().find(|row| is(row.name))?;
            self.call.named(member.name, at.scope)
        };
        let nanoseconds = at.scope.and_then(beside).map(|number| number.value);
        self.print.seconds(seconds, nanoseconds);
    }

    /// Structures one after another, each as long as it says itself.
    pub(super) fn records(
        &mut self,
        structure: &'static Struct,
        len: Len,
        address: u64,
        at: At<'_>,
    ) {
        let Some(length) = self.call.count(len, at.side, at.scope) else {
            return self.print.unread(address);
        };
        let layout = self.call.prepared.layout(structure);
        let (Some(layout), Some(found)) = (layout, self.call.memory.read(at.side, address, length))
        else {
            return self.print.unread(address);
        };
        let lengths = entries(layout, found.bytes).map(<[u8]>::len);
        let (count, length) = lengths.fold((0, 0), |sum, length| (sum.0 + 1, sum.1 + length));
        let whole = found.whole && length == found.bytes.len();
        if self.print.entries(address, count, whole) {
            return;
        }
        self.print.open(Shape::List);
        for (index, entry) in entries(layout, found.bytes).enumerate() {
            if !self.print.item(index) {
                self.print.rest();
                break;
            }
            self.entry(layout, entry, at);
            self.print.done();
        }
        if !whole {
            self.print.cut();
        }
        self.print.close(Shape::List);
        self.late(found);
    }

    /// One of them: text without a length is as long as there is room, and what is declared behind
    /// it lies at the end.
    fn entry(&mut self, layout: &Layout, bytes: &[u8], at: At<'_>) {
        let scope = Scope {
            layout,
            bytes,
            around: at.scope,
        };
        let inside = At {
            scope: Some(&scope),
            ..at.deeper()
        };
        let mut moved = 0;
        self.print.open(Shape::Struct);
        for member in layout.members.iter().filter(|row| !row.name.is_empty()) {
            let (start, end) = (member.start + moved, member.end + moved);
            self.print.member(member.name);
            if matches!(member.kind, Type::Chars(0)) {
                self.chars(bytes.get(start..).unwrap_or_default(), false);
                let behind = layout.members.last().map_or(end, |last| last.end) - member.end;
                moved = bytes.len().saturating_sub(behind + member.end);
            } else {
                let own = bytes.get(start..end).unwrap_or_default();
                let name = member.name;
                self.place(member.kind, own, At { name, ..inside });
            }
            self.print.done();
        }
        self.print.close(Shape::Struct);
    }
}

/// The whole structures among bytes, by the length that each says it has.
fn entries<'b>(layout: &Layout, bytes: &'b [u8]) -> impl Iterator<Item = &'b [u8]> + use<'b> {
    let place = layout
        .member("d_reclen")
        .map_or(0..0, |row| row.start..row.end);
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length: [u8; 2] = rest.get(place.clone())?.try_into().ok()?;
        let length = usize::from(u16::from_ne_bytes(length));
        let (entry, next) = rest
            .split_at_checked(length)
            .filter(|_| length > place.end)?;
        rest = next;
        Some(entry)
    })
}
