//! Cgroups, as the directories of the cgroup file systems show them.

use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::mounts::Mount;
use super::{Made, field};

/// A mounted hierarchy.
#[derive(Debug, PartialEq, Eq)]
struct Hierarchy {
    /// Its number in `/proc/cgroups`; 0 for version 2.
    id: u32,
    /// The path of the cgroup that is mounted, below the hierarchy's root.
    root: Vec<u8>,
    /// Where it is mounted.
    at: PathBuf,
}

/// The hierarchies that are mounted where the tracer runs, each once.
fn hierarchies() -> Vec<Hierarchy> {
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    chosen(&own, &Mount::of("self"))
}

/// Of the mounts of a hierarchy the one that shows the most of it.
fn chosen(own: &str, mounts: &[Mount]) -> Vec<Hierarchy> {
    let mut found: Vec<Hierarchy> = Vec::new();
    for mount in mounts {
        let Some(id) = number(own, mount) else {
            continue;
        };
        let root = if mount.root == b"/" {
            Vec::new()
        } else {
            mount.root.clone()
        };
        let hierarchy = Hierarchy {
            id,
            root,
            at: std::ffi::OsString::from_vec(mount.mountpoint.clone()).into(),
        };
        match found.iter_mut().find(|other| other.id == id) {
            Some(other) if hierarchy.root.len() < other.root.len() => *other = hierarchy,
            Some(_) => {}
            None => found.push(hierarchy),
        }
    }
    found
}

/// The number of a mount's hierarchy, by the lines `number:controllers:path` of `/proc/self/cgroup`.
fn number(own: &str, mount: &Mount) -> Option<u32> {
    if mount.fstype == b"cgroup2" {
        return Some(0);
    }
    if mount.fstype != b"cgroup" {
        return None;
    }
    let options: Vec<&[u8]> = mount.super_options.split(|byte| *byte == b',').collect();
    own.lines().find_map(|line| {
        let (number, rest) = line.split_once(':')?;
        let (controllers, _) = rest.split_once(':')?;
        let fits = |controller: &str| options.contains(&controller.as_bytes());
        let number = number.parse().ok().filter(|number| *number != 0)?;
        controllers.split(',').all(fits).then_some(number)
    })
}

/// Fills `existing_cgroup`.
pub fn make(made: &mut Made) {
    for hierarchy in hierarchies() {
        walk(made, &hierarchy, &hierarchy.at);
    }
}

/// A cgroup, then those below it.
fn walk(made: &mut Made, hierarchy: &Hierarchy, folder: &Path) {
    // One that is removed meanwhile is told by its event.
    let Ok(metadata) = fs::symlink_metadata(folder) else {
        return;
    };
    put(made, hierarchy, folder, &metadata);
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(made, hierarchy, &entry.path());
        }
    }
}

fn put(made: &mut Made, hierarchy: &Hierarchy, folder: &Path, metadata: &fs::Metadata) {
    let event = made.event.name;
    let below = folder.strip_prefix(&hierarchy.at).unwrap_or(folder);
    let mut path = hierarchy.root.clone();
    if path.is_empty() || !below.as_os_str().is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(below.as_os_str().as_bytes());
    let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
    let nanoseconds = u64::try_from(metadata.ctime_nsec()).unwrap_or(0);
    let record = made
        .start()
        .slot(field(event, "cgroup_id"), metadata.ino())
        .tail(field(event, "cgroup_path"), &path)
        .slot(field(event, "hierarchy_id"), u64::from(hierarchy.id))
        .slot(field(event, "ctime"), seconds * 1_000_000_000 + nanoseconds);
    made.put(record);
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "9:name=systemd:/\n4:memory:/a/b\n2:cpu,cpuacct:/\n0::/\n";

    fn mount(line: &str) -> Mount {
        Mount::parse(line.as_bytes()).unwrap()
    }

    #[test]
    fn hierarchies_of_both_versions_are_found_by_their_options() {
        let mounts = [
            mount("1 0 0:2 / /sys/fs/cgroup rw - tmpfs none rw"),
            mount("2 1 0:3 / /sys/fs/cgroup/unified rw - cgroup2 none rw"),
            mount("3 1 0:4 /a/b /sys/fs/cgroup/part rw - cgroup none rw,memory"),
            mount("4 1 0:4 / /sys/fs/cgroup/memory rw - cgroup none rw,memory"),
            mount("5 1 0:5 / /sys/fs/cgroup/cpu rw - cgroup none rw,cpu,cpuacct"),
            mount("6 1 0:6 / /sys/fs/cgroup/systemd rw - cgroup none rw,xattr,name=systemd"),
        ];
        let found = chosen(OWN, &mounts);
        let ids: Vec<_> = found.iter().map(|one| (one.id, one.root.len())).collect();
        assert_eq!(ids, [(0, 0), (4, 0), (2, 0), (9, 0)]);
        assert_eq!(found[1].at, Path::new("/sys/fs/cgroup/memory"));
    }
}
