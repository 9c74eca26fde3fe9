//! What is done to names of files: in a folder of its own.

use std::ffi::{CStr, CString};
use std::fs::{self, File, FileTimes, Permissions};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs as unix;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use super::{Folder, Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("security_inode_rename", rename),
    trigger("security_inode_symlink", symlink),
    trigger("security_inode_mknod", mknod),
    trigger("security_inode_link", link),
    trigger("security_inode_create", create),
    trigger("security_inode_mkdir", mkdir),
    trigger("security_inode_rmdir", mkdir),
    trigger("chmod_common", chmod),
    trigger("chown_common", chown),
    trigger("vfs_utimes", utimes),
    trigger("security_inode_setxattr", xattr),
    trigger("security_inode_removexattr", xattr),
    trigger("security_path_notify", watch),
    trigger("inotify_watch", watch),
];

/// Acts with a file that is new, and the path of another that there is not.
fn with_file(act: impl FnOnce(&File, &Path, &Path)) {
    if let Some(folder) = Folder::new()
        && let Ok(file) = File::create(folder.file())
    {
        act(&file, &folder.file(), &folder.0.join("other"));
    }
}

fn rename() {
    with_file(|_, path, other| {
        let _ = fs::rename(path, other);
    });
}

fn symlink() {
    with_file(|_, _, other| {
        let _ = unix::symlink("file", other);
    });
}

fn mknod() {
    with_file(|_, _, other| {
        if let Some(path) = text(other) {
            // SAFETY: the path is ended by NUL.
            unsafe { libc::mkfifo(path.as_ptr(), 0o600) };
        }
    });
}

fn link() {
    with_file(|_, path, other| {
        let _ = fs::hard_link(path, other);
    });
}

fn create() {
    with_file(|_, _, _| {});
}

/// Makes and removes a directory: the folder itself is one.
fn mkdir() {
    Folder::new();
}

fn chmod() {
    with_file(|file, _, _| {
        let _ = file.set_permissions(Permissions::from_mode(0o600));
    });
}

/// To the owner that it has.
fn chown() {
    with_file(|file, _, _| {
        let _ = unix::fchown(file, None, None);
    });
}

fn utimes() {
    with_file(|file, _, _| {
        let now = SystemTime::now();
        let _ = file.set_times(FileTimes::new().set_accessed(now).set_modified(now));
    });
}

/// Labels of security are had on every file system, those of users are not: one of the two is taken,
/// and removed again.
fn xattr() {
    with_file(|file, _, _| {
        set_and_remove(file, c"user.tracehound");
        set_and_remove(file, c"trusted.tracehound");
    });
}

fn set_and_remove(file: &File, name: &CStr) {
    let value = c"x".as_ptr().cast();
    // SAFETY: the name is ended by NUL, and the value has one byte.
    unsafe {
        libc::fsetxattr(file.as_raw_fd(), name.as_ptr(), value, 1, 0);
        libc::fremovexattr(file.as_raw_fd(), name.as_ptr());
    }
}

fn watch() {
    with_file(|_, path, _| {
        let Some(path) = text(path) else { return };
        // SAFETY: takes and gives numbers, and a path that is ended by NUL. The child ends soon, and
        // with it the watch.
        unsafe {
            let watches = libc::inotify_init1(libc::IN_CLOEXEC);
            libc::inotify_add_watch(watches, path.as_ptr(), libc::IN_DELETE_SELF);
            libc::close(watches);
        }
    });
}

fn text(path: &Path) -> Option<CString> {
    CString::new(path.as_os_str().as_encoded_bytes()).ok()
}
