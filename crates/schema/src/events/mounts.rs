//! Mounts: what is mounted where, and taken away. Ids 450 to 459.

use super::{events, issues};
use crate::field::{kernel, user};
use crate::kind::Kind::{Flags, Path, Str};
use crate::names;

events! {
    /// Something is about to be mounted, or a mount to be changed, by mount(2).
    security_sb_mount = 450 by Hook
        on [
            "lsm/sb_mount",
            "fentry/security_sb_mount",
            "kprobe/security_sb_mount",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (source: "const char *", place: "struct path *", kind: "const char *", how: "unsigned long", data: "void *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["mount"]
            when "ret == 0"
            { source = "NULL"; place = "NULL"; kind = "NULL"; how = "mount_flags(current)"; data = "NULL"; }
            user { dev_name = "call_argument(current, 0)"; type = "call_argument(current, 2)"; }
            lacks { path: "when the call ends the kernel holds it no longer"; }
        sets ["default", "lsm_hooks", "fs"]
        {
            /// What is mounted: a device, a directory, or any name. Absent where none was given.
            dev_name: Str, kernel("source").ctype("const char*").opt();
            /// Where it is mounted, or the mount that is changed.
            path: Path, kernel("place").ctype("const char*");
            /// The type of the file system. Absent where none was given.
            type: Str, kernel("kind").ctype("const char*").opt();
            /// How it is mounted, and whether it is a new mount at all: MS_BIND, MS_MOVE, MS_REMOUNT and the kinds of propagation act on mounts that exist.
            flags: Flags(&names::MOUNT), kernel("how").ctype("unsigned long");
        }
        page {
            purpose: "Sees what is mounted where, by the kernel's own copy of what was given.",
            use_case: "Find out who mounts a disk of the host in a container.",
            command: "sudo tracehound -e security_sb_mount -- unshare -m mount -t tmpfs none /mnt",
            issues: [
                "Mounts made by fsopen(2), fsmount(2), open_tree(2) and move_mount(2) do not come here: select security_move_mount too.",
                issues::BY_LSM,
                "At the end of calls only those that succeed are seen, without path: select mount for what was given.",
            ],
            related: ["mount", "security_move_mount", "security_sb_umount"],
            sources: ["mount(2)", "fs/namespace.c (v6.18): path_mount()"],
        }

    /// A mount is about to be taken away.
    security_sb_umount = 451 by Hook
        on [
            "lsm/sb_umount",
            "fentry/security_sb_umount",
            "kprobe/security_sb_umount",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (mnt: "struct vfsmount *", how: "int")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["umount2", "umount"]
            when "ret == 0"
            { mnt = "NULL"; how = "umount_flags(current)"; }
            lacks {
                mountpoint: "when the call ends the mount is gone";
                type: "when the call ends the mount is gone";
            }
        sets ["default", "lsm_hooks", "fs"]
        {
            /// Where it is mounted.
            mountpoint: Path, kernel("mnt").ctype("const char*");
            /// The type of its file system.
            type: Str, kernel("mount_type(mnt)").ctype("const char*");
            /// How it is taken away.
            flags: Flags(&names::UMOUNT), kernel("how").ctype("int");
        }
        page {
            purpose: "Sees the mount that is taken away, before it is gone.",
            use_case: "Find out who lays open what a mount hid.",
            command: "sudo tracehound -e security_sb_umount -- unshare -m sh -c 'mount -t tmpfs none /mnt && umount /mnt'",
            issues: [
                "Mounts that go with their namespace or with one below them are not told.",
                issues::BY_LSM,
                "At the end of calls only those that succeed are seen, with flags alone: select umount2 for what was given.",
            ],
            related: ["umount2", "security_sb_mount"],
            sources: ["umount(2)", "fs/namespace.c (v6.18): do_umount()"],
        }

    /// Another mount is about to become the root of a mount namespace.
    security_sb_pivotroot = 452 by Hook
        on [
            "lsm/sb_pivotroot",
            "fentry/security_sb_pivotroot",
            "kprobe/security_sb_pivotroot",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (put: "struct path *", root: "struct path *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["pivot_root"]
            when "ret == 0"
            { put = "NULL"; root = "NULL"; }
            lacks {
                new_root: "when the call ends it is the root";
                put_old: "when the call ends the kernel holds it no longer";
            }
        sets ["lsm_hooks", "fs"]
        {
            /// The path of the new root, below the old one.
            new_root: Path, kernel("root").ctype("const char*");
            /// Where the old root goes, as it is called before.
            put_old: Path, kernel("put").ctype("const char*");
            /// The new root as it was given to the call. Absent where no call is under way.
            syscall_new_root: Str, user("first_path(current)").ctype("const char*").opt();
            /// Where the old root goes, as it was given to the call. Absent where no call is under way.
            syscall_put_old: Str, user("second_path(current)").ctype("const char*").opt();
        }
        page {
            purpose: "Sees containers leave the host's root behind.",
            use_case: "Find out which directory a container has for its root.",
            command: "sudo tracehound -e security_sb_pivotroot -- unshare -m sh -c 'mount -t tmpfs none /mnt && mkdir /mnt/old && pivot_root /mnt /mnt/old'",
            issues: [
                "chroot(2) changes the root of a process without this.",
                issues::BY_LSM,
                "At the end of calls only those that succeed are seen, with the paths as they were given.",
                "syscall_new_root and syscall_put_old are read from user memory, which another thread can rewrite meanwhile.",
            ],
            related: ["pivot_root", "security_move_mount"],
            sources: ["pivot_root(2)", "fs/namespace.c (v6.18): pivot_root()"],
        }

    /// A mount is about to be put somewhere, by move_mount(2).
    ///
    /// This is how mounts are made that mount(2) has no part in: fsopen(2), fsmount(2) and open_tree(2)
    /// make a mount that is nowhere, and move_mount(2) puts it in its place.
    security_move_mount = 453 by Hook
        on [
            "lsm/move_mount",
            "fentry/security_move_mount",
            "kprobe/security_move_mount",
            "tp_btf/sys_exit",
            "raw_tp/sys_exit",
        ]
        (from: "struct path *", to: "struct path *")
        at ["tp_btf/sys_exit", "raw_tp/sys_exit"] of ["move_mount"]
            when "ret == 0"
            {
                from = "NULL";
                to = "NULL";
                to_path = "moved_mount(current)";
                type = "mount_type(moved_mount(current))";
                dev_name = "mount_source(moved_mount(current))";
            }
            lacks { from_path: "when the call ends the mount is elsewhere"; }
        sets ["lsm_hooks", "fs"]
        {
            /// Where the mount is. One that is nowhere yet has the path /.
            from_path: Path, kernel("from").ctype("const char*");
            /// Where it goes.
            to_path: Path, kernel("to").ctype("const char*").unread("at the end of a call that was given the mount by a path: the kernel holds it no longer");
            /// The type of its file system.
            type: Str, kernel("mount_type(mount_at(from))").ctype("const char*").unread("as to_path is");
            /// What it was mounted from: a device, or any name. Absent where none was given.
            dev_name: Str, kernel("mount_source(mount_at(from))").ctype("const char*").opt();
        }
        page {
            purpose: "Sees mounts that security_sb_mount does not see.",
            use_case: "Find out what is mounted where, also by programs that use the new calls.",
            command: "sudo tracehound -e security_move_mount -- sh -c 'd=$(mktemp -d); target/programs/mounts $d; rmdir $d'",
            issues: [
                "move_mount(2) with MOVE_MOUNT_SET_GROUP comes here too, which moves nothing.",
                issues::BY_LSM,
                "At the end of calls only those that succeed are seen, and where the mount was given by a descriptor its new place as the kernel has it. That no path was given with the descriptor is read from user memory, which another thread can rewrite meanwhile.",
                "Which calls mount(8) makes depends on its version.",
            ],
            related: ["move_mount", "fsmount", "open_tree", "security_sb_mount"],
            sources: ["fs/namespace.c (v6.18): vfs_move_mount()", "security/security.c (v6.18): security_move_mount()"],
        }
}
