//! What expressions say of records, kind by kind and state by state.

use tracehound_schema::record::{Builder, Chunk, ChunkKind, ENTRY, HAS_RET, Header, chunk};
use tracehound_schema::sample;

use super::super::{Missing, Parsed, Pattern, combined, parse};
use super::{Told, Truth, event};
use Truth::{No, Unknown, Yes};

const AT: u64 = 0x7ffd_1000;

/// An openat that tried to open a path with these flags.
fn openat(path: Option<&[u8]>, state: u8, flags: u64, ret: Option<i64>) -> Told {
    let event = event("openat");
    let header = Header {
        flags: if ret.is_some() { HAS_RET } else { ENTRY },
        ret: ret.unwrap_or(0),
        ..sample::header(event)
    };
    let registers = [-100i64 as u64, AT, flags, 0o600, 0, 0].into_iter();
    let mut builder = Builder::new(event.id, 6, header);
    for (index, value) in registers.enumerate() {
        let null = index == 1 && path.is_none();
        builder = builder.slot(index, if null { 0 } else { value });
    }
    if let Some(bytes) = path {
        builder = builder.chunk(&Chunk {
            address: AT,
            kind: ChunkKind::Memory,
            state,
            bytes,
        });
    }
    Told::new(event, builder.build())
}

fn hook(name: &str, change: impl FnOnce(Builder) -> Builder) -> Told {
    let event = event(name);
    let builder = Builder::new(event.id, event.fields.len(), sample::header(event));
    Told::new(event, change(builder).build())
}

#[test]
fn texts_of_calls_are_compared_where_they_were_read() {
    let passwd = openat(Some(b"/etc/passwd\0"), 0, 0, Some(3));
    for yes in [
        "data.pathname=/etc/passwd",
        "args.pathname=/etc/*",
        "data.pathname=*passwd",
        "data.pathname=*c/pa*",
        "data.pathname=/*/pass*d",
        "data.pathname=/nothing,/etc/passwd",
        "data.pathname=\"/etc/passwd\"",
        "data.pathname=\"/etc/\\x70*\"",
        "data.pathname!=/etc/shadow",
        "not data.pathname=/tmp/*",
        "data.dirfd=AT_FDCWD",
        "data.dirfd<0",
        "data.pathname=/etc/* and (retval>=0 or retval=-ENOENT)",
    ] {
        assert_eq!(passwd.says(yes), Yes, "{yes}");
    }
    for no in [
        "data.pathname=/etc/passw",
        "data.pathname=passwd",
        "data.pathname!=/etc/passwd",
        "data.pathname=\"/etc/\\*\"",
        "data.pathname=/etc/*x*passwd",
        "data.dirfd=3..9",
    ] {
        assert_eq!(passwd.says(no), No, "{no}");
    }
}

#[test]
fn what_was_not_read_is_not_known() {
    let unread = openat(Some(b""), chunk::UNREAD, 0, Some(3));
    for text in [
        "data.pathname=/etc/*",
        "data.pathname!=/etc/*",
        "not data.pathname=/etc/*",
    ] {
        assert_eq!(unread.says(text), Unknown, "{text}");
        assert!(unread.says(text).keeps());
    }
    assert_eq!(unread.says("data.pathname=/etc/* or retval=3"), Yes);
    assert_eq!(unread.says("data.pathname=/etc/* and retval=4"), No);
    let null = openat(None, 0, 0, Some(-14));
    assert_eq!(null.says("data.pathname=*"), No);
    assert_eq!(null.says("data.pathname!=/etc/*"), Yes);
}

#[test]
fn a_cut_text_is_what_is_left_of_it() {
    let cut = openat(Some(b"/tmp/long"), chunk::CUT, 0, Some(3));
    assert_eq!(cut.says("data.pathname=/tmp/*"), Yes);
    assert_eq!(cut.says("data.pathname=*/lo*"), Yes);
    assert_eq!(cut.says("data.pathname=/etc/*"), No);
    assert_eq!(cut.says("data.pathname=/tmp/other"), No);
    assert_eq!(cut.says("data.pathname=/tmp/long"), Unknown);
    assert_eq!(cut.says("data.pathname=/tmp/longer*"), Unknown);
    assert_eq!(cut.says("data.pathname!=*.so"), Unknown);
}

#[test]
fn the_start_of_a_cut_path_is_missing() {
    let path = |cut: u64| {
        hook("security_inode_unlink", |builder| {
            let index = event("security_inode_unlink").field_index("pathname");
            builder.tail(index.unwrap(), b"c\0b\0")
        })
        .cut(cut)
    };
    let (whole, cut) = (path(0), path(1));
    assert_eq!(whole.says("data.pathname=/b/c"), Yes);
    assert_eq!(whole.says("data.pathname=*/b/c"), Yes);
    assert_eq!(cut.says("data.pathname=*/b/c"), Yes);
    assert_eq!(cut.says("data.pathname=*/x/c"), No);
    assert_eq!(cut.says("data.pathname=/a/b/c"), Unknown);
    assert_eq!(cut.says("data.pathname=/a/*"), Unknown);
}

impl Told {
    /// The same with the first text's field cut.
    fn cut(mut self, bit: u64) -> Told {
        let at = std::mem::offset_of!(Header, cut);
        let index = self.event.field_index("pathname").unwrap();
        self.bytes[at..at + 8].copy_from_slice(&(bit << index).to_ne_bytes());
        self
    }
}

#[test]
fn bits_are_looked_for_by_name_and_number() {
    let made = openat(Some(b"/tmp/a\0"), 0, 0o101 | 0o2000000, Some(3));
    assert_eq!(made.says("data.flags has O_CREAT"), Yes);
    assert_eq!(made.says("data.flags has O_CREAT|O_WRONLY"), Yes);
    assert_eq!(made.says("data.flags has O_CREAT,O_EXCL"), No);
    assert_eq!(made.says("data.flags has any O_EXCL|O_CREAT"), Yes);
    assert_eq!(made.says("data.flags lacks O_EXCL|O_TRUNC"), Yes);
    assert_eq!(made.says("data.flags has O_RDONLY"), No);
    assert_eq!(made.says("data.flags=O_WRONLY|O_CREAT|O_CLOEXEC"), Yes);
    assert_eq!(made.says("data.flags has 0x40"), Yes);
    assert_eq!(made.says("data.mode=0600"), Yes);
    assert_eq!(made.says("data.mode has S_IRUSR|S_IWUSR"), Yes);
    assert_eq!(made.says("data.mode has S_IXUSR"), No);
}

#[test]
fn sets_of_signals_and_scope() {
    let mask = Told::example("sigprocmask");
    let json = mask.json();
    assert_eq!(
        json["args"]["set"],
        serde_json::json!(["SIGINT", "SIGTERM"])
    );
    assert_eq!(mask.says("args.set has SIGTERM"), Yes);
    assert_eq!(mask.says("args.set has SIGTERM|SIGHUP"), No);
    assert_eq!(mask.says("args.set=SIGINT|SIGTERM"), Yes);
    assert_eq!(mask.says("args.set=0x4002"), Yes);
    assert_eq!(mask.says("args.set lacks SIGKILL"), Yes);
    assert_eq!(mask.says("scope.uid=1000 and scope.comm=ba*"), Yes);
    assert_eq!(mask.says("scope.processId=4242"), Yes);
    assert_eq!(mask.says("scope.hostParentProcessId=4000"), Yes);
    assert_eq!(mask.says("scope.syscall=rt_sigprocmask,openat"), Yes);
    assert_eq!(mask.says("scope.syscall!=rt_sigprocmask"), No);
    assert_eq!(mask.says("scope.abi=x86_64"), Yes);
    assert_eq!(mask.says("scope.exe=/usr/bin/bash"), Unknown);
    assert_eq!(mask.says("scope.timestamp>2020-01-01T00:00:00Z"), Yes);
}

#[test]
fn addresses_are_compared_by_network_and_port() {
    let inet = b"\x02\0\x01\xbb\x0a\x01\x02\x03\0\0\0\0\0\0\0\0";
    let mut mapped = vec![10, 0, 0x01, 0xbb, 0, 0, 0, 0];
    mapped.extend([0; 10]);
    mapped.extend([0xff, 0xff, 10, 1, 2, 3, 0, 0, 0, 0]);
    for bytes in [&inet[..], &mapped] {
        let told = hook("security_socket_connect", |builder| {
            let index = event("security_socket_connect").field_index("remote_addr");
            builder.tail(index.unwrap(), bytes)
        });
        for yes in [
            "data.remote_addr=10.1.2.3",
            "data.remote_addr=10.0.0.0/8",
            "data.remote_addr=10.1.2.3:443",
            "data.remote_addr=10.0.0.0/8:1..1023",
            "data.remote_addr=:443",
            "data.remote_addr=*:443",
            "data.remote_addr=[::ffff:10.1.2.3]:443",
            "data.remote_addr=1.1.1.1,10.1.0.0/16",
            "data.remote_addr!=/run/*",
        ] {
            assert_eq!(told.says(yes), Yes, "{yes}");
        }
        for no in [
            "data.remote_addr=10.1.2.3:80",
            "data.remote_addr=11.0.0.0/8",
            "data.remote_addr=/run/x",
        ] {
            assert_eq!(told.says(no), No, "{no}");
        }
    }
    let unix = hook("security_socket_connect", |builder| {
        let index = event("security_socket_connect").field_index("remote_addr");
        builder.tail(index.unwrap(), b"\x01\0/run/docker.sock\0")
    });
    assert_eq!(unix.says("data.remote_addr=/run/*"), Yes);
    assert_eq!(unix.says("data.remote_addr=0.0.0.0/0"), No);
    assert_eq!(unix.says("data.remote_addr.sa_family=AF_UNIX"), Yes);
}

#[test]
fn a_call_that_has_not_ended_has_no_result_yet() {
    let begun = openat(Some(b"/etc/passwd\0"), 0, 0, None);
    assert_eq!(begun.says("retval<0"), Unknown);
    assert_eq!(begun.says("data.pathname=/etc/*"), Yes);
    let failed = openat(Some(b"/etc/passwd\0"), 0, 0, Some(-2));
    assert_eq!(failed.says("retval=-ENOENT"), Yes);
    assert_eq!(failed.says("retval=ENOENT,EACCES"), Yes);
    assert_eq!(failed.says("retval>=0"), No);
}

#[test]
fn several_filters_join_as_tracee_joins_them() {
    let told = openat(Some(b"/etc/passwd\0"), 0, 0, Some(3));
    let join = |texts: &[&str]| {
        let parsed = texts.iter().map(|text| parse::of_event(told.event, text));
        let expr = combined(parsed.collect::<Result<_, _>>().unwrap());
        told.is(&Parsed {
            expr,
            alternative: None,
        })
    };
    assert_eq!(
        join(&["data.pathname=/a", "data.pathname=/etc/passwd"]),
        Yes
    );
    assert_eq!(join(&["data.pathname!=/a", "data.pathname!=/etc/*"]), No);
    assert_eq!(join(&["data.pathname=/etc/*", "retval<0"]), No);
    assert_eq!(join(&["retval>0", "retval<5"]), Yes);
}

#[test]
fn an_interrupt_belongs_to_nobody() {
    let mut told = Told::example("signal_generate");
    let at = std::mem::offset_of!(Header, flags);
    told.bytes[at..at + 4].copy_from_slice(&tracehound_schema::record::IN_INTERRUPT.to_ne_bytes());
    assert_eq!(told.says("scope.uid=0"), Unknown);
    assert_eq!(told.says("scope.cpu=1"), Yes);
}

#[test]
fn stars_stand_for_any_text() {
    let pattern = |text: &str| {
        let pieces = text.split('*').map(|piece| piece.as_bytes().to_vec());
        Pattern::new(pieces.collect())
    };
    let fits = |text: &str, of: &[u8]| pattern(text).fits(of, Missing::Nothing) == Yes;
    assert!(fits("*", b"") && fits("**", b"x") && fits("", b""));
    assert!(fits("a*a", b"aa") && !fits("a*a", b"a"));
    assert!(fits("a*b*c", b"abbc") && !fits("a*b*c", b"acb"));
    assert!(fits("*aab*", b"aaab"));
    assert_eq!(pattern("a**"), pattern("a*"));
}
