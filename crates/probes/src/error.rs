//! What can keep the tracer from starting or reading.

use std::io;

/// A failure of the kernel side.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not enough privilege.
    #[error(
        "tracing needs root, or the capabilities CAP_BPF and CAP_PERFMON; run with sudo, or give \
         the container these capabilities"
    )]
    NotRoot,
    /// Nothing can be known about ourselves.
    #[error("cannot read /proc/self/status; mount /proc")]
    NoProc,
    /// The limit of open files is too low.
    #[error(
        "at most {limit} files may be open, and tracing these events needs {needed}; raise the \
         limit with ulimit -n {needed}"
    )]
    FewFiles {
        /// What the limit is.
        limit: usize,
        /// What it must be.
        needed: usize,
    },
    /// The kernel does not describe its types.
    #[error(
        "this kernel has no type information (/sys/kernel/btf/vmlinux); \
         use a kernel built with CONFIG_DEBUG_INFO_BTF=y"
    )]
    NoBtf,
    /// The kernel forbids reading kernel memory.
    #[error(
        "this kernel is locked down in confidentiality mode, which forbids BPF to read kernel \
         memory; boot with lockdown=integrity or none"
    )]
    LockedDown,
    /// No rung of what is needed works here.
    #[error("cannot trace {0}")]
    Unavailable(String),
    /// No such rung in any selected event's ladder.
    #[error("no selected event has a rung called {0}; `tracehound doctor` lists them")]
    UnknownRung(String),
    /// Hooks were being proved when the run ended.
    #[error("the run is over")]
    Over,
    /// Something that libbpf was asked to do.
    #[error("{doing}")]
    Bpf {
        /// What was being done.
        doing: &'static str,
        /// What libbpf said.
        source: libbpf_rs::Error,
    },
    /// Something that the system was asked to do.
    #[error("{doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn bpf(doing: &'static str) -> impl FnOnce(libbpf_rs::Error) -> Error {
        move |source| Error::Bpf { doing, source }
    }

    pub(crate) fn io(doing: &'static str) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { doing, source }
    }
}
