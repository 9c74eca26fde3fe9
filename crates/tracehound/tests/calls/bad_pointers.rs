//! Pointers to nowhere and to page ends, absurd counts, structures that overlap, memory that goes
//! away: each call is there, and says of its memory what could be known.

use tracehound_schema::record::ChunkKind;

use crate::raw::{Call, Run, trace};
use crate::support::{preempts, program, root, row};

const EVENTS: &str = "openat,write,read,execve,rt_sigprocmask,nanosleep,connect";
/// The fifth argument of the program's own calls.
const MARK: u64 = 0x6b1d;

/// What is known of the memory behind an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Nothing was copied.
    Nothing,
    /// It could not be read.
    Unread,
    /// So many bytes of it, and then no more could be had.
    Cut(usize),
    /// All of it: so many bytes.
    Whole(usize),
}
use Known::{Cut, Nothing, Unread, Whole};

/// The program's calls in order: name, argument, what is known of it.
const CALLS: &[(&str, usize, Known)] = &[
    ("open-nowhere", 1, Unread),
    ("open-kernel", 1, Unread),
    ("open-null", 1, Nothing),
    ("open-unterminated", 1, Cut(3)),
    ("open-fits-the-page", 1, Whole(5)),
    ("open-too-long", 1, Cut(4096)),
    ("open-longest", 1, Whole(4096)),
    ("write-nowhere", 1, Unread),
    ("write-past-the-page", 1, Cut(3)),
    ("write-huge", 1, Cut(3)),
    ("write-negative", 1, Cut(3)),
    ("write-bad-descriptor", 1, Whole(3)),
    ("write-nothing", 1, Nothing),
    ("read-nowhere", 1, Nothing),
    ("read-past-the-page", 1, Whole(3)),
    ("exec-list-nowhere", 1, Unread),
    ("exec-list-past-the-page", 1, Cut(2)),
    ("exec-text-nowhere", 1, Whole(4)),
    ("exec-list-in-itself", 1, Whole(4)),
    ("mask-overlapping", 1, Whole(8)),
    ("mask-past-the-page", 1, Cut(4)),
    ("mask-absurd-size", 1, Cut(8)),
    ("sleep-at-the-page-end", 0, Whole(2)),
    ("sleep-past-the-page", 0, Cut(8)),
    ("connect-huge", 1, Cut(16)),
    ("connect-past-the-page", 1, Cut(2)),
];

/// Arguments whose numbers count words of the caller's.
fn in_words(name: &str) -> bool {
    name.starts_with("exec-") || name == "sleep-at-the-page-end"
}

fn known(call: &Call, argument: usize) -> Known {
    match call.memory(argument) {
        None => Nothing,
        Some(piece) => match piece.rank() {
            0 => Unread,
            1 => Cut(piece.bytes.len()),
            _ => Whole(piece.bytes.len()),
        },
    }
}

fn marked(run: &Run, mark: u64) -> Vec<&Call> {
    run.calls
        .iter()
        .filter(|call| call.args[4] == mark)
        .collect()
}

/// Every call is there once, with what it returned, and with what is known of its memory.
fn agrees(name: &str, word: usize) -> Option<Run> {
    if !root() {
        return None;
    }
    let run = trace(name, &["-e", EVENTS], &[&program(name)]);
    let calls = marked(&run, MARK);
    assert_eq!(calls.len(), CALLS.len(), "{}\n{}", run.stdout, run.stats);
    for ((call, (name, argument, expected)), line) in
        calls.iter().zip(CALLS).zip(run.stdout.lines())
    {
        assert_eq!(line, format!("{name} {}", call.header.ret), "{call:?}");
        assert!(call.begun, "{name}: {call:?}");
        let expected = match *expected {
            Cut(count) if in_words(name) => Cut(count * word),
            Whole(count) if in_words(name) => Whole(count * word),
            // The structure is no larger than what is left of the page.
            Cut(8) if *name == "sleep-past-the-page" && word == 4 => Whole(8),
            other => other,
        };
        assert_eq!(known(call, *argument), expected, "{name}: {call:?}");
    }
    Some(run)
}

fn find<'a>(calls: &[&'a Call], name: &str) -> &'a Call {
    calls[CALLS.iter().position(|row| row.0 == name).unwrap()]
}

/// The texts of a list of pointers, `None` for one that could not be read.
fn texts(call: &Call, word: usize) -> Vec<Option<Vec<u8>>> {
    let list = call.memory(1).unwrap();
    let pointers = list.bytes.chunks(word).map(|bytes| {
        let mut whole = [0; 8];
        whole[..word].copy_from_slice(bytes);
        u64::from_ne_bytes(whole)
    });
    let texts = pointers.filter(|pointer| *pointer != 0).map(|pointer| {
        let piece = call.at(pointer).unwrap();
        (piece.rank() > 0).then(|| piece.bytes.clone())
    });
    texts.collect()
}

fn contents(run: &Run, word: usize) {
    let calls = marked(run, MARK);
    let text = |text: &str| Some(format!("{text}\0").into_bytes());
    let cut = find(&calls, "exec-list-past-the-page");
    assert_eq!(texts(cut, word), [text("only"), text("without an end")]);
    let wild = find(&calls, "exec-text-nowhere");
    assert_eq!(texts(wild, word), [text("one"), None, text("three")]);
    let read = find(&calls, "read-past-the-page");
    assert_eq!(read.memory(1).unwrap().bytes, b"\x7fEL");
    let written = find(&calls, "write-past-the-page");
    assert_eq!(written.memory(1).unwrap().bytes, b"xxx");
    let file = |call: &Call| {
        call.pieces
            .iter()
            .any(|piece| piece.kind == ChunkKind::File)
    };
    assert!(file(written), "{written:?}");
    assert!(!file(find(&calls, "write-bad-descriptor")));
    // What was asked for, not what the call stored there.
    let mask = find(&calls, "mask-overlapping");
    let asked = mask
        .pieces
        .iter()
        .find(|piece| piece.address == mask.args[1]);
    assert_eq!(asked.unwrap().bytes, 0x200u64.to_ne_bytes());
}

/// A text that comes and goes under the call is read as it was at some moment, or not at all.
fn races(run: &Run) {
    let calls = marked(run, MARK + 1);
    let missed = row(&run.stats, "total")[4] as usize;
    assert!(missed == 0 || preempts(), "{}", run.stats);
    let least = 2000_usize.saturating_sub(missed);
    assert!((least..=2000).contains(&calls.len()), "{}", run.stats);
    for call in calls {
        let piece = call.memory(1).unwrap();
        let text = piece.bytes.split(|byte| *byte == 0).next().unwrap();
        assert!(b"/shaky".starts_with(text), "{call:?}");
        assert_eq!(piece.bytes.is_empty(), piece.rank() == 0, "{call:?}");
    }
}

#[test]
fn bad_pointers_of_64_bit_calls_are_told_apart() {
    if let Some(run) = agrees("bad_pointers", 8) {
        contents(&run, 8);
        races(&run);
    }
}

#[test]
fn bad_pointers_of_32_bit_calls_are_told_apart() {
    if let Some(run) = agrees("bad_pointers32", 4) {
        contents(&run, 4);
        races(&run);
    }
}
