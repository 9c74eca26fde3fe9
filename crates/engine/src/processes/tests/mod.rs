//! Processes by records of their lives.

mod ancestors;
mod bounds;
mod facts;
mod healing;

use std::collections::HashMap;
use std::sync::LazyLock;

use tracehound_schema::record::{Builder, Header, Record};
use tracehound_schema::{self as schema, Event, by_name};

use super::{Identity, Process, Processes};

/// A value of a field.
#[derive(Clone, Copy)]
enum Value<'v> {
    Number(u64),
    Text(&'v [u8]),
}

use Value::{Number, Text};

fn start_of(pid: u32) -> u64 {
    u64::from(pid) * 10
}

fn header(pid: u32) -> Header {
    Header {
        host_pid: pid,
        host_tid: pid,
        pid,
        tid: pid,
        leader_start: start_of(pid),
        start: start_of(pid),
        ..Header::default()
    }
}

fn child_of(parent: u32, pid: u32) -> Header {
    Header {
        host_ppid: parent,
        parent_start: start_of(parent),
        ..header(pid)
    }
}

fn named(header: Header, name: &str) -> Header {
    let mut comm = [0; 16];
    comm[..name.len()].copy_from_slice(name.as_bytes());
    Header { comm, ..header }
}

fn process(all: &Processes, pid: u32) -> &Process {
    let identity = Identity::new(pid, start_of(pid)).unwrap();
    all.get(identity).unwrap()
}

/// Feeds a record of an event with some of its fields; texts that are not given are not there.
fn feed(all: &mut Processes, name: &str, header: Header, fields: &[(&str, Value<'_>)]) {
    static EVENTS: LazyLock<HashMap<&str, &Event>> =
        LazyLock::new(|| schema::all().map(|event| (event.name, event)).collect());
    let event = EVENTS[name];
    let mut builder = Builder::new(event.id, event.fields.len(), header);
    for (index, field) in event.fields.iter().enumerate() {
        let given = fields.iter().find(|given| given.0 == field.name);
        builder = match given {
            Some((_, Number(number))) => builder.slot(index, *number),
            Some((_, Text(text))) => builder.tail(index, text),
            None if field.kind.has_tail() => builder.unread(index),
            None => builder,
        };
    }
    let bytes = builder.build();
    let record = Record::split(&bytes).unwrap().0;
    all.observe(&record.header);
    all.learn(event, &record);
    all.forget(event, &record);
}

fn fork(all: &mut Processes, parent: u32, child: u32) {
    fork_by(all, header(parent), child);
}

fn fork_by(all: &mut Processes, parent: Header, child: u32) {
    let fields = [
        ("child_tid", Number(child.into())),
        ("child_pid", Number(child.into())),
        ("child_ns_pid", Number(child.into())),
        ("leader_start_time", Number(start_of(child))),
        ("parent_process_pid", Number(parent.host_pid.into())),
        ("parent_process_start_time", Number(parent.leader_start)),
    ];
    feed(all, "sched_process_fork", parent, &fields);
}

fn exec(all: &mut Processes, header: Header, path: &[u8], argv: &[u8]) {
    let fields = [("pathname", Text(path)), ("argv", Text(argv))];
    feed(all, "sched_process_exec", header, &fields);
}

fn exit(all: &mut Processes, pid: u32, whole: u64) {
    let fields = [("process_group_exit", Number(whole))];
    feed(all, "sched_process_exit", header(pid), &fields);
}

fn existing(all: &mut Processes, pid: u32, parent: u32) {
    let own = if parent == 0 {
        header(pid)
    } else {
        child_of(parent, pid)
    };
    let fields = [("pathname", Text(b"sh\0bin\0")), ("threads", Number(1))];
    feed(all, "existing_process", own, &fields);
}
