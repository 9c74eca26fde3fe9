//! Waiting on many descriptors.

use super::time::{TIMESPEC, TIMESPEC64, TIMEVAL};
use crate::names;
use crate::types::Len::{Arg, Ret};
use crate::types::Type::{
    Array, Enum, Fd, FdSet, Flags, I32, In, InOut, Long, Out, SigSet, Size, Struct, U32, U64, Wide,
};
use crate::types::Width::W16;
use crate::types::{Type, structs};

structs! {
    /// A descriptor, and what is waited for or has happened.
    POLLFD = "struct pollfd" {
        fd: Fd, events: Wide(W16, &Flags(&names::poll::POLL)), revents: Wide(W16, &Flags(&names::poll::POLL)),
    }

    /// What the caller wants to be told with an event.
    EPOLL_DATA = "union epoll_data" { u32: U32, u64: U64 } with { union: true }

    /// An event of a descriptor.
    EPOLL_EVENT = "struct epoll_event" { events: Flags(&names::poll::EPOLL), data: Struct(&EPOLL_DATA) }
        with { packed: true, aarch64: Some(&EPOLL_EVENT_ALIGNED) }

    /// An event of a descriptor; only x86 has it without padding.
    EPOLL_EVENT_ALIGNED = "struct epoll_event" { events: Flags(&names::poll::EPOLL), data: Struct(&EPOLL_DATA) }

    /// The signal mask of pselect(2) with its size, which a sixth argument has no room for.
    SIGSET_ARGPACK = "struct sigset_argpack" { sigmask: In(&SigSet(Arg("sigsetsize"))), sigsetsize: Size }
}

/// Descriptors that are waited on, and those that are ready.
const DESCRIPTORS: Type = InOut(&FdSet(Arg("nfds")));
/// The same under the kernel's name of their number.
const DESCRIPTORS32: Type = InOut(&FdSet(Arg("n")));
/// A signal mask.
const MASK: Type = In(&SigSet(Arg("sigsetsize")));

calls! {
    /// Waits for events of descriptors.
    poll x86_64 7, i386 168;
        (fds: InOut(&Array(&Struct(&POLLFD), Arg("nfds"))), nfds: U32, timeout: I32) -> Long,
        in ["fs", "fs_mux_io"]
        with { entry: true }

    /// Waits for events of descriptors, under another signal mask.
    ppoll x86_64 271, i386 414, aarch64 73;
        (fds: InOut(&Array(&Struct(&POLLFD), Arg("nfds"))), nfds: U32, tmo_p: InOut(&Struct(&TIMESPEC64)), sigmask: MASK, sigsetsize: Size) -> Long,
        in ["fs", "fs_mux_io"]
        with { entry: true, compat: true, name32: "ppoll_time64", function32: "ppoll_time64", man: "poll(2)" }

    /// Waits for events of descriptors, under another signal mask, for 32-bit callers with a time of 32 bits.
    ppoll_time32 i386 309;
        (ufds: InOut(&Array(&Struct(&POLLFD), Arg("nfds"))), nfds: U32, tsp: InOut(&Struct(&TIMESPEC)), sigmask: MASK, sigsetsize: Size) -> Long,
        in []
        with { entry: true, compat: true, name32: "ppoll", man: "poll(2)" }

    /// Waits until descriptors of three sets are ready.
    select x86_64 23, i386 142;
        (nfds: I32, readfds: DESCRIPTORS, writefds: DESCRIPTORS, exceptfds: DESCRIPTORS, timeout: InOut(&Struct(&TIMEVAL))) -> Long,
        in ["fs", "fs_mux_io"]
        with { entry: true, compat: true, name32: "_newselect" }

    /// Waits until descriptors of three sets are ready, under another signal mask.
    pselect6 x86_64 270, i386 413, aarch64 72;
        (nfds: I32, readfds: DESCRIPTORS, writefds: DESCRIPTORS, exceptfds: DESCRIPTORS, timeout: InOut(&Struct(&TIMESPEC64)), sigmask: In(&Struct(&SIGSET_ARGPACK))) -> Long,
        in ["fs", "fs_mux_io"]
        with { entry: true, compat: true, name32: "pselect6_time64", function32: "pselect6_time64", man: "select(2)" }

    /// Waits until descriptors of three sets are ready, under another signal mask, for 32-bit callers with a time of 32 bits.
    pselect6_time32 i386 308;
        (n: I32, inp: DESCRIPTORS32, outp: DESCRIPTORS32, exp: DESCRIPTORS32, tsp: InOut(&Struct(&TIMESPEC)), sig: In(&Struct(&SIGSET_ARGPACK))) -> Long,
        in []
        with { entry: true, compat: true, name32: "pselect6", man: "select(2)" }

    /// Creates an epoll instance, the size being a hint that is not used.
    epoll_create x86_64 213, i386 254;
        (size: I32) -> Fd,
        in ["fs", "fs_mux_io"]

    /// Creates an epoll instance.
    epoll_create1 x86_64 291, i386 329, aarch64 20;
        (flags: Flags(&names::poll::EPOLL_FLAGS)) -> Fd,
        in ["fs", "fs_mux_io"]
        with { man: "epoll_create(2)" }

    /// Adds, changes or removes a descriptor that an epoll instance waits on.
    epoll_ctl x86_64 233, i386 255, aarch64 21;
        (epfd: Fd, op: Enum(&names::poll::EPOLL_OPERATION), fd: Fd, event: In(&Struct(&EPOLL_EVENT))) -> Long,
        in ["fs", "fs_mux_io"]

    /// Waits for events of an epoll instance.
    epoll_wait x86_64 232, i386 256;
        (epfd: Fd, events: Out(&Array(&Struct(&EPOLL_EVENT), Ret)), maxevents: I32, timeout: I32) -> Long,
        in ["fs", "fs_mux_io"]
        with { entry: true }

    /// Waits for events of an epoll instance, under another signal mask.
    epoll_pwait x86_64 281, i386 319, aarch64 22;
        (epfd: Fd, events: Out(&Array(&Struct(&EPOLL_EVENT), Ret)), maxevents: I32, timeout: I32, sigmask: MASK, sigsetsize: Size) -> Long,
        in ["fs", "fs_mux_io"]
        with { entry: true, man: "epoll_wait(2)" }

    /// Waits for events of an epoll instance, with a time in nanoseconds.
    epoll_pwait2 x86_64 441, i386 441, aarch64 441;
        (fd: Fd, events: Out(&Array(&Struct(&EPOLL_EVENT), Ret)), maxevents: I32, timeout: In(&Struct(&TIMESPEC64)), sigset: In(&SigSet(Arg("sigsetsize"))), sigsetsize: Size) -> Long,
        in ["fs", "fs_mux_io"]
        with { entry: true, compat: true, since: "5.11", man: "epoll_wait(2)" }

    /// Was never served by a released kernel.
    epoll_ctl_old x86_64 214;
        () -> Long,
        in ["fs", "fs_mux_io"]
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Was never served by a released kernel.
    epoll_wait_old x86_64 215;
        () -> Long,
        in ["fs", "fs_mux_io"]
        with { function: "ni_syscall", man: "unimplemented(2)" }
}
