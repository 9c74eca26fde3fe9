//! Requests of io_uring.

use std::os::fd::{FromRawFd as _, OwnedFd, RawFd};

use super::{Trigger, trigger};

pub(super) const TRIGGERS: &[Trigger] = &[
    trigger("io_uring_create", || drop(ring())),
    trigger("io_uring_submit_req", submit),
];

/// Bytes of `struct io_uring_params`.
const PARAMETERS: usize = 120;
/// Where in it the places of the ring's words are: its tail and its array of requests.
const TAIL: usize = 44;
const ARRAY: usize = 64;
/// `IORING_OFF_SQES`, where the requests themselves are mapped.
const REQUESTS: libc::off_t = 0x1000_0000;
const PAGE: usize = 4096;

struct Ring {
    descriptor: OwnedFd,
    parameters: [u32; PARAMETERS / 4],
}

/// A ring of one request, which goes with its descriptor.
fn ring() -> Option<Ring> {
    let mut parameters = [0_u32; PARAMETERS / 4];
    // SAFETY: the kernel reads and writes PARAMETERS bytes there.
    let made = unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, parameters.as_mut_ptr()) };
    let made = RawFd::try_from(made).ok().filter(|made| *made >= 0)?;
    Some(Ring {
        // SAFETY: nothing else has the descriptor that was just made.
        descriptor: unsafe { OwnedFd::from_raw_fd(made) },
        parameters,
    })
}

fn mapped(descriptor: RawFd, from: libc::off_t) -> Option<*mut u32> {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let none = std::ptr::null_mut();
    // SAFETY: a new mapping, at a place that the kernel chooses.
    let at = unsafe { libc::mmap(none, PAGE, access, libc::MAP_SHARED, descriptor, from) };
    (at != libc::MAP_FAILED).then_some(at.cast())
}

/// A request to do nothing: the first of the ring, all of its bytes 0 as they are (`IORING_OP_NOP`).
fn submit() {
    use std::os::fd::AsRawFd as _;

    let Some(ring) = ring() else { return };
    let descriptor = ring.descriptor.as_raw_fd();
    let Some(words) = mapped(descriptor, 0) else {
        return;
    };
    let place = |at: usize| ring.parameters[at / 4] as usize;
    if mapped(descriptor, REQUESTS).is_none() || place(TAIL).max(place(ARRAY)) > PAGE - 4 {
        return;
    }
    // SAFETY: both words lie in the page that is mapped, and nothing else looks at it.
    unsafe {
        words.byte_add(place(ARRAY)).write_volatile(0);
        words.byte_add(place(TAIL)).write_volatile(1);
    }
    let none = std::ptr::null::<u8>();
    // SAFETY: submits what is in the ring; no other memory is handed over.
    unsafe { libc::syscall(libc::SYS_io_uring_enter, descriptor, 1, 0, 0, none, 0) };
}
