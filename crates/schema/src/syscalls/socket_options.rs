//! What `getsockopt(2)` and `setsockopt(2)` pass, by level and option.

use linux_raw_sys::{if_packet, net, netlink, vm_sockets};

use super::time::TIMEVAL;
use crate::names;
use crate::types::Len::{Arg, At};
use crate::types::Type::{
    self, Array, Bytes, Enum, Fd, Flags, Gid, Hardware, Hex, I32, I64, In, Inet, Inet6, Limit,
    Operation, Out, Pid, SockAddr, Struct, U8, U16, U32, U64, Uid, Wide,
};
use crate::types::Width::{W8, W16, W32};
use crate::types::{Len, Machine, choices, structs};

structs! {
    /// Whether and how long close(2) waits for data to be sent.
    LINGER = "struct linger" { l_onoff: I32, l_linger: I32 }

    /// A time limit in the format of 64 bits for every caller.
    TIMEVAL64 = "struct __kernel_sock_timeval" { tv_sec: I64, tv_usec: I64 }

    /// Who is at the other end.
    UCRED = "struct ucred" { pid: Pid, uid: Uid, gid: Gid }

    /// An instruction of a filter of packets.
    INSTRUCTION = "struct sock_filter" { code: Operation(Machine::Classic), jt: U8, jf: U8, k: Hex(&U32) }
        with { instruction: Some(Machine::Classic) }

    /// A filter of packets.
    FILTER = "struct sock_fprog" { len: U16, filter: In(&Array(&Struct(&INSTRUCTION), Arg("len"))) }

    /// How sending at a time is asked for.
    TXTIME = "struct sock_txtime" { clockid: I32, flags: U32 }

    /// A multicast group and the interface.
    IP_MREQ = "struct ip_mreq" { imr_multiaddr: Inet, imr_interface: Inet }

    /// A multicast group, the interface and a source.
    IP_MREQ_SOURCE = "struct ip_mreq_source" {
        imr_multiaddr: Inet, imr_interface: Inet, imr_sourceaddr: Inet,
    }

    /// An IPv6 multicast group and the interface.
    IPV6_MREQ = "struct ipv6_mreq" { ipv6mr_multiaddr: Inet6, ipv6mr_interface: I32 }

    /// An address and the interface of a packet.
    IN6_PKTINFO = "struct in6_pktinfo" { ipi6_addr: Inet6, ipi6_ifindex: I32 }

    /// A multicast group of any family.
    GROUP_REQ = "struct group_req" {
        gr_interface: U32, __pad: U32, gr_group: SockAddr(Len::Const(128)),
    } with { compat: Some(&GROUP_REQ32) }

    /// A multicast group of any family, as 32-bit callers pass it.
    GROUP_REQ32 = "struct group_req" { gr_interface: U32, gr_group: SockAddr(Len::Const(128)) }

    /// What the kernel knows of a TCP connection.
    TCP_INFO = "struct tcp_info" {
        tcpi_state: Wide(W8, &Enum(&names::network::TCP_STATE)),
        tcpi_ca_state: Wide(W8, &Enum(&names::network::TCP_CA_STATE)),
        tcpi_retransmits: U8, tcpi_probes: U8, tcpi_backoff: U8,
        tcpi_options: Wide(W8, &Flags(&names::network::TCP_INFO_OPTIONS)),
        tcpi_wscale: Hex(&U8), tcpi_app_limited: Hex(&U8),
        tcpi_rto: U32, tcpi_ato: U32, tcpi_snd_mss: U32, tcpi_rcv_mss: U32,
        tcpi_unacked: U32, tcpi_sacked: U32, tcpi_lost: U32, tcpi_retrans: U32, tcpi_fackets: U32,
        tcpi_last_data_sent: U32, tcpi_last_ack_sent: U32, tcpi_last_data_recv: U32, tcpi_last_ack_recv: U32,
        tcpi_pmtu: U32, tcpi_rcv_ssthresh: U32, tcpi_rtt: U32, tcpi_rttvar: U32, tcpi_snd_ssthresh: U32,
        tcpi_snd_cwnd: U32, tcpi_advmss: U32, tcpi_reordering: U32,
        tcpi_rcv_rtt: U32, tcpi_rcv_space: U32, tcpi_total_retrans: U32,
        tcpi_pacing_rate: U64, tcpi_max_pacing_rate: U64, tcpi_bytes_acked: U64, tcpi_bytes_received: U64,
        tcpi_segs_out: U32, tcpi_segs_in: U32, tcpi_notsent_bytes: U32, tcpi_min_rtt: U32,
        tcpi_data_segs_in: U32, tcpi_data_segs_out: U32,
        tcpi_delivery_rate: U64, tcpi_busy_time: U64, tcpi_rwnd_limited: U64, tcpi_sndbuf_limited: U64,
        tcpi_delivered: U32, tcpi_delivered_ce: U32, tcpi_bytes_sent: U64, tcpi_bytes_retrans: U64,
        tcpi_dsack_dups: U32, tcpi_reord_seen: U32, tcpi_rcv_ooopack: U32, tcpi_snd_wnd: U32,
        tcpi_rcv_wnd: U32, tcpi_rehash: U32, tcpi_total_rto: U16, tcpi_total_rto_recoveries: U16,
        tcpi_total_rto_time: U32, tcpi_received_ce: U32, tcpi_delivered_e1_bytes: U32,
        tcpi_delivered_e0_bytes: U32, tcpi_delivered_ce_bytes: U32, tcpi_received_e1_bytes: U32,
        tcpi_received_e0_bytes: U32, tcpi_received_ce_bytes: U32, tcpi_accecn: Hex(&U32),
    } with { size: Some(At("optlen")) }

    /// A ring of packets in memory.
    TPACKET_REQ = "struct tpacket_req" {
        tp_block_size: U32, tp_block_nr: U32, tp_frame_size: U32, tp_frame_nr: U32,
    }

    /// How many packets came, and were dropped.
    TPACKET_STATS = "struct tpacket_stats" { tp_packets: U32, tp_drops: U32 }

    /// What a packet socket joins.
    PACKET_MREQ = "struct packet_mreq" {
        mr_ifindex: I32, mr_type: Wide(W16, &Enum(&names::network::PACKET_MEMBERSHIP)), mr_alen: U16,
        mr_address: Hardware(8),
    }

    /// ICMP messages that are not to be received, a bit each.
    ICMP_FILTER = "struct icmp_filter" { data: Hex(&U32) }

    /// Memory for packets that user space shares with the kernel.
    XDP_UMEM_REG = "struct xdp_umem_reg" {
        addr: Hex(&U64), len: U64, chunk_size: U32, headroom: U32, flags: Hex(&U32), tx_metadata_len: U32,
    }
}

/// Choices for one direction: what stands behind `optval`, by level and option.
macro_rules! options {
    ($direction:ident, $behind:ident, $len:expr, $other:expr, $filter:expr) => {
        pub mod $direction {
            use super::*;

            choices! {
                /// Options of `SOL_SOCKET`.
                SOCKET = by "optname" {
                    [net::SO_LINGER] => $behind(&Struct(&LINGER)),
                    [net::SO_RCVTIMEO_OLD, net::SO_SNDTIMEO_OLD] => $behind(&Struct(&TIMEVAL)),
                    [net::SO_RCVTIMEO_NEW, net::SO_SNDTIMEO_NEW] => $behind(&Struct(&TIMEVAL64)),
                    [net::SO_PEERCRED] => $behind(&Struct(&UCRED)),
                    [net::SO_TXTIME] => $behind(&Struct(&TXTIME)),
                    [net::SO_ATTACH_FILTER, net::SO_ATTACH_REUSEPORT_CBPF] => $filter,
                    [
                        net::SO_BINDTODEVICE, net::SO_PEERSEC, net::SO_PEERGROUPS, net::SO_MEMINFO,
                    ] => $behind(&Bytes($len)),
                    [net::SO_PEERNAME] => $behind(&SockAddr($len)),
                    [net::SO_COOKIE, net::SO_NETNS_COOKIE] => $behind(&Hex(&U64)),
                    [net::SO_ERROR] => $behind(&Wide(W32, &Limit(&names::ERRNO))),
                    [net::SO_ATTACH_BPF, net::SO_ATTACH_REUSEPORT_EBPF, net::SO_PEERPIDFD] => $behind(&Fd),
                    [
                        net::SO_DEBUG, net::SO_REUSEADDR, net::SO_TYPE, net::SO_DONTROUTE,
                        net::SO_BROADCAST, net::SO_SNDBUF, net::SO_RCVBUF, net::SO_KEEPALIVE,
                        net::SO_OOBINLINE, net::SO_NO_CHECK, net::SO_PRIORITY, net::SO_BSDCOMPAT,
                        net::SO_REUSEPORT, net::SO_PASSCRED, net::SO_RCVLOWAT, net::SO_SNDLOWAT,
                        net::SO_TIMESTAMP_OLD, net::SO_ACCEPTCONN, net::SO_SNDBUFFORCE,
                        net::SO_RCVBUFFORCE, net::SO_PASSSEC, net::SO_TIMESTAMPNS_OLD, net::SO_MARK,
                        net::SO_PROTOCOL, net::SO_DOMAIN, net::SO_RXQ_OVFL, net::SO_WIFI_STATUS,
                        net::SO_PEEK_OFF, net::SO_NOFCS, net::SO_LOCK_FILTER, net::SO_SELECT_ERR_QUEUE,
                        net::SO_BUSY_POLL, net::SO_BPF_EXTENSIONS, net::SO_INCOMING_CPU,
                        net::SO_INCOMING_NAPI_ID, net::SO_ZEROCOPY, net::SO_BINDTOIFINDEX,
                        net::SO_TIMESTAMP_NEW, net::SO_TIMESTAMPNS_NEW, net::SO_DETACH_REUSEPORT_BPF,
                        net::SO_PREFER_BUSY_POLL, net::SO_BUSY_POLL_BUDGET, net::SO_BUF_LOCK,
                        net::SO_RESERVE_MEM, net::SO_TXREHASH, net::SO_RCVMARK, net::SO_PASSPIDFD,
                        net::SO_RCVPRIORITY, net::SO_PASSRIGHTS, net::SO_INQ, net::SO_CNX_ADVICE,
                        net::SO_DETACH_FILTER,
                    ] => $behind(&I32),
                    [
                        net::SO_TIMESTAMPING_OLD, net::SO_TIMESTAMPING_NEW,
                    ] => $behind(&Flags(&names::network::TIMESTAMPING)),
                } else $other;

                /// Options of `SOL_IP`.
                IP = by "optname" {
                    [net::IP_ADD_MEMBERSHIP, net::IP_DROP_MEMBERSHIP] => $behind(&Struct(&IP_MREQ)),
                    [
                        net::IP_BLOCK_SOURCE, net::IP_UNBLOCK_SOURCE,
                        net::IP_ADD_SOURCE_MEMBERSHIP, net::IP_DROP_SOURCE_MEMBERSHIP,
                    ]
                        => $behind(&Struct(&IP_MREQ_SOURCE)),
                    [net::MCAST_JOIN_GROUP, net::MCAST_LEAVE_GROUP] => $behind(&Struct(&GROUP_REQ)),
                    [
                        net::IP_TOS, net::IP_TTL, net::IP_HDRINCL, net::IP_ROUTER_ALERT,
                        net::IP_RECVOPTS, net::IP_PKTINFO, net::IP_MTU_DISCOVER, net::IP_RECVERR,
                        net::IP_RECVTTL, net::IP_RECVTOS, net::IP_MTU, net::IP_FREEBIND,
                        net::IP_PASSSEC, net::IP_TRANSPARENT, net::IP_RECVORIGDSTADDR,
                        net::IP_MINTTL, net::IP_NODEFRAG, net::IP_CHECKSUM,
                        net::IP_BIND_ADDRESS_NO_PORT, net::IP_RECVFRAGSIZE,
                        net::IP_RECVERR_RFC4884, net::IP_MULTICAST_TTL, net::IP_MULTICAST_LOOP,
                        net::IP_MULTICAST_ALL, net::IP_UNICAST_IF, net::IP_LOCAL_PORT_RANGE,
                        net::IP_PROTOCOL,
                    ] => $behind(&I32),
                } else $other;

                /// Options of `SOL_IPV6`.
                IPV6 = by "optname" {
                    [
                        net::IPV6_ADD_MEMBERSHIP, net::IPV6_DROP_MEMBERSHIP,
                        net::IPV6_JOIN_ANYCAST, net::IPV6_LEAVE_ANYCAST,
                    ]
                        => $behind(&Struct(&IPV6_MREQ)),
                    [
                        net::IPV6_CHECKSUM, net::IPV6_2292PKTINFO, net::IPV6_2292HOPLIMIT,
                        net::IPV6_UNICAST_HOPS, net::IPV6_MULTICAST_IF, net::IPV6_MULTICAST_HOPS,
                        net::IPV6_MULTICAST_LOOP, net::IPV6_ROUTER_ALERT, net::IPV6_MTU_DISCOVER,
                        net::IPV6_MTU, net::IPV6_RECVERR, net::IPV6_V6ONLY,
                        net::IPV6_MULTICAST_ALL, net::IPV6_ROUTER_ALERT_ISOLATE,
                        net::IPV6_RECVERR_RFC4884, net::IPV6_HDRINCL, net::IPV6_RECVPKTINFO,
                        net::IPV6_RECVHOPLIMIT, net::IPV6_RECVHOPOPTS, net::IPV6_RECVRTHDR,
                        net::IPV6_RECVDSTOPTS, net::IPV6_RECVPATHMTU, net::IPV6_DONTFRAG,
                        net::IPV6_RECVTCLASS, net::IPV6_TCLASS, net::IPV6_AUTOFLOWLABEL,
                        net::IPV6_ADDR_PREFERENCES, net::IPV6_MINHOPCOUNT, net::IPV6_ORIGDSTADDR,
                        net::IPV6_TRANSPARENT, net::IPV6_UNICAST_IF, net::IPV6_RECVFRAGSIZE,
                        net::IPV6_FREEBIND,
                    ] => $behind(&I32),
                    [net::IPV6_PKTINFO] => $behind(&Struct(&IN6_PKTINFO)),
                    [net::MCAST_JOIN_GROUP, net::MCAST_LEAVE_GROUP] => $behind(&Struct(&GROUP_REQ)),
                } else $other;

                /// Options of `SOL_TCP`.
                TCP = by "optname" {
                    [net::TCP_INFO] => $behind(&Struct(&TCP_INFO)),
                    [
                        net::TCP_NODELAY, net::TCP_MAXSEG, net::TCP_CORK, net::TCP_KEEPIDLE,
                        net::TCP_KEEPINTVL, net::TCP_KEEPCNT, net::TCP_SYNCNT, net::TCP_LINGER2,
                        net::TCP_DEFER_ACCEPT, net::TCP_WINDOW_CLAMP, net::TCP_QUICKACK,
                        net::TCP_THIN_LINEAR_TIMEOUTS, net::TCP_THIN_DUPACK, net::TCP_USER_TIMEOUT,
                        net::TCP_REPAIR, net::TCP_REPAIR_QUEUE, net::TCP_QUEUE_SEQ,
                        net::TCP_FASTOPEN, net::TCP_TIMESTAMP, net::TCP_NOTSENT_LOWAT,
                        net::TCP_SAVE_SYN, net::TCP_FASTOPEN_CONNECT, net::TCP_FASTOPEN_NO_COOKIE,
                        net::TCP_INQ, net::TCP_TX_DELAY, net::TCP_IS_MPTCP, net::TCP_RTO_MAX_MS,
                        net::TCP_RTO_MIN_US, net::TCP_DELACK_MAX_US,
                    ] => $behind(&I32),
                } else $other;

                /// Options of `SOL_PACKET`.
                PACKET = by "optname" {
                    [if_packet::PACKET_RX_RING, if_packet::PACKET_TX_RING] => $behind(&Struct(&TPACKET_REQ)),
                    [
                        if_packet::PACKET_RECV_OUTPUT, if_packet::PACKET_COPY_THRESH,
                        if_packet::PACKET_AUXDATA, if_packet::PACKET_ORIGDEV,
                        if_packet::PACKET_VERSION, if_packet::PACKET_HDRLEN,
                        if_packet::PACKET_RESERVE, if_packet::PACKET_LOSS,
                        if_packet::PACKET_VNET_HDR, if_packet::PACKET_TX_TIMESTAMP,
                        if_packet::PACKET_TIMESTAMP, if_packet::PACKET_FANOUT,
                        if_packet::PACKET_TX_HAS_OFF, if_packet::PACKET_QDISC_BYPASS,
                        if_packet::PACKET_IGNORE_OUTGOING, if_packet::PACKET_VNET_HDR_SZ,
                    ] => $behind(&I32),
                    [if_packet::PACKET_STATISTICS] => $behind(&Struct(&TPACKET_STATS)),
                    [
                        if_packet::PACKET_ADD_MEMBERSHIP, if_packet::PACKET_DROP_MEMBERSHIP,
                    ] => $behind(&Struct(&PACKET_MREQ)),
                } else $other;

                /// Options of `SOL_XDP`.
                XDP = by "optname" {
                    [4] => $behind(&Struct(&XDP_UMEM_REG)),
                } else $other;

                /// Options of `SOL_VSOCK`, which is `AF_VSOCK` as a level.
                VSOCK = by "optname" {
                    [vm_sockets::SO_VM_SOCKETS_CONNECT_TIMEOUT_OLD] => $behind(&Struct(&TIMEVAL)),
                    [vm_sockets::SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW] => $behind(&Struct(&TIMEVAL64)),
                    [0, 1, 2] => $behind(&U64),
                } else $other;

                /// Options of `SOL_NETLINK`.
                NETLINK = by "optname" {
                    [
                        netlink::NETLINK_ADD_MEMBERSHIP, netlink::NETLINK_DROP_MEMBERSHIP,
                        netlink::NETLINK_PKTINFO, netlink::NETLINK_BROADCAST_ERROR,
                        netlink::NETLINK_NO_ENOBUFS, netlink::NETLINK_LISTEN_ALL_NSID,
                        netlink::NETLINK_CAP_ACK, netlink::NETLINK_EXT_ACK,
                        netlink::NETLINK_GET_STRICT_CHK,
                    ] => $behind(&I32),
                } else $other;

                /// Options by their level.
                VALUE = by "level" {
                    [net::SOL_SOCKET] => Type::By(&SOCKET),
                    [net::SOL_IP] => Type::By(&IP),
                    [net::SOL_IPV6] => Type::By(&IPV6),
                    [net::SOL_TCP] => Type::By(&TCP),
                    [net::SOL_PACKET] => Type::By(&PACKET),
                    [net::SOL_XDP] => Type::By(&XDP),
                    [40, vm_sockets::SOL_VSOCK] => Type::By(&VSOCK),
                    [net::SOL_RAW] => $behind(&Struct(&ICMP_FILTER)),
                    [net::SOL_UDP, net::SOL_UDPLITE] => $behind(&I32),
                    [net::SOL_NETLINK] => Type::By(&NETLINK),
                } else $other;
            }
        }
    };
}

choices! {
    /// An option that nothing is known of: `int` by its size, else bytes.
    UNKNOWN = by "optlen" {
        [4] => In(&I32),
    } else In(&Bytes(Arg("optlen")));

    /// An option's name, by its level.
    NAME = by "level" {
        [net::SOL_SOCKET] => Enum(&names::network::SOCKET_OPTION),
        [net::SOL_IP] => Enum(&names::network::IP_OPTION),
        [net::SOL_IPV6] => Enum(&names::network::IPV6_OPTION),
        [net::SOL_TCP] => Enum(&names::network::TCP_OPTION),
        [net::SOL_UDP, net::SOL_UDPLITE] => Enum(&names::network::UDP_OPTION),
        [net::SOL_NETLINK] => Enum(&names::network::NETLINK_OPTION),
        [net::SOL_PACKET] => Enum(&names::network::PACKET_OPTION),
        [net::SOL_TLS] => Enum(&names::network::TLS_OPTION),
        [net::SOL_ALG] => Enum(&names::network::ALG_OPTION),
        [net::SOL_XDP] => Enum(&names::network::XDP_OPTION),
        [net::SOL_RAW] => Enum(&names::network::RAW_OPTION),
        [net::SOL_ICMPV6] => Enum(&names::network::ICMPV6_OPTION),
        [net::SOL_MPTCP] => Enum(&names::network::MPTCP_OPTION),
        [40, vm_sockets::SOL_VSOCK] => Enum(&names::network::VSOCK_OPTION),
    } else I32;
}

options!(
    set,
    In,
    Arg("optlen"),
    Type::By(&UNKNOWN),
    In(&Struct(&FILTER))
);
options!(
    get,
    Out,
    At("optlen"),
    Out(&Bytes(At("optlen"))),
    Out(&Bytes(At("optlen")))
);
