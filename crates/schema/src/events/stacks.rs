//! Calls from code and on stacks where none belongs. Ids among those of memory.

use super::{events, facts};
use crate::field::{kernel, register};
use crate::kind::Kind::{Addr, Enum, Flags, I32, Size};
use crate::names;

facts! {
    /// Where that mapping begins.
    VMA_START: Addr, kernel("area_start(area)").ctype("void*").opt().unread("with vma_type");
    /// How large it is.
    VMA_SIZE: Size, kernel("area_size(area)").ctype("unsigned long").opt().unread("with vma_type");
    /// Its flags, as the kernel has them.
    VMA_FLAGS: Flags(&names::VM_FLAGS), kernel("area_flags(area)").ctype("unsigned long").opt().unread("with vma_type");
}

events! {
    /// A call was made by code that was not loaded from a file.
    ///
    /// The instruction that makes it is on a stack, in the heap or in other memory without a file.
    suspicious_syscall_source = 409 by Hook
        on ["tp_btf/sys_enter", "raw_tp/sys_enter"]
        (area: "struct area *")
        when "is_odd_source(area)"
        at ["tp_btf/sys_enter", "raw_tp/sys_enter"] when "true" { area = "area_of_code(current)"; }
        sets []
        {
            /// The number of the call, by the convention it is made by.
            syscall: I32, register("number").ctype("int");
            /// The address behind the instruction that makes it.
            ip: Addr, register("user_ip(current)").ctype("void*");
            /// What kind of memory the instruction is in. Absent where nothing is mapped there any more.
            vma_type: Enum(&names::VMA_TYPE), kernel("area_type(current, area)").ctype("const char*").opt().unread("while another thread changes the mappings: the call may be no suspicious one at all");
            vma_start: VMA_START;
            vma_size: VMA_SIZE;
            vma_flags: VMA_FLAGS;
        }
        page {
            purpose: "Sees calls that injected code makes.",
            use_case: "Find shellcode: programs and their libraries make calls from files.",
            command: "sudo tracehound -e suspicious_syscall_source -- python3 -c 'import ctypes as c, mmap; m = mmap.mmap(-1, 4096, prot=7); m.write(bytes.fromhex(\"b8270000000f05c3\")); c.CFUNCTYPE(c.c_int)(c.addressof(c.c_char.from_buffer(m)))()'",
            issues: [
                "Looks at every call of what is traced, which costs each of them a search for its mapping: name a command or processes to follow.",
                "Each call is told, as often as it is made.",
                "Shared memory counts as anonymous. Code in a file of memfd_create(2) counts as loaded from a file: memfd_map_executable tells of it. So does code that was written over a file's in memory.",
                "A 32-bit call by sysenter shows the kernel's own code (vdso) as its source, wherever it comes from.",
                "Go's heap is known by its addresses only.",
            ],
            related: ["stack_pivot", "mem_prot_alert", "memfd_map_executable"],
            sources: ["arch/x86/entry/entry_64.S (v6.18)", "mm/vma.c (v6.18)", "proc_pid_maps(5)"],
        }

    /// A call was made while the stack pointer was in no stack of the thread's.
    ///
    /// What runs then is mostly a chain of return addresses that an attacker has laid out elsewhere.
    /// Stacks are: the program's first one; that of signal handlers (sigaltstack(2)); for other
    /// threads and for children that have executed nothing yet, the memory from which they make
    /// their first call; and the heap of Go programs, in which their stacks are.
    stack_pivot = 410 by Hook
        on ["tp_btf/sys_enter", "raw_tp/sys_enter"]
        (area: "struct area *")
        when "is_worth_it(current) && is_pivoted(current, area, user_sp(current))"
        at ["tp_btf/sys_enter", "raw_tp/sys_enter"] when "true" { area = "no_area()"; }
        sets []
        {
            /// The number of the call, by the convention it is made by.
            syscall: I32, register("number").ctype("int");
            /// The stack pointer.
            sp: Addr, register("user_sp(current)").ctype("void*");
            /// What kind of memory it points to. Absent where nothing is mapped.
            vma_type: Enum(&names::VMA_TYPE), kernel("pivot_type(current, area)").ctype("const char*").opt().unread("while another thread changes the mappings: the stack may be the thread's own");
            vma_start: VMA_START;
            vma_size: VMA_SIZE;
            vma_flags: VMA_FLAGS;
        }
        page {
            purpose: "Sees calls from return-oriented programs that have moved the stack pointer.",
            use_case: "Find exploits of memory faults while they run.",
            command: "sudo tracehound -e stack_pivot -- python3 -c 'import ctypes as c, mmap; m = mmap.mmap(-1, 4096, prot=7); m.write(bytes.fromhex(\"4889e2488d2500010000b8270000000f054889d4c3\")); c.CFUNCTYPE(c.c_int)(c.addressof(c.c_char.from_buffer(m)))()'",
            issues: [
                "Looks at every call of what is traced: name a command or processes to follow.",
                "Each call is told, as often as it is made. Programs that switch stacks themselves (coroutines, makecontext(3)) are told too.",
                "A thread that ran before the tracer is taken to be on its stack when its first call is seen. A thread whose stack is in the heap (brk(2)) is told.",
                "A pivot within the memory of a stack, or into memory at the addresses of Go's heap, is not seen.",
            ],
            related: ["suspicious_syscall_source", "mem_prot_alert"],
            sources: ["sigaltstack(2)", "clone(2)", "mm/vma.c (v6.18)"],
        }
}
