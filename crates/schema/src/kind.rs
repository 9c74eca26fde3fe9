//! Field kinds: how the 8-byte slot of a field, and the tail bytes it may point at, are to be read.

use crate::types::Type;

/// A table of names for numbers. Several values may share a prefix, none may share a name.
#[derive(Debug)]
pub struct Names {
    /// What the table names, as the man page calls it (`how`, `si_code`).
    pub title: &'static str,
    /// The values, each with its C name, in the order they are to be printed.
    pub rows: &'static [(i64, &'static str)],
}

impl Names {
    /// The name of `value`, if the table has it.
    #[must_use]
    pub fn name(&self, value: i64) -> Option<&'static str> {
        self.rows.iter().find(|row| row.0 == value).map(|row| row.1)
    }
}

/// How a field's value is stored and what it means.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Signed 32-bit integer.
    I32,
    /// Unsigned 32-bit integer.
    U32,
    /// Signed 64-bit integer.
    I64,
    /// Unsigned 64-bit integer.
    U64,
    /// True or false.
    Bool,
    /// A process or thread id (which namespace: see the field's sentence).
    Pid,
    /// A user id in the initial user namespace.
    Uid,
    /// A size in bytes (`size_t`).
    Size,
    /// An address in the traced process, printed in hexadecimal.
    Addr,
    /// An instant: nanoseconds since boot, suspended time included (`CLOCK_BOOTTIME`).
    Time,
    /// An instant as files have it: nanoseconds since 1970.
    WallTime,
    /// A device number as the kernel keeps it (`major << 20 | minor`).
    Dev,
    /// One of a table of names; an unknown value stays a number.
    Enum(&'static Names),
    /// Bits by name; unknown bits stay a number.
    Flags(&'static Names),
    /// Type and permissions of a file (`umode_t`).
    Mode,
    /// A set of capabilities: bit `n` stands for capability `n`.
    CapSet,
    /// A set of signals: bit `n - 1` stands for signal `n`, 64 bits, the kernel's own form.
    SigSet,
    /// A signal number.
    Signal,
    /// What a signal does: `SIG_DFL`, `SIG_IGN` or a handler's address.
    Handler,
    /// Bytes of text without the final NUL. They come from a process and are not to be trusted.
    Str,
    /// Several NUL-terminated texts, one after another.
    StrArray,
    /// A path as the kernel resolves it: NUL-terminated names from the last to the first. One that
    /// begins with NUL is no path but text, as `pipe:[4711]` is.
    Path,
    /// Bytes that mean nothing as text.
    Bytes,
    /// A socket address, as `struct sockaddr` and its forms have it.
    SockAddr,
    /// A host's address: 4 bytes of IPv4, or 16 of IPv6.
    Ip,
    /// A task's credentials: [`crate::record::CredFacts`].
    Cred,
    /// An argument of a system call, in the registers and the copied memory of its record.
    Arg(&'static Type),
}

impl Kind {
    /// Whether the slot points at tail bytes instead of holding the value.
    #[must_use]
    pub const fn has_tail(&self) -> bool {
        matches!(
            self,
            Kind::Str
                | Kind::StrArray
                | Kind::Path
                | Kind::Bytes
                | Kind::SockAddr
                | Kind::Ip
                | Kind::Cred
        )
    }

    /// The kind's name as pages print it, with the C type it mirrors.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Kind::I32 => "int32",
            Kind::U32 => "uint32",
            Kind::I64 => "int64",
            Kind::U64 => "uint64",
            Kind::Bool => "bool",
            Kind::Pid => "pid",
            Kind::Uid => "uid",
            Kind::Size => "size",
            Kind::Addr => "address",
            Kind::Time => "time",
            Kind::WallTime => "walltime",
            Kind::Dev => "device",
            Kind::Mode => "mode",
            Kind::CapSet => "capset",
            Kind::Enum(_) => "enum",
            Kind::Flags(_) => "flags",
            Kind::SigSet => "sigset",
            Kind::Signal => "signal",
            Kind::Handler => "handler",
            Kind::Str => "string",
            Kind::StrArray => "string[]",
            Kind::Path => "path",
            Kind::Bytes => "bytes",
            Kind::SockAddr => "sockaddr",
            Kind::Ip => "ip",
            Kind::Cred => "cred",
            Kind::Arg(_) => "argument",
        }
    }
}
