//! Memory: mappings, locks, advice, keys, NUMA policies.

use super::process::USER_DESC;
use crate::names;
use crate::types::Len::{Arg, Pages, Ret};
use crate::types::Type::{
    Addr, Array, By, Bytes, Enum, Fd, FdSet, Flags, Hex, I32, In, Long, Out, Parts, Pid, Size,
    Struct, U8, U32, Ulong, Unused, Wide,
};
use crate::types::Width::Word;
use crate::types::{Part, choices, structs};

/// Flags of a mapping: how it is shared, where and of what it is, the rest, the size of huge pages.
static MAP: [Part; 4] = [
    Part {
        mask: 0xf,
        kind: Enum(&names::MAP_TYPE),
    },
    Part {
        mask: 0xf0,
        kind: Flags(&names::MAP_PLACE),
    },
    Part {
        mask: 0x03ff_ff00,
        kind: Flags(&names::MAP_FLAGS),
    },
    Part {
        mask: 0xfc00_0000,
        kind: Enum(&names::MAP_HUGE),
    },
];

/// A memory policy and its flags.
static POLICY: [Part; 2] = [
    Part {
        mask: !0xe000,
        kind: Enum(&names::MPOL),
    },
    Part {
        mask: 0xe000,
        kind: Flags(&names::MPOL_MODE_FLAGS),
    },
];

structs! {
    /// A range of addresses.
    IOVEC = "struct iovec" { iov_base: Addr, iov_len: Size }
}

choices! {
    /// What modify_ldt(2) reads or writes.
    LDT = by "func" {
        [0, 2] => Out(&Bytes(Ret)),
        [1, 0x11] => In(&Struct(&USER_DESC)),
    } else Addr;

    /// What get_mempolicy(2) gives: a node where `MPOL_F_NODE` is set.
    POLICY_RESULT = by "flags" & 1 {
        [1] => Out(&I32),
    } else Out(&Parts(&POLICY));

    /// Where mremap(2) moves a mapping to, where it is told.
    NEW_ADDRESS = by "flags" & 6 {
        [2, 4, 6] => Addr,
    } else Unused;

    /// The processor that membarrier(2) is about, where it is about one.
    MEMBARRIER_CPU = by "flags" & 1 {
        [1] => I32,
    } else Unused;

    /// What membarrier(2) returns.
    MEMBARRIER_RESULT = by "cmd" {
        [0, 0x200] => Flags(&names::MEMBARRIER),
    } else Long;
}

calls! {
    /// Maps a file or new memory.
    mmap x86_64 9, i386 90, aarch64 222;
        (addr: Addr, length: Size, prot: Wide(Word, &Flags(&names::PROT)), flags: Wide(Word, &Parts(&MAP)), fd: Fd, off: Hex(&Ulong)) -> Addr,
        in ["proc", "proc_mem"]
        with { compat: true, function32: "ia32_mmap", packed32: true }

    /// Maps a file or new memory; the offset counts in 4,096 bytes.
    mmap2 i386 192;
        (addr: Addr, length: Size, prot: Wide(Word, &Flags(&names::PROT)), flags: Wide(Word, &Parts(&MAP)), fd: Fd, pgoffset: Hex(&Ulong)) -> Addr,
        in []
        with { function: "mmap_pgoff" }

    /// Takes away mappings.
    munmap x86_64 11, i386 91, aarch64 215;
        (addr: Addr, length: Size) -> Long,
        in ["proc", "proc_mem"]

    /// Changes the protection of pages.
    mprotect x86_64 10, i386 125, aarch64 226;
        (addr: Addr, len: Size, prot: Wide(Word, &Flags(&names::PROT))) -> Long,
        in ["proc", "proc_mem"]

    /// Changes the protection of pages and the key that guards them.
    pkey_mprotect x86_64 329, i386 380, aarch64 288;
        (addr: Addr, len: Size, prot: Wide(Word, &Flags(&names::PROT)), pkey: I32) -> Long,
        in ["proc", "proc_mem"]
        with { since: "4.9", man: "mprotect(2)" }

    /// Takes a memory protection key.
    pkey_alloc x86_64 330, i386 381, aarch64 289;
        (flags: Hex(&Ulong), access_rights: Wide(Word, &Flags(&names::PKEY_RIGHTS))) -> Long,
        in ["proc", "proc_mem"]
        with { since: "4.9" }

    /// Gives back a memory protection key.
    pkey_free x86_64 331, i386 382, aarch64 290;
        (pkey: I32) -> Long,
        in ["proc", "proc_mem"]
        with { since: "4.9", man: "pkey_alloc(2)" }

    /// Moves the end of the heap.
    brk x86_64 12, i386 45, aarch64 214;
        (addr: Addr) -> Addr,
        in ["proc", "proc_mem"]

    /// Grows, shrinks or moves a mapping.
    mremap x86_64 25, i386 163, aarch64 216;
        (old_address: Addr, old_size: Size, new_size: Size, flags: Wide(Word, &Flags(&names::MREMAP_FLAGS)), new_address: By(&NEW_ADDRESS)) -> Addr,
        in ["proc", "proc_mem"]

    /// Advises how memory is going to be used.
    madvise x86_64 28, i386 219, aarch64 233;
        (addr: Addr, length: Size, advice: Enum(&names::MADVISE)) -> Long,
        in ["proc", "proc_mem"]

    /// Advises how memory of another process is going to be used.
    process_madvise x86_64 440, i386 440, aarch64 440;
        (pidfd: Fd, addr: In(&Array(&Struct(&IOVEC), Arg("length"))), length: Size, advice: Enum(&names::MADVISE), flags: Hex(&U32)) -> Long,
        in []
        with { since: "5.10" }

    /// Frees the memory of a process that is ending.
    process_mrelease x86_64 448, i386 448, aarch64 448;
        (pidfd: Fd, flags: Hex(&U32)) -> Long,
        in []
        with { since: "5.15" }

    /// Writes mapped pages to their file.
    msync x86_64 26, i386 144, aarch64 227;
        (addr: Addr, length: Size, flags: Flags(&names::MSYNC_FLAGS)) -> Long,
        in ["fs", "fs_sync"]
        with { entry: true }

    /// Tells which pages are in memory.
    mincore x86_64 27, i386 218, aarch64 232;
        (addr: Addr, length: Size, vec: Out(&Array(&U8, Pages("length")))) -> Long,
        in ["proc", "proc_mem"]

    /// Keeps pages in memory.
    mlock x86_64 149, i386 150, aarch64 228;
        (addr: Addr, len: Size) -> Long,
        in ["proc", "proc_mem"]

    /// Keeps pages in memory, if wanted only once they are touched.
    mlock2 x86_64 325, i386 376, aarch64 284;
        (addr: Addr, len: Size, flags: Flags(&names::MLOCK_FLAGS)) -> Long,
        in ["proc", "proc_mem"]
        with { since: "4.4", man: "mlock(2)" }

    /// Lets pages be paged out again.
    munlock x86_64 150, i386 151, aarch64 229;
        (addr: Addr, len: Size) -> Long,
        in ["proc", "proc_mem"]
        with { man: "mlock(2)" }

    /// Keeps all pages of the calling process in memory.
    mlockall x86_64 151, i386 152, aarch64 230;
        (flags: Flags(&names::MLOCKALL_FLAGS)) -> Long,
        in ["proc", "proc_mem"]
        with { man: "mlock(2)" }

    /// Lets all pages of the calling process be paged out again.
    munlockall x86_64 152, i386 153, aarch64 231;
        () -> Long,
        in ["proc", "proc_mem"]
        with { man: "mlock(2)" }

    /// Forbids changes of mappings for good.
    mseal x86_64 462, i386 462, aarch64 462;
        (addr: Addr, len: Size, flags: Hex(&Ulong)) -> Long,
        in []
        with { since: "6.10" }

    /// Maps a shadow stack.
    map_shadow_stack x86_64 453, i386 453, aarch64 453;
        (addr: Addr, size: Size, flags: Flags(&names::SHADOW_STACK_FLAGS)) -> Addr,
        in []
        with { since: "6.6" }

    /// Rearranges the pages of a file's mapping.
    remap_file_pages x86_64 216, i386 257, aarch64 234;
        (addr: Addr, size: Size, prot: Wide(Word, &Flags(&names::PROT)), pgoff: Size, flags: Wide(Word, &Parts(&MAP))) -> Long,
        in []

    /// Orders memory accesses between threads.
    membarrier x86_64 324, i386 375, aarch64 283;
        (cmd: Enum(&names::MEMBARRIER), flags: Flags(&names::MEMBARRIER_FLAGS), cpu_id: By(&MEMBARRIER_CPU)) -> By(&MEMBARRIER_RESULT),
        in ["proc", "proc_mem"]
        with { since: "4.3" }

    /// Reads or writes the calling process's own x86 descriptor table.
    modify_ldt x86_64 154, i386 123;
        (func: I32, ptr: By(&LDT), bytecount: Ulong) -> I32,
        in ["proc", "proc_mem"]

    /// Sets the policy of NUMA nodes for memory.
    mbind x86_64 237, i386 274, aarch64 235;
        (addr: Addr, len: Size, mode: Parts(&POLICY), nodemask: In(&FdSet(Arg("maxnode"))), maxnode: Ulong, flags: Flags(&names::MBIND_FLAGS)) -> Long,
        in ["system", "system_numa"]

    /// Sets the calling thread's policy of NUMA nodes.
    set_mempolicy x86_64 238, i386 276, aarch64 237;
        (mode: Parts(&POLICY), nodemask: In(&FdSet(Arg("maxnode"))), maxnode: Ulong) -> Long,
        in ["system", "system_numa"]

    /// Gives a policy of NUMA nodes.
    get_mempolicy x86_64 239, i386 275, aarch64 236;
        (mode: By(&POLICY_RESULT), nodemask: Out(&FdSet(Arg("maxnode"))), maxnode: Ulong, addr: Addr, flags: Wide(Word, &Flags(&names::MPOL_QUERY))) -> Long,
        in ["system", "system_numa"]

    /// Says which NUMA node memory comes from at first.
    set_mempolicy_home_node x86_64 450, i386 450, aarch64 450;
        (start: Addr, len: Hex(&Ulong), home_node: Ulong, flags: Hex(&Ulong)) -> Long,
        in []
        with { since: "5.17" }

    /// Moves all pages of a process from some NUMA nodes to others.
    migrate_pages x86_64 256, i386 294, aarch64 238;
        (pid: Pid, maxnode: Ulong, old_nodes: In(&FdSet(Arg("maxnode"))), new_nodes: In(&FdSet(Arg("maxnode")))) -> Long,
        in ["system", "system_numa"]

    /// Moves pages of a process to NUMA nodes, or tells where they are.
    move_pages x86_64 279, x32 533, i386 317, aarch64 239;
        (pid: Pid, count: Ulong, pages: In(&Array(&Addr, Arg("count"))), nodes: In(&Array(&I32, Arg("count"))), status: Out(&Array(&I32, Arg("count"))), flags: Flags(&names::MOVE_PAGES_FLAGS)) -> Long,
        in ["system", "system_numa"]
}
