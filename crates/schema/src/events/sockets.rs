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

    /// A socket is about to be created.
    security_socket_create = 271 by Hook
        on [
            "lsm/socket_create",
            "fentry/security_socket_create",
            "kprobe/security_socket_create",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (family: "int", kind: "int", proto: "int", by_kernel: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["socket"]
            when "ret >= 0 && socket_behind(current, ret)"
            {
                family = "socket_family(socket_behind(current, ret))";
                kind = "socket_type(socket_behind(current, ret))";
                proto = "socket_protocol(socket_behind(current, ret))";
                by_kernel = "0";
            }
        sets ["lsm_hooks", "net", "net_sock"]
        {
            /// The address family.
            family: Enum(&names::socket::FAMILY), kernel("family").ctype("int");
            /// What kind of socket it is to be.
            type: Enum(&names::socket::KIND), kernel("kind").ctype("int");
            /// The protocol, by its number; 0 for the usual one of family and kind.
            protocol: I32, kernel("proto").ctype("int");
            /// 1 where the kernel makes it for itself.
            kern: I32, kernel("by_kernel").ctype("int");
        }
        page {
            purpose: "Sees every socket that is made, by calls and by the kernel itself.",
            use_case: "Find programs that make raw or packet sockets.",
            command: "sudo tracehound -e security_socket_create -- getent hosts localhost",
            issues: [
                "At the end of calls only sockets that socket(2) made are seen; protocol is then the one that was chosen, not the 0 that asked for it.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
            ],
            related: ["socket", "socketpair", "security_socket_connect"],
            sources: ["socket(2)", "net/socket.c (v6.18): __sock_create()"],
        }

    /// A socket is about to be bound to an address.
    security_socket_bind = 272 by Hook
        on [
            "lsm/socket_bind",
            "fentry/security_socket_bind",
            "kprobe/security_socket_bind",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (sock: "struct socket *", address: "struct sockaddr *", addrlen: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["bind"]
            when "ret == 0 && sock"
            {
                sock = "socket_behind(current, (s32)call_argument(current, 0))";
                address = "NULL";
                addrlen = "0";
                local_addr = "name_of(sock)";
            }
        sets ["default", "lsm_hooks", "net", "net_sock"]
        {
            /// The socket's descriptor. Absent where no bind(2) is under way, as for io_uring.
            sockfd: I32, register("bind_descriptor(current)").ctype("int").opt();
            /// The address to bind to, in the kernel's copy.
            local_addr: SockAddr, kernel("sockaddr_at(address, addrlen)").ctype("struct sockaddr*");
        }
        page {
            purpose: "Sees the address that the kernel binds to: its own copy, not the caller's memory.",
            use_case: "Find out which programs offer services, and where.",
            command: "sudo tracehound -e security_socket_bind -- timeout 1 python3 -m http.server -b 127.0.0.1 8098",
            issues: [
                "At the end of calls only those that succeed are seen, and none of io_uring; local_addr is then what the socket is bound to, with the port that was chosen where 0 was asked for.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
            ],
            related: ["bind", "security_socket_listen"],
            sources: ["bind(2)", "net/socket.c (v6.18): __sys_bind_socket()"],
        }

    /// A socket is about to wait for connections.
    security_socket_listen = 273 by Hook
        on [
            "lsm/socket_listen",
            "fentry/security_socket_listen",
            "kprobe/security_socket_listen",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (sock: "struct socket *", queue: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["listen"]
            when "ret == 0 && sock"
            {
                sock = "socket_behind(current, (s32)call_argument(current, 0))";
                queue = "(s32)call_argument(current, 1)";
            }
        sets ["lsm_hooks", "net", "net_sock"]
        {
            /// The socket's descriptor. Absent where no listen(2) is under way, as for io_uring.
            sockfd: I32, register("listen_descriptor(current)").ctype("int").opt();
            /// The address that it is bound to.
            local_addr: SockAddr, kernel("name_of(sock)").ctype("struct sockaddr*");
            /// How many connections may wait, as the kernel bounds it (net.core.somaxconn).
            backlog: I32, kernel("queue").ctype("int");
        }
        page {
            purpose: "Sees which address connections are awaited at, as the kernel has it.",
            use_case: "Find out which programs offer services, and where.",
            command: "sudo tracehound -e security_socket_listen -- timeout 1 python3 -m http.server -b 127.0.0.1 8099",
            issues: [
                "At the end of calls only those that succeed are seen, and none of io_uring; backlog is then as it was passed.",
                "By lsm only what the security modules before BPF's have allowed is seen.",
            ],
            related: ["listen", "security_socket_bind"],
            sources: ["listen(2)", "net/socket.c (v6.18): __sys_listen_socket()"],
        }
}
