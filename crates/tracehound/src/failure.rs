//! What ends the program early, with its exit code.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;

use tracehound_probes::Error;

use crate::signals::Signal;

/// A name or path from the command line, fit for a terminal and one line.
pub fn shown(name: &OsStr) -> String {
    name.to_string_lossy().escape_debug().collect()
}

/// A failure with its exit code.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    /// Bad usage: exit code 2.
    pub fn usage(message: String) -> Failure {
        Failure {
            code: 2,
            error: anyhow::Error::msg(message),
        }
    }

    /// The command to trace was not found (127) or cannot be run (126).
    pub fn command(code: u8, message: String) -> Failure {
        Failure {
            code,
            error: anyhow::Error::msg(message),
        }
    }

    /// The tracer did not start: exit code 1, or 2 where the options are to blame.
    pub fn start(error: Error) -> Failure {
        match error {
            Error::UnknownRung(_) => Failure::usage(error.to_string()),
            error => error.into(),
        }
    }

    /// The same failure with strace's exit code, which is always 1.
    pub fn like_strace(self) -> Failure {
        Failure { code: 1, ..self }
    }

    /// A signal came before tracing began. With a command 128 and the signal, as if it had run;
    /// without one it ends a run like any other, which saw nothing.
    pub fn interrupted(command: Option<&OsString>, signal: Signal) -> Failure {
        let (code, what) = match command {
            Some(name) => (signal.code(), format!("{} was started", shown(name))),
            None => (0, "tracing began".to_owned()),
        };
        Failure {
            code,
            error: anyhow::anyhow!("interrupted before {what}"),
        }
    }

    /// An output takes nothing and the user would not wait: exit code 1.
    pub fn stalled(delivered: u64, written: u64) -> Failure {
        let lost = delivered.saturating_sub(written);
        Failure {
            code: 1,
            error: anyhow::anyhow!(
                "gave up on the output, which takes nothing: {lost} of {delivered} delivered \
                 records are not written, and its last line may be cut; read it, or write to a \
                 file (-o FORMAT:PATH)"
            ),
        }
    }

    /// An output was lost: exit code 1.
    pub fn output(error: io::Error) -> Failure {
        let hint = match error.kind() {
            io::ErrorKind::StorageFull => "; free some space or write elsewhere (-o FORMAT:PATH)",
            io::ErrorKind::BrokenPipe => "; its reader has gone",
            _ => "",
        };
        Failure {
            code: 1,
            error: anyhow::anyhow!("cannot write the output: {error}{hint}"),
        }
    }

    /// The exit code.
    pub const fn code(&self) -> u8 {
        self.code
    }
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure {
            code: 1,
            error: error.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}
