//! Addresses of hosts and sockets.

use std::net::IpAddr;

use super::{Token, clipped, texts};
use crate::filter::class::Form;
use crate::filter::expr::Net;
use crate::filter::fault::Fault;
use crate::filter::pattern::Pattern;

const ADDRESS: &str = "write an address as 10.0.0.0/8, 1.2.3.4:443, [::1]:80, :1024..2048, \
     /run/socket, @name or *";
const IP: &str = "write an address as 1.2.3.4, 10.0.0.0/8 or fe80::/10";

/// An address as it is written.
pub fn net(form: Form, token: &Token<'_>) -> Result<Net, Fault> {
    let text = token.text.trim();
    if form == Form::Address && (text.starts_with(['/', '@']) || token.quoted) {
        return Ok(Net::Unix(Pattern::new(texts::text(token)?)));
    }
    let read = || {
        if form == Form::Ip {
            return hosts(text).map(|(bits, length)| (bits, length, None));
        }
        let (host, ports) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, ports) = rest.split_once(']')?;
                (
                    host,
                    ports
                        .strip_prefix(':')
                        .map_or(Some(None), |ports| Some(Some(ports)))?,
                )
            }
            None => match text.split_once(':') {
                // More colons than one are those of IPv6.
                Some((host, ports)) if !ports.contains(':') => (host, Some(ports)),
                _ => (text, None),
            },
        };
        let ports = match ports {
            Some(ports) => Some(self::ports(ports)?),
            None => None,
        };
        let (bits, length) = match host {
            "" | "*" if ports.is_some() => (0, 0),
            "*" => (0, 0),
            host => hosts(host)?,
        };
        Some((bits, length, ports))
    };
    let expected = if form == Form::Ip { IP } else { ADDRESS };
    let wrong = || token.wrong(format!("{:?} is no address: {expected}", clipped(text)));
    let (bits, length, ports) = read().ok_or_else(wrong)?;
    Ok(Net::Host {
        bits,
        length,
        ports,
    })
}

fn ports(text: &str) -> Option<(u16, u16)> {
    let (low, high) = text.split_once("..").unwrap_or((text, text));
    let (low, high) = (low.parse().ok()?, high.parse().ok()?);
    (low <= high).then_some((low, high))
}

/// The bits of an address and how many of them count, in the form of IPv6.
fn hosts(text: &str) -> Option<(u128, u8)> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let (bits, before) = match address.parse().ok()? {
        IpAddr::V4(address) => (address.to_ipv6_mapped().to_bits(), 96),
        IpAddr::V6(address) => (address.to_bits(), 0),
    };
    let length = length.unwrap_or(128 - before);
    let length = before.checked_add(length).filter(|length| *length <= 128)?;
    Some((bits & Net::mask(length), length))
}
