//! Vectors and messages with control data, by a program's own convention.

use serde_json::{Value, json};

use crate::expect::Seen;

const EVENTS: &str = "memfd_create,writev,pwritev,pwritev2,preadv,preadv2,readv,lseek,process_vm_readv,process_vm_writev,sendmsg,recvmsg,sendmmsg,recvmmsg,recvmmsg_time32";

fn vectors(list: &[(Option<&str>, usize)]) -> Value {
    let one = |(base, length): &(Option<&str>, usize)| match base {
        Some(base) => json!({"iov_base": base, "iov_len": length}),
        None => json!({"iov_len": length}),
    };
    list.iter().map(one).collect()
}

fn message(list: &[(Option<&str>, usize)], control: i64) -> Value {
    json!({"msg_namelen": 0, "msg_iov": vectors(list), "msg_iovlen": list.len(),
        "msg_controllen": control, "msg_flags": "0x0"})
}

/// What differs between the conventions.
struct Width {
    abi: &'static str,
    /// Bytes of `struct cmsghdr`.
    head: i64,
    receives_several: &'static str,
    descriptor: &'static str,
    messages: &'static str,
}

const NARROW: Width = Width {
    abi: "i386",
    head: 12,
    receives_several: "recvmmsg_time32",
    descriptor: "fd",
    messages: "mmsg",
};
const WIDE: Width = Width {
    abi: "x86_64",
    head: 16,
    receives_several: "recvmmsg",
    descriptor: "sockfd",
    messages: "msgvec",
};

fn agrees(name: &str, width: &Width) {
    let Some(seen) = Seen::of(name, EVENTS) else {
        return;
    };
    let note = |name: &str| seen.said.note(name);
    let (fd, pid, left, right) = (note("fd"), note("pid"), note("left"), note("right"));
    let pointer = |name: &str| match width.head {
        12 => seen.said.address(name),
        _ => format!("{:#x}", note(name)),
    };
    let both = [(Some("ab"), 2), (Some("cde"), 3)];
    let far = json!([{"iov_base": pointer("far"), "iov_len": 6}, {"iov_base": pointer("further"), "iov_len": 6}]);
    let moved = |list: &[(Option<&str>, usize)]| json!({"args": {"fd": fd, "iov": vectors(list), "iovcnt": list.len()}});
    let at = |list: &[(Option<&str>, usize)], low: Value, high: Value, flags: Option<&str>| {
        let mut row = moved(list);
        row["args"]["pos_l"] = low;
        row["args"]["pos_h"] = high;
        if let Some(flags) = flags {
            row["args"]["flags"] = json!(flags);
        }
        row
    };
    let end = if width.head == 12 {
        (json!(u32::MAX), json!(u32::MAX))
    } else {
        (json!(-1), json!(u64::MAX.to_string()))
    };
    let rights = |fd: i64| json!({"cmsg_len": width.head + 4, "cmsg_level": "SOL_SOCKET", "cmsg_type": "SCM_RIGHTS", "cmsg_data": [fd]});
    let sender = json!({"cmsg_len": width.head + 12, "cmsg_level": "SOL_SOCKET", "cmsg_type": "SCM_CREDENTIALS",
        "cmsg_data": {"pid": pid, "uid": note("uid"), "gid": note("gid")}});
    let with = |mut message: Value, control: Value| {
        message["msg_control"] = control;
        message
    };
    let sent = with(
        message(&both, note("control")),
        json!([rights(1), sender.clone()]),
    );
    let room = [(None, 4), (None, 4)];
    let got = [(Some("abcd"), 4), (Some("e"), 4)];
    // The kernel puts the sender first.
    let received = with(
        message(&got, note("received")),
        json!([sender.clone(), rights(note("passed"))]),
    );
    let several = |list: [(Value, Option<i32>); 2]| -> Value {
        let one = |(header, length): (Value, Option<i32>)| match length {
            Some(length) => json!({"msg_hdr": header, "msg_len": length}),
            None => json!({"msg_hdr": header}),
        };
        list.into_iter().map(one).collect()
    };
    let part = |base, length, control| message(&[(base, length)], control);
    let last = with(part(Some("two"), 8, note("cred_length")), json!([sender]));
    let left_time = seen.line("recvmmsg")["after"]["timeout"].clone();
    assert!(left_time["tv_sec"].as_i64() < Some(6), "{left_time}");
    let mut truncated = part(Some("one"), 8, 0);
    truncated["msg_flags"] = json!("MSG_CTRUNC");
    let (descriptor, messages) = (width.descriptor, width.messages);
    let many = &seen.line("writev-many")["args"]["iov"];
    assert_eq!(many.as_array().map(Vec::len), Some(64));
    assert_eq!(many[1], vectors(&both)[1]);
    let mut rest = seen.line("writev-many").clone();
    rest.as_object_mut()
        .unwrap()
        .retain(|key, _| ["args", "unread", "unread_at", "cut"].contains(&&**key));
    assert_eq!(rest["cut"], json!(["iov"]));
    seen.agrees(width.abi, &[
        ("memfd_create", "memfd_create", "", json!({"args": {"name": "v", "flags": "0x0"}})),
        ("writev", "writev", "", moved(&both)),
        ("pwritev", "pwritev", "", at(&both, json!(5), json!(0), None)),
        ("pwritev2", "pwritev2", "", at(&both, end.0, end.1, Some("RWF_APPEND"))),
        ("preadv", "preadv", "", at(&[(Some("bcde"), 4), (Some("abcdeabcde"), 16)], json!(1), json!(0), None)),
        ("preadv2", "preadv2", "", at(&[(Some("cdea"), 4), (Some("bcdeabcde"), 16)], json!(2), json!(0), Some("0x0"))),
        ("readv-end", "readv", "", moved(&[(Some(""), 4), (Some(""), 16)])),
        ("lseek", "lseek", "", json!({"args": {"fd": fd, "offset": 0, "whence": "SEEK_SET"}})),
        ("readv", "readv", "", moved(&[(Some("abcd"), 4), (Some("eabcdeabcde"), 16)])),
        ("readv-none", "readv", "", moved(&[])),
        ("writev-many", "writev", "", rest),
        // The second leads to nowhere: the kernel filled the first and said so.
        ("readv-wild", "preadv", "", at(&[(Some("abcd"), 4), (Some(""), 16)], json!(0), json!(0), None)),
        ("process_vm_readv", "process_vm_readv", "", json!({"args": {"pid": pid, "local_iov": vectors(&[(Some("rem"), 3), (Some("otememor"), 8)]), "liovcnt": 2, "remote_iov": far, "riovcnt": 2, "flags": "0x0"}})),
        ("process_vm_writev", "process_vm_writev", "", json!({"args": {"pid": pid, "local_iov": vectors(&[(Some("rem"), 3)]), "liovcnt": 1, "remote_iov": [far[0]], "riovcnt": 1, "flags": "0x0"}})),
        ("sendmsg", "sendmsg", "", json!({"args": {"sockfd": left, "msg": sent, "flags": "MSG_NOSIGNAL"}})),
        ("recvmsg", "recvmsg", "", json!({"args": {"sockfd": right, "msg": message(&room, 256), "flags": "0x0"}, "after": {"msg": received}})),
        ("sendmmsg", "sendmmsg", "", json!({
            "args": {"sockfd": left, "msgvec": several([(part(Some("one"), 3, 0), None), (part(Some("two"), 3, 0), None)]), "vlen": 2, "flags": "0x0"},
            "after": {"msgvec": several([(part(Some("one"), 3, 0), Some(3)), (part(Some("two"), 3, 0), Some(3))])}})),
        ("recvmmsg", width.receives_several, "", json!({
            "args": {descriptor: right, messages: several([(part(None, 8, 0), None), (part(None, 8, 256), None)]), "vlen": 2, "flags": "MSG_DONTWAIT", "timeout": {"tv_sec": 5, "tv_nsec": 6}},
            "after": {messages: several([(truncated, Some(3)), (last, Some(3))]), "timeout": left_time}})),
        ("recvmsg-empty", "recvmsg", "", json!({"args": {"sockfd": right, "msg": message(&room, note("received")), "flags": "MSG_DONTWAIT"},
            "unwritten": ["msg.msg_iov.0.iov_base", "msg.msg_iov.1.iov_base", "msg.msg_control"]})),
    ]);
}

#[test]
fn vectors_and_messages_of_a_64_bit_program_are_whole() {
    agrees("vectors", &WIDE);
}

#[test]
fn vectors_and_messages_of_a_32_bit_program_are_whole() {
    agrees("vectors32", &NARROW);
}
