//! Any text as a filter: it is read or refused at a place within it, and what was read can be held
//! against a record.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tracehound_engine::filter::{Fault, Filters, parse};
use tracehound_engine::{Clock, Engine, Selection};
use tracehound_schema::{by_name, sample};

fn check(text: &str, fault: &Fault) {
    assert!(
        fault.start <= fault.end && fault.end <= text.len(),
        "{fault:?}"
    );
    let shown = fault.shown(text);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 2, "{shown}");
    assert!(!shown.chars().any(|char| char.is_control() && char != '\n'));
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let scope = parse::of_scope(text, Some(0));
    if let Err(fault) = &scope {
        check(text, fault);
    }
    let openat = by_name("openat").expect("openat is a call");
    let of_event = parse::of_event(openat, text).map(|parsed| (openat, parsed));
    for parsed in [parse::of_any_event(text), of_event] {
        match parsed {
            Err(fault) => check(text, &fault),
            Ok((event, parsed)) => {
                let scope = scope.as_ref().ok().map(|scope| scope.expr.clone());
                let filters = Filters::new(vec![(event, parsed.expr)], scope);
                let selection = Selection::new(&[event]);
                let mut engine = Engine::new(&selection, None, Vec::new())
                    .with_filters(filters, Clock::default());
                for seed in 0..4 {
                    let record = match event.call {
                        Some(_) => sample::scrambled(event, sample::header(event), seed),
                        None => sample::record(event),
                    };
                    engine.feed(&record).expect("there is no sink to fail");
                }
                engine.finish().expect("there is no sink to fail");
                let left_out: u64 = engine.left_out().map(|row| row.1 + row.2).sum();
                assert!(engine.shown() + left_out <= 4);
            }
        }
    }
});
