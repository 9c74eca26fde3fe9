//! Proof that a hook is live: calls that the tracer makes itself, in a child of its own.
//!
//! The child is this same program, started as `tracehound __prove`; so the fork, exec and exit of a
//! process are proved along with the calls it makes.

use std::fmt::Write as _;
use std::io;
use std::process::{Command, Stdio};

use tracehound_schema::Abi;

use crate::trigger;

/// The argument that makes the program run [`make_calls`] and nothing else.
pub const ARGUMENT: &str = "__prove";

/// What the child could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// Whether this kernel serves 32-bit calls.
    pub i386: bool,
}

/// A system call that the child makes with -1 for every argument.
pub type Call = (Abi, u16);

/// Runs the child to its end; it does what `events` tell of, besides making the calls.
pub fn run(calls: &[Call], events: &[&str]) -> io::Result<Calls> {
    // Whoever started the tracer may have had it ignored; then no child could be waited for.
    // SAFETY: the default action needs nothing of ours.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_DFL) };
    let status = Command::new("/proc/self/exe")
        .arg(ARGUMENT)
        .arg(written(calls))
        .arg(events.join(","))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    // Without 32-bit support the kernel answers `int $0x80` with SIGSEGV.
    Ok(Calls {
        i386: status.success() && cfg!(target_arch = "x86_64"),
    })
}

/// The calls as the child's argument: numbers with the convention's after a colon.
fn written(calls: &[Call]) -> String {
    let mut text = String::new();
    for (abi, number) in calls {
        let _ = write!(text, "{number}:{} ", *abi as u8);
    }
    text
}

fn read(text: &str) -> impl Iterator<Item = Call> {
    text.split_ascii_whitespace().filter_map(|word| {
        let (number, abi) = word.split_once(':')?;
        Some((Abi::from_byte(abi.parse().ok()?), number.parse().ok()?))
    })
}

extern "C" fn ignore(_: i32) {}

/// The child's part: one call of every kind that an event of ours covers.
pub fn make_calls() {
    let handler = ignore as extern "C" fn(i32);
    // SAFETY: the handler does nothing, so it is safe to run at any point.
    unsafe { libc::signal(libc::SIGUSR1, handler as libc::sighandler_t) };
    // SAFETY: sends a signal to ourselves, for which a handler is in place.
    unsafe { libc::raise(libc::SIGUSR1) };
    let set: u64 = 1 << (libc::SIGUSR2 - 1);
    // SAFETY: the set is eight readable bytes, the old set is not asked for.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_BLOCK,
            &raw const set,
            0usize,
            8usize,
        )
    };
    library_calls();
    let events = std::env::args().nth(3).unwrap_or_default();
    trigger::pull(events.split(','));
    let asked = std::env::args().nth(2).unwrap_or_default();
    for (_, number) in read(&asked).filter(|call| call.0 == Abi::X86_64) {
        // SAFETY: the list has only calls that fail, or do nothing to a process that is about to
        // end, with these arguments.
        unsafe { libc::syscall(number.into(), -1, -1, -1, -1, -1, -1) };
    }
    #[cfg(target_arch = "x86_64")]
    {
        i386_calls();
        for (_, number) in read(&asked).filter(|call| call.0 == Abi::I386) {
            int80_minus_one(number);
        }
    }
}

/// The C library's own functions; `signal` has been called above.
fn library_calls() {
    // SAFETY: a set of zeros is an empty one.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: the set is ours.
    unsafe { libc::sigaddset(&raw mut set, libc::SIGUSR2) };
    let null = std::ptr::null_mut();
    // SAFETY: the set is ours and the old one is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, null) };
    // SAFETY: as above.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, null) };
}

#[cfg(target_arch = "x86_64")]
fn i386_calls() {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_32BIT;
    // SAFETY: a new private mapping; MAP_32BIT because a 32-bit call cannot point above 4 GiB.
    let set = unsafe { libc::mmap(std::ptr::null_mut(), 4096, access, flags, -1, 0) };
    if set == libc::MAP_FAILED {
        std::process::exit(1);
    }
    int80(126, set as u64, 0);
    int80(175, set as u64, 8);
}

/// A 32-bit system call from 64-bit code with -1 for every argument.
#[cfg(target_arch = "x86_64")]
fn int80_minus_one(number: u16) {
    // SAFETY: as for 64-bit calls above; rbx and rbp, which the compiler keeps for itself, are
    // restored; r8 to r11 may be cleared by the kernel.
    unsafe {
        std::arch::asm!(
            "push rbx", "push rbp", "mov rbx, -1", "mov rbp, -1", "int 0x80", "pop rbp", "pop rbx",
            inlateout("rax") u64::from(number) => _,
            in("rcx") -1i64,
            in("rdx") -1i64,
            in("rsi") -1i64,
            in("rdi") -1i64,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
}

/// A 32-bit system call from 64-bit code: `how` is SIG_BLOCK, `set` the second argument.
#[cfg(target_arch = "x86_64")]
fn int80(number: u64, set: u64, size: u64) {
    // SAFETY: the kernel reads at most eight bytes at `set`, which is mapped and zero; rbx, which
    // the compiler keeps for itself, is restored; r8 to r11 may be cleared by the kernel.
    unsafe {
        std::arch::asm!(
            "push rbx", "xor ebx, ebx", "int 0x80", "pop rbx",
            inlateout("rax") number => _,
            in("rcx") set,
            in("rdx") 0u64,
            in("rsi") size,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_child_reads_what_was_written() {
        let calls = [(Abi::X86_64, 257), (Abi::I386, 295)];
        assert_eq!(read(&written(&calls)).collect::<Vec<_>>(), calls);
    }
}
