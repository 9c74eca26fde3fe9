//! What a descriptor stands for, behind its number: `3</etc/passwd>` (`-y`, `-yy`).

use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use linux_raw_sys::net;
use tracehound_schema::record::SocketFacts;

use crate::calls::File;
use crate::text::{self, Quoting};

/// Types of files (`S_IFMT`).
const TYPE: u32 = 0o170_000;
const CHARACTER: u32 = 0o020_000;
const BLOCK: u32 = 0o060_000;

/// Appends paths; sockets by their inode.
pub fn paths(out: &mut Vec<u8>, file: &File<'_>) {
    write(out, file, false, false);
}

/// Appends paths, and what sockets are.
pub fn sockets(out: &mut Vec<u8>, file: &File<'_>) {
    write(out, file, true, false);
}

/// Appends paths, and the numbers of devices.
pub fn devices(out: &mut Vec<u8>, file: &File<'_>) {
    write(out, file, false, true);
}

/// Appends all that is known.
pub fn everything(out: &mut Vec<u8>, file: &File<'_>) {
    write(out, file, true, true);
}

fn write(out: &mut Vec<u8>, file: &File<'_>, sockets: bool, devices: bool) {
    out.push(b'<');
    match file {
        File::File { facts, .. } => {
            let mut path = Vec::new();
            file.path(|piece| path.extend_from_slice(piece));
            escaped(out, &path);
            let kind = match facts.mode & TYPE {
                CHARACTER => "char",
                BLOCK => "block",
                _ => "",
            };
            if devices && !kind.is_empty() {
                let (major, minor) = (facts.rdev >> 20, facts.rdev & 0xf_ffff);
                // Writing to a vector cannot fail.
                let _ = write!(out, "<{kind} {major}:{minor}>");
            }
        }
        File::Socket { facts, path } if sockets => socket(out, facts, path),
        File::Socket { facts, .. } => {
            let _ = write!(out, "socket:[{}]", facts.inode);
        }
    }
    out.push(b'>');
}

/// A path, in which what would end it is written as a number.
fn escaped(out: &mut Vec<u8>, path: &[u8]) {
    let mut quoted = Vec::new();
    text::strace(&mut quoted, path, Quoting::Octal);
    let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    for byte in inner {
        match byte {
            b'<' => out.extend_from_slice(b"\\74"),
            b'>' => out.extend_from_slice(b"\\76"),
            byte => out.push(*byte),
        }
    }
}

fn socket(out: &mut Vec<u8>, facts: &SocketFacts, path: &[u8]) {
    let family = u32::from(facts.family);
    if family == net::AF_UNIX {
        return unix(out, facts, path);
    }
    let protocol = match (family, u32::from(facts.protocol)) {
        (net::AF_INET, 6) => "TCP",
        (net::AF_INET, 17) => "UDP",
        (net::AF_INET, 1) => "ICMP",
        (net::AF_INET6, 6) => "TCPv6",
        (net::AF_INET6, 17) => "UDPv6",
        (net::AF_INET, _) => "RAW",
        (net::AF_INET6, _) => "RAWv6",
        _ => "socket",
    };
    let local = u16::from_be(facts.local_port);
    // One that is bound to nothing has no address yet.
    if protocol == "socket" || local == 0 {
        let _ = write!(out, "{protocol}:[{}]", facts.inode);
        return;
    }
    let remote = u16::from_be(facts.remote_port);
    let _ = write!(out, "{protocol}:[");
    address(out, family, &facts.local, local);
    if remote != 0 {
        out.extend_from_slice(b"->");
        address(out, family, &facts.remote, remote);
    }
    out.push(b']');
}

fn address(out: &mut Vec<u8>, family: u32, bytes: &[u8; 16], port: u16) {
    let [a, b, c, d, ..] = *bytes;
    let _ = if family == net::AF_INET {
        write!(out, "{}:{port}", Ipv4Addr::new(a, b, c, d))
    } else {
        write!(out, "[{}]:{port}", Ipv6Addr::from(*bytes))
    };
}

fn unix(out: &mut Vec<u8>, facts: &SocketFacts, path: &[u8]) {
    let kind = match u32::from(facts.kind) {
        net::SOCK_STREAM => "UNIX-STREAM",
        net::SOCK_DGRAM => "UNIX-DGRAM",
        net::SOCK_SEQPACKET => "UNIX-SEQPACKET",
        _ => "UNIX",
    };
    let _ = write!(out, "{kind}:[{}", facts.inode);
    let peer = facts
        .remote
        .first_chunk()
        .map_or(0, |peer| u64::from_ne_bytes(*peer));
    if peer != 0 {
        let _ = write!(out, "->{peer}");
    }
    match path.split_first() {
        Some((0, name)) => {
            out.extend_from_slice(b",@");
            text::strace(out, name, Quoting::Octal);
        }
        Some(_) => {
            let end = path
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(path.len());
            out.push(b',');
            text::strace(out, &path[..end], Quoting::Octal);
        }
        None => {}
    }
    out.push(b']');
}
