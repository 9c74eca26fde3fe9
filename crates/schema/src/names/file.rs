//! Names of opening, reading and controlling files.

use super::names;

names! {
    /// Access modes of open(2), the lowest two bits of its flags.
    OPEN_ACCESS = "flags" from general [O_RDONLY, O_WRONLY, O_RDWR, O_ACCMODE];

    /// Flags of open(2) besides the access mode.
    OPEN_FLAGS = "flags" from general [
        O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_APPEND, O_NONBLOCK, O_SYNC, O_DSYNC, __O_SYNC,
        O_DIRECT, O_LARGEFILE, O_NOFOLLOW, O_NOATIME, O_CLOEXEC, O_PATH, O_TMPFILE, O_DIRECTORY,
        FASYNC,
    ];

    /// Flags of an open file (`f_flags`), the access mode among them; that of reading alone is 0.
    FILE_FLAGS = "flags" from general [
        O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_APPEND, O_NONBLOCK, O_SYNC,
        O_DSYNC, __O_SYNC, O_DIRECT, O_LARGEFILE, O_NOFOLLOW, O_NOATIME, O_CLOEXEC, O_PATH,
        O_TMPFILE, O_DIRECTORY, FASYNC,
    ];

    /// Flags of openat2(2) besides the access mode: those of open(2) and what only fits 64 bits.
    OPENAT2_FLAGS = "flags" from general [
        O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC, O_APPEND, O_NONBLOCK, O_SYNC, O_DSYNC, __O_SYNC,
        O_DIRECT, O_LARGEFILE, O_NOFOLLOW, O_NOATIME, O_CLOEXEC, O_PATH, O_TMPFILE, O_DIRECTORY,
        FASYNC,
    ] and [0x1_0000_0000 => "OPENAT2_REGULAR"];

    /// How openat2(2) is to resolve its path.
    RESOLVE = "resolve" from general [
        RESOLVE_NO_XDEV, RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH,
        RESOLVE_IN_ROOT, RESOLVE_CACHED,
    ];

    /// Flags of calls that take O_CLOEXEC alone.
    CLOEXEC = "flags" from general [O_CLOEXEC];

    /// Flags of close_range(2).
    CLOSE_RANGE = "flags" and [2 => "CLOSE_RANGE_UNSHARE", 4 => "CLOSE_RANGE_CLOEXEC"];

    /// Where lseek(2) counts from.
    WHENCE = "whence" from general [SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE];

    /// Commands of fcntl(2).
    FCNTL_COMMAND = "cmd" from general [
        F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_SETOWN, F_GETOWN,
        F_SETSIG, F_GETSIG,
    ] and [
        12 => "F_GETLK64", 13 => "F_SETLK64", 14 => "F_SETLKW64",
        15 => "F_SETOWN_EX", 16 => "F_GETOWN_EX", 17 => "F_GETOWNER_UIDS",
        36 => "F_OFD_GETLK", 37 => "F_OFD_SETLK", 38 => "F_OFD_SETLKW",
        1024 => "F_SETLEASE", 1025 => "F_GETLEASE", 1026 => "F_NOTIFY", 1027 => "F_DUPFD_QUERY",
        1028 => "F_CREATED_QUERY", 1029 => "F_CANCELLK", 1030 => "F_DUPFD_CLOEXEC",
        1031 => "F_SETPIPE_SZ", 1032 => "F_GETPIPE_SZ", 1033 => "F_ADD_SEALS", 1034 => "F_GET_SEALS",
        1035 => "F_GET_RW_HINT", 1036 => "F_SET_RW_HINT", 1037 => "F_GET_FILE_RW_HINT",
        1038 => "F_SET_FILE_RW_HINT", 1039 => "F_GETDELEG", 1040 => "F_SETDELEG",
    ];

    /// Flags of a file descriptor.
    FD_FLAGS = "flags" from general [FD_CLOEXEC];

    /// Kinds of record locks and leases.
    LOCK_TYPE = "l_type" from general [F_RDLCK, F_WRLCK, F_UNLCK, F_EXLCK, F_SHLCK];

    /// Flags of a lock, as the kernel keeps them.
    LOCK_FLAGS = "flags" and [
        1 => "FL_POSIX", 2 => "FL_FLOCK", 4 => "FL_DELEG", 8 => "FL_ACCESS", 16 => "FL_EXISTS",
        32 => "FL_LEASE", 64 => "FL_CLOSE", 128 => "FL_SLEEP", 256 => "FL_DOWNGRADE_PENDING",
        512 => "FL_UNLOCK_PENDING", 1024 => "FL_OFDLCK", 2048 => "FL_LAYOUT", 4096 => "FL_RECLAIM",
    ];

    /// What becomes of a lease.
    LEASE_ACTION = "action" and [0 => "add", 1 => "delete"];

    /// Where a file of overlayfs lies.
    OVERLAY_LAYER = "layer" and [0 => "lower", 1 => "upper"];

    /// Whom F_SETOWN_EX names.
    OWNER_TYPE = "type" from general [F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP];

    /// Events of a directory that F_NOTIFY asks for.
    NOTIFY = "arg" from general [
        DN_ACCESS, DN_MODIFY, DN_CREATE, DN_DELETE, DN_RENAME, DN_ATTRIB, DN_MULTISHOT,
    ];

    /// Seals of F_ADD_SEALS.
    SEALS = "arg" from general [
        F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_FUTURE_WRITE, F_SEAL_EXEC,
    ];

    /// How long what is written is expected to live (F_SET_RW_HINT).
    WRITE_HINT = "hint" from general [
        RWH_WRITE_LIFE_NOT_SET, RWH_WRITE_LIFE_NONE, RWH_WRITE_LIFE_SHORT, RWH_WRITE_LIFE_MEDIUM,
        RWH_WRITE_LIFE_LONG, RWH_WRITE_LIFE_EXTREME,
    ];

    /// Operations of flock(2).
    FLOCK = "operation" from general [
        LOCK_SH, LOCK_EX, LOCK_NB, LOCK_UN, LOCK_MAND, LOCK_RW, LOCK_READ, LOCK_WRITE,
    ];

    /// Flags of preadv2(2), pwritev2(2) and asynchronous requests.
    RWF = "flags" from general [RWF_HIPRI, RWF_DSYNC, RWF_SYNC, RWF_NOWAIT, RWF_APPEND]
        and [
            0x20 => "RWF_NOAPPEND", 0x40 => "RWF_ATOMIC", 0x80 => "RWF_DONTCACHE",
            0x100 => "RWF_NOSIGNAL",
        ];

    /// Flags of splice(2), tee(2) and vmsplice(2).
    SPLICE = "flags" from general [
        SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE, SPLICE_F_GIFT,
    ];

    /// What fallocate(2) does besides allocating.
    FALLOCATE = "mode" from general [
        FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE,
        FALLOC_FL_NO_HIDE_STALE, FALLOC_FL_COLLAPSE_RANGE, FALLOC_FL_ZERO_RANGE,
        FALLOC_FL_INSERT_RANGE, FALLOC_FL_UNSHARE_RANGE, FALLOC_FL_WRITE_ZEROES,
    ];

    /// Advice of fadvise64(2).
    ADVICE = "advice" from general [
        POSIX_FADV_NORMAL, POSIX_FADV_RANDOM, POSIX_FADV_SEQUENTIAL, POSIX_FADV_WILLNEED,
        POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE,
    ];

    /// Flags of sync_file_range(2).
    SYNC_FILE_RANGE = "flags" from general [
        SYNC_FILE_RANGE_WAIT_BEFORE, SYNC_FILE_RANGE_WRITE, SYNC_FILE_RANGE_WAIT_AFTER,
    ];

    /// Flags of memfd_create(2) besides the size of huge pages.
    MEMFD = "flags" from general [
        MFD_CLOEXEC, MFD_ALLOW_SEALING, MFD_HUGETLB, MFD_NOEXEC_SEAL, MFD_EXEC,
    ];

    /// Sizes of huge pages in the flags of memfd_create(2), the upper six bits.
    MEMFD_HUGE = "flags" and [
        0x4000_0000 => "16<<MFD_HUGE_SHIFT", 0x4c00_0000 => "19<<MFD_HUGE_SHIFT",
        0x5000_0000 => "20<<MFD_HUGE_SHIFT", 0x5400_0000 => "21<<MFD_HUGE_SHIFT",
        0x5c00_0000 => "23<<MFD_HUGE_SHIFT", 0x6000_0000 => "24<<MFD_HUGE_SHIFT",
        0x6400_0000 => "25<<MFD_HUGE_SHIFT", 0x7000_0000 => "28<<MFD_HUGE_SHIFT",
        0x7400_0000 => "29<<MFD_HUGE_SHIFT", 0x7800_0000 => "30<<MFD_HUGE_SHIFT",
        0x7c00_0000 => "31<<MFD_HUGE_SHIFT", 0x8800_0000 => "34<<MFD_HUGE_SHIFT",
    ];

    /// Commands of asynchronous requests.
    IOCB_COMMAND = "aio_lio_opcode" and [
        0 => "IOCB_CMD_PREAD", 1 => "IOCB_CMD_PWRITE", 2 => "IOCB_CMD_FSYNC",
        3 => "IOCB_CMD_FDSYNC", 5 => "IOCB_CMD_POLL", 6 => "IOCB_CMD_NOOP",
        7 => "IOCB_CMD_PREADV", 8 => "IOCB_CMD_PWRITEV",
    ];

    /// Flags of asynchronous requests.
    IOCB_FLAGS = "aio_flags" and [1 => "IOCB_FLAG_RESFD", 2 => "IOCB_FLAG_IOPRIO"];
}
