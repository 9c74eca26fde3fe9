//! Sockets: what they are bound to and connected with. Ids 270 to 277.

use super::{events, issues};
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
                issues::BY_LSM,
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
                issues::BY_LSM,
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
            command: "sudo tracehound -e security_socket_bind -- python3 -c 'import socket; socket.socket().bind((\"127.0.0.1\", 0))'",
            issues: [
                "At the end of calls only those that succeed are seen, and none of io_uring; local_addr is then what the socket is bound to, with the port that was chosen where 0 was asked for.",
                issues::BY_LSM,
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
            command: "sudo tracehound -e security_socket_listen -- python3 -c 'import socket; socket.create_server((\"127.0.0.1\", 0))'",
            issues: [
                "At the end of calls only those that succeed are seen, and none of io_uring; backlog is then as it was passed.",
                issues::BY_LSM,
            ],
            related: ["listen", "security_socket_bind"],
            sources: ["listen(2)", "net/socket.c (v6.18): __sys_listen_socket()"],
        }

    /// A connection is about to be accepted.
    ///
    /// The call may still have to wait for one, or find none: socket_accept tells those that came.
    security_socket_accept = 274 by Hook
        on [
            "lsm/socket_accept",
            "fentry/security_socket_accept",
            "kprobe/security_socket_accept",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (sock: "struct socket *", newsock: "struct socket *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["accept", "accept4"]
            when "(ret >= 0 || ret == -EAGAIN) && sock"
            {
                sock = "socket_behind(current, (s32)call_argument(current, 0))";
                newsock = "NULL";
            }
        sets ["default", "lsm_hooks", "net", "net_sock"]
        {
            /// The descriptor of the socket that waits. Absent where no accept(2) is under way, as for io_uring.
            sockfd: I32, register("accept_descriptor(current)").ctype("int").opt();
            /// The address that it is bound to.
            local_addr: SockAddr, kernel("name_of(sock)").ctype("struct sockaddr*");
        }
        page {
            purpose: "Sees who waits for connections, and at which address the kernel has the socket.",
            use_case: "Find out which programs serve others.",
            command: "sudo tracehound -e security_socket_accept -- python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); c = socket.create_connection(s.getsockname()); s.accept()'",
            issues: [
                "At the end of calls only those that succeed or find no connection (EAGAIN) are seen, and none of io_uring.",
                issues::BY_LSM,
            ],
            related: ["accept", "accept4", "socket_accept", "security_socket_listen"],
            sources: ["accept(2)", "net/socket.c (v6.18): do_accept()"],
        }

    /// An option of a socket is about to be set.
    security_socket_setsockopt = 275 by Hook
        on [
            "lsm/socket_setsockopt",
            "fentry/security_socket_setsockopt",
            "kprobe/security_socket_setsockopt",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (sock: "struct socket *", layer: "int", option: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["setsockopt"]
            when "ret == 0 && sock"
            {
                sock = "socket_behind(current, (s32)call_argument(current, 0))";
                layer = "(s32)call_argument(current, 1)";
                option = "(s32)call_argument(current, 2)";
            }
        sets ["lsm_hooks", "net", "net_sock"]
        {
            /// The socket's descriptor. Absent where no setsockopt(2) is under way, as for io_uring.
            sockfd: I32, register("setsockopt_descriptor(current)").ctype("int").opt();
            /// The layer that the option belongs to.
            level: Enum(&names::socket::LEVEL), kernel("layer").ctype("int");
            /// The option, by its number at that level.
            optname: I32, kernel("option").ctype("int");
            /// The address that the socket is bound to.
            local_addr: SockAddr, kernel("name_of(sock)").ctype("struct sockaddr*");
        }
        page {
            purpose: "Sees which options of sockets are set, before the kernel does so.",
            use_case: "Find programs that attach filters to sockets or turn off what protects them.",
            command: "sudo tracehound -e security_socket_setsockopt -- python3 -c 'import socket; socket.create_server((\"127.0.0.1\", 0))'",
            issues: [
                "At the end of calls only those that succeed are seen, and none of io_uring; of socketcall(2), level and optname are then read from user memory, which another thread can rewrite meanwhile.",
                issues::BY_LSM,
                "The value is told by setsockopt.",
            ],
            related: ["setsockopt"],
            sources: ["setsockopt(2)", "socket(7)", "net/socket.c (v6.18): do_sock_setsockopt()"],
        }

    /// A connection was accepted.
    ///
    /// Both addresses are those of the new socket, as the kernel has them.
    socket_accept = 276 by Hook
        on [
            "fexit/do_accept",
            "kprobe+kretprobe/do_accept",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *", how: "u64", address: "u64", length: "u64", flags: "int")
        when "accepted(current, ret)"
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["accept", "accept4"]
            {
                file = "NULL";
                how = "0";
                address = "0";
                length = "0";
                flags = "0";
                local_addr = "name_of(socket_behind(current, ret))";
                remote_addr = "peer_of(socket_behind(current, ret))";
            }
        sets []
        {
            /// The descriptor of the socket that waited. Absent where no accept(2) is under way, as for io_uring.
            sockfd: I32, register("accept_descriptor(current)").ctype("int").opt();
            /// The new socket's own address: the one that the peer connected to.
            local_addr: SockAddr, kernel("name_of(accepted(current, ret))").ctype("struct sockaddr*");
            /// The peer's address.
            remote_addr: SockAddr, kernel("peer_of(accepted(current, ret))").ctype("struct sockaddr*").unread("when the connection ended before it was accepted");
        }
        page {
            purpose: "Sees each connection that a program takes, with both ends.",
            use_case: "Find out who is served by whom.",
            command: "sudo tracehound -e socket_accept -- python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); c = socket.create_connection(s.getsockname()); s.accept()'",
            issues: [
                "At the end of calls none of io_uring is seen, and none whose new descriptor another thread has closed by then.",
                "An IPv4 peer of an IPv6 socket is told as the socket has it: as ::ffff:1.2.3.4.",
            ],
            related: ["accept", "accept4", "security_socket_accept"],
            sources: ["accept(2)", "net/socket.c (v6.18): do_accept()"],
        }

    /// A descriptor of a socket was duplicated.
    socket_dup = 277 by Hook
        on ["tp_btf/sys_exit", "raw_tp/sys_exit"]
        ()
        when "duplicated(current, ret) && socket_behind(current, ret)"
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["dup", "dup2", "dup3", "fcntl", "fcntl64"] {}
        sets []
        {
            /// The descriptor that was there.
            oldfd: I32, register("call_argument(current, 0)").ctype("int");
            /// The one that was made of it.
            newfd: I32, kernel("ret").ctype("int");
            /// The address of the socket's peer. Absent where it has none.
            remote_addr: SockAddr, kernel("peer_of(socket_behind(current, ret))").ctype("struct sockaddr*").opt();
        }
        page {
            purpose: "Sees a socket become another descriptor as well: by dup, dup2, dup3, and by fcntl with F_DUPFD or F_DUPFD_CLOEXEC.",
            use_case: "Find shells whose input and output are a connection.",
            command: "sudo tracehound -e socket_dup -- python3 -c 'import socket; socket.socketpair()[0].dup()'",
            issues: [
                "A dup2 of a descriptor onto itself changes nothing and is not told.",
                "Descriptors that come by a message (security_file_receive), by pidfd_getfd or by fork are no duplicates of the process's own.",
                "The socket is the one behind newfd when the call ends: another thread may have closed or replaced it.",
            ],
            related: ["dup", "dup2", "dup3", "fcntl", "fcntl64"],
            sources: ["dup(2)", "fcntl(2)"],
        }
}
