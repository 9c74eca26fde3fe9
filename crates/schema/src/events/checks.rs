//! What two views of the kernel say differently. Ids 340 to 349.

use super::events;
use crate::field::tracer;
use crate::kind::Kind::{Addr, Bytes, I64, Size, Str, StrArray, U64};
use crate::sample::Sample::{Absent, Number, Text};

events! {
    /// A kernel module is in one view of the kernel and not in another.
    ///
    /// A module that is loaded is in /proc/modules and in /sys/module. What is in one of them only, or
    /// has symbols and is not listed, hides.
    hidden_kernel_module = 340 by Tracer
        on []
        unproved "it takes a module that hides"
        sets []
        {
            /// Where it lies. Absent where no view says it.
            address: Addr, tracer("/proc/modules, or its first symbol in /proc/kallsyms").opt();
            /// Its name.
            name: Str, tracer("/proc/modules, /sys/module or /proc/kallsyms");
            /// The hash of its source. Absent where it has none.
            srcversion: Str, tracer("/sys/module/NAME/srcversion").opt();
        }
        page {
            purpose: "Compares /proc/modules, /sys/module and the modules that /proc/kallsyms names, when tracing begins and then every 30 to 90 seconds.",
            use_case: "Find rootkits that take themselves off a list.",
            command: "sudo tracehound -e hidden_kernel_module --duration 10m",
            example: [process = Absent, name = Text(b"evil"), address = Number(0xffff_ffff_c05a_1000_u64 as i64), srcversion = Absent],
            issues: [
                "A module that is off all three views is not found, nor is one that has the kernel lie to who reads them.",
                "A difference counts if it is still there after 200 ms, since modules come and go.",
                "What could not be looked at is told by unchecked.",
            ],
            related: ["existing_module", "module_load", "unchecked"],
            sources: ["kernel/module/procfs.c, kernel/module/sysfs.c (v6.18)"],
        }

    /// An entry of the table of system calls leads elsewhere.
    hooked_syscall = 341 by Tracer
        on []
        unproved "it takes a table that was written over"
        sets []
        {
            /// The call; its number where it has no name.
            syscall: Str, tracer("the entry's place");
            /// Where the entry leads.
            address: Addr, tracer("kernel memory, read by a BPF program");
            /// The function there, as far as symbols tell. Absent where there is none.
            function: Str, tracer("/proc/kallsyms").opt();
            /// Whose it is: a module's name, or system. Absent where nobody's code is there.
            owner: Str, tracer("/proc/kallsyms").opt();
        }
        page {
            purpose: "Compares each entry of sys_call_table with the kernel's symbols, when tracing begins and then every 30 to 90 seconds.",
            use_case: "Find rootkits that replace system calls.",
            command: "sudo tracehound -e hooked_syscall --duration 10m",
            example: [process = Absent, syscall = Text(b"getdents64"), address = Number(0xffff_ffff_c05a_1000_u64 as i64), function = Text(b"evil_getdents64"), owner = Text(b"evil")],
            issues: [
                "Entries 0 to 439 are looked at. An entry is right if it is the start of a function for calls in the kernel's own code; one call's function in another's place is not noticed.",
                "Kernels from 6.9 on, and those that had the change ported back, do not use the table to make calls: there it is only what tracers read.",
                "Functions that are written over themselves are not noticed: see ftrace_hook.",
                "What could not be looked at is told by unchecked.",
            ],
            related: ["hidden_kernel_module", "ftrace_hook", "unchecked"],
            sources: ["arch/x86/entry/syscall_64.c (v6.18)"],
        }

    /// Functions that list connections in /proc/net are not the kernel's own.
    hooked_seq_ops = 342 by Tracer
        on []
        unproved "it takes a table that was written over"
        sets []
        {
            /// Each as TABLE.MEMBER=FUNCTION [OWNER].
            hooked_seq_ops: StrArray, tracer("kernel memory, read by a BPF program, and /proc/kallsyms");
        }
        page {
            purpose: "Compares the functions of tcp4_seq_ops, tcp6_seq_ops, udp_seq_ops, udp6_seq_ops, raw_seq_ops and raw6_seq_ops with the kernel's code, when tracing begins and then every 30 to 90 seconds.",
            use_case: "Find rootkits that hide connections.",
            command: "sudo tracehound -e hooked_seq_ops --duration 10m",
            example: [process = Absent, hooked_seq_ops = Text(b"tcp4_seq_ops.show=evil_show [evil]\0")],
            issues: [
                "A function of the kernel in another's place is not noticed.",
                "A kernel whose IPv6 is a module has its tables there, which are then not found.",
                "What could not be looked at is told by unchecked.",
            ],
            related: ["hidden_kernel_module", "existing_socket", "unchecked"],
            sources: ["net/ipv4/tcp_ipv4.c, net/ipv4/udp.c, net/ipv4/raw.c (v6.18)"],
        }

    /// Something is attached to a function of the kernel by ftrace.
    ftrace_hook = 344 by Tracer
        on []
        unproved "it takes somebody who attaches to a function"
        sets []
        {
            /// The function.
            symbol: Str, tracer("enabled_functions of tracefs");
            /// The code in between. Absent where there is none of its own.
            trampoline: Str, tracer("enabled_functions of tracefs").opt();
            /// What is called. Absent where the kernel does not say.
            callback: Str, tracer("enabled_functions of tracefs").opt();
            /// How far into it.
            callback_offset: I64, tracer("enabled_functions of tracefs").opt();
            /// Whose it is: a module's name, or system.
            callback_owner: Str, tracer("enabled_functions of tracefs").opt();
            /// Letters of the kernel's: R with registers, I may change where the function goes on, D by a
            /// direct call, O with operations of its own, M was changed.
            flags: Str, tracer("enabled_functions of tracefs");
            /// How many are attached.
            count: U64, tracer("enabled_functions of tracefs");
        }
        page {
            purpose: "Reads which functions ftrace calls somebody for, when tracing begins and then every 30 to 90 seconds.",
            use_case: "Find rootkits that hook functions, among the tracers that do the same.",
            command: "sudo tracehound -e ftrace_hook --duration 10m",
            example: [
                process = Absent, symbol = Text(b"__x64_sys_kill"), trampoline = Text(b"0xffffffffc0a3e000"),
                callback = Text(b"evil_hook"), callback_offset = Number(0), callback_owner = Text(b"evil"), flags = Text(b"RI"), count = Number(1),
            ],
            issues: [
                "The tracer's own hooks are among them.",
                "Probes that do not use ftrace (in the middle of functions) are not listed.",
                "Where several are attached to a function the kernel names what calls them all.",
                "What could not be looked at is told by unchecked.",
            ],
            related: ["hidden_kernel_module", "unchecked"],
            sources: ["kernel/trace/ftrace.c (v6.18): t_show()"],
        }

    /// Functions that are called for files of /proc are not the kernel's own.
    ///
    /// Looked at are /proc itself, files of a process in it, of connections, of modules and symbols, that
    /// no module serves: the operations of the file as it was opened, of its inode and of its entry, and what
    /// makes its lines.
    hooked_proc_fops = 343 by Tracer
        on []
        unproved "it takes a table that was written over"
        sets []
        {
            /// Each as FILE.MEMBER=FUNCTION [OWNER].
            hooked_fops_pointers: StrArray, tracer("kernel memory behind files that the tracer opens, read by a BPF program, and /proc/kallsyms");
        }
        page {
            purpose: "Opens files of /proc and compares the functions that the kernel calls for them with its own code, when tracing begins and then every 30 to 90 seconds.",
            use_case: "Find rootkits that hide processes, modules or connections.",
            command: "sudo tracehound -e hooked_proc_fops --duration 10m",
            example: [process = Absent, hooked_fops_pointers = Text(b"/proc.iterate_shared=evil_readdir [evil]\0")],
            issues: [
                "A function of the kernel in another's place is not noticed, nor one that is written over itself: see ftrace_hook and print_mem_dump.",
                "Functions of inodes (lookup, readlink) are not looked at, nor other files of /proc.",
                "Files of /proc/net are those of the tracer's network namespace.",
                "What could not be looked at is told by unchecked.",
            ],
            related: ["hooked_seq_ops", "hidden_kernel_module", "unchecked"],
            sources: ["fs/proc/internal.h, fs/proc/inode.c (v6.18)"],
        }

    /// What is in the kernel's memory at places that are often written over.
    ///
    /// The table of system calls, the way into them, and the first bytes of some functions. Told when tracing
    /// begins, and again when it has changed.
    print_mem_dump = 345 by Tracer
        on []
        unproved "a kernel may hide where its symbols are"
        sets []
        {
            /// The bytes.
            bytes: Bytes, tracer("kernel memory, read by a BPF program");
            /// Where they are.
            address: Addr, tracer("/proc/kallsyms");
            /// How many.
            length: Size, tracer("the check");
            /// Always absent: there is nobody who asked.
            caller_context_id: U64, tracer("nothing").opt();
            /// The machine that the kernel is built for.
            arch: Str, tracer("/proc/sys/kernel/arch");
            /// The symbol that is there.
            symbol_name: Str, tracer("the check");
            /// Whose it is: system for the kernel itself.
            symbol_owner: Str, tracer("/proc/kallsyms");
        }
        page {
            purpose: "Reads 127 bytes at sys_call_table, entry_SYSCALL_64, do_syscall_64, commit_creds, tcp4_seq_show and the functions of execve, getdents64, kill and openat, when tracing begins and then every 30 to 90 seconds.",
            use_case: "Keep evidence of code that is written over, to compare with the kernel's image.",
            command: "sudo tracehound -e print_mem_dump --duration 1s",
            example: [
                process = Absent, bytes = Text(b"\xf3\x0f\x1e\xfa\x0f\x1f\x44\0\0"), address = Number(0xffff_ffff_821e_f620_u64 as i64), length = Number(9),
                caller_context_id = Absent, arch = Text(b"x86_64"), symbol_name = Text(b"do_syscall_64"), symbol_owner = Text(b"system"),
            ],
            issues: [
                "Which places are shown cannot be chosen yet.",
                "The kernel writes over its own code too: for ftrace, static calls and what the processor needs.",
                "A kernel that does not list a symbol (sys_call_table without KALLSYMS_ALL), or hides addresses, is told by unchecked.",
            ],
            related: ["hooked_syscall", "ftrace_hook", "unchecked"],
            sources: ["Documentation/admin-guide/sysctl/kernel.rst (v6.18)"],
        }

    /// A check could not look at what it compares.
    ///
    /// What it could look at it has compared. Told once for each check and reason.
    unchecked = 349 by Tracer
        on []
        unproved "what a kernel shows differs"
        sets ["tracer"]
        {
            /// The event of the check.
            of: Str, tracer("the check");
            /// What was in the way.
            why: Str, tracer("the check");
        }
        page {
            purpose: "Made by checks that find less than they need.",
            use_case: "Know when not to conclude anything from silence.",
            command: "sudo tracehound -e hooked_syscall --duration 1s",
            example: [process = Absent, of = Text(b"ftrace_hook"), why = Text(b"no enabled_functions: tracefs is not mounted, or the kernel has no ftrace")],
            issues: ["Shown whenever a check is selected, unless it is excluded."],
            related: ["hidden_kernel_module", "hooked_syscall", "hooked_seq_ops", "hooked_proc_fops", "ftrace_hook", "print_mem_dump"],
            sources: ["docs/decisions/0013-snapshots-and-derived-events.md"],
        }
}
