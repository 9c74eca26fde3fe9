//! Every call, whichever it is. Ids 480 to 489.

use super::events;
use crate::field::{kernel, register};
use crate::kind::Kind::I32;

events! {
    /// A system call begins.
    ///
    /// Any, also one whose number the kernel does not know. Its arguments are told by the event of its name.
    sys_enter = 480 by Hook
        on ["tp_btf/sys_enter", "raw_tp/sys_enter"]
        sets []
        {
            /// The number of the call, by the convention it is made by.
            syscall: I32, register("(s32)number").ctype("int");
        }
        page {
            purpose: "Sees that a call begins, whichever it is.",
            use_case: "Count calls, or see those that have no name.",
            command: "sudo tracehound -e sys_enter -- true",
            issues: [
                "Each call makes a record, which costs it: name a command or processes to follow.",
                "The number is what the kernel goes by: a tracer of the process can have changed it before. A call that seccomp(2) refuses before its beginning is told is not seen here, but by sys_exit.",
                "Calls that the processor makes by old ways (vsyscall) and those that code in the vdso answers without the kernel are not seen.",
            ],
            related: ["sys_exit", "suspicious_syscall_source"],
            sources: ["syscall(2)", "include/trace/events/syscalls.h (v6.18)"],
        }

    /// A system call ends.
    sys_exit = 481 by Hook
        on ["tp_btf/sys_exit", "raw_tp/sys_exit"]
        sets []
        {
            /// The number of the call, by the convention it is made by.
            syscall: I32, kernel("ended_call(number)").ctype("int").unread("of rt_sigreturn(2) and sigreturn(2), which put other registers in place, and of a call with a negative number");
        }
        ret true
        page {
            purpose: "Sees that a call ends, whichever it is, and what it returns.",
            use_case: "Count calls, or see those that have no name.",
            command: "sudo tracehound -e sys_exit -- true",
            issues: [
                "Each call makes a record, which costs it: name a command or processes to follow.",
                "Calls that do not return (exit, exit_group) have no end. After an execve(2) the end is that of the new program; where it is one of another width, the number is still the old program's.",
                "Errors that the kernel keeps for itself, after which it begins a call anew (ERESTARTSYS), are told as they are.",
            ],
            related: ["sys_enter"],
            sources: ["syscall(2)", "include/trace/events/syscalls.h (v6.18)"],
        }
}
