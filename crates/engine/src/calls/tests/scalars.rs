//! Values that fit a register.

use tracehound_schema::Names;
use tracehound_schema::types::{By, Case, Part, Type, Width};

use super::{AT, leaked, made, one, reads};
use crate::calls::words;

static MODES: Names = Names {
    title: "mode",
    rows: &[(0, "M_NONE"), (1, "M_ONE"), (-2, "M_LOW")],
};
static BITS: Names = Names {
    title: "bits",
    rows: &[
        (6, "B_BOTH"),
        (2, "B_TWO"),
        (1, "B_ONE"),
        (0x8000_0000, "B_TOP"),
    ],
};
static PARTS: [Part; 3] = [
    Part {
        mask: 3,
        kind: Type::Enum(&MODES),
    },
    Part {
        mask: 0xff00,
        kind: Type::Flags(&UPPER),
    },
    Part {
        mask: 0xfc,
        kind: Type::Signal,
    },
];
static UPPER: Names = Names {
    title: "upper",
    rows: &[(0x100, "U_ONE"), (0x200, "U_TWO")],
};

#[test]
fn integers_have_their_width_and_sign() {
    let all = u64::MAX;
    one(Type::U8, all).prints("\"a\":255", "255");
    one(Type::U16, all).prints("\"a\":65535", "65535");
    one(Type::I16, 0xffff_fffe).prints("\"a\":-2", "-2");
    one(Type::I32, 0xffff_ffff).prints("\"a\":-1", "-1");
    one(Type::U32, all).prints("\"a\":4294967295", "4294967295");
    one(Type::I64, all).prints("\"a\":-1", "-1");
    one(Type::Pid, 0xffff_ffff).prints("\"a\":-1", "-1");
    one(Type::Long, all).prints("\"a\":-1", "-1");
    one(Type::Long, 0xffff_ffff).prints("\"a\":4294967295", "4294967295");
    one(Type::Long, 0xffff_ffff).i386().prints("\"a\":-1", "-1");
    let large = "18446744073709551615";
    for kind in [Type::U64, Type::Ulong, Type::Size] {
        one(kind, all).prints(&format!("\"a\":\"{large}\""), large);
    }
    one(Type::Size, 0xffff_ffff)
        .i386()
        .prints("\"a\":4294967295", "4294967295");
}

#[test]
fn widths_can_be_chosen() {
    one(Type::Wide(Width::W16, &Type::Uid), 0xffff).prints("\"a\":-1", "-1");
    one(Type::Wide(Width::W16, &Type::Uid), 0xfffe).prints("\"a\":65534", "65534");
    one(Type::Wide(Width::W8, &Type::I32), 0x1ff).prints("\"a\":-1", "-1");
    one(Type::Wide(Width::W64, &Type::Hex(&Type::U32)), u64::MAX)
        .prints("\"a\":\"0xffffffffffffffff\"", "0xffffffffffffffff");
    let word = Type::Wide(Width::Word, &Type::Hex(&Type::U32));
    one(word, u64::MAX)
        .i386()
        .prints("\"a\":\"0xffffffff\"", "0xffffffff");
}

#[test]
fn split_arguments_are_put_together() {
    let split = made(&[
        ("fd", Type::Fd, 3),
        ("offset", Type::Loff, 1),
        ("", Type::U32, 2),
    ]);
    assert_eq!(split.human(), "3, 1, 2");
    let mut split = made(&[("fd", Type::Fd, 3), ("offset", Type::Loff, 0xffff_fffe)]).i386();
    split.registers.push(0xffff_ffff);
    split.prints("\"fd\":3,\"offset\":-2", "3, -2");
    let mut mask = made(&[("m", Type::Split(&Type::Hex(&Type::U64)), 1)]).i386();
    mask.registers.push(2);
    mask.prints("\"m\":\"0x200000001\"", "0x200000001");
}

#[test]
fn halves_of_offsets() {
    let halves = made(&[("l", Type::Low, u64::MAX), ("h", Type::High, 1)]);
    halves.prints("\"l\":-1,\"h\":1", "-1, 1");
    halves
        .i386()
        .prints("\"l\":4294967295,\"h\":1", "4294967295, 1");
}

#[test]
fn number_systems() {
    one(Type::Hex(&Type::U32), 255).prints("\"a\":\"0xff\"", "0xff");
    one(Type::Hex(&Type::I32), 0xffff_ffff_ffff_ffff).prints("\"a\":\"0xffffffff\"", "0xffffffff");
    one(Type::Hex(&Type::U32), 0).prints("\"a\":\"0x0\"", "0");
    one(Type::Octal(&Type::U32), 0o22).prints("\"a\":\"022\"", "022");
    one(Type::Octal(&Type::U64), u64::MAX).prints(
        "\"a\":\"01777777777777777777777\"",
        "01777777777777777777777",
    );
    one(Type::Octal(&Type::U32), 0).prints("\"a\":\"0\"", "0");
}

#[test]
fn modes_have_their_type_and_at_least_three_digits() {
    one(Type::Mode, 0o644).prints("\"a\":\"0644\"", "0644");
    one(Type::Mode, 0).prints("\"a\":\"000\"", "000");
    one(Type::Mode, 0o7).prints("\"a\":\"007\"", "007");
    one(Type::Mode, 0o4755).prints("\"a\":\"04755\"", "04755");
    one(Type::Mode, 0o100_644).prints("\"a\":\"S_IFREG|0644\"", "S_IFREG|0644");
    one(Type::Mode, 0o107_777).prints(
        "\"a\":\"S_IFREG|S_ISUID|S_ISGID|S_ISVTX|0777\"",
        "S_IFREG|S_ISUID|S_ISGID|S_ISVTX|0777",
    );
    // No type has these bits.
    one(Type::Mode, 0o170_644).prints("\"a\":\"0170644\"", "0170644");
}

#[test]
fn addresses_devices_and_ids() {
    one(Type::Addr, AT).prints("\"a\":\"0x7ffd1000\"", "0x7ffd1000");
    one(Type::Addr, 0).prints("\"a\":\"NULL\"", "NULL");
    one(Type::Dev, 8 << 8 | 1).prints("\"a\":\"8:1\"", "makedev(0x8, 0x1)");
    one(Type::Dev, 0x1230_0045).prints("\"a\":\"0:74565\"", "makedev(0, 0x12345)");
    one(Type::Wide(Width::W64, &Type::Dev), 0x0000_1000_0000_0100)
        .prints("\"a\":\"4097:0\"", "makedev(0x1001, 0)");
    one(Type::Uid, 0xffff_ffff).prints("\"a\":-1", "-1");
    one(Type::Gid, 1000).prints("\"a\":1000", "1000");
    one(Type::Fd, 0xffff_ffff).prints("\"a\":-1", "-1");
    one(Type::Fd, 0xffff_ff9c).prints("\"a\":-100", "-100");
    one(Type::DirFd, 0xffff_ff9c).prints("\"a\":\"AT_FDCWD\"", "AT_FDCWD");
    one(Type::DirFd, 4).prints("\"a\":4", "4");
}

#[test]
fn signals_and_handlers() {
    one(Type::Signal, 15).prints("\"a\":\"SIGTERM\"", "SIGTERM");
    one(Type::Signal, 33).prints("\"a\":\"SIGRT_1\"", "SIGRT_1");
    one(Type::Signal, 0).prints("\"a\":\"0\"", "0");
    one(Type::Signal, 0xffff_ffff).prints("\"a\":\"-1\"", "-1");
    one(Type::Handler, 0).prints("\"a\":\"SIG_DFL\"", "SIG_DFL");
    one(Type::Handler, 1).prints("\"a\":\"SIG_IGN\"", "SIG_IGN");
    one(Type::Handler, u64::MAX).prints("\"a\":\"SIG_ERR\"", "SIG_ERR");
    one(Type::Handler, 0xffff_ffff)
        .i386()
        .prints("\"a\":\"SIG_ERR\"", "SIG_ERR");
    one(Type::Handler, 0x5555).prints("\"a\":\"0x5555\"", "0x5555");
}

#[test]
fn values_without_a_name_stay_numbers() {
    one(Type::Enum(&MODES), 1).prints("\"a\":\"M_ONE\"", "M_ONE");
    one(Type::Enum(&MODES), 0xffff_fffe).prints("\"a\":\"M_LOW\"", "M_LOW");
    one(Type::Enum(&MODES), 7).prints("\"a\":7", "0x7 /* M_??? */");
    one(Type::Enum(&MODES), 0xffff_ffff).prints("\"a\":-1", "0xffffffff /* M_??? */");
}

#[test]
fn flags_are_named_in_the_order_of_their_table() {
    one(Type::Flags(&BITS), 7).prints("\"a\":\"B_BOTH|B_ONE\"", "B_BOTH|B_ONE");
    one(Type::Flags(&BITS), 3).prints("\"a\":\"B_TWO|B_ONE\"", "B_TWO|B_ONE");
    one(Type::Flags(&BITS), 0x11).prints("\"a\":\"B_ONE|0x10\"", "B_ONE|0x10");
    one(Type::Flags(&BITS), 0x10).prints("\"a\":\"0x10\"", "0x10 /* B_??? */");
    one(Type::Flags(&BITS), 0x8000_0000).prints("\"a\":\"B_TOP\"", "B_TOP");
    one(Type::Flags(&BITS), 0).prints("\"a\":\"0x0\"", "0");
    // A name for no flags is used.
    one(Type::Flags(&MODES), 0).prints("\"a\":\"M_NONE\"", "M_NONE");
}

#[test]
fn words_of_several_parts() {
    one(Type::Parts(&PARTS), 0).prints("\"a\":\"M_NONE\"", "M_NONE");
    one(Type::Parts(&PARTS), 0x101).prints("\"a\":\"M_ONE|U_ONE\"", "M_ONE|U_ONE");
    one(Type::Parts(&PARTS), 0x501).prints("\"a\":\"M_ONE|U_ONE|0x400\"", "M_ONE|U_ONE|0x400");
    one(Type::Parts(&PARTS), 0x103).prints("\"a\":\"0x3|U_ONE\"", "0x3|U_ONE");
    one(Type::Parts(&PARTS), 0xc).prints("\"a\":\"M_NONE|SIGUSR2\"", "M_NONE|SIGUSR2");
    one(Type::Parts(&PARTS), 0x1_0001).prints("\"a\":\"M_ONE|0x10000\"", "M_ONE|0x10000");
    one(Type::Parts(&PARTS[1..]), 0).prints("\"a\":\"0x0\"", "0");
}

#[test]
fn another_argument_chooses() {
    static INNER: By = By {
        name: "level",
        mask: 0xff,
        cases: &[Case {
            values: &[2],
            kind: Type::Signal,
        }],
        other: Type::Hex(&Type::U32),
    };
    static CHOICE: By = By {
        name: "cmd",
        mask: u32::MAX as u64,
        cases: &[
            Case {
                values: &[1, 3],
                kind: Type::Flags(&BITS),
            },
            Case {
                values: &[4],
                kind: Type::By(&INNER),
            },
        ],
        other: Type::I32,
    };
    let chosen = |cmd, level, value| {
        made(&[
            ("cmd", Type::I32, cmd),
            ("level", Type::I32, level),
            ("arg", Type::By(&CHOICE), value),
        ])
        .human()
    };
    assert_eq!(chosen(1, 0, 1), "1, 0, B_ONE");
    assert_eq!(chosen(3, 0, 2), "3, 0, B_TWO");
    assert_eq!(chosen(2, 0, 0xffff_ffff), "2, 0, -1");
    assert_eq!(chosen(4, 0x302, 9), "4, 770, SIGKILL");
    assert_eq!(chosen(4, 1, 9), "4, 1, 0x9");
}

#[test]
fn wait_status_says_how_a_process_ended() {
    let status = |value: u32, json: &str, human: &str| {
        let made = super::at(reads(Type::WaitStatus)).read(AT, &value.to_ne_bytes());
        made.prints(&format!("\"a\":{json}"), &format!("[{human}]"));
    };
    status(0, "{\"exited\":0}", "{WIFEXITED(s) && WEXITSTATUS(s) == 0}");
    status(
        0x300,
        "{\"exited\":3}",
        "{WIFEXITED(s) && WEXITSTATUS(s) == 3}",
    );
    status(
        9,
        "{\"signaled\":\"SIGKILL\"}",
        "{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}",
    );
    status(
        0x8b,
        "{\"signaled\":\"SIGSEGV\",\"core\":true}",
        "{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV && WCOREDUMP(s)}",
    );
    status(
        0x137f,
        "{\"stopped\":\"SIGSTOP\"}",
        "{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}",
    );
    status(0xffff, "{\"continued\":true}", "{WIFCONTINUED(s)}");
}

#[test]
fn names_are_found_at_the_width_of_the_value() {
    let number = words::name(&MODES, crate::calls::Number::new(0xfe, 8));
    assert_eq!(number, Some("M_LOW"));
    one(
        Type::Wide(Width::W64, leaked(Type::Flags(&BITS))),
        1 << 63 | 1,
    )
    .prints(
        "\"a\":\"B_ONE|0x8000000000000000\"",
        "B_ONE|0x8000000000000000",
    );
}

#[test]
fn network_order_is_told_by_its_macro() {
    one(Type::Net(&Type::U16), 0x5000).prints("\"a\":80", "htons(80)");
    let named = Type::Net(leaked(Type::Wide(Width::W16, leaked(Type::Enum(&MODES)))));
    let unnamed = one(named, 0xb391).json();
    assert_eq!(unnamed, "\"a\":37299", "no sign");
    one(Type::Net(&Type::U32), 0x0100_0000).prints("\"a\":1", "htonl(1)");
    let kind = Type::Net(leaked(Type::Wide(Width::W16, leaked(Type::Enum(&MODES)))));
    one(kind, 0x0100).prints("\"a\":\"M_ONE\"", "htons(M_ONE)");
    one(Type::Inet, 0x0100_007f).prints("\"a\":\"127.0.0.1\"", "inet_addr(\"127.0.0.1\")");
}

#[test]
fn requests_of_ioctl_without_a_name_are_taken_apart() {
    static REQUESTS: Names = Names {
        title: "request",
        rows: &[(0x5401, "TCGETS")],
    };
    let request = Type::IoctlRequest(&REQUESTS);
    one(request, 0x5401).prints("\"a\":\"TCGETS\"", "TCGETS");
    one(request, 0x8004_1234).prints(
        "\"a\":\"_IOC(_IOC_READ, 0x12, 0x34, 0x4)\"",
        "_IOC(_IOC_READ, 0x12, 0x34, 0x4)",
    );
    one(request, 0).prints(
        "\"a\":\"_IOC(_IOC_NONE, 0, 0, 0)\"",
        "_IOC(_IOC_NONE, 0, 0, 0)",
    );
    one(request, 0xffff_ffff).prints(
        "\"a\":\"_IOC(_IOC_READ|_IOC_WRITE, 0xff, 0xff, 0x3fff)\"",
        "_IOC(_IOC_READ|_IOC_WRITE, 0xff, 0xff, 0x3fff)",
    );
}

#[test]
fn limits_and_arguments_that_are_not_read() {
    static INFINITY: Names = Names {
        title: "limit",
        rows: &[(-1, "RLIM_INFINITY")],
    };
    one(Type::Limit(&INFINITY), u64::MAX).prints("\"a\":\"RLIM_INFINITY\"", "RLIM_INFINITY");
    one(Type::Limit(&INFINITY), 8192 * 1024).prints("\"a\":8388608", "8192*1024");
    one(Type::Limit(&INFINITY), 1000).prints("\"a\":1000", "1000");
    one(Type::Unused, 7).prints("", "");
}
