//! The JSON Schema of an event's lines.

use serde_json::{Map, Value, json};
use tracehound_engine::redact::Holds;
use tracehound_schema::syscalls::Syscall;
use tracehound_schema::{Abi, Event, Field, Kind};

use super::content::joined;
use super::forms::{hex, kind, object, signed, text, time, unsigned};
use super::{argument, stack, who};

/// The JSON Schema (2020-12) of the event's lines.
pub fn json_schema(event: &Event) -> String {
    let mut required = vec!["time", "event", "schema", "cpu", "args"];
    if event.has_ret && event.call.is_none() {
        required.push("ret");
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event.name,
        "description": event.summary(),
        "type": "object",
        "properties": properties(event),
        "required": required,
        "additionalProperties": false,
    });
    if event.call.is_some() && event.has_ret {
        schema["oneOf"] = json!([{"required": ["ret"]}, {"required": ["unfinished"]}]);
    }
    format!("{schema:#}\n")
}

/// What each key of a line says; what is not known of a record is left out of its line.
const MEANINGS: [(&str, &str); 39] = [
    ("time", "When the record was made, UTC, to the nanosecond."),
    ("event", "The event."),
    ("schema", "Version of this form."),
    (
        "process",
        "The thread and its process: ids in its own namespace and in the host's, real user and group, \
         name, program, start and identity (boot, start time, thread id).",
    ),
    ("parent", "The parent process, by its identity."),
    (
        "ancestors",
        "Who created the process, and who created that one, the nearest first, whether they have ended or \
         not; with --with ancestors.",
    ),
    (
        "ancestors_cut",
        "There are others above the last of them, or between it and the process.",
    ),
    (
        "container",
        "The container that the process is in: its id (or its name, where the engine gives it no id), what \
         the engine calls it and its image, and the engine, where the cgroup's name says it.",
    ),
    ("k8s", "The pod that the container is of."),
    ("cpu", "The CPU that made the record."),
    (
        "cgroup",
        "Id of the thread's cgroup, in the hierarchy that containers are in: version 2, or a controller's of version 1.",
    ),
    ("abi", "The convention of the system call."),
    ("syscall", "The system call that was under way."),
    ("args", "The event's own values, those that could be read."),
    (
        "after",
        "What the call left in memory that it had read before, as args are.",
    ),
    (
        "files",
        "What the descriptors among the arguments, and those returned (ret) or left in memory, stood for.",
    ),
    ("ret", "What the call returned."),
    ("error", "Name of the error that a negative ret stands for."),
    (
        "duration_ns",
        "How long the call took, where its beginning was recorded.",
    ),
    (
        "unfinished",
        "The call's end was not seen: the thread or the run ended during it, or the record was lost.",
    ),
    (
        "in_interrupt",
        "The record was made in an interrupt: process is whoever was interrupted.",
    ),
    (
        "via",
        "io_uring: by one of its threads, or while the thread was in io_uring_enter(2).",
    ),
    (
        "policies",
        "The policies that chose the event, where any are in use.",
    ),
    (
        "caller",
        "The first frame outside of the C library, or the first of all; with --with caller.",
    ),
    (
        "stack",
        "The process's stack, the innermost frame first; with --with stack.",
    ),
    ("stack_cut", "It has more frames than are told."),
    (
        "stack_lost",
        "It ends where the frame pointer leads nowhere: code is built without them, or uses them otherwise.",
    ),
    (
        "kernel_stack_unread",
        "The kernel's stack could not be read.",
    ),
    (
        "kernel_stack",
        "The kernel's stack, the innermost frame first; with --with kernel-stack.",
    ),
    ("kernel_stack_cut", "It has more frames than are told."),
    ("unread", "Values that could not be read."),
    ("unread_at", "The addresses where they would have been."),
    ("cut", "Values that were longer than what is kept."),
    (
        "redacted",
        "Lists of which something is not told, on purpose: secrets, of which a mark stands in the place, or \
         variables that nobody asked for (--env, --redact).",
    ),
    (
        "env_left_out",
        "How many variables of the environment are not among those told.",
    ),
    (
        "late",
        "Values read when the call ended, since they could not be when it began.",
    ),
    (
        "unwritten",
        "Values that the call would have written, had it succeeded.",
    ),
    (
        "raw",
        "Texts that are not UTF-8, their odd bytes written as \\xNN.",
    ),
    (
        "mismatch",
        "Values of user memory that contradict the kernel, with both.",
    ),
];

/// The keys of the event's lines, in their order.
pub fn keys(event: &Event) -> Vec<String> {
    properties(event).keys().cloned().collect()
}

fn shown(event: &Event) -> impl Iterator<Item = &Field> {
    event.fields.iter().filter(|field| !field.from.hidden)
}

fn properties(event: &Event) -> Map<String, Value> {
    let abis: Vec<_> = Abi::ALL.iter().map(|abi| abi.name()).collect();
    let number = json!({"type": "integer", "minimum": 0});
    let mut rows = vec![
        ("time", time()),
        ("event", json!({"const": event.name})),
        ("schema", json!({"const": 1})),
        ("process", who::process()),
        ("parent", who::parent()),
        (
            "ancestors",
            json!({"type": "array", "items": who::ancestor()}),
        ),
        ("ancestors_cut", json!({"const": true})),
        ("container", who::container()),
        ("k8s", who::pod()),
        ("cpu", number),
        ("cgroup", unsigned()),
        ("abi", json!({"enum": abis})),
        ("syscall", json!({"type": "string"})),
        ("args", args(event)),
    ];
    if let Some(call) = event.call {
        rows.extend(of_a_call(call));
    }
    if event.has_ret {
        rows.push(("ret", event.call.map_or_else(signed, argument::result)));
        rows.push((
            "error",
            json!({"type": "string", "pattern": "^E[A-Z0-9_]+$"}),
        ));
    }
    if event.call.is_some() {
        rows.push(("duration_ns", unsigned()));
        rows.push(("unfinished", json!({"const": true})));
    }
    rows.push(("in_interrupt", json!({"const": true})));
    rows.push(("via", json!({"const": "io_uring"})));
    rows.extend(states(event));
    let described = |(key, mut value): (&str, Value)| {
        let row = MEANINGS.iter().find(|row| row.0 == key);
        value["description"] = json!(row.map_or("", |row| row.1));
        (key.to_owned(), value)
    };
    rows.into_iter().map(described).collect()
}

/// What calls have besides their arguments.
fn of_a_call(call: &Syscall) -> Vec<(&'static str, Value)> {
    let args = argument::all(call);
    let mut names: Vec<_> = args.keys().cloned().collect();
    names.push("ret".to_owned());
    for arg in call.args {
        let count = arg.kind.left_descriptors().unwrap_or(0);
        names.extend((0..count).map(|place| format!("{}.{place}", arg.name)));
    }
    let overwritten: Vec<_> = call
        .args
        .iter()
        .chain(call.args32.unwrap_or_default())
        .filter(|arg| argument::overwrites(&arg.kind))
        .map(|arg| arg.name)
        .collect();
    let mut rows = Vec::new();
    if !overwritten.is_empty() {
        let mut after = args.clone();
        after.retain(|name, _| overwritten.contains(&name.as_str()));
        rows.push((
            "after",
            json!({"type": "object", "properties": after, "additionalProperties": false}),
        ));
    }
    rows.push((
        "files",
        json!({"type": "object", "propertyNames": {"enum": names},
            "additionalProperties": argument::file()}),
    ));
    rows
}

/// Names of values within the arguments of a call, by the way to them.
fn paths(event: &Event, call: &Syscall) -> Vec<(&'static str, Value)> {
    let args = argument::all(call);
    let names: Vec<_> = args.keys().map(String::as_str).collect();
    let path = format!(r"^(after\.)?({})(\.[A-Za-z0-9_]+)*$", names.join("|"));
    let list = |items: Value| json!({"type": "array", "items": items, "minItems": 1});
    let raw = path.replacen(
        '^',
        r"^(comm|exe|process\.user|process\.group|ancestors|stack)$|^",
        1,
    );
    let mut states = vec![(
        "policies",
        list(json!({"type": "string", "pattern": "^[a-z0-9-]{1,63}$"})),
    )];
    states.extend(stack::keys());
    states.extend([
        ("unread", list(text(&path))),
        (
            "unread_at",
            json!({"type": "object", "propertyNames": text(&path), "additionalProperties": hex()}),
        ),
        ("cut", list(text(&path))),
    ]);
    let lists = call.args.iter().map(|arg| arg.name).filter(is_list);
    let lists: Vec<_> = lists.collect();
    if !lists.is_empty() {
        states.push(("redacted", list(json!({"enum": lists}))));
    }
    states.push(("late", list(text(&path))));
    if event.has_ret {
        states.push(("unwritten", list(text(&path))));
    }
    states.extend(left_out(&lists));
    states.push(("raw", list(text(&raw))));
    states
}

/// Whether what is called so holds arguments or an environment.
fn is_list(name: &&str) -> bool {
    Holds::of(name).is_some()
}

/// That variables are not told, where one of the lists has them.
fn left_out(lists: &[&str]) -> Option<(&'static str, Value)> {
    let environment = Some(Holds::Environment);
    let has = lists.iter().any(|name| Holds::of(name) == environment);
    has.then(|| ("env_left_out", json!({"type": "integer", "minimum": 1})))
}

/// The keys that say what is not simply there.
fn states(event: &Event) -> Vec<(&'static str, Value)> {
    if let Some(call) = event.call {
        return paths(event, call);
    }
    let names: Vec<_> = shown(event).map(|field| field.name).collect();
    let list = |names: &[&str]| json!({"type": "array", "items": {"enum": names}, "minItems": 1, "uniqueItems": true});
    let addresses: Map<_, _> = names
        .iter()
        .map(|name| ((*name).to_owned(), hex()))
        .collect();
    let own = [
        "comm",
        "exe",
        "process.hostname",
        "process.user",
        "process.group",
        "ancestors",
        "stack",
    ];
    let raw: Vec<_> = own.into_iter().chain(names.iter().copied()).collect();
    let mut states = vec![(
        "policies",
        json!({"type": "array", "minItems": 1,
                "items": {"type": "string", "pattern": "^[a-z0-9-]{1,63}$"}}),
    )];
    states.extend(stack::keys());
    states.extend([
        ("unread", list(&names)),
        (
            "unread_at",
            json!({"type": "object", "properties": addresses, "additionalProperties": false}),
        ),
        ("cut", list(&names)),
    ]);
    let lists: Vec<_> = names.iter().copied().filter(is_list).collect();
    if !lists.is_empty() {
        states.push(("redacted", list(&lists)));
    }
    states.push(("late", list(&names)));
    states.extend(left_out(&lists));
    states.push(("raw", list(&raw)));
    if !event.checks.is_empty() {
        let set = kind(&Kind::SigSet);
        let both = object(
            &[("user", set.clone()), ("kernel", set)],
            &["user", "kernel"],
        );
        states.push((
            "mismatch",
            json!({"type": "object", "propertyNames": {"enum": names},
            "additionalProperties": both}),
        ));
    }
    states
}

fn args(event: &Event) -> Value {
    if let Some(call) = event.call {
        let args = argument::all(call);
        return json!({"type": "object", "properties": args, "additionalProperties": false});
    }
    let args: Map<_, _> = shown(event)
        .map(|field| {
            let mut schema = kind(&field.kind);
            schema["description"] = json!(joined(field.doc));
            (field.name.to_owned(), schema)
        })
        .collect();
    json!({"type": "object", "properties": args, "additionalProperties": false})
}
