//! Names of process calls: clone(2), wait(2), namespaces, arch_prctl(2).

use super::names;
use crate::kind::Names;

names! {
    /// Flags of clone(2) above the signal of the child's end.
    CLONE_FLAGS = "flags" from general [
        CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_PIDFD, CLONE_PTRACE, CLONE_VFORK,
        CLONE_PARENT, CLONE_THREAD, CLONE_NEWNS, CLONE_SYSVSEM, CLONE_SETTLS, CLONE_PARENT_SETTID,
        CLONE_CHILD_CLEARTID, CLONE_UNTRACED, CLONE_CHILD_SETTID, CLONE_NEWCGROUP, CLONE_NEWUTS,
        CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_IO,
    ];

    /// Flags of clone3(2).
    CLONE3_FLAGS = "flags" from general [
        CLONE_NEWTIME, CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_PIDFD, CLONE_PTRACE,
        CLONE_VFORK, CLONE_PARENT, CLONE_THREAD, CLONE_NEWNS, CLONE_SYSVSEM, CLONE_SETTLS,
        CLONE_PARENT_SETTID, CLONE_CHILD_CLEARTID, CLONE_UNTRACED, CLONE_CHILD_SETTID,
        CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET,
        CLONE_IO, CLONE_CLEAR_SIGHAND, CLONE_INTO_CGROUP,
    ] and [
        0x4_0000_0000 => "CLONE_AUTOREAP",
        0x8_0000_0000 => "CLONE_NNP",
        0x10_0000_0000 => "CLONE_PIDFD_AUTOKILL",
        0x20_0000_0000 => "CLONE_EMPTY_MNTNS",
    ];

    /// What unshare(2) makes the caller's own.
    UNSHARE_FLAGS = "flags" from general [
        CLONE_NEWTIME, CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_THREAD, CLONE_NEWNS,
        CLONE_SYSVSEM, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID,
        CLONE_NEWNET,
    ];

    /// Kinds of namespaces.
    NAMESPACES = "nstype" from general [
        CLONE_NEWTIME, CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
        CLONE_NEWPID, CLONE_NEWNET,
    ];

    /// What wait4(2) and waitid(2) wait for, and how.
    WAIT_OPTIONS = "options" from general [
        WNOHANG, WEXITED, WSTOPPED, WCONTINUED, WNOWAIT, __WCLONE, __WALL, __WNOTHREAD,
    ];

    /// What waitid(2) is given.
    WAIT_ID = "idtype" from general [P_ALL, P_PID, P_PGID, P_PIDFD];

    /// Flags of execveat(2).
    EXECVEAT_FLAGS = "flags" from general [AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH]
        and [0x10000 => "AT_EXECVE_CHECK"];

    /// Flags of pidfd_open(2).
    PIDFD_FLAGS = "flags" and [0o4000 => "PIDFD_NONBLOCK", 0o200 => "PIDFD_THREAD"];

    /// What arch_prctl(2) does.
    ARCH_PRCTL = "option" and [
        0x1001 => "ARCH_SET_GS",
        0x1002 => "ARCH_SET_FS",
        0x1003 => "ARCH_GET_FS",
        0x1004 => "ARCH_GET_GS",
        0x1011 => "ARCH_GET_CPUID",
        0x1012 => "ARCH_SET_CPUID",
        0x1021 => "ARCH_GET_XCOMP_SUPP",
        0x1022 => "ARCH_GET_XCOMP_PERM",
        0x1023 => "ARCH_REQ_XCOMP_PERM",
        0x1024 => "ARCH_GET_XCOMP_GUEST_PERM",
        0x1025 => "ARCH_REQ_XCOMP_GUEST_PERM",
        0x2001 => "ARCH_MAP_VDSO_X32",
        0x2002 => "ARCH_MAP_VDSO_32",
        0x2003 => "ARCH_MAP_VDSO_64",
        0x4001 => "ARCH_GET_UNTAG_MASK",
        0x4002 => "ARCH_ENABLE_TAGGED_ADDR",
        0x4003 => "ARCH_GET_MAX_TAG_BITS",
        0x4004 => "ARCH_FORCE_TAGGED_SVA",
        0x5001 => "ARCH_SHSTK_ENABLE",
        0x5002 => "ARCH_SHSTK_DISABLE",
        0x5003 => "ARCH_SHSTK_LOCK",
        0x5004 => "ARCH_SHSTK_UNLOCK",
        0x5005 => "ARCH_SHSTK_STATUS",
    ];

    /// What arch_prctl(2) does with the shadow stack.
    ARCH_SHSTK = "features" and [1 => "ARCH_SHSTK_SHSTK", 2 => "ARCH_SHSTK_WRSS"];

    /// States of the processor that arch_prctl(2) gives permission for.
    ARCH_XCOMP = "feature" and [17 => "ARCH_XCOMP_TILECFG", 18 => "ARCH_XCOMP_TILEDATA"];
}

/// Why a child has changed, as waitid(2) tells it (`include/uapi/asm-generic/siginfo.h`).
pub static CHILD_CODE: Names = Names {
    title: "si_code",
    rows: &[
        (1, "CLD_EXITED"),
        (2, "CLD_KILLED"),
        (3, "CLD_DUMPED"),
        (4, "CLD_TRAPPED"),
        (5, "CLD_STOPPED"),
        (6, "CLD_CONTINUED"),
    ],
};

/// The bits of a segment that `struct user_desc` has.
pub static USER_DESC_FLAGS: Names = Names {
    title: "flags",
    rows: &[
        (0x01, "seg_32bit"),
        (0x02, "contents_stack"),
        (0x04, "contents_code"),
        (0x08, "read_exec_only"),
        (0x10, "limit_in_pages"),
        (0x20, "seg_not_present"),
        (0x40, "useable"),
        (0x80, "lm"),
    ],
};

names! {
    /// Types of files.
    FILE_TYPES = "st_mode" from general [
        S_IFSOCK, S_IFLNK, S_IFREG, S_IFBLK, S_IFDIR, S_IFCHR, S_IFIFO,
    ];
}

/// What is unusual about the file of a program that is started; names of ours.
pub static EXEC_SOURCE: Names = Names {
    title: "source",
    rows: &[(1, "memfd"), (2, "deleted"), (4, "overlay_upper")],
};
