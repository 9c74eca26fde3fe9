//! Values behind pointers, and what is told where they are not there.

use tracehound_schema::record::chunk;
use tracehound_schema::types::{By, Case, Len, Member, Struct, Type, Width};

use super::{AT, at, made, one, reads, words, words32, writes};
use crate::calls::Quoting;

static TIME: Struct = Struct {
    name: "struct timespec",
    members: &[
        Member {
            name: "tv_sec",
            kind: Type::Long,
        },
        Member {
            name: "tv_nsec",
            kind: Type::Long,
        },
    ],
    ..Struct::PLAIN
};
static PAIR: Struct = Struct {
    name: "struct pair",
    members: &[
        Member {
            name: "kind",
            kind: Type::U8,
        },
        Member {
            name: "",
            kind: Type::U8,
        },
        Member {
            name: "length",
            kind: Type::U32,
        },
        Member {
            name: "wide",
            kind: Type::I64,
        },
        Member {
            name: "data",
            kind: Type::In(&Type::Bytes(Len::Arg("length"))),
        },
    ],
    brief: &["kind", "length"],
    ..Struct::PLAIN
};

#[test]
fn paths_and_texts() {
    at(reads(Type::Path))
        .read(AT, b"/etc/passwd\0rest")
        .prints("\"a\":\"/etc/passwd\"", "\"/etc/passwd\"");
    at(reads(Type::Path))
        .read(AT, b"")
        .prints(" unread \"a\" unread_at \"a\":\"0x7ffd1000\"", "0x7ffd1000");
    at(reads(Type::Path))
        .read(AT, b"\0")
        .prints("\"a\":\"\"", "\"\"");
    at(reads(Type::Path))
        .read(AT, b"/etc/pas")
        .prints("\"a\":\"/etc/pas\" cut \"a\"", "\"/etc/pas\"...");
    let long = [&[b'x'; 40][..], b"\0"].concat();
    let text = at(reads(Type::Text)).read(AT, &long);
    assert_eq!(text.human(), format!("\"{}\"...", "x".repeat(32)));
    assert_eq!(text.json(), format!("\"a\":\"{}\"", "x".repeat(40)));
    assert_eq!(text.string(40).human(), format!("\"{}\"", "x".repeat(40)));
}

#[test]
fn texts_are_escaped_as_strace_does() {
    let text = at(reads(Type::Path)).read(AT, b"a\"\\\n\t\r\x0b\x0c\x1b[2J\x071\xc3\xa9\xff\0");
    assert_eq!(text.human(), r#""a\"\\\n\t\r\v\f\33[2J\0071\303\251\377""#);
    assert_eq!(
        text.json(),
        "\"a\":\"a\\\"\\\\\\n\\t\\r\\u000b\\u000c\\u001b[2J\\u00071é\\\\xff\" raw \"a\""
    );
    let plain = at(reads(Type::Path)).read(AT, b"ab\0");
    assert_eq!(
        plain.clone().quoting(Quoting::HexIfNeeded).human(),
        "\"ab\""
    );
    assert_eq!(plain.quoting(Quoting::Hex).human(), r#""\x61\x62""#);
    assert_eq!(
        text.quoting(Quoting::HexIfNeeded).string(3).human(),
        r#""\x61\x22\x5c\x0a\x09\x0d\x0b\x0c\x1b\x5b\x32\x4a\x07\x31\xc3\xa9\xff""#
    );
}

#[test]
fn bytes_are_as_many_as_said() {
    let written = |count| {
        made(&[
            ("buf", reads(Type::Bytes(Len::Arg("count"))), AT),
            ("count", Type::Size, count),
        ])
        .read(AT, b"hello\0world")
    };
    written(5).prints("\"buf\":\"hello\",\"count\":5", "\"hello\", 5");
    written(6).prints("\"buf\":\"hello\\u0000\",\"count\":6", "\"hello\\0\", 6");
    written(0).prints("\"buf\":\"\",\"count\":0", "\"\", 0");
    written(100).prints(
        "\"buf\":\"hello\\u0000world\",\"count\":100 cut \"buf\"",
        "\"hello\\0world\"..., 100",
    );
    let read = |ret| {
        at(writes(Type::Bytes(Len::Ret)))
            .wrote(AT, b"hello")
            .ret(ret)
    };
    read(5).prints("\"a\":\"hello\"", "\"hello\"");
    read(2).prints("\"a\":\"he\"", "\"he\"");
    read(0).prints("\"a\":\"\"", "\"\"");
    read(-9).prints(" unwritten \"a\"", "0x7ffd1000");
}

#[test]
fn the_less_of_size_and_result_counts() {
    let got = |size, ret| {
        made(&[
            (
                "list",
                writes(Type::Array(&Type::U32, Len::ArgOrRet("size"))),
                AT,
            ),
            ("size", Type::I32, size),
        ])
        .wrote(AT, &words32(&[1, 2, 3]))
        .ret(ret)
    };
    got(8, 3).prints("\"list\":[1,2,3],\"size\":8", "[1, 2, 3], 8");
    got(2, 3).prints("\"list\":[1,2],\"size\":2", "[1, 2], 2");
    got(0, 3).prints("\"list\":[],\"size\":0", "[], 0");
}

#[test]
fn null_pointers_have_no_value() {
    for kind in [
        reads(Type::Path),
        writes(Type::I32),
        Type::Left(&Type::I32),
        Type::InOut(&Type::I32),
    ] {
        one(kind, 0).prints("", "NULL");
    }
    let beside = made(&[("a", reads(Type::Path), 0), ("b", Type::I32, 1)]);
    beside.prints("\"b\":1", "NULL, 1");
}

#[test]
fn lone_values_behind_pointers_stand_in_brackets() {
    at(reads(Type::I32))
        .read(AT, &(-5i32).to_ne_bytes())
        .prints("\"a\":-5", "[-5]");
    at(writes(Type::Wide(Width::W64, &Type::Loff)))
        .wrote(AT, &7u64.to_ne_bytes())
        .prints("\"a\":7", "[7]");
    // Half a number is none.
    at(reads(Type::I32))
        .read(AT, &[1, 2])
        .prints(" unread \"a\" unread_at \"a\":\"0x7ffd1000\"", "0x7ffd1000");
    at(writes(Type::Array(&Type::Fd, Len::Const(2))))
        .wrote(AT, &words32(&[3, 4]))
        .prints("\"a\":[3,4]", "[3, 4]");
}

#[test]
fn what_a_failed_call_would_have_written_is_unwritten() {
    let out = at(writes(Type::I32)).wrote(AT, &[1, 0, 0, 0]);
    out.prints("\"a\":1", "[1]");
    out.clone()
        .ret(-22)
        .prints(" unwritten \"a\"", "0x7ffd1000");
    let mut unfinished = out;
    unfinished.ret = None;
    unfinished.prints(" unwritten \"a\"", "0x7ffd1000");
    // Written, but not to be read.
    at(writes(Type::I32))
        .chunk(chunk::EXIT | chunk::UNREAD, AT, b"")
        .prints(" unread \"a\" unread_at \"a\":\"0x7ffd1000\"", "0x7ffd1000");
}

#[test]
fn time_left_is_written_by_interrupted_calls_only() {
    let left = at(Type::Left(super::leaked(Type::Struct(&TIME)))).wrote(AT, &words(&[1, 2]));
    left.clone().prints(" unwritten \"a\"", "0x7ffd1000");
    for ret in [-4, -512, -514, -516] {
        left.clone().ret(ret).prints(
            "\"a\":{\"tv_sec\":1,\"tv_nsec\":2}",
            "{tv_sec=1, tv_nsec=2}",
        );
    }
    left.ret(-22).prints(" unwritten \"a\"", "0x7ffd1000");
}

#[test]
fn what_is_overwritten_is_told_twice_where_it_changed() {
    let both = |before: u32, after: u32| {
        at(Type::InOut(&Type::U32))
            .read(AT, &before.to_ne_bytes())
            .wrote(AT, &after.to_ne_bytes())
    };
    both(128, 16).prints("\"a\":128", "[128 => 16]");
    both(16, 16).prints("\"a\":16", "[16]");
    both(16, 128).ret(-1).prints("\"a\":16", "[16]");
    let time = at(Type::InOut(super::leaked(Type::Struct(&TIME))))
        .read(AT, &words(&[1, 2]))
        .wrote(AT, &words(&[0, 7]));
    assert_eq!(
        time.human(),
        "{tv_sec=1, tv_nsec=2} => {tv_sec=0, tv_nsec=7}"
    );
}

#[test]
fn structures_follow_the_callers_abi() {
    let time = at(reads(Type::Struct(&TIME)));
    time.clone().read(AT, &words(&[5, 6])).prints(
        "\"a\":{\"tv_sec\":5,\"tv_nsec\":6}",
        "{tv_sec=5, tv_nsec=6}",
    );
    time.i386().read(AT, &words32(&[5, u32::MAX])).prints(
        "\"a\":{\"tv_sec\":5,\"tv_nsec\":-1}",
        "{tv_sec=5, tv_nsec=-1}",
    );
    // 64-bit members are aligned to 4 bytes for i386.
    let mut bytes = words32(&[7, 3, 0xffff_ffff, 0xffff_ffff, 0x2000]);
    at(reads(Type::Struct(&PAIR)))
        .i386()
        .read(AT, &bytes)
        .read(0x2000, b"abc")
        .prints(
            "\"a\":{\"kind\":7,\"length\":3,\"wide\":-1,\"data\":\"abc\"}",
            "{kind=7, length=3, ...}",
        );
    bytes = words32(&[7, 3, 0, 1, 0x2000, 0]);
    let pair = at(reads(Type::Struct(&PAIR)))
        .read(AT, &bytes)
        .read(0x2000, b"abcd");
    pair.clone().verbose().prints(
        "\"a\":{\"kind\":7,\"length\":3,\"wide\":4294967296,\"data\":\"abc\"}",
        "{kind=7, length=3, wide=4294967296, data=\"abc\"}",
    );
}

#[test]
fn members_that_are_missing_are_told() {
    let bytes = words32(&[7, 3, 0, 1]);
    at(reads(Type::Struct(&PAIR)))
        .read(AT, &bytes)
        .verbose()
        .prints(
            "\"a\":{\"kind\":7,\"length\":3,\"wide\":4294967296} cut \"a\"",
            "{kind=7, length=3, wide=4294967296, ...}",
        );
    let bytes = words32(&[7, 3, 0, 1, 0x2000, 0]);
    at(reads(Type::Struct(&PAIR))).read(AT, &bytes).verbose().prints(
        "\"a\":{\"kind\":7,\"length\":3,\"wide\":4294967296} unread \"a.data\" unread_at \"a.data\":\"0x2000\"",
        "{kind=7, length=3, wide=4294967296, data=0x2000}",
    );
    let null = words32(&[7, 3, 0, 1, 0, 0]);
    at(reads(Type::Struct(&PAIR)))
        .read(AT, &null)
        .verbose()
        .prints(
            "\"a\":{\"kind\":7,\"length\":3,\"wide\":4294967296}",
            "{kind=7, length=3, wide=4294967296, data=NULL}",
        );
}

#[test]
fn structures_that_grow_are_as_long_as_said() {
    static GROWS: Struct = Struct {
        name: "struct open_how",
        members: &[
            Member {
                name: "flags",
                kind: Type::U64,
            },
            Member {
                name: "mode",
                kind: Type::U64,
            },
        ],
        size: Some(Len::Arg("size")),
        ..Struct::PLAIN
    };
    let how = |size| {
        made(&[
            ("how", reads(Type::Struct(&GROWS)), AT),
            ("size", Type::Size, size),
        ])
        .read(AT, &words(&[1, 2]))
    };
    how(16).prints(
        "\"how\":{\"flags\":1,\"mode\":2},\"size\":16",
        "{flags=1, mode=2}, 16",
    );
    how(8).prints("\"how\":{\"flags\":1},\"size\":8", "{flags=1}, 8");
    how(1 << 40).prints(
        "\"how\":{\"flags\":1,\"mode\":2},\"size\":1099511627776",
        "{flags=1, mode=2}, 1099511627776",
    );
    how(0).prints("\"how\":{},\"size\":0", "{}, 0");
}

#[test]
fn values_in_place() {
    static NAMED: Struct = Struct {
        name: "struct named",
        members: &[
            Member {
                name: "name",
                kind: Type::Chars(8),
            },
            Member {
                name: "id",
                kind: Type::Raw(2),
            },
            Member {
                name: "list",
                kind: Type::Inline(&Type::U16, 3),
            },
            Member {
                name: "time",
                kind: Type::Struct(&TIME),
            },
        ],
        ..Struct::PLAIN
    };
    let mut bytes = b"ab\0\x1b\x1b\x1b\x1b\x1b".to_vec();
    bytes.extend([0x01, 0x41, 1, 0, 2, 0, 3, 0]);
    bytes.extend(words(&[8, 9]));
    at(reads(Type::Struct(&NAMED))).read(AT, &bytes).prints(
        "\"a\":{\"name\":\"ab\",\"id\":\"\\u0001A\",\"list\":[1,2,3],\"time\":{\"tv_sec\":8,\"tv_nsec\":9}}",
        "{name=\"ab\", id=\"\\x01\\x41\", list=[1, 2, 3], time={tv_sec=8, tv_nsec=9}}",
    );
}

#[test]
fn a_member_chooses_what_another_means() {
    static UNION: By = By {
        name: "kind",
        mask: 0xff,
        cases: &[
            Case {
                values: &[2],
                kind: Type::Struct(&TIME),
            },
            Case {
                values: &[3],
                kind: Type::Unused,
            },
        ],
        other: Type::Raw(16),
    };
    static TAGGED: Struct = Struct {
        name: "struct tagged",
        members: &[
            Member {
                name: "kind",
                kind: Type::U64,
            },
            Member {
                name: "value",
                kind: Type::By(&UNION),
            },
        ],
        ..Struct::PLAIN
    };
    let tagged = |kind| at(reads(Type::Struct(&TAGGED))).read(AT, &words(&[kind, 3, 4]));
    tagged(3).prints("\"a\":{\"kind\":3}", "{kind=3}");
    assert_eq!(tagged(2).human(), "{kind=2, value={tv_sec=3, tv_nsec=4}}");
    assert_eq!(
        tagged(1).json(),
        format!(
            "\"a\":{{\"kind\":1,\"value\":\"\\u0003{0}\\u0004{0}\"}}",
            "\\u0000".repeat(7)
        )
    );
}

#[test]
fn seconds_have_a_date() {
    static FILE: Struct = Struct {
        name: "struct stat",
        members: &[
            Member {
                name: "st_mtime",
                kind: Type::Seconds,
            },
            Member {
                name: "st_mtime_nsec",
                kind: Type::Ulong,
            },
        ],
        ..Struct::PLAIN
    };
    let file = |seconds, nanoseconds| {
        at(writes(Type::Struct(&FILE))).wrote(AT, &words(&[seconds, nanoseconds]))
    };
    file(1_795_461_315, 5).prints(
        "\"a\":{\"st_mtime\":1795461315,\"st_mtime_nsec\":5}",
        "{st_mtime=1795461315 /* 2026-11-23T19:15:15.000000005+0000 */, st_mtime_nsec=5}",
    );
    assert_eq!(file(0, 0).human(), "{st_mtime=0, st_mtime_nsec=0}");
    // No date is that far away.
    assert_eq!(
        file(u64::MAX >> 1, 0).human(),
        "{st_mtime=9223372036854775807, st_mtime_nsec=0}"
    );
}

#[test]
fn structures_that_point_at_their_like_end() {
    static RING: Struct = Struct {
        name: "struct ring",
        members: &[Member {
            name: "next",
            kind: Type::In(&Type::Struct(&RING)),
        }],
        ..Struct::PLAIN
    };
    let ring = at(reads(Type::Struct(&RING))).read(AT, &words(&[AT]));
    let text = ring.human();
    assert!(text.starts_with("{next={next={next="), "{text}");
    assert!(text.len() < 200, "{text}");
    assert!(ring.json().len() < 400);
}

#[test]
fn addresses_and_sets_in_place() {
    static PLACED: Struct = Struct {
        name: "struct placed",
        members: &[
            Member {
                name: "six",
                kind: Type::Inet6,
            },
            Member {
                name: "hw",
                kind: Type::Hardware(3),
            },
            Member {
                name: "",
                kind: Type::U8,
            },
            Member {
                name: "addr",
                kind: Type::SockAddr(Len::Const(8)),
            },
            Member {
                name: "",
                kind: Type::U32,
            },
            Member {
                name: "mask",
                kind: Type::SigSet(Len::Const(8)),
            },
        ],
        ..Struct::PLAIN
    };
    let mut bytes = vec![0; 15];
    bytes.extend([1, 0, 0x1b, 0xff, 0, 2, 0, 0, 80, 10, 0, 0, 1]);
    bytes.resize(32, 0);
    bytes.extend(0x4002u64.to_ne_bytes());
    at(reads(Type::Struct(&PLACED))).read(AT, &bytes).prints(
        "\"a\":{\"six\":\"::1\",\"hw\":\"00:1b:ff\",\
         \"addr\":{\"sa_family\":\"AF_INET\",\"sin_port\":80,\"sin_addr\":\"10.0.0.1\"},\
         \"mask\":[\"SIGINT\",\"SIGTERM\"]}",
        "{inet_pton(AF_INET6, \"::1\", &six), hw=00:1b:ff, \
         addr={sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"10.0.0.1\")}, \
         mask=[INT TERM]}",
    );
}

#[test]
fn what_was_found_is_written_where_something_was() {
    let found = at(Type::Found(&Type::I32)).wrote(AT, &[3, 0, 0, 0]);
    found.clone().prints(" unwritten \"a\"", "0x7ffd1000");
    found
        .clone()
        .ret(-10)
        .prints(" unwritten \"a\"", "0x7ffd1000");
    found.ret(4242).prints("\"a\":3", "[3]");
}
