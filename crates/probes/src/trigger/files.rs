//! Opening, writing and removing files.

use std::fs::{self, File};
use std::io::Write as _;

use super::{Folder, Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("security_file_open", open),
    trigger("security_inode_unlink", unlink),
    trigger("vfs_write", write),
];

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
