//! How much memory processes take, and who is forgotten.

use super::*;
use crate::processes::tree::MOST_BYTES;

/// So many processes that one created, each with arguments of its own of so many bytes.
fn many(all: &mut Processes, count: u32, argv: usize) {
    for pid in 1000..1000 + count {
        fork(all, 1, pid);
        let text = format!("{pid:0argv$}\0");
        exec(
            all,
            child_of(1, pid),
            b"program\0bin\0usr\0",
            text.as_bytes(),
        );
    }
}

fn living(all: &Processes) -> usize {
    all.iter().filter(|one| one.1.end.is_none()).count()
}

#[test]
fn a_hundred_thousand_live_within_the_bound_whatever_their_arguments() {
    for argv in [20, 3000] {
        let mut all = Processes::default();
        existing(&mut all, 1, 0);
        many(&mut all, 100_000, argv);
        println!("{argv}: {} bytes", all.bytes());
        assert_eq!((living(&all), all.refused()), (100_001, 0));
        assert!(all.bytes() <= MOST_BYTES, "{}", all.bytes());
    }
}

#[test]
fn who_lives_is_never_forgotten_and_who_finds_no_room_is_counted() {
    let mut all = Processes::within(1 << 20);
    many(&mut all, 10_000, 20);
    let kept = living(&all);
    assert!(all.refused() > 0 && kept > 1000);
    assert_eq!(kept as u64 + all.refused(), 10_000);
    assert!(all.bytes() <= 1 << 20, "{}", all.bytes());
    for pid in 1000..1000 + u32::try_from(kept).unwrap() {
        assert!(
            all.get(Identity::new(pid, start_of(pid)).unwrap())
                .is_some()
        );
    }
}

#[test]
fn those_that_ended_are_forgotten_in_their_order() {
    let mut all = Processes::within(1 << 20);
    existing(&mut all, 1, 0);
    for pid in 1000..21_000 {
        fork(&mut all, 1, pid);
        exit(&mut all, pid, 1);
    }
    let mut kept: Vec<u32> = all.iter().map(|one| one.0.pid).collect();
    kept.sort_unstable();
    let count = u32::try_from(kept.len()).unwrap() - 1;
    assert!(count > 100, "{count}");
    let last: Vec<u32> = (21_000 - count..21_000).collect();
    assert_eq!(kept[1..], last);
    assert!(all.bytes() <= 1 << 20 && all.refused() == 0);
    assert_eq!(living(&all), 1);
}

#[test]
fn who_has_a_descendant_is_kept_and_all_is_given_back() {
    let mut all = Processes::within(1 << 20);
    fork(&mut all, 1, 20);
    exec(&mut all, header(20), b"kept\0", b"kept\0");
    fork(&mut all, 20, 21);
    fork(&mut all, 21, 22);
    exit(&mut all, 20, 1);
    exit(&mut all, 21, 1);
    let churn = |all: &mut Processes| {
        for pid in 1000..21_000 {
            fork(all, 1, pid);
            exec(all, header(pid), b"x\0", format!("{pid}\0").as_bytes());
            exit(all, pid, 1);
        }
    };
    churn(&mut all);
    let known = |all: &Processes, pid| {
        all.get(Identity::new(pid, start_of(pid)).unwrap())
            .is_some()
    };
    assert!([20, 21, 22].iter().all(|pid| known(&all, *pid)));
    exit(&mut all, 22, 1);
    churn(&mut all);
    assert!(![20, 21, 22].iter().any(|pid| known(&all, *pid)));
    let [known, children, ended, texts] = all.tree().counts();
    assert_eq!((children, ended), (1, known));
    assert_eq!(texts, known + 1, "a text each, and one for all");
}

/// The chain of one that dies out is forgotten from its end on.
#[test]
fn a_chain_that_died_out_is_forgotten() {
    let mut all = Processes::within(1 << 20);
    for pid in 2..30_000 {
        fork(&mut all, pid - 1, pid);
        exit(&mut all, pid - 1, 1);
    }
    assert!(all.bytes() <= 1 << 20);
    assert!(all.iter().count() > 1000);
    assert!(all.refused() > 0, "its ancestors are kept");
}
