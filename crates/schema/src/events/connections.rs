//! Connections: who begins them, what becomes of them, who is at the other end. Ids 278 to 299.

use super::events;
use crate::field::kernel;
use crate::kind::Kind::{I32, Ip, StrArray};

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
                "By lsm only what the security modules before BPF's have allowed is seen.",
            ],
            related: ["connect", "security_socket_connect"],
            sources: ["tcp(7)", "net/socket.c (v6.18): __sys_connect_file()", "net/ipv4/tcp_ipv4.c (v6.18): tcp_v4_connect()"],
        }
}
