//! The very file that was loaded: found by its path or through the process, and compared with what the
//! kernel said of it.

use std::fs::{self, File, Metadata, OpenOptions};
use std::os::fd::AsRawFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::library::{list, map_file};

/// Which file, and as it was when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The device as the kernel numbers it.
    pub dev: u32,
    /// The inode's number.
    pub inode: u64,
    /// When the inode was changed last.
    pub ctime: u64,
}

/// How a file that was found fits.
enum Fit {
    Same,
    Changed,
    Another,
}

/// Opens the file of this identity that a process has loaded by this path; the error is a reason to show.
pub fn open(process: u32, path: Option<&[u8]>, identity: Identity) -> Result<File, String> {
    let mut why = "the process and its path are gone";
    for candidate in candidates(process, path, identity) {
        // Only looked at: what has taken the file's place may be anything.
        let looked = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_PATH)
            .open(&candidate);
        let Ok(looked) = looked else { continue };
        match fit(&looked, process, identity) {
            Fit::Same => return reopen(&looked),
            Fit::Changed => why = "the file was changed since",
            Fit::Another => why = "another file is at its path by now",
        }
    }
    Err(why.to_owned())
}

/// The same of a file that is known by its mapping: on overlayfs that names the file in the layer, which has
/// another device and maybe another inode number than the one that the process sees by the same path.
pub fn open_mapped(process: u32, path: &[u8], identity: Identity) -> Result<File, String> {
    open(process, Some(path), identity).or_else(|why| {
        let below = Path::new(std::ffi::OsStr::from_bytes(path)).strip_prefix("/");
        let root = PathBuf::from(format!("/proc/{process}/root"));
        let candidate = below
            .map(|below| root.join(below))
            .map_err(|_| why.clone())?;
        let looked = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_PATH)
            .open(candidate);
        let is_same = |looked: &File| {
            let metadata = looked.metadata().ok();
            metadata.is_some_and(|one| one.is_file() && ctime(&one) == Some(identity.ctime))
        };
        match looked {
            Ok(looked) if is_same(&looked) => reopen(&looked),
            _ => Err(why),
        }
    })
}

/// Where it may be. What is no path does not begin with `/`.
fn candidates(
    process: u32,
    path: Option<&[u8]>,
    identity: Identity,
) -> impl Iterator<Item = PathBuf> {
    let path = path.filter(|path| path.starts_with(b"/"));
    let path = path.map(|path| PathBuf::from(std::ffi::OsStr::from_bytes(path)));
    let own = path.clone();
    let roots = path.into_iter().flat_map(move |path| {
        let below = path.strip_prefix("/").map(Path::to_owned);
        below.map(|below| Path::new(&format!("/proc/{process}/root")).join(below))
    });
    let mapped = std::iter::once(()).flat_map(move |()| {
        let all = list(&process.to_string()).unwrap_or_default();
        let own = all
            .into_iter()
            .filter(move |one| one.key.1 == identity.inode);
        own.map(move |one| map_file(&process.to_string(), &one))
    });
    roots.chain(own).chain(mapped)
}

fn fit(file: &File, process: u32, identity: Identity) -> Fit {
    let Ok(metadata) = file.metadata() else {
        return Fit::Another;
    };
    if metadata.ino() != identity.inode || !metadata.is_file() {
        return Fit::Another;
    }
    if device(&metadata) != identity.dev && mounted(file, process) != Some(identity.dev) {
        return Fit::Another;
    }
    if ctime(&metadata) == Some(identity.ctime) {
        Fit::Same
    } else {
        Fit::Changed
    }
}

/// Whether an open file is still as it was.
pub fn is_unchanged(file: &File, identity: Identity) -> bool {
    let metadata = file.metadata();
    metadata.is_ok_and(|metadata| ctime(&metadata) == Some(identity.ctime))
}

fn device(metadata: &Metadata) -> u32 {
    libc::major(metadata.dev()) << 20 | libc::minor(metadata.dev())
}

fn ctime(metadata: &Metadata) -> Option<u64> {
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    seconds
        .checked_mul(1_000_000_000)?
        .checked_add(u64::try_from(metadata.ctime_nsec()).ok()?)
}

/// The device of the mount that a file is in: some file systems (btrfs) show others in their files.
fn mounted(file: &File, process: u32) -> Option<u32> {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", file.as_raw_fd())).ok()?;
    let mount = info.lines().find_map(|line| line.strip_prefix("mnt_id:"))?;
    ["self", &process.to_string()].iter().find_map(|of| {
        let list = fs::read_to_string(format!("/proc/{of}/mountinfo")).ok()?;
        list.lines().find_map(|line| {
            let mut words = line.split(' ');
            let (id, numbers) = (words.next()?, words.nth(1)?);
            let (major, minor) = numbers.split_once(':')?;
            let number = major.parse::<u32>().ok()? << 20 | minor.parse::<u32>().ok()?;
            (id == mount.trim()).then_some(number)
        })
    })
}

/// Opens what was looked at to be read; it is a plain file, which opens without waiting.
fn reopen(looked: &File) -> Result<File, String> {
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(format!("/proc/self/fd/{}", looked.as_raw_fd()));
    opened.map_err(|error| format!("the file cannot be opened: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(path: &Path) -> Identity {
        let metadata = fs::metadata(path).unwrap();
        Identity {
            dev: device(&metadata),
            inode: metadata.ino(),
            ctime: ctime(&metadata).unwrap(),
        }
    }

    #[test]
    fn a_file_without_a_path_is_found_by_its_mapping() {
        let own = identity(&std::env::current_exe().unwrap());
        // Needs a capability that not everybody who runs tests has.
        let maps = list("self").unwrap();
        let mapping = maps.iter().find(|one| one.key.1 == own.inode).unwrap();
        let may = File::open(map_file("self", mapping)).is_ok();
        assert_eq!(open(std::process::id(), None, own).is_ok(), may);
    }

    #[test]
    fn a_file_is_the_one_that_was_loaded_or_none() {
        let folder =
            std::env::temp_dir().join(format!("tracehound-exports-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("library.so");
        fs::write(&path, "first").unwrap();
        let first = identity(&path);
        let bytes = path.as_os_str().as_bytes();
        let open = |identity| open(std::process::id(), Some(bytes), identity).map(drop);
        assert_eq!(open(first), Ok(()));
        let other = Identity {
            ctime: first.ctime + 1,
            ..first
        };
        assert_eq!(open(other), Err("the file was changed since".to_owned()));
        fs::rename(&path, folder.join("moved.so")).unwrap();
        fs::write(&path, "second").unwrap();
        let why = "another file is at its path by now";
        assert_eq!(open(first), Err(why.to_owned()));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            open(first),
            Err("the process and its path are gone".to_owned())
        );
    }
}
