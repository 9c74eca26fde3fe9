//! The command to trace: found before anything is attached, and its exit status as ours.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use crate::failure::Failure;

/// Checks that the command can be found and run.
pub fn check(command: &[OsString]) -> Result<(), Failure> {
    let Some(name) = command.first() else {
        return Ok(());
    };
    let shown: String = name.to_string_lossy().escape_debug().collect();
    let candidates: Vec<PathBuf> = if name.as_encoded_bytes().contains(&b'/') {
        vec![PathBuf::from(name)]
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .collect()
    };
    if candidates.iter().any(|path| is_program(path)) {
        return Ok(());
    }
    match candidates.iter().find(|path| path.exists()) {
        Some(_) => {
            let message = format!("cannot run {shown}: it is not an executable file; see chmod(1)");
            Err(Failure::command(126, message))
        }
        None => {
            let message = format!("command not found: {shown}; check its spelling and PATH");
            Err(Failure::command(127, message))
        }
    }
}

fn is_program(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// The exit code that stands for a command's end: its own, or 128 and the signal.
pub fn code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
