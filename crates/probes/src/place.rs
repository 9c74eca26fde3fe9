//! Files below a process's root, as it has them, and which namespaces it is in.

use std::ffi::{CStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

/// The most names of a folder.
const MOST_NAMES: usize = 65_536;

/// A file as it was, by what changes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State([i64; 7]);

impl State {
    fn of(about: &Metadata) -> State {
        State([
            about.dev().cast_signed(),
            about.ino().cast_signed(),
            about.size().cast_signed(),
            about.mtime(),
            about.mtime_nsec(),
            about.ctime(),
            about.ctime_nsec(),
        ])
    }
}

/// The root of a process that was in these namespaces.
#[derive(Debug)]
pub struct Place {
    root: File,
    /// The process, as /proc names it.
    process: String,
}

impl Place {
    /// Opens the root of a process; `None` if it is not, or not any more, in this mount namespace.
    pub fn of(process: &str, mnt_ns: u32) -> Option<Place> {
        let root = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_PATH | libc::O_DIRECTORY)
            .open(format!("/proc/{process}/root"));
        let root = root.ok()?;
        let place = Place {
            root,
            process: process.to_owned(),
        };
        // Asked behind the opening: the id may have become another's.
        (namespace(process, "mnt")? == mnt_ns).then_some(place)
    }

    /// A folder for a root, as the tracer's own processes have it.
    #[cfg(test)]
    pub fn below(path: &std::path::Path) -> io::Result<Place> {
        let root = File::open(path)?;
        let process = "self".to_owned();
        Ok(Place { root, process })
    }

    /// Whether two paths below the root lead to the same.
    pub fn are_same(&self, paths: [&CStr; 2]) -> bool {
        let [one, other] = paths.map(|path| {
            let about = open_in(&self.root, path).and_then(|file| file.metadata());
            about.ok().map(|about| (about.dev(), about.ino()))
        });
        one.is_some() && one == other
    }

    /// A file or folder below the root as it is; `None` where there is none.
    pub fn state(&self, path: &CStr) -> Option<State> {
        let file = open_in(&self.root, path).ok()?;
        Some(State::of(&file.metadata().ok()?))
    }

    /// The names in a folder below the root; `None` where there is none.
    pub fn names(&self, path: &CStr) -> Option<Vec<OsString>> {
        let folder = open_in(&self.root, path).ok()?;
        let entries = fs::read_dir(format!("/proc/self/fd/{}", folder.as_raw_fd())).ok()?;
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
        Some(names.take(MOST_NAMES).collect())
    }

    /// A map of the process's user namespace, `uid_map` or `gid_map`.
    pub fn map(&self, name: &str) -> Option<Vec<u8>> {
        fs::read(format!("/proc/{}/{name}", self.process)).ok()
    }

    /// A file below the root, looked at but not opened; links lead nowhere else. The error is a reason to show.
    pub fn look(&self, path: &CStr) -> Result<Looked, String> {
        let said = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => format!("there is no /{}", path.to_string_lossy()),
            _ => format!("/{} cannot be opened: {error}", path.to_string_lossy()),
        };
        let file = open_in(&self.root, path).map_err(said)?;
        let about = file.metadata().map_err(said)?;
        if !about.is_file() {
            return Err(format!("/{} is no plain file", path.to_string_lossy()));
        }
        let state = State::of(&about);
        Ok(Looked { file, state })
    }
}

/// A plain file that can be read.
#[derive(Debug)]
pub struct Looked {
    file: File,
    /// As it is.
    pub state: State,
}

impl Looked {
    /// Opens it to be read; the error is a reason to show.
    pub fn open(&self) -> Result<File, String> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
            .open(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
        file.map_err(unreadable)
    }

    /// All of it, if it has no more than `most` bytes; the error is a reason to show.
    pub fn read(&self, most: u64) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = self.open()?.take(most + 1).read_to_end(&mut bytes);
        read.map_err(unreadable)?;
        if bytes.len() as u64 > most {
            return Err(format!("it has more than {most} bytes"));
        }
        Ok(bytes)
    }
}

fn unreadable(error: io::Error) -> String {
    format!("it cannot be read: {error}")
}

/// The inode number of one of a process's namespaces.
pub fn namespace(process: &str, kind: &str) -> Option<u32> {
    let link = fs::read_link(format!("/proc/{process}/ns/{kind}")).ok()?;
    let text = link.to_str()?.strip_prefix(kind)?;
    text.strip_prefix(":[")?.strip_suffix(']')?.parse().ok()
}

/// Opens a path, only to look at it, as if this folder were the root (openat2(2), from 5.6 on).
fn open_in(root: &File, path: &CStr) -> io::Result<File> {
    // SAFETY: all of it may be zero; what matters is set below.
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    how.flags = u64::from((libc::O_PATH | libc::O_CLOEXEC).cast_unsigned());
    how.resolve = libc::RESOLVE_IN_ROOT | libc::RESOLVE_NO_MAGICLINKS;
    // SAFETY: the folder is open, the path ends with NUL, `how` is as large as is said and lives as long as the call.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_openat2,
            root.as_raw_fd(),
            path.as_ptr(),
            &raw const how,
            size_of::<libc::open_how>(),
        )
    };
    let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0);
    let fd = fd.ok_or_else(io::Error::last_os_error)?;
    // SAFETY: the call has just given it to us alone.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(fd) }))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn place(name: &str) -> (Folder, Place) {
        let path = std::env::temp_dir().join(format!("tracehound-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("etc")).unwrap();
        let place = Place::below(&path).unwrap();
        (Folder(path), place)
    }

    const MOST: u64 = 1 << 20;

    const PASSWD: &CStr = c"etc/passwd";

    #[test]
    fn links_do_not_lead_out_of_the_root() {
        let (folder, place) = place("links");
        fs::write(folder.0.join("own"), "own").unwrap();
        // To the machine's own file it would be there.
        for (target, expected) in [
            ("/etc/hostname", None),
            ("../../../../../../etc/hostname", None),
            ("/proc/self/root/etc/hostname", None),
            ("/own", Some(b"own".to_vec())),
            ("../../../own", Some(b"own".to_vec())),
        ] {
            let link = folder.0.join("etc/passwd");
            symlink(target, &link).unwrap();
            let read = place.look(PASSWD).and_then(|looked| looked.read(MOST));
            fs::remove_file(link).unwrap();
            assert_eq!(read.ok(), expected, "{target}");
        }
    }

    #[test]
    fn only_plain_files_of_a_bounded_size_are_read() {
        let (folder, place) = place("kinds");
        let path = folder.0.join("etc/passwd");
        let read = || place.look(PASSWD).and_then(|looked| looked.read(MOST));
        assert_eq!(read().unwrap_err(), "there is no /etc/passwd");
        fs::create_dir(&path).unwrap();
        assert_eq!(read().unwrap_err(), "/etc/passwd is no plain file");
        fs::remove_dir(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert_eq!(read().unwrap_err(), "/etc/passwd is no plain file");
        fs::remove_file(&path).unwrap();
        File::create(&path).unwrap().set_len(MOST + 1).unwrap();
        assert_eq!(read().unwrap_err(), "it has more than 1048576 bytes");
        File::create(&path).unwrap().set_len(MOST).unwrap();
        assert_eq!(read().unwrap().len() as u64, MOST);
    }

    #[test]
    fn a_process_of_another_namespace_is_not_taken() {
        let own = namespace("self", "mnt").unwrap();
        assert!(Place::of("self", own).is_some());
        assert!(Place::of("self", own.wrapping_add(1)).is_none());
        assert!(Place::of("0", own).is_none());
    }
}
