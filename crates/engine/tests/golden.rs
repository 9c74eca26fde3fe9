//! Golden records: made here from the schema, printed by the engine, compared with whole files.
//!
//! `cargo xtask bless` writes the files anew; what changes in them is read in review.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use kept::Kept;
use tracehound_engine::recording::Preamble;
use tracehound_engine::{Clock, Engine, Format, Selection, Sink};
use tracehound_schema::record::{
    ASIDE, Builder, Chunk, ChunkKind, ENTRY, HAS_ENTRY, HAS_RET, Header, IN_INTERRUPT, PIECE, chunk,
};
use tracehound_schema::{Abi, Event, all, by_name, sample};

#[path = "golden/calls.rs"]
mod calls;
mod kept;

fn print(records: &[Vec<u8>], format: Format) -> String {
    let kept = Kept::default();
    let every: Vec<_> = all().collect();
    let clock = Clock {
        boot: 1_795_461_315_000_000_000,
    };
    let preamble = Preamble {
        clock,
        boot_id: "6576a333".to_owned(),
        hierarchy: 0,
    };
    let sink = Sink::new(format, Box::new(kept.clone()), &preamble);
    let mut engine = Engine::new(&Selection::new(&every), None, vec![sink]);
    engine.feed(&records.concat()).unwrap();
    engine.finish().unwrap();
    kept.text()
}

/// Prints records in every format and compares with `golden/NAME.FORMAT`.
fn golden(name: &str, records: &[Vec<u8>]) {
    let formats = [
        (Format::Json, "json"),
        (Format::Table, "table"),
        (Format::Strace, "strace"),
    ];
    for (format, ending) in formats {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
        let path = folder.join(format!("{name}.{ending}"));
        let printed = print(records, format);
        if std::env::var_os("TRACEHOUND_BLESS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &printed).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        for (number, (printed, expected)) in printed.lines().zip(expected.lines()).enumerate() {
            assert_eq!(printed, expected, "{name}.{ending}, line {}", number + 1);
        }
        assert_eq!(printed, expected, "{name}.{ending}");
        safe(&printed);
        if format == Format::Json {
            printed.lines().for_each(parses);
        }
    }
}

/// No output may hold a character that a terminal obeys, or that turns the text around.
fn safe(text: &str) {
    let obeyed = |char: char| char.is_control() && char != '\n';
    let turns = |char: char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let bad = text.chars().find(|&char| obeyed(char) || turns(char));
    assert_eq!(bad, None, "{}", text.escape_debug());
}

fn parses(line: &str) {
    let value: serde_json::Value = serde_json::from_str(line).expect(line);
    assert!(value.is_object(), "{line}");
}

fn event(name: &str) -> &'static Event {
    by_name(name).unwrap()
}

fn bit(event: &Event, field: &str) -> u64 {
    1 << event.field_index(field).unwrap()
}

/// The example of an event with some of its slots set otherwise.
fn with(event: &'static Event, header: Header, slots: &[(&str, u64)]) -> Vec<u8> {
    let mut bytes = sample::build(event, header);
    for (name, value) in slots {
        let at = size_of::<Header>() + event.field_index(name).unwrap() * 8;
        bytes[at..at + 8].copy_from_slice(&value.to_ne_bytes());
    }
    bytes
}

fn sigprocmask(header: Header, slots: &[(&str, u64)]) -> Vec<u8> {
    with(event("sigprocmask"), header, slots)
}

fn mask_header() -> Header {
    sample::header(event("sigprocmask"))
}

/// Events that are declared in blocks. Calls follow from rows; some of them have golden lines of their
/// own, all of them are held to their schemas.
fn declared() -> impl Iterator<Item = &'static Event> {
    all().filter(|event| event.call.is_none())
}

#[test]
fn every_event_prints_its_example() {
    let records: Vec<_> = declared().map(sample::record).collect();
    golden("every_event", &records);
}

/// Every event with all its values in one state after another; an unread slot holds an address.
#[test]
fn every_state_of_a_value_shows() {
    let mut records = Vec::new();
    for event in declared() {
        let bits = (1u64 << event.fields.len()) - 1;
        let mut states = [sample::header(event); 5];
        states[0].unread = bits;
        states[1].absent = bits;
        states[2].cut = bits;
        states[3].late = bits;
        states[4].kernel = bits;
        records.extend(states.map(|header| sample::build(event, header)));
    }
    golden("every_state", &records);
}

/// Containers of a cgroup that was there, and of one that comes and goes; one record is told aside.
#[test]
fn events_say_the_container_of_their_process() {
    let pod = "kubepods-pod0d1ef8a5_2c37_4a51_9c3b_7f2f0c9b6a11.slice";
    let id = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";
    let cgroup = |name: &str, number: u64, path: &str, flags: u32| {
        let event = event(name);
        let place = |name| event.field_index(name).unwrap();
        let header = Header {
            flags,
            ..sample::header(event)
        };
        Builder::new(event.id, event.fields.len(), header)
            .slot(place("cgroup_id"), number)
            .tail(place("cgroup_path"), path.as_bytes())
            .build()
    };
    let within = |cgroup| {
        let header = Header {
            cgroup,
            ..mask_header()
        };
        sigprocmask(header, &[])
    };
    let hostile = "/lxc/\u{1b}[2J\"";
    golden(
        "containers",
        &[
            cgroup("existing_cgroup", 1, "/", ASIDE),
            cgroup(
                "existing_cgroup",
                11,
                &format!("/{pod}/crio-{id}.scope"),
                ASIDE,
            ),
            cgroup("cgroup_mkdir", 12, hostile, 0),
            within(1),
            within(11),
            within(12),
            cgroup("cgroup_rmdir", 12, hostile, ASIDE),
            within(12),
            within(13),
        ],
    );
}

#[test]
fn one_unread_value_leaves_the_others_readable() {
    let event = event("sigprocmask");
    let fault = Header {
        unread: bit(event, "set"),
        ret: -14,
        ..mask_header()
    };
    let entry_missed = Header {
        unread: bit(event, "blocked_before") | bit(event, "added") | bit(event, "removed"),
        ..mask_header()
    };
    let late = Header {
        late: bit(event, "set"),
        ..mask_header()
    };
    golden(
        "unread",
        &[
            sigprocmask(fault, &[("set", 0x10), ("blocked_after", 0), ("added", 0)]),
            sigprocmask(
                entry_missed,
                &[("blocked_before", 0), ("added", 0), ("removed", 0)],
            ),
            sigprocmask(late, &[]),
        ],
    );
}

#[test]
fn hostile_bytes_are_escaped_and_listed_as_raw() {
    let exec = event("sched_process_exec");
    let place = |name| exec.field_index(name).unwrap();
    let seen = ["cmdpath", "pathname", "dev", "inode", "argv"].map(|name| bit(exec, name));
    let build = |comm: &[u8; 16]| {
        let header = Header {
            comm: *comm,
            unread: (1 << exec.fields.len()) - 1 - seen.iter().sum::<u64>(),
            ..sample::header(exec)
        };
        let path = b"/tmp/\x1b]0;owned\x07\"\\\xff\xfe\n\r\tend \xe2\x80\xae\xc2\x9b2J";
        Builder::new(exec.id, exec.fields.len(), header)
            .tail(place("cmdpath"), path)
            .tail(place("pathname"), b"na\x1b[31mme\0d\xffr\0")
            .slot(place("dev"), 8 << 20 | 1)
            .slot(place("inode"), 7)
            .tail(place("argv"), b"a\x1b[2J\0\xc3(\0\0\"q\"\0")
            .build()
    };
    let mask = Header {
        comm: *b"\x1b[2J\n\"\\\xff\xc2\x9b\xe2\x80\xae567",
        ..mask_header()
    };
    golden(
        "hostile",
        &[
            build(b"\x1b[2J\x1b[1;1Hfree\0\0"),
            build(b"no end in sight!"),
            build(&[0xff; 16]),
            sigprocmask(mask, &[]),
        ],
    );
}

#[test]
fn numbers_beyond_2_53_are_strings_in_json() {
    let exact = 1u64 << 53;
    let exec = event("sched_process_exec");
    let mut records = Vec::new();
    for value in [exact, exact + 1, u64::MAX] {
        let header = Header {
            cgroup: value,
            ..sample::header(exec)
        };
        records.push(with(exec, header, &[("inode", value), ("dev", value)]));
    }
    let edge = exact.cast_signed();
    for ret in [i64::MIN, -edge - 1, -edge, edge, edge + 1, i64::MAX] {
        let header = Header {
            ret,
            ..mask_header()
        };
        records.push(sigprocmask(header, &[("sigsetsize", u64::MAX)]));
    }
    let header = Header {
        time: u64::MAX,
        start: u64::MAX,
        ..mask_header()
    };
    records.push(sigprocmask(header, &[("set", u64::MAX)]));
    golden("big_numbers", &records);
}

#[test]
fn values_without_a_name_stay_numbers() {
    let deliver = event("signal_deliver");
    let generate = event("signal_generate");
    let refused = Header {
        ret: -22,
        ..mask_header()
    };
    let mut records = Vec::new();
    for how in [3, -1, i64::from(i32::MIN), 1 << 40] {
        let slots = [
            ("how", how.cast_unsigned()),
            ("blocked_after", 0),
            ("added", 0),
        ];
        records.push(sigprocmask(refused, &slots));
    }
    for sig in [0, 32, 64, 65, 255, 256, u64::MAX] {
        let slots = [("sig", sig), ("flags", sig), ("handler", sig)];
        records.push(with(deliver, sample::header(deliver), &slots));
    }
    let slots = [
        ("code", (-99i64).cast_unsigned()),
        ("result", 9),
        ("group", 7),
    ];
    records.push(with(generate, sample::header(generate), &slots));
    golden("unknown_values", &records);
}

#[test]
fn every_abi_names_its_calls() {
    let calls = [
        (Abi::X86_64 as u8, 14),
        (Abi::I386 as u8, 175),
        (Abi::X32 as u8, 14),
        (Abi::Aarch64 as u8, 135),
        (Abi::I386 as u8, 14),
        (Abi::X86_64 as u8, -1),
        (Abi::X86_64 as u8, i32::MAX),
        (Abi::None as u8, 14),
        (200, 14),
    ];
    let mut records = Vec::new();
    for (abi, nr) in calls {
        let header = Header {
            abi,
            nr,
            ..mask_header()
        };
        records.push(sigprocmask(header, &[]));
    }
    // The legacy call, the one without a size, replaces the low half of the mask only.
    let legacy = Header {
        abi: Abi::I386 as u8,
        nr: 126,
        absent: bit(event("sigprocmask"), "sigsetsize"),
        ..mask_header()
    };
    let slots = [
        ("how", 2),
        ("set", 4),
        ("oldset", 0x800),
        ("blocked_before", 0x100_0000_0800),
        ("blocked_after", 0x100_0000_0004),
        ("added", 4),
        ("removed", 0x800),
    ];
    records.push(sigprocmask(legacy, &slots));
    golden("abis", &records);
}

#[test]
fn returned_errors_are_named() {
    let returns = [
        0, -1, -4, -14, -22, -38, -133, -134, -512, -516, -4095, -4096, 5,
    ];
    let record = |ret| {
        let header = Header {
            ret,
            ..mask_header()
        };
        sigprocmask(header, &[])
    };
    golden("returns", &returns.map(record));
}

#[test]
fn a_set_that_cannot_explain_the_change_is_told_twice() {
    let event = event("sigprocmask");
    let slots = [("set", 1), ("blocked_after", 2), ("added", 2)];
    let rewritten = sigprocmask(mask_header(), &slots);
    let header = Header {
        kernel: bit(event, "set"),
        ..mask_header()
    };
    let mut copied = Builder::new(event.id, event.fields.len(), header);
    let slots = [
        ("how", 2),
        ("set", 2),
        ("sigsetsize", 8),
        ("blocked_after", 2),
        ("added", 2),
        ("set_user", 1),
    ];
    for (name, value) in slots {
        copied = copied.slot(event.field_index(name).unwrap(), value);
    }
    let failed = Header {
        ret: -22,
        ..mask_header()
    };
    let failed = sigprocmask(failed, &[("blocked_after", 0), ("added", 0)]);
    golden("mismatch", &[rewritten, copied.build(), failed]);
}

#[test]
fn records_of_interrupts_and_of_no_process_say_so() {
    let generate = event("signal_generate");
    let mut interrupt = sample::header(generate);
    interrupt.flags = IN_INTERRUPT;
    golden(
        "contexts",
        &[
            sample::build(generate, interrupt),
            sample::record(event("gap")),
        ],
    );
}

/// Records without all that their event has, and of unknown events, would print as values nobody had.
#[test]
fn damaged_records_are_counted_and_not_shown() {
    let exec = event("sched_process_exec");
    let slots = [("cmdpath", u64::MAX), ("pathname", 1 << 32), ("argv", 0)];
    let outside = with(exec, sample::header(exec), &slots);
    let short = Builder::new(exec.id, 1, sample::header(exec)).tail(0, b"x");
    let bare = Builder::new(event("sigprocmask").id, 0, mask_header());
    let unknown = Builder::new(999, 3, mask_header());
    let bits = Header {
        unread: !0,
        cut: !0,
        absent: !0,
        late: !0,
        kernel: !0,
        // What is told aside is not shown.
        flags: !(PIECE | ASIDE),
        ..mask_header()
    };
    let of_no_field = Header {
        flags: !ASIDE,
        ..bits
    };
    let piece = sigprocmask(of_no_field, &[]);
    let damaged = [outside, short.build(), bare.build(), unknown.build(), piece];
    let selection = Selection::new(&all().collect::<Vec<_>>());
    let mut engine = Engine::new(&selection, None, Vec::new());
    engine.feed(&damaged.concat()).unwrap();
    assert_eq!((engine.shown(), engine.unreadable), (0, 5));
    golden("damaged", &[damaged.concat(), sigprocmask(bits, &[])]);
}

#[test]
fn a_child_runs_its_parents_program_until_it_execs() {
    let own = |event| Header {
        host_pid: 4243,
        host_tid: 4243,
        pid: 4243,
        tid: 4243,
        ..sample::header(event)
    };
    let exit = event("sched_process_exit");
    let child = sigprocmask(own(event("sigprocmask")), &[]);
    golden(
        "programs",
        &[
            sigprocmask(mask_header(), &[]),
            sample::record(event("sched_process_exec")),
            sigprocmask(mask_header(), &[]),
            sample::record(event("sched_process_fork")),
            child.clone(),
            sample::build(exit, own(exit)),
            child,
        ],
    );
}
