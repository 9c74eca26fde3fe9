//! Live tests: do the thing under the tracer and state what must be seen. They need root.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;

use support::{bits, named, preempts, program, root, row, trace, trace_text};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// What `sigmask --truth` says of each call must be what the tracer says, call by call.
fn agrees_with_the_program(name: &str) {
    if !root() {
        return;
    }
    let run = trace(
        &["-e", "sigprocmask,-argument_mismatch"],
        &[&program(name), "--truth"],
    );
    let truth: Vec<&str> = run
        .stdout
        .lines()
        .skip_while(|line| *line != "begin")
        .skip(1)
        .collect();
    assert!(truth.len() > 10, "{}", run.stdout);
    let seen = named(&run, "sigprocmask");
    // The C library makes calls of its own before the first step, and around the fork.
    let mut at = seen.len();
    for line in truth.iter().rev() {
        at = (0..at)
            .rev()
            .find(|at| fits(&tells(seen[*at]), line))
            .unwrap_or_else(|| {
                let all: Vec<_> = seen.iter().map(|event| tells(event)).collect();
                panic!("not seen: {line}\nseen:\n{}\n{}", all.join("\n"), run.stats)
            });
    }
}

/// Whether a record says what the program says. A kernel that preempts programs leaves a call that
/// gave up its CPU without its entry, and the record then says so.
fn fits(told: &str, line: &str) -> bool {
    let mut words = told.split(' ').zip(line.split(' '));
    words.all(|(told, line)| told == line || told == "?" && preempts())
}

/// A record in the form of the program's own lines.
fn tells(event: &Value) -> String {
    let args = &event["args"];
    let unread = |name: &str| {
        event["unread"]
            .as_array()
            .is_some_and(|all| all.contains(&Value::from(name)))
    };
    let set = match &args["set"] {
        Value::Null if unread("set") && event["unread_at"]["set"] == "0x10" => "bad".to_owned(),
        // A set whose size the kernel refuses is not read by anyone.
        Value::Null if unread("set") => "2".to_owned(),
        Value::Null => "-".to_owned(),
        set => format!("{:x}", bits(set)),
    };
    let old = match &args["oldset"] {
        Value::Null if unread("oldset") && event["unread_at"]["oldset"] == "0x10" => "bad",
        Value::Null if !unread("oldset") => "-",
        _ => "ptr",
    };
    let before = match &args["blocked_before"] {
        Value::Null if unread("blocked_before") => "?".to_owned(),
        before => format!("{:x}", bits(before)),
    };
    let names = ["SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK"];
    let how = names.iter().position(|name| args["how"] == *name);
    let how = how.map_or_else(|| args["how"].to_string(), |how| how.to_string());
    format!(
        "{} {} {how} {} {old} {before} {:x} {}",
        event["abi"].as_str().unwrap_or("?"),
        event["syscall"].as_str().unwrap_or("?"),
        set,
        bits(&args["blocked_after"]),
        event["ret"]
    )
}

#[test]
fn every_call_of_a_64_bit_program_is_told_as_it_happened() {
    agrees_with_the_program("sigmask");
}

#[test]
fn every_call_of_a_32_bit_program_is_told_as_it_happened() {
    agrees_with_the_program("sigmask32");
}

/// How many calls to make: far fewer in the lab's guests, whose processors are emulated.
fn calls(lab: usize, real: usize) -> usize {
    if std::env::var_os("TRACEHOUND_LAB").is_some() {
        lab
    } else {
        real
    }
}

fn race(cold: &[&str]) {
    if !root() {
        return;
    }
    let (program, calls) = (program("race"), calls(1_500, 20_000));
    let count = calls.to_string();
    let command = [&[program.as_str(), &count], cold].concat();
    // Room for all of them: on a busy machine the program may run far ahead of the reader.
    let run = trace(&["-e", "sigprocmask", "--ring-size", "32M"], &command);
    let truth: Vec<u64> = run
        .stdout
        .lines()
        .map(|line| u64::from_str_radix(line, 16).unwrap())
        .collect();
    assert_eq!(truth.len(), calls);
    let seen: Vec<_> = run
        .events
        .iter()
        .filter(|event| event["event"] == "sigprocmask" && event["args"]["how"] == "SIG_SETMASK")
        .filter(|event| {
            [1 << 39, 1 << 40 | 1 << 11].contains(&bits(&event["args"]["blocked_after"]))
        })
        .collect();
    // A kernel that preempts programs skips some runs, and counts them.
    let missed = row(&run.stats, "sigprocmask")[4] as usize;
    assert!(missed == 0 || preempts(), "{}", run.stats);
    assert!(seen.len() <= calls, "{}", run.stats);
    assert!(seen.len() + missed >= calls, "{}", run.stats);
    let (mut truth, mut wrong) = (truth.iter(), 0);
    for event in seen {
        let told = bits(&event["args"]["blocked_after"]);
        let truth = match missed {
            0 => truth.next(),
            _ => truth.find(|truth| **truth == told),
        };
        let truth = truth.unwrap_or_else(|| panic!("not in the program's order: {event}"));
        assert_eq!(told, *truth, "{event}");
        let set_is_right = bits(&event["args"]["set"]) == *truth;
        let told = event.get("mismatch").is_some();
        assert!(
            set_is_right || told,
            "a wrong set without a mismatch: {event}"
        );
        wrong += u32::from(!set_is_right);
    }
    println!(
        "{wrong} sets read wrongly, {} mismatches told",
        named(&run, "argument_mismatch").len()
    );
}

#[test]
fn masks_are_right_while_the_set_is_rewritten() {
    race(&[]);
}

#[test]
fn masks_are_right_when_the_set_is_not_resident() {
    race(&["cold"]);
}

#[test]
fn a_set_that_the_old_one_was_stored_over_is_not_read_late() {
    if !root() {
        return;
    }
    let run = trace(&["-e", "sigprocmask"], &[&program("alias"), "50"]);
    assert!(named(&run, "argument_mismatch").is_empty(), "{}", run.text);
    let mut next = 1;
    for event in named(&run, "sigprocmask") {
        let args = &event["args"];
        let unread = |name: &str| event["unread"].to_string().contains(&format!("\"{name}\""));
        let passed = !args["oldset"].is_null() || unread("oldset");
        if !passed || bits(&args["blocked_after"]) != next << 20 {
            continue;
        }
        assert!(unread("set") || bits(&args["set"]) == next << 20, "{event}");
        let entry_unseen = unread("oldset") && preempts();
        assert!(
            entry_unseen || bits(&args["oldset"]) == (next - 1) << 20,
            "{event}"
        );
        next += 1;
    }
    assert_eq!(next, 51, "{}", run.text);
}

#[test]
fn no_call_of_many_is_lost_or_told_twice() {
    if !root() {
        return;
    }
    let calls = calls(6_000, 1_000_000);
    // Room for all of them on one CPU: the threads may be put there together, ahead of the reader.
    let run = trace_text(
        &["-e", "sigprocmask", "--ring-size", "256M"],
        &[&program("sequence"), &calls.to_string(), "2"],
    );
    let account = row(&run.stats, "sigprocmask");
    assert_eq!(account[3], 0, "{}", run.stats);
    // A kernel that preempts programs skips some runs, counts them, and nobody can get them back.
    let missed = account[4];
    let mut skipped = 0;
    let mut next = std::collections::HashMap::new();
    for line in run.stdout.lines() {
        let words: Vec<u64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        next.insert(words[0], (words[1], words[2]));
    }
    assert_eq!(next.len(), 2);
    for line in run.text.lines() {
        let event: Value = serde_json::from_str(line).expect(line);
        if event["event"] != "sigprocmask" {
            continue;
        }
        let after = bits(&event["args"]["blocked_after"]) >> 20;
        let own = event["args"]["how"] == "SIG_SETMASK" && event["args"]["oldset"].is_null();
        let Some((expected, last)) = next.get_mut(&event["process"]["host_tid"].as_u64().unwrap())
        else {
            continue;
        };
        if own && *expected <= *last && after != 0 {
            assert!(after >= *expected, "out of order or twice: {event}");
            skipped += after - *expected;
            assert!(skipped <= missed, "lost: {event}\n{}", run.stats);
            *expected = after + 1;
        }
    }
    let at_the_end: u64 = next
        .values()
        .map(|(expected, last)| last + 1 - expected)
        .sum();
    assert!(skipped + at_the_end <= missed, "lost\n{}", run.stats);
}

#[test]
fn overload_is_accounted_to_the_record() {
    if !root() {
        return;
    }
    let calls = calls(20_000, 400_000);
    let run = trace(
        &["-e", "sigprocmask", "--ring-size", "64K"],
        &[&program("sequence"), &calls.to_string(), "2"],
    );
    let own = row(&run.stats, "sigprocmask");
    assert_eq!(own[0], own[1..].iter().sum::<u64>(), "{}", run.stats);
    assert!(own[0] >= calls as u64, "{}", run.stats);
    assert_eq!(named(&run, "sigprocmask").len() as u64, own[1]);
    let gaps: u64 = named(&run, "gap")
        .iter()
        .map(|gap| gap["args"]["lost"].as_u64().unwrap())
        .sum();
    // The machine's cgroups come and go meanwhile; records of theirs find no room either.
    assert_eq!(
        gaps,
        row(&run.stats, "total")[3],
        "gaps must tell every dropped record\n{}",
        run.stats
    );
}
