//! Names, credentials and cgroups.

use std::ffi::CString;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::{Folder, Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("task_rename", rename),
    trigger("commit_creds", set_group),
    trigger("cgroup_mkdir", make_cgroup),
    trigger("cgroup_rmdir", make_cgroup),
    trigger("cgroup_attach_task", enter_cgroup),
    trigger("sched_switch", wait),
];

fn rename() {
    // SAFETY: the name is ended by NUL.
    unsafe { libc::prctl(libc::PR_SET_NAME, c"prove".as_ptr()) };
}

/// To the group that it has: the kernel makes new credentials all the same.
fn set_group() {
    // SAFETY: takes and gives numbers.
    unsafe { libc::syscall(libc::SYS_setgid, libc::getgid()) };
}

fn wait() {
    thread::sleep(Duration::from_millis(1));
}

fn make_cgroup() {
    in_cgroup(|_, _| {});
}

/// Goes into the cgroup and back to where it was.
fn enter_cgroup() {
    in_cgroup(|mounted, group| {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let own = own.lines().find_map(|line| line.strip_prefix("0::/"));
        let Some(own) = own else { return };
        // What cannot be done is not seen, and told so.
        let _ = fs::write(group.join("cgroup.procs"), "0");
        let _ = fs::write(mounted.join(own).join("cgroup.procs"), "0");
    });
}

/// Acts with a hierarchy that is mounted for this child alone, and a cgroup that is removed again.
fn in_cgroup(act: impl FnOnce(&Path, &Path)) {
    let Some(folder) = Folder::new() else {
        return;
    };
    let Ok(path) = CString::new(folder.0.as_os_str().as_encoded_bytes()) else {
        return;
    };
    // SAFETY: leaves the mount namespace of the tracer, in a process of one thread.
    if unsafe { libc::unshare(libc::CLONE_NEWNS) } != 0 {
        return;
    }
    let none = std::ptr::null();
    let private = libc::MS_REC | libc::MS_PRIVATE;
    // SAFETY: every text is ended by NUL, the others are not looked at.
    unsafe { libc::mount(none, c"/".as_ptr(), none, private, none.cast()) };
    let kind = c"cgroup2".as_ptr();
    // SAFETY: as above.
    if unsafe { libc::mount(kind, path.as_ptr(), kind, 0, none.cast()) } != 0 {
        return;
    }
    let group = folder
        .0
        .join(format!("tracehound-prove-{}", std::process::id()));
    if fs::create_dir(&group).is_ok() {
        act(&folder.0, &group);
        let _ = fs::remove_dir(&group);
    }
    // SAFETY: as above; without it the folder could not be removed.
    unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
}
