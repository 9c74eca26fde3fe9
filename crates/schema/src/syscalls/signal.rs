//! Signals, time, futexes and System V and POSIX interprocess communication.

use crate::names;
use crate::types::Len::{Arg, Const};
use crate::types::Type::{Enum, In, Long, Out, SigSet, Size};

calls! {
    /// Examines or changes the calling thread's signal mask.
    rt_sigprocmask x86_64 14, i386 175, aarch64 135;
        (how: Enum(&names::HOW), set: In(&SigSet(Arg("sigsetsize"))), oldset: Out(&SigSet(Arg("sigsetsize"))), sigsetsize: Size) -> Long,
        in ["signals"]
        with { compat: true, man: "sigprocmask(2)" }

    /// Examines or changes the calling thread's signal mask, first 32 signals only.
    sigprocmask i386 126;
        (how: Enum(&names::HOW), set: In(&SigSet(Const(4))), oldset: Out(&SigSet(Const(4)))) -> Long,
        in ["signals"]
        with { compat: true, event: "sigprocmask" }
}
