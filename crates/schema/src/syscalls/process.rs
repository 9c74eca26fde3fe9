//! Processes, memory, scheduling, credentials and the system.

use super::Proof;
use crate::types::Type::{I32, In, Long, Path, Strings};

calls! {
    /// Ends every thread of the calling process.
    exit_group x86_64 231, i386 252, aarch64 94;
        (status: I32) -> Long,
        in ["proc", "proc_life"]
        with { never_returns: true, proof: Proof::Never }

    /// Replaces the program of the calling process.
    execve x86_64 59, i386 11, aarch64 221;
        (pathname: In(&Path), argv: In(&Strings), envp: In(&Strings)) -> Long,
        in ["proc", "proc_life"]
        with { compat: true }
}
