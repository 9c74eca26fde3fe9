//! Live tests: do the thing under the tracer and state what must be seen. They need root.
//!
//! `TRACEHOUND_RUNG` keeps to one rung of the ladder; the kernel lab sets it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn program(name: &str) -> String {
    let folder = std::env::var_os("TRACEHOUND_PROGRAMS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/programs"),
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(
        path.exists(),
        "{} is missing: run `make programs`",
        path.display()
    );
    path.display().to_string()
}

fn tracehound() -> Command {
    let path = std::env::var("TRACEHOUND_BIN")
        .unwrap_or_else(|_| env!("CARGO_BIN_EXE_tracehound").to_owned());
    Command::new(path)
}

fn root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let uid = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .unwrap();
    let root = uid.split_whitespace().nth(1) == Some("0");
    if !root {
        println!("skipped: tracing needs root");
    }
    root
}

struct Run {
    /// The JSON lines; a million of them are too many to be kept parsed.
    text: String,
    events: Vec<Value>,
    stats: String,
    stdout: String,
    code: Option<i32>,
}

/// Traces a command to JSON, with the account on standard error, and parses the lines.
fn trace(options: &[&str], command: &[&str]) -> Run {
    let mut run = trace_text(options, command);
    run.events = run
        .text
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    run
}

/// Traces a command to JSON without parsing it.
fn trace_text(options: &[&str], command: &[&str]) -> Run {
    let name = std::thread::current()
        .name()
        .unwrap_or("live")
        .replace("::", "_");
    let file = std::env::temp_dir().join(format!("tracehound-{name}-{}.json", std::process::id()));
    let output = format!("json:{}", file.display());
    let mut tracer = tracehound();
    tracer.args(["--stats", "-o", &output]).args(options);
    if let Ok(rung) = std::env::var("TRACEHOUND_RUNG") {
        tracer.args(["--rung", &rung]);
    }
    let Output {
        status,
        stdout,
        stderr,
    } = tracer.arg("--").args(command).output().unwrap();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    std::fs::remove_file(&file).ok();
    let stats = String::from_utf8_lossy(&stderr).into_owned();
    assert!(!stats.contains("DOES NOT BALANCE"), "{stats}");
    Run {
        text,
        events: Vec::new(),
        stats,
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        code: status.code(),
    }
}

fn named<'a>(run: &'a Run, name: &str) -> Vec<&'a Value> {
    run.events
        .iter()
        .filter(|event| event["event"] == name)
        .collect()
}

/// A set's bits from its printed names.
fn bits(value: &Value) -> u64 {
    let names = value
        .as_array()
        .unwrap_or_else(|| panic!("not a set: {value}"));
    names
        .iter()
        .map(|name| 1 << (number(name.as_str().unwrap()) - 1))
        .sum()
}

fn number(name: &str) -> u32 {
    let standard = tracehound_schema::sigset::STANDARD
        .iter()
        .position(|other| *other == name);
    match (standard, name.strip_prefix("SIGRT_")) {
        (Some(at), _) => at as u32 + 1,
        (None, Some(count)) => 32 + count.parse::<u32>().unwrap(),
        _ => 32,
    }
}

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
            .find(|at| tells(seen[*at]) == *line)
            .unwrap_or_else(|| {
                let all: Vec<_> = seen.iter().map(|event| tells(event)).collect();
                panic!("not seen: {line}\nseen:\n{}\n{}", all.join("\n"), run.stats)
            });
    }
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
    let names = ["SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK"];
    let how = names.iter().position(|name| args["how"] == *name);
    let how = how.map_or_else(|| args["how"].to_string(), |how| how.to_string());
    format!(
        "{} {} {how} {} {old} {:x} {:x} {}",
        event["abi"].as_str().unwrap_or("?"),
        event["syscall"].as_str().unwrap_or("?"),
        set,
        bits(&args["blocked_before"]),
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

fn race(cold: &[&str]) {
    if !root() {
        return;
    }
    let program = program("race");
    let command = [&[program.as_str(), "20000"], cold].concat();
    let run = trace(&["-e", "sigprocmask"], &command);
    let truth: Vec<u64> = run
        .stdout
        .lines()
        .map(|line| u64::from_str_radix(line, 16).unwrap())
        .collect();
    assert_eq!(truth.len(), 20_000);
    let seen: Vec<_> = run
        .events
        .iter()
        .filter(|event| event["event"] == "sigprocmask" && event["args"]["how"] == "SIG_SETMASK")
        .filter(|event| {
            [1 << 39, 1 << 40 | 1 << 11].contains(&bits(&event["args"]["blocked_after"]))
        })
        .collect();
    assert_eq!(seen.len(), truth.len(), "{}", run.stats);
    let mut wrong = 0;
    for (event, truth) in seen.iter().zip(&truth) {
        assert_eq!(bits(&event["args"]["blocked_after"]), *truth, "{event}");
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
fn no_call_of_many_is_lost_or_told_twice() {
    if !root() {
        return;
    }
    let calls: u64 = if std::env::var_os("TRACEHOUND_RUNG").is_some() {
        20_000
    } else {
        1_000_000
    };
    // Room for all of them on one CPU: the threads may be put there together, ahead of the reader.
    let run = trace_text(
        &["-e", "sigprocmask", "--ring-size", "256M"],
        &[&program("sequence"), &calls.to_string(), "2"],
    );
    assert_eq!(row(&run.stats, "sigprocmask")[3], 0, "{}", run.stats);
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
            assert_eq!(after, *expected, "out of order, lost or twice: {event}");
            *expected += 1;
        }
    }
    for (expected, last) in next.values() {
        assert_eq!(
            *expected,
            last + 1,
            "calls at the end are missing\n{}",
            run.stats
        );
    }
}

/// A row of the account: made, delivered, filtered, dropped, missed.
fn row(stats: &str, event: &str) -> Vec<u64> {
    let line = stats
        .lines()
        .find(|line| line.starts_with(event))
        .expect(stats);
    line.split_whitespace()
        .skip(1)
        .take(5)
        .map(|word| word.parse().unwrap())
        .collect()
}

#[test]
fn overload_is_accounted_to_the_record() {
    if !root() {
        return;
    }
    let calls: u64 = if std::env::var_os("TRACEHOUND_RUNG").is_some() {
        20_000
    } else {
        400_000
    };
    let run = trace(
        &["-e", "sigprocmask", "--ring-size", "64K"],
        &[&program("sequence"), &calls.to_string(), "2"],
    );
    let row = row(&run.stats, "sigprocmask");
    assert_eq!(row[0], row[1..].iter().sum::<u64>(), "{}", run.stats);
    assert!(row[0] >= calls, "{}", run.stats);
    assert_eq!(named(&run, "sigprocmask").len() as u64, row[1]);
    let gaps: u64 = named(&run, "gap")
        .iter()
        .map(|gap| gap["args"]["lost"].as_u64().unwrap())
        .sum();
    assert_eq!(
        gaps, row[3],
        "gaps must tell every dropped record\n{}",
        run.stats
    );
}

#[test]
fn signals_tell_who_sent_what_to_whom() {
    if !root() {
        return;
    }
    let script = "trap 'exit 7' USR1; kill -USR1 $$; sleep 1";
    let run = trace(
        &["-e", "signal_generate,signal_deliver"],
        &["sh", "-c", script],
    );
    assert_eq!(run.code, Some(7));
    let usr1 = |name| {
        named(&run, name)
            .into_iter()
            .find(|event| event["args"]["sig"] == "SIGUSR1")
            .unwrap()
    };
    let (sent, got) = (usr1("signal_generate"), usr1("signal_deliver"));
    assert_eq!(sent["args"]["target_host_pid"], sent["process"]["host_pid"]);
    assert_eq!(sent["args"]["code"], "SI_USER");
    assert_eq!(sent["args"]["result"], "delivered");
    assert_eq!(got["args"]["sender_pid"], got["process"]["pid"]);
    assert!(got["args"]["handler"].as_str().unwrap().starts_with("0x"));
}

#[test]
fn a_command_is_followed_through_its_descendants() {
    if !root() {
        return;
    }
    let run = trace(
        &[
            "-e",
            "sched_process_fork,sched_process_exec,sched_process_exit",
        ],
        &["sh", "-c", "(sh -c 'true; exit 3'); true"],
    );
    let execs = named(&run, "sched_process_exec");
    assert!(execs.len() >= 2, "{:?}", run.events);
    assert_eq!(execs[0]["args"]["argv"][2], "(sh -c 'true; exit 3'); true");
    assert!(
        execs[0]["args"]["pathname"]
            .as_str()
            .unwrap()
            .starts_with('/')
    );
    let codes: Vec<_> = named(&run, "sched_process_exit")
        .iter()
        .map(|exit| exit["args"]["exit_code"].clone())
        .collect();
    assert!(codes.contains(&Value::from(3)), "{codes:?}");
}

#[test]
fn hostile_names_reach_neither_terminal_nor_parser() {
    if !root() {
        return;
    }
    let run = trace(&["-e", "sigprocmask"], &[&program("hostile")]);
    let comms: Vec<_> = named(&run, "sigprocmask")
        .iter()
        .map(|e| e["process"]["comm"].clone())
        .collect();
    assert!(comms.contains(&Value::from("a\nb\r\"c\\d")), "{comms:?}");
    let mut table = tracehound();
    let output = table
        .args(["-e", "sigprocmask", "--", &program("hostile")])
        .output()
        .unwrap();
    let bad = output
        .stderr
        .iter()
        .find(|byte| **byte < 0x20 && **byte != b'\n' || **byte == 0x7f);
    assert_eq!(
        bad,
        None,
        "{}",
        String::from_utf8_lossy(&output.stderr).escape_debug()
    );
}

#[test]
fn a_recording_replays_to_the_same_lines() {
    if !root() {
        return;
    }
    let file = std::env::temp_dir().join(format!("tracehound-{}.rec", std::process::id()));
    let raw = format!("raw:{}", file.display());
    let run = trace(&["-e", "sigprocmask", "-o", &raw], &[&program("sigmask")]);
    let replay = tracehound()
        .args(["replay", "-e", "sigprocmask", "-o", "json"])
        .arg(&file)
        .output()
        .unwrap();
    std::fs::remove_file(&file).ok();
    let lines: Vec<Value> = String::from_utf8(replay.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines, run.events);
}

#[test]
fn the_exit_status_is_the_commands() {
    if !root() {
        return;
    }
    assert_eq!(trace(&[], &["sh", "-c", "exit 42"]).code, Some(42));
    assert_eq!(trace(&[], &["sh", "-c", "kill -9 $$"]).code, Some(137));
}
