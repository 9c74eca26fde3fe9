//! Control messages of a `struct msghdr` (`cmsg(3)`).

use linux_raw_sys::net;
use tracehound_schema::layout;
use tracehound_schema::names::socket;
use tracehound_schema::types::Type;

use super::call::Number;
use super::print::{Print, Shape};
use super::walk::{At, Walk};

/// The head of a control message.
#[derive(Clone, Copy)]
struct Head {
    length: u64,
    level: Number,
    kind: Number,
}

impl<P: Print> Walk<'_, P> {
    /// The control messages in so many bytes.
    pub(super) fn control(&mut self, address: u64, length: u64, at: At<'_>) {
        let Some(found) = self.read(address, length, at) else {
            return;
        };
        let word = layout::word(self.call.structures()) as usize;
        let mut rest = found.bytes;
        let mut index = 0;
        self.print.open(Shape::List);
        while let Some(head) = self.head(rest, word) {
            let end = usize::try_from(head.length).unwrap_or(usize::MAX);
            let data = rest.get(word + 8..end.min(rest.len())).unwrap_or_default();
            if end < word + 8 || !self.print.item(index) {
                break;
            }
            self.control_message(head, data, at);
            if end > rest.len() {
                self.print.cut();
            }
            self.print.done();
            let next = end.checked_next_multiple_of(word);
            rest = next.and_then(|next| rest.get(next..)).unwrap_or_default();
            index += 1;
        }
        if !found.whole {
            self.print.cut();
        }
        self.print.close(Shape::List);
        self.late(found);
    }

    fn head(&self, bytes: &[u8], word: usize) -> Option<Head> {
        let abi = self.call.structures();
        let length = Number::read(&Type::Size, bytes, abi)?;
        Some(Head {
            length: length.value,
            level: Number::read(&Type::I32, bytes.get(word..)?, abi)?,
            kind: Number::read(&Type::I32, bytes.get(word + 4..)?, abi)?,
        })
    }

    fn control_message(&mut self, head: Head, data: &[u8], at: At<'_>) {
        let socket = head.level.value == u64::from(net::SOL_SOCKET);
        self.print.open(Shape::Struct);
        self.with("cmsg_len", |print| print.unsigned(head.length));
        self.with("cmsg_level", |print| {
            print.words(&Type::Enum(&socket::LEVEL), head.level);
        });
        self.with("cmsg_type", |print| {
            if socket {
                print.words(&Type::Enum(&socket::CONTROL), head.kind);
            } else {
                print.hex(head.kind.value);
            }
        });
        if !data.is_empty() {
            self.print.member("cmsg_data");
            match u32::try_from(head.kind.value) {
                Ok(net::SCM_RIGHTS) if socket => self.elements(&Type::Fd, data, true, at),
                Ok(kind) if socket => self.socket_data(kind, data),
                _ => self.print.raw(data, true),
            }
            self.print.done();
        }
        self.print.close(Shape::Struct);
    }

    fn socket_data(&mut self, kind: u32, data: &[u8]) {
        let (names, kind): (&[&'static str], &Type) = match kind {
            net::SCM_CREDENTIALS => (&["pid", "uid", "gid"], &Type::I32),
            net::SCM_TIMESTAMP => (&["tv_sec", "tv_usec"], &Type::Long),
            net::SCM_TIMESTAMPNS => (&["tv_sec", "tv_nsec"], &Type::Long),
            _ => return self.print.raw(data, true),
        };
        let abi = self.call.structures();
        let size = layout::size(kind, abi).map_or(4, |size| size.bytes as usize);
        if data.len() < names.len() * size {
            return self.print.raw(data, true);
        }
        self.print.open(Shape::Struct);
        for (name, bytes) in names.iter().zip(data.chunks_exact(size)) {
            let value = Number::read(kind, bytes, abi).map_or(0, Number::signed);
            self.with(name, |print| print.signed(value));
        }
        self.print.close(Shape::Struct);
    }
}
