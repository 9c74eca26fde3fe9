//! Sockets.

use super::socket_options::{self, get, set};
use super::time::{TIMESPEC, TIMESPEC64};
use crate::names;
use crate::types::Len::{Arg, ArgOrRet, At, Const};
use crate::types::Traffic::{Received, Sent};
use crate::types::Type::{
    self, Array, By, Bytes, Enum, Fd, Flags, I32, In, InOut, Long, MmsgHdr, MsgHdr, Net, Out,
    Parts, Size, SockAddr, Struct, U32, Wide,
};
use crate::types::Width::W16;
use crate::types::{Part, choices};

/// A socket's type and flags.
static TYPE: [Part; 2] = [
    Part {
        mask: 0xf,
        kind: Enum(&names::socket::KIND),
    },
    Part {
        mask: !0xf,
        kind: Flags(&names::network::SOCKET_FLAGS),
    },
];

/// Flags of messages.
const FLAGS: Type = Flags(&names::socket::MESSAGE);

choices! {
    /// A protocol, by the family.
    PROTOCOL = by "domain" {
        [linux_raw_sys::net::AF_INET, linux_raw_sys::net::AF_INET6] => Enum(&names::socket::PROTOCOL),
        [linux_raw_sys::net::AF_NETLINK] => Enum(&names::network::NETLINK_PROTOCOL),
        [linux_raw_sys::net::AF_PACKET] => Net(&Wide(W16, &Enum(&names::network::ETHERNET))),
        [linux_raw_sys::net::AF_BLUETOOTH] => Enum(&names::network::BLUETOOTH_PROTOCOL),
        [linux_raw_sys::net::AF_CAN] => Enum(&names::network::CAN_PROTOCOL),
    } else I32;
}

calls! {
    /// Creates a socket.
    socket x86_64 41, i386 359, aarch64 198;
        (domain: Enum(&names::socket::FAMILY), r#type: Parts(&TYPE), protocol: By(&PROTOCOL)) -> Fd,
        in ["net", "net_sock"]

    /// Creates two sockets that are connected to one another.
    socketpair x86_64 53, i386 360, aarch64 199;
        (domain: Enum(&names::socket::FAMILY), r#type: Parts(&TYPE), protocol: By(&PROTOCOL), sv: Out(&Array(&Fd, Const(2)))) -> Long,
        in ["net", "net_sock"]

    /// Binds a socket to an address.
    bind x86_64 49, i386 361, aarch64 200;
        (sockfd: Fd, addr: In(&SockAddr(Arg("addrlen"))), addrlen: I32) -> Long,
        in ["net", "net_sock"]

    /// Connects a socket to an address.
    connect x86_64 42, i386 362, aarch64 203;
        (sockfd: Fd, addr: In(&SockAddr(Arg("addrlen"))), addrlen: I32) -> Long,
        in ["net", "net_sock"]
        with { entry: true }

    /// Has a socket wait for connections.
    listen x86_64 50, i386 363, aarch64 201;
        (sockfd: Fd, backlog: I32) -> Long,
        in ["net", "net_sock"]

    /// Accepts a connection.
    accept x86_64 43, aarch64 202;
        (sockfd: Fd, addr: Out(&SockAddr(At("addrlen"))), addrlen: InOut(&I32)) -> Fd,
        in ["net", "net_sock"]
        with { entry: true }

    /// Accepts a connection, with flags for the new descriptor.
    accept4 x86_64 288, i386 364, aarch64 242;
        (sockfd: Fd, addr: Out(&SockAddr(At("addrlen"))), addrlen: InOut(&I32), flags: Flags(&names::network::SOCKET_FLAGS)) -> Fd,
        in ["net", "net_sock"]
        with { entry: true, man: "accept(2)" }

    /// Tells the address that a socket is bound to.
    getsockname x86_64 51, i386 367, aarch64 204;
        (sockfd: Fd, addr: Out(&SockAddr(At("addrlen"))), addrlen: InOut(&I32)) -> Long,
        in ["net", "net_sock"]

    /// Tells the address that a socket is connected to.
    getpeername x86_64 52, i386 368, aarch64 205;
        (sockfd: Fd, addr: Out(&SockAddr(At("addrlen"))), addrlen: InOut(&I32)) -> Long,
        in ["net", "net_sock"]

    /// Sends a message, to an address where one is given.
    sendto x86_64 44, i386 369, aarch64 206;
        (sockfd: Fd, buf: In(&Bytes(Arg("len"))), len: Size, flags: FLAGS, dest_addr: In(&SockAddr(Arg("addrlen"))), addrlen: I32) -> Long,
        in ["net", "net_snd_rcv"]
        with { entry: true, man: "send(2)" }

    /// Receives a message, and the address it came from.
    recvfrom x86_64 45, x32 517, i386 371, aarch64 207;
        (sockfd: Fd, buf: Out(&Bytes(ArgOrRet("len"))), len: Size, flags: FLAGS, src_addr: Out(&SockAddr(At("addrlen"))), addrlen: InOut(&I32)) -> Long,
        in ["net", "net_snd_rcv"]
        with { entry: true, compat: true, man: "recv(2)" }

    /// Sends a message from several buffers, with control data.
    sendmsg x86_64 46, x32 518, i386 370, aarch64 211;
        (sockfd: Fd, msg: In(&MsgHdr), flags: FLAGS) -> Long,
        in ["net", "net_snd_rcv"]
        with { entry: true, compat: true, man: "send(2)" }

    /// Receives a message into several buffers, with control data.
    recvmsg x86_64 47, x32 519, i386 372, aarch64 212;
        (sockfd: Fd, msg: InOut(&MsgHdr), flags: FLAGS) -> Long,
        in ["net", "net_snd_rcv"]
        with { entry: true, compat: true, man: "recv(2)" }

    /// Sends several messages.
    sendmmsg x86_64 307, x32 538, i386 345, aarch64 269;
        (sockfd: Fd, msgvec: InOut(&MmsgHdr(ArgOrRet("vlen"), Sent)), vlen: U32, flags: FLAGS) -> Long,
        in ["net", "net_snd_rcv"]
        with { entry: true, compat: true, since: "3.0" }

    /// Receives several messages.
    recvmmsg x86_64 299, x32 537, i386 417, aarch64 243;
        (sockfd: Fd, msgvec: InOut(&MmsgHdr(ArgOrRet("vlen"), Received)), vlen: U32, flags: FLAGS, timeout: InOut(&Struct(&TIMESPEC64))) -> Long,
        in ["net", "net_snd_rcv"]
        with { entry: true, compat: true, name32: "recvmmsg_time64", function32: "recvmmsg_time64" }

    /// Receives several messages, for 32-bit callers with a time of 32 bits.
    recvmmsg_time32 i386 337;
        (fd: Fd, mmsg: InOut(&MmsgHdr(ArgOrRet("vlen"), Received)), vlen: U32, flags: FLAGS, timeout: InOut(&Struct(&TIMESPEC))) -> Long,
        in []
        with { entry: true, compat: true, name32: "recvmmsg", man: "recvmmsg(2)" }

    /// Ends one or both directions of a connection.
    shutdown x86_64 48, i386 373, aarch64 210;
        (sockfd: Fd, how: Enum(&names::network::SHUTDOWN_HOW)) -> Long,
        in ["net", "net_sock"]

    /// Sets an option of a socket.
    setsockopt x86_64 54, x32 541, i386 366, aarch64 208;
        (sockfd: Fd, level: Enum(&names::socket::LEVEL), optname: By(&socket_options::NAME), optval: By(&set::VALUE), optlen: I32) -> Long,
        in ["net", "net_sock"]

    /// Reads an option of a socket.
    getsockopt x86_64 55, x32 542, i386 365, aarch64 209;
        (sockfd: Fd, level: Enum(&names::socket::LEVEL), optname: By(&socket_options::NAME), optval: By(&get::VALUE), optlen: InOut(&I32)) -> Long,
        in ["net", "net_sock"]
        with { man: "getsockopt(2)" }

    /// Makes one of the socket calls, which stands as an event of its own where that is selected.
    socketcall i386 102;
        (call: Enum(&names::network::SOCKETCALL), args: Type::Addr) -> Long,
        in []
        with { entry: true, compat: true }
}
