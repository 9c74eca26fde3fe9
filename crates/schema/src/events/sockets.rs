//! Sockets: what they are bound to and connected with. Ids 270 to 299.

use super::events;
use crate::field::{kernel, register};
use crate::kind::Kind::{Enum, I32, SockAddr};
use crate::names;

events! {
    /// A socket is about to be connected.
    security_socket_connect = 270 by Hook
        on [
            "lsm/socket_connect",
            "fentry/security_socket_connect",
            "kprobe/security_socket_connect",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (sock: "struct socket *", address: "struct sockaddr *", addrlen: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["connect"]
            when "(ret == 0 || ret == -EINPROGRESS) && sock"
            {
                sock = "socket_behind(current, (s32)call_argument(current, 0))";
                address = "NULL";
                addrlen = "0";
                remote_addr = "peer_of(sock)";
            }
        sets ["default", "lsm_hooks", "net", "net_sock"]
        {
            /// The socket's descriptor. Absent where no connect(2) is under way, as for io_uring.
            sockfd: I32, register("connect_descriptor(current)").ctype("int").opt();
            /// What kind of socket it is.
            type: Enum(&names::socket::KIND), kernel("socket_type(sock)").ctype("int");
            /// The address to connect to, in the kernel's copy.
            remote_addr: SockAddr, kernel("sockaddr_at(address, addrlen)").ctype("struct sockaddr*").unread("at the end of a call, when the socket has no peer: a connection was dissolved");
        }
        page {
            purpose: "Sees the address that the kernel connects to: its own copy, not the caller's memory.",
            use_case: "Find out which programs talk to whom.",
            command: "sudo tracehound -e security_socket_connect -- sh -c 'getent hosts localhost'",
            issues: [
                "At the end of calls only those that succeed or go on (EINPROGRESS) are seen, and none of io_uring; remote_addr is then the peer that the kernel has, which of a unix socket is what the peer is bound to.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
            ],
            related: ["connect"],
            sources: ["connect(2)", "net/socket.c (v6.18): __sys_connect_file()"],
        }
}
