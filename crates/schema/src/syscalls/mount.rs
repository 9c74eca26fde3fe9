//! File systems: mounting, their space, quotas, swapping and asynchronous requests; and what the
//! kernel no longer has.

use crate::names;
use crate::types::Len::{Arg, At, Ret};
use crate::types::Type::{
    Addr, Array, By, Bytes, DirFd, Enum, Fd, Flags, Hex, I16, I32, I64, In, InOut, Inline, Limit,
    Long, Out, Parts, Path, PathOf, SigSet, Size, Struct, Text, TextBehind, U8, U16, U32, U64, Uid,
    Ulong, Unused, Wide,
};
use crate::types::Width::{W8, W16, W32, W64, Word};
use crate::types::{Part, choices, structs};

/// Flags and priority of swapon(2).
static SWAP: [Part; 2] = [
    Part {
        mask: !0x7fff,
        kind: Flags(&names::SWAP),
    },
    Part {
        mask: 0x7fff,
        kind: I32,
    },
];

choices! {
    /// The type of file system that mount(2) mounts: with none of `MS_REMOUNT`, `MS_BIND`, `MS_MOVE`
    /// and those that change how mounts pass on what happens below them.
    MOUNT_TYPE = by "mountflags" & 0x001e_3020 { [0] => In(&Text) } else Addr;

    /// The options of mount(2): where a file system is mounted or mounted anew (`MS_REMOUNT`, with or
    /// without `MS_BIND`).
    MOUNT_DATA = by "mountflags" & 0x001e_3020 { [0, 0x20, 0x1020] => In(&Text) } else Addr;

    /// The name of what fsconfig(2) sets.
    CONFIG_KEY = by "cmd" { [0, 1, 2, 3, 4, 5] => In(&Text) } else Addr;

    /// The value that fsconfig(2) sets.
    CONFIG_VALUE = by "cmd" {
        [1] => In(&Text),
        [2] => In(&Bytes(Arg("aux"))),
        [3, 4] => In(&Path),
    } else Addr;

    /// The number of fsconfig(2): a directory for a path, a descriptor, or the length of the value.
    CONFIG_NUMBER = by "cmd" { [3, 4] => DirFd, [5] => Fd } else I32;

    /// The id of quotactl(2): for `Q_QUOTAON` the format of the quota file.
    QUOTA_ID = by "cmd" & 0xffff_ff00 { [Q_QUOTAON] => Enum(&names::QUOTA_FORMAT) } else Uid;

    /// What quotactl(2) reads or writes.
    QUOTA_DATA = by "cmd" & 0xffff_ff00 {
        [Q_QUOTAON] => In(&Path),
        [Q_GETFMT] => Out(&Enum(&names::QUOTA_FORMAT)),
        [Q_GETINFO] => Out(&Struct(&QUOTA_INFO)),
        [Q_SETINFO] => In(&Struct(&QUOTA_INFO)),
        [Q_GETQUOTA] => Out(&Struct(&QUOTA)),
        [Q_SETQUOTA] => In(&Struct(&QUOTA)),
        [Q_GETNEXTQUOTA] => Out(&Struct(&NEXT_QUOTA)),
        [Q_XQUOTAON, Q_XQUOTAOFF] => In(&Flags(&names::XFS_QUOTA_FLAGS)),
        [Q_XQUOTARM] => In(&Flags(&names::XFS_QUOTA_TYPE)),
        [Q_XGETQUOTA, Q_XGETNEXTQUOTA] => Out(&Struct(&XFS_QUOTA)),
        [Q_XSETQLIM] => In(&Struct(&XFS_QUOTA)),
        [Q_XGETQSTAT] => Out(&Struct(&XFS_STATE)),
        [Q_XGETQSTATV] => InOut(&Struct(&XFS_STATE_V)),
    } else Addr;

    /// What sysfs(2) takes first: the name of a file system, or its number.
    SYSFS_FIRST = by "option" { [1] => In(&Text), [2] => U32 } else Unused;

    /// Where sysfs(2) puts the name of a file system.
    SYSFS_SECOND = by "option" { [2] => Out(&Text) } else Unused;
}

// Commands of quotactl(2) in its first argument, without the type in the lowest byte.
const Q_QUOTAON: u32 = 0x8000_0200;
const Q_GETFMT: u32 = 0x8000_0400;
const Q_GETINFO: u32 = 0x8000_0500;
const Q_SETINFO: u32 = 0x8000_0600;
const Q_GETQUOTA: u32 = 0x8000_0700;
const Q_SETQUOTA: u32 = 0x8000_0800;
const Q_GETNEXTQUOTA: u32 = 0x8000_0900;
const Q_XQUOTAON: u32 = 0x0058_0100;
const Q_XQUOTAOFF: u32 = 0x0058_0200;
const Q_XGETQUOTA: u32 = 0x0058_0300;
const Q_XSETQLIM: u32 = 0x0058_0400;
const Q_XGETQSTAT: u32 = 0x0058_0500;
const Q_XQUOTARM: u32 = 0x0058_0600;
const Q_XGETQSTATV: u32 = 0x0058_0800;
const Q_XGETNEXTQUOTA: u32 = 0x0058_0900;

structs! {
    /// The number of a file system.
    FSID = "__kernel_fsid_t" { val: Inline(&Hex(&U32), 2) }

    /// A file system and its space, in the words of the caller.
    STATFS = "struct statfs" {
        f_type: Wide(Word, &Enum(&names::FILE_SYSTEM)),
        f_bsize: Ulong,
        f_blocks: Ulong,
        f_bfree: Ulong,
        f_bavail: Ulong,
        f_files: Ulong,
        f_ffree: Ulong,
        f_fsid: Struct(&FSID),
        f_namelen: Ulong,
        f_frsize: Ulong,
        f_flags: Wide(Word, &Flags(&names::STATFS)),
        __pad: Inline(&Ulong, 4),
    }

    /// A file system and its space, with 64-bit numbers for callers of 32 bits.
    STATFS64 = "struct statfs64" {
        f_type: Enum(&names::FILE_SYSTEM),
        f_bsize: U32,
        f_blocks: U64,
        f_bfree: U64,
        f_bavail: U64,
        f_files: U64,
        f_ffree: U64,
        f_fsid: Struct(&FSID),
        f_namelen: U32,
        f_frsize: U32,
        f_flags: Flags(&names::STATFS),
        __pad: Inline(&U32, 4),
    }

    /// Changes of a mount.
    MOUNT_ATTR = "struct mount_attr" {
        attr_set: Wide(W64, &Flags(&names::MOUNT_ATTRIBUTES)),
        attr_clr: Wide(W64, &Flags(&names::MOUNT_ATTRIBUTES_CLEARED)),
        propagation: Wide(W64, &Enum(&names::PROPAGATION)),
        userns_fd: U64,
    } with { size: Some(Arg("usize")) }

    /// What statmount(2) is asked for. It starts with its own size.
    STATMOUNT_REQUEST = "struct mnt_id_req" {
        size: U32,
        mnt_ns_fd: U32,
        mnt_id: Limit(&names::MOUNT_ID),
        param: Wide(W64, &Flags(&names::STATMOUNT)),
        mnt_ns_id: U64,
    } with { size: Some(At("req")) }

    /// Which mounts listmount(2) is asked for, and after which one.
    LISTMOUNT_REQUEST = "struct mnt_id_req" {
        size: U32,
        mnt_ns_fd: U32,
        mnt_id: Limit(&names::MOUNT_ID),
        param: U64,
        mnt_ns_id: U64,
    } with { size: Some(At("req")) }

    /// A mount. Texts stand behind it; their members say where, from there on.
    MOUNT = "struct statmount" {
        size: U32,
        mnt_opts: Wide(W32, &By(&TEXT_OPTIONS)),
        mask: Wide(W64, &Flags(&names::STATMOUNT)),
        sb_dev_major: U32,
        sb_dev_minor: U32,
        sb_magic: Wide(W64, &Enum(&names::FILE_SYSTEM)),
        sb_flags: Flags(&names::MOUNT),
        fs_type: Wide(W32, &By(&TEXT_TYPE)),
        mnt_id: U64,
        mnt_parent_id: U64,
        mnt_id_old: U32,
        mnt_parent_id_old: U32,
        mnt_attr: Wide(W64, &Flags(&names::MOUNT_ATTRIBUTES)),
        mnt_propagation: Wide(W64, &Flags(&names::PROPAGATION)),
        mnt_peer_group: U64,
        mnt_master: U64,
        propagate_from: U64,
        mnt_root: Wide(W32, &By(&TEXT_ROOT)),
        mnt_point: Wide(W32, &By(&TEXT_POINT)),
        mnt_ns_id: U64,
        fs_subtype: Wide(W32, &By(&TEXT_SUBTYPE)),
        sb_source: Wide(W32, &By(&TEXT_SOURCE)),
        opt_num: U32,
        opt_array: Wide(W32, &By(&TEXT_OPTION_ARRAY)),
        opt_sec_num: U32,
        opt_sec_array: Wide(W32, &By(&TEXT_SECURITY)),
        supported_mask: Wide(W64, &Flags(&names::STATMOUNT)),
        mnt_uidmap_num: U32,
        mnt_uidmap: Wide(W32, &By(&TEXT_UIDS)),
        mnt_gidmap_num: U32,
        mnt_gidmap: Wide(W32, &By(&TEXT_GIDS)),
        __pad: Inline(&U64, 43),
        __padtexts: PathOf(Arg("size")),
    } with { size: Some(Arg("bufsize")) }

    /// Limits and use of a quota.
    QUOTA = "struct if_dqblk" {
        dqb_bhardlimit: U64,
        dqb_bsoftlimit: U64,
        dqb_curspace: U64,
        dqb_ihardlimit: U64,
        dqb_isoftlimit: U64,
        dqb_curinodes: U64,
        dqb_btime: U64,
        dqb_itime: U64,
        dqb_valid: Flags(&names::QUOTA_VALID),
    }

    /// Limits and use of the next quota there is.
    NEXT_QUOTA = "struct if_nextdqblk" {
        dqb_bhardlimit: U64,
        dqb_bsoftlimit: U64,
        dqb_curspace: U64,
        dqb_ihardlimit: U64,
        dqb_isoftlimit: U64,
        dqb_curinodes: U64,
        dqb_btime: U64,
        dqb_itime: U64,
        dqb_valid: Flags(&names::QUOTA_VALID),
        dqb_id: Uid,
    }

    /// A quota file.
    QUOTA_INFO = "struct if_dqinfo" {
        dqi_bgrace: U64,
        dqi_igrace: U64,
        dqi_flags: Flags(&names::QUOTA_INFO_FLAGS),
        dqi_valid: Flags(&names::QUOTA_INFO_VALID),
    }

    /// Limits and use of a quota of XFS.
    XFS_QUOTA = "struct fs_disk_quota" {
        d_version: U8,
        d_flags: Wide(W8, &Flags(&names::XFS_QUOTA_TYPE)),
        d_fieldmask: Hex(&U16),
        d_id: Uid,
        d_blk_hardlimit: U64,
        d_blk_softlimit: U64,
        d_ino_hardlimit: U64,
        d_ino_softlimit: U64,
        d_bcount: U64,
        d_icount: U64,
        d_itimer: I32,
        d_btimer: I32,
        d_iwarns: U16,
        d_bwarns: U16,
        d_itimer_hi: U8,
        d_btimer_hi: U8,
        d_rtbtimer_hi: U8,
        __pad2: U8,
        d_rtb_hardlimit: U64,
        d_rtb_softlimit: U64,
        d_rtbcount: U64,
        d_rtbtimer: I32,
        d_rtbwarns: U16,
        __pad3: I16,
        __pad4: Inline(&U8, 8),
    }

    /// A quota file of XFS.
    XFS_FILE = "struct fs_qfilestat" { qfs_ino: U64, qfs_nblks: U64, qfs_nextents: U32 }

    /// The state of the quotas of XFS.
    XFS_STATE = "struct fs_quota_stat" {
        qs_version: U8,
        qs_flags: Wide(W16, &Flags(&names::XFS_QUOTA_FLAGS)),
        __pad: U8,
        qs_uquota: Struct(&XFS_FILE),
        qs_gquota: Struct(&XFS_FILE),
        qs_incoredqs: U32,
        qs_btimelimit: I32,
        qs_itimelimit: I32,
        qs_rtbtimelimit: I32,
        qs_bwarnlimit: U16,
        qs_iwarnlimit: U16,
    }

    /// A quota file of XFS, with room.
    XFS_FILE_V = "struct fs_qfilestatv" {
        qfs_ino: U64,
        qfs_nblks: U64,
        qfs_nextents: U32,
        __pad: U32,
    }

    /// The state of the quotas of XFS, by the version that the caller says.
    XFS_STATE_V = "struct fs_quota_statv" {
        qs_version: U8,
        __pad1: U8,
        qs_flags: Wide(W16, &Flags(&names::XFS_QUOTA_FLAGS)),
        qs_incoredqs: U32,
        qs_uquota: Struct(&XFS_FILE_V),
        qs_gquota: Struct(&XFS_FILE_V),
        qs_pquota: Struct(&XFS_FILE_V),
        qs_btimelimit: I32,
        qs_itimelimit: I32,
        qs_rtbtimelimit: I32,
        qs_bwarnlimit: U16,
        qs_iwarnlimit: U16,
        qs_rtbwarnlimit: U16,
        __pad3: U16,
        __pad4: U32,
        __pad5: Inline(&U64, 7),
    }

    /// A request of asynchronous input and output.
    IOCB = "struct iocb" {
        aio_data: Hex(&U64),
        aio_key: U32,
        aio_rw_flags: Flags(&names::RWF),
        aio_lio_opcode: Wide(W16, &Enum(&names::IOCB_COMMAND)),
        aio_reqprio: I16,
        aio_fildes: Fd,
        aio_buf: Hex(&U64),
        aio_nbytes: U64,
        aio_offset: I64,
        __pad: U64,
        aio_flags: Flags(&names::IOCB_FLAGS),
        aio_resfd: U32,
    }

    /// The end of a request.
    IO_EVENT = "struct io_event" { data: Hex(&U64), obj: Hex(&U64), res: I64, res2: I64 }

    /// How long to wait for ends, in the words of the caller.
    TIMEOUT = "struct timespec" { tv_sec: Long, tv_nsec: Long }

    /// How long to wait for ends, in 64 bits for every caller.
    TIMEOUT64 = "struct __kernel_timespec" { tv_sec: I64, tv_nsec: I64 }
        with { compat: Some(&TIMEOUT64_COMPAT) }

    /// The same of a 32-bit caller, who has 32 bits of nanoseconds and 32 that count for nothing.
    TIMEOUT64_COMPAT = "struct __kernel_timespec" { tv_sec: I64, tv_nsec: I32, __pad: I32 }

    /// The signals blocked meanwhile.
    AIO_SIGSET = "struct __aio_sigset" {
        sigmask: In(&SigSet(Arg("sigsetsize"))),
        sigsetsize: Size,
    }
}

choices! {
    /// A mount's options, where the mask says that they are there.
    TEXT_OPTIONS = by "mask" & 0x80 { [0x80] => TextBehind } else Unused;

    /// The kind of its file system.
    TEXT_TYPE = by "mask" & 0x20 { [0x20] => TextBehind } else Unused;

    /// What of the file system is mounted.
    TEXT_ROOT = by "mask" & 0x8 { [0x8] => TextBehind } else Unused;

    /// Where it is.
    TEXT_POINT = by "mask" & 0x10 { [0x10] => TextBehind } else Unused;

    /// The kind within the kind.
    TEXT_SUBTYPE = by "mask" & 0x100 { [0x100] => TextBehind } else Unused;

    /// What the file system is on.
    TEXT_SOURCE = by "mask" & 0x200 { [0x200] => TextBehind } else Unused;

    /// The first of its options.
    TEXT_OPTION_ARRAY = by "mask" & 0x400 { [0x400] => TextBehind } else Unused;

    /// The first option of security modules.
    TEXT_SECURITY = by "mask" & 0x800 { [0x800] => TextBehind } else Unused;

    /// The first range of users that are shown as others.
    TEXT_UIDS = by "mask" & 0x2000 { [0x2000] => TextBehind } else Unused;

    /// The first of groups.
    TEXT_GIDS = by "mask" & 0x4000 { [0x4000] => TextBehind } else Unused;
}

calls! {
    /// Mounts a file system, or changes a mount.
    mount x86_64 165, i386 21, aarch64 40;
        (source: In(&Path), target: In(&Path), filesystemtype: By(&MOUNT_TYPE), mountflags: Wide(Word, &Flags(&names::MOUNT)), data: By(&MOUNT_DATA)) -> Long,
        in ["fs"]

    /// Unmounts a file system, with flags.
    umount2 x86_64 166, i386 52, aarch64 39;
        (target: In(&Path), flags: Flags(&names::UMOUNT)) -> Long,
        in ["fs"]
        with { function: "umount", man: "umount(2)" }

    /// Unmounts a file system.
    umount i386 22;
        (target: In(&Path)) -> Long,
        in []
        with { function32: "oldumount" }

    /// Exchanges the root of all mounts for another.
    pivot_root x86_64 155, i386 217, aarch64 41;
        (new_root: In(&Path), put_old: In(&Path)) -> Long,
        in ["fs"]

    /// Opens a mount, or a copy of mounts.
    open_tree x86_64 428, i386 428, aarch64 428;
        (dfd: DirFd, filename: In(&Path), flags: Flags(&names::OPEN_TREE)) -> Fd,
        in []
        with { since: "5.2" }

    /// Opens a mount, or a copy of mounts, and changes it.
    open_tree_attr x86_64 467, i386 467, aarch64 467;
        (dfd: DirFd, filename: In(&Path), flags: Flags(&names::OPEN_TREE), uattr: In(&Struct(&MOUNT_ATTR)), usize: Size) -> Fd,
        in ["fs"]
        with { since: "6.15" }

    /// Moves a mount to another place.
    move_mount x86_64 429, i386 429, aarch64 429;
        (from_dfd: DirFd, from_path: In(&Path), to_dfd: DirFd, to_path: In(&Path), flags: Flags(&names::MOVE_MOUNT)) -> Long,
        in ["default", "fs"]
        with { since: "5.2" }

    /// Opens a type of file system, to configure and mount one.
    fsopen x86_64 430, i386 430, aarch64 430;
        (fsname: In(&Text), flags: Flags(&names::FSOPEN)) -> Fd,
        in ["fs"]
        with { since: "5.2" }

    /// Configures a file system before it is mounted, or anew.
    fsconfig x86_64 431, i386 431, aarch64 431;
        (fs_fd: Fd, cmd: Enum(&names::FSCONFIG), key: By(&CONFIG_KEY), value: By(&CONFIG_VALUE), aux: By(&CONFIG_NUMBER)) -> Long,
        in ["fs"]
        with { since: "5.2" }

    /// Makes a mount of a configured file system.
    fsmount x86_64 432, i386 432, aarch64 432;
        (fsfd: Fd, flags: Flags(&names::FSMOUNT), ms_flags: Flags(&names::MOUNT_ATTRIBUTES)) -> Fd,
        in ["fs"]
        with { since: "5.2" }

    /// Opens a mounted file system, to configure it anew.
    fspick x86_64 433, i386 433, aarch64 433;
        (dirfd: DirFd, pathname: In(&Path), flags: Flags(&names::FSPICK)) -> Fd,
        in ["fs"]
        with { since: "5.2" }

    /// Changes attributes of mounts.
    mount_setattr x86_64 442, i386 442, aarch64 442;
        (dfd: DirFd, path: In(&Path), flags: Flags(&names::AT_FLAGS), uattr: In(&Struct(&MOUNT_ATTR)), usize: Size) -> Long,
        in ["fs"]
        with { since: "5.12" }

    /// Tells about a mount.
    statmount x86_64 457, i386 457, aarch64 457;
        (req: In(&Struct(&STATMOUNT_REQUEST)), buf: Out(&Struct(&MOUNT)), bufsize: Size, flags: Flags(&names::STATMOUNT_FLAGS)) -> Long,
        in ["fs"]
        with { since: "6.8" }

    /// Lists the mounts below one.
    listmount x86_64 458, i386 458, aarch64 458;
        (req: In(&Struct(&LISTMOUNT_REQUEST)), mnt_ids: Out(&Array(&U64, Ret)), nr_mnt_ids: Size, flags: Flags(&names::LISTMOUNT)) -> Long,
        in ["fs"]
        with { since: "6.8" }

    /// Tells about a mounted file system and its space, by a path on it.
    statfs x86_64 137, i386 99, aarch64 43;
        (path: In(&Path), buf: Out(&Struct(&STATFS))) -> Long,
        in ["fs", "fs_info"]
        with { compat: true }

    /// Tells about a mounted file system and its space, by an open file on it.
    fstatfs x86_64 138, i386 100, aarch64 44;
        (fd: Fd, buf: Out(&Struct(&STATFS))) -> Long,
        in ["fs", "fs_info"]
        with { compat: true, man: "statfs(2)" }

    /// Tells about a mounted file system and its space, by a path on it, in 64 bits.
    statfs64 i386 268;
        (path: In(&Path), sz: Size, buf: Out(&Struct(&STATFS64))) -> Long,
        in []
        with { compat: true, man: "statfs(2)" }

    /// Tells about a mounted file system and its space, by an open file on it, in 64 bits.
    fstatfs64 i386 269;
        (fd: Fd, sz: Size, buf: Out(&Struct(&STATFS64))) -> Long,
        in []
        with { compat: true, man: "statfs(2)" }

    /// Tells which types of file systems the kernel has.
    sysfs x86_64 139, i386 135;
        (option: I32, arg1: By(&SYSFS_FIRST), arg2: By(&SYSFS_SECOND)) -> Long,
        in ["fs", "fs_info"]

    /// Controls quotas of a file system, by its device.
    quotactl x86_64 179, i386 131, aarch64 60;
        (cmd: Enum(&names::QUOTA_COMMAND), special: In(&Path), id: By(&QUOTA_ID), addr: By(&QUOTA_DATA)) -> Long,
        in ["system"]

    /// Controls quotas of a file system, by an open file on it.
    quotactl_fd x86_64 443, i386 443, aarch64 443;
        (fd: Fd, cmd: Enum(&names::QUOTA_COMMAND), id: By(&QUOTA_ID), addr: By(&QUOTA_DATA)) -> Long,
        in ["fs"]
        with { since: "5.14", man: "quotactl(2)" }

    /// Starts swapping to a file or device.
    swapon x86_64 167, i386 87, aarch64 224;
        (path: In(&Path), swapflags: Parts(&SWAP)) -> Long,
        in ["fs"]

    /// Stops swapping to a file or device.
    swapoff x86_64 168, i386 115, aarch64 225;
        (path: In(&Path)) -> Long,
        in ["fs"]
        with { man: "swapon(2)" }

    /// Writes an account of each process that ends to a file.
    acct x86_64 163, i386 51, aarch64 89;
        (filename: In(&Path)) -> Long,
        in ["system"]

    /// Loads a shared library.
    uselib x86_64 134, i386 86;
        (library: In(&Path)) -> Long,
        in ["proc"]
        with { function: "ni_syscall", function32: "uselib" }

    /// Was meant for the Andrew file system; never put into the kernel.
    afs_syscall i386 137;
        () -> Long,
        in []
        with { function: "ni_syscall", man: "unimplemented(2)" }

    /// Controlled the kernel's NFS server; no longer in the kernel since 3.1.
    nfsservctl x86_64 180, i386 169, aarch64 42;
        () -> Long,
        in ["fs"]
        with { function: "ni_syscall" }

    /// Made room for a kernel module; no longer in the kernel since 2.6.
    create_module x86_64 174, i386 127;
        () -> Long,
        in ["system", "system_module"]
        with { function: "ni_syscall" }

    /// Makes a context of asynchronous input and output.
    io_setup x86_64 206, x32 543, i386 245, aarch64 0;
        (nr_events: U32, ctx_idp: Out(&Hex(&Ulong))) -> Long,
        in ["fs", "fs_async_io"]
        with { compat: true }

    /// Ends a context of asynchronous input and output.
    io_destroy x86_64 207, i386 246, aarch64 1;
        (ctx_id: Hex(&Ulong)) -> Long,
        in ["fs", "fs_async_io"]
        with { entry: true }

    /// Hands over requests of asynchronous input and output.
    io_submit x86_64 209, x32 544, i386 248, aarch64 2;
        (ctx_id: Hex(&Ulong), nr: Long, iocbpp: In(&Array(&In(&Struct(&IOCB)), Arg("nr")))) -> Long,
        in ["fs", "fs_async_io"]
        with { entry: true, compat: true }

    /// Takes back a request of asynchronous input and output.
    io_cancel x86_64 210, i386 249, aarch64 3;
        (ctx_id: Hex(&Ulong), iocb: In(&Struct(&IOCB)), result: Out(&Struct(&IO_EVENT))) -> Long,
        in ["fs", "fs_async_io"]

    /// Waits for the ends of requests of asynchronous input and output.
    io_getevents x86_64 208, i386 247, aarch64 4;
        (ctx_id: Hex(&Ulong), min_nr: Long, nr: Long, events: Out(&Array(&Struct(&IO_EVENT), Ret)), timeout: In(&Struct(&TIMEOUT))) -> Long,
        in ["fs", "fs_async_io"]
        with { entry: true, function32: "io_getevents_time32" }

    /// Waits for the ends of requests of asynchronous input and output, or a signal.
    io_pgetevents x86_64 333, i386 416, aarch64 292;
        (ctx_id: Hex(&Ulong), min_nr: Long, nr: Long, events: Out(&Array(&Struct(&IO_EVENT), Ret)), timeout: In(&Struct(&TIMEOUT64)), usig: In(&Struct(&AIO_SIGSET))) -> Long,
        in ["fs", "fs_async_io"]
        with { entry: true, compat: true, function32: "io_pgetevents_time64", name32: "io_pgetevents_time64", since: "4.18", man: "io_getevents(2)" }

    /// Waits for the ends of requests of asynchronous input and output, or a signal, in 32-bit seconds.
    io_pgetevents_time32 i386 385;
        (ctx_id: Hex(&Ulong), min_nr: Long, nr: Long, events: Out(&Array(&Struct(&IO_EVENT), Ret)), timeout: In(&Struct(&TIMEOUT)), usig: In(&Struct(&AIO_SIGSET))) -> Long,
        in []
        with { entry: true, compat: true, function32: "io_pgetevents", name32: "io_pgetevents", since: "4.18", man: "io_getevents(2)" }
}
