//! Names of watching files: inotify(7) and fanotify(7).

use super::names;

names! {
    /// Flags of inotify_init1(2).
    INOTIFY_INIT = "flags" from general [IN_NONBLOCK, IN_CLOEXEC];

    /// Events and flags of inotify_add_watch(2).
    INOTIFY_MASK = "mask" from general [
        IN_ACCESS, IN_MODIFY, IN_ATTRIB, IN_CLOSE_WRITE, IN_CLOSE_NOWRITE, IN_OPEN, IN_MOVED_FROM,
        IN_MOVED_TO, IN_CREATE, IN_DELETE, IN_DELETE_SELF, IN_MOVE_SELF, IN_UNMOUNT, IN_Q_OVERFLOW,
        IN_IGNORED, IN_ONLYDIR, IN_DONT_FOLLOW, IN_EXCL_UNLINK, IN_MASK_CREATE, IN_MASK_ADD,
        IN_ISDIR, IN_ONESHOT,
    ];

    /// What a fanotify group may do, bits 2 and 3 of the flags of fanotify_init(2).
    FANOTIFY_CLASS = "flags" and [
        0 => "FAN_CLASS_NOTIF", 4 => "FAN_CLASS_CONTENT", 8 => "FAN_CLASS_PRE_CONTENT",
    ];

    /// Flags of fanotify_init(2) besides the class.
    FANOTIFY_INIT = "flags" and [
        0x1 => "FAN_CLOEXEC", 0x2 => "FAN_NONBLOCK", 0x10 => "FAN_UNLIMITED_QUEUE",
        0x20 => "FAN_UNLIMITED_MARKS", 0x40 => "FAN_ENABLE_AUDIT", 0x80 => "FAN_REPORT_PIDFD",
        0x100 => "FAN_REPORT_TID", 0x200 => "FAN_REPORT_FID", 0x400 => "FAN_REPORT_DIR_FID",
        0x800 => "FAN_REPORT_NAME", 0x1000 => "FAN_REPORT_TARGET_FID",
        0x2000 => "FAN_REPORT_FD_ERROR", 0x4000 => "FAN_REPORT_MNT",
    ];

    /// Flags of fanotify_mark(2).
    FANOTIFY_MARK = "flags" and [
        0x1 => "FAN_MARK_ADD", 0x2 => "FAN_MARK_REMOVE", 0x4 => "FAN_MARK_DONT_FOLLOW",
        0x8 => "FAN_MARK_ONLYDIR", 0x110 => "FAN_MARK_MNTNS", 0x10 => "FAN_MARK_MOUNT",
        0x20 => "FAN_MARK_IGNORED_MASK", 0x40 => "FAN_MARK_IGNORED_SURV_MODIFY",
        0x80 => "FAN_MARK_FLUSH", 0x100 => "FAN_MARK_FILESYSTEM", 0x200 => "FAN_MARK_EVICTABLE",
        0x400 => "FAN_MARK_IGNORE",
    ];

    /// Events of fanotify_mark(2).
    FANOTIFY_MASK = "mask" and [
        0x1 => "FAN_ACCESS", 0x2 => "FAN_MODIFY", 0x4 => "FAN_ATTRIB", 0x8 => "FAN_CLOSE_WRITE",
        0x10 => "FAN_CLOSE_NOWRITE", 0x20 => "FAN_OPEN", 0x40 => "FAN_MOVED_FROM",
        0x80 => "FAN_MOVED_TO", 0x100 => "FAN_CREATE", 0x200 => "FAN_DELETE",
        0x400 => "FAN_DELETE_SELF", 0x800 => "FAN_MOVE_SELF", 0x1000 => "FAN_OPEN_EXEC",
        0x4000 => "FAN_Q_OVERFLOW", 0x8000 => "FAN_FS_ERROR", 0x1_0000 => "FAN_OPEN_PERM",
        0x2_0000 => "FAN_ACCESS_PERM", 0x4_0000 => "FAN_OPEN_EXEC_PERM",
        0x10_0000 => "FAN_PRE_ACCESS", 0x100_0000 => "FAN_MNT_ATTACH",
        0x200_0000 => "FAN_MNT_DETACH", 0x4000_0000 => "FAN_ONDIR",
        0x800_0000 => "FAN_EVENT_ON_CHILD", 0x1000_0000 => "FAN_RENAME",
    ];

    /// Events of a watch as the kernel has them, whatever it was asked by
    /// (`include/linux/fsnotify_backend.h`).
    NOTIFY_MASK = "mask" and [
        0x1 => "FS_ACCESS", 0x2 => "FS_MODIFY", 0x4 => "FS_ATTRIB", 0x8 => "FS_CLOSE_WRITE",
        0x10 => "FS_CLOSE_NOWRITE", 0x20 => "FS_OPEN", 0x40 => "FS_MOVED_FROM",
        0x80 => "FS_MOVED_TO", 0x100 => "FS_CREATE", 0x200 => "FS_DELETE",
        0x400 => "FS_DELETE_SELF", 0x800 => "FS_MOVE_SELF", 0x1000 => "FS_OPEN_EXEC",
        0x2000 => "FS_UNMOUNT", 0x4000 => "FS_Q_OVERFLOW", 0x8000 => "FS_ERROR",
        0x1_0000 => "FS_OPEN_PERM", 0x2_0000 => "FS_ACCESS_PERM", 0x4_0000 => "FS_OPEN_EXEC_PERM",
        0x10_0000 => "FS_PRE_ACCESS", 0x100_0000 => "FS_MNT_ATTACH", 0x200_0000 => "FS_MNT_DETACH",
        0x800_0000 => "FS_EVENT_ON_CHILD", 0x1000_0000 => "FS_RENAME",
        0x2000_0000 => "FS_DN_MULTISHOT", 0x4000_0000 => "FS_ISDIR",
    ];

    /// What is watched, as the kernel numbers it.
    NOTIFY_OBJECT = "obj_type" and [
        0 => "FSNOTIFY_OBJ_TYPE_INODE", 1 => "FSNOTIFY_OBJ_TYPE_VFSMOUNT",
        2 => "FSNOTIFY_OBJ_TYPE_SB", 3 => "FSNOTIFY_OBJ_TYPE_MNTNS",
    ];
}
