//! Connections: who begins them, what becomes of them, who is at the other end. Ids 278 to 299.

use super::{events, facts, issues};
use crate::field::kernel;
use crate::kind::Kind::{Enum, I32, Ip, SockAddr, StrArray, U32, U64};
use crate::names;
use crate::sample::Sample::{Absent, Number};

facts! {
    /// Its own address.
    LOCAL_ADDR: SockAddr, kernel("sock_name(sk)").ctype("struct sockaddr*");
    /// By what the process is known to own it.
    OWNED_BY: Enum(&names::OWNED_BY), kernel("owned_by(owner)").ctype("int");
}

events! {
    /// A TCP connection is about to be made.
    net_tcp_connect = 278 by Hook
        on [
            "lsm/socket_connect",
            "fentry/security_socket_connect",
            "kprobe/security_socket_connect",
            "tp_btf/inet_sock_set_state",
            "raw_tp/inet_sock_set_state",
        ]
        (sock: "struct socket *", address: "struct sockaddr *", addrlen: "int")
        at ["lsm/socket_connect", "fentry/security_socket_connect", "kprobe/security_socket_connect"]
            when "is_tcp_target(sock, address, addrlen)" {}
        at ["tp_btf/inet_sock_set_state", "raw_tp/inet_sock_set_state"]
            when "(s32)ctx[2] == TCP_SYN_SENT && is_tcp((struct sock *)ctx[0])"
            {
                sock = "NULL";
                address = "NULL";
                addrlen = "0";
                dst = "peer_ip((struct sock *)ctx[0])";
                dst_port = "peer_port((struct sock *)ctx[0])";
            }
        sets ["default", "flows"]
        {
            /// The address to connect to.
            dst: Ip, kernel("address_ip(address)").ctype("const char*");
            /// The port to connect to.
            dst_port: I32, kernel("address_port(address)").ctype("int");
            /// Names that the address was looked up by. Always absent: answers of name servers are not kept yet.
            dst_dns: StrArray, kernel("no_texts()").ctype("const char*const*").opt();
        }
        page {
            purpose: "Sees who begins TCP connections, over IPv4 and IPv6, and where to.",
            use_case: "Find out which programs talk to which hosts.",
            command: "sudo tracehound -e net_tcp_connect -- timeout 1 python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); socket.create_connection(s.getsockname())'",
            issues: [
                "dst_dns is always absent: there is no store of name servers' answers yet.",
                "An IPv4 address of an IPv6 socket is told as the socket has it: as ::ffff:1.2.3.4.",
                "By the tracepoint connections are seen when the first segment is about to go out: not those that find no way to the host, but those that a first sendto(2) opens (MSG_FASTOPEN) too. dst is then where they go: the machine itself where 0.0.0.0 was asked for.",
                "By the other hooks a connection is told when it is asked for: of MPTCP once, whatever number of paths it takes.",
                issues::BY_LSM,
            ],
            related: ["connect", "security_socket_connect"],
            sources: ["tcp(7)", "net/socket.c (v6.18): __sys_connect_file()", "net/ipv4/tcp_ipv4.c (v6.18): tcp_v4_connect()"],
        }

    /// A connection went from one state to another.
    ///
    /// TCP and other protocols with connections over IPv4 and IPv6. Most of it happens in interrupts,
    /// so the record's process is not the one that was running then but the one that the connection
    /// belongs to: who connected it, who listens, or who accepted it. A connection that nobody is
    /// known to own, since it began before tracing, is told with in_interrupt and whoever was running.
    sock_state = 279 by Hook
        on ["tp_btf/inet_sock_set_state+sys_exit", "raw_tp/inet_sock_set_state+sys_exit"]
        (sk: "const struct sock *", before: "int", after: "int")
        owner "owner_in_state(current, ctx, sk, before, after)"
        sets []
        {
            /// The protocol.
            protocol: Enum(&names::socket::PROTOCOL), kernel("sock_protocol(sk)").ctype("int");
            /// The state it was in. A connection that a listening socket was asked for comes from TCP_LISTEN.
            old_state: Enum(&names::network::TCP_STATE), kernel("before").ctype("int");
            /// The state it is in now.
            new_state: Enum(&names::network::TCP_STATE), kernel("after").ctype("int");
            local_addr: LOCAL_ADDR;
            /// The peer's address. Absent where it has none yet.
            remote_addr: SockAddr, kernel("sock_peer(sk)").ctype("struct sockaddr*").opt();
            owned_by: OWNED_BY;
            /// Bytes of data that were sent, each counted once. Absent but at the end of a TCP connection.
            bytes_sent: U64, kernel("tcp_sent(sk, before, after)").ctype("u64").opt();
            /// Bytes of data that were received. Absent but at the end of a TCP connection.
            bytes_received: U64, kernel("tcp_received(sk, before, after)").ctype("u64").opt();
            /// How often a segment was sent again. Absent but at the end of a TCP connection.
            retransmits: U32, kernel("tcp_retransmits(sk, before, after)").ctype("u32").opt();
            /// How long it lasted from the first segment on, in nanoseconds. Absent but at the end of a TCP connection whose beginning was seen.
            duration: U64, kernel("tcp_lasted(sk, owner, before, after)").ctype("u64").opt();
        }
        page {
            purpose: "Sees each connection's life, with both addresses, and at its end what went over it.",
            use_case: "Find out how much which program sent to whom, and which connections fail.",
            command: "sudo tracehound -e sock_state -- python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); c = socket.create_connection(s.getsockname()); s.accept()'",
            example: [bytes_sent = Absent, bytes_received = Absent, retransmits = Absent, duration = Absent],
            issues: [
                "A connection ends for its socket when the kernel goes on to wait without one (TIME_WAIT): new_state is then TCP_CLOSE.",
                "From TCP_LISTEN to TCP_SYN_RECV the kernel has not set the peer's address yet.",
                "A connection belongs to who accepted it, also when a child of that process serves it. Connections that io_uring accepts belong to who listens.",
                "A connection that was made before tracing belongs to the first process that is seen to act on it, as by close(2).",
                "Owners are kept for 16,384 sockets; those not used for longest are forgotten first.",
                "With a command only its own connections are told.",
                "The program at the end of calls costs each call some nanoseconds.",
            ],
            related: ["net_tcp_connect", "socket_accept", "tcp_receive_reset", "tcp_retransmit_skb"],
            sources: ["tcp(7)", "include/trace/events/sock.h (v6.18)", "net/ipv4/tcp.c (v6.18): tcp_set_state()"],
        }

    /// A TCP connection was reset by the peer.
    ///
    /// The record's process is the one that the connection belongs to, as for sock_state.
    tcp_receive_reset = 280 by Hook
        on [
            "tp_btf/tcp_receive_reset+inet_sock_set_state+sys_exit",
            "raw_tp/tcp_receive_reset+inet_sock_set_state+sys_exit",
        ]
        (sk: "const struct sock *")
        owner "owner_of(sk)"
        sets []
        {
            /// The state that the connection was in. TCP_SYN_SENT: it was refused.
            state: Enum(&names::network::TCP_STATE), kernel("sock_state(sk)").ctype("int");
            local_addr: LOCAL_ADDR;
            /// The peer's address.
            remote_addr: SockAddr, kernel("sock_peer(sk)").ctype("struct sockaddr*");
            owned_by: OWNED_BY;
        }
        page {
            purpose: "Sees connections that the other side refuses or breaks off.",
            use_case: "Find programs that look for open ports, and services that fail.",
            command: "sudo tracehound -e tcp_receive_reset -- python3 -c 'import socket; socket.socket().connect_ex((\"127.0.0.1\", 9))'",
            issues: ["Whose a connection is, is said of sock_state."],
            related: ["sock_state", "tcp_send_reset"],
            sources: ["tcp(7)", "include/trace/events/tcp.h (v6.18)"],
        }

    /// The kernel resets a TCP connection.
    ///
    /// The record's process is the one that the connection belongs to, as for sock_state.
    tcp_send_reset = 281 by Hook
        on [
            "tp_btf/tcp_send_reset+inet_sock_set_state+sys_exit",
            "raw_tp/tcp_send_reset+inet_sock_set_state+sys_exit",
        ]
        (sk: "const struct sock *")
        when "sk"
        owner "owner_if_any(sk)"
        sets []
        {
            /// The state that the connection is in.
            state: Enum(&names::network::TCP_STATE), kernel("sock_state(sk)").ctype("int");
            local_addr: LOCAL_ADDR;
            /// The peer's address. Absent where the socket has none, as one that listens.
            remote_addr: SockAddr, kernel("sock_peer(sk)").ctype("struct sockaddr*").opt();
            owned_by: OWNED_BY;
        }
        page {
            purpose: "Sees connections that are broken off here: closed with data unread, or by SO_LINGER with no time.",
            use_case: "Find services that cut their clients off.",
            command: "sudo tracehound -e tcp_send_reset -- python3 -c 'import socket; s = socket.create_server((\"127.0.0.1\", 0)); c = socket.create_connection(s.getsockname()); c.send(b\"x\"); s.accept()[0].close()'",
            issues: [
                "Segments that are for no socket are answered by a reset too; those are not told.",
                "Whose a connection is, is said of sock_state.",
            ],
            related: ["sock_state", "tcp_receive_reset"],
            sources: ["tcp(7)", "include/trace/events/tcp.h (v6.18)"],
        }

    /// A TCP segment was sent again.
    ///
    /// The record's process is the one that the connection belongs to, as for sock_state.
    tcp_retransmit_skb = 282 by Hook
        on [
            "tp_btf/tcp_retransmit_skb+inet_sock_set_state+sys_exit",
            "raw_tp/tcp_retransmit_skb+inet_sock_set_state+sys_exit",
        ]
        (sk: "const struct sock *")
        owner "owner_of(sk)"
        sets []
        {
            /// The state that the connection is in.
            state: Enum(&names::network::TCP_STATE), kernel("sock_state(sk)").ctype("int");
            local_addr: LOCAL_ADDR;
            /// The peer's address.
            remote_addr: SockAddr, kernel("sock_peer(sk)").ctype("struct sockaddr*");
            owned_by: OWNED_BY;
        }
        page {
            purpose: "Sees segments that were lost, or not answered in time.",
            use_case: "Find connections over bad ways, and hosts that do not answer.",
            command: "sudo tracehound -e tcp_retransmit_skb -- target/programs/sockets lost",
            issues: [
                "Answers to a request for a connection (SYN-ACK) that are sent again are not told.",
                "Whose a connection is, is said of sock_state.",
            ],
            related: ["sock_state"],
            sources: ["tcp(7)", "include/trace/events/tcp.h (v6.18)"],
        }

    /// A UDP socket is closed, by its last descriptor.
    ///
    /// Over IPv4, IPv6 and both. The record's process is not the one that closes it but the one that
    /// it belongs to: who made it.
    udp_socket_close = 286 by Hook
        on [
            "fentry/udp_destroy_sock,udpv6_destroy_sock",
            "kprobe/udp_destroy_sock,udpv6_destroy_sock",
            "tp_btf/sys_enter,sched_process_exit+sys_exit+sock_send_length+sock_recv_length",
            "raw_tp/sys_enter,sched_process_exit+sys_exit+sock_send_length+sock_recv_length",
            "tp_btf/sys_enter,sched_process_exit+sys_exit",
            "raw_tp/sys_enter,sched_process_exit+sys_exit",
        ]
        beside {
            "fentry/udp_destroy_sock,udpv6_destroy_sock": [
                "fentry/security_socket_post_create",
                "fexit/udp_sendmsg",
                "fexit/udpv6_sendmsg",
                "fexit/inet_recvmsg",
                "fexit/inet6_recvmsg",
            ],
            "kprobe/udp_destroy_sock,udpv6_destroy_sock": [
                "kprobe/security_socket_post_create",
                "kprobe/udp_sendmsg",
                "kretprobe/udp_sendmsg",
                "kprobe/udpv6_sendmsg",
                "kretprobe/udpv6_sendmsg",
                "kprobe/inet_recvmsg",
                "kretprobe/inet_recvmsg",
                "kprobe/inet6_recvmsg",
                "kretprobe/inet6_recvmsg",
            ],
        }
        at ["tp_btf/sys_enter,sched_process_exit+sys_exit", "raw_tp/sys_enter,sched_process_exit+sys_exit"] {}
            lacks {
                bytes_sent: "kernels before 6.3 have no tracepoint that tells what was sent";
                messages_sent: "kernels before 6.3 have no tracepoint that tells what was sent";
                bytes_received: "kernels before 6.3 have no tracepoint that tells what was received";
                messages_received: "kernels before 6.3 have no tracepoint that tells what was received";
            }
        sets []
        {
            /// Its own address.
            local_addr: SockAddr, kernel("sk").ctype("struct sockaddr*");
            /// The address that it is connected to. Absent where it is not connected.
            remote_addr: SockAddr, kernel("sk").ctype("struct sockaddr*").opt();
            /// By what the process is known to own it.
            owned_by: Enum(&names::OWNED_BY), kernel("owner").ctype("int");
            /// Bytes of data that were sent.
            bytes_sent: U64, kernel("returned by sends").ctype("u64").unread("when its beginning was not seen");
            /// How often something was sent: datagrams, but with UDP_CORK and MSG_MORE more than these, with UDP_SEGMENT less.
            messages_sent: U64, kernel("sends that succeeded").ctype("u64").unread("when its beginning was not seen");
            /// Bytes of data that were received, as calls returned them: with MSG_TRUNC those too that found no room.
            bytes_received: U64, kernel("returned by receives").ctype("u64").unread("when its beginning was not seen");
            /// How often something was received: datagrams, but with UDP_GRO less than these.
            messages_received: U64, kernel("receives that succeeded").ctype("u64").unread("when its beginning was not seen");
            /// How long there was the socket, in nanoseconds. Absent where its beginning was not seen.
            duration: U64, kernel("since it was made").ctype("u64").opt();
        }
        page {
            purpose: "Sees UDP sockets with both addresses, and what went over them.",
            use_case: "Find out how much which program sent by UDP, where no connection tells it.",
            command: "sudo tracehound -e udp_socket_close -- python3 -c 'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.connect((\"127.0.0.1\", 9)); s.send(b\"hello\")'",
            example: [owned_by = Number(5)],
            issues: [
                "An IPv4 address of an IPv6 socket is told as the socket has it: as ::ffff:1.2.3.4.",
                "A socket that was made before tracing belongs to the first process that is seen to use it: what was sent and received is then unread. One that a thread of the kernel is the first to be seen on is not told.",
                "What is looked at without being taken (MSG_PEEK) and errors (MSG_ERRQUEUE) are not received; datagrams that nobody receives are not counted. Receiving nothing of a socket that is shut down is not counted, nor an empty datagram there.",
                "On tracepoints a socket is told when a call of close, dup2, dup3 or close_range is about to close the file's only descriptor, or at the exit of the process, among its first 4,096 descriptors. Not told are sockets that end otherwise: at exec, in a message that nobody receives, in a ring of io_uring, or closed while another call still uses them.",
                "On tracepoints a socket is seen to be made by socket(2) alone, not by io_uring.",
                "Kernels before 6.3 can tell by tracepoints what was sent and received of no socket.",
                "Counts are kept for 16,384 sockets; those not used for longest are forgotten first.",
                "With a command only its own sockets are told.",
                "Sockets of UDP-Lite are not told.",
            ],
            related: ["sock_state", "socket", "sendto", "recvfrom"],
            sources: [
                "udp(7)",
                "net/ipv4/udp.c (v6.18): udp_destroy_sock(), udp_sendmsg(); net/ipv6/udp.c: udpv6_destroy_sock(), udpv6_sendmsg()",
                "net/socket.c (v6.18): sock_sendmsg_nosec(), sock_recvmsg_nosec()",
            ],
        }
}
