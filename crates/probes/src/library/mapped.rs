//! What a process has mapped: reading `/proc/PID/maps`, opening the files behind it.

use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file as the kernel names it in `/proc/PID/maps`: device and inode.
pub type Key = (u32, u64);

/// One mapping of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The first address.
    pub start: u64,
    /// Both addresses, as the entry in `/proc/PID/map_files` is called.
    range: String,
    /// Whether it holds code.
    pub executable: bool,
    /// The file.
    pub key: Key,
    /// Its path; the process's word for it, not to be trusted.
    pub path: Vec<u8>,
}

/// The files that a process has mapped; `process` is a number or `self`.
pub fn list(process: &str) -> io::Result<Vec<Mapping>> {
    let text = fs::read(format!("/proc/{process}/maps"))?;
    Ok(text
        .split(|byte| *byte == b'\n')
        .filter_map(parse)
        .collect())
}

/// Every process, as `/proc` names it.
pub fn processes() -> io::Result<Vec<String>> {
    let names =
        fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .collect())
}

/// A line such as `7f00-7f10 r-xp 00000000 fe:01 1234    /usr/lib/libc.so.6`.
fn parse(line: &[u8]) -> Option<Mapping> {
    let mut words = line.splitn(6, |byte| *byte == b' ');
    let mut word = || words.next().and_then(|word| str::from_utf8(word).ok());
    let (range, access) = (word()?, word()?);
    let (major, minor) = (word()?, word()?).1.split_once(':')?;
    let inode = word()?.parse().ok()?;
    let path = words.next()?.trim_ascii_start();
    let device =
        u32::from_str_radix(major, 16).ok()? << 20 | u32::from_str_radix(minor, 16).ok()?;
    if inode == 0 {
        return None;
    }
    Some(Mapping {
        start: u64::from_str_radix(range.split('-').next()?, 16).ok()?,
        range: range.to_owned(),
        executable: access.as_bytes().get(2) == Some(&b'x'),
        key: (device, inode),
        path: path.to_owned(),
    })
}

/// Where the very file that is mapped can be opened.
pub fn map_file(process: &str, mapping: &Mapping) -> PathBuf {
    format!("/proc/{process}/map_files/{}", mapping.range).into()
}

/// Opens the very file that is mapped, also when its path leads elsewhere or nowhere by now.
pub fn open(process: &str, mapping: &Mapping) -> io::Result<File> {
    File::open(map_file(process, mapping)).or_else(|error| {
        // Needs CAP_CHECKPOINT_RESTORE; without, by the path, if that is still the same file.
        let mut path = PathBuf::from(format!("/proc/{process}/root"));
        path.push(
            Path::new(std::ffi::OsStr::from_bytes(&mapping.path))
                .strip_prefix("/")
                .map_err(io::Error::other)?,
        );
        let file = File::open(path)?;
        if file.metadata()?.ino() == mapping.key.1 {
            Ok(file)
        } else {
            Err(error)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_with_spaces_in_its_path() {
        let line = b"7f00-7f10 r-xp 00001000 fe:01 1234                       /a b/libc.so.6";
        let mapping = parse(line).unwrap();
        assert_eq!(mapping.start, 0x7f00);
        assert_eq!(mapping.key, (0xfe << 20 | 1, 1234));
        assert_eq!(mapping.path, b"/a b/libc.so.6");
        assert!(mapping.executable);
    }

    #[test]
    fn memory_without_a_file_is_left_out() {
        assert_eq!(
            parse(b"7ffe-7fff r-xp 00000000 00:00 0        [vdso]"),
            None
        );
        assert_eq!(parse(b""), None);
        assert_eq!(parse(b"nonsense"), None);
    }

    #[test]
    fn own_code_is_found_and_opened() {
        let mappings = list("self").unwrap();
        let own = mappings.iter().find(|mapping| mapping.executable).unwrap();
        let file = open("self", own).unwrap();
        assert_eq!(file.metadata().unwrap().ino(), own.key.1);
    }
}
