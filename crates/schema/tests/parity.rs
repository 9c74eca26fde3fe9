//! Names, fields and sets of system call events against those of Tracee, whose policies are to work
//! unchanged. `parity.txt` has one event a line, `name: sets: fields`, as its releases list them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use tracehound_schema::{Event, by_name};

const TRACEE: &str = include_str!("parity.txt");
/// The same of what are no system calls; not all of them are here yet.
const HOOKS: &str = include_str!("parity_hooks.txt");

/// Hook events that do not have all of Tracee's fields or sets yet.
const UNFINISHED: &[&str] = &[];

/// Where Tracee is wrong: the event, what is right, and why.
const FIELDS: &[(&str, &[&str], &str)] = &[
    ("clock_adjtime64", &["clk_id", "buf"], "lists no argument"),
    (
        "eventfd",
        &["initval"],
        "eventfd(2) of the kernel takes no flags; eventfd2 does",
    ),
    (
        "sigsuspend",
        &["unused1", "unused2", "mask"],
        "the mask is the third argument, by value",
    ),
    (
        "signalfd",
        &["fd", "mask", "sizemask"],
        "the third argument is a size; signalfd4 has flags",
    ),
    (
        "sysfs",
        &["option", "arg1", "arg2"],
        "two of the three options take further arguments",
    ),
    (
        "fchmodat",
        &["dirfd", "pathname", "mode"],
        "the kernel's takes no flags; fchmodat2 does",
    ),
    (
        "faccessat",
        &["dirfd", "pathname", "mode"],
        "the kernel's takes no flags; faccessat2 does",
    ),
    (
        "membarrier",
        &["cmd", "flags", "cpu_id"],
        "the third argument counts since Linux 5.10",
    ),
    (
        "io_uring_enter",
        &["fd", "to_submit", "min_complete", "flags", "sig", "argsz"],
        "the size of the argument is one of its own",
    ),
    (
        "close_range",
        &["first", "last", "flags"],
        "the flags tell whether anything is closed",
    ),
    (
        "epoll_pwait2",
        &[
            "fd",
            "events",
            "maxevents",
            "timeout",
            "sigset",
            "sigsetsize",
        ],
        "the size of the set is an argument, as it is of epoll_pwait",
    ),
    (
        "bpf",
        &["cmd", "attr", "size", "attr_common", "size_common"],
        "two more arguments count since Linux 7.3, where the command says so",
    ),
    ("oldfstat", &["fd", "statbuf"], "lists no argument"),
    (
        "io_pgetevents_time32",
        &["ctx_id", "min_nr", "nr", "events", "timeout", "usig"],
        "lists no argument",
    ),
    (
        "security_inode_rename",
        &["old_path", "new_path", "flags"],
        "without flags two files that change places look like one that is renamed",
    ),
    (
        "sched_process_exec",
        SCHED_PROCESS_EXEC,
        "tells where the file is, and which thread of the process it was",
    ),
    (
        "sched_process_exit",
        &[
            "exit_code",
            "signal_code",
            "process_group_exit",
            "core_dumped",
        ],
        "tells core dumps",
    ),
    (
        "switch_task_ns",
        &[
            "pid",
            "new_mnt",
            "new_pid",
            "new_uts",
            "new_ipc",
            "new_net",
            "new_cgroup",
            "new_time",
        ],
        "time namespaces are switched too",
    ),
    (
        "symbols_loaded",
        &["library_path", "symbols", "sha256", "why"],
        "what could not be looked at is told, with the reason",
    ),
    (
        "symbols_collision",
        &["loaded_path", "collision_path", "symbols", "why"],
        "what could not be looked at is told, with the reason",
    ),
    (
        "sigprocmask",
        SIGPROCMASK,
        "the event covers every way in, and tells the masks",
    ),
];

/// The fields of an exec, with those of ours.
const SCHED_PROCESS_EXEC: &[&str] = &[
    "cmdpath",
    "pathname",
    "dev",
    "inode",
    "ctime",
    "inode_mode",
    "interpreter_pathname",
    "interpreter_dev",
    "interpreter_inode",
    "interpreter_ctime",
    "argv",
    "interp",
    "stdin_type",
    "stdin_path",
    "invoked_from_kernel",
    "prev_comm",
    "env",
    "pwd",
    "source",
    "old_tid",
    "login_uid",
    "session",
    "tty",
    "user_ns",
];

/// The fields of our own sigprocmask event.
const SIGPROCMASK: &[&str] = &[
    "how",
    "set",
    "oldset",
    "sigsetsize",
    "blocked_before",
    "blocked_after",
    "added",
    "removed",
    "set_user",
];

/// Events in more sets than Tracee has them: the event, the sets that are added, and why.
const MORE_SETS: &[(&str, &[&str], &str)] = &[
    (
        "sched_process_fork",
        &["proc_life"],
        "a process's life begins by it",
    ),
    ("sigprocmask", &["signals"], "the event covers every way in"),
];

struct Line {
    name: &'static str,
    sets: BTreeSet<&'static str>,
    fields: Vec<&'static str>,
}

fn lines() -> Vec<Line> {
    read(TRACEE)
}

fn read(text: &'static str) -> Vec<Line> {
    let line = |line: &'static str| {
        let mut parts = line.split(':');
        Line {
            name: parts.next().unwrap(),
            sets: parts.next().unwrap().split_whitespace().collect(),
            fields: parts.next().unwrap().split_whitespace().collect(),
        }
    };
    text.lines().map(line).collect()
}

fn fields(event: &Event) -> Vec<&'static str> {
    event.fields.iter().map(|field| field.name).collect()
}

/// What is not as Tracee has it, but for what is known.
fn differences(line: &Line, event: &Event) -> Vec<String> {
    let mut differences = Vec::new();
    let known = FIELDS.iter().find(|row| row.0 == line.name);
    let wanted = known.map_or(line.fields.clone(), |row| row.1.to_vec());
    if fields(event) != wanted {
        differences.push(format!(
            "{}: {:?}, not {wanted:?}",
            line.name,
            fields(event)
        ));
    }
    let mut sets = line.sets.clone();
    let more = MORE_SETS.iter().find(|row| row.0 == line.name);
    sets.extend(more.map_or(&[][..], |row| row.1));
    let own: BTreeSet<_> = event.sets.iter().copied().collect();
    if own != sets {
        differences.push(format!("{}: in {own:?}, not {sets:?}", line.name));
    }
    differences
}

#[test]
fn events_have_tracees_names_fields_and_sets() {
    let mut wrong = Vec::new();
    let mut missing = Vec::new();
    for line in lines() {
        match by_name(line.name) {
            Some(event) => wrong.extend(differences(&line, event)),
            None => missing.push(line.name),
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn hook_events_have_tracees_names_fields_and_sets() {
    let mut wrong = Vec::new();
    for line in read(HOOKS) {
        let event = by_name(line.name).filter(|_| !UNFINISHED.contains(&line.name));
        wrong.extend(event.map_or(Vec::new(), |event| differences(&line, event)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_unfinished_is_so() {
    let lines = read(HOOKS);
    for name in UNFINISHED {
        let line = lines.iter().find(|line| line.name == *name).unwrap();
        let event = by_name(name).unwrap();
        assert!(!differences(line, event).is_empty(), "{name} is finished");
    }
}

#[test]
fn the_table_is_whole() {
    let names: BTreeSet<_> = lines().iter().map(|line| line.name).collect();
    assert_eq!(names.len(), 446);
}

#[test]
fn known_differences_are_such() {
    let lines = lines().into_iter().chain(read(HOOKS));
    let lines: BTreeMap<_, _> = lines.map(|line| (line.name, line)).collect();
    for (name, fields, why) in FIELDS {
        assert_ne!(&lines[name].fields[..], *fields, "{name}: {why}");
    }
    for (name, sets, why) in MORE_SETS {
        let known = sets.iter().any(|set| lines[name].sets.contains(set));
        assert!(!known, "{name}: {why}");
    }
}
