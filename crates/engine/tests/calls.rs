//! Calls through the whole engine: joined from beginnings and ends, in every format.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kept::Kept;
use serde_json::Value;
use tracehound_engine::recording::Preamble;
use tracehound_engine::{Clock, Engine, Format, Selection, Sink};
use tracehound_schema::record::{
    Builder, Chunk, ChunkKind, ENTRY, HAS_ENTRY, HAS_RET, Header, chunk,
};
use tracehound_schema::{Abi, all, by_name, sample};

mod kept;

const FORMATS: [Format; 4] = [Format::Json, Format::Table, Format::Strace, Format::None];

/// An engine with every format, and what is written.
fn engine(events: &[&str], max: Option<u64>) -> (Engine, Vec<Kept>) {
    let preamble = Preamble {
        clock: Clock::default(),
        boot_id: "6576a333".to_owned(),
        hierarchy: 0,
    };
    let kept = FORMATS.map(|_| Kept::default()).to_vec();
    let sinks = FORMATS.iter().zip(&kept);
    let sinks = sinks.map(|(format, kept)| Sink::new(*format, Box::new(kept.clone()), &preamble));
    let selected = all().filter(|event| events.is_empty() || events.contains(&event.name));
    let selected: Vec<_> = selected.collect();
    let engine = Engine::new(&Selection::new(&selected), max, sinks.collect());
    (engine, kept)
}

/// The JSON lines of records.
fn lines(records: &[Vec<u8>]) -> Vec<Value> {
    let (mut engine, kept) = engine(&[], None);
    for record in records {
        engine.feed(record).unwrap();
    }
    engine.finish().unwrap();
    let text = kept[0].text();
    assert_eq!(text.lines().count() as u64, engine.shown());
    let fed = records.len() as u64;
    assert_eq!(
        engine.shown() + engine.joined + engine.unwanted + engine.unreadable,
        fed
    );
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A thread that makes calls.
#[derive(Clone, Copy)]
struct Thread {
    tid: u32,
    start: u64,
}

const ONE: Thread = Thread { tid: 7, start: 70 };
const TWO: Thread = Thread { tid: 8, start: 80 };

impl Thread {
    fn header(self, name: &str, time: u64, flags: u32, ret: i64) -> Header {
        let event = by_name(name).unwrap();
        Header {
            time,
            flags,
            ret,
            host_tid: self.tid,
            start: self.start,
            ..sample::header(event)
        }
    }

    fn begins(self, name: &str, time: u64) -> Builder {
        Builder::new(
            by_name(name).unwrap().id,
            6,
            self.header(name, time, ENTRY, 0),
        )
    }

    fn ends(self, name: &str, time: u64, ret: i64) -> Builder {
        let header = self.header(name, time, HAS_RET | HAS_ENTRY, ret);
        Builder::new(by_name(name).unwrap().id, 6, header)
    }

    fn life(self, name: &str, slots: &[(&str, u64)]) -> Vec<u8> {
        let event = by_name(name).unwrap();
        let header = Header {
            host_tid: self.tid,
            start: self.start,
            ..sample::header(event)
        };
        let mut bytes = sample::build(event, header);
        for (name, value) in slots {
            let at = size_of::<Header>() + event.field_index(name).unwrap() * 8;
            bytes[at..at + 8].copy_from_slice(&value.to_ne_bytes());
        }
        bytes
    }
}

fn memory(state: u8, address: u64, bytes: &[u8]) -> Chunk<'_> {
    Chunk {
        address,
        kind: ChunkKind::Memory,
        state,
        bytes,
    }
}

/// `openat(AT_FDCWD, "/x")`, its beginning.
fn opens(thread: Thread, time: u64) -> Vec<u8> {
    let record = thread
        .begins("openat", time)
        .slot(0, -100i64 as u64)
        .slot(1, 0x1000);
    record.chunk(&memory(0, 0x1000, b"/x\0")).build()
}

fn opened(thread: Thread, time: u64) -> Builder {
    thread
        .ends("openat", time, 3)
        .slot(0, -100i64 as u64)
        .slot(1, 0x1000)
}

#[test]
fn a_call_is_told_once_with_both_its_sides() {
    let lines = lines(&[opens(ONE, 100), opened(ONE, 350).build()]);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["args"]["pathname"], "/x");
    assert_eq!(lines[0]["ret"], 3);
    assert_eq!(lines[0]["duration_ns"], 250);
    assert!(lines[0].get("unfinished").is_none());
}

#[test]
fn threads_do_not_mix() {
    let lines = lines(&[
        opens(ONE, 100),
        opens(TWO, 110),
        opened(TWO, 120).build(),
        opened(ONE, 200).build(),
    ]);
    let durations: Vec<_> = lines.iter().map(|line| &line["duration_ns"]).collect();
    assert_eq!(durations, [10, 100]);
}

#[test]
fn an_end_without_its_beginning_has_what_was_read_then_unread() {
    let lines = lines(&[opened(ONE, 200).build()]);
    assert_eq!(lines[0]["unread"], serde_json::json!(["pathname"]));
    assert_eq!(lines[0]["unread_at"]["pathname"], "0x1000");
    assert_eq!(lines[0]["ret"], 3);
    assert!(lines[0].get("duration_ns").is_none());
}

#[test]
fn what_could_not_be_read_at_first_is_late() {
    let beginning = ONE.begins("openat", 100).slot(1, 0x1000);
    let beginning = beginning.chunk(&memory(chunk::UNREAD, 0x1000, b"")).build();
    let end = opened(ONE, 200).chunk(&memory(chunk::EXIT | chunk::LATE, 0x1000, b"/x\0"));
    let lines = lines(&[beginning, end.build()]);
    assert_eq!(lines[0]["args"]["pathname"], "/x");
    assert_eq!(lines[0]["late"], serde_json::json!(["pathname"]));
}

#[test]
fn calls_without_an_end_are_unfinished() {
    // The thread dies in its call, which is told before.
    let exit = ONE.life("sched_process_exit", &[]);
    let told = lines(&[opens(ONE, 100), exit]);
    let names: Vec<_> = told
        .iter()
        .map(|line| line["event"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["openat", "sched_process_exit"]);
    assert_eq!(told[0]["unfinished"], true);
    assert_eq!(told[0]["args"]["pathname"], "/x");
    assert!(told[0].get("ret").is_none());
    // The run is over; the older one comes first.
    let told = lines(&[opens(TWO, 100), opens(ONE, 90)]);
    let threads: Vec<_> = told
        .iter()
        .map(|line| &line["process"]["host_tid"])
        .collect();
    assert_eq!(threads, [7, 8]);
    assert!(told.iter().all(|line| line["unfinished"] == true));
    // Its end was lost, as the next beginning shows.
    let told = lines(&[opens(ONE, 100), opens(ONE, 200), opened(ONE, 210).build()]);
    assert_eq!(told[0]["unfinished"], true);
    assert_eq!(told[1]["duration_ns"], 10);
}

#[test]
fn an_end_does_not_meet_the_beginning_of_another_call() {
    let end = ONE.ends("connect", 200, 0).build();
    let told = lines(&[opens(ONE, 100), end]);
    assert_eq!(told[0]["event"], "openat");
    assert_eq!(told[0]["unfinished"], true);
    assert_eq!(told[1]["event"], "connect");
    assert!(told[1].get("duration_ns").is_none());
    // The id went to a new thread.
    let reborn = Thread { start: 75, ..ONE };
    let told = lines(&[opens(ONE, 100), opened(reborn, 200).build()]);
    assert_eq!(told[0]["unfinished"], true);
    assert_eq!(told[1]["unread"], serde_json::json!(["pathname"]));
    // An end that no beginning was made for.
    let header = ONE.header("openat", 200, HAS_RET, -9);
    let alone = Builder::new(by_name("openat").unwrap().id, 6, header).build();
    let told = lines(&[opens(ONE, 100), alone]);
    assert_eq!(told[0]["unfinished"], true);
    assert_eq!(told[1]["error"], "EBADF");
}

#[test]
fn a_thread_that_execs_takes_its_leaders_id_along() {
    // Thread 8 of process 7 replaces the program: it ends as 7, with 7's start.
    let beginning = TWO.begins("execve", 100).slot(0, 0x1000);
    let beginning = beginning.chunk(&memory(0, 0x1000, b"/bin/true\0")).build();
    let exec = ONE.life("sched_process_exec", &[("old_tid", 8)]);
    let end = ONE.ends("execve", 300, 0).slot(0, 0x1000).build();
    let told = lines(&[beginning.clone(), exec.clone(), end.clone()]);
    // The new program has none of the old one's registers.
    let cleared = ONE.ends("execve", 300, 0).build();
    let told_again = lines(&[beginning.clone(), exec.clone(), cleared]);
    assert_eq!(told_again, told);
    assert_eq!(told[1]["event"], "execve");
    assert_eq!(told[1]["args"]["pathname"], "/bin/true");
    assert_eq!(told[1]["duration_ns"], 200);
    // What the leader had not finished is told.
    let told = lines(&[opens(ONE, 50), beginning, exec, end]);
    assert_eq!(told[0]["event"], "openat");
    assert_eq!(told[0]["unfinished"], true);
    assert_eq!(told[2]["duration_ns"], 200);
}

#[test]
fn calls_that_never_return_are_whole_at_once() {
    let told = lines(&[
        opens(ONE, 50),
        ONE.begins("exit_group", 100).slot(0, 3).build(),
    ]);
    assert_eq!(told[0]["unfinished"], true);
    assert_eq!(told[1]["event"], "exit_group");
    assert_eq!(told[1]["args"]["status"], 3);
    assert!(told[1].get("unfinished").is_none());
}

#[test]
fn files_are_told_after_the_arguments() {
    let mut facts = 12u64.to_ne_bytes().to_vec();
    facts.extend((8u32 << 20 | 1).to_ne_bytes());
    facts.extend([0; 12]);
    facts.extend(b"passwd\0etc\0");
    let file = |address, state| Chunk {
        address,
        kind: ChunkKind::File,
        state,
        bytes: &facts,
    };
    let beginning = ONE.begins("openat", 1).slot(0, 5).slot(1, 0x1000);
    let beginning = beginning.chunk(&file(5, 0)).build();
    let end = ONE.ends("openat", 2, 3).slot(0, 5).slot(1, 0x1000);
    let end = end.chunk(&file(3, chunk::EXIT)).build();
    let told = lines(&[beginning, end]);
    let passwd = serde_json::json!({"path": "/etc/passwd", "dev": "8:1", "inode": 12});
    assert_eq!(
        told[0]["files"],
        serde_json::json!({"dirfd": passwd, "ret": passwd})
    );
}

#[test]
fn sockets_are_told_by_protocol_and_ends() {
    let mut facts = 99u64.to_ne_bytes().to_vec();
    for word in [2u16, 1, 6, 1, 80u16.to_be(), 4000u16.to_be()] {
        facts.extend(word.to_ne_bytes());
    }
    facts.extend([0; 4]);
    facts.extend([127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    facts.extend([10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let socket = Chunk {
        address: 4,
        kind: ChunkKind::Socket,
        state: 0,
        bytes: &facts,
    };
    let header = ONE.header("connect", 9, HAS_RET, 0);
    let record = Builder::new(by_name("connect").unwrap().id, 6, header).slot(0, 4);
    let told = lines(&[record.chunk(&socket).build()]);
    let expected = serde_json::json!({"sockfd": {"socket": {"family": "AF_INET",
        "type": "SOCK_STREAM", "protocol": "IPPROTO_TCP", "inode": 99,
        "local": "127.0.0.1:80", "remote": "10.0.0.2:4000"}}});
    assert_eq!(told[0]["files"], expected);
}

#[test]
fn beginnings_do_not_count_as_events() {
    let records = [
        opens(ONE, 1),
        opened(ONE, 2).build(),
        opens(ONE, 3),
        opened(ONE, 4).build(),
    ];
    let (mut engine, kept) = engine(&["openat"], Some(1));
    engine.feed(&records.concat()).unwrap();
    engine.finish().unwrap();
    assert!(engine.full());
    assert_eq!(kept[0].text().lines().count(), 1);
    assert_eq!((engine.shown(), engine.joined, engine.unwanted), (1, 2, 1));
}

#[test]
fn calls_that_nobody_selected_are_not_kept() {
    let (mut engine, kept) = engine(&["connect"], None);
    engine
        .feed(&[opens(ONE, 1), opened(ONE, 2).build()].concat())
        .unwrap();
    engine.finish().unwrap();
    assert_eq!((engine.shown(), engine.joined, engine.unwanted), (0, 0, 2));
    assert_eq!(kept[0].text(), "");
}

#[test]
fn records_that_are_neither_beginning_nor_end_are_damage() {
    let id = by_name("openat").unwrap().id;
    let part = |flags| Builder::new(id, 6, ONE.header("openat", 1, flags, 0));
    let mut torn = part(HAS_RET).chunk(&memory(0, 1, &[0; 24])).build();
    let length = torn.len();
    torn[length - 40 + 8..length - 40 + 12].copy_from_slice(&1000u32.to_ne_bytes());
    let damaged = [
        part(0).build(),
        part(ENTRY | HAS_RET).build(),
        Builder::new(id, 5, ONE.header("openat", 1, HAS_RET, 0)).build(),
        torn,
    ];
    let (mut engine, _) = engine(&[], None);
    engine.feed(&damaged.concat()).unwrap();
    engine.finish().unwrap();
    assert_eq!((engine.shown(), engine.unreadable), (0, 4));
}

/// Whatever a record holds, every format stays what it is.
#[test]
fn records_by_chance_do_no_harm() {
    for event in all().filter(|event| event.call.is_some()) {
        let (mut engine, kept) = engine(&[], None);
        let header = Header {
            comm: *b"\x1b[2J\n\"\\\xff\xc2\x9b\xe2\x80\xae567",
            ..sample::header(event)
        };
        for seed in 0..200 {
            engine
                .feed(&sample::scrambled(event, header, seed))
                .unwrap();
        }
        engine.finish().unwrap();
        for (format, kept) in FORMATS.iter().zip(&kept) {
            let text = kept.text();
            let obeyed = |char: char| char.is_control() && char != '\n';
            let turns =
                |char: char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            let bad = text
                .lines()
                .find(|line| line.chars().any(|char| obeyed(char) || turns(char)));
            assert_eq!(
                bad.map(str::escape_debug).map(|line| line.to_string()),
                None,
                "{format:?}"
            );
        }
        let json = kept[0].text();
        assert_eq!(json.lines().count() as u64, engine.shown());
        for line in json.lines() {
            let value: Result<Value, _> = serde_json::from_str(line);
            assert!(value.is_ok_and(|value| value["args"].is_object()), "{line}");
        }
    }
}

#[test]
fn the_callers_abi_decides_where_things_are() {
    let header = Header {
        abi: Abi::I386 as u8,
        nr: 162,
        ..ONE.header("nanosleep", 9, HAS_RET, 0)
    };
    let id = by_name("nanosleep").unwrap().id;
    let time: Vec<u8> = [5u32, 6]
        .iter()
        .flat_map(|word| word.to_ne_bytes())
        .collect();
    let record = Builder::new(id, 6, header).slot(0, 0x1000);
    let told = lines(&[record.chunk(&memory(0, 0x1000, &time)).build()]);
    assert_eq!(
        told[0]["args"]["req"],
        serde_json::json!({"tv_sec": 5, "tv_nsec": 6})
    );
    assert_eq!(told[0]["abi"], "i386");
}
