//! Sockets of the child that are connected with each other.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::thread;
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
    trigger("sock_state", connect_tcp),
    trigger("tcp_receive_reset", reset),
    trigger("tcp_send_reset", reset),
    trigger("tcp_retransmit_skb", lose),
    trigger("unix_peer", connect),
    trigger("security_file_receive", pass),
    trigger("netlink_send", ask),
    trigger("udp_socket_close", open_udp),
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

/// Two ends of a TCP connection.
fn pair() -> Option<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").ok()?;
    let client = TcpStream::connect(listener.local_addr().ok()?).ok()?;
    Some((client, listener.accept().ok()?.0))
}

/// Makes a TCP connection with itself, without sending anything.
fn connect_tcp() {
    pair();
}

/// Closes a connection with a byte that was not read, which the kernel does by a reset.
fn reset() {
    if let Some((mut client, server)) = pair() {
        let _ = client.write_all(b"x");
        let _ = server.peek(&mut [0]);
        drop(server);
    }
}

/// Sends a byte to a socket that drops all it gets, until the kernel sends it again: after the
/// shortest time that it waits for an answer, 200 ms.
fn lose() {
    let Some((mut client, server)) = pair() else {
        return;
    };
    let mut drop_all = libc::sock_filter {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k: 0,
    };
    let filter = libc::sock_fprog {
        len: 1,
        filter: &raw mut drop_all,
    };
    // SAFETY: the filter lives until the kernel has copied it.
    unsafe {
        libc::setsockopt(
            server.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const filter).cast(),
            size_of_val(&filter) as libc::socklen_t,
        )
    };
    let _ = client.write_all(b"x");
    thread::sleep(Duration::from_millis(300));
}

/// Makes a UDP socket and closes it.
fn open_udp() {
    drop(UdpSocket::bind("127.0.0.1:0"));
}

/// Passes a pipe's end to itself.
fn pass() {
    let Ok((one, other)) = UnixStream::pair() else {
        return;
    };
    let mut control = [0_u64; 4];
    let mut byte = [0_u8; 1];
    let mut vector = libc::iovec {
        iov_base: byte.as_mut_ptr().cast(),
        iov_len: 1,
    };
    // SAFETY: all of it is numbers and pointers, for which zero is a value.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut vector;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = 24;
    // SAFETY: the header and the descriptor behind it lie within `control`, which is aligned for both.
    unsafe {
        let head = libc::CMSG_FIRSTHDR(&raw const message);
        (*head).cmsg_len = 20;
        (*head).cmsg_level = libc::SOL_SOCKET;
        (*head).cmsg_type = libc::SCM_RIGHTS;
        libc::CMSG_DATA(head).cast::<i32>().write(one.as_raw_fd());
    }
    // SAFETY: the message points at memory that lives on.
    unsafe { libc::sendmsg(one.as_raw_fd(), &raw const message, 0) };
    // SAFETY: the same, and as much room as before.
    unsafe { libc::recvmsg(other.as_raw_fd(), &raw mut message, 0) };
}

/// Asks the kernel for nothing: the message says only that it is one.
fn ask() {
    // SAFETY: makes a descriptor, which ends with the child.
    let fd = unsafe { libc::socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE) };
    // A header of 16 bytes of type NLMSG_NOOP, which is passed over.
    let message: [u32; 4] = [16, 1, 0, 0];
    // SAFETY: the message has 16 bytes.
    unsafe { libc::send(fd, message.as_ptr().cast(), 16, 0) };
}
