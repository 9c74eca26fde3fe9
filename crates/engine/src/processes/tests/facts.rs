//! What is known of one process.

use super::*;
use crate::processes::{End, name_of};

fn exe(process: &Process) -> Option<&[u8]> {
    process.program.exe.as_ref()?.as_deref()
}

fn argv(process: &Process) -> Option<(&[u8], bool)> {
    let argv = process.program.argv.as_ref()?;
    Some((&argv.text, argv.cut))
}

#[test]
fn an_exec_gives_program_arguments_and_name() {
    let mut all = Processes::default();
    fork_by(&mut all, named(header(5), "sh"), 20);
    assert_eq!(name_of(&process(&all, 20).comm.unwrap()), b"sh");
    let own = named(child_of(5, 20), "ls");
    exec(&mut all, own, b"ls\0bin\0", b"ls\0-l\0");
    let known = process(&all, 20);
    assert_eq!(exe(known), Some(&b"/bin/ls"[..]));
    assert_eq!(argv(known), Some((&b"ls\0-l\0"[..], false)));
    assert_eq!(name_of(&known.comm.unwrap()), b"ls");
    fork(&mut all, 20, 21);
    assert_eq!(process(&all, 21).program, process(&all, 20).program);
    // What could not be read must not pass for what was there before.
    feed(&mut all, "sched_process_exec", own, &[]);
    assert_eq!(process(&all, 20).program, Default::default());
    assert_eq!(exe(process(&all, 21)), Some(&b"/bin/ls"[..]));
}

/// A thread that executes a program takes over the id and the start of the first thread, which ends.
#[test]
fn an_exec_of_another_thread_is_of_the_same_process() {
    let mut all = Processes::default();
    fork(&mut all, 5, 20);
    let old = [("process_group_exit", Number(0))];
    feed(&mut all, "sched_process_exit", header(20), &old);
    let fields = [("pathname", Text(b"x\0")), ("old_tid", Number(23))];
    feed(&mut all, "sched_process_exec", header(20), &fields);
    let known = process(&all, 20);
    assert_eq!((exe(known), known.end), (Some(&b"/x"[..]), None));
    assert_eq!(known.creator, Identity::new(5, 50));
    assert_eq!(all.iter().count(), 1);
}

#[test]
fn the_end_tells_when_and_how() {
    let mut all = Processes::default();
    fork(&mut all, 5, 20);
    let last = Header {
        time: 777,
        ..header(20)
    };
    let fields = [
        ("process_group_exit", Number(1)),
        ("exit_code", Number(3)),
        ("signal_code", Number(9)),
    ];
    feed(&mut all, "sched_process_exit", last, &fields);
    let (time, code, signal) = (Some(777), 3, 9);
    assert_eq!(process(&all, 20).end, Some(End { time, code, signal }));
}

#[test]
fn headers_tell_users_groups_and_names() {
    let mut all = Processes::default();
    fork(&mut all, 5, 20);
    let now = Header {
        uid: 7,
        gid: 8,
        mnt_ns: 9,
        pid: 2,
        ..named(child_of(5, 20), "new")
    };
    let before = all.version();
    all.observe(&now);
    assert_ne!(all.version(), before);
    let seen = process(&all, 20).seen;
    assert_eq!((seen.uid, seen.gid, seen.mnt_ns, seen.pid), (7, 8, 9, 2));
    assert_eq!(name_of(&process(&all, 20).comm.unwrap()), b"new");
    // Of another thread the name is its own, and one that ends has no namespaces.
    all.observe(&Header {
        host_tid: 23,
        ..named(now, "thread")
    });
    all.observe(&Header { mnt_ns: 0, ..now });
    assert_eq!(name_of(&process(&all, 20).comm.unwrap()), b"new");
    assert_eq!(process(&all, 20).seen.mnt_ns, 9);
}

#[test]
fn a_used_id_is_another_process() {
    let mut all = Processes::default();
    fork(&mut all, 5, 20);
    exec(&mut all, header(20), b"old\0", b"old\0");
    exit(&mut all, 20, 1);
    let fields = [
        ("child_tid", Number(20)),
        ("child_pid", Number(20)),
        ("leader_start_time", Number(999)),
    ];
    feed(&mut all, "sched_process_fork", header(6), &fields);
    let new = all.get(Identity::new(20, 999).unwrap()).unwrap();
    assert_eq!((new.creator, exe(new)), (Identity::new(6, 60), None));
    assert_eq!(exe(process(&all, 20)), Some(&b"/old"[..]));
}

#[test]
fn a_session_is_the_creators_until_another_begins() {
    let mut all = Processes::default();
    fork(&mut all, 5, 20);
    let fields = [("session", Number(7)), ("tty", Number(136 << 20))];
    feed(&mut all, "sched_process_exec", header(20), &fields);
    fork(&mut all, 20, 21);
    assert_eq!(process(&all, 21).session, process(&all, 20).session);
    let version = all.version();
    all.began_session(&header(21));
    assert_ne!(all.version(), version);
    let session = process(&all, 21).session;
    assert_eq!((session.id, session.tty), (Some(21), None));
    fork(&mut all, 21, 22);
    assert_eq!(process(&all, 22).session.id, Some(21));
    assert_eq!(process(&all, 20).session.id, Some(7));
}
