//! Sockets, waiting on many descriptors, devices and terminals.

use crate::types::Len::Arg;
use crate::types::Type::{Fd, In, Long, SockAddr, U32};

calls! {
    /// Connects a socket to an address.
    connect x86_64 42, i386 362, aarch64 203;
        (sockfd: Fd, addr: In(&SockAddr(Arg("addrlen"))), addrlen: U32) -> Long,
        in ["net", "net_sock"]
        with { entry: true }
}
