//! System calls: names, numbers per ABI and the kernel functions that serve them.
//!
//! Numbers are those of `arch/x86/entry/syscalls/syscall_{64,32}.tbl` and of
//! `include/uapi/asm-generic/unistd.h` (aarch64) at v6.18; a test compares them with the kernel
//! headers of the machine it runs on.

use crate::abi::Abi;

/// One system call.
#[derive(Debug)]
pub struct Syscall {
    /// The name without `sys_`.
    pub name: &'static str,
    /// Its number for 64-bit x86 (and x32), if it has one.
    pub x86_64: Option<u16>,
    /// Its number for 32-bit x86.
    pub i386: Option<u16>,
    /// Its number for 64-bit Arm.
    pub aarch64: Option<u16>,
    /// Whether 32-bit callers are served by a function of their own (`compat_sys_*`).
    pub compat: bool,
}

/// Every system call that an event covers.
pub static TABLE: &[Syscall] = &[
    Syscall {
        name: "rt_sigprocmask",
        x86_64: Some(14),
        i386: Some(175),
        aarch64: Some(135),
        compat: true,
    },
    Syscall {
        name: "sigprocmask",
        x86_64: None,
        i386: Some(126),
        aarch64: None,
        compat: true,
    },
];

impl Syscall {
    /// The number under an ABI.
    #[must_use]
    pub const fn number(&self, abi: Abi) -> Option<u16> {
        match abi {
            Abi::None => None,
            Abi::X86_64 | Abi::X32 => self.x86_64,
            Abi::I386 => self.i386,
            Abi::Aarch64 => self.aarch64,
        }
    }
}

/// The row of a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Syscall> {
    TABLE.iter().find(|row| row.name == name)
}

/// The row of a number under an ABI.
#[must_use]
pub fn by_number(abi: Abi, number: u16) -> Option<&'static Syscall> {
    TABLE.iter().find(|row| row.number(abi) == Some(number))
}

/// The kernel functions that really serve `calls` on a machine whose 64-bit ABI is `native`.
///
/// `__ia32_sys_rt_sigprocmask` exists too, attaches and never fires: compat calls go to
/// `__ia32_compat_sys_*` where the call has a compat form.
#[must_use]
pub fn functions(calls: &[&str], native: Abi) -> Vec<String> {
    let mut functions = Vec::new();
    for call in calls.iter().filter_map(|name| by_name(name)) {
        let name = call.name;
        match native {
            Abi::Aarch64 if call.aarch64.is_some() => {
                functions.push(format!("__arm64_sys_{name}"));
            }
            Abi::X86_64 => {
                if call.x86_64.is_some() {
                    functions.push(format!("__x64_sys_{name}"));
                }
                if call.i386.is_some() {
                    let compat = if call.compat { "compat_" } else { "" };
                    functions.push(format!("__ia32_{compat}sys_{name}"));
                }
            }
            _ => {}
        }
    }
    functions
}
