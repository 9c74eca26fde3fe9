use tracehound_schema::record::Builder;

use super::*;

fn header(number: u32, tid: u32) -> Header {
    Header {
        pieces: number,
        host_tid: tid,
        host_pid: 7,
        leader_start: 70,
        ..Header::default()
    }
}

fn frame(inode: u64, offset: u64) -> FrameFacts {
    FrameFacts {
        ip: 0x7000_0000 + offset,
        offset,
        inode,
        dev: 8,
        memory: memory::FILE,
    }
}

fn feed(stacks: &mut Stacks, name: &str, header: Header, fill: impl FnOnce(Builder) -> Builder) {
    let event = by_name(name).unwrap();
    let bytes = fill(Builder::new(event.id, event.fields.len(), header)).build();
    let (record, _) = Record::split(&bytes).unwrap();
    stacks.learn(event, &record);
}

fn captured(stacks: &mut Stacks, header: Header, frames: &[FrameFacts]) {
    let bytes: Vec<u8> = frames.iter().flat_map(FrameFacts::bytes).collect();
    feed(stacks, "stack_captured", header, |record| {
        record.tail(0, &bytes).absent(1).absent(2)
    });
}

fn file(stacks: &mut Stacks, inode: u64, names: &[u8]) {
    feed(stacks, "code_file_seen", header(1, 1), |record| {
        record.tail(0, names).slot(1, 8).slot(2, inode)
    });
}

fn paths(stacks: &Stacks, header: &Header) -> Vec<Option<String>> {
    let stack = stacks.of(header).unwrap();
    let text = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
    stacks
        .user(stack)
        .map(|frame| frame.path.map(text))
        .collect()
}

#[test]
fn a_stack_is_of_the_record_with_its_number_and_thread_only() {
    let mut stacks = Stacks::default();
    captured(&mut stacks, header(9, 1), &[frame(77, 1)]);
    assert!(stacks.of(&header(9, 2)).is_none());
    assert!(stacks.of(&header(8, 1)).is_none());
    assert!(stacks.of(&header(0, 1)).is_none());
    let mut itself = header(9, 1);
    itself.event = by_name("stack_captured").unwrap().id;
    assert!(stacks.of(&itself).is_none());
    assert_eq!(stacks.of(&header(9, 1)).unwrap().user, [frame(77, 1)]);
    let of = |name| by_name(name).unwrap();
    stacks.forget(of("code_file_seen"), &header(9, 1));
    assert!(stacks.of(&header(9, 1)).is_some());
    stacks.forget(of("task_rename"), &header(9, 1));
    assert!(stacks.of(&header(9, 1)).is_none());
}

#[test]
fn a_file_that_is_told_behind_the_stack_is_known_when_its_event_comes() {
    let mut stacks = Stacks::default();
    captured(&mut stacks, header(9, 1), &[frame(77, 1), frame(78, 2)]);
    file(&mut stacks, 77, b"a.out\0tmp\0");
    let expected = [Some("/tmp/a.out".to_owned()), None];
    assert_eq!(paths(&stacks, &header(9, 1)), expected);
}

#[test]
fn the_caller_is_the_first_outside_of_the_c_library() {
    let mut stacks = Stacks::default();
    file(&mut stacks, 1, b"libc.so.6\0lib\0");
    file(&mut stacks, 2, b"libcurl.so.4\0lib\0");
    captured(&mut stacks, header(9, 1), &[frame(1, 5), frame(2, 6)]);
    captured(&mut stacks, header(9, 2), &[frame(1, 5)]);
    let offset = |tid| {
        let stack = stacks.of(&header(9, tid)).unwrap();
        stacks.caller(stack).unwrap().facts.unwrap().offset
    };
    assert_eq!((offset(1), offset(2)), (6, 5));
}

#[test]
fn symbols_are_of_places_whatever_the_process_and_of_addresses_of_one() {
    let mut stacks = Stacks::default();
    let symbolized = |stacks: &mut Stacks, pid: u32, fill: &dyn Fn(Builder) -> Builder| {
        let header = Header {
            host_pid: pid,
            ..header(0, 1)
        };
        feed(stacks, "address_symbolized", header, |record| {
            fill(record).tail(4, b"work").slot(5, 3).absent(6).absent(7)
        });
    };
    symbolized(&mut stacks, 99, &|record| {
        record.absent(0).slot(1, 8).slot(2, 77).slot(3, 4)
    });
    let own = |record: Builder| record.slot(0, 0x5000).absent(1).absent(2).absent(3);
    symbolized(&mut stacks, 7, &own);
    let anonymous = FrameFacts {
        ip: 0x5000,
        memory: memory::ANONYMOUS,
        ..FrameFacts::default()
    };
    captured(&mut stacks, header(9, 1), &[frame(77, 4), anonymous]);
    let other = Header {
        host_pid: 8,
        ..header(9, 2)
    };
    captured(&mut stacks, other, &[frame(77, 4), anonymous]);
    let named = |header: &Header| -> Vec<bool> {
        let stack = stacks.of(header).unwrap();
        stacks
            .user(stack)
            .map(|frame| frame.symbol.is_some())
            .collect()
    };
    assert_eq!(named(&header(9, 1)), [true, true]);
    assert_eq!(named(&other), [true, false]);
}

#[test]
fn what_waits_is_bounded() {
    let mut stacks = Stacks::default();
    for number in 1..=MOST_STACKS as u32 + 1 {
        captured(&mut stacks, header(number, 1), &[]);
    }
    assert!(stacks.of(&header(1, 1)).is_none());
    assert!(stacks.of(&header(2, 1)).is_some());
}

#[test]
fn what_is_known_is_bounded_and_new_files_are_known() {
    let mut stacks = Stacks::default();
    for inode in 0..=MOST_KNOWN as u64 {
        file(&mut stacks, inode, b"a\0");
    }
    assert_eq!(stacks.paths.len(), MOST_KNOWN);
    assert!(stacks.paths.contains_key(&(8, MOST_KNOWN as u64)));
}
