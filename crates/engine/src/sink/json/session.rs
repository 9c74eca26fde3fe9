//! `login_uid`, `session` and `tty` of a process.

use crate::processes::Session;
use crate::text;

/// Major numbers of terminals (Documentation/admin-guide/devices.txt).
const CONSOLE: u32 = 4;
const FIRST_SLAVE: u32 = 136;
const LAST_SLAVE: u32 = 143;
/// From this minor number on the major one of consoles is that of serial lines.
const SERIAL: u32 = 64;

/// Appends what is known of them, each with its comma in front.
pub fn write(out: &mut Vec<u8>, session: &Session) {
    let numbers = [
        (",\"login_uid\":", session.login_uid),
        (",\"session\":", session.id),
    ];
    for (key, number) in numbers {
        if let Some(number) = number {
            out.extend_from_slice(key.as_bytes());
            text::number(out, number);
        }
    }
    if let Some(dev) = session.tty {
        out.extend_from_slice(b",\"tty\":\"");
        out.extend_from_slice(terminal(dev >> 20, dev & 0xf_ffff).as_bytes());
        out.push(b'"');
    }
}

/// A terminal's name below /dev, or its numbers where it has another one.
fn terminal(major: u32, minor: u32) -> String {
    match (major, minor) {
        (CONSOLE, 0..SERIAL) => format!("tty{minor}"),
        (CONSOLE, _) => format!("ttyS{}", minor - SERIAL),
        (FIRST_SLAVE..=LAST_SLAVE, _) => format!("pts/{}", (major - FIRST_SLAVE) * 256 + minor),
        _ => format!("{major}:{minor}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_have_the_names_of_their_files() {
        for (major, minor, name) in [
            (4, 1, "tty1"),
            (4, 65, "ttyS1"),
            (136, 3, "pts/3"),
            (137, 1, "pts/257"),
            (5, 1, "5:1"),
        ] {
            assert_eq!(terminal(major, minor), name);
        }
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let mut out = Vec::new();
        write(&mut out, &Session::default());
        assert!(out.is_empty());
        let session = Session {
            login_uid: Some(1000),
            id: Some(7),
            tty: Some(136 << 20 | 2),
        };
        write(&mut out, &session);
        let expected = b",\"login_uid\":1000,\"session\":7,\"tty\":\"pts/2\"";
        assert_eq!(out, expected);
    }
}
