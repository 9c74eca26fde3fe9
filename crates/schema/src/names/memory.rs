//! Names of memory calls: mappings, advice, policies of NUMA nodes, barriers.

use super::names;
use crate::kind::Names;

names! {
    /// Protection of pages.
    PROT = "prot" from general [
        PROT_NONE, PROT_READ, PROT_WRITE, PROT_EXEC, PROT_SEM, PROT_GROWSDOWN, PROT_GROWSUP,
    ];

    /// How a mapping is shared, the lowest four bits of its flags.
    MAP_TYPE = "flags" from general [
        MAP_FILE, MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE, MAP_DROPPABLE,
    ];

    /// Where a mapping may be and what it is of: the next four bits of its flags.
    MAP_PLACE = "flags" from general [MAP_FIXED, MAP_ANONYMOUS]
        and [0x40 => "MAP_32BIT", 0x80 => "MAP_ABOVE4G"];

    /// Further flags of a mapping, below the size of huge pages.
    MAP_FLAGS = "flags" from general [
        MAP_NORESERVE, MAP_POPULATE, MAP_NONBLOCK, MAP_GROWSDOWN, MAP_DENYWRITE, MAP_EXECUTABLE,
        MAP_LOCKED, MAP_STACK, MAP_HUGETLB, MAP_SYNC, MAP_FIXED_NOREPLACE,
    ];

    /// Flags of a mapping, but for the size of huge pages.
    MMAP_FLAGS = "mmap_flags" from general [
        MAP_SHARED_VALIDATE, MAP_SHARED, MAP_PRIVATE, MAP_DROPPABLE, MAP_FIXED, MAP_ANONYMOUS,
        MAP_NORESERVE, MAP_POPULATE, MAP_NONBLOCK, MAP_GROWSDOWN, MAP_DENYWRITE, MAP_EXECUTABLE,
        MAP_LOCKED, MAP_STACK, MAP_HUGETLB, MAP_SYNC, MAP_FIXED_NOREPLACE,
    ] and [0x40 => "MAP_32BIT", 0x80 => "MAP_ABOVE4G"];

    /// Cases of mem_prot_alert, with Tracee's numbers and names.
    MEM_PROT_ALERT = "alert" and [
        1 => "ALERT_MMAP_W_X",
        2 => "ALERT_MPROT_X_ADD",
        3 => "ALERT_MPROT_W_ADD",
        4 => "ALERT_MPROT_W_REM",
    ];

    /// Kinds of memory, in Tracee's words.
    VMA_TYPE = "vma_type" and [
        0 => "file backed",
        1 => "anonymous",
        2 => "main stack",
        3 => "thread stack",
        4 => "heap",
        5 => "golang heap/stack",
        6 => "vdso",
        7 => "unknown",
    ];

    /// Flags of a mapping that have the same bits in all kernels.
    VM_FLAGS = "vm_flags" and [
        0x1 => "VM_READ",
        0x2 => "VM_WRITE",
        0x4 => "VM_EXEC",
        0x8 => "VM_SHARED",
        0x10 => "VM_MAYREAD",
        0x20 => "VM_MAYWRITE",
        0x40 => "VM_MAYEXEC",
        0x80 => "VM_MAYSHARE",
        0x100 => "VM_GROWSDOWN",
        0x400 => "VM_PFNMAP",
        0x1000 => "VM_UFFD_WP",
        0x2000 => "VM_LOCKED",
        0x4000 => "VM_IO",
        0x8000 => "VM_SEQ_READ",
        0x1_0000 => "VM_RAND_READ",
        0x2_0000 => "VM_DONTCOPY",
        0x4_0000 => "VM_DONTEXPAND",
        0x8_0000 => "VM_LOCKONFAULT",
        0x10_0000 => "VM_ACCOUNT",
        0x20_0000 => "VM_NORESERVE",
        0x40_0000 => "VM_HUGETLB",
        0x80_0000 => "VM_SYNC",
        0x200_0000 => "VM_WIPEONFORK",
        0x400_0000 => "VM_DONTDUMP",
        0x800_0000 => "VM_SOFTDIRTY",
        0x1000_0000 => "VM_MIXEDMAP",
        0x2000_0000 => "VM_HUGEPAGE",
        0x4000_0000 => "VM_NOHUGEPAGE",
        0x8000_0000 => "VM_MERGEABLE",
    ];

    /// What the kernel reads a file for: `enum kernel_read_file_id`.
    KERNEL_READ = "type" and [
        0 => "READING_UNKNOWN",
        1 => "READING_FIRMWARE",
        2 => "READING_MODULE",
        3 => "READING_KEXEC_IMAGE",
        4 => "READING_KEXEC_INITRAMFS",
        5 => "READING_POLICY",
        6 => "READING_X509_CERTIFICATE",
        7 => "READING_MODULE_COMPRESSED",
    ];

    /// Flags of a page in a pipe.
    PIPE_BUFFER = "flags" and [
        1 => "PIPE_BUF_FLAG_LRU",
        2 => "PIPE_BUF_FLAG_ATOMIC",
        4 => "PIPE_BUF_FLAG_GIFT",
        8 => "PIPE_BUF_FLAG_PACKET",
        0x10 => "PIPE_BUF_FLAG_CAN_MERGE",
        0x20 => "PIPE_BUF_FLAG_WHOLE",
        0x40 => "PIPE_BUF_FLAG_LOSS",
    ];

    /// What mremap(2) may do.
    MREMAP_FLAGS = "flags" from general [MREMAP_MAYMOVE, MREMAP_FIXED, MREMAP_DONTUNMAP];

    /// How msync(2) writes.
    MSYNC_FLAGS = "flags" from general [MS_SYNC, MS_ASYNC, MS_INVALIDATE];

    /// Advice of madvise(2).
    MADVISE = "advice" from general [
        MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED, MADV_FREE,
        MADV_REMOVE, MADV_DONTFORK, MADV_DOFORK, MADV_MERGEABLE, MADV_UNMERGEABLE, MADV_HUGEPAGE,
        MADV_NOHUGEPAGE, MADV_DONTDUMP, MADV_DODUMP, MADV_WIPEONFORK, MADV_KEEPONFORK, MADV_COLD,
        MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_DONTNEED_LOCKED, MADV_COLLAPSE,
        MADV_HWPOISON, MADV_SOFT_OFFLINE, MADV_GUARD_INSTALL, MADV_GUARD_REMOVE,
    ];

    /// What mlockall(2) locks.
    MLOCKALL_FLAGS = "flags" from general [MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT];

    /// How mlock2(2) locks.
    MLOCK_FLAGS = "flags" from general [MLOCK_ONFAULT];

    /// What a protection key takes away.
    PKEY_RIGHTS = "access_rights" from general [PKEY_DISABLE_ACCESS, PKEY_DISABLE_WRITE]
        and [4 => "PKEY_DISABLE_EXECUTE", 8 => "PKEY_DISABLE_READ"];

    /// What is written on top of a new shadow stack.
    SHADOW_STACK_FLAGS = "flags" from general [SHADOW_STACK_SET_TOKEN, SHADOW_STACK_SET_MARKER];

    /// Policies of memory on several nodes.
    MPOL = "mode" from mempolicy [
        MPOL_DEFAULT, MPOL_PREFERRED, MPOL_BIND, MPOL_INTERLEAVE, MPOL_LOCAL, MPOL_PREFERRED_MANY,
        MPOL_WEIGHTED_INTERLEAVE,
    ];

    /// Flags of such a policy.
    MPOL_MODE_FLAGS = "mode" from mempolicy [
        MPOL_F_STATIC_NODES, MPOL_F_RELATIVE_NODES, MPOL_F_NUMA_BALANCING,
    ];

    /// What get_mempolicy(2) is asked for.
    MPOL_QUERY = "flags" from mempolicy [MPOL_F_NODE, MPOL_F_ADDR, MPOL_F_MEMS_ALLOWED];

    /// What mbind(2) does to pages that there are already.
    MBIND_FLAGS = "flags" from mempolicy [MPOL_MF_STRICT, MPOL_MF_MOVE, MPOL_MF_MOVE_ALL];

    /// Which pages move_pages(2) moves.
    MOVE_PAGES_FLAGS = "flags" from mempolicy [MPOL_MF_MOVE, MPOL_MF_MOVE_ALL];

    /// Commands of membarrier(2), which are what it tells to be supported too.
    MEMBARRIER = "cmd" and [
        0 => "MEMBARRIER_CMD_QUERY",
        0x001 => "MEMBARRIER_CMD_GLOBAL",
        0x002 => "MEMBARRIER_CMD_GLOBAL_EXPEDITED",
        0x004 => "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED",
        0x008 => "MEMBARRIER_CMD_PRIVATE_EXPEDITED",
        0x010 => "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED",
        0x020 => "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE",
        0x040 => "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE",
        0x080 => "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ",
        0x100 => "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ",
        0x200 => "MEMBARRIER_CMD_GET_REGISTRATIONS",
    ];

    /// Flags of membarrier(2).
    MEMBARRIER_FLAGS = "flags" and [1 => "MEMBARRIER_CMD_FLAG_CPU"];
}

/// Sizes of huge pages, as the logarithm that a mapping's flags hold in their highest six bits.
pub static MAP_HUGE: Names = Names {
    title: "flags",
    rows: &[
        (14 << 26, "14<<MAP_HUGE_SHIFT"),
        (16 << 26, "16<<MAP_HUGE_SHIFT"),
        (19 << 26, "19<<MAP_HUGE_SHIFT"),
        (20 << 26, "20<<MAP_HUGE_SHIFT"),
        (21 << 26, "21<<MAP_HUGE_SHIFT"),
        (23 << 26, "23<<MAP_HUGE_SHIFT"),
        (24 << 26, "24<<MAP_HUGE_SHIFT"),
        (25 << 26, "25<<MAP_HUGE_SHIFT"),
        (28 << 26, "28<<MAP_HUGE_SHIFT"),
        (29 << 26, "29<<MAP_HUGE_SHIFT"),
        (30 << 26, "30<<MAP_HUGE_SHIFT"),
        (31 << 26, "31<<MAP_HUGE_SHIFT"),
        (34 << 26, "34<<MAP_HUGE_SHIFT"),
    ],
};
