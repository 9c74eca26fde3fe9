//! Any bytes as records and as a recording: nothing panics, and outputs stay outputs.
//!
//! The first byte chooses whether the rest is fed as it is or behind a good preamble, so that
//! mutations need not find one.

#![no_main]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use libfuzzer_sys::fuzz_target;
use tracehound_engine::recording::{self, Preamble};
use tracehound_engine::{Clock, Engine, Extra, Extras, Format, Selection, Sink};
use tracehound_schema::all;

const FORMATS: [Format; 4] = [Format::Json, Format::Table, Format::Strace, Format::None];

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("one thread").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An engine that shows every event in every format, with what its sinks write.
fn engine(preamble: &Preamble) -> (Engine, Vec<Kept>) {
    let kept = FORMATS.map(|_| Kept::default()).to_vec();
    let sinks = FORMATS.iter().zip(&kept);
    let sinks = sinks.map(|(format, kept)| Sink::new(*format, Box::new(kept.clone()), preamble));
    let every: Vec<_> = all().collect();
    let extras = Extra::ALL.iter().map(|row| row.0);
    let extras = extras.fold(Extras::default(), Extras::and);
    let engine = Engine::new(&Selection::new(&every), None, sinks.collect());
    (engine.with_extras(extras), kept)
}

fn check(mut engine: Engine, kept: &[Kept]) {
    engine.finish().expect("memory takes everything");
    for (format, kept) in FORMATS.iter().zip(kept) {
        let bytes = kept.0.lock().expect("one thread");
        let text = std::str::from_utf8(&bytes).expect("outputs are UTF-8");
        let obeyed = |char: char| char.is_control() && char != '\n';
        let turns = |char: char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let bad = text.chars().find(|&char| obeyed(char) || turns(char));
        assert_eq!(bad, None, "{format:?}: {}", text.escape_debug());
        assert!(text.is_empty() || text.ends_with('\n'), "{format:?}");
        let lines = text.lines().count() as u64;
        match format {
            Format::Json => {
                assert_eq!(lines, engine.shown(), "a line per event");
                text.lines().for_each(parses);
            }
            Format::Table => {
                // Frames stand below their event.
                let of_frames = |line: &&str| line.starts_with("    ");
                let lines = lines - text.lines().filter(of_frames).count() as u64;
                assert_eq!(
                    lines,
                    engine.shown() + 1,
                    "a line per event and the heading"
                )
            }
            // A call that others interrupt has two lines, other events may have none.
            Format::Strace => {}
            _ => assert_eq!(lines, 0),
        }
    }
}

fn parses(line: &str) {
    let value: serde_json::Value = serde_json::from_str(line).expect("JSON lines parse");
    let known = all().any(|event| value["event"] == event.name);
    assert!(known && value["args"].is_object(), "{line}");
}

fn replayed(mut bytes: &[u8]) {
    let Ok(preamble) = recording::open(&mut bytes) else {
        return;
    };
    let (mut engine, kept) = engine(&preamble);
    // Damage is an answer; a panic is not.
    let _ = recording::batches(&mut bytes, |batch| {
        engine.feed(batch).map_err(recording::Error::from)
    });
    check(engine, &kept);
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    let preamble = Preamble {
        clock: Clock {
            boot: 1_795_461_315_000_000_000,
        },
        boot_id: "6576a333-3c0f-4a4e-9d0b-4d1f1c1b2a39".to_owned(),
        hierarchy: 0,
    };
    match choice % 3 {
        0 => {
            let (mut engine, kept) = engine(&preamble);
            engine.feed(data).expect("memory takes everything");
            check(engine, &kept);
        }
        1 => {
            let mut bytes = Vec::new();
            recording::write(&preamble, &mut bytes).expect("memory takes everything");
            bytes.extend_from_slice(data);
            replayed(&bytes);
        }
        _ => replayed(data),
    }
});
