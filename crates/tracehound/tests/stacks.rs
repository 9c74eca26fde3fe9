//! Stacks of events: who called, by function, file and place. Needs root.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{Run, named, program, root, trace};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

fn is_possible() -> bool {
    root() && std::env::var_os("TRACEHOUND_RUNG").is_none()
}

fn write_of(run: &Run) -> &Value {
    let events = named(run, "write");
    assert_eq!(events.len(), 1, "{}\n{}", run.text, run.stats);
    events[0]
}

fn symbols(frames: &Value) -> Vec<&str> {
    let frames = frames.as_array().map_or(&[][..], Vec::as_slice);
    let symbol = |frame: &'_ Value| frame["symbol"].as_str().map(str::len);
    frames
        .iter()
        .filter(|frame| symbol(frame).is_some())
        .filter_map(|frame| frame["symbol"].as_str())
        .collect()
}

/// Whether these follow one another somewhere, in this order.
fn follow(all: &[&str], chain: &[&str]) -> bool {
    all.windows(chain.len()).any(|part| part == chain)
}

fn copy(name: &str) -> PathBuf {
    let to = std::env::temp_dir().join(format!("tracehound-{name}-{}", std::process::id()));
    std::fs::copy(program("callers"), &to).unwrap();
    to
}

const CHAIN: [&str; 4] = ["inner_work", "middle_work", "outer_work", "main"];

#[test]
fn a_stack_names_its_functions_in_their_order() {
    if !is_possible() {
        return;
    }
    for name in ["callers", "callers32"] {
        let path = Path::new(&program("callers")).with_file_name(name);
        let Ok(path) = path.canonicalize() else {
            continue;
        };
        let run = trace(
            &["-e", "write", "--with", "stack"],
            &[path.to_str().unwrap()],
        );
        let event = write_of(&run);
        let found = symbols(&event["stack"]);
        // 32-bit calls go through the vDSO, which hides who called the C library.
        let chain = if name == "callers32" {
            &CHAIN[1..]
        } else {
            &CHAIN
        };
        assert!(follow(&found, chain), "{found:?}\n{}", run.text);
        assert!(event.get("stack_cut").is_none() && event.get("kernel_stack").is_none());
        let frames = event["stack"].as_array().unwrap();
        assert!(
            frames
                .iter()
                .all(|frame| frame.get("symbol_unread").is_none())
        );
        let inner = frames
            .iter()
            .find(|frame| frame["symbol"] == "middle_work")
            .unwrap();
        assert_eq!(inner["path"], path.to_str().unwrap(), "{}", run.text);
        assert!(inner["offset"].as_u64().unwrap() > 0);
    }
}

/// The C library's functions come first, and a process that ends at once has told its files all the same.
#[test]
fn the_caller_is_outside_of_the_c_library() {
    if !is_possible() {
        return;
    }
    let run = trace(&["-e", "write", "--with", "caller"], &[&program("callers")]);
    let event = write_of(&run);
    assert_eq!(event["caller"]["symbol"], "inner_work", "{}", run.text);
    assert!(event.get("stack").is_none());
}

/// Where there are no symbols, the place in the file and the build id are left to look them up by.
#[test]
fn a_stripped_program_has_its_places() {
    if !is_possible() {
        return;
    }
    let stripped = copy("stripped");
    let strip = Command::new("strip").arg("-s").arg(&stripped).status();
    if !strip.is_ok_and(|status| status.success()) {
        println!("skipped: there is no strip");
        return;
    }
    let options = ["-e", "write", "--with", "stack,caller"];
    let whole = trace(&options, &[&program("callers")]);
    let run = trace(&options, &[stripped.to_str().unwrap()]);
    std::fs::remove_file(&stripped).unwrap();
    let (caller, with_symbols) = (&write_of(&run)["caller"], &write_of(&whole)["caller"]);
    assert_eq!(caller["path"], stripped.to_str().unwrap(), "{}", run.text);
    assert_eq!(caller["offset"], with_symbols["offset"]);
    assert_eq!(caller["build_id"], with_symbols["build_id"]);
    assert!(caller.get("symbol").is_none(), "{}", run.text);
}

#[test]
fn code_that_was_made_at_run_time_has_the_name_that_its_maker_tells() {
    if !is_possible() || !cfg!(target_arch = "x86_64") {
        return;
    }
    let options = ["-e", "getppid", "--with", "stack,caller"];
    let run = trace(&options, &[&program("callers"), "made"]);
    let events = named(&run, "getppid");
    assert_eq!(events.len(), 1, "{}", run.text);
    let first = &events[0]["stack"][0];
    assert_eq!(first["memory"], "anonymous", "{}", run.text);
    assert_eq!(first["symbol"], "made at run time", "{}", run.text);
    assert_eq!(first["symbol_offset"], 11);
    assert_eq!(events[0]["caller"]["symbol"], "made_work", "{}", run.text);
}

#[test]
fn a_deep_stack_is_cut_and_says_so() {
    if !is_possible() {
        return;
    }
    let options = ["-e", "write", "--with", "stack"];
    let run = trace(&options, &[&program("callers"), "depth", "300"]);
    let event = write_of(&run);
    let frames = event["stack"].as_array().unwrap();
    assert!((120..=127).contains(&frames.len()), "{}", run.text);
    assert_eq!(event["stack_cut"], true);
}

/// A short stack does not pass for a whole one.
#[test]
fn where_the_frame_pointer_leads_nowhere_the_stack_says_so() {
    if !is_possible() || !cfg!(target_arch = "x86_64") {
        return;
    }
    let options = ["-e", "write", "--with", "stack"];
    for (base, is_lost) in [("0", false), ("1", true), ("0x10", true)] {
        let run = trace(&options, &[&program("callers"), "base", base]);
        let event = write_of(&run);
        let found = symbols(&event["stack"]);
        assert_eq!(found.last(), Some(&"from_base"), "{base}: {}", run.text);
        assert_eq!(event["stack_lost"] == true, is_lost, "{base}: {}", run.text);
    }
}

#[test]
fn the_kernels_stack_has_the_call() {
    if !is_possible() {
        return;
    }
    let options = ["-e", "write", "--with", "kernel-stack"];
    let run = trace(&options, &[&program("callers")]);
    let event = write_of(&run);
    if event["kernel_stack_unread"] == true || event.get("kernel_stack").is_none() {
        println!("skipped: this kernel does not give it: {}", run.text);
        return;
    }
    let found = symbols(&event["kernel_stack"]);
    let is_entry = |name: &&str| name.contains("syscall");
    assert!(found.iter().any(is_entry), "{found:?}\n{}", run.text);
    // Those of the programs that take it are left out.
    assert!(!found[0].starts_with("bpf_"), "{found:?}");
}

#[test]
fn a_recording_tells_the_same() {
    if !is_possible() {
        return;
    }
    let raw = std::env::temp_dir().join(format!("tracehound-stacks-{}.rec", std::process::id()));
    let output = format!("raw:{}", raw.display());
    let options = ["-e", "write", "--with", "stack,caller", "-o", &output];
    let run = trace(&options, &[&program("callers")]);
    let mut replay = support::tracehound();
    replay.arg("replay").arg(&raw);
    replay.args(["-e", "write", "--with", "stack,caller", "-o", "json"]);
    let replayed = replay.output().unwrap();
    std::fs::remove_file(raw).unwrap();
    let text = String::from_utf8(replayed.stdout).unwrap();
    assert_eq!(text, run.text);
    assert!(text.contains("middle_work"), "{text}");
}

#[test]
fn who_does_not_ask_gets_none() {
    if !is_possible() {
        return;
    }
    let run = trace(&["-e", "write"], &[&program("callers")]);
    let event = write_of(&run);
    assert!(event.get("stack").is_none() && event.get("caller").is_none());
    assert!(!run.stats.contains("stack_captured"), "{}", run.stats);
}
