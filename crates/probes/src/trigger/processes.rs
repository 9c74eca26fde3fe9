//! Names, credentials and cgroups.

use std::ffi::CString;
use std::fs;

use super::{Folder, Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("task_rename", rename),
    trigger("commit_creds", set_group),
    trigger("cgroup_mkdir", make_cgroup),
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

/// In a hierarchy that is mounted for this child alone; the cgroup itself is removed again.
fn make_cgroup() {
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
        let _ = fs::remove_dir(&group);
    }
    // SAFETY: as above; without it the folder could not be removed.
    unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
}
