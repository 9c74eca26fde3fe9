//! Every call, by its number.

use serde_json::Value;

use crate::support::{self, Run};
use crate::{is_available, run_of};

/// Calls of an event by number, of processes of a name.
fn numbers(run: &Run, event: &str, comm: &str) -> Vec<(String, i64, Value)> {
    let named = support::named(run, event).into_iter();
    let own = named.filter(|event| event["process"]["comm"] == comm);
    own.map(|event| {
        let number = event["args"]["syscall"].as_i64().unwrap_or(-1);
        let abi = event["abi"].as_str().unwrap_or_default().to_owned();
        (abi, number, event["ret"].clone())
    })
    .collect()
}

fn run_sequence(event: &str, program: &str) -> Option<Run> {
    run_of(event, &[&support::program(program), "20", "1"])
}

/// rt_sigprocmask, which the program makes over and over, of 64 bits and of 32.
const PROGRAMS: [(&str, &str, i64); 2] = [("sequence", "x86_64", 14), ("sequence32", "i386", 175)];

#[test]
fn sys_enter_tells_every_call_of_either_width() {
    for (program, abi, wanted) in PROGRAMS {
        let Some(run) = run_sequence("sys_enter", program) else {
            return;
        };
        let calls = numbers(&run, "sys_enter", program);
        let masks = calls
            .iter()
            .filter(|call| (&call.0[..], call.1) == (abi, wanted));
        assert!(masks.count() >= 20, "{program}: {calls:?}");
        // exit_group, the last.
        let last = if abi == "i386" { 252 } else { 231 };
        assert_eq!(calls.last().map(|call| call.1), Some(last), "{program}");
    }
}

#[test]
fn sys_exit_tells_what_every_call_returned() {
    for (program, abi, wanted) in PROGRAMS {
        let Some(run) = run_sequence("sys_exit", program) else {
            return;
        };
        let calls = numbers(&run, "sys_exit", program);
        let masks = calls
            .iter()
            .filter(|call| (&call.0[..], call.1) == (abi, wanted));
        let (good, bad): (Vec<_>, Vec<_>) = masks.partition(|call| call.2 == 0);
        assert!(good.len() >= 20 && bad.is_empty(), "{program}: {calls:?}");
    }
    let Some(run) = run_of("sys_exit", &["sh", "-c", "cd /th/nothing 2>/dev/null; :"]) else {
        return;
    };
    let failed = |call: &&(String, i64, Value)| call.1 == 80 && call.2 == -2;
    let calls = numbers(&run, "sys_exit", "sh");
    assert!(calls.iter().any(|call| failed(&call)), "{calls:?}");
}

/// The table of calls and these see the same calls, with all of them selected at once.
#[test]
fn sys_enter_and_the_table_of_calls_agree() {
    let rung = std::env::var_os("TRACEHOUND_RUNG").is_some();
    if rung || !support::root() || !is_available("sys_enter") {
        return;
    }
    let command = [&support::program("sequence")[..], "100", "2"];
    let run = support::trace(
        &["-e", "sys_enter,sys_exit,rt_sigprocmask,getppid"],
        &command,
    );
    let of = |event: &str, number: i64| {
        let calls = numbers(&run, event, "sequence");
        calls.iter().filter(|call| call.1 == number).count()
    };
    let table = support::named(&run, "rt_sigprocmask").len();
    assert!(table >= 100, "{}", run.stats);
    assert_eq!((of("sys_enter", 14), of("sys_exit", 14)), (table, table));
}
