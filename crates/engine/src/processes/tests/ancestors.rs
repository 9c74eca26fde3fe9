//! Who created whom.

use super::*;
use crate::processes::learn::DEEP;

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
    assert!(process(&all, 20).end.is_some() && process(&all, 21).end.is_none());
}

#[test]
fn a_thread_is_no_child() {
    let mut all = Processes::default();
    existing(&mut all, 5, 0);
    let fields = [
        ("child_tid", Number(6)),
        ("child_pid", Number(5)),
        ("leader_start_time", Number(50)),
    ];
    feed(&mut all, "sched_process_fork", header(5), &fields);
    assert_eq!(all.iter().count(), 1);
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
fn of_a_double_fork_the_creator_stays_the_ancestor_and_the_parent_is_told() {
    let mut all = Processes::default();
    existing(&mut all, 1, 0);
    fork(&mut all, 1, 20);
    fork(&mut all, 20, 21);
    fork(&mut all, 21, 22);
    exit(&mut all, 21, 1);
    // Its next record tells of the parent that it was given.
    exec(&mut all, child_of(1, 22), b"d\0bin\0", b"d\0");
    let orphan = process(&all, 22);
    assert_eq!(orphan.creator, Identity::new(21, 210));
    assert_eq!(orphan.seen.parent, Identity::new(1, 10));
    assert_eq!(ancestors(&all, &header(22)), (vec![21, 20, 1], true));
}

#[test]
fn of_a_fork_with_clone_parent_the_creator_is_the_ancestor() {
    let mut all = Processes::default();
    existing(&mut all, 1, 0);
    fork(&mut all, 1, 20);
    let fields = [
        ("child_tid", Number(21)),
        ("child_pid", Number(21)),
        ("leader_start_time", Number(210)),
        ("parent_process_pid", Number(1)),
        ("parent_process_start_time", Number(10)),
    ];
    feed(&mut all, "sched_process_fork", header(20), &fields);
    assert_eq!(process(&all, 21).seen.parent, Identity::new(1, 10));
    assert_eq!(ancestors(&all, &header(21)), (vec![20, 1], true));
}

#[test]
fn above_the_first_process_is_nobody() {
    let mut all = Processes::default();
    fork(&mut all, 1, 20);
    fork(&mut all, 7, 21);
    assert_eq!(ancestors(&all, &header(20)), (vec![1], true));
    assert_eq!(ancestors(&all, &header(21)), (vec![7], false));
}

#[test]
fn a_chain_that_is_too_deep_is_not_whole() {
    let mut all = Processes::default();
    for pid in 1..1000 {
        fork(&mut all, pid, pid + 1);
        exit(&mut all, pid, 1);
    }
    let (pids, whole) = ancestors(&all, &header(1000));
    assert_eq!((pids.len(), whole), (DEEP, false));
}
