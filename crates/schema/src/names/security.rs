//! Names of restrictions, of modules, of kexec and of comparing processes.

use super::names;

names! {
    /// What seccomp(2) is to do.
    SECCOMP_OPERATION = "op" from ptrace [
        SECCOMP_SET_MODE_STRICT, SECCOMP_SET_MODE_FILTER, SECCOMP_GET_ACTION_AVAIL,
        SECCOMP_GET_NOTIF_SIZES,
    ];

    /// Flags of `SECCOMP_SET_MODE_FILTER`.
    SECCOMP_FILTER_FLAGS = "flags" from ptrace [
        SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
        SECCOMP_FILTER_FLAG_NEW_LISTENER, SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
        SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
    ];

    /// Actions of a filter.
    SECCOMP_ACTION = "args" from ptrace [
        SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO,
        SECCOMP_RET_USER_NOTIF, SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW,
    ];

    /// Flags of landlock_create_ruleset(2).
    LANDLOCK_RULESET_FLAGS = "flags" from landlock [
        LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_CREATE_RULESET_ERRATA,
    ];

    /// Rights to files that a ruleset handles.
    LANDLOCK_FS = "handled_access_fs" from landlock [
        LANDLOCK_ACCESS_FS_EXECUTE, LANDLOCK_ACCESS_FS_WRITE_FILE, LANDLOCK_ACCESS_FS_READ_FILE,
        LANDLOCK_ACCESS_FS_READ_DIR, LANDLOCK_ACCESS_FS_REMOVE_DIR, LANDLOCK_ACCESS_FS_REMOVE_FILE,
        LANDLOCK_ACCESS_FS_MAKE_CHAR, LANDLOCK_ACCESS_FS_MAKE_DIR, LANDLOCK_ACCESS_FS_MAKE_REG,
        LANDLOCK_ACCESS_FS_MAKE_SOCK, LANDLOCK_ACCESS_FS_MAKE_FIFO, LANDLOCK_ACCESS_FS_MAKE_BLOCK,
        LANDLOCK_ACCESS_FS_MAKE_SYM, LANDLOCK_ACCESS_FS_REFER, LANDLOCK_ACCESS_FS_TRUNCATE,
        LANDLOCK_ACCESS_FS_IOCTL_DEV,
    ] and [
        0x10000 => "LANDLOCK_ACCESS_FS_RESOLVE_UNIX",
    ];

    /// Rights to the network that a ruleset handles.
    LANDLOCK_NET = "handled_access_net" from landlock [
        LANDLOCK_ACCESS_NET_BIND_TCP, LANDLOCK_ACCESS_NET_CONNECT_TCP,
    ] and [
        4 => "LANDLOCK_ACCESS_NET_BIND_UDP", 8 => "LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP",
    ];

    /// What a ruleset keeps within its domain.
    LANDLOCK_SCOPE = "scoped" from landlock [
        LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET, LANDLOCK_SCOPE_SIGNAL,
    ];

    /// Kinds of rules.
    LANDLOCK_RULE = "rule_type" and [
        1 => "LANDLOCK_RULE_PATH_BENEATH", 2 => "LANDLOCK_RULE_NET_PORT",
    ];

    /// Flags of landlock_restrict_self(2).
    LANDLOCK_RESTRICT_FLAGS = "flags" from landlock [
        LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF, LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON,
        LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF,
    ] and [
        8 => "LANDLOCK_RESTRICT_SELF_TSYNC", 0x10 => "LANDLOCK_RESTRICT_SELF_NO_NEW_PRIVS",
    ];

    /// Flags of landlock_add_rule(2).
    LANDLOCK_ADD_FLAGS = "flags" and [
        1 => "LANDLOCK_ADD_RULE_QUIET",
    ];

    /// What kcmp(2) compares.
    KCMP = "type" and [
        0 => "KCMP_FILE", 1 => "KCMP_VM", 2 => "KCMP_FILES", 3 => "KCMP_FS", 4 => "KCMP_SIGHAND",
        5 => "KCMP_IO", 6 => "KCMP_SYSVSEM", 7 => "KCMP_EPOLL_TFD",
    ];

    /// Flags of kexec_load(2).
    KEXEC_FLAGS = "flags" and [
        1 => "KEXEC_ON_CRASH", 2 => "KEXEC_PRESERVE_CONTEXT", 4 => "KEXEC_UPDATE_ELFCOREHDR",
        8 => "KEXEC_CRASH_HOTPLUG_SUPPORT",
    ];

    /// Architectures of kexec_load(2).
    KEXEC_ARCHITECTURE = "flags" and [
        0 => "KEXEC_ARCH_DEFAULT", 196608 => "KEXEC_ARCH_386", 0x40000 => "KEXEC_ARCH_68K",
        983040 => "KEXEC_ARCH_PARISC", 4063232 => "KEXEC_ARCH_X86_64", 1310720 => "KEXEC_ARCH_PPC",
        1376256 => "KEXEC_ARCH_PPC64", 3276800 => "KEXEC_ARCH_IA_64", 2621440 => "KEXEC_ARCH_ARM",
        1441792 => "KEXEC_ARCH_S390", 2752512 => "KEXEC_ARCH_SH", 655360 => "KEXEC_ARCH_MIPS_LE",
        0x80000 => "KEXEC_ARCH_MIPS", 11993088 => "KEXEC_ARCH_AARCH64",
        15925248 => "KEXEC_ARCH_RISCV", 16908288 => "KEXEC_ARCH_LOONGARCH",
    ];

    /// Flags of kexec_file_load(2).
    KEXEC_FILE_FLAGS = "flags" and [
        1 => "KEXEC_FILE_UNLOAD", 2 => "KEXEC_FILE_ON_CRASH", 4 => "KEXEC_FILE_NO_INITRAMFS",
        8 => "KEXEC_FILE_DEBUG", 0x10 => "KEXEC_FILE_NO_CMA", 0x20 => "KEXEC_FILE_FORCE_DTB",
    ];

    /// Flags of finit_module(2).
    MODULE_FLAGS = "flags" and [
        1 => "MODULE_INIT_IGNORE_MODVERSIONS", 2 => "MODULE_INIT_IGNORE_VERMAGIC",
        4 => "MODULE_INIT_COMPRESSED_FILE",
    ];

    /// Flags of delete_module(2).
    DELETE_MODULE_FLAGS = "flags" from general [
        O_NONBLOCK, O_TRUNC,
    ];

    /// Flags of userfaultfd(2).
    USERFAULTFD_FLAGS = "flags" from general [
        O_CLOEXEC, O_NONBLOCK, UFFD_USER_MODE_ONLY,
    ];
}
