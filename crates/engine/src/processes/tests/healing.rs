//! Snapshots that mend what lost records left wrong.

use super::*;

fn complete(all: &mut Processes, until: u64, whole: u64) {
    let fields = [("until", Number(until)), ("whole", Number(whole))];
    feed(all, "process_snapshot", Header::default(), &fields);
}

#[test]
fn a_snapshot_adds_the_missing_and_ends_the_gone() {
    let mut all = Processes::default();
    existing(&mut all, 1, 0);
    existing(&mut all, 5, 1);
    complete(&mut all, 100, 1);
    fork(&mut all, 5, 20);
    fork(&mut all, 5, 21);
    fork(&mut all, 21, 22);
    // The ends of 20 and 21 and the fork of 30 are lost.
    for (pid, parent) in [(1, 0), (5, 1), (22, 1), (30, 5)] {
        existing(&mut all, pid, parent);
    }
    complete(&mut all, 1000, 1);
    let ended = |pid| process(&all, pid).end.is_some();
    assert_eq!(
        [1, 5, 20, 21, 22, 30].map(ended),
        [false, false, true, true, false, false]
    );
    assert_eq!(process(&all, 20).end.unwrap().time, None);
    assert_eq!(process(&all, 30).creator, Identity::new(5, 50));
    // The creator is what the fork said, the parent what it is now.
    assert_eq!(process(&all, 22).creator, Identity::new(21, 210));
    assert_eq!(process(&all, 22).seen.parent, Identity::new(1, 10));
}

#[test]
fn who_started_later_or_shows_that_it_lives_has_not_ended() {
    let mut all = Processes::default();
    existing(&mut all, 1, 0);
    fork(&mut all, 1, 20);
    fork(&mut all, 1, 90);
    existing(&mut all, 1, 0);
    complete(&mut all, 900, 1);
    assert!(process(&all, 20).end.is_some());
    assert!(process(&all, 90).end.is_none());
    exit(&mut all, 20, 1);
    assert_eq!(process(&all, 20).end.unwrap().time, Some(0));
    fork(&mut all, 1, 30);
    existing(&mut all, 1, 0);
    complete(&mut all, 900, 1);
    assert!(process(&all, 30).end.is_some());
    all.observe(&header(30));
    assert!(process(&all, 30).end.is_none());
}

#[test]
fn a_snapshot_that_is_not_whole_ends_nobody() {
    let mut all = Processes::default();
    fork(&mut all, 1, 20);
    complete(&mut all, 1000, 0);
    assert!(process(&all, 20).end.is_none());
}

#[test]
fn who_waits_to_be_waited_for_has_ended() {
    let mut all = Processes::default();
    let event = by_name("existing_process").unwrap();
    let zombie = |kernel: u64| {
        let field = |name| event.field_index(name).unwrap();
        let builder = Builder::new(event.id, event.fields.len(), header(20));
        let builder = builder.absent(field("pathname")).unread(field("argv"));
        let builder = builder.slot(field("threads"), 1);
        builder.slot(field("kernel_thread"), kernel).build()
    };
    for (kernel, ended) in [(0, true), (1, false)] {
        let mut all = Processes::default();
        let bytes = zombie(kernel);
        all.learn(event, &Record::split(&bytes).unwrap().0);
        assert_eq!(process(&all, 20).end.is_some(), ended);
    }
    existing(&mut all, 20, 1);
    assert!(process(&all, 20).end.is_none());
}
