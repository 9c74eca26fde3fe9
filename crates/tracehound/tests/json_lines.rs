//! JSON lines, golden and live, against the schemas that the program prints for them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashMap;

use jsonschema::Validator;
use kept::Kept;
use serde_json::Value;
use support::{root, source, tracehound};
use tracehound_engine::recording::Preamble;
use tracehound_engine::{Clock, Engine, Format, Selection, Sink};
use tracehound_schema::{all, sample};

#[path = "../../engine/tests/kept/mod.rs"]
mod kept;
#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// The order of keys as the design has it; what is not listed there stands where it is put here.
const ORDER: [&str; 40] = [
    "time",
    "event",
    "schema",
    "process",
    "parent",
    "ancestors",
    "ancestors_cut",
    "container",
    "k8s",
    "cpu",
    "cgroup",
    "abi",
    "syscall",
    "args",
    "after",
    "files",
    "ret",
    "error",
    "duration_ns",
    "unfinished",
    "policies",
    "in_interrupt",
    "via",
    "policies",
    "caller",
    "stack",
    "stack_cut",
    "stack_lost",
    "kernel_stack_unread",
    "kernel_stack",
    "kernel_stack_cut",
    "unread",
    "unread_at",
    "cut",
    "redacted",
    "late",
    "unwritten",
    "env_left_out",
    "raw",
    "mismatch",
];

/// What each event's lines must be like.
struct Schemas {
    schemas: HashMap<&'static str, (Value, Validator)>,
}

impl Schemas {
    fn printed() -> Schemas {
        let of = |name: &'static str| {
            let output = tracehound()
                .args(["events", "show", name, "--json-schema"])
                .output()
                .unwrap();
            let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert!(jsonschema::meta::is_valid(&schema), "{name}");
            let validator = jsonschema::draft202012::new(&schema).unwrap();
            (name, (schema, validator))
        };
        Schemas {
            schemas: all().map(|event| of(event.name)).collect(),
        }
    }

    /// Checks a line and gives it parsed.
    fn check(&self, line: &str) -> Value {
        let value: Value = serde_json::from_str(line).expect(line);
        let name = value["event"].as_str().expect(line);
        let (schema, validator) = &self.schemas[name];
        if let Err(error) = validator.validate(&value) {
            panic!("{error} at {}: {line}", error.instance_path());
        }
        in_order(&value, &ORDER, line);
        for part in ["process", "args"] {
            let known = schema["properties"][part]["properties"]
                .as_object()
                .unwrap();
            let known: Vec<&str> = known.keys().map(String::as_str).collect();
            // Some calls have their arguments in another order elsewhere.
            let other = part == "args" && value.get("abi").is_some_and(|abi| abi != "x86_64");
            if value.get(part).is_some() && !other {
                in_order(&value[part], &known, line);
            }
        }
        value
    }
}

/// Whether the keys stand in the order given.
fn in_order(value: &Value, order: &[&str], line: &str) {
    let mut rest = order.iter();
    for key in value.as_object().expect(line).keys() {
        assert!(
            rest.any(|known| known == key),
            "{key} is out of order or unknown: {line}"
        );
    }
}

#[test]
fn keys_of_the_schemas_stand_in_the_order_of_the_design() {
    for (schema, _) in Schemas::printed().schemas.values() {
        in_order(&schema["properties"], &ORDER, "schema");
    }
}

#[test]
fn golden_lines_hold_to_their_schemas() {
    let schemas = Schemas::printed();
    let mut lines = 0;
    for file in std::fs::read_dir(source().join("crates/engine/tests/golden")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = std::fs::read_to_string(&path).unwrap();
            for line in text.lines() {
                schemas.check(line);
                lines += 1;
            }
        }
    }
    assert!(lines > 80, "{lines}");
}

/// The lines that records of calls give.
fn lines_of(records: &[Vec<u8>]) -> String {
    let kept = Kept::default();
    let preamble = Preamble {
        clock: Clock::default(),
        boot_id: "6576a333".to_owned(),
        hierarchy: 0,
    };
    let sink = Sink::new(Format::Json, Box::new(kept.clone()), &preamble);
    let every: Vec<_> = all().collect();
    let mut engine = Engine::new(&Selection::new(&every), None, vec![sink]);
    for record in records {
        engine.feed(record).unwrap();
    }
    engine.finish().unwrap();
    kept.text()
}

#[test]
fn lines_of_every_call_hold_to_their_schemas() {
    let schemas = Schemas::printed();
    let mut count = 0;
    for event in all().filter(|event| event.call.is_some()) {
        let mut records = vec![sample::record(event)];
        let header = sample::header(event);
        records.extend((0..64).map(|seed| sample::scrambled(event, header, seed)));
        let text = lines_of(&records);
        assert!(text.lines().count() > 10, "{}", event.name);
        for line in text.lines() {
            schemas.check(line);
            count += 1;
        }
    }
    assert!(count > 300, "{count}");
}

/// Lines that must not pass: a schema that takes everything would hold nothing.
#[test]
fn schemas_refuse_what_the_engine_never_prints() {
    let schemas = Schemas::printed();
    let golden =
        std::fs::read_to_string(source().join("crates/engine/tests/golden/every_event.json"))
            .unwrap();
    let line = golden
        .lines()
        .find(|line| line.contains("\"event\":\"sigprocmask\""))
        .unwrap();
    let good: Value = schemas.check(line);
    let validator = &schemas.schemas["sigprocmask"].1;
    let broken: [(&str, Value); 8] = [
        ("/args/how", Value::Null),
        ("/args/set", Value::from("[INT]")),
        ("/args/set", Value::from(vec!["INT"])),
        ("/args/sigsetsize", Value::from(-1)),
        ("/args/sigsetsize", Value::from(1u64 << 60)),
        ("/time", Value::from("2026-11-23 20:39:00")),
        ("/process/pid", Value::from("4242")),
        ("/abi", Value::from("")),
    ];
    for (pointer, value) in broken {
        let mut line = good.clone();
        *line.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&line), "{pointer}");
    }
    for key in ["unread", "cut", "redacted", "late", "raw"] {
        let mut line = good.clone();
        line[key] = Value::from(vec!["no_such_field"]);
        assert!(!validator.is_valid(&line), "{key}");
    }
}

/// Traces a command with every event on and gives the lines, each checked.
fn trace(schemas: &Schemas, command: &[&str]) -> Vec<Value> {
    let name = std::thread::current()
        .name()
        .unwrap_or("lines")
        .replace("::", "_");
    let file = std::env::temp_dir().join(format!("tracehound-{name}-{}.json", std::process::id()));
    let output = tracehound()
        .args([
            "--with",
            "ancestors,session,hashes,users",
            "-e",
            "*",
            "-o",
            &format!("json:{}", file.display()),
            "--",
        ])
        .args(command)
        .current_dir(source())
        .output()
        .unwrap();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    std::fs::remove_file(&file).ok();
    assert!(
        !text.is_empty(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines().map(|line| schemas.check(line)).collect()
}

#[test]
fn live_lines_hold_to_their_schemas() {
    if !root() {
        return;
    }
    let schemas = Schemas::printed();
    let mut commands = vec![
        vec![
            "sh",
            "-c",
            "ls / | wc -l; sleep 0.1 & kill $!; wait; exit 3",
        ],
        vec![
            "bash",
            "-c",
            "trap : INT USR1; kill -USR1 $$; kill -RTMIN+3 $$",
        ],
        vec!["target/programs/sigmask"],
        vec!["target/programs/hostile"],
        vec!["target/programs/race", "500", "cold"],
    ];
    if cfg!(target_arch = "x86_64") {
        commands.push(vec!["target/programs/sigmask32"]);
    }
    let mut seen = HashMap::new();
    for command in commands {
        for line in trace(&schemas, &command) {
            *seen
                .entry(line["event"].as_str().unwrap().to_owned())
                .or_insert(0) += 1;
        }
    }
    println!("{seen:?}");
    for event in [
        "sigprocmask",
        "rt_sigprocmask",
        "signal_generate",
        "signal_deliver",
    ] {
        assert!(seen.contains_key(event), "{event} was not seen");
    }
}

/// A process's parent is told by one identity, the one that the parent's own records carry, although
/// the thread of the parent that forked it (the tracer's starter here) ends before its process does.
#[test]
fn parents_are_told_by_their_own_identity() {
    if !root() {
        return;
    }
    let lines = trace(
        &Schemas::printed(),
        &["sh", "-c", "(true; sh -c 'true; exit 0'); exit 0"],
    );
    let mut own = HashMap::new();
    let mut told = HashMap::new();
    for line in &lines {
        let process = &line["process"];
        own.insert(process["host_pid"].as_u64(), &process["leader_id"]);
        let key = (process["host_pid"].as_u64(), process["host_ppid"].as_u64());
        let id = &line["parent"]["id"];
        assert_eq!(*told.entry(key).or_insert(id), id, "{line}");
    }
    let known = told
        .iter()
        .filter_map(|((_, parent), id)| Some((own.get(parent)?, id)));
    let mut count = 0;
    for (own, told) in known {
        assert_eq!(own, told);
        count += 1;
    }
    assert!(count > 0, "the inner shell's parent is traced too");
}
