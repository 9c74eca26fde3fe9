//! The command to trace: found before anything is attached, and its exit status as ours.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use crate::failure::{Failure, shown};

/// Checks that the command can be found and run; gives its file.
pub fn check(command: &[OsString]) -> Result<Option<PathBuf>, Failure> {
    let Some(name) = command.first() else {
        return Ok(None);
    };
    if name.is_empty() {
        let message = "command not found: its name is empty; name a program after --";
        return Err(Failure::command(127, message.to_owned()));
    }
    let shown = shown(name);
    let candidates: Vec<PathBuf> = if name.as_encoded_bytes().contains(&b'/') {
        vec![PathBuf::from(name)]
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|folder| folder.join(name))
            .collect()
    };
    if let Some(path) = candidates.iter().find(|path| is_program(path)) {
        return Ok(Some(path.clone()));
    }
    match candidates.iter().find(|path| path.exists()) {
        Some(path) => {
            let problem = if path.is_dir() {
                "it is a directory; name a program"
            } else {
                "it is not executable; make it so with chmod +x"
            };
            let message = format!("cannot run {shown}: {problem}");
            Err(Failure::command(126, message))
        }
        None => {
            let message = format!("command not found: {shown}; check its spelling and PATH");
            Err(Failure::command(127, message))
        }
    }
}

/// The failure of a command that was found and that execve(2) refuses.
pub fn refused(name: &OsStr, error: &io::Error) -> Failure {
    let name = shown(name);
    let hint = match error.raw_os_error() {
        Some(libc::ENOENT) => {
            "; the interpreter that it names is missing (its #! line, or the ELF loader)"
        }
        Some(libc::EACCES) => {
            "; its interpreter is not executable, or its file system is mounted noexec"
        }
        Some(libc::E2BIG) => "; pass fewer or shorter arguments",
        _ => "",
    };
    Failure::command(126, format!("cannot run {name}: {error}{hint}"))
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
