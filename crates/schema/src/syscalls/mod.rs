//! System calls: one row per call, from which its event, what is copied for it in the kernel, its
//! outputs and its page follow.
//!
//! Numbers are those of `arch/x86/entry/syscalls/syscall_{64,32}.tbl` and of
//! `include/uapi/asm-generic/unistd.h` (aarch64); tests compare numbers and arguments with the
//! kernel headers, tracepoint formats and types of the machine they run on.

use crate::abi::Abi;
use crate::types::Type;

/// An argument.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// The name that Tracee has, else the man page's.
    pub name: &'static str,
    /// How it is passed and what it means.
    pub kind: Type,
}

/// How the tracer makes the call itself, to prove that a hook on it is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// With -1 for every argument: it fails, or does nothing to a child that is about to end.
    MinusOne,
    /// Not at all: it would do harm, not return, or take long.
    Never,
}

/// One system call.
#[derive(Debug)]
pub struct Syscall {
    /// The name without `sys_`.
    pub name: &'static str,
    /// Its name in the kernel's table for 32-bit callers, where that is another: `clock_gettime64`
    /// for what is `clock_gettime` to 64-bit ones.
    pub name32: &'static str,
    /// The first sentence of its page.
    pub doc: &'static str,
    /// Its number for 64-bit x86, if it has one.
    pub x86_64: Option<u16>,
    /// Its number for x32 without bit 30, where that is not the 64-bit one: calls whose structures
    /// have pointers.
    pub x32: Option<u16>,
    /// Its number for 32-bit x86.
    pub i386: Option<u16>,
    /// Its number for 64-bit Arm.
    pub aarch64: Option<u16>,
    /// The arguments.
    pub args: &'static [Arg],
    /// The arguments that 32-bit callers pass, where they are not the same.
    pub args32: Option<&'static [Arg]>,
    /// The arguments that callers of its own x32 number pass, where they are not the same.
    pub args_x32: Option<&'static [Arg]>,
    /// The arguments that callers on 64-bit Arm pass, where they are not the same.
    pub args_aarch64: Option<&'static [Arg]>,
    /// What it returns.
    pub ret: Type,
    /// Whether it never returns to its caller.
    pub never_returns: bool,
    /// Whether its beginning is told in any case: it may wait without limit, or end what it names.
    pub entry: bool,
    /// The sets its event belongs to, besides `syscalls` and `32bit_unique`.
    pub sets: &'static [&'static str],
    /// Whether 32-bit callers are served by a function of their own (`compat_sys_*`).
    pub compat: bool,
    /// The name of the kernel's function after `sys_`, where it is not the call's own.
    pub function: &'static str,
    /// The same for 32-bit callers (`ia32_pread64`, `compat_sys_` and `sys_` not included).
    pub function32: &'static str,
    /// The same for callers of its own x32 number, where it is not that of 32-bit ones.
    pub function_x32: &'static str,
    /// Whether 32-bit callers pass a pointer to an array of the arguments instead (`mmap`).
    pub packed32: bool,
    /// The kernel that brought it; empty for those before 3.0.
    pub since: &'static str,
    /// The man page section it rests on, where it is not `name(2)`.
    pub man: &'static str,
    /// How a hook on it is proved live.
    pub proof: Proof,
    /// The event that covers it, where that is not its own.
    pub event: &'static str,
}

impl Syscall {
    /// What a call has that nothing else is said of.
    pub const PLAIN: Syscall = Syscall {
        name: "",
        name32: "",
        doc: "",
        x86_64: None,
        x32: None,
        i386: None,
        aarch64: None,
        args: &[],
        args32: None,
        args_x32: None,
        args_aarch64: None,
        ret: Type::Long,
        never_returns: false,
        entry: false,
        sets: &[],
        compat: false,
        function: "",
        function32: "",
        function_x32: "",
        packed32: false,
        since: "",
        man: "",
        proof: Proof::MinusOne,
        event: "",
    };
}

/// Turns rows into [`Syscall`] values:
///
/// ```text
/// /// Reads from a file descriptor.
/// read x86_64 0, i386 3, aarch64 63;
///     (fd: Fd, buf: Out(&Bytes(Ret)), count: Size) -> Long
///     in ["fs", "fs_read_write"]
///     with { entry: true }
/// ```
macro_rules! calls {
    ($(
        #[doc = $doc:literal]
        $name:ident $($abi:ident $number:literal),*;
            ($($arg:ident: $kind:expr),* $(,)?) -> $ret:expr,
            in [$($set:literal),* $(,)?]
            $(i386 ($($arg32:ident: $kind32:expr),* $(,)?))?
            $(x32 ($($arg_x32:ident: $kind_x32:expr),* $(,)?))?
            $(aarch64 ($($arg_arm:ident: $kind_arm:expr),* $(,)?))?
            $(with { $($key:ident: $value:expr),* $(,)? })?
    )*) => {
        pub(super) static ROWS: &[crate::syscalls::Syscall] = &[$(crate::syscalls::Syscall {
            name: stringify!($name),
            doc: $doc,
            $($abi: Some($number),)*
            args: &[$(crate::syscalls::Arg {
                name: crate::types::member(stringify!($arg)),
                kind: $kind,
            }),*],
            $(args32: Some(&[$(crate::syscalls::Arg {
                name: crate::types::member(stringify!($arg32)),
                kind: $kind32,
            }),*]),)?
            $(args_x32: Some(&[$(crate::syscalls::Arg {
                name: crate::types::member(stringify!($arg_x32)),
                kind: $kind_x32,
            }),*]),)?
            $(args_aarch64: Some(&[$(crate::syscalls::Arg {
                name: crate::types::member(stringify!($arg_arm)),
                kind: $kind_arm,
            }),*]),)?
            ret: $ret,
            sets: &[$($set),*],
            $($($key: $value,)*)?
            ..crate::syscalls::Syscall::PLAIN
        }),*];
    };
}

mod attribute;
mod bpf;
mod credential;
mod directory;
mod file;
mod futex;
mod historic;
mod io_uring;
mod ioctl;
mod ipc;
mod keys;
mod memory;
mod mount;
pub mod multiplexed;
mod network;
mod perf;
mod poll;
mod prctl;
mod process;
mod ptrace;
mod schedule;
mod security;
pub(crate) mod siginfo;
mod signal;
mod socket_options;
mod system;
pub(crate) mod time;

/// Families of calls, one file each.
static FAMILIES: &[&[Syscall]] = &[
    file::ROWS,
    process::ROWS,
    memory::ROWS,
    schedule::ROWS,
    credential::ROWS,
    prctl::ROWS,
    system::ROWS,
    historic::ROWS,
    network::ROWS,
    io_uring::ROWS,
    keys::ROWS,
    perf::ROWS,
    security::ROWS,
    bpf::ROWS,
    ioctl::ROWS,
    ptrace::ROWS,
    poll::ROWS,
    signal::ROWS,
    futex::ROWS,
    ipc::ROWS,
    time::ROWS,
    attribute::ROWS,
    directory::ROWS,
    mount::ROWS,
];

/// Every system call, family by family.
pub fn all() -> impl Iterator<Item = &'static Syscall> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The row of a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Syscall> {
    all().find(|row| row.name == name)
}

/// The row of a number under an ABI. x32 callers who use the 64-bit number of a call that x32 numbers
/// for itself mean that call, and are refused by the kernel.
#[must_use]
pub fn by_number(abi: Abi, number: u16) -> Option<&'static Syscall> {
    let abi = layout(abi, number);
    all().find(|row| row.number(abi) == Some(number))
}

/// The first number that x32 has for itself (`arch/x86/entry/syscalls/syscall_64.tbl`, v6.12).
pub const OWN_OF_X32: u16 = 512;

/// The convention by which what a call points at is laid out: x32 has the structures of 64-bit
/// programs but for the calls that it numbers itself.
#[must_use]
pub const fn layout(abi: Abi, number: u16) -> Abi {
    match abi {
        Abi::X32 if number < OWN_OF_X32 => Abi::X86_64,
        abi => abi,
    }
}

/// Where an argument's value is: its first register, and whether it takes the next one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The register, 0 for the first.
    pub register: usize,
    /// Whether the next register holds the upper half.
    pub split: bool,
}

impl Syscall {
    /// The number under an ABI.
    #[must_use]
    pub const fn number(&self, abi: Abi) -> Option<u16> {
        match abi {
            Abi::None => None,
            Abi::X86_64 => self.x86_64,
            Abi::X32 if self.x32.is_some() => self.x32,
            Abi::X32 => self.x86_64,
            Abi::I386 => self.i386,
            Abi::Aarch64 => self.aarch64,
        }
    }

    /// The name in the kernel's table for an ABI.
    #[must_use]
    pub const fn spelled(&self, abi: Abi) -> &'static str {
        match abi {
            Abi::I386 if !self.name32.is_empty() => self.name32,
            _ => self.name,
        }
    }

    /// The arguments as callers of an ABI pass them.
    #[must_use]
    pub const fn arguments(&self, abi: Abi) -> &'static [Arg] {
        let other = match abi {
            Abi::I386 => self.args32,
            Abi::X32 => self.args_x32,
            Abi::Aarch64 => self.args_aarch64,
            _ => None,
        };
        match other {
            Some(args) => args,
            None => self.args,
        }
    }

    /// Where each argument is under an ABI; one that would lie beyond the sixth register is left out.
    #[must_use]
    pub fn places(&self, abi: Abi) -> Vec<Place> {
        let mut register = 0;
        let mut places = Vec::new();
        for arg in self.arguments(abi) {
            let split = abi == Abi::I386 && matches!(arg.kind, Type::Loff | Type::Split(_));
            places.push(Place { register, split });
            register += 1 + usize::from(split);
        }
        places.retain(|place| place.register + usize::from(place.split) < REGISTERS);
        places
    }

    /// The function behind its own x32 number, after `compat_sys_`.
    const fn function_of_x32(&self) -> &'static str {
        if !self.function_x32.is_empty() {
            self.function_x32
        } else if !self.function32.is_empty() {
            self.function32
        } else {
            self.name
        }
    }

    /// The kernel functions that really serve the call on a machine whose 64-bit ABI is `native`.
    ///
    /// `__ia32_sys_rt_sigprocmask` exists too, attaches and never fires: compat calls go to
    /// `__ia32_compat_sys_*` where the call has a compat form.
    #[must_use]
    pub fn functions(&self, native: Abi) -> Vec<String> {
        let own = |name: &'static str| if name.is_empty() { self.name } else { name };
        let mut functions = Vec::new();
        match native {
            Abi::Aarch64 if self.aarch64.is_some() => {
                functions.push(format!("__arm64_sys_{}", own(self.function)));
            }
            Abi::X86_64 => {
                if self.x86_64.is_some() {
                    functions.push(format!("__x64_sys_{}", own(self.function)));
                }
                if self.i386.is_some() {
                    let compat = if self.compat { "compat_" } else { "" };
                    let name = own(if self.function32.is_empty() {
                        self.function
                    } else {
                        self.function32
                    });
                    functions.push(format!("__ia32_{compat}sys_{name}"));
                }
                if self.x32.is_some() && self.compat {
                    // The name is the second from 5.19 on.
                    for prefix in ["x32", "x64"] {
                        functions.push(format!("__{prefix}_compat_sys_{}", self.function_of_x32()));
                    }
                }
            }
            _ => {}
        }
        functions
    }
}

/// Registers that carry arguments.
pub const REGISTERS: usize = 6;

/// The kernel functions that really serve `calls`; see [`Syscall::functions`].
#[must_use]
pub fn functions(calls: &[&str], native: Abi) -> Vec<String> {
    let rows = calls.iter().filter_map(|name| by_name(name));
    rows.flat_map(|row| row.functions(native)).collect()
}

#[cfg(test)]
mod tests;
