//! What a decoded value is written to: the walk over types calls these, each format answers.

use std::net::{Ipv4Addr, Ipv6Addr};

use tracehound_schema::types::Type;

use super::call::{Call, Number};

/// What holds other values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Values by name.
    Struct,
    /// Values in order.
    List,
    /// One value behind a pointer.
    Pointee,
    /// Values in order, as a macro of this name is written with its arguments.
    Macro(&'static str),
}

/// A format of values.
pub trait Print {
    /// Whether what a call reads and then overwrites is written as one value that tells both.
    const BOTH: bool;
    /// Whether structures that programs write by macros are written so.
    const MACROS: bool = false;

    /// A number with a sign.
    fn signed(&mut self, value: i64);
    /// A number without.
    fn unsigned(&mut self, value: u64);
    /// A number in hexadecimal.
    fn hex(&mut self, value: u64);
    /// An offset of a filter of packets that is none into the packet.
    fn packet_offset(&mut self, offset: u32) {
        self.hex(u64::from(offset));
    }
    /// A number in octal.
    fn octal(&mut self, value: u64);
    /// An address that is not followed.
    fn address(&mut self, value: u64);
    /// An `Enum`, `Flags`, `Parts`, `Signal` or `Handler`.
    fn words(&mut self, kind: &Type, number: Number);
    /// Type and permissions of a file.
    fn mode(&mut self, mode: u32);
    /// A device number.
    fn device(&mut self, major: u32, minor: u32);
    /// A descriptor; `directory` where `AT_FDCWD` may stand.
    fn descriptor(&mut self, fd: i32, directory: bool, call: &Call<'_>);
    /// Seconds since 1970 and the nanoseconds beyond them, where a member beside tells them.
    fn seconds(&mut self, seconds: i64, nanoseconds: Option<u64>);
    /// A limit, where its number has no name.
    fn limit(&mut self, value: u64) {
        self.unsigned(value);
    }
    /// How a process ended.
    fn wait_status(&mut self, status: u32);
    /// A set of `bits` signals.
    fn signals(&mut self, set: u64, bits: u32);
    /// A set of descriptors; not `whole` if its end is missing.
    fn descriptors(&mut self, set: &mut dyn Iterator<Item = u32>, whole: bool);

    /// A text, shown as far as the user wants; not `whole` if there was more in memory.
    fn text(&mut self, bytes: &[u8], whole: bool);
    /// A path, shown whole.
    fn path(&mut self, bytes: &[u8], whole: bool);
    /// Bytes that mean nothing as text; not `whole` if there were more.
    fn raw(&mut self, bytes: &[u8], whole: bool);
    /// The name of an abstract unix socket.
    fn abstract_path(&mut self, name: &[u8]);
    /// A number that travels in network byte order, in the machine's; `write` writes it.
    fn network(&mut self, bits: u32, write: impl FnOnce(&mut Self));
    /// A hardware address.
    fn hardware(&mut self, address: &[u8]);
    /// An argument that the call does not read.
    fn unused(&mut self);
    /// A mask of multicast groups.
    fn groups(&mut self, mask: u32);
    /// An IPv4 address.
    fn ipv4(&mut self, address: Ipv4Addr);
    /// An IPv6 address.
    fn ipv6(&mut self, address: Ipv6Addr);
    /// A member that holds an IPv6 address.
    fn ipv6_member(&mut self, name: &'static str, address: Ipv6Addr);

    /// Begins what holds other values.
    fn open(&mut self, shape: Shape);
    /// Ends it.
    fn close(&mut self, shape: Shape);
    /// Begins a member.
    fn member(&mut self, name: &'static str);
    /// Begins an element; false if the user wants no more of them, and then nothing is begun.
    fn item(&mut self, index: usize) -> bool;
    /// Ends a member or an element.
    fn done(&mut self);
    /// Whether structures and lists are abbreviated.
    fn abbreviates(&self) -> bool;
    /// Tells that members or elements were left out on purpose.
    fn rest(&mut self);
    /// Writes an array of texts as their number only, if the format does so.
    fn counted(&mut self, _address: u64, _count: usize, _whole: bool) -> bool {
        false
    }

    /// There is no value: a null pointer.
    fn null(&mut self);
    /// The date of an instant that was told in seconds and nanoseconds.
    fn date(&mut self, _seconds: i64, _nanoseconds: u64) {}
    /// A time in hundredths of a second.
    fn ticks(&mut self, ticks: i64) {
        self.signed(ticks);
    }
    /// Nothing of the value is told.
    fn hidden(&mut self) {
        self.null();
    }
    /// Something of the value before is not told, and so many of its elements not at all.
    fn redacted(&mut self, _left_out: usize) {}
    /// The number of directory entries, where these are not told one by one.
    fn entries(&mut self, _address: u64, _count: usize, _whole: bool) -> bool {
        false
    }
    /// The value at an address could not be read.
    fn unread(&mut self, address: u64);
    /// The call may write there, and nothing is said of what stood there before.
    fn buffer(&mut self, address: u64);
    /// The call has written nothing there.
    fn unwritten(&mut self, address: u64);
    /// The end of the value before is missing.
    fn cut(&mut self);
    /// The value before was read late.
    fn late(&mut self);
    /// What follows up to the next call replaced the value before; gives a mark for `changed`.
    fn change(&mut self, start: usize) -> usize {
        start
    }
    /// Ends what `change` began; what is the same is told once.
    fn changed(&mut self, _start: usize, _change: usize) {}
    /// The place where the next value begins.
    fn place(&self) -> usize {
        0
    }
}
