//! Socket addresses of every family.

use tracehound_schema::types::{Len, Type};

use super::{AT, made, reads, writes};

#[track_caller]
fn address(bytes: &[u8], json: &str, human: &str) {
    let made = made(&[
        ("a", reads(Type::SockAddr(Len::Arg("n"))), AT),
        ("n", Type::I32, bytes.len() as u64),
    ]);
    let length = bytes.len();
    made.read(AT, bytes).prints(
        &format!("\"a\":{{\"sa_family\":{json}}},\"n\":{length}"),
        &format!("{{sa_family={human}}}, {length}"),
    );
}

#[test]
fn unix() {
    let family = [1, 0];
    address(&family, "\"AF_UNIX\"", "AF_UNIX");
    address(
        &[&family[..], b"/run/x\0junk"].concat(),
        "\"AF_UNIX\",\"sun_path\":\"/run/x\"",
        "AF_UNIX, sun_path=\"/run/x\"",
    );
    address(
        &[&family[..], b"\0abc\0d"].concat(),
        "\"AF_UNIX\",\"sun_path\":\"@abc\\u0000d\"",
        "AF_UNIX, sun_path=@\"abc\\0d\"",
    );
}

#[test]
fn internet() {
    address(
        &[2, 0, 0x1f, 0x90, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        "\"AF_INET\",\"sin_port\":8080,\"sin_addr\":\"10.0.0.1\"",
        "AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"10.0.0.1\")",
    );
    let mut six = vec![10, 0, 0, 80, 0, 0, 0, 5];
    six.extend([0; 15]);
    six.push(1);
    six.extend(2u32.to_ne_bytes());
    address(
        &six,
        "\"AF_INET6\",\"sin6_port\":80,\"sin6_flowinfo\":5,\"sin6_addr\":\"::1\",\"sin6_scope_id\":2",
        "AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(5), \
         inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=2",
    );
    // Too short for its family.
    address(
        &[2, 0, 0, 80],
        "\"AF_INET\",\"sa_data\":\"\\u0000P\"",
        "AF_INET, sa_data=\"\\x00\\x50\"",
    );
}

#[test]
fn others() {
    address(
        &[16, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0],
        "\"AF_NETLINK\",\"nl_pid\":7,\"nl_groups\":\"0x1\"",
        "AF_NETLINK, nl_pid=7, nl_groups=00000001",
    );
    address(
        &[17, 0, 0, 3, 2, 0, 0, 0, 1, 0, 4, 6, 1, 2, 3, 4, 5, 6, 0, 0],
        "\"AF_PACKET\",\"sll_protocol\":3,\"sll_ifindex\":2,\"sll_hatype\":1,\
         \"sll_pkttype\":\"PACKET_OUTGOING\",\"sll_halen\":6,\
         \"sll_addr\":\"\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\"",
        "AF_PACKET, sll_protocol=htons(3), sll_ifindex=2, sll_hatype=1, \
         sll_pkttype=PACKET_OUTGOING, sll_halen=6, sll_addr=\"\\x01\\x02\\x03\\x04\\x05\\x06\"",
    );
    address(
        &[40, 0, 0, 0, 0xd2, 4, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
        "\"AF_VSOCK\",\"svm_port\":1234,\"svm_cid\":2",
        "AF_VSOCK, svm_port=1234, svm_cid=2",
    );
    let mut alg = vec![38, 0];
    alg.extend(b"hash\0\0\0\0\0\0\0\0\0\0");
    alg.extend([0; 8]);
    alg.extend(b"sha256\0\0");
    address(
        &alg,
        "\"AF_ALG\",\"salg_type\":\"hash\",\"salg_feat\":\"0x0\",\"salg_mask\":\"0x0\",\
         \"salg_name\":\"sha256\"",
        "AF_ALG, salg_type=\"hash\", salg_feat=0, salg_mask=0, salg_name=\"sha256\"",
    );
    address(
        &[31, 0, 1, 0, 2, 0],
        "\"AF_BLUETOOTH\",\"hci_dev\":1,\"hci_channel\":2",
        "AF_BLUETOOTH, hci_dev=1, hci_channel=2",
    );
    address(
        &[31, 0, 1, 2, 3, 4, 5, 6, 9, 0],
        "\"AF_BLUETOOTH\",\"rc_bdaddr\":\"\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\",\"rc_channel\":9",
        "AF_BLUETOOTH, rc_bdaddr=\"\\x01\\x02\\x03\\x04\\x05\\x06\", rc_channel=9",
    );
    address(
        &[200, 0, b'a', b'b'],
        "200,\"sa_data\":\"ab\"",
        "0xc8 /* AF_??? */, sa_data=\"\\x61\\x62\"",
    );
    address(&[0, 0], "\"AF_UNSPEC\"", "AF_UNSPEC");
}

#[test]
fn addresses_that_are_not_there() {
    let short = made(&[
        ("a", reads(Type::SockAddr(Len::Arg("n"))), AT),
        ("n", Type::I32, 1),
    ]);
    assert_eq!(short.read(AT, &[2]).human(), "0x7ffd1000, 1");
    let cut = made(&[
        ("a", reads(Type::SockAddr(Len::Arg("n"))), AT),
        ("n", Type::I32, 16),
    ]);
    cut.read(AT, &[2, 0, 0, 80, 127, 0, 0, 1]).prints(
        "\"a\":{\"sa_family\":\"AF_INET\",\"sin_port\":80,\"sin_addr\":\"127.0.0.1\"},\"n\":16 cut \"a\"",
        "{sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\"), ...}, 16",
    );
}

#[test]
fn the_length_may_stand_in_memory() {
    let accepted = made(&[
        ("addr", writes(Type::SockAddr(Len::At("addrlen"))), AT),
        ("addrlen", Type::InOut(&Type::U32), AT + 0x100),
    ])
    .read(AT + 0x100, &128u32.to_ne_bytes())
    .wrote(AT + 0x100, &2u32.to_ne_bytes())
    .wrote(AT, &[1, 0, b'/', 0]);
    accepted.prints(
        "\"addr\":{\"sa_family\":\"AF_UNIX\"},\"addrlen\":128",
        "{sa_family=AF_UNIX}, [128 => 2]",
    );
    let mut lost = accepted;
    lost.chunks.retain(|chunk| chunk.1 == AT);
    lost.prints(
        " unread \"addr\",\"addrlen\" unread_at \"addr\":\"0x7ffd1000\",\"addrlen\":\"0x7ffd1100\"",
        "0x7ffd1000, 0x7ffd1100",
    );
}
