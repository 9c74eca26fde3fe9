//! Names of what ioctl(2) passes: terminals, loop devices, attributes of files.

use super::names;

names! {
    /// Input modes of a terminal.
    TERMIOS_INPUT = "c_iflag" from general [
        IGNBRK, BRKINT, IGNPAR, PARMRK, INPCK, ISTRIP, INLCR, IGNCR, ICRNL, IUCLC, IXON, IXANY,
        IXOFF, IMAXBEL, IUTF8,
    ];

    /// Delays of new lines.
    TERMIOS_NEWLINE = "c_oflag" from general [
        NL0, NL1,
    ];

    /// Delays of carriage returns.
    TERMIOS_RETURN = "c_oflag" from general [
        CR0, CR1, CR2, CR3,
    ];

    /// Delays of tabulators.
    TERMIOS_TAB = "c_oflag" from general [
        TAB0, TAB1, TAB2, XTABS,
    ];

    /// Delays of backspaces.
    TERMIOS_BACKSPACE = "c_oflag" from general [
        BS0, BS1,
    ];

    /// Delays of vertical tabulators.
    TERMIOS_VERTICAL = "c_oflag" from general [
        VT0, VT1,
    ];

    /// Delays of form feeds.
    TERMIOS_FORM = "c_oflag" from general [
        FF0, FF1,
    ];

    /// Output modes of a terminal.
    TERMIOS_OUTPUT = "c_oflag" from general [
        OPOST, OLCUC, ONLCR, OCRNL, ONOCR, ONLRET, OFILL, OFDEL,
    ];

    /// Speeds of a line.
    TERMIOS_BAUD = "c_cflag" from general [
        B0, B50, B75, B110, B134, B150, B200, B300, B600, B1200, B1800, B2400, B4800, B9600,
        B19200, B38400, B57600, B115200, B230400, B460800, B500000, B576000, B921600, B1000000,
        B1152000, B1500000, B2000000, B2500000, B3000000, B3500000, B4000000, BOTHER,
    ];

    /// Bits of a character.
    TERMIOS_SIZE = "c_cflag" from general [
        CS5, CS6, CS7, CS8,
    ];

    /// Control modes of a terminal.
    TERMIOS_CONTROL = "c_cflag" from general [
        CSTOPB, CREAD, PARENB, PARODD, HUPCL, CLOCAL, CMSPAR, CRTSCTS,
    ];

    /// Local modes of a terminal.
    TERMIOS_LOCAL = "c_lflag" from general [
        ISIG, ICANON, XCASE, ECHO, ECHOE, ECHOK, ECHONL, NOFLSH, TOSTOP, ECHOCTL, ECHOPRT, ECHOKE,
        FLUSHO, PENDIN, IEXTEN, EXTPROC,
    ];

    /// Lines of a modem.
    TIOCM = "arg" from general [
        TIOCM_LE, TIOCM_DTR, TIOCM_RTS, TIOCM_ST, TIOCM_SR, TIOCM_CTS, TIOCM_CAR, TIOCM_RNG,
        TIOCM_DSR, TIOCM_OUT1, TIOCM_OUT2, TIOCM_LOOP,
    ];

    /// Which queue is emptied.
    TCFLSH = "arg" from general [
        TCIFLUSH, TCOFLUSH, TCIOFLUSH,
    ];

    /// What is stopped or started.
    TCXONC = "arg" from general [
        TCOOFF, TCOON, TCIOFF, TCION,
    ];

    /// Flags of a loop device.
    LOOP_FLAGS = "lo_flags" from loop_device [
        LO_FLAGS_READ_ONLY, LO_FLAGS_AUTOCLEAR, LO_FLAGS_PARTSCAN, LO_FLAGS_DIRECT_IO,
    ];

    /// Attributes of a file.
    FS_FLAGS = "arg" from io_uring [
        FS_SECRM_FL, FS_UNRM_FL, FS_COMPR_FL, FS_SYNC_FL, FS_IMMUTABLE_FL, FS_APPEND_FL,
        FS_NODUMP_FL, FS_NOATIME_FL, FS_DIRTY_FL, FS_COMPRBLK_FL, FS_NOCOMP_FL, FS_ENCRYPT_FL,
        FS_INDEX_FL, FS_IMAGIC_FL, FS_JOURNAL_DATA_FL, FS_NOTAIL_FL, FS_DIRSYNC_FL,
        FS_TOPDIR_FL, FS_HUGE_FILE_FL, FS_EXTENT_FL, FS_VERITY_FL, FS_EA_INODE_FL, FS_EOFBLOCKS_FL,
        FS_NOCOW_FL, FS_DAX_FL, FS_INLINE_DATA_FL, FS_PROJINHERIT_FL, FS_CASEFOLD_FL,
    ];

    /// Extended attributes of a file.
    XFLAGS = "fsx_xflags" from io_uring [
        FS_XFLAG_REALTIME, FS_XFLAG_PREALLOC, FS_XFLAG_IMMUTABLE, FS_XFLAG_APPEND, FS_XFLAG_SYNC,
        FS_XFLAG_NOATIME, FS_XFLAG_NODUMP, FS_XFLAG_RTINHERIT, FS_XFLAG_PROJINHERIT,
        FS_XFLAG_NOSYMLINKS, FS_XFLAG_EXTSIZE, FS_XFLAG_EXTSZINHERIT, FS_XFLAG_NODEFRAG,
        FS_XFLAG_FILESTREAM, FS_XFLAG_DAX, FS_XFLAG_COWEXTSIZE, FS_XFLAG_HASATTR,
    ] and [
        0x20000 => "FS_XFLAG_VERITY", 0x40000 => "FS_XFLAG_CASEFOLD",
        0x80000 => "FS_XFLAG_CASENONPRESERVING",
    ];
}
