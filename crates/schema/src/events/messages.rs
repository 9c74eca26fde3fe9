//! What comes over sockets of this machine: peers, files, messages to the kernel. Ids 283 to 299.

use super::{events, issues};
use crate::field::{kernel, register};
use crate::kind::Kind::{Dev, Enum, Flags, I32, Path, Pid, SockAddr, U32, U64, Uid};
use crate::names;

events! {
    /// A connection over a unix socket was made, and who is at the other end.
    ///
    /// Told to both: when connect(2) succeeds the peer is who listens, when accept(2) does it is who
    /// connected. The peer is the one that the kernel notes for SO_PEERCRED: with the credentials
    /// that it had when it called listen(2) or connect(2).
    unix_peer = 283 by Hook
        on ["tp_btf/sys_exit", "raw_tp/sys_exit"]
        ()
        when "peer_pid(unix_socket(current, ret)) != ABSENT"
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["connect", "accept", "accept4"] {}
        sets []
        {
            /// The descriptor of the connection: the one that was connected, or the new one.
            sockfd: I32, register("unix_descriptor(current, ret)").ctype("int");
            /// The connection's own address: of one that was accepted the listener's.
            local_addr: SockAddr, kernel("name_of(unix_socket(current, ret))").ctype("struct sockaddr*");
            /// The peer's address; most clients have no name.
            remote_addr: SockAddr, kernel("peer_of(unix_socket(current, ret))").ctype("struct sockaddr*").unread("when the peer has closed the connection by then");
            /// The peer's process, in the initial namespace.
            peer_pid: Pid, kernel("peer_pid(unix_socket(current, ret))").ctype("pid_t");
            /// Its effective user.
            peer_uid: Uid, kernel("peer_uid(unix_socket(current, ret))").ctype("uid_t");
            /// Its effective group.
            peer_gid: U32, kernel("peer_gid(unix_socket(current, ret))").ctype("gid_t");
        }
        page {
            purpose: "Sees which processes of this machine talk to each other, as the kernel knows them.",
            use_case: "Find out who uses the socket of a container engine, and as whom.",
            command: "sudo tracehound -e unix_peer -- target/programs/connect",
            issues: [
                "Sockets without connections (SOCK_DGRAM) have no peer of this kind, and the two ends of socketpair(2) are not told.",
                "Connections that io_uring makes or accepts are not seen.",
                "The peer's process is who made the socket listen or connected it; it may have handed the descriptor on or ended since.",
            ],
            related: ["connect", "accept", "security_socket_connect", "socket_accept"],
            sources: ["unix(7), SO_PEERCRED", "net/unix/af_unix.c (v6.18): unix_stream_connect()"],
        }

    /// A file came by a message.
    ///
    /// Somebody passes a descriptor to the process, by SCM_RIGHTS over a unix socket or in another
    /// way that the kernel treats alike (pidfd_getfd, seccomp). One event a descriptor.
    security_file_receive = 284 by Hook
        on [
            "lsm/file_receive",
            "fentry/security_file_receive",
            "kprobe/security_file_receive",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (file: "struct file *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["recvmsg"]
            when "ret >= 0 && file"
            { file = "file_behind(current, received_descriptor(current))"; }
        sets []
        {
            /// The file's path as the kernel resolves it; `socket:[NUMBER]` and the like for what has none.
            pathname: Path, kernel("file").ctype("const char*");
            /// The file's device.
            dev: Dev, kernel("inode_dev(inode_of(file))").ctype("dev_t");
            /// Its inode number.
            inode: U64, kernel("inode_number(inode_of(file))").ctype("unsigned long");
            /// How it was opened.
            flags: Flags(&names::FILE_FLAGS), kernel("file_flags(file)").ctype("int");
            /// The descriptor of the socket that it came by. Absent where no recvmsg(2) is under way.
            sockfd: I32, register("recvmsg_descriptor(current)").ctype("int").opt();
            /// The process at the socket's other end, in the initial namespace, as unix_peer tells it. Absent where the socket has none.
            peer_pid: Pid, kernel("peer_pid(receiving_socket(current))").ctype("pid_t").opt();
        }
        page {
            purpose: "Sees which files a process gets from another, which no open tells.",
            use_case: "Find out who is handed a file or device that it could not open itself.",
            command: "sudo tracehound -e security_file_receive -- target/programs/messages files",
            issues: [
                "At the end of calls only recvmsg(2) is seen, and of each message the first descriptor alone. It is found in the control buffer in user memory, which another thread can rewrite meanwhile; the file itself is the one that the kernel has behind the descriptor.",
                "peer_pid is who made the connection, not who sent the message. Of socketpair(2) that is the one that called it.",
                issues::BY_LSM,
            ],
            related: ["recvmsg", "sendmsg", "unix_peer", "pidfd_getfd"],
            sources: ["unix(7), SCM_RIGHTS", "fs/file.c (v6.18): receive_fd()"],
        }

    /// A message is sent over a netlink socket.
    netlink_send = 285 by Hook
        on [
            "lsm/netlink_send",
            "fentry/security_netlink_send",
            "kprobe/security_netlink_send",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (sk: "struct sock *", skb: "struct sk_buff *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["sendto", "sendmsg"]
            when "ret >= 0 && sk_is_netlink(sk)"
            {
                sk = "sending_sock(current)";
                skb = "NULL";
                type = "user_message(current, MESSAGE_TYPE)";
                flags = "user_message(current, MESSAGE_FLAGS)";
                length = "(u64)ret";
            }
        sets []
        {
            /// The part of the kernel that it is for.
            protocol: Enum(&names::network::NETLINK_PROTOCOL), kernel("sock_protocol(sk)").ctype("int");
            /// The message's type, which each protocol numbers by itself (nlmsg_type). Absent where there are no bytes for it.
            type: U32, kernel("kernel_message(skb, MESSAGE_TYPE)").ctype("u16").opt();
            /// Its flags (nlmsg_flags). Absent where there are no bytes for them.
            flags: U32, kernel("kernel_message(skb, MESSAGE_FLAGS)").ctype("u16").opt();
            /// How many bytes are sent, of one message or of several.
            length: U64, kernel("skb_length(skb)").ctype("unsigned int");
            /// The sender's address.
            local_addr: SockAddr, kernel("sock_name(sk)").ctype("struct sockaddr*");
        }
        page {
            purpose: "Sees requests to the kernel about routes, addresses, firewalls, audit and the like.",
            use_case: "Find programs that change the network or turn off the audit.",
            command: "sudo tracehound -e netlink_send -- target/programs/messages netlink",
            issues: [
                "type and flags are of the first message where several are sent at once. Senders whose messages have no header of netlink, as those of udev, have other bytes there.",
                "The receiver is not told: it is the kernel but where a process sends to another.",
                "At the end of calls only sendto and sendmsg are seen that succeed; type and flags are then read from user memory, which another thread can rewrite meanwhile.",
                issues::BY_LSM,
            ],
            related: ["sendto", "sendmsg"],
            sources: ["netlink(7)", "net/netlink/af_netlink.c (v6.18): netlink_sendmsg()"],
        }
}
