//! The same asked on the command line: some of the cases, since what is read there means what it means
//! in a policy.

use serde_json::Value;

use crate::case::{Place, namespace};
use crate::support::{Run, root};

/// A run in which everything that is seen bears a name.
fn only(run: &Run, comm: &str) {
    let other = |event: &&Value| event["process"]["comm"] != comm;
    let others: Vec<_> = run.events.iter().filter(other).collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(!run.events.is_empty(), "nothing was seen");
}

#[test]
fn scopes_are_written_as_in_policies() {
    if !root() {
        return;
    }
    let place = Place::new("flags");
    let [mntns, pidns] = ["mnt", "pid"].map(namespace);
    let ping = place.command("ping");
    let script = format!("ls; {ping}");
    let command = ["sh", "-c", &script];
    let here = [format!("mntns={mntns}"), format!("pidns={pidns}")];
    let run = place.trace(
        &[
            "-s",
            "comm=ping",
            "-s",
            &here[0],
            "-s",
            &here[1],
            "-e",
            "sched_process_exec,sched_process_exit",
        ],
        &command,
    );
    only(&run, "ping");
    assert_eq!(run.events.len(), 2, "{}", run.text);
    let run = place.trace(
        &["-s", "uid=0", "-s", "comm=ls", "-e", "tag=default,fs"],
        &command,
    );
    only(&run, "ls");
    let run = place.trace(&["-s", "uid>0", "-s", "comm=ls", "-e", "tag=fs"], &command);
    assert!(run.events.is_empty(), "{}", run.text);
    let run = place.trace(
        &[
            "-s",
            "comm=ping",
            "-s",
            "comm=pong",
            "-e",
            "sched_process_exec",
        ],
        &command,
    );
    only(&run, "ping");
}

#[test]
fn filters_are_written_as_in_policies() {
    if !root() {
        return;
    }
    let place = Place::new("filters");
    let [one, two] = ["fakeprog1", "fakeprog2"].map(|name| place.command(name));
    let script = format!("{one} 257; {two} 257; ls");
    let command = ["sh", "-c", &script];
    let run = place.trace(
        &[
            "-s",
            "comm=fakeprog1",
            "-e",
            "openat.retval<0",
            "-e",
            "openat.data.flags=0",
        ],
        &command,
    );
    only(&run, "fakeprog1");
    assert_eq!(run.events.len(), 1, "{}", run.text);
    let run = place.trace(
        &[
            "-e",
            "execve.data.pathname=*ls",
            "-e",
            "openat.scope.processName=fakeprog2",
            "-e",
            "openat.retval=-14",
        ],
        &command,
    );
    let told = |name: &str| {
        run.events
            .iter()
            .filter(|event| event["event"] == name)
            .count()
    };
    assert!(told("execve") > 0 && told("openat") == 1, "{}", run.text);
    assert_eq!(
        told("execve") + told("openat"),
        run.events.len(),
        "{}",
        run.text
    );
}
