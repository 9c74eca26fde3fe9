//! The database of SUSE.

use super::*;

/// SUSE's database of these headers, as lib/backend/ndb/rpmpkg.c lays it out.
fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let pages = (headers.len() + 2).div_ceil(256);
    let number = |number: usize| (number as u32).to_le_bytes();
    let mut slots = [&b"RpmP"[..], &number(0), &number(1), &number(pages)].concat();
    slots.resize(32, 0);
    let mut blobs = Vec::new();
    for (at, header) in headers.iter().enumerate() {
        let from = pages * 256 + blobs.len() / 16;
        let mut blob = [
            b"BlbS",
            &number(at + 1)[..],
            &number(1),
            &number(header.len()),
        ]
        .concat();
        blob.extend_from_slice(header);
        blob.resize((blob.len() + 12).next_multiple_of(16) - 12, 0);
        blob.extend(ndb::adler32(&blob).to_le_bytes());
        blob.extend([&number(header.len())[..], b"BlbE"].concat());
        slots.extend(
            [
                b"Slot",
                &number(at + 1)[..],
                &number(from),
                &number(blob.len() / 16),
            ]
            .concat(),
        );
        blobs.extend(blob);
    }
    while slots.len() < pages * 4096 {
        slots.extend([&b"Slot"[..], &[0; 12]].concat());
    }
    [slots, blobs].concat()
}

#[test]
fn suses_database_has_the_same_headers() {
    let root = installed("ndb");
    let headers = headers(&path(&root, SQLITE)).unwrap();
    let other = Root::new("rpm-ndb-own", &[("usr/lib/sysimage/rpm/x", "")]);
    let file = path(&other, "usr/lib/sysimage/rpm/Packages.db");
    let whole = ndb(&headers);
    fs::write(&file, &whole).unwrap();
    let rows = files(&root);
    let rows = rows.iter().map(|[path, name, version, architecture]| {
        (&path[..], Some(["rpm", name, version, architecture]))
    });
    other.expect(&rows.collect::<Vec<_>>());
    // What the sum is over, and slots that are named twice, lie about their length or point elsewhere.
    let slot = whole[32..48].to_vec();
    for (at, bytes) in [
        (4096 + 300, &[0xff; 4][..]),
        (48, &slot),
        (32 + 12, &[0xff; 4]),
        (32 + 8, &[1, 0, 0, 0]),
        (32, b"Slut"),
        (12, &[0xff; 4]),
        (0, b"RpmQ"),
    ] {
        let mut changed = whole.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        fs::write(&file, changed).unwrap();
        let why = why(&other);
        assert!(
            why.contains("it is broken") || why.contains("it is no ndb"),
            "{why}"
        );
    }
    fs::write(&file, &whole[..whole.len() - 16]).unwrap();
    assert!(why(&other).ends_with("it ends too early"));
}

/// The sum of RFC 1950, by an example that is well known.
#[test]
fn blobs_are_summed_as_zlib_does() {
    assert_eq!(ndb::adler32(b"Wikipedia"), 0x11e6_0398);
}
