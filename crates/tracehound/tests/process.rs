//! Live tests of what surrounds the calls: signals, descendants, recordings, the exit status.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use serde_json::Value;

use support::{named, program, root, trace, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

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
    assert!(sent.get("in_interrupt").is_none(), "{sent}");
    assert_eq!(got["args"]["sender_pid"], got["process"]["pid"]);
    assert!(got["args"]["handler"].as_str().unwrap().starts_with("0x"));
}

/// Shells leave the soft limit at 1,024 files, which many events exceed.
#[test]
fn the_soft_limit_of_files_is_raised_for_the_tracer_alone() {
    if !root() {
        return;
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -S -n 60; exec \"$@\"", "sh"]);
    shell.arg(tracehound().get_program());
    shell.args(["-q", "-e", "signal_generate", "-o", "json", "--"]);
    shell.args(["sh", "-c", "trap : USR1; kill -USR1 $$; ulimit -S -n"]);
    let output = shell.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("\"sig\":\"SIGUSR1\""), "{told}");
    assert_eq!(output.stdout, b"60\n", "{told}");
}

#[test]
fn what_the_kernel_lacks_is_told_and_the_rest_traced() {
    if !root() || std::env::var_os("TRACEHOUND_RUNG").is_some() {
        return;
    }
    let doctor = tracehound()
        .args(["doctor", "--rungs", "sigprocmask"])
        .output()
        .unwrap();
    let works = String::from_utf8(doctor.stdout).unwrap();
    let event = tracehound_schema::by_name("sigprocmask").unwrap();
    let other = tracehound_schema::by_name("rt_sigprocmask").unwrap();
    let lacking = event
        .ladder
        .iter()
        .find(|rung| !works.lines().any(|line| line == **rung) && !other.ladder.contains(rung));
    let Some(rung) = lacking else {
        println!("skipped: this kernel has every rung of sigprocmask");
        return;
    };
    let both = ["-e", "sigprocmask,rt_sigprocmask", "--rung", rung];
    let run = trace(&both, &[&program("sigmask")]);
    assert!(
        run.stats.contains("going on without sigprocmask"),
        "{}",
        run.stats
    );
    assert!(!named(&run, "rt_sigprocmask").is_empty(), "{}", run.stats);
    let alone = trace(&["-e", "sigprocmask", "--rung", rung], &["true"]);
    assert_eq!(alone.code, Some(1), "{}", alone.stats);
    assert!(
        alone.stats.contains("cannot trace sigprocmask"),
        "{}",
        alone.stats
    );
}

#[test]
fn a_timers_signal_is_told_to_come_from_an_interrupt() {
    if !root() {
        return;
    }
    let run = trace(&["-e", "signal_generate"], &[&program("alarm")]);
    let alarm = named(&run, "signal_generate")
        .into_iter()
        .find(|event| event["args"]["sig"] == "SIGALRM")
        .unwrap();
    // The program waits, so whoever runs when the timer fires is somebody else.
    assert_eq!(alarm["in_interrupt"], true, "{alarm}");
    assert_eq!(alarm["args"]["target_comm"], "alarm", "{alarm}");
    assert_eq!(alarm["args"]["code"], "SI_KERNEL", "{alarm}");
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

/// A command that asks for a signal at its parent's end gets none before that.
#[test]
fn a_command_outlives_what_started_it() {
    if !root() {
        return;
    }
    let run = trace(&["-e", "sched_process_exit"], &[&program("orphan")]);
    assert_eq!(run.code, Some(0), "{}", run.stats);
    assert_eq!(run.stdout, "alive\n");
}

/// What this kernel cannot give of all calls is told in one line, or nothing is.
#[test]
fn every_call_can_be_selected() {
    if !root() || std::env::var_os("TRACEHOUND_RUNG").is_some() {
        return;
    }
    let run = trace(&["-e", "tag=syscalls"], &["true"]);
    assert!(!named(&run, "execve").is_empty(), "{}", run.stats);
    let lines = run.stats.lines();
    let without: Vec<_> = lines
        .filter(|line| line.contains("going on without"))
        .collect();
    assert!(without.len() <= 1, "{without:?}");
}
