//! What is not told, through the whole engine: records in, every format out.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kept::Kept;
use serde_json::{Value, json};
use tracehound_engine::recording::Preamble;
use tracehound_engine::redact::{BuiltIn, Redaction};
use tracehound_engine::{Clock, Engine, Format, Selection, Sink};
use tracehound_schema::record::{Builder, Chunk, ChunkKind, HAS_RET, Header};
use tracehound_schema::{by_name, sample};

mod kept;

const FORMATS: [Format; 3] = [Format::Json, Format::Table, Format::Strace];

/// What each format tells of records.
fn told(redaction: Option<Redaction>, records: &[Vec<u8>]) -> [String; 3] {
    let preamble = Preamble {
        clock: Clock::default(),
        boot_id: "6576a333".to_owned(),
        hierarchy: 0,
    };
    let kept = FORMATS.map(|_| Kept::default());
    let sinks = FORMATS.iter().zip(&kept);
    let sinks = sinks.map(|(format, kept)| Sink::new(*format, Box::new(kept.clone()), &preamble));
    let events = ["sched_process_exec", "execve", "process_execute_failed"].map(by_name);
    let events: Vec<_> = events.into_iter().flatten().collect();
    let mut engine = Engine::new(&Selection::new(&events), None, sinks.collect());
    engine = engine.with_redaction(redaction);
    engine.feed(&records.concat()).unwrap();
    engine.finish().unwrap();
    assert_eq!(engine.shown(), records.len() as u64);
    kept.map(|kept| kept.text())
}

fn line(redaction: Redaction, record: Vec<u8>) -> (Value, String) {
    let [line, table, _] = told(Some(redaction), &[record]);
    (serde_json::from_str(&line).unwrap(), table)
}

/// An exec of these lists; bits of `cut` and `unread` by field.
fn exec(argv: &[u8], env: &[u8], change: impl Fn(&mut Header, usize)) -> Vec<u8> {
    let event = by_name("sched_process_exec").unwrap();
    let field = |name| event.field_index(name).unwrap();
    let mut header = sample::header(event);
    change(&mut header, field("env"));
    let mut builder = Builder::new(event.id, event.fields.len(), header);
    for (index, field) in event.fields.iter().enumerate() {
        let other = field.kind.has_tail() && !["argv", "env"].contains(&field.name);
        builder = if other {
            builder.absent(index)
        } else {
            builder
        };
    }
    let builder = builder.tail(field("argv"), argv);
    builder.tail(field("env"), env).build()
}

/// An execve(2) that fails, with memory as the kernel side copies it.
fn call() -> Vec<u8> {
    let event = by_name("execve").unwrap();
    let header = Header {
        flags: HAS_RET,
        ret: -2,
        ..sample::header(event)
    };
    let list = |texts: &[u64]| -> Vec<u8> {
        let all = texts.iter().chain(&[0]);
        all.flat_map(|word| word.to_ne_bytes()).collect()
    };
    // The third argument is nowhere to be read.
    let (argv, envp) = (
        list(&[0x1100, 0x1200, 0x9000]),
        list(&[0x1300, 0x1400, 0x1500]),
    );
    let memory: [(u64, &[u8]); 8] = [
        (0x1000, b"/x\0"),
        (0x1100, b"x\0"),
        (0x1200, b"--token=hunter2\0"),
        (0x1300, b"A_TOKEN=hunter2\0"),
        (0x1400, b"HOME=/\0"),
        (0x1500, b"LANG=C\0"),
        (0x2000, &argv),
        (0x3000, &envp),
    ];
    let mut builder = Builder::new(event.id, 6, header);
    for (index, register) in [0x1000, 0x2000, 0x3000].into_iter().enumerate() {
        builder = builder.slot(index, register);
    }
    for (address, bytes) in memory {
        builder = builder.chunk(&Chunk {
            address,
            kind: ChunkKind::Memory,
            state: 0,
            bytes,
        });
    }
    builder.build()
}

const ARGV: &[u8] = b"x\0--token=hunter2\0";
const ENV: &[u8] = b"A_TOKEN=hunter2\0HOME=/\0LANG=C\0";

#[test]
fn no_format_has_what_is_redacted() {
    let records = [exec(ARGV, ENV, |_, _| {}), call()];
    for redaction in [
        Redaction::new(BuiltIn::Both),
        Redaction::new(BuiltIn::Both).telling("*"),
    ] {
        for text in told(Some(redaction), &records) {
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
    // And without it they have.
    for text in told(None, &records) {
        assert!(text.contains("hunter2"), "{text}");
    }
}

#[test]
fn an_event_says_what_is_redacted() {
    let (line, table) = line(
        Redaction::new(BuiltIn::Both).telling("*_TOKEN"),
        exec(ARGV, ENV, |_, _| {}),
    );
    assert_eq!(line["args"]["argv"], json!(["x", "--token=[redacted]"]));
    assert_eq!(line["args"]["env"], json!(["A_TOKEN=[redacted]"]));
    assert_eq!(line["redacted"], json!(["argv", "env"]));
    assert_eq!(line["env_left_out"], 2);
    let env = r#"env=["A_TOKEN=[redacted]"](redacted)"#;
    assert!(table.contains(env), "{table}");
}

#[test]
fn an_environment_that_nobody_asked_for_is_not_there() {
    for cut in [false, true] {
        let record = exec(ARGV, ENV, |header, env| header.cut |= u64::from(cut) << env);
        let (line, table) = line(Redaction::new(BuiltIn::Environment), record);
        assert_eq!(line["args"].get("env"), None, "{line}");
        assert_eq!(line["redacted"], json!(["env"]), "{line}");
        assert_eq!((line.get("cut"), line.get("unread")), (None, None));
        assert_eq!(line["args"]["argv"], json!(["x", "--token=hunter2"]));
        assert!(table.contains(" env=(redacted)"), "{table}");
    }
}

#[test]
fn what_is_cut_or_unread_stays_so() {
    let all = || Redaction::new(BuiltIn::Both).telling("*");
    let record = exec(ARGV, b"LANG=C\0A_SECRET=hun", |header, env| {
        header.cut |= 1 << env
    });
    let (told, table) = line(all(), record);
    assert_eq!(
        told["args"]["env"],
        json!(["LANG=C", "A_SECRET=[redacted]"])
    );
    assert_eq!(told["cut"], json!(["env"]));
    assert!(table.contains("(redacted)..."), "{table}");
    // What was not read is not there to be hidden, whether anybody asked for it or not.
    for redaction in [all(), Redaction::new(BuiltIn::Environment)] {
        let record = exec(b"x\0", ENV, |header, env| header.unread |= 1 << env);
        let (told, _) = line(redaction, record);
        assert_eq!(told["unread"], json!(["env"]));
        assert_eq!(told["args"].get("env"), None, "{told}");
        assert_eq!(told.get("redacted"), None, "{told}");
    }
}

#[test]
fn lists_of_calls_are_redacted_text_by_text() {
    let (line, table) = line(
        Redaction::new(BuiltIn::Both).telling("L*").telling("A*"),
        call(),
    );
    assert_eq!(line["args"]["argv"], json!(["x", "--token=[redacted]"]));
    assert_eq!(
        line["args"]["envp"],
        json!(["A_TOKEN=[redacted]", "LANG=C"])
    );
    assert_eq!(line["redacted"], json!(["argv", "envp"]));
    assert_eq!(line["env_left_out"], 1);
    assert_eq!(line["unread"], json!(["argv.2"]));
    assert!(
        table.contains(r#"argv=["x", "--token=[redacted]", 0x9000]"#),
        "{table}"
    );
}
