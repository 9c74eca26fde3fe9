use super::*;

fn sample() -> Vec<u8> {
    let header = Header {
        cpu: 3,
        comm: *b"bash\0\0\0\0\0\0\0\0\0\0\0\0",
        ret: -22,
        ..Header::default()
    };
    Builder::new(7, 2, header)
        .slot(0, 42)
        .tail(1, b"hello")
        .build()
}

#[test]
fn built_record_reads_back() {
    let bytes = sample();
    let (record, rest) = Record::split(&bytes).unwrap();
    assert!(rest.is_empty());
    assert_eq!(record.header.event, 7);
    assert_eq!(record.header.ret, -22);
    assert_eq!(record.slot(0), Some(42));
    assert_eq!(record.tail(1), Some(&b"hello"[..]));
    assert_eq!(comm(&record.header), b"bash");
}

#[test]
fn short_bytes_are_not_a_record() {
    let bytes = sample();
    for end in 0..bytes.len() {
        assert!(Record::split(&bytes[..end]).is_none(), "{end} bytes");
    }
}

#[test]
fn tail_outside_the_record_is_refused() {
    let mut bytes = sample();
    let slot = HEADER_SIZE + 8;
    bytes[slot + 4..slot + 8].copy_from_slice(&1000u32.to_ne_bytes());
    let (record, _) = Record::split(&bytes).unwrap();
    assert_eq!(record.tail(1), None);
}

#[test]
fn size_that_is_not_a_multiple_of_eight_is_refused() {
    let mut bytes = sample();
    bytes[..4].copy_from_slice(&(HEADER_SIZE as u32 + 4).to_ne_bytes());
    assert!(Record::split(&bytes).is_none());
}

#[test]
fn layout_has_no_holes() {
    let mut end = 0;
    for member in LAYOUT {
        assert_eq!(member.offset, end, "{}", member.name);
        let one = match member.ctype {
            "__u64" | "__s64" => 8,
            "__u32" | "__s32" => 4,
            "__u16" => 2,
            _ => 1,
        };
        end += one * member.array.max(1);
    }
    assert_eq!(end, HEADER_SIZE);
}
