//! Requests to devices, terminals, sockets and files.

use linux_raw_sys::{ioctl, loop_device};

use crate::names;
use crate::names::terminal;
use crate::types::Len::{Arg, IoctlSize};
use crate::types::Type::{
    By, Bytes, Chars, Enum, Fd, Flags, Hex, I16, I32, In, InOut, Inline, IoctlRequest, Long, Out,
    Parts, Pid, Raw, SockAddr, Struct, U8, U16, U32, U64, Ulong, Unused, Wide,
};
use crate::types::Width::W16;
use crate::types::{Part, choices, structs};

/// Output modes: delays, then flags.
static OUTPUT: [Part; 7] = [
    Part {
        mask: 0o000_0400,
        kind: Enum(&terminal::TERMIOS_NEWLINE),
    },
    Part {
        mask: 0o000_3000,
        kind: Enum(&terminal::TERMIOS_RETURN),
    },
    Part {
        mask: 0o001_4000,
        kind: Enum(&terminal::TERMIOS_TAB),
    },
    Part {
        mask: 0o002_0000,
        kind: Enum(&terminal::TERMIOS_BACKSPACE),
    },
    Part {
        mask: 0o004_0000,
        kind: Enum(&terminal::TERMIOS_VERTICAL),
    },
    Part {
        mask: 0o010_0000,
        kind: Enum(&terminal::TERMIOS_FORM),
    },
    Part {
        mask: !0o017_7400,
        kind: Flags(&terminal::TERMIOS_OUTPUT),
    },
];

/// Control modes: speed, bits of a character, then flags.
static CONTROL: [Part; 3] = [
    Part {
        mask: 0o010_017,
        kind: Enum(&terminal::TERMIOS_BAUD),
    },
    Part {
        mask: 0o000_060,
        kind: Enum(&terminal::TERMIOS_SIZE),
    },
    Part {
        mask: !0o010_077,
        kind: Flags(&terminal::TERMIOS_CONTROL),
    },
];

structs! {
    /// Modes of a terminal.
    TERMIOS = "struct termios" {
        c_iflag: Flags(&terminal::TERMIOS_INPUT), c_oflag: Parts(&OUTPUT), c_cflag: Parts(&CONTROL),
        c_lflag: Flags(&terminal::TERMIOS_LOCAL), c_line: U8, c_cc: Raw(19),
    } with { brief: &["c_iflag", "c_oflag", "c_cflag", "c_lflag"] }

    /// Modes of a terminal, with speeds as numbers.
    TERMIOS2 = "struct termios2" {
        c_iflag: Flags(&terminal::TERMIOS_INPUT), c_oflag: Parts(&OUTPUT), c_cflag: Parts(&CONTROL),
        c_lflag: Flags(&terminal::TERMIOS_LOCAL), c_line: U8, c_cc: Raw(19), c_ispeed: U32, c_ospeed: U32,
    } with { brief: &["c_iflag", "c_oflag", "c_cflag", "c_lflag"] }

    /// Modes of a terminal, in 16 bits each.
    TERMIO = "struct termio" {
        c_iflag: Wide(W16, &Flags(&terminal::TERMIOS_INPUT)), c_oflag: Hex(&U16), c_cflag: Hex(&U16),
        c_lflag: Wide(W16, &Flags(&terminal::TERMIOS_LOCAL)), c_line: U8, c_cc: Raw(8),
    } with { brief: &["c_iflag", "c_oflag", "c_cflag", "c_lflag"] }

    /// The size of a terminal's window.
    WINSIZE = "struct winsize" { ws_row: U16, ws_col: U16, ws_xpixel: U16, ws_ypixel: U16 }

    /// An interface and its address.
    IFREQ_ADDR = "struct ifreq" { ifr_name: Chars(16), ifr_addr: SockAddr(crate::types::Len::Const(16)) }

    /// An interface and its flags.
    IFREQ_FLAGS = "struct ifreq" { ifr_name: Chars(16), ifr_flags: Wide(W16, &Flags(&names::network::IFF)) }

    /// An interface and its number.
    IFREQ_INDEX = "struct ifreq" { ifr_name: Chars(16), ifr_ifindex: I32 }

    /// An interface and the longest packet it takes.
    IFREQ_MTU = "struct ifreq" { ifr_name: Chars(16), ifr_mtu: I32 }

    /// An interface and its metric.
    IFREQ_METRIC = "struct ifreq" { ifr_name: Chars(16), ifr_metric: I32 }

    /// An interface and the length of its queue.
    IFREQ_QLEN = "struct ifreq" { ifr_name: Chars(16), ifr_qlen: I32 }

    /// An interface and a name.
    IFREQ_NEWNAME = "struct ifreq" { ifr_name: Chars(16), ifr_newname: Chars(16) }

    /// Interfaces with their addresses.
    IFCONF = "struct ifconf" { ifc_len: I32, ifc_buf: Out(&Bytes(Arg("ifc_len"))) }

    /// A tunnel's interface.
    IFREQ_TUN = "struct ifreq" { ifr_name: Chars(16), ifr_flags: Hex(&I16) }

    /// A time as a clock keeps it.
    RTC_TIME = "struct rtc_time" {
        tm_sec: I32, tm_min: I32, tm_hour: I32, tm_mday: I32, tm_mon: I32, tm_year: I32, tm_wday: I32,
        tm_yday: I32, tm_isdst: I32,
    }

    /// An alarm of a clock.
    RTC_WKALRM = "struct rtc_wkalrm" { enabled: U8, pending: U8, time: Struct(&RTC_TIME) }

    /// A loop device.
    LOOP_INFO64 = "struct loop_info64" {
        lo_device: Hex(&U64), lo_inode: U64, lo_rdevice: Hex(&U64), lo_offset: Hex(&U64), lo_sizelimit: U64,
        lo_number: U32, lo_encrypt_type: U32, lo_encrypt_key_size: U32, lo_flags: Flags(&terminal::LOOP_FLAGS),
        lo_file_name: Chars(64), lo_crypt_name: Chars(64), lo_encrypt_key: Raw(32), lo_init: Inline(&U64, 2),
    }

    /// A loop device that is set up at once.
    LOOP_CONFIG = "struct loop_config" { fd: Fd, block_size: U32, info: Struct(&LOOP_INFO64), __pad: Raw(64) }

    /// A range of bytes of a file that is shared.
    CLONE_RANGE = "struct file_clone_range" {
        src_fd: Wide(crate::types::Width::W64, &Fd), src_offset: U64, src_length: U64, dest_offset: U64,
    }

    /// A range of a file system that is trimmed.
    FSTRIM = "struct fstrim_range" { start: Hex(&U64), len: Hex(&U64), minlen: Hex(&U64) }

    /// Extended attributes of a file.
    FSXATTR = "struct fsxattr" {
        fsx_xflags: Flags(&terminal::XFLAGS), fsx_extsize: U32, fsx_nextents: U32, fsx_projid: U32,
        fsx_cowextsize: U32, fsx_pad: Raw(8),
    }

    /// A pair of numbers.
    RANGE = "__u64[2]" { start: U64, length: U64 }
}

choices! {
    /// What a request is passed that has no row of its own, as its number says: where it has no
    /// direction nothing is known to stand behind the argument
    /// (`include/uapi/asm-generic/ioctl.h`, v7.1).
    UNKNOWN = by "request" & 0xc000_0000 {
        [0] => Hex(&Ulong),
        [0x4000_0000_u32] => In(&Bytes(IoctlSize("request"))),
        [0x8000_0000_u32] => Out(&Bytes(IoctlSize("request"))),
    } else InOut(&Bytes(IoctlSize("request")));

    /// What a request is passed.
    ARGUMENT = by "request" {
        [ioctl::TCGETS] => Out(&Struct(&TERMIOS)),
        [ioctl::TCSETS, ioctl::TCSETSW, ioctl::TCSETSF, ioctl::TIOCSLCKTRMIOS] => In(&Struct(&TERMIOS)),
        [ioctl::TIOCGLCKTRMIOS] => Out(&Struct(&TERMIOS)),
        [TCGETS2] => Out(&Struct(&TERMIOS2)),
        [0x402c_542b_u32, 0x402c_542c_u32, 0x402c_542d_u32] => In(&Struct(&TERMIOS2)),
        [ioctl::TCGETA] => Out(&Struct(&TERMIO)),
        [ioctl::TCSETA, ioctl::TCSETAW, ioctl::TCSETAF] => In(&Struct(&TERMIO)),
        [ioctl::TIOCGWINSZ] => Out(&Struct(&WINSIZE)),
        [ioctl::TIOCSWINSZ] => In(&Struct(&WINSIZE)),
        [ioctl::TIOCGPGRP, ioctl::TIOCGSID, ioctl::FIOGETOWN, ioctl::SIOCGPGRP] => Out(&Pid),
        [ioctl::TIOCSPGRP, ioctl::FIOSETOWN, ioctl::SIOCSPGRP] => In(&Pid),
        [
            ioctl::FIONREAD, ioctl::TIOCOUTQ, ioctl::TIOCGETD, ioctl::TIOCGPTN, ioctl::TIOCGPTLCK,
            ioctl::TIOCGPKT, ioctl::TIOCGEXCL, ioctl::TIOCGSOFTCAR, ioctl::SIOCATMARK, ioctl::BLKROGET,
            ioctl::BLKSSZGET, ioctl::BLKIOMIN, ioctl::BLKIOOPT, ioctl::BLKALIGNOFF, ioctl::BLKPBSZGET,
            ioctl::BLKDISCARDZEROES, ioctl::FIGETBSZ, ioctl::BLKBSZGET,
        ] => Out(&I32),
        [
            ioctl::FIONBIO, ioctl::FIOASYNC, ioctl::TIOCPKT, ioctl::TIOCSETD, ioctl::TIOCSPTLCK,
            ioctl::TIOCSSOFTCAR, ioctl::BLKROSET, ioctl::BLKBSZSET,
        ] => In(&I32),
        [ioctl::FIBMAP] => InOut(&I32),
        [ioctl::TIOCMGET] => Out(&Flags(&terminal::TIOCM)),
        [ioctl::TIOCMSET, ioctl::TIOCMBIS, ioctl::TIOCMBIC] => In(&Flags(&terminal::TIOCM)),
        [ioctl::TIOCMIWAIT] => Flags(&terminal::TIOCM),
        [ioctl::TIOCSTI] => In(&Chars(1)),
        [ioctl::TCFLSH] => Enum(&terminal::TCFLSH),
        [ioctl::TCXONC] => Enum(&terminal::TCXONC),
        [ioctl::TCSBRK, ioctl::TCSBRKP, ioctl::TIOCSCTTY, ioctl::TIOCSIG] => I32,
        [ioctl::TIOCGPTPEER] => Hex(&U32),
        [
            ioctl::TIOCNOTTY, ioctl::TIOCEXCL, ioctl::TIOCNXCL, ioctl::TIOCCONS, ioctl::TIOCSBRK, ioctl::TIOCCBRK,
            ioctl::FIOCLEX, ioctl::FIONCLEX, ioctl::TIOCVHANGUP, ioctl::BLKFLSBUF, ioctl::BLKRRPART,
            ioctl::BLKTRACESTART, ioctl::BLKTRACESTOP, ioctl::BLKTRACETEARDOWN, ioctl::RTC_AIE_ON,
            ioctl::RTC_AIE_OFF, ioctl::RTC_UIE_ON, ioctl::RTC_UIE_OFF, ioctl::RTC_PIE_ON, ioctl::RTC_PIE_OFF,
            loop_device::LOOP_CLR_FD, loop_device::LOOP_CTL_GET_FREE,
        ] => Unused,
        [ioctl::BLKRASET, ioctl::BLKFRASET, ioctl::RTC_IRQP_SET, ioctl::RTC_EPOCH_SET] => Ulong,
        [ioctl::BLKRAGET, ioctl::BLKFRAGET, ioctl::BLKGETSIZE, ioctl::RTC_IRQP_READ, ioctl::RTC_EPOCH_READ] => Out(&Ulong),
        [ioctl::BLKSECTGET, ioctl::BLKROTATIONAL] => Out(&U16),
        [ioctl::BLKGETSIZE64, ioctl::BLKGETDISKSEQ] => Out(&U64),
        [ioctl::BLKDISCARD, ioctl::BLKSECDISCARD, ioctl::BLKZEROOUT] => In(&Struct(&RANGE)),
        [loop_device::LOOP_SET_FD, loop_device::LOOP_CHANGE_FD, ioctl::FICLONE] => Fd,
        [loop_device::LOOP_SET_STATUS64] => In(&Struct(&LOOP_INFO64)),
        [loop_device::LOOP_GET_STATUS64] => Out(&Struct(&LOOP_INFO64)),
        [loop_device::LOOP_CONFIGURE] => In(&Struct(&LOOP_CONFIG)),
        [loop_device::LOOP_SET_DIRECT_IO, loop_device::LOOP_SET_BLOCK_SIZE, loop_device::LOOP_SET_CAPACITY] => Ulong,
        [loop_device::LOOP_CTL_ADD, loop_device::LOOP_CTL_REMOVE] => I32,
        [ioctl::RTC_RD_TIME, ioctl::RTC_ALM_READ] => Out(&Struct(&RTC_TIME)),
        [ioctl::RTC_SET_TIME, ioctl::RTC_ALM_SET] => In(&Struct(&RTC_TIME)),
        [ioctl::RTC_WKALM_RD] => Out(&Struct(&RTC_WKALRM)),
        [ioctl::RTC_WKALM_SET] => In(&Struct(&RTC_WKALRM)),
        [ioctl::FICLONERANGE] => In(&Struct(&CLONE_RANGE)),
        [ioctl::FITRIM] => InOut(&Struct(&FSTRIM)),
        [ioctl::FS_IOC_GETFLAGS, ioctl::FS_IOC32_GETFLAGS] => Out(&Flags(&terminal::FS_FLAGS)),
        [ioctl::FS_IOC_SETFLAGS, ioctl::FS_IOC32_SETFLAGS] => In(&Flags(&terminal::FS_FLAGS)),
        [ioctl::FS_IOC_FSGETXATTR] => Out(&Struct(&FSXATTR)),
        [ioctl::FS_IOC_FSSETXATTR] => In(&Struct(&FSXATTR)),
        // Requests of sockets about interfaces (`include/uapi/linux/sockios.h`).
        [0x8912] => InOut(&Struct(&IFCONF)),
        [0x8910] => Out(&Struct(&IFREQ_INDEX)),
        [0x8933] => Out(&Struct(&IFREQ_INDEX)),
        [0x8913] => Out(&Struct(&IFREQ_FLAGS)),
        [0x8914] => In(&Struct(&IFREQ_FLAGS)),
        [0x8915, 0x8917, 0x8919, 0x891b, 0x8927] => Out(&Struct(&IFREQ_ADDR)),
        [0x8916, 0x8918, 0x891a, 0x891c, 0x8924, 0x8931, 0x8932, 0x8936] => In(&Struct(&IFREQ_ADDR)),
        [0x891d] => Out(&Struct(&IFREQ_METRIC)),
        [0x8921] => Out(&Struct(&IFREQ_MTU)),
        [0x8922] => In(&Struct(&IFREQ_MTU)),
        [0x8923] => In(&Struct(&IFREQ_NEWNAME)),
        [0x8942] => Out(&Struct(&IFREQ_QLEN)),
        [0x8943] => In(&Struct(&IFREQ_QLEN)),
        [ioctl::TUNSETIFF] => InOut(&Struct(&IFREQ_TUN)),
        [ioctl::TUNSETPERSIST, ioctl::TUNSETOWNER, ioctl::TUNSETGROUP] => I32,
    } else By(&UNKNOWN);

    /// What a request returns: a descriptor where it makes one.
    RESULT = by "request" {
        [ioctl::TIOCGPTPEER] => Fd,
    } else Long;
}

/// Reads the modes of a terminal with speeds as numbers.
const TCGETS2: u32 = 0x802c_542a;

calls! {
    /// Makes a request to a device, a terminal, a socket or a file.
    ioctl x86_64 16, x32 514, i386 54, aarch64 29;
        (fd: Fd, request: IoctlRequest(&names::ioctl::IOCTL), arg: By(&ARGUMENT)) -> By(&RESULT),
        in ["fs", "fs_fd_ops"]
        with { entry: true, compat: true }
}
