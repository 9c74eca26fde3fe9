//! The same run on every rung that this kernel has: but for the rung's number and the times, the
//! records must be the same.

use tracehound_schema::Abi;
use tracehound_schema::record::{ChunkKind, FileFacts};

use crate::raw::{Call, trace};
use crate::support::{program, root, tracehound};

const EVENTS: &str = "openat,write,read,close,execve,rt_sigprocmask,nanosleep,connect";

/// The rungs that work here.
fn rungs() -> Vec<String> {
    let output = tracehound().args(["doctor", "--rungs", "openat"]).output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// A call without what differs from run to run: times, processors, ids, inode numbers of pipes.
fn normal(call: &Call) -> String {
    let abi = Abi::from_byte(call.header.abi);
    let row = tracehound_schema::by_id(call.header.event).unwrap().call;
    // Registers that carry no argument hold whatever the program left there.
    let places = row.unwrap().places(abi);
    let args: Vec<u64> = places
        .iter()
        .map(|place| call.args[place.register])
        .collect();
    let mut out = format!(
        "{} {} {} {:x} {} {:x?} {:x} {:x}\n",
        call.header.event,
        call.header.abi,
        call.header.nr,
        call.header.flags,
        call.header.ret,
        args,
        call.header.unread,
        call.header.cut
    );
    for piece in &call.pieces {
        let skipped = match piece.kind {
            ChunkKind::Memory => 0,
            // The inode number comes first.
            ChunkKind::File => std::mem::offset_of!(FileFacts, dev),
            ChunkKind::Socket => 8,
        };
        out += &format!(
            "    {:?} {:x} {} {}\n",
            piece.kind,
            piece.address,
            piece.state,
            piece.bytes[skipped..].escape_ascii()
        );
    }
    out
}

fn records_on(rung: &str, name: &str) -> String {
    let file = format!("{name}-{}", rung.replace(['.', '+'], "-"));
    let run = trace(&file, &["-e", EVENTS, "--rung", rung], &[&program(name)]);
    // From the second start on, with addresses that do not change, and without the race at the end.
    let calls = &run.calls;
    let started = calls
        .iter()
        .rposition(|call| call.header.ret == 0 && call.header.unread != 0)
        .unwrap();
    // The fifth argument of the program's own calls.
    let last = calls.iter().rposition(|call| call.args[4] == 0x6b1d);
    let last = last.unwrap() + 1;
    calls[started + 1..last].iter().map(normal).collect()
}

fn same_on_every_rung(name: &str) {
    if !root() {
        return;
    }
    let rungs = rungs();
    assert!(!rungs.is_empty());
    // The first run brings the program's pages into memory.
    records_on(&rungs[0], name);
    let first = records_on(&rungs[0], name);
    assert!(first.lines().count() > 60, "{first}");
    for rung in &rungs[1..] {
        let other = records_on(rung, name);
        for (ours, theirs) in other.lines().zip(first.lines()) {
            assert_eq!(ours, theirs, "{rung} and {}", rungs[0]);
        }
        assert_eq!(other, first, "{rung} and {}", rungs[0]);
    }
    println!("the same on {}", rungs.join(", "));
}

#[test]
fn records_are_the_same_on_every_rung() {
    same_on_every_rung("bad_pointers");
}

#[test]
fn records_of_32_bit_calls_are_the_same_on_every_rung() {
    same_on_every_rung("bad_pointers32");
}

/// A function that a row names and that does not serve the call is found by the proof, where every
/// function has a hook of its own.
#[test]
fn every_call_is_served_by_the_functions_of_its_row_on_every_rung() {
    if !root() {
        return;
    }
    for rung in rungs() {
        // Trampolines are for few calls.
        if rung.starts_with("fentry") {
            continue;
        }
        let options = ["-e", "tag=syscalls", "--rung", &rung];
        let run = trace("every", &options, &[&program("hostile")]);
        assert!(!run.stats.contains("did not fire"), "{rung}: {}", run.stats);
        assert!(!run.calls.is_empty(), "{rung}: {}", run.stats);
    }
}
