//! Names that the forms of socket addresses and control messages have.

use super::names;

names! {
    /// Families of addresses.
    FAMILY = "sa_family" from net [
        AF_UNSPEC, AF_UNIX, AF_INET, AF_AX25, AF_IPX, AF_APPLETALK, AF_NETROM, AF_BRIDGE,
        AF_ATMPVC, AF_X25, AF_INET6, AF_ROSE, AF_DECnet, AF_NETBEUI, AF_SECURITY, AF_KEY,
        AF_NETLINK, AF_PACKET, AF_ASH, AF_ECONET, AF_ATMSVC, AF_RDS, AF_SNA, AF_IRDA, AF_PPPOX,
        AF_WANPIPE, AF_LLC, AF_CAN, AF_TIPC, AF_BLUETOOTH, AF_IUCV, AF_RXRPC,
        AF_ISDN, AF_PHONET, AF_IEEE802154, AF_CAIF, AF_ALG, AF_NFC, AF_VSOCK, AF_KCM, AF_QIPCRTR,
        AF_SMC, AF_XDP, AF_MCTP,
    ] and [27 => "AF_IB", 28 => "AF_MPLS"];

    /// Flags of a message.
    MESSAGE = "msg_flags" from net [
        MSG_OOB, MSG_PEEK, MSG_DONTROUTE, MSG_CTRUNC, MSG_PROBE, MSG_TRUNC, MSG_DONTWAIT, MSG_EOR,
        MSG_WAITALL, MSG_FIN, MSG_SYN, MSG_CONFIRM, MSG_RST, MSG_ERRQUEUE, MSG_NOSIGNAL, MSG_MORE,
        MSG_CMSG_CLOEXEC,
    ] and [
        0x1_0000 => "MSG_WAITFORONE", 0x4_0000 => "MSG_BATCH", 0x400_0000 => "MSG_ZEROCOPY",
        0x2000_0000 => "MSG_FASTOPEN",
    ];

    /// Levels of control messages.
    LEVEL = "cmsg_level" from net [
        SOL_IP, SOL_SOCKET, SOL_TCP, SOL_UDP, SOL_IPV6, SOL_RAW, SOL_NETLINK, SOL_PACKET, SOL_ALG, SOL_TLS,
    ];

    /// Control messages of level `SOL_SOCKET`.
    CONTROL = "cmsg_type" from net [
        SCM_RIGHTS, SCM_CREDENTIALS, SCM_SECURITY, SCM_TIMESTAMP, SCM_TIMESTAMPNS,
        SCM_TIMESTAMPING, SCM_WIFI_STATUS, SCM_TIMESTAMPING_OPT_STATS, SCM_TIMESTAMPING_PKTINFO,
        SCM_TXTIME,
    ];

    /// Kinds of packets that a packet socket sees.
    PACKET = "sll_pkttype" from if_packet [
        PACKET_HOST, PACKET_BROADCAST, PACKET_MULTICAST, PACKET_OTHERHOST, PACKET_OUTGOING,
        PACKET_LOOPBACK, PACKET_USER, PACKET_KERNEL,
    ];

    /// Kinds of sockets.
    KIND = "type" from net [
        SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET,
    ] and [6 => "SOCK_DCCP", 10 => "SOCK_PACKET"];

    /// Protocols of internet sockets.
    PROTOCOL = "protocol" from net [
        IPPROTO_IP, IPPROTO_ICMP, IPPROTO_IGMP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6,
        IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_RAW, IPPROTO_MPTCP,
    ];
}
