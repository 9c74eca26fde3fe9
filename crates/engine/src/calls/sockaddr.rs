//! Socket addresses, by family (`include/uapi/linux/{un,in,in6,netlink,if_packet,vm_sockets}.h`).

use std::net::{Ipv4Addr, Ipv6Addr};

use tracehound_schema::names::socket;
use tracehound_schema::types::Type;

use super::call::Number;
use super::memory::Side;
use super::print::{Print, Shape};
use super::walk::{At, Walk};

/// The largest address (`struct sockaddr_storage`).
const LARGEST: u64 = 128;

/// `N` bytes from `start` on.
fn take<const N: usize>(bytes: &[u8], start: usize) -> Option<[u8; N]> {
    bytes.get(start..)?.first_chunk().copied()
}

fn u16_at(bytes: &[u8], start: usize) -> Option<u16> {
    take(bytes, start).map(u16::from_ne_bytes)
}

fn u32_at(bytes: &[u8], start: usize) -> Option<u32> {
    take(bytes, start).map(u32::from_ne_bytes)
}

fn port_at(bytes: &[u8], start: usize) -> Option<u16> {
    take(bytes, start).map(u16::from_be_bytes)
}

impl<P: Print> Walk<'_, P> {
    /// The socket address of so many bytes.
    pub(super) fn socket_address(&mut self, address: u64, length: u64, at: At<'_>) {
        // A length is an int: a negative one is refused by the kernel.
        let length = u64::from(length as u32).min(LARGEST);
        // Nobody was named: the peer of a socket without a name.
        if length == 0 && at.side == Side::After {
            return self.print.unwritten(address);
        }
        let Some(found) = self.read(address, length, at) else {
            return;
        };
        if found.bytes.len() < 2 {
            return self.missing(address, at);
        }
        self.socket_address_in(found.bytes, found.whole);
        self.late(found);
    }

    /// A socket address in place.
    pub(super) fn socket_address_in(&mut self, bytes: &[u8], whole: bool) {
        Address::new(self.print).tell(bytes, whole);
    }

    /// A member and its value.
    pub(super) fn with(&mut self, name: &'static str, value: impl FnOnce(&mut P)) {
        Address::new(self.print).with(name, value);
    }
}

/// Tells a socket address to a format.
pub struct Address<'p, P> {
    print: &'p mut P,
}

impl<'p, P: Print> Address<'p, P> {
    /// Tells it to `print`.
    pub const fn new(print: &'p mut P) -> Address<'p, P> {
        Address { print }
    }

    /// Tells the address in `bytes`; not `whole` if its end is missing.
    pub fn tell(&mut self, bytes: &[u8], whole: bool) {
        let family = u16_at(bytes, 0).unwrap_or(0);
        self.print.open(Shape::Struct);
        let words = Number::new(u64::from(family), 16);
        self.with("sa_family", |print| {
            print.words(&Type::Enum(&socket::FAMILY), words);
        });
        if self.family(u32::from(family), bytes).is_none() && bytes.len() > 2 {
            self.with("sa_data", |print| print.raw(&bytes[2..], true));
        }
        if !whole {
            self.print.cut();
        }
        self.print.close(Shape::Struct);
    }

    /// The members of a family; `None` if it is not known or the address too short for it.
    fn family(&mut self, family: u32, bytes: &[u8]) -> Option<()> {
        use linux_raw_sys::net;
        match family {
            net::AF_UNIX => self.unix(bytes),
            net::AF_INET => self.inet(bytes),
            net::AF_INET6 => self.inet6(bytes),
            net::AF_NETLINK => self.netlink(bytes),
            net::AF_PACKET => self.packet(bytes),
            net::AF_VSOCK => self.vsock(bytes),
            net::AF_ALG => self.alg(bytes),
            net::AF_BLUETOOTH => self.bluetooth(bytes),
            _ => None,
        }
    }

    /// A member and its value.
    fn with(&mut self, name: &'static str, value: impl FnOnce(&mut P)) {
        self.print.member(name);
        value(self.print);
        self.print.done();
    }

    fn number(&mut self, name: &'static str, value: impl Into<u64>) {
        self.with(name, |print| print.unsigned(value.into()));
    }

    fn port(&mut self, name: &'static str, port: u16) {
        self.with(name, |print| {
            print.network(16, |print| print.unsigned(u64::from(port)));
        });
    }

    fn unix(&mut self, bytes: &[u8]) -> Option<()> {
        let path = bytes.get(2..)?;
        match path.first() {
            None => {}
            Some(0) => self.with("sun_path", |print| print.abstract_path(&path[1..])),
            Some(_) => {
                let end = path.iter().position(|byte| *byte == 0);
                let path = &path[..end.unwrap_or(path.len())];
                self.with("sun_path", |print| print.path(path, true));
            }
        }
        Some(())
    }

    fn inet(&mut self, bytes: &[u8]) -> Option<()> {
        let (port, address) = (port_at(bytes, 2)?, take::<4>(bytes, 4)?);
        self.port("sin_port", port);
        self.with("sin_addr", |print| print.ipv4(Ipv4Addr::from(address)));
        Some(())
    }

    fn inet6(&mut self, bytes: &[u8]) -> Option<()> {
        let (port, flow) = (port_at(bytes, 2)?, take(bytes, 4)?);
        let address = take::<16>(bytes, 8)?;
        self.port("sin6_port", port);
        self.with("sin6_flowinfo", |print| {
            print.network(32, |print| {
                print.unsigned(u64::from(u32::from_be_bytes(flow)));
            });
        });
        self.print.ipv6_member("sin6_addr", Ipv6Addr::from(address));
        self.print.done();
        if let Some(scope) = u32_at(bytes, 24) {
            self.number("sin6_scope_id", scope);
        }
        Some(())
    }

    fn netlink(&mut self, bytes: &[u8]) -> Option<()> {
        let (port, groups) = (u32_at(bytes, 4)?, u32_at(bytes, 8)?);
        self.number("nl_pid", port);
        self.with("nl_groups", |print| print.groups(groups));
        Some(())
    }

    fn packet(&mut self, bytes: &[u8]) -> Option<()> {
        let (protocol, index) = (port_at(bytes, 2)?, u32_at(bytes, 4)?);
        let [low, high, kind, length] = take(bytes, 8)?;
        let hardware = bytes.get(12..)?;
        self.port("sll_protocol", protocol);
        self.with("sll_ifindex", |print| {
            print.signed(i64::from(index.cast_signed()));
        });
        self.number("sll_hatype", u16::from_ne_bytes([low, high]));
        let kind = Number::new(u64::from(kind), 8);
        self.with("sll_pkttype", |print| {
            print.words(&Type::Enum(&socket::PACKET), kind);
        });
        self.number("sll_halen", length);
        let length = usize::from(length).min(hardware.len());
        self.with("sll_addr", |print| print.raw(&hardware[..length], true));
        Some(())
    }

    fn vsock(&mut self, bytes: &[u8]) -> Option<()> {
        let (port, cid) = (u32_at(bytes, 4)?, u32_at(bytes, 8)?);
        self.number("svm_port", port);
        self.number("svm_cid", cid);
        Some(())
    }

    fn alg(&mut self, bytes: &[u8]) -> Option<()> {
        let kind = take::<14>(bytes, 2)?;
        let (features, mask) = (u32_at(bytes, 16)?, u32_at(bytes, 20)?);
        let name = bytes.get(24..)?;
        let text = |bytes: &[u8]| {
            bytes
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(bytes.len())
        };
        self.with("salg_type", |print| print.path(&kind[..text(&kind)], true));
        self.with("salg_feat", |print| print.hex(u64::from(features)));
        self.with("salg_mask", |print| print.hex(u64::from(mask)));
        self.with("salg_name", |print| print.path(&name[..text(name)], true));
        Some(())
    }

    /// Bluetooth's four forms differ by their length alone.
    fn bluetooth(&mut self, bytes: &[u8]) -> Option<()> {
        match bytes.len() {
            6 => {
                self.number("hci_dev", u16_at(bytes, 2)?);
                self.number("hci_channel", u16_at(bytes, 4)?);
            }
            8 => self.with("sco_bdaddr", |print| print.raw(&bytes[2..], true)),
            10 => {
                self.with("rc_bdaddr", |print| print.raw(&bytes[2..8], true));
                self.number("rc_channel", bytes[8]);
            }
            14 => {
                self.number("l2_psm", u16::from_le_bytes(take(bytes, 2)?));
                self.with("l2_bdaddr", |print| print.raw(&bytes[4..10], true));
                self.number("l2_cid", u16::from_le_bytes(take(bytes, 10)?));
                self.number("l2_bdaddr_type", bytes[12]);
            }
            _ => return None,
        }
        Some(())
    }
}
