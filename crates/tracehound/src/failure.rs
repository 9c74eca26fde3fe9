//! What ends the program early, with its exit code.

use std::fmt;
use std::io;

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
