use std::time::Instant;

use tracehound_probes::boot_time;
use tracehound_schema::record::{Builder, Header, Record};

use super::*;

fn batch(records: &[Vec<u8>]) -> crate::worker::Batch {
    crate::worker::Batch {
        bytes: records.concat(),
        records: records.len() as u64,
    }
}

fn record(event: &str, time: u64) -> Vec<u8> {
    let event = by_name(event).unwrap();
    let header = Header {
        time,
        ..Header::default()
    };
    Builder::new(event.id, event.fields.len(), header).build()
}

fn times(batch: Option<crate::worker::Batch>) -> Vec<u64> {
    let bytes = batch.map(|batch| batch.bytes).unwrap_or_default();
    let records = Record::each(&bytes);
    let split = records.filter_map(|(_, bytes)| Record::split(bytes));
    split.map(|(record, _)| record.header.time).collect()
}

#[test]
fn a_name_overtakes_what_waits_for_it() {
    let waiting = Waiting::new();
    let mut hold = Hold::new(waiting.clone());
    hold.take(batch(&[record("sched_process_exec", 1)]));
    assert_eq!(times(hold.next()), [1]);
    waiting.set(Some(boot_time()));
    hold.take(batch(&[record("cgroup_mkdir", 2)]));
    hold.take(batch(&[record("sched_process_exec", 3)]));
    assert!(hold.next().is_none());
    waiting.set(None);
    hold.take(batch(&[record("sched_process_exec", 4), record(NAMED, 5)]));
    let mut all = Vec::new();
    while let Some(next) = hold.next() {
        all.push(times(Some(next)));
    }
    assert_eq!(all, [vec![5], vec![2], vec![3], vec![4]]);
}

#[test]
fn nothing_waits_longer_than_it_may() {
    let waiting = Waiting::new();
    let mut hold = Hold::new(waiting.clone());
    waiting.set(Some(boot_time()));
    hold.take(batch(&[record("sched_process_exec", 1)]));
    assert!(hold.next().is_none());
    let started = Instant::now();
    // Another container is asked for all the time.
    while hold.next().is_none() {
        waiting.set(Some(boot_time() - 1));
        std::thread::sleep(Duration::from_millis(1));
        if started.elapsed() > 20 * WAIT {
            panic!("it is held for ever");
        }
    }
}

#[test]
fn what_is_left_comes_with_names_first_and_nothing_is_lost() {
    let waiting = Waiting::new();
    let mut hold = Hold::new(waiting.clone());
    waiting.set(Some(boot_time()));
    hold.take(batch(&[record("sched_process_exec", 2)]));
    hold.take(batch(&[record(NAMED, 3), record("sched_process_exec", 4)]));
    let first = batch(&[record("cgroup_mkdir", 1)]);
    let mut last = [record("sched_process_exit", 6), record(NAMED, 5)].concat();
    last.extend_from_slice(b"rest");
    let rest = hold.rest(first, last);
    assert_eq!(rest.records, 4);
    assert!(rest.bytes.ends_with(b"rest"));
    assert_eq!(times(Some(rest)), [3, 5, 1, 2, 4, 6]);
    assert!(hold.next().is_none());
}

#[test]
fn places_are_read_or_refused_with_the_reason() {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    assert!(places(&words(&["none"])).unwrap().0.is_empty());
    let all = places(&words(&["docker=/a", "cri=/b"])).unwrap();
    assert_eq!(all.0[0].path.to_str(), Some("/a"));
    assert_eq!(all.0[1].kind, Kind::Cri);
    for (bad, said) in [
        (&["docker"][..], "expected KIND=PATH"),
        (&["docker="], "expected KIND=PATH"),
        (&["dokcer=/a"], "did you mean docker?"),
        (&["none", "docker=/a"], "--engine none asks nobody"),
    ] {
        let failure = places(&words(bad)).unwrap_err();
        assert_eq!(failure.code(), 2);
        assert!(failure.to_string().contains(said), "{failure}");
    }
}
