//! System calls as plain events: the arguments as the registers held them, and what was returned.

use super::events;
use crate::field::register;
use crate::kind::Kind::{Addr, Enum, Size};
use crate::names;

events! {
    /// The system call that examines or changes the calling thread's signal mask.
    ///
    /// The arguments are those of the registers, pointers stay addresses. For the sets and the
    /// mask behind them select sigprocmask.
    rt_sigprocmask = 1014 by Syscall
        on ["fexit", "tp_btf", "raw_tp"]
        calls ["rt_sigprocmask"]
        sets ["syscalls", "signals"]
        {
            /// What to do with the set.
            how: Enum(&names::HOW), register("argument 1").ctype("int");
            /// Address of the set.
            set: Addr, register("argument 2").ctype("const sigset_t *");
            /// Address where the previous mask is to be stored.
            oldset: Addr, register("argument 3").ctype("sigset_t *");
            /// Size of the sets in bytes.
            sigsetsize: Size, register("argument 4").ctype("size_t");
        }
        ret true
        page {
            purpose: "Sees the call at its end.",
            use_case: "Count the calls or look for odd arguments at the least cost.",
            command: "sudo tracehound -e rt_sigprocmask -- bash -c 'true | true'",
            issues: ["Covers rt_sigprocmask of every ABI, not the legacy i386 sigprocmask."],
            related: ["sigprocmask"],
            sources: ["sigprocmask(2)"],
        }
}
