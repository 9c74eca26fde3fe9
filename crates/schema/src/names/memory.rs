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
