//! Any text as a policy: it is read, explained and asked of a record, or refused in three lines at most
//! that no terminal obeys.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tracehound_engine::{Clock, Engine, Selection};
use tracehound_policy::{explain, filters, parse, selected};
use tracehound_schema::sample;

/// Events of a policy of which records are asked.
const FEW: usize = 8;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let policy = match parse(text, Path::new("p.yaml"), Some(0)) {
        Ok(policy) => policy,
        Err(errors) => {
            assert!((1..=20).contains(&errors.len()));
            for error in errors {
                let said = error.to_string();
                assert!(said.starts_with("p.yaml:"), "{said}");
                assert!(said.lines().count() <= 3, "{said}");
                assert!(!said.chars().any(|char| char.is_control() && char != '\n'));
            }
            return;
        }
    };
    let told = explain(&policy);
    assert!(!told.chars().any(|char| char.is_control() && char != '\n'));
    let events = selected(std::slice::from_ref(&policy));
    let filters = filters(vec![policy]);
    let selection = Selection::new(&events);
    let mut engine =
        Engine::new(&selection, None, Vec::new()).with_filters(filters, Clock::default());
    for event in events.iter().take(FEW) {
        engine
            .feed(&sample::record(event))
            .expect("there is no sink to fail");
    }
    engine.finish().expect("there is no sink to fail");
    let fits: u64 = engine.counted().map(|rule| rule.fits).sum();
    assert!(engine.shown() <= fits + FEW as u64);
});
