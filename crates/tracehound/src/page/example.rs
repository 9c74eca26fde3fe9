//! An event's example, printed by the same engine that prints real ones.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tracehound_engine::recording::Preamble;
use tracehound_engine::{Clock, Engine, Format, Selection, Sink};
use tracehound_schema::{Event, by_name, sample};

/// The instant that the examples' machine was booted at: 2026-11-23 19:15:15 UTC.
const BOOT: i64 = 1_795_461_315_000_000_000;
const BOOT_ID: &str = "6576a333";

/// What a sink writes, kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The example in a format. The program is learnt as it is in real runs, from an exec before.
fn line(event: &'static Event, format: Format) -> String {
    let kept = Kept::default();
    let preamble = Preamble {
        clock: Clock { boot: BOOT },
        boot_id: BOOT_ID.to_owned(),
        hierarchy: 0,
    };
    let sinks = vec![Sink::new(format, Box::new(kept.clone()), &preamble)];
    let mut engine = Engine::new(&Selection::new(&[event]), None, sinks);
    let mut batch = Vec::new();
    if event.name != "sched_process_exec" {
        batch.extend(
            by_name("sched_process_exec")
                .map(sample::record)
                .unwrap_or_default(),
        );
    }
    batch.extend(sample::record(event));
    // Writing to memory cannot fail.
    let _ = engine.feed(&batch).and_then(|()| engine.finish());
    let bytes = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// As `-o table` prints it, heading included.
pub fn table(event: &'static Event) -> String {
    line(event, Format::Table)
}

/// As `-o strace` prints it.
pub fn strace(event: &'static Event) -> String {
    line(event, Format::Strace)
}

/// As `-o json` prints it, a key a line and nested values in one.
pub fn json(event: &'static Event) -> String {
    let line = line(event, Format::Json);
    let Ok(Value::Object(keys)) = serde_json::from_str(&line) else {
        return line;
    };
    let rows: Vec<_> = keys.iter().map(|(key, value)| row(key, value)).collect();
    format!("{{\n{}\n}}\n", rows.join(",\n"))
}

fn row(key: &str, value: &Value) -> String {
    let Value::Object(inner) = value else {
        return format!(" \"{key}\": {value}");
    };
    let rows: Vec<_> = inner
        .iter()
        .map(|(key, value)| format!("  \"{key}\": {value}"))
        .collect();
    format!(" \"{key}\": {{\n{}}}", rows.join(",\n"))
}
