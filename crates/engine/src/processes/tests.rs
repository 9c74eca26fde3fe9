//! Ancestors by records of life cycles.

use tracehound_schema::record::Builder;

use super::*;

fn header(pid: u32) -> Header {
    Header {
        host_pid: pid,
        host_tid: pid,
        leader_start: u64::from(pid) * 10,
        start: u64::from(pid) * 10,
        ..Header::default()
    }
}

/// Feeds a record of an event with numbers in some of its fields.
fn feed(all: &mut Processes, name: &str, header: Header, fields: &[(&str, u64)]) {
    let event = by_name(name).unwrap();
    let mut builder = Builder::new(event.id, event.fields.len(), header);
    for (field, number) in fields {
        builder = builder.slot(event.field_index(field).unwrap(), *number);
    }
    let bytes = builder.build();
    let record = Record::split(&bytes).unwrap().0;
    all.learn(event, &record);
    all.forget(event, &record);
}

fn fork(all: &mut Processes, parent: u32, child: u32) {
    let (pid, start) = (u64::from(child), u64::from(child) * 10);
    let fields = [
        ("child_tid", pid),
        ("child_pid", pid),
        ("leader_start_time", start),
    ];
    feed(all, "sched_process_fork", header(parent), &fields);
}

fn exit(all: &mut Processes, pid: u32, whole: u64) {
    feed(
        all,
        "sched_process_exit",
        header(pid),
        &[("process_group_exit", whole)],
    );
}

fn existing(all: &mut Processes, pid: u32, parent: u32) {
    let own = Header {
        host_ppid: parent,
        parent_start: u64::from(parent) * 10,
        ..header(pid)
    };
    feed(all, "existing_process", own, &[]);
}

fn ancestors(all: &Processes, header: &Header) -> (Vec<u32>, bool) {
    let mut pids = Vec::new();
    let whole = all.ancestors(header, |identity, _| {
        pids.push(identity.pid);
        false
    });
    (pids, whole)
}

#[test]
fn ancestors_are_known_also_when_they_have_ended() {
    let mut all = Processes::default();
    // The parent comes behind its child where ids have started anew.
    existing(&mut all, 5, 9);
    existing(&mut all, 9, 1);
    existing(&mut all, 1, 0);
    fork(&mut all, 5, 20);
    fork(&mut all, 20, 21);
    exit(&mut all, 20, 0);
    exit(&mut all, 20, 1);
    assert_eq!(ancestors(&all, &header(21)), (vec![20, 5, 9, 1], true));
    exit(&mut all, 21, 1);
    assert_eq!(all.known.len(), 3);
    assert_eq!(all.children.len(), 2);
}

#[test]
fn a_thread_is_no_child() {
    let mut all = Processes::default();
    existing(&mut all, 5, 0);
    let fields = [
        ("child_tid", 6),
        ("child_pid", 5),
        ("leader_start_time", 50),
    ];
    feed(&mut all, "sched_process_fork", header(5), &fields);
    assert_eq!((all.known.len(), all.children.len()), (1, 0));
}

#[test]
fn an_id_that_is_used_again_is_another_process() {
    let mut all = Processes::default();
    existing(&mut all, 1, 0);
    fork(&mut all, 1, 20);
    let later = Header {
        leader_start: 999,
        host_ppid: 7,
        ..header(20)
    };
    // Nobody saw its fork: the parent that it has now is told, and that this is not all.
    assert_eq!(ancestors(&all, &later), (vec![7], false));
    assert_eq!(ancestors(&all, &header(20)), (vec![1], true));
}

#[test]
fn above_a_command_what_runs_is_known_by_its_start() {
    let mut all = Processes::default();
    let running = |pid, start, parent| Running {
        pid,
        start,
        parent,
        comm: b"sh".to_vec(),
        exe: None,
    };
    all.runs(running(1, 0, None));
    all.runs(running(8, 3, Some((1, 0))));
    let own = Header {
        host_ppid: 8,
        parent_start: 3 * TICK + 7,
        ..header(20)
    };
    feed(&mut all, "existing_process", own, &[]);
    assert_eq!(ancestors(&all, &own), (vec![8, 1], true));
    let reused = Header {
        parent_start: 4 * TICK,
        ..header(21)
    };
    let reused = Header {
        host_ppid: 8,
        ..reused
    };
    feed(&mut all, "existing_process", reused, &[]);
    assert_eq!(ancestors(&all, &reused), (vec![8], false));
}

#[test]
fn no_more_are_kept_than_there_is_room_for() {
    let mut all = Processes::default();
    for child in 1_000_000..1_070_000 {
        fork(&mut all, 1, child);
    }
    assert_eq!(all.known.len(), MAX);
    for child in 1_000_000..1_070_000 {
        exit(&mut all, child, 1);
    }
    assert_eq!((all.known.len(), all.children.len()), (0, 0));
    for pid in 1..1000 {
        fork(&mut all, pid, pid + 1);
        exit(&mut all, pid, 1);
    }
    let (pids, whole) = ancestors(&all, &header(1000));
    assert_eq!((pids.len(), whole), (DEEP, false));
}
