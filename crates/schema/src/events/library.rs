//! The C library's signal functions, opt-in: breakpoints in the libraries that processes map.

use super::{events, facts};
use crate::field::{tracer, user, user_register};
use crate::kind::Kind::{Addr, Dev, Enum, Handler, SigSet, Signal, Str, U64};
use crate::names;

/// Which copies of a function are probed.
const WHERE_SEEN: &str = "Seen in every glibc and musl that is mapped as a library. A program linked statically, or a copy of the function inside another library, is not seen.";
/// Where arguments are.
const ON_THE_STACK: &str = "In a 32-bit (i386) library the arguments are on the stack, in user memory, as is caller everywhere.";
/// When a library is probed.
const PROBED_LATER: &str = "A library file that nothing mapped before is probed some milliseconds after its first mapping (0.6 to 8 were seen; the account says how long); calls before that are missed. The host's own libraries are probed before a command starts.";

facts! {
    /// Where the call came from: the address that the function returns to.
    CALLER: Addr, user("return address").ctype("void *");
    /// The library's path as it was named when it was found; a container that shares the file may name it otherwise.
    LIBRARY: Str, tracer("path at attachment");
    /// The device of the library's file; on an overlay, that of the layer's own file.
    DEV: Dev, tracer("the mapped file").ctype("dev_t");
    /// The inode number of the library's file.
    INODE: U64, tracer("the mapped file").ctype("unsigned long");
    /// What to do with the set: SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK.
    HOW: Enum(&names::HOW), user_register("argument 1").ctype("int");
    /// The first 64 signals of the set that is passed: all there are. Absent when the pointer is null.
    SET: SigSet, user("argument 2").ctype("const sigset_t *restrict").opt();
    /// Address where the previous mask is to be stored; 0 when it is not asked for.
    OLDSET: Addr, user_register("argument 3").ctype("sigset_t *restrict");
}

events! {
    /// A program set what a signal does, by the C library's signal().
    ///
    /// The function is entered; what it returns is not part of the event. bsd_signal() and
    /// ssignal() are the same code under other names and are seen too, sysv_signal() is not.
    libc_signal = 130 by Library
        on ["uprobe.multi/signal", "uprobe/signal"]
        sets ["libc"]
        {
            /// The signal.
            signum: Signal, user_register("argument 1").ctype("int");
            /// What it is to do: SIG_DFL, SIG_IGN or a handler's address.
            handler: Handler, user_register("argument 2").ctype("sighandler_t");
            caller: CALLER;
            library: LIBRARY;
            dev: DEV;
            inode: INODE;
        }
        page {
            purpose: "Sees the call as the program makes it, before the library turns it into rt_sigaction.",
            use_case: "Find who ignores SIGPIPE or SIGTERM, and from where in the program.",
            command: "sudo tracehound -e libc_signal -- timeout 9 true",
            issues: [
                "A program that uses sigaction() does not come here.",
                WHERE_SEEN,
                PROBED_LATER,
                ON_THE_STACK,
            ],
            related: ["signal_deliver", "sigprocmask", "libc_sigaddset"],
            sources: ["signal(2)", "sysv_signal(3)", "bsd_signal(3)"],
        }

    /// A program added a signal to a set, by the C library's sigaddset().
    ///
    /// The call makes no system call, so nothing but the library can tell of it. It only changes
    /// the caller's memory; the set has an effect when it is passed on, for example to
    /// sigprocmask().
    libc_sigaddset = 131 by Library
        on ["uprobe.multi/sigaddset", "uprobe/sigaddset"]
        sets ["libc"]
        {
            /// Address of the set: tells the sets of a program apart.
            set_address: Addr, user_register("argument 1").ctype("sigset_t *");
            /// The first 64 signals of the set, before the addition. Absent when the pointer is null.
            set: SigSet, user("argument 1").ctype("sigset_t *").opt();
            /// The signal to add. One that cannot be is refused by the library with EINVAL.
            signum: Signal, user_register("argument 2").ctype("int");
            caller: CALLER;
            library: LIBRARY;
            dev: DEV;
            inode: INODE;
        }
        page {
            purpose: "Sees the call at its start, with the set as it was.",
            use_case: "See which signals a program gathers, and where, before it blocks or waits for them.",
            command: "sudo tracehound -e libc_sigaddset,sigprocmask -- bash -c true",
            issues: [
                "A set that sigemptyset() has not prepared holds whatever the memory held.",
                "A set that is not resident is listed under unread with its address.",
                WHERE_SEEN,
                PROBED_LATER,
                ON_THE_STACK,
            ],
            related: ["sigprocmask", "libc_sigprocmask", "libc_pthread_sigmask"],
            sources: ["sigsetops(3)"],
        }

    /// A program examined or changed its signal mask, by the C library's sigprocmask().
    ///
    /// glibc and musl make the system call by way of pthread_sigmask(), so that a call shows as
    /// libc_sigprocmask, libc_pthread_sigmask and sigprocmask. Before the system call glibc takes
    /// the two signals that it uses itself (32 and 33) out of the set.
    libc_sigprocmask = 132 by Library
        on ["uprobe.multi/sigprocmask", "uprobe/sigprocmask"]
        sets ["libc"]
        {
            how: HOW;
            set: SET;
            oldset: OLDSET;
            caller: CALLER;
            library: LIBRARY;
            dev: DEV;
            inode: INODE;
        }
        page {
            purpose: "Sees the call as the program makes it, with the place it was made from.",
            use_case: "Find the code that blocks a signal: caller is an address in it.",
            command: "sudo tracehound -e libc_sigprocmask,sigprocmask -- bash -c true",
            issues: [
                "The set is read from user memory, which another thread can rewrite before the kernel reads it; one that is not resident is listed under unread. What the kernel did is told by sigprocmask.",
                WHERE_SEEN,
                PROBED_LATER,
                ON_THE_STACK,
            ],
            related: ["sigprocmask", "libc_pthread_sigmask", "libc_sigaddset"],
            sources: ["sigprocmask(2), section C library/kernel differences", "nptl(7)"],
        }

    /// A thread examined or changed its signal mask, by the C library's pthread_sigmask().
    ///
    /// In glibc before 2.32 the function is in libpthread.so.0, which is probed as well.
    /// sigprocmask() ends up here too; caller is then inside the library.
    libc_pthread_sigmask = 133 by Library
        on ["uprobe.multi/pthread_sigmask", "uprobe/pthread_sigmask"]
        sets ["libc"]
        {
            how: HOW;
            set: SET;
            oldset: OLDSET;
            caller: CALLER;
            library: LIBRARY;
            dev: DEV;
            inode: INODE;
        }
        page {
            purpose: "Sees the call as the program makes it, with the place it was made from.",
            use_case: "Find the thread and the code that block a signal.",
            command: "sudo tracehound -e libc_pthread_sigmask,sigprocmask -- bash -c true",
            issues: [
                "The set is read from user memory, which another thread can rewrite before the kernel reads it; one that is not resident is listed under unread. What the kernel did is told by sigprocmask.",
                WHERE_SEEN,
                PROBED_LATER,
                ON_THE_STACK,
            ],
            related: ["sigprocmask", "libc_sigprocmask", "libc_sigaddset"],
            sources: ["pthread_sigmask(3)", "nptl(7)"],
        }
}
