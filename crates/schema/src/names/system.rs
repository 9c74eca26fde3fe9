//! Names of calls about the system as a whole: reboot, kernel log, personalities, security modules.

use super::names;
use crate::kind::Names;

names! {
    /// What the kernel waits for when it starts a program (include/linux/umh.h).
    HELPER_WAIT = "wait" and [
        1 => "UMH_WAIT_EXEC", 2 => "UMH_WAIT_PROC", 4 => "UMH_KILLABLE", 8 => "UMH_FREEZABLE",
    ];

    /// Flags of getrandom(2).
    GETRANDOM_FLAGS = "flags" from general [GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE];

    /// The first number that reboot(2) wants.
    REBOOT_MAGIC1 = "magic" from general [LINUX_REBOOT_MAGIC1];

    /// The second one.
    REBOOT_MAGIC2 = "magic2" from general [
        LINUX_REBOOT_MAGIC2, LINUX_REBOOT_MAGIC2A, LINUX_REBOOT_MAGIC2B, LINUX_REBOOT_MAGIC2C,
    ];

    /// What reboot(2) does.
    REBOOT_COMMAND = "cmd" from general [
        LINUX_REBOOT_CMD_RESTART, LINUX_REBOOT_CMD_HALT, LINUX_REBOOT_CMD_CAD_ON,
        LINUX_REBOOT_CMD_CAD_OFF, LINUX_REBOOT_CMD_POWER_OFF, LINUX_REBOOT_CMD_RESTART2,
        LINUX_REBOOT_CMD_SW_SUSPEND, LINUX_REBOOT_CMD_KEXEC,
    ];

    /// Modes of old programs that the kernel plays.
    PERSONALITY = "persona" and [
        0x0 => "PER_LINUX",
        0x1 => "PER_SVR4",
        0x2 => "PER_SVR3",
        0x3 => "PER_SCOSVR3",
        0x4 => "PER_WYSEV386",
        0x5 => "PER_ISCR4",
        0x6 => "PER_BSD",
        0x7 => "PER_XENIX",
        0x8 => "PER_LINUX32",
        0x9 => "PER_IRIX32",
        0xa => "PER_IRIXN32",
        0xb => "PER_IRIX64",
        0xc => "PER_RISCOS",
        0xd => "PER_SOLARIS",
        0xe => "PER_UW7",
        0xf => "PER_OSF4",
    ];

    /// Single differences of a personality.
    PERSONALITY_FLAGS = "persona" and [
        0x0002_0000 => "UNAME26",
        0x0004_0000 => "ADDR_NO_RANDOMIZE",
        0x0008_0000 => "FDPIC_FUNCPTRS",
        0x0010_0000 => "MMAP_PAGE_ZERO",
        0x0020_0000 => "ADDR_COMPAT_LAYOUT",
        0x0040_0000 => "READ_IMPLIES_EXEC",
        0x0080_0000 => "ADDR_LIMIT_32BIT",
        0x0100_0000 => "SHORT_INODE",
        0x0200_0000 => "WHOLE_SECONDS",
        0x0400_0000 => "STICKY_TIMEOUTS",
        0x0800_0000 => "ADDR_LIMIT_3GB",
    ];

    /// Attributes of a process that security modules keep.
    LSM_ATTR = "attr" and [
        0 => "LSM_ATTR_UNDEF",
        100 => "LSM_ATTR_CURRENT",
        101 => "LSM_ATTR_EXEC",
        102 => "LSM_ATTR_FSCREATE",
        103 => "LSM_ATTR_KEYCREATE",
        104 => "LSM_ATTR_PREV",
        105 => "LSM_ATTR_SOCKCREATE",
    ];

    /// Security modules.
    LSM_ID = "id" and [
        0 => "LSM_ID_UNDEF",
        100 => "LSM_ID_CAPABILITY",
        101 => "LSM_ID_SELINUX",
        102 => "LSM_ID_SMACK",
        103 => "LSM_ID_TOMOYO",
        104 => "LSM_ID_APPARMOR",
        105 => "LSM_ID_YAMA",
        106 => "LSM_ID_LOADPIN",
        107 => "LSM_ID_SAFESETID",
        108 => "LSM_ID_LOCKDOWN",
        109 => "LSM_ID_BPF",
        110 => "LSM_ID_LANDLOCK",
        111 => "LSM_ID_IMA",
        112 => "LSM_ID_EVM",
        113 => "LSM_ID_IPE",
    ];

    /// Flags of lsm_get_self_attr(2).
    LSM_FLAGS = "flags" and [1 => "LSM_FLAG_SINGLE"];
}

/// What syslog(2) does; the kernel's own header (`include/linux/syslog.h`) has these names.
pub static SYSLOG_ACTION: Names = Names {
    title: "type",
    rows: &[
        (0, "SYSLOG_ACTION_CLOSE"),
        (1, "SYSLOG_ACTION_OPEN"),
        (2, "SYSLOG_ACTION_READ"),
        (3, "SYSLOG_ACTION_READ_ALL"),
        (4, "SYSLOG_ACTION_READ_CLEAR"),
        (5, "SYSLOG_ACTION_CLEAR"),
        (6, "SYSLOG_ACTION_CONSOLE_OFF"),
        (7, "SYSLOG_ACTION_CONSOLE_ON"),
        (8, "SYSLOG_ACTION_CONSOLE_LEVEL"),
        (9, "SYSLOG_ACTION_SIZE_UNREAD"),
        (10, "SYSLOG_ACTION_SIZE_BUFFER"),
    ],
};
