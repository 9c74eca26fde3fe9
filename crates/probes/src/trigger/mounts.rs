//! What is mounted: in a mount namespace of the child's own.

use std::ffi::{CStr, CString};
use std::fs::{self, File};
use std::os::fd::AsRawFd as _;
use std::ptr;

use super::{Folder, Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("security_sb_mount", mount),
    trigger("security_sb_umount", mount),
    trigger("security_sb_pivotroot", pivot),
    trigger("security_move_mount", place),
];

/// Mounts and takes away.
fn mount() {
    in_tmpfs(|_| {});
}

/// Acts with a new file system of memory that nobody else sees.
fn in_tmpfs(act: impl FnOnce(&CStr)) {
    in_mounted(c"tmpfs", act);
}

/// Acts with a file system that is mounted for this child alone.
pub(super) fn in_mounted(kind: &CStr, act: impl FnOnce(&CStr)) {
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
    let none = ptr::null();
    let private = libc::MS_REC | libc::MS_PRIVATE;
    // SAFETY: every text is ended by NUL, the others are not looked at.
    unsafe { libc::mount(none, c"/".as_ptr(), none, private, none.cast()) };
    if mount_at(kind, &path) {
        act(&path);
        // SAFETY: as above; without it the folder could not be removed.
        unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) };
    }
}

fn mount_at(kind: &CStr, path: &CStr) -> bool {
    let kind = kind.as_ptr();
    // SAFETY: every text is ended by NUL, the others are not looked at.
    unsafe { libc::mount(kind, path.as_ptr(), kind, 0, ptr::null()) == 0 }
}

/// Goes into the file system and pivots there, where it is the root of this process alone.
fn pivot() {
    let Ok(root) = File::open("/") else { return };
    in_tmpfs(|path| {
        // SAFETY: every text is ended by NUL.
        if unsafe { libc::chroot(path.as_ptr()) } != 0 {
            return;
        }
        if fs::create_dir("/new").is_ok()
            && mount_at(c"tmpfs", c"/new")
            && fs::create_dir("/new/old").is_ok()
        {
            let (new, old) = (c"/new".as_ptr(), c"/new/old".as_ptr());
            // SAFETY: as above.
            unsafe { libc::syscall(libc::SYS_pivot_root, new, old) };
        }
        // SAFETY: as above; goes back to where the process was.
        unsafe {
            libc::fchdir(root.as_raw_fd());
            libc::chroot(c".".as_ptr());
        }
    });
}

/// Makes a copy of a mount that is nowhere, and puts it in a place.
fn place() {
    const OPEN_TREE_CLONE: libc::c_uint = 1;
    const MOVE_MOUNT_F_EMPTY_PATH: libc::c_uint = 4;
    in_tmpfs(|path| {
        let (here, empty) = (libc::AT_FDCWD, c"".as_ptr());
        let (path, flags) = (path.as_ptr(), MOVE_MOUNT_F_EMPTY_PATH);
        // SAFETY: every text is ended by NUL, the others are numbers.
        unsafe {
            let tree = libc::syscall(libc::SYS_open_tree, here, path, OPEN_TREE_CLONE);
            libc::syscall(libc::SYS_move_mount, tree, empty, here, path, flags);
            libc::umount2(path, libc::MNT_DETACH);
        }
    });
}
