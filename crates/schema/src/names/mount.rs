//! Names of file systems: mounting, quotas, swapping and watching.

use super::names;

names! {
    /// Flags of mount(2). The first is the old magic number in the upper half.
    MOUNT = "mountflags" from general [
        MS_MGC_VAL, MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_SYNCHRONOUS, MS_REMOUNT,
        MS_MANDLOCK, MS_DIRSYNC, MS_NOSYMFOLLOW, MS_NOATIME, MS_NODIRATIME, MS_BIND, MS_MOVE, MS_REC,
        MS_SILENT, MS_POSIXACL, MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_RELATIME,
        MS_KERNMOUNT, MS_I_VERSION, MS_STRICTATIME, MS_LAZYTIME, MS_SUBMOUNT, MS_NOREMOTELOCK,
        MS_NOSEC, MS_BORN, MS_ACTIVE, MS_NOUSER,
    ];

    /// How mounts pass on what happens below them.
    PROPAGATION = "propagation" from general [MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED];

    /// Flags of umount2(2).
    UMOUNT = "flags" from general [MNT_FORCE, MNT_DETACH, MNT_EXPIRE, UMOUNT_NOFOLLOW];

    /// Types of file systems by the number in their superblocks (`include/uapi/linux/magic.h`). The
    /// ext2, ext3 and ext4 file systems have the same.
    FILE_SYSTEM = "f_type" from general [
        ADFS_SUPER_MAGIC, AFFS_SUPER_MAGIC, AFS_SUPER_MAGIC, AUTOFS_SUPER_MAGIC, CEPH_SUPER_MAGIC,
        CODA_SUPER_MAGIC, CRAMFS_MAGIC, DEBUGFS_MAGIC, SECURITYFS_MAGIC, SELINUX_MAGIC,
        SMACK_MAGIC, RAMFS_MAGIC, TMPFS_MAGIC, HUGETLBFS_MAGIC, SQUASHFS_MAGIC,
        ECRYPTFS_SUPER_MAGIC, EFS_SUPER_MAGIC, EROFS_SUPER_MAGIC_V1, EXT2_SUPER_MAGIC,
        XENFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC, NILFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
        HPFS_SUPER_MAGIC, ISOFS_SUPER_MAGIC, JFFS2_SUPER_MAGIC, XFS_SUPER_MAGIC, PSTOREFS_MAGIC,
        EFIVARFS_MAGIC, HOSTFS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, FUSE_SUPER_MAGIC,
        BCACHEFS_SUPER_MAGIC, MINIX_SUPER_MAGIC, MINIX_SUPER_MAGIC2, MINIX2_SUPER_MAGIC,
        MINIX2_SUPER_MAGIC2, MINIX3_SUPER_MAGIC, MSDOS_SUPER_MAGIC, EXFAT_SUPER_MAGIC,
        NCP_SUPER_MAGIC, NFS_SUPER_MAGIC, OCFS2_SUPER_MAGIC, OPENPROM_SUPER_MAGIC,
        QNX4_SUPER_MAGIC, QNX6_SUPER_MAGIC, AFS_FS_MAGIC, REISERFS_SUPER_MAGIC, SMB_SUPER_MAGIC,
        CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
        RDTGROUP_SUPER_MAGIC, TRACEFS_MAGIC, V9FS_MAGIC, BDEVFS_MAGIC, DAXFS_MAGIC, BINFMTFS_MAGIC,
        DEVPTS_SUPER_MAGIC, BINDERFS_SUPER_MAGIC, FUTEXFS_SUPER_MAGIC, PIPEFS_MAGIC,
        PROC_SUPER_MAGIC, SOCKFS_MAGIC, SYSFS_MAGIC, USBDEVICE_SUPER_MAGIC, MTD_INODE_FS_MAGIC,
        ANON_INODE_FS_MAGIC, BTRFS_TEST_MAGIC, NSFS_MAGIC, BPF_FS_MAGIC, AAFS_MAGIC, ZONEFS_MAGIC,
        UDF_SUPER_MAGIC, DMA_BUF_MAGIC, DEVMEM_MAGIC, SECRETMEM_MAGIC, PID_FS_MAGIC,
    ] and [
        0x62656570 => "CONFIGFS_MAGIC", 0x474d454d => "GUEST_MEMFD_MAGIC",
        0x4e554c4c => "NULL_FS_MAGIC", 0x4641494c => "FAIL_FS_MAGIC",
    ];

    /// Flags of a mounted file system, as statfs(2) tells them (`include/linux/statfs.h`).
    ///
    /// The first says that the others are meant; it is not the flag of mount(2) of that value.
    STATFS = "f_flags" and [
        0x20 => "ST_VALID", 0x1 => "ST_RDONLY", 0x2 => "ST_NOSUID", 0x4 => "ST_NODEV",
        0x8 => "ST_NOEXEC", 0x10 => "ST_SYNCHRONOUS", 0x40 => "ST_MANDLOCK", 0x400 => "ST_NOATIME",
        0x800 => "ST_NODIRATIME", 0x1000 => "ST_RELATIME", 0x2000 => "ST_NOSYMFOLLOW",
    ];

    /// Flags of fsopen(2).
    FSOPEN = "flags" from general [FSOPEN_CLOEXEC];

    /// Flags of fsmount(2).
    FSMOUNT = "flags" from general [FSMOUNT_CLOEXEC] and [2 => "FSMOUNT_NAMESPACE"];

    /// Flags of fspick(2).
    FSPICK = "flags" from general [
        FSPICK_CLOEXEC, FSPICK_SYMLINK_NOFOLLOW, FSPICK_NO_AUTOMOUNT, FSPICK_EMPTY_PATH,
    ];

    /// Commands of fsconfig(2).
    FSCONFIG = "cmd" and [
        0 => "FSCONFIG_SET_FLAG", 1 => "FSCONFIG_SET_STRING", 2 => "FSCONFIG_SET_BINARY",
        3 => "FSCONFIG_SET_PATH", 4 => "FSCONFIG_SET_PATH_EMPTY", 5 => "FSCONFIG_SET_FD",
        6 => "FSCONFIG_CMD_CREATE", 7 => "FSCONFIG_CMD_RECONFIGURE", 8 => "FSCONFIG_CMD_CREATE_EXCL",
    ];

    /// Attributes of a mount.
    MOUNT_ATTRIBUTES = "attr_flags" from general [
        MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC,
        MOUNT_ATTR_NOATIME, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_NODIRATIME, MOUNT_ATTR_IDMAP,
        MOUNT_ATTR_NOSYMFOLLOW,
    ];

    /// Attributes of a mount that mount_setattr(2) clears: the time ones are a field of their own.
    MOUNT_ATTRIBUTES_CLEARED = "attr_clr" from general [
        MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR__ATIME,
        MOUNT_ATTR_NOATIME, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR_NODIRATIME, MOUNT_ATTR_IDMAP,
        MOUNT_ATTR_NOSYMFOLLOW,
    ];

    /// Flags of open_tree(2).
    OPEN_TREE = "flags" from general [
        OPEN_TREE_CLONE, OPEN_TREE_CLOEXEC, AT_SYMLINK_NOFOLLOW, AT_REMOVEDIR, AT_SYMLINK_FOLLOW,
        AT_NO_AUTOMOUNT, AT_EMPTY_PATH, AT_RECURSIVE,
    ] and [2 => "OPEN_TREE_NAMESPACE"];

    /// Flags of move_mount(2).
    MOVE_MOUNT = "flags" from general [
        MOVE_MOUNT_F_SYMLINKS, MOVE_MOUNT_F_AUTOMOUNTS, MOVE_MOUNT_F_EMPTY_PATH,
        MOVE_MOUNT_T_SYMLINKS, MOVE_MOUNT_T_AUTOMOUNTS, MOVE_MOUNT_T_EMPTY_PATH,
        MOVE_MOUNT_SET_GROUP, MOVE_MOUNT_BENEATH,
    ];

    /// What statmount(2) is asked for, and tells.
    STATMOUNT = "mask" from general [
        STATMOUNT_SB_BASIC, STATMOUNT_MNT_BASIC, STATMOUNT_PROPAGATE_FROM, STATMOUNT_MNT_ROOT,
        STATMOUNT_MNT_POINT, STATMOUNT_FS_TYPE, STATMOUNT_MNT_NS_ID, STATMOUNT_MNT_OPTS,
        STATMOUNT_FS_SUBTYPE, STATMOUNT_SB_SOURCE, STATMOUNT_OPT_ARRAY, STATMOUNT_OPT_SEC_ARRAY,
        STATMOUNT_SUPPORTED_MASK, STATMOUNT_MNT_UIDMAP, STATMOUNT_MNT_GIDMAP,
    ];

    /// Flags of statmount(2).
    STATMOUNT_FLAGS = "flags" and [1 => "STATMOUNT_BY_FD"];

    /// Flags of listmount(2).
    LISTMOUNT = "flags" from general [LISTMOUNT_REVERSE];

    /// Mounts that listmount(2) knows by a number of their own.
    MOUNT_ID = "mnt_id" and [-1 => "LSMT_ROOT"];

    /// Flags of swapon(2) besides the priority.
    SWAP = "swapflags" and [
        0x8000 => "SWAP_FLAG_PREFER", 0x1_0000 => "SWAP_FLAG_DISCARD",
        0x2_0000 => "SWAP_FLAG_DISCARD_ONCE", 0x4_0000 => "SWAP_FLAG_DISCARD_PAGES",
    ];

    /// First arguments of quotactl(2), which say what is to be done with whose quota.
    QUOTA_COMMAND = "cmd" and [
        0x8000_0100 => "QCMD(Q_SYNC, USRQUOTA)",
        0x8000_0101 => "QCMD(Q_SYNC, GRPQUOTA)",
        0x8000_0102 => "QCMD(Q_SYNC, PRJQUOTA)",
        0x8000_0200 => "QCMD(Q_QUOTAON, USRQUOTA)",
        0x8000_0201 => "QCMD(Q_QUOTAON, GRPQUOTA)",
        0x8000_0202 => "QCMD(Q_QUOTAON, PRJQUOTA)",
        0x8000_0300 => "QCMD(Q_QUOTAOFF, USRQUOTA)",
        0x8000_0301 => "QCMD(Q_QUOTAOFF, GRPQUOTA)",
        0x8000_0302 => "QCMD(Q_QUOTAOFF, PRJQUOTA)",
        0x8000_0400 => "QCMD(Q_GETFMT, USRQUOTA)",
        0x8000_0401 => "QCMD(Q_GETFMT, GRPQUOTA)",
        0x8000_0402 => "QCMD(Q_GETFMT, PRJQUOTA)",
        0x8000_0500 => "QCMD(Q_GETINFO, USRQUOTA)",
        0x8000_0501 => "QCMD(Q_GETINFO, GRPQUOTA)",
        0x8000_0502 => "QCMD(Q_GETINFO, PRJQUOTA)",
        0x8000_0600 => "QCMD(Q_SETINFO, USRQUOTA)",
        0x8000_0601 => "QCMD(Q_SETINFO, GRPQUOTA)",
        0x8000_0602 => "QCMD(Q_SETINFO, PRJQUOTA)",
        0x8000_0700 => "QCMD(Q_GETQUOTA, USRQUOTA)",
        0x8000_0701 => "QCMD(Q_GETQUOTA, GRPQUOTA)",
        0x8000_0702 => "QCMD(Q_GETQUOTA, PRJQUOTA)",
        0x8000_0800 => "QCMD(Q_SETQUOTA, USRQUOTA)",
        0x8000_0801 => "QCMD(Q_SETQUOTA, GRPQUOTA)",
        0x8000_0802 => "QCMD(Q_SETQUOTA, PRJQUOTA)",
        0x8000_0900 => "QCMD(Q_GETNEXTQUOTA, USRQUOTA)",
        0x8000_0901 => "QCMD(Q_GETNEXTQUOTA, GRPQUOTA)",
        0x8000_0902 => "QCMD(Q_GETNEXTQUOTA, PRJQUOTA)",
        0x0058_0100 => "QCMD(Q_XQUOTAON, USRQUOTA)",
        0x0058_0101 => "QCMD(Q_XQUOTAON, GRPQUOTA)",
        0x0058_0102 => "QCMD(Q_XQUOTAON, PRJQUOTA)",
        0x0058_0200 => "QCMD(Q_XQUOTAOFF, USRQUOTA)",
        0x0058_0201 => "QCMD(Q_XQUOTAOFF, GRPQUOTA)",
        0x0058_0202 => "QCMD(Q_XQUOTAOFF, PRJQUOTA)",
        0x0058_0300 => "QCMD(Q_XGETQUOTA, USRQUOTA)",
        0x0058_0301 => "QCMD(Q_XGETQUOTA, GRPQUOTA)",
        0x0058_0302 => "QCMD(Q_XGETQUOTA, PRJQUOTA)",
        0x0058_0400 => "QCMD(Q_XSETQLIM, USRQUOTA)",
        0x0058_0401 => "QCMD(Q_XSETQLIM, GRPQUOTA)",
        0x0058_0402 => "QCMD(Q_XSETQLIM, PRJQUOTA)",
        0x0058_0500 => "QCMD(Q_XGETQSTAT, USRQUOTA)",
        0x0058_0501 => "QCMD(Q_XGETQSTAT, GRPQUOTA)",
        0x0058_0502 => "QCMD(Q_XGETQSTAT, PRJQUOTA)",
        0x0058_0600 => "QCMD(Q_XQUOTARM, USRQUOTA)",
        0x0058_0601 => "QCMD(Q_XQUOTARM, GRPQUOTA)",
        0x0058_0602 => "QCMD(Q_XQUOTARM, PRJQUOTA)",
        0x0058_0700 => "QCMD(Q_XQUOTASYNC, USRQUOTA)",
        0x0058_0701 => "QCMD(Q_XQUOTASYNC, GRPQUOTA)",
        0x0058_0702 => "QCMD(Q_XQUOTASYNC, PRJQUOTA)",
        0x0058_0800 => "QCMD(Q_XGETQSTATV, USRQUOTA)",
        0x0058_0801 => "QCMD(Q_XGETQSTATV, GRPQUOTA)",
        0x0058_0802 => "QCMD(Q_XGETQSTATV, PRJQUOTA)",
        0x0058_0900 => "QCMD(Q_XGETNEXTQUOTA, USRQUOTA)",
        0x0058_0901 => "QCMD(Q_XGETNEXTQUOTA, GRPQUOTA)",
        0x0058_0902 => "QCMD(Q_XGETNEXTQUOTA, PRJQUOTA)",
    ];

    /// Formats of quota files.
    QUOTA_FORMAT = "id" and [
        1 => "QFMT_VFS_OLD", 2 => "QFMT_VFS_V0", 3 => "QFMT_OCFS2", 4 => "QFMT_VFS_V1",
        5 => "QFMT_SHMEM",
    ];

    /// Members of `struct if_dqblk` that are meant.
    QUOTA_VALID = "dqb_valid" and [
        0x3f => "QIF_ALL", 1 => "QIF_BLIMITS", 2 => "QIF_SPACE", 4 => "QIF_ILIMITS",
        8 => "QIF_INODES", 16 => "QIF_BTIME", 32 => "QIF_ITIME",
    ];

    /// Members of `struct if_dqinfo` that are meant.
    QUOTA_INFO_VALID = "dqi_valid" and [
        7 => "IIF_ALL", 1 => "IIF_BGRACE", 2 => "IIF_IGRACE", 4 => "IIF_FLAGS",
    ];

    /// Flags of a quota format.
    QUOTA_INFO_FLAGS = "dqi_flags" and [1 => "DQF_ROOT_SQUASH", 0x1_0000 => "DQF_SYS_FILE"];

    /// What of XFS quotas is on.
    XFS_QUOTA_FLAGS = "qs_flags" and [
        1 => "FS_QUOTA_UDQ_ACCT", 2 => "FS_QUOTA_UDQ_ENFD", 4 => "FS_QUOTA_GDQ_ACCT",
        8 => "FS_QUOTA_GDQ_ENFD", 16 => "FS_QUOTA_PDQ_ACCT", 32 => "FS_QUOTA_PDQ_ENFD",
    ];

    /// Whose XFS quota.
    XFS_QUOTA_TYPE = "d_flags" and [
        1 => "FS_USER_QUOTA", 2 => "FS_PROJ_QUOTA", 4 => "FS_GROUP_QUOTA",
    ];
}
