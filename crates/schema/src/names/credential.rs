//! Names of capabilities.

use crate::kind::Names;

/// Declares the capabilities, by number and by bit in the lower and the upper half of a set.
macro_rules! capabilities {
    (low [$($low:ident),* $(,)?] high [$($high:ident),* $(,)?]) => {
        /// Capabilities.
        pub static CAPABILITY: Names = Names {
            title: "cap",
            rows: &[
                $((linux_raw_sys::general::$low as i64, stringify!($low)),)*
                $((linux_raw_sys::general::$high as i64, stringify!($high)),)*
            ],
        };

        /// The first 32 capabilities as bits of a set.
        pub static CAPABILITIES: Names = Names {
            title: "cap",
            rows: &[$((1 << linux_raw_sys::general::$low, concat!("1<<", stringify!($low))),)*],
        };

        /// The others, as bits of a set's upper half.
        pub static CAPABILITIES_HIGH: Names = Names {
            title: "cap",
            rows: &[
                $((1 << (linux_raw_sys::general::$high - 32), concat!("1<<", stringify!($high))),)*
            ],
        };
    };
}

capabilities! {
    low [
        CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_KILL,
        CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_LINUX_IMMUTABLE, CAP_NET_BIND_SERVICE,
        CAP_NET_BROADCAST, CAP_NET_ADMIN, CAP_NET_RAW, CAP_IPC_LOCK, CAP_IPC_OWNER, CAP_SYS_MODULE,
        CAP_SYS_RAWIO, CAP_SYS_CHROOT, CAP_SYS_PTRACE, CAP_SYS_PACCT, CAP_SYS_ADMIN, CAP_SYS_BOOT,
        CAP_SYS_NICE, CAP_SYS_RESOURCE, CAP_SYS_TIME, CAP_SYS_TTY_CONFIG, CAP_MKNOD, CAP_LEASE,
        CAP_AUDIT_WRITE, CAP_AUDIT_CONTROL, CAP_SETFCAP,
    ]
    high [
        CAP_MAC_OVERRIDE, CAP_MAC_ADMIN, CAP_SYSLOG, CAP_WAKE_ALARM, CAP_BLOCK_SUSPEND,
        CAP_AUDIT_READ, CAP_PERFMON, CAP_BPF, CAP_CHECKPOINT_RESTORE,
    ]
}

/// Versions of the header of capget(2).
pub static CAPABILITY_VERSION: Names = Names {
    title: "version",
    rows: &[
        (
            linux_raw_sys::general::_LINUX_CAPABILITY_VERSION_1 as i64,
            "_LINUX_CAPABILITY_VERSION_1",
        ),
        (
            linux_raw_sys::general::_LINUX_CAPABILITY_VERSION_2 as i64,
            "_LINUX_CAPABILITY_VERSION_2",
        ),
        (
            linux_raw_sys::general::_LINUX_CAPABILITY_VERSION_3 as i64,
            "_LINUX_CAPABILITY_VERSION_3",
        ),
    ],
};
