//! Live tests of execs with lists that are large, odd or hostile.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use support::{Run, named, preempts, program, root, row, trace};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

const EXEC: &str = "sched_process_exec";
const FAILED: &str = "process_execute_failed";

fn execs(options: &[&str], command: &[&str]) -> Run {
    let run = trace(&[&["-e", EXEC, "--env", "*"], options].concat(), command);
    assert_eq!(run.code, Some(0), "{}", run.stats);
    run
}

fn words(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap_or_else(|_| panic!("{value}"))
}

/// The end of a run of `execs large` and its like: each word says where it stands and who gave it.
fn has_all(exec: &Value, count: usize) {
    let (argv, env) = (words(&exec["args"]["argv"]), words(&exec["args"]["env"]));
    assert!(exec.get("cut").is_none(), "{}", exec["cut"]);
    assert!(exec.get("unread").is_none(), "{}", exec["unread"]);
    assert_eq!((argv.len(), env.len()), (count + 2, count));
    have_their_places(exec, &argv, &env);
}

fn have_their_places(exec: &Value, argv: &[String], env: &[String]) {
    let (pid, parent) = (&exec["process"]["pid"], &exec["process"]["ppid"]);
    let padded = |number: &Value| format!("{:0900}", number.as_u64().unwrap());
    let (pid, parent) = (padded(pid), padded(parent));
    for (number, word) in argv.iter().skip(2).enumerate() {
        assert_eq!(*word, format!("argument{number}:{pid}"));
    }
    for (number, variable) in env.iter().enumerate() {
        assert_eq!(*variable, format!("KEY{number}={parent}"));
    }
}

fn last(run: &Run) -> &Value {
    named(run, EXEC)
        .pop()
        .unwrap_or_else(|| panic!("{}", run.stats))
}

/// Arguments and environment do not fit in one record; each word of them can be told apart.
#[test]
fn an_exec_tells_all_of_a_megabyte() {
    if !root() {
        return;
    }
    for (name, count) in [("execs", 900), ("execs32", 900), ("execs", 6), ("execs", 9)] {
        let run = execs(&[], &[&program(name), "large", &format!("{count}000")]);
        has_all(last(&run), count);
    }
}

/// What the path takes of the record is not missing from the lists.
#[test]
fn an_exec_by_a_long_path_tells_its_lists_whole() {
    if !root() {
        return;
    }
    for name in ["execs", "execs32"] {
        let run = execs(&[], &[&program(name), "deep", "4000"]);
        let exec = last(&run);
        assert_eq!(exec["args"]["cmdpath"].as_str().unwrap().len(), 4095);
        has_all(exec, 4);
    }
}

#[test]
fn an_exec_tells_as_much_as_the_kernel_takes() {
    if !root() {
        return;
    }
    let script = format!("ulimit -s 8192; exec {} most", program("execs"));
    let run = execs(&[], &["sh", "-c", &script]);
    let count = run.stdout.lines().last().unwrap();
    let count: usize = count.strip_prefix("count ").unwrap().parse().unwrap();
    let exec = last(&run);
    has_all(exec, count);
    let list = |name: &str| {
        words(&exec["args"][name])
            .iter()
            .map(|word| word.len() + 1 + 8)
            .sum()
    };
    let bytes: usize = ["argv", "env"].map(list).iter().sum();
    assert!(bytes > (2 << 20) - 4096, "{bytes}");
    // One argument of the largest size, and of one byte more, which the kernel refuses.
    let run = execs(&["-e", FAILED], &[&program("execs"), "one", "131072"]);
    let argv = words(&last(&run)["args"]["argv"]);
    assert_eq!(argv[2], "x".repeat(131_071));
    assert!(last(&run).get("cut").is_none());
}

#[test]
fn an_exec_with_more_than_there_may_be_fails() {
    if !root() {
        return;
    }
    let run = trace(&["-e", FAILED], &[&program("execs"), "one", "131073"]);
    let failed = named(&run, FAILED);
    assert_eq!(failed.len(), 1, "{}", run.text);
    assert_eq!(failed[0]["ret"], -7);
    let argv = words(&failed[0]["args"]["argv"]);
    assert_eq!(argv[..2], ["execs", "end"]);
    assert!(argv[2].len() > 4000 && argv[2].bytes().all(|byte| byte == b'x'));
    assert!(
        failed[0]["cut"]
            .as_array()
            .unwrap()
            .contains(&json!("argv"))
    );
}

#[test]
fn an_exec_without_arguments_has_none() {
    if !root() {
        return;
    }
    for name in ["execs", "execs32"] {
        let run = execs(&[], &[&program(name), "empty"]);
        let exec = last(&run);
        let argv = words(&exec["args"]["argv"]);
        // From 5.18 on the kernel puts an empty one.
        assert!(argv.is_empty() || argv == [""], "{argv:?}");
        assert_eq!(exec["args"]["env"], json!([]));
        assert!(exec.get("cut").is_none(), "{exec}");
    }
}

/// Neither a list nor a text ends before memory does.
#[test]
fn an_exec_of_lists_without_an_end_fails_and_says_what_there_is() {
    if !root() {
        return;
    }
    for name in ["execs", "execs32"] {
        let run = trace(&["-e", FAILED], &[&program(name), "unended"]);
        assert_eq!(run.code, Some(0), "{}", run.stats);
        let failed = named(&run, FAILED);
        assert_eq!(failed.len(), 2, "{}", run.text);
        for (event, argv) in failed
            .iter()
            .zip([&["first", "second"][..], &["first"][..]])
        {
            assert_eq!(event["args"]["argv"], json!(argv), "{event}");
            assert!(
                event["cut"].as_array().unwrap().contains(&json!("argv")),
                "{event}"
            );
        }
    }
}

/// Processes that execute at once on all CPUs: each has its own words.
#[test]
fn an_exec_is_told_with_its_own_lists() {
    if !root() {
        return;
    }
    let path = program("execs");
    let script =
        format!("n=0; while [ $n -lt 16 ]; do {path} large 1${{n}}000 & n=$((n+1)); done; wait");
    let run = execs(&["--ring-size", "32M"], &["sh", "-c", &script]);
    let mut counts = Vec::new();
    for exec in named(&run, EXEC) {
        let argv = words(&exec["args"]["argv"]);
        if argv[1] == "end" {
            counts.push(argv.len() - 2);
            has_all(exec, argv.len() - 2);
        }
    }
    counts.sort_unstable();
    let mut wanted: Vec<usize> = (0..16).map(|n| format!("1{n}").parse().unwrap()).collect();
    wanted.sort_unstable();
    // Where the kernel preempts programs, an exec that comes meanwhile is missed, and counted.
    let missed = row(&run.stats, EXEC)[4] as usize;
    assert!(missed == 0 || preempts(), "{}", run.stats);
    let untold = wanted.iter().filter(|count| !counts.contains(count));
    let untold: Vec<_> = untold.copied().collect();
    assert!(untold.len() <= missed, "{untold:?}\n{}", run.stats);
    wanted.retain(|count| !untold.contains(count));
    assert_eq!(counts, wanted);
}

/// With no room for the pieces a list is cut behind what came, and never told in the wrong place.
#[test]
fn an_exec_whose_pieces_are_lost_is_cut() {
    if !root() {
        return;
    }
    let path = program("execs");
    let script = format!("n=0; while [ $n -lt 6 ]; do {path} large 900000; n=$((n+1)); done");
    let run = execs(&["--ring-size", "64K"], &["sh", "-c", &script]);
    let [_, _, _, dropped, _] = row(&run.stats, EXEC)[..] else {
        panic!("{}", run.stats)
    };
    assert!(dropped > 0, "{}", run.stats);
    let mut cut = 0;
    let mut execs = 0;
    for exec in named(&run, EXEC) {
        let (mut argv, mut env) = (words(&exec["args"]["argv"]), words(&exec["args"]["env"]));
        if argv[1] != "end" {
            continue;
        }
        execs += 1;
        let is_cut = |name: &str| {
            let fields = exec["cut"].as_array();
            fields.is_some_and(|fields| fields.contains(&json!(name)))
        };
        for (name, list, whole) in [("argv", &mut argv, 902), ("env", &mut env, 900)] {
            assert_eq!(
                is_cut(name),
                list.len() != whole || list[whole - 1].len() < 900,
                "{name}"
            );
            if is_cut(name) {
                cut += 1;
                list.pop();
            }
        }
        have_their_places(exec, &argv, &env);
    }
    assert_eq!(
        execs, 6,
        "lives of processes are told whatever becomes of pieces"
    );
    assert!(cut > 0, "{}", run.stats);
}
