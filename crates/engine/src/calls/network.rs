//! Values in network byte order, and requests of ioctl(2).

use std::collections::HashMap;
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use tracehound_schema::names;
use tracehound_schema::types::Type;

use super::call::Number;
use super::print::Print;
use super::walk::{At, Walk};
use super::words::plain_hex;

impl<P: Print> Walk<'_, P> {
    /// A number in network byte order, as its type has it.
    pub(super) fn network(&mut self, inner: &'static Type, number: Number, at: At<'_>) {
        let value = if cfg!(target_endian = "big") {
            number.value
        } else {
            number.value.swap_bytes() >> (64 - number.bits)
        };
        let call = self.call;
        self.print.network(number.bits, |print| {
            // It has no sign, whatever bits it is stored in.
            let number = Number::new(value, 64);
            Walk { call, print }.scalar(inner, number, at);
        });
    }

    /// An IPv4 address whose four bytes were read as a number.
    pub(super) fn ipv4_address(&mut self, number: Number) {
        let bytes = (number.value as u32).to_ne_bytes();
        self.print.ipv4(Ipv4Addr::from(bytes));
    }

    /// An IPv6 address in place.
    pub(super) fn ipv6_address(&mut self, bytes: &[u8]) {
        match bytes.first_chunk::<16>() {
            Some(bytes) => self.print.ipv6(Ipv6Addr::from(*bytes)),
            None => self.print.raw(bytes, false),
        }
    }
}

/// Names of requests by number. There are thousands, too many to look through.
static REQUESTS: LazyLock<HashMap<u32, &'static str>> = LazyLock::new(|| {
    // Where several share a number the first is the one to print.
    let rows = names::ioctl::IOCTL.rows.iter().rev();
    rows.map(|row| (row.0 as u32, row.1)).collect()
});

/// Appends a request: its name, else the parts of its number.
pub fn request(out: &mut Vec<u8>, number: u32) {
    if let Some(name) = REQUESTS.get(&number) {
        out.extend_from_slice(name.as_bytes());
        return;
    }
    // include/uapi/asm-generic/ioctl.h: number, type, size, direction, from the lowest bits up.
    let direction = match number >> 30 {
        0 => "_IOC_NONE",
        1 => "_IOC_WRITE",
        2 => "_IOC_READ",
        _ => "_IOC_READ|_IOC_WRITE",
    };
    // Writing to a vector cannot fail.
    let _ = write!(out, "_IOC({direction}");
    for part in [number >> 8 & 0xff, number & 0xff, number >> 16 & 0x3fff] {
        out.extend_from_slice(b", ");
        plain_hex(out, u64::from(part));
    }
    out.push(b')');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: u32) -> String {
        let mut out = Vec::new();
        request(&mut out, number);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn requests_have_a_name_or_parts() {
        assert_eq!(written(0x5401), "TCGETS");
        assert_eq!(written(0x8004_54ff), "_IOC(_IOC_READ, 0x54, 0xff, 0x4)");
        assert_eq!(written(0x0000_00ff), "_IOC(_IOC_NONE, 0, 0xff, 0)");
    }
}
