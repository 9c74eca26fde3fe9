//! Connecting sockets, to the child itself.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};

use super::{Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("security_socket_connect", connect),
    trigger("security_socket_create", connect),
    trigger("security_socket_bind", connect),
    trigger("security_socket_listen", connect),
];

/// Makes a socket, binds it, waits for connections and makes one.
fn connect() {
    let name = format!("tracehound-prove-{}", std::process::id());
    if let Ok(address) = SocketAddr::from_abstract_name(name)
        && let Ok(_listener) = UnixListener::bind_addr(&address)
    {
        let _ = UnixStream::connect_addr(&address);
    }
}
