//! What socketcall(2) stands for: each call is told as the one that was meant.

use serde_json::{Value, json};

use crate::expect::Seen;

const EVENTS: &str = "socketcall,socket,bind,connect,listen,accept,accept4,getsockname,getpeername,socketpair,sendto,recvfrom,shutdown,setsockopt,getsockopt,sendmsg,recvmsg,sendmmsg,recvmmsg_time32";

fn vector(base: Option<&str>, length: usize) -> Value {
    match base {
        Some(base) => json!({"iov_base": base, "iov_len": length}),
        None => json!({"iov_len": length}),
    }
}

fn message(vectors: &[Value]) -> Value {
    json!({"msg_namelen": 0, "msg_iov": vectors, "msg_iovlen": vectors.len(), "msg_controllen": 0, "msg_flags": "0x0"})
}

/// What a message with one descriptor as control data has.
fn with_rights(vectors: &[Value], fd: i64) -> Value {
    let mut message = message(vectors);
    message["msg_controllen"] = json!(16);
    message["msg_control"] = json!([
        {"cmsg_len": 16, "cmsg_level": "SOL_SOCKET", "cmsg_type": "SCM_RIGHTS", "cmsg_data": [fd]}]);
    message
}

fn agrees(name: &str) {
    let Some(seen) = Seen::of(name, EVENTS) else {
        return;
    };
    let note = |name| seen.said.note(name);
    let (listener, client, other) = (note("listener"), note("client"), note("other"));
    let (left, right, udp) = (note("left"), note("right"), note("udp"));
    let make = |kind: &str| json!({"args": {"domain": "AF_UNIX", "type": kind, "protocol": 0}});
    let live = json!({"sa_family": "AF_UNIX", "sun_path": "@live"});
    let named = |fd: i64| json!({"args": {"sockfd": fd, "addr": live, "addrlen": 7}});
    let asked = |fd: i64, addr: &Value, length: i32| json!({"args": {"sockfd": fd, "addr": addr, "addrlen": 110}, "after": {"addrlen": length}});
    let option = |name: &str, value: Value, length: i32| json!({"args": {"sockfd": left, "level": "SOL_SOCKET", "optname": name, "optval": value, "optlen": length}});
    let mut got = option(
        "SO_RCVTIMEO_OLD",
        json!({"tv_sec": 1, "tv_usec": 500000}),
        8,
    );
    got["after"] = json!({"optlen": 8});
    let mut offered = message(&[vector(None, 4), vector(None, 4)]);
    offered["msg_namelen"] = json!(110);
    offered["msg_controllen"] = json!(64);
    let received = with_rights(
        &[vector(Some("abcd"), 4), vector(Some("e"), 4)],
        note("passed"),
    );
    let several = |list: &[(Value, Option<i32>)]| -> Value {
        let one = |(header, length): &(Value, Option<i32>)| match length {
            Some(length) => json!({"msg_hdr": header, "msg_len": length}),
            None => json!({"msg_hdr": header}),
        };
        list.iter().map(one).collect()
    };
    let first = |base| message(&[vector(base, 3)]);
    let room = |base| message(&[vector(base, 4)]);
    let left_time = seen.line("recvmmsg")["after"]["timeout"].clone();
    let address_length = seen.line("recvfrom")["unwritten"].clone();
    assert_eq!(address_length, json!(["src_addr"]));
    assert!(left_time["tv_sec"].as_i64() < Some(2), "{left_time}");
    seen.agrees("i386", &[
        ("socket", "socket", "socketcall", make("SOCK_STREAM|SOCK_CLOEXEC")),
        ("bind", "bind", "socketcall", named(listener)),
        ("listen", "listen", "socketcall", json!({"args": {"sockfd": listener, "backlog": 3}})),
        ("socket-client", "socket", "socketcall", make("SOCK_STREAM")),
        ("connect", "connect", "socketcall", named(client)),
        // The peer has no name.
        ("accept", "accept", "socketcall", asked(listener, &json!({"sa_family": "AF_UNIX"}), 2)),
        ("socket-other", "socket", "socketcall", make("SOCK_STREAM")),
        ("connect-other", "connect", "socketcall", named(other)),
        ("accept4", "accept4", "socketcall", json!({"args": {"sockfd": listener, "flags": "SOCK_NONBLOCK"}})),
        ("getsockname", "getsockname", "socketcall", asked(listener, &live, 7)),
        ("getpeername", "getpeername", "socketcall", asked(client, &live, 7)),
        ("shutdown", "shutdown", "socketcall", json!({"args": {"sockfd": client, "how": "SHUT_RDWR"}})),
        ("socketpair", "socketpair", "socketcall", json!({"args": {"domain": "AF_UNIX", "type": "SOCK_DGRAM", "protocol": 0, "sv": [left, right]}})),
        // send(2) and recv(2) pass no address, whatever lies behind their arguments.
        ("send", "sendto", "socketcall", json!({"args": {"sockfd": left, "buf": "hello", "len": 5, "flags": "MSG_NOSIGNAL", "addrlen": 0}})),
        ("recv", "recvfrom", "socketcall", json!({"args": {"sockfd": right, "buf": "hello", "len": 16, "flags": "0x0"}})),
        ("sendto", "sendto", "socketcall", json!({"args": {"sockfd": left, "buf": "again", "len": 5, "flags": "0x0", "addrlen": 0}})),
        ("recvfrom", "recvfrom", "socketcall", json!({"args": {"sockfd": right, "buf": "again", "len": 16, "flags": "MSG_DONTWAIT", "addrlen": 110}, "after": {"addrlen": 0}, "unwritten": ["src_addr"]})),
        ("socket-udp", "socket", "socketcall", json!({"args": {"domain": "AF_INET", "type": "SOCK_DGRAM", "protocol": "IPPROTO_IP"}})),
        ("sendto-udp", "sendto", "socketcall", json!({"args": {"sockfd": udp, "buf": "x", "len": 1, "flags": "MSG_DONTWAIT", "dest_addr": {"sa_family": "AF_INET", "sin_port": 9, "sin_addr": "127.0.0.1"}, "addrlen": 16}})),
        ("setsockopt", "setsockopt", "socketcall", option("SO_RCVTIMEO_OLD", json!({"tv_sec": 1, "tv_usec": 500000}), 8)),
        ("getsockopt", "getsockopt", "socketcall", got),
        ("setsockopt-wide", "setsockopt", "socketcall", option("SO_RCVTIMEO_NEW", json!({"tv_sec": 2, "tv_usec": 250000}), 16)),
        ("setsockopt-size", "setsockopt", "socketcall", option("SO_SNDBUF", json!(4096), 4)),
        ("sendmsg", "sendmsg", "socketcall", json!({"args": {"sockfd": left, "msg": with_rights(&[vector(Some("ab"), 2), vector(Some("cde"), 3)], 1), "flags": "0x0"}})),
        ("recvmsg", "recvmsg", "socketcall", json!({"args": {"sockfd": right, "msg": offered, "flags": "0x0"}, "after": {"msg": received}})),
        ("sendmmsg", "sendmmsg", "socketcall", json!({
            "args": {"sockfd": left, "msgvec": several(&[(first(Some("one")), None), (message(&[vector(Some("tw"), 2), vector(Some("o"), 1)]), None)]), "vlen": 2, "flags": "MSG_DONTWAIT"},
            "after": {"msgvec": several(&[(first(Some("one")), Some(3)), (message(&[vector(Some("tw"), 2), vector(Some("o"), 1)]), Some(3))])}})),
        ("recvmmsg", "recvmmsg_time32", "socketcall", json!({
            "args": {"fd": right, "mmsg": several(&[(room(None), None), (message(&[vector(None, 1), vector(None, 2)]), None)]), "vlen": 2, "flags": "MSG_DONTWAIT", "timeout": {"tv_sec": 1, "tv_nsec": 1000}},
            "after": {"mmsg": several(&[(room(Some("one")), Some(3)), (message(&[vector(Some("t"), 1), vector(Some("wo"), 2)]), Some(3))]), "timeout": left_time}})),
        ("unknown", "socketcall", "", json!({"args": {"call": 99, "args": seen.line("unknown")["args"]["args"]}})),
        ("nowhere", "connect", "socketcall", seen_nowhere()),
    ]);
    let socket =
        |label: &str, file: &str| seen.line(label)["files"][file]["socket"]["path"].clone();
    assert_eq!(socket("accept", "ret"), "@live");
    assert_eq!(socket("listen", "sockfd"), "@live");
}

/// A call whose arguments lie at an address that cannot be read.
fn seen_nowhere() -> Value {
    json!({"args": {}, "unread": ["sockfd", "addr", "addrlen"],
        "unread_at": {"sockfd": "0x8", "addr": "0xc", "addrlen": "0x10"}})
}

#[test]
fn what_socketcall_of_a_32_bit_program_means_is_told() {
    agrees("socketcall32");
}

#[test]
fn what_socketcall_of_a_64_bit_program_means_is_told() {
    agrees("socketcall");
}
