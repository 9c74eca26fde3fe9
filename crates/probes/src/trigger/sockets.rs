//! Sockets of the child that are connected with each other.

use std::net::{TcpListener, TcpStream};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::Duration;

use super::{Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("security_socket_connect", connect),
    trigger("security_socket_create", connect),
    trigger("security_socket_bind", connect),
    trigger("security_socket_listen", connect),
    trigger("security_socket_accept", connect),
    trigger("security_socket_setsockopt", connect),
    trigger("socket_accept", connect),
    trigger("socket_dup", connect),
    trigger("net_tcp_connect", connect_tcp),
];

/// Makes a socket, binds it, waits for connections, makes one, accepts it, duplicates its
/// descriptor and sets an option.
fn connect() {
    let name = format!("tracehound-prove-{}", std::process::id());
    if let Ok(address) = SocketAddr::from_abstract_name(name)
        && let Ok(listener) = UnixListener::bind_addr(&address)
        && let Ok(stream) = UnixStream::connect_addr(&address)
    {
        let _accepted = listener.accept();
        let _duplicate = stream.try_clone();
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    }
}

/// Makes a TCP connection with itself, without sending anything.
fn connect_tcp() {
    if let Ok(listener) = TcpListener::bind("127.0.0.1:0")
        && let Ok(address) = listener.local_addr()
    {
        let _stream = TcpStream::connect(address);
    }
}
