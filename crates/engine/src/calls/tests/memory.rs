//! Which bytes are found for an address.

use tracehound_schema::record::{HAS_RET, chunk};
use tracehound_schema::types::{Len, Type};

use super::{AT, Made, at, made, reads, writes};
use crate::calls::{Side, side};

#[test]
fn what_was_read_late_says_so() {
    let late = at(reads(Type::Path)).chunk(chunk::EXIT | chunk::LATE, AT, b"/x\0");
    late.prints("\"a\":\"/x\" late \"a\"", "\"/x\"");
    // What was read in time comes first, whatever the order.
    let both = late.read(AT, b"/y\0");
    both.prints("\"a\":\"/y\"", "\"/y\"");
}

#[test]
fn each_side_sees_its_own_chunks() {
    let text = |made: Made| made.human();
    assert_eq!(text(at(reads(Type::Path)).wrote(AT, b"/x\0")), "0x7ffd1000");
    assert_eq!(text(at(writes(Type::Path)).read(AT, b"/x\0")), "0x7ffd1000");
    let late = chunk::EXIT | chunk::LATE;
    assert_eq!(
        text(at(writes(Type::Path)).chunk(late, AT, b"/x\0")),
        "0x7ffd1000"
    );
    assert_eq!(text(at(writes(Type::Path)).wrote(AT, b"/x\0")), "\"/x\"");
}

#[test]
fn the_chunk_that_holds_most_is_used() {
    let bytes = |chunks: &[(u64, &[u8])]| {
        let mut call = made(&[("buf", reads(Type::Bytes(Len::Const(4))), AT)]);
        for (address, bytes) in chunks {
            call = call.read(*address, bytes);
        }
        call.json()
    };
    assert_eq!(bytes(&[(AT, b"ab"), (AT, b"abcd")]), "\"buf\":\"abcd\"");
    assert_eq!(bytes(&[(AT, b"abcd"), (AT, b"xy")]), "\"buf\":\"abcd\"");
    // Inside of a larger chunk, and behind its end.
    assert_eq!(bytes(&[(AT - 2, b"..abcdef")]), "\"buf\":\"abcd\"");
    assert_eq!(
        bytes(&[(AT - 2, b"..ab"), (AT - 8, b"........")]),
        "\"buf\":\"ab\" cut \"buf\""
    );
    assert_eq!(
        bytes(&[(AT + 1, b"bcd"), (AT - 4, b"....")]),
        " unread \"buf\" unread_at \"buf\":\"0x7ffd1000\""
    );
    // At the end of what there is.
    assert_eq!(
        bytes(&[(u64::MAX - 1, b"abcd")]),
        " unread \"buf\" unread_at \"buf\":\"0x7ffd1000\""
    );
}

#[test]
fn the_other_side_can_be_asked_for() {
    let both = at(Type::InOut(&Type::U32))
        .read(AT, &128u32.to_ne_bytes())
        .wrote(AT, &16u32.to_ne_bytes());
    let text = both.with(|call| {
        let mut out = Vec::new();
        let mut print = crate::calls::Human::new(&mut out, crate::calls::Style::PLAIN);
        side(call, 0, Side::After, &mut print);
        String::from_utf8(out).unwrap()
    });
    assert_eq!(text, "[16]");
    assert_eq!(HAS_RET, 1);
}
