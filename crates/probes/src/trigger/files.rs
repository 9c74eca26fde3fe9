//! Opening, reading, writing, cutting, locking and removing files.

use std::fs::{self, File};
use std::io::{IoSlice, IoSliceMut, Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::thread;
use std::time::Duration;

use super::{Folder, Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("security_file_open", open),
    trigger("security_inode_unlink", unlink),
    trigger("vfs_write", write),
    trigger("vfs_read", read),
    trigger("vfs_readv", read_parts),
    trigger("vfs_writev", write_parts),
    trigger("magic_write", write),
    trigger("file_modification", modify),
    trigger("do_truncate", cut),
    trigger("file_lock", lock),
    trigger("file_lease", lease),
];

/// Longer than a tick of the slowest clock that kernels are built with.
const TICKS: Duration = Duration::from_millis(30);

fn open() {
    let _ = File::open("/proc/self/exe");
}

fn unlink() {
    if let Some(folder) = Folder::new()
        && File::create(folder.file()).is_ok()
    {
        let _ = fs::remove_file(folder.file());
    }
}

fn write() {
    if let Some(folder) = Folder::new()
        && let Ok(mut file) = File::create(folder.file())
    {
        let _ = file.write_all(b"x");
    }
}

fn read() {
    if let Ok(mut file) = File::open("/proc/self/exe") {
        let _ = file.read(&mut [0; 4]);
    }
}

fn read_parts() {
    if let Ok(mut file) = File::open("/proc/self/exe") {
        let (mut first, mut second) = ([0; 2], [0; 2]);
        let mut parts = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        let _ = file.read_vectored(&mut parts);
    }
}

fn write_parts() {
    if let Some(folder) = Folder::new()
        && let Ok(mut file) = File::create(folder.file())
    {
        let _ = file.write_vectored(&[IoSlice::new(b"x"), IoSlice::new(b"y")]);
    }
}

/// The time of the file moves with the second write, when the clock of its file system has gone on.
fn modify() {
    if let Some(folder) = Folder::new()
        && let Ok(mut file) = File::create(folder.file())
    {
        let _ = file.write_all(b"x");
        thread::sleep(TICKS);
        let _ = file.write_all(b"y");
    }
}

fn cut() {
    if let Some(folder) = Folder::new()
        && let Ok(file) = File::create(folder.file())
    {
        let _ = file.set_len(1);
    }
}

fn lock() {
    if let Some(folder) = Folder::new()
        && let Ok(file) = File::create(folder.file())
    {
        let _ = file.lock();
    }
}

fn lease() {
    if let Some(folder) = Folder::new()
        && let Ok(file) = File::create(folder.file())
    {
        drop(file);
        let Ok(file) = File::open(folder.file()) else {
            return;
        };
        // SAFETY: takes and gives numbers; the lease goes with the descriptor.
        unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_RDLCK) };
    }
}
