//! passwd(5), group(5) and the maps of user namespaces. A container can put anything there.

/// The longest name that is told; useradd(8) allows 32 bytes, the kernel none at all.
const LONGEST: usize = 255;

/// The first name that lines of the form `name:password:number:…` give a number.
pub fn name_of(text: &[u8], number: u32) -> Option<&[u8]> {
    let mut lines = text.split(|byte| *byte == b'\n').filter_map(entry);
    lines.find(|entry| entry.1 == number).map(|entry| entry.0)
}

fn entry(line: &[u8]) -> Option<(&[u8], u32)> {
    let mut fields = line.split(|byte| *byte == b':');
    let (name, number) = (fields.next()?, fields.nth(1)?);
    let length = 1..=LONGEST;
    // Lines of NIS, comments, and a NUL, which would end the name for whoever reads it as C does.
    let is_name = !matches!(name.first(), Some(b'+' | b'-' | b'#')) && !name.contains(&0);
    let is_told = is_name && length.contains(&name.len());
    Some((name, digits(number)?)).filter(|_| is_told)
}

/// A number that is written in digits alone.
fn digits(text: &[u8]) -> Option<u32> {
    let text = str::from_utf8(text).ok()?;
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| all)
}

/// What a number of the initial user namespace is in the one of this map, as /proc/PID/uid_map has it: lines of the first
/// number inside, the first outside, and how many.
pub fn inside(map: &[u8], number: u32) -> Option<u32> {
    let mut lines = map.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        let (own, outside) = (digits(words.next()?)?, digits(words.next()?)?);
        let count = digits(words.next()?)?;
        let offset = number
            .checked_sub(outside)
            .filter(|offset| *offset < count)?;
        own.checked_add(offset)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_a_number_counts() {
        let text = b"root:x:0:0::/:/bin/sh\ntoor:x:0:\nbad\nx:y:z\n\xff\x1b[2J:x:7:\nlast::9";
        assert_eq!(name_of(text, 0), Some(&b"root"[..]));
        assert_eq!(name_of(text, 7), Some(&b"\xff\x1b[2J"[..]));
        assert_eq!(name_of(text, 9), Some(&b"last"[..]));
        assert_eq!(name_of(text, 1), None);
    }

    #[test]
    fn what_is_no_entry_names_nobody() {
        let long = format!("{}:x:5:\n", "a".repeat(256));
        for line in [
            "+nis:x:5:",
            "-nis:x:5:",
            "#c:x:5:",
            ":x:5:",
            "a:x:+5:",
            "a:x: 5:",
            "a:x:5x",
            "a:x",
            "a:5",
            "a:x:4294967301:",
            "a\0b:x:5:",
            &long,
        ] {
            assert_eq!(name_of(line.as_bytes(), 5), None, "{line:?}");
        }
    }

    #[test]
    fn numbers_are_mapped_as_the_kernel_does() {
        let whole = b"         0          0 4294967295\n";
        assert_eq!(inside(whole, 1234), Some(1234));
        let rootless = b"         0       1000          1\n         1     100000      65536\n";
        assert_eq!(inside(rootless, 1000), Some(0));
        assert_eq!(inside(rootless, 100_000), Some(1));
        assert_eq!(inside(rootless, 165_535), Some(65_536));
        assert_eq!(inside(rootless, 165_536), None);
        assert_eq!(inside(rootless, 0), None);
        assert_eq!(inside(b"", 0), None);
        assert_eq!(inside(b"a b c\n1 2\n", 2), None);
    }
}
