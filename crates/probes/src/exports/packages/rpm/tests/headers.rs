//! Headers that are made here, as they can be and as they cannot.

use super::*;

/// Tag, type, count and data.
type Entry<'e> = (u32, u32, u32, &'e [u8]);

/// A header of these entries.
fn made(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut index, mut data) = (Vec::new(), Vec::new());
    for (tag, kind, count, bytes) in entries {
        for number in [*tag, *kind, data.len() as u32, *count] {
            index.extend(number.to_be_bytes());
        }
        data.extend_from_slice(bytes);
    }
    let counts = [entries.len() as u32, data.len() as u32].map(u32::to_be_bytes);
    [&counts.concat()[..], &index, &data].concat()
}

const NAMED: [Entry<'_>; 3] = [
    (1000, 6, 1, b"th\0"),
    (1001, 6, 1, b"1\0"),
    (1002, 6, 1, b"2\0"),
];
/// Three files of two folders.
const FILES: [Entry<'_>; 3] = [
    (1116, 4, 3, &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]),
    (1117, 8, 3, b"one\0two\0three\0"),
    (1118, 8, 2, b"/usr/bin/\0/opt/\0"),
];

/// The paths of a header.
fn paths(entries: &[&[Entry<'_>]]) -> Result<Vec<String>, String> {
    let blob = made(&entries.concat());
    let mut paths = Vec::new();
    let header = Header::of(&blob)?;
    header.package()?;
    header.paths(&mut |path| {
        paths.push(String::from_utf8(path.to_vec()).unwrap());
        Ok(())
    })?;
    Ok(paths)
}

#[test]
fn files_that_are_not_installed_are_not_the_packages() {
    let all = ["/usr/bin/one", "/opt/two", "/usr/bin/three"];
    assert_eq!(paths(&[&NAMED, &FILES]).unwrap(), all);
    for (states, expected) in [
        ([0, 0, 0], &all[..]),
        ([0, 3, 3], &all),
        ([1, 0, 0], &all[1..]),
        ([0, 2, 4], &all[..1]),
        ([0xff, 9, 1], &[]),
    ] {
        let states = [(1029, 1, 3, &states[..])];
        assert_eq!(paths(&[&NAMED, &FILES, &states]).unwrap(), expected);
    }
    let old: [Entry<'_>; 1] = [(1027, 8, 2, b"/old/one\0/old/two\0")];
    assert_eq!(paths(&[&NAMED, &old]).unwrap(), ["/old/one", "/old/two"]);
    let states: [Entry<'_>; 1] = [(1029, 1, 2, &[2, 0])];
    assert_eq!(paths(&[&NAMED, &old, &states]).unwrap(), ["/old/two"]);
}

/// What was changed when the package was installed somewhere else stands behind what it was built with.
#[test]
fn the_last_entry_of_a_tag_counts() {
    let moved: [Entry<'_>; 1] = [(1118, 8, 2, b"/moved/\0/opt/\0")];
    let moved = paths(&[&NAMED, &FILES, &moved]).unwrap();
    assert_eq!(moved, ["/moved/one", "/opt/two", "/moved/three"]);
}

#[test]
fn headers_that_cannot_be_say_what_is_wrong() {
    let cases: [(&[Entry<'_>], &str); 9] = [
        (&[(1000, 6, 1, b"\0")], "NAME"),
        (&[(1000, 6, 1, b"endless")], "NAME"),
        (&[(1000, 4, 1, b"th\0\0")], "NAME"),
        (&[(1003, 4, 0, b"")], "EPOCH"),
        (&[(1116, 4, 2, &[0; 8])], "DIRINDEXES"),
        (&[(1116, 4, 3, &[9; 12])], "DIRINDEXES"),
        (&[(1117, 8, 3, b"one\0")], "BASENAMES"),
        (&[(1118, 8, u32::MAX, b"")], "DIRNAMES"),
        (&[(1029, 1, 2, &[0; 2])], "FILESTATES"),
    ];
    for (entries, tag) in cases {
        let why = paths(&[&NAMED, &FILES, entries]).unwrap_err();
        assert_eq!(why, format!("a package's header has no valid {tag}"));
    }
    let long = [&b"/"[..], &[b'x'; 5000], b"\0/\0"].concat();
    let why = paths(&[&NAMED, &FILES, &[(1118, 8, 2, &long)]]);
    assert!(why.unwrap_err().contains("BASENAMES"));
    for blob in [&[][..], &[0; 8], &[0xff; 8], &[0, 1, 0, 0, 0, 0, 0, 0]] {
        let why = Header::of(blob).unwrap_err();
        assert_eq!(why, "a package's header is broken");
    }
}

/// Files that are counted again and again from few bytes are not hashed for ever.
#[test]
fn paths_have_a_bound_together() {
    let count = 1u32 << 18;
    let indexes = vec![0; count as usize * 4];
    let folder = [&[b'/'; 4000][..], b"\0"].concat();
    let files: [Entry<'_>; 3] = [
        (1116, 4, count, &indexes),
        (1117, 8, count, &vec![0; count as usize]),
        (1118, 8, 1, &folder),
    ];
    let blob = made(&[&NAMED[..], &files].concat());
    let why = package(&mut Owners::default(), &mut MOST_PATHS.clone(), &blob);
    assert_eq!(
        why.unwrap_err(),
        "its paths are longer than 256 MiB together"
    );
}
