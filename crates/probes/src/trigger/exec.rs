//! What starts programs.

use std::ffi::CString;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use super::{Folder, Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("process_execute_failed", execute_in_vain),
    trigger("security_bprm_check", execute_in_vain),
];

/// A file that may be executed and is no program.
fn execute_in_vain() {
    let Some(folder) = Folder::new() else {
        return;
    };
    let path = folder.file();
    let made = fs::write(&path, "none")
        .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o700)));
    let (Ok(()), Ok(path)) = (made, CString::new(path.as_os_str().as_encoded_bytes())) else {
        return;
    };
    let arguments = [path.as_ptr(), std::ptr::null()];
    // SAFETY: the path and the list are ended by NUL and null, and the call fails.
    unsafe {
        libc::execve(
            path.as_ptr(),
            arguments.as_ptr(),
            arguments[1..].as_ptr().cast(),
        )
    };
}
