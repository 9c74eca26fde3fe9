//! Where the calls of a command begin.

use crate::support::{root, trace};

/// Calls that the tracer's child makes before it executes the command, and what the command makes.
const EVENTS: &str =
    "execve,read,write,close,openat,dup2,dup3,prctl,rt_sigprocmask,rt_sigaction,fcntl,kill,getppid";

/// What the tracer does to hold the command back is not the command's.
#[test]
fn the_first_call_of_a_command_is_the_one_that_executes_it() {
    if !root() {
        return;
    }
    let run = trace(&["-e", EVENTS], &["cat", "/proc/version"]);
    let calls = run.events.iter().filter(|event| event.get("ret").is_some());
    let names: Vec<_> = calls
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(names.first(), Some(&"execve"), "{names:?}\n{}", run.stats);
    assert!(!names[1..].contains(&"execve"), "{names:?}");
    assert!(names.contains(&"read"), "{names:?}");
}
