//! Names of paths, directories, ownership and attributes of files.

use super::names;

names! {
    /// Flags of the calls that end in `at`. `AT_REMOVEDIR` is also `AT_EACCESS`.
    AT_FLAGS = "flags" from general [
        AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_SYMLINK_FOLLOW, AT_NO_AUTOMOUNT, AT_EMPTY_PATH,
        AT_RECURSIVE,
    ];

    /// Flags of faccessat2(2).
    FACCESS_FLAGS = "flags" from general [AT_SYMLINK_NOFOLLOW, AT_EACCESS, AT_EMPTY_PATH];

    /// Flags of name_to_handle_at(2).
    HANDLE_FLAGS = "flags" from general [
        AT_HANDLE_MNT_ID_UNIQUE, AT_HANDLE_CONNECTABLE, AT_HANDLE_FID, AT_SYMLINK_FOLLOW,
        AT_EMPTY_PATH,
    ];

    /// How statx(2) is to synchronise with a server.
    STATX_SYNC = "flags" from general [
        AT_STATX_SYNC_AS_STAT, AT_STATX_FORCE_SYNC, AT_STATX_DONT_SYNC, AT_STATX_SYNC_TYPE,
    ];

    /// What statx(2) is asked for, and tells.
    STATX_MASK = "mask" from general [
        STATX_ALL, STATX_BASIC_STATS, STATX_TYPE, STATX_MODE, STATX_NLINK, STATX_UID, STATX_GID,
        STATX_ATIME, STATX_MTIME, STATX_CTIME, STATX_INO, STATX_SIZE, STATX_BLOCKS, STATX_BTIME,
        STATX_MNT_ID, STATX_DIOALIGN, STATX_MNT_ID_UNIQUE, STATX_SUBVOL, STATX_WRITE_ATOMIC,
        STATX_DIO_READ_ALIGN,
    ];

    /// Attributes that statx(2) tells.
    STATX_ATTRIBUTES = "stx_attributes" from general [
        STATX_ATTR_COMPRESSED, STATX_ATTR_IMMUTABLE, STATX_ATTR_APPEND, STATX_ATTR_NODUMP,
        STATX_ATTR_ENCRYPTED, STATX_ATTR_AUTOMOUNT, STATX_ATTR_MOUNT_ROOT, STATX_ATTR_VERITY,
        STATX_ATTR_DAX, STATX_ATTR_WRITE_ATOMIC,
    ];

    /// What access(2) asks for.
    ACCESS = "mode" from general [F_OK, R_OK, W_OK, X_OK];

    /// Flags of renameat2(2).
    RENAME = "flags" from general [RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT];

    /// Flags of setxattr(2).
    XATTR = "flags" from general [XATTR_CREATE, XATTR_REPLACE];

    /// Types of directory entries.
    ENTRY_TYPE = "d_type" from general [
        DT_UNKNOWN, DT_FIFO, DT_CHR, DT_DIR, DT_BLK, DT_REG, DT_LNK, DT_SOCK,
    ] and [14 => "DT_WHT"];

    /// Nanoseconds that mean something else to utimensat(2).
    UTIME = "tv_nsec" from general [UTIME_NOW, UTIME_OMIT];

    /// Extended attributes of file_getattr(2) and `FS_IOC_FSGETXATTR`.
    XFLAGS = "fa_xflags" from general [
        FS_XFLAG_REALTIME, FS_XFLAG_PREALLOC, FS_XFLAG_IMMUTABLE, FS_XFLAG_APPEND, FS_XFLAG_SYNC,
        FS_XFLAG_NOATIME, FS_XFLAG_NODUMP, FS_XFLAG_RTINHERIT, FS_XFLAG_PROJINHERIT,
        FS_XFLAG_NOSYMLINKS, FS_XFLAG_EXTSIZE, FS_XFLAG_EXTSZINHERIT, FS_XFLAG_NODEFRAG,
        FS_XFLAG_FILESTREAM, FS_XFLAG_DAX, FS_XFLAG_COWEXTSIZE,
    ] and [
        0x2_0000 => "FS_XFLAG_VERITY", 0x4_0000 => "FS_XFLAG_CASEFOLD",
        0x8_0000 => "FS_XFLAG_CASENONPRESERVING", 0x8000_0000 => "FS_XFLAG_HASATTR",
    ];
}
