//! What a guest runs: which events are asked about, and which tests run on which rung.

use std::collections::BTreeSet;

use tracehound_schema::{Event, MadeBy, all};

/// Test binaries that run in guests, those of them that exist.
pub const BINARIES: [&str; 19] = [
    "live",
    "names",
    "process",
    "plain_call",
    "following",
    "life",
    "lists",
    CALLS,
    TABLE,
    LIBRARY,
    HOOKS,
    FILTERS,
    NARROW,
    CHANGES,
    CASES,
    CONTAINERS,
    STACKS,
    HOSTNAMES,
    ADAPTING,
];

/// The binary that tests library events, and nothing else does.
const LIBRARY: &str = "library";
/// Its tests that need no more than what is in a guest.
const LIBRARY_TESTS: &[&str] = &[
    "every_call_of_a_glibc",
    "every_call_of_a_32_bit",
    "every_call_of_a_musl",
];

/// The binary that tests system calls, whatever the call: they climb one ladder together.
const CALLS: &str = "calls";
/// Its tests, in parts of which none takes long in a guest; those of the last go through the rungs by themselves.
const PARTS_OF_CALLS: [&str; 3] = ["decoded::", "--skip decoded:: --skip rungs::", "rungs::"];
/// The rung that every kernel has, on which what goes through the rungs by itself, or needs none, runs once.
const EVERYWHERE: &str = "raw_tp";
/// The call that stands for all in the table.
pub const ONE_CALL: &str = "openat";

/// The binary that holds the table of calls to the kernel, whatever the rung: it too runs once.
const TABLE: &str = "kernel_table";

/// The binaries that test what filters leave out, in user space and in the kernel: whatever the rung too.
const FILTERS: &str = "filters";
const NARROW: &str = "narrow";

/// The binary that tests changing policies, and of it the test that hooks most.
const CHANGES: &str = "changes";
const HOOKING: &str = "what_an_unchanged_policy";

/// The binary of Tracee's cases, and of it the tests that depend on what hooks there are.
const CASES: &str = "tracee_cases";
const CASES_OF_HOOKS: &str = "paths_choose_ a_call_chooses_";

/// The binaries that test which container events are of, and their stacks.
const CONTAINERS: &str = "containers";
const STACKS: &str = "stacks";

/// The binary that tests what machines are called.
const HOSTNAMES: &str = "hostnames";

/// The loader's own tests, and of them the one that adapts all programs to the kernel.
const ADAPTING: &str = "tracehound_probes";
const ADAPTED: &str = "programs_are_adapted";

/// The binaries that run once on each kernel.
const ONCE: [&str; 9] = [
    TABLE, FILTERS, NARROW, CHANGES, CASES, CONTAINERS, STACKS, HOSTNAMES, ADAPTING,
];

/// The binary that tests events of hooks and iterators: each by the tests whose names start with the event's.
const HOOKS: &str = "hooks";
/// Their ids (docs/adding-an-event.md).
const HOOK_IDS: std::ops::Range<u16> = 123..500;

/// The rung under whose name events without one of their own are tested: once on each kernel.
const ANY_RUNG: &str = "raw_tp/sched_process_exec";

fn is_hook(event: &Event) -> bool {
    matches!(event.made_by, MadeBy::Hook | MadeBy::Snapshot) && HOOK_IDS.contains(&event.id)
}

/// Rungs of one event each: the tests that concern it. Other rungs run every test but these.
const CONCERNED: &[(&str, &[&str])] = &[
    ("signal_generate", &["signals_tell", "a_timers_signal"]),
    ("signal_deliver", &["signals_tell"]),
    ("sched_process_fork", FOLLOWING),
    ("sched_process_exec", FOLLOWING),
    ("sched_process_exit", FOLLOWING),
    ("rt_sigprocmask", &["the_plain_call"]),
];
const FOLLOWING: &[&str] = &[
    "a_command_is_followed",
    "a_command_outlives",
    "the_exit_status",
    "every_child",
    "an_exec_",
    "an_exit_",
    "a_fork_",
    "a_threads_fork",
    "a_process_that_gets",
];

/// Events that have hooks, a line each.
pub fn events() -> String {
    let hooked = all().filter(|event| !event.ladder.is_empty() && is_asked(event));
    hooked.map(|event| format!("{}\n", event.name)).collect()
}

/// Whether guests are asked about an event: one system call stands for all.
pub fn is_asked(event: &Event) -> bool {
    event.made_by != MadeBy::Syscall || event.name == ONE_CALL
}

/// Whether a binary has tests for an event.
fn concerns(binary: &str, event: &Event) -> bool {
    match event.made_by {
        _ if is_hook(event) => binary == HOOKS,
        MadeBy::Library => binary == LIBRARY,
        MadeBy::Syscall if event.name == ONE_CALL => binary == CALLS || ONCE.contains(&binary),
        MadeBy::Syscall => CONCERNED.iter().any(|row| row.0 == event.name) && is_other(binary),
        _ => is_other(binary),
    }
}

fn is_other(binary: &str) -> bool {
    ![LIBRARY, CALLS, HOOKS].contains(&binary) && !ONCE.contains(&binary)
}

/// `rung event binary arguments…`, a line per run. A rung that several events have runs their tests,
/// whichever of the events it works for; where the tests are of one, it is named.
pub fn runs(binaries: &[String]) -> String {
    let mut lines = BTreeSet::new();
    for (event, rung) in all().flat_map(|event| event.ladder.iter().map(move |rung| (event, rung)))
    {
        let concerned = CONCERNED.iter().find(|row| row.0 == event.name);
        let arguments = match concerned {
            _ if is_hook(event) => tests_of(event),
            _ if event.made_by == MadeBy::Library => LIBRARY_TESTS.join(" "),
            _ if event.name == ONE_CALL => String::new(),
            Some(row) => row.1.join(" "),
            None => others(),
        };
        let of = match event.made_by {
            MadeBy::Syscall => ONE_CALL,
            _ if is_hook(event) => event.name,
            _ => "any",
        };
        let once = |name: &str| !ONCE.contains(&name) || *rung == EVERYWHERE;
        for binary in binaries
            .iter()
            .filter(|name| concerns(name, event) && once(name))
        {
            let parts = match binary.as_str() {
                CALLS if *rung == EVERYWHERE => &PARTS_OF_CALLS[..],
                CALLS => &PARTS_OF_CALLS[..2],
                CHANGES => &[HOOKING],
                CASES => &[CASES_OF_HOOKS],
                ADAPTING => &[ADAPTED],
                _ => &[arguments.as_str()],
            };
            lines.extend(
                parts
                    .iter()
                    .map(|part| format!("{rung} {of} {binary} {part}\n")),
            );
        }
    }
    if binaries.iter().any(|name| name == HOOKS) {
        let own = all().filter(|event| is_hook(event) && event.ladder.is_empty());
        lines.extend(own.map(|event| format!("{ANY_RUNG} any {HOOKS} ::{}_\n", event.name)));
    }
    lines.into_iter().collect()
}

/// Arguments that choose a hook event's tests, and not those of events with longer names.
fn tests_of(event: &Event) -> String {
    let start = format!("{}_", event.name);
    let longer = all().filter(|other| is_hook(other) && other.name.starts_with(&start));
    let skip = longer.map(|other| format!(" --skip ::{}_", other.name));
    format!("::{start}{}", skip.collect::<String>())
}

/// Arguments that leave out the tests of events with rungs of their own.
fn others() -> String {
    let own: BTreeSet<&str> = CONCERNED.iter().flat_map(|row| row.1).copied().collect();
    let skip = own.into_iter().map(|test| format!("--skip {test}"));
    skip.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rung_of_every_hooked_event_has_a_run() {
        let runs = runs(&["live", CALLS, LIBRARY, HOOKS].map(str::to_owned));
        for event in all().filter(|event| is_asked(event)) {
            let binary = match event.made_by {
                MadeBy::Library => LIBRARY,
                MadeBy::Syscall => CALLS,
                _ if is_hook(event) => HOOKS,
                _ => "live",
            };
            for rung in event.ladder {
                let any = format!("{rung} any {binary} ");
                let own = format!("{rung} {} {binary} ", event.name);
                let has = |start: &String| runs.lines().any(|run| run.starts_with(start));
                assert!(has(&any) || has(&own), "{rung}");
            }
        }
    }

    #[test]
    fn a_rung_of_several_hook_events_runs_the_tests_of_each() {
        let runs = runs(&[HOOKS.to_owned()]);
        for event in ["security_file_open", "security_socket_connect"] {
            let line = format!("raw_tp/sys_exit {event} hooks ::{event}_\n");
            assert!(runs.contains(&line), "{runs}");
        }
    }

    #[test]
    fn tests_of_an_event_with_a_longer_name_are_not_its_own() {
        let event = tracehound_schema::by_name("security_bpf").unwrap();
        assert_eq!(
            tests_of(event),
            "::security_bpf_ --skip ::security_bpf_map_ --skip ::security_bpf_prog_"
        );
    }

    #[test]
    fn calls_run_in_parts_on_each_rung() {
        let runs = runs(&[CALLS.to_owned()]);
        let on = |rung: &str| runs.lines().filter(|run| run.starts_with(rung)).count();
        assert_eq!((on("raw_tp "), on("tp_btf ")), (3, 2), "{runs}");
    }

    #[test]
    fn the_table_is_held_to_the_kernel_once() {
        let runs = runs(&[TABLE.to_owned()]);
        assert_eq!(runs, format!("{EVERYWHERE} {ONE_CALL} {TABLE} \n"));
    }

    #[test]
    fn tests_of_one_event_run_on_its_own_rungs_only() {
        let runs = runs(&["process".to_owned()]);
        assert!(runs.contains("raw_tp/signal_deliver any process signals_tell\n"));
        assert!(runs.contains(&format!("tp_btf {ONE_CALL} process the_plain_call\n")));
        let line = runs
            .lines()
            .find(|run| run.starts_with("fentry+fexit any process"));
        assert!(line.is_some_and(|line| line.contains("--skip signals_tell")));
    }
}
