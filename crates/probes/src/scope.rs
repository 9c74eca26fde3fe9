//! The scope as user space sees it: putting a task in, asking whether one is in.
//!
//! The programs keep it with each task and hand it down at fork (`bpf/scope.h`).

use std::io;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};

use libbpf_rs::{MapCore as _, MapFlags};

use crate::error::Error;
use crate::object::{Flavour, Maps};

/// Bytes of `in_scope` and its padding, the last of a task's state (`bpf/task.h`).
const TAIL: usize = 8;

/// `PIDFD_THREAD` (`include/uapi/linux/pidfd.h`).
const PIDFD_THREAD: i32 = libc::O_EXCL;

/// How a task comes into scope (`in_scope` of `bpf/task.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// With all that it does from now on.
    Running = 1,
    /// Without the end of the read that it waits in.
    Held = 2,
}

/// Puts a task and its future descendants in scope.
pub fn enter(maps: &Maps, flavour: Flavour, pid: u32, entry: Entry) -> Result<(), Error> {
    let size = maps.tasks.value_size() as usize;
    let mut state = vec![0u8; size];
    state[size - TAIL..size - 4].copy_from_slice(&(entry as u32).to_ne_bytes());
    let key = Key::of(flavour, pid).map_err(Error::io("opening the command's pidfd"))?;
    maps.tasks
        .update(&key.bytes(), &state, MapFlags::ANY)
        .map_err(Error::bpf("putting the command in scope"))
}

/// Whether a process is in scope; one that has ended is not.
pub fn contains(maps: &Maps, flavour: Flavour, pid: u32) -> bool {
    let key = Key::of(flavour, pid).ok();
    let state = key.and_then(|key| maps.tasks.lookup(&key.bytes(), MapFlags::ANY).ok()?);
    state.is_some_and(|state| {
        let tail = state.get(state.len().saturating_sub(TAIL)..);
        tail.and_then(|tail| tail.first_chunk())
            .is_some_and(|word| u32::from_ne_bytes(*word) != 0)
    })
}

/// What a task's state is filed under.
enum Key {
    Id(u32),
    Descriptor(OwnedFd),
}

impl Key {
    fn of(flavour: Flavour, pid: u32) -> io::Result<Key> {
        match flavour {
            Flavour::Legacy => Ok(Key::Id(pid)),
            Flavour::Modern => pidfd_open(pid).map(Key::Descriptor),
        }
    }

    fn bytes(&self) -> [u8; 4] {
        match self {
            Key::Id(pid) => pid.to_ne_bytes(),
            Key::Descriptor(descriptor) => descriptor.as_raw_fd().to_ne_bytes(),
        }
    }
}

fn pidfd_open(pid: u32) -> io::Result<OwnedFd> {
    let open = |flags: i32| {
        // SAFETY: a system call with two numbers; the result is checked.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) };
        i32::try_from(fd).unwrap_or(-1)
    };
    let mut fd = open(0);
    if fd < 0 {
        // A thread that is not its process's first has a descriptor of its own kind, from 6.9 on.
        fd = open(PIDFD_THREAD);
    }
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just opened it for us and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
