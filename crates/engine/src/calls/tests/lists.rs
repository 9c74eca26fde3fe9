//! Texts, vectors, messages and sets.

use tracehound_schema::types::{Len, Member, Struct, Traffic, Type};

use super::{AT, at, made, reads, words, words32, writes};

#[test]
fn arguments_of_programs() {
    let argv = at(reads(Type::Strings))
        .read(AT, &words(&[0x2000, 0x3000, 0]))
        .read(0x2000, b"ls\0")
        .read(0x3000, b"-l\0");
    argv.prints("\"a\":[\"ls\",\"-l\"]", "[\"ls\", \"-l\"]");
    at(reads(Type::Strings))
        .i386()
        .read(AT, &words32(&[0x2000, 0]))
        .read(0x2000, b"ls\0")
        .prints("\"a\":[\"ls\"]", "[\"ls\"]");
    at(reads(Type::Strings))
        .read(AT, &words(&[0]))
        .prints("\"a\":[]", "[]");
    // No null pointer at the end.
    at(reads(Type::Strings))
        .read(AT, &words(&[0x2000]))
        .read(0x2000, b"ls\0")
        .prints("\"a\":[\"ls\"] cut \"a\"", "[\"ls\", ...]");
    // One text is not there, one is not whole.
    at(reads(Type::Strings))
        .read(AT, &words(&[0x2000, 0x3000, 0]))
        .read(0x3000, b"-l")
        .prints(
            "\"a\":[\"-l\"] unread \"a.0\" unread_at \"a.0\":\"0x2000\" cut \"a.1\"",
            "[0x2000, \"-l\"...]",
        );
    let many = [vec![0x2000; 40], vec![0]].concat();
    let many = at(reads(Type::Strings))
        .read(AT, &words(&many))
        .read(0x2000, b"x\0");
    assert!(many.human().ends_with("\"x\", ...]"));
    assert_eq!(many.human().matches("\"x\"").count(), 32);
    assert_eq!(many.verbose().human().matches("\"x\"").count(), 40);
}

#[test]
fn environments_are_counted() {
    let envp = |pointers: &[u64]| {
        made(&[("envp", reads(Type::Strings), AT)])
            .read(AT, &words(pointers))
            .read(0x2000, b"A=1\0")
    };
    envp(&[0x2000, 0x2000, 0]).prints("\"envp\":[\"A=1\",\"A=1\"]", "0x7ffd1000 /* 2 vars */");
    assert_eq!(envp(&[0x2000, 0]).human(), "0x7ffd1000 /* 1 var */");
    assert_eq!(envp(&[0]).human(), "0x7ffd1000 /* 0 vars */");
    assert_eq!(envp(&[0x2000]).human(), "0x7ffd1000 /* at least 1 var */");
    assert_eq!(envp(&[0x2000, 0]).verbose().human(), "[\"A=1\"]");
}

#[test]
fn arrays_of_structures() {
    static POLL: Struct = Struct {
        name: "struct pollfd",
        members: &[
            Member {
                name: "fd",
                kind: Type::Fd,
            },
            Member {
                name: "events",
                kind: Type::I16,
            },
            Member {
                name: "revents",
                kind: Type::I16,
            },
        ],
        ..Struct::PLAIN
    };
    let poll = |count| {
        made(&[
            (
                "fds",
                reads(Type::Array(
                    super::leaked(Type::Struct(&POLL)),
                    Len::Arg("nfds"),
                )),
                AT,
            ),
            ("nfds", Type::U32, count),
        ])
        .read(AT, &words32(&[3, 1, 4, 2]))
    };
    poll(2).prints(
        "\"fds\":[{\"fd\":3,\"events\":1,\"revents\":0},{\"fd\":4,\"events\":2,\"revents\":0}],\"nfds\":2",
        "[{fd=3, events=1, revents=0}, {fd=4, events=2, revents=0}], 2",
    );
    poll(3).prints(
        "\"fds\":[{\"fd\":3,\"events\":1,\"revents\":0},{\"fd\":4,\"events\":2,\"revents\":0}],\"nfds\":3 cut \"fds\"",
        "[{fd=3, events=1, revents=0}, {fd=4, events=2, revents=0}, ...], 3",
    );
    assert_eq!(poll(0).human(), "[], 0");
    assert_eq!(poll(0xffff_ffff_ffff).json().matches("\"fd\"").count(), 2);
}

#[test]
fn vectors_end_where_the_call_did() {
    let vectors = words(&[0x2000, 3, 0x3000, 10]);
    let written = made(&[
        (
            "vec",
            reads(Type::IoVec(Len::Arg("n"), Len::Const(u32::MAX))),
            AT,
        ),
        ("n", Type::U32, 2),
    ])
    .read(AT, &vectors)
    .read(0x2000, b"abc")
    .read(0x3000, b"defghijklm");
    written.prints(
        "\"vec\":[{\"iov_base\":\"abc\",\"iov_len\":3},{\"iov_base\":\"defghijklm\",\"iov_len\":10}],\"n\":2",
        "[{iov_base=\"abc\", iov_len=3}, {iov_base=\"defghijklm\", iov_len=10}], 2",
    );
    let read = made(&[
        ("vec", writes(Type::IoVec(Len::Arg("n"), Len::Ret)), AT),
        ("n", Type::U32, 2),
    ])
    .wrote(AT, &vectors)
    .wrote(0x2000, b"abc")
    .wrote(0x3000, b"de");
    read.clone().ret(5).prints(
        "\"vec\":[{\"iov_base\":\"abc\",\"iov_len\":3},{\"iov_base\":\"de\",\"iov_len\":10}],\"n\":2",
        "[{iov_base=\"abc\", iov_len=3}, {iov_base=\"de\", iov_len=10}], 2",
    );
    assert_eq!(
        read.clone().ret(2).human(),
        "[{iov_base=\"ab\", iov_len=3}, {iov_base=\"\", iov_len=10}], 2"
    );
    read.ret(8).prints(
        "\"vec\":[{\"iov_base\":\"abc\",\"iov_len\":3},{\"iov_base\":\"de\",\"iov_len\":10}],\"n\":2 cut \"vec.1.iov_base\"",
        "[{iov_base=\"abc\", iov_len=3}, {iov_base=\"de\"..., iov_len=10}], 2",
    );
    let short = made(&[("vec", reads(Type::IoVec(Len::Const(1), Len::Const(9))), AT)]);
    short
        .clone()
        .i386()
        .read(AT, &words32(&[0x2000, 3]))
        .prints(
            "\"vec\":[{\"iov_len\":3}] unread \"vec.0.iov_base\" unread_at \"vec.0.iov_base\":\"0x2000\"",
            "[{iov_base=0x2000, iov_len=3}]",
        );
    short
        .read(AT, &words(&[0, 3]))
        .prints("\"vec\":[{\"iov_len\":3}]", "[{iov_base=NULL, iov_len=3}]");
}

/// A message from 127.0.0.1:80 with one vector.
fn header(control: u64, length: u64) -> Vec<u8> {
    words(&[0x2000, 16, 0x3000, 1, control, length, 0x4000])
}

const INET: [u8; 16] = [2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];

#[test]
fn messages() {
    let sent = at(reads(Type::MsgHdr))
        .read(AT, &header(0, 0))
        .read(0x2000, &INET)
        .read(0x3000, &words(&[0x4000, 2]))
        .read(0x4000, b"hi");
    sent.prints(
        "\"a\":{\"msg_name\":{\"sa_family\":\"AF_INET\",\"sin_port\":80,\"sin_addr\":\"127.0.0.1\"},\
         \"msg_namelen\":16,\"msg_iov\":[{\"iov_base\":\"hi\",\"iov_len\":2}],\"msg_iovlen\":1,\
         \"msg_controllen\":0,\"msg_flags\":\"MSG_NOSIGNAL\"}",
        "{msg_name={sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, \
         msg_namelen=16, msg_iov=[{iov_base=\"hi\", iov_len=2}], msg_iovlen=1, \
         msg_controllen=0, msg_flags=MSG_NOSIGNAL}",
    );
    at(reads(Type::MsgHdr))
        .i386()
        .read(AT, &words32(&[0, 0, 0, 0, 0, 0, 0]))
        .prints(
            "\"a\":{\"msg_namelen\":0,\"msg_iovlen\":0,\"msg_controllen\":0,\"msg_flags\":\"0x0\"}",
            "{msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, msg_controllen=0, msg_flags=0}",
        );
    // Received: as much as the call says.
    let received = at(writes(Type::MsgHdr))
        .wrote(AT, &header(0, 0))
        .wrote(0x2000, &INET)
        .wrote(0x3000, &words(&[0x4000, 20]))
        .wrote(0x4000, b"hi, you there")
        .ret(2);
    assert!(
        received
            .json()
            .contains("[{\"iov_base\":\"hi\",\"iov_len\":20}]")
    );
    // Half a header is none.
    at(reads(Type::MsgHdr))
        .read(AT, &[0; 30])
        .prints(" unread \"a\" unread_at \"a\":\"0x7ffd1000\"", "0x7ffd1000");
}

#[test]
fn control_messages() {
    let control = |bytes: &[u8]| {
        let made = at(reads(Type::MsgHdr))
            .read(AT, &words(&[0, 0, 0, 0, 0x5000, bytes.len() as u64, 0]))
            .read(0x5000, bytes);
        let text = made.human();
        let start = text.find("msg_control=").unwrap() + 12;
        let end = text.find(", msg_controllen").unwrap();
        text[start..end].to_owned()
    };
    let head = |length: u64, kind: u32| [words(&[length]), words32(&[1, kind])].concat();
    assert_eq!(
        control(&[head(24, 1), words32(&[3, 4])].concat()),
        "[{cmsg_len=24, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3, 4]}]"
    );
    // Padded to words, then another one.
    let rights = [head(20, 1), words32(&[3, 0])].concat();
    let credentials = [head(28, 2), words32(&[7, 8, 9])].concat();
    assert_eq!(
        control(&[rights, credentials].concat()),
        "[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}, \
         {cmsg_len=28, cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS, \
         cmsg_data={pid=7, uid=8, gid=9}}]"
    );
    assert_eq!(
        control(&[head(32, 29), words(&[5, 6])].concat()),
        "[{cmsg_len=32, cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMP, \
         cmsg_data={tv_sec=5, tv_usec=6}}]"
    );
    assert_eq!(
        control(&[words(&[18]), words32(&[41, 50]), vec![1, 2]].concat()),
        "[{cmsg_len=18, cmsg_level=SOL_IPV6, cmsg_type=0x32, cmsg_data=\"\\x01\\x02\"}]"
    );
    // Lengths that cannot be end the list.
    assert_eq!(control(&head(3, 1)), "[]");
    assert!(control(&head(u64::MAX, 1)).ends_with("...]"));
    assert_eq!(control(&[1, 2, 3]), "[]");
}

#[test]
fn several_messages() {
    let mut bytes = words(&[0, 0, 0x3000, 1, 0, 0, 0]);
    bytes.extend(words(&[2]));
    let received = made(&[(
        "msgvec",
        writes(Type::MmsgHdr(Len::Ret, Traffic::Received)),
        AT,
    )])
    .wrote(AT, &bytes)
    .wrote(0x3000, &words(&[0x4000, 20]))
    .wrote(0x4000, b"hi, you")
    .ret(1);
    received.prints(
        "\"msgvec\":[{\"msg_hdr\":{\"msg_namelen\":0,\"msg_iov\":[{\"iov_base\":\"hi\",\"iov_len\":20}],\
         \"msg_iovlen\":1,\"msg_controllen\":0,\"msg_flags\":\"0x0\"},\"msg_len\":2}]",
        "[{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hi\", iov_len=20}], \
         msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=2}]",
    );
}

#[test]
fn sets_of_signals() {
    let set = |value: u64, length: u32| {
        at(reads(Type::SigSet(Len::Const(length)))).read(AT, &value.to_ne_bytes())
    };
    set(0x4002, 8).prints("\"a\":[\"SIGINT\",\"SIGTERM\"]", "[INT TERM]");
    set(0, 8).prints("\"a\":[]", "[]");
    assert_eq!(set(!0x4002, 8).human(), "~[INT TERM]");
    set(0xffff_0000_0000_4002, 4).prints("\"a\":[\"SIGINT\",\"SIGTERM\"]", "[INT TERM]");
    // Fewer bytes than a set has.
    at(reads(Type::SigSet(Len::Const(8))))
        .read(AT, &[1, 2, 3, 4])
        .prints(" unread \"a\" unread_at \"a\":\"0x7ffd1000\"", "0x7ffd1000");
    let sized = made(&[
        ("set", reads(Type::SigSet(Len::Arg("size"))), AT),
        ("size", Type::Size, 0),
    ]);
    sized
        .read(AT, &[1])
        .prints("\"set\":[],\"size\":0", "[], 0");
}

#[test]
fn sets_of_signals_in_registers() {
    super::one(Type::SigSet(Len::Const(4)), 0xffff_0000_4002)
        .prints("\"a\":[\"SIGINT\",\"SIGTERM\"]", "[INT TERM]");
}

#[test]
fn sets_of_descriptors() {
    let set = |bits: u64, words: &[u64]| {
        made(&[
            ("nfds", Type::I32, bits),
            ("readfds", reads(Type::FdSet(Len::Arg("nfds"))), AT),
        ])
        .read(AT, &super::words(words))
    };
    set(5, &[1 << 3 | 1 << 4]).prints("\"nfds\":5,\"readfds\":[3,4]", "5, [3 4]");
    // Bits beyond the number are nobody's.
    set(4, &[1 << 3 | 1 << 4]).prints("\"nfds\":4,\"readfds\":[3]", "4, [3]");
    set(128, &[1, 1 << 63]).prints("\"nfds\":128,\"readfds\":[0,127]", "128, [0 127]");
    set(0, &[1]).prints("\"nfds\":0,\"readfds\":[]", "0, []");
    set(0xffff_ffff, &[1]).prints("\"nfds\":-1,\"readfds\":[]", "-1, []");
    set(100, &[1]).prints(
        "\"nfds\":100,\"readfds\":[0] cut \"readfds\"",
        "100, [0]...",
    );
}

#[test]
fn sets_of_processors() {
    let set = |length: u64, bytes: &[u8]| {
        made(&[
            ("len", Type::Size, length),
            ("mask", reads(Type::BitSet(Len::Arg("len"))), AT),
        ])
        .read(AT, bytes)
    };
    set(8, &[3, 1, 0, 0, 0, 0, 0, 0]).prints("\"len\":8,\"mask\":[0,1,8]", "8, [0 1 8]");
    set(16, &[1, 0, 0, 0, 0, 0, 0, 0]).prints("\"len\":16,\"mask\":[0] cut \"mask\"", "16, [0]...");
    set(0, &[1]).prints("\"len\":0,\"mask\":[]", "0, []");
}

/// What a message that is received points at is told of one side only.
#[test]
fn received_messages() {
    let vectors = words(&[0x4000, 20]);
    let received = at(Type::InOut(&Type::MsgHdr))
        .read(AT, &header(0x5000, 100))
        .read(0x3000, &vectors)
        .wrote(AT, &words(&[0x2000, 0, 0x3000, 1, 0x5000, 0, 0]))
        .wrote(0x3000, &vectors)
        .wrote(0x4000, b"hi")
        .ret(2);
    received.prints(
        "\"a\":{\"msg_namelen\":16,\"msg_iov\":[{\"iov_len\":20}],\"msg_iovlen\":1,\
         \"msg_controllen\":100,\"msg_flags\":\"MSG_NOSIGNAL\"}",
        "{msg_name=0x2000, msg_namelen=16 => 0, msg_iov=[{iov_base=\"hi\", iov_len=20}], \
         msg_iovlen=1, msg_controllen=0, msg_flags=0}",
    );
    let json = received.with(|call| {
        let (mut out, mut notes) = (Vec::new(), crate::calls::Notes::default());
        let mut print = crate::calls::Json::new(&mut out, &mut notes);
        print.argument("a", |print| {
            crate::calls::side(call, 0, crate::calls::Side::After, print);
        });
        assert!(notes.unread.is_empty());
        String::from_utf8(out).unwrap()
    });
    assert_eq!(
        json,
        "\"a\":{\"msg_namelen\":0,\"msg_iov\":[{\"iov_base\":\"hi\",\"iov_len\":20}],\
         \"msg_iovlen\":1,\"msg_controllen\":0,\"msg_flags\":\"0x0\"}"
    );
}

/// Several messages are read, and the length that went through each is written.
#[test]
fn sent_messages_have_their_content_from_before() {
    let mut bytes = words(&[0, 0, 0x3000, 1, 0, 0, 0]);
    bytes.extend(words(&[0]));
    let mut after = bytes.clone();
    after[56] = 2;
    let sent = made(&[
        (
            "msgvec",
            Type::InOut(super::leaked(Type::MmsgHdr(
                Len::ArgOrRet("vlen"),
                Traffic::Sent,
            ))),
            AT,
        ),
        ("vlen", Type::U32, 1),
    ])
    .read(AT, &bytes)
    .read(0x3000, &words(&[0x4000, 2]))
    .read(0x4000, b"hi")
    .wrote(AT, &after)
    .ret(1);
    sent.prints(
        "\"msgvec\":[{\"msg_hdr\":{\"msg_namelen\":0,\"msg_iov\":[{\"iov_base\":\"hi\",\"iov_len\":2}],\
         \"msg_iovlen\":1,\"msg_controllen\":0,\"msg_flags\":\"0x0\"}}],\"vlen\":1",
        "[{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hi\", iov_len=2}], \
         msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=2}], 1",
    );
}

/// As `linux_dirent` has it: a name of any length, and a type at the end.
#[test]
fn records_as_long_as_they_say() {
    static ENTRY: Struct = Struct {
        name: "struct linux_dirent",
        members: &[
            Member {
                name: "d_ino",
                kind: Type::Ulong,
            },
            Member {
                name: "d_reclen",
                kind: Type::U16,
            },
            Member {
                name: "d_name",
                kind: Type::Chars(0),
            },
            Member {
                name: "d_type",
                kind: Type::U8,
            },
        ],
        ..Struct::PLAIN
    };
    let mut bytes = Vec::new();
    for (inode, name, kind) in [
        (7u64, &b"a\0\0\0\0"[..], 4u8),
        (8, b"bcd\0\0\0\0\0\0\0\0\0\0", 8),
    ] {
        bytes.extend(inode.to_ne_bytes());
        bytes.extend((11 + name.len() as u16).to_ne_bytes());
        bytes.extend(name);
        bytes.push(kind);
    }
    let entries = |bytes: &[u8], ret| {
        at(writes(Type::Records(&ENTRY, Len::Ret)))
            .wrote(AT, bytes)
            .ret(ret)
    };
    let length = bytes.len() as i64;
    let both = "\"a\":[{\"d_ino\":7,\"d_reclen\":16,\"d_name\":\"a\",\"d_type\":4},\
                {\"d_ino\":8,\"d_reclen\":24,\"d_name\":\"bcd\",\"d_type\":8}]";
    entries(&bytes, length).prints(both, "0x7ffd1000 /* 2 entries */");
    assert_eq!(
        entries(&bytes[..16], 16).verbose().human(),
        "[{d_ino=7, d_reclen=16, d_name=\"a\", d_type=4}]"
    );
    entries(&bytes[..30], length).prints(
        "\"a\":[{\"d_ino\":7,\"d_reclen\":16,\"d_name\":\"a\",\"d_type\":4}] cut \"a\"",
        "0x7ffd1000 /* at least 1 entry */",
    );
    entries(&bytes, 0).prints("\"a\":[]", "0x7ffd1000 /* 0 entries */");
    // Lengths that cannot be end the list.
    for length in [0u8, 1, 10, 255] {
        bytes[8] = length;
        assert_eq!(entries(&bytes, 40).json(), "\"a\":[] cut \"a\"");
    }
    at(writes(Type::PathOf(Len::Ret)))
        .wrote(AT, b"/etc/passwd")
        .ret(4)
        .prints("\"a\":\"/etc\"", "\"/etc\"");
}

/// Where a message was to be received and was not, its buffers are unwritten; where several were to
/// be and some were, those of the others.
#[test]
fn what_was_not_received_is_unwritten() {
    let room = words(&[0x4000, 20]);
    let one = at(Type::InOut(&Type::MsgHdr))
        .read(AT, &header(0x5000, 100))
        .read(0x3000, &room);
    for ret in [-11, -512] {
        let json = one.clone().ret(ret).json();
        let buffers = "\"a.msg_name\",\"a.msg_iov.0.iov_base\",\"a.msg_control\"";
        assert!(json.ends_with(&format!("unwritten {buffers}")), "{json}");
    }
    let mut bytes = words(&[0, 0, 0x3000, 1, 0, 0, 0, 0]);
    bytes.extend(words(&[0, 0, 0x3010, 1, 0, 0, 0, 0]));
    let several = |traffic| {
        let kind = super::leaked(Type::MmsgHdr(Len::ArgOrRet("vlen"), traffic));
        made(&[("msgvec", Type::InOut(kind), AT), ("vlen", Type::U32, 2)])
            .read(AT, &bytes[..64])
            .read(AT + 64, &bytes[64..])
            .read(0x3000, &room)
            .read(0x3010, &room)
            .wrote(AT, &bytes[..64])
            .ret(1)
    };
    let second = "\"msgvec.1.msg_hdr.msg_iov.0.iov_base\"";
    let json = several(Traffic::Received).json();
    assert!(json.ends_with(&format!("unwritten {second}")), "{json}");
    // What is sent was read, or could not be.
    let json = several(Traffic::Sent).json();
    assert!(json.contains("unread") && json.contains(second), "{json}");
}

#[test]
fn messages_whose_headers_could_not_be_read_are_unread() {
    let one = at(Type::InOut(&Type::MsgHdr));
    let several = at(Type::InOut(&Type::MmsgHdr(
        Len::Const(2),
        Traffic::Received,
    )));
    for made in [one, several] {
        for ret in [0, -14] {
            let json = made.clone().ret(ret).json();
            assert!(json.contains("unread \"a\""), "{ret}: {json}");
        }
    }
}
