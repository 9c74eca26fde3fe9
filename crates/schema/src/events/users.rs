//! What users and groups are called, where a process is.

use super::events;
use crate::field::{told, tracer};
use crate::kind::Kind::{Str, U32, Uid};
use crate::sample::Sample::{Absent, Number, Text};

events! {
    /// It is known what a user and a group are called in the namespaces of a process.
    ///
    /// Once for each user and group of a mount namespace and a user namespace, and again when its files say
    /// something else. The process of the record is the first that it was asked for.
    user_named = 215 by Tracer
        on []
        derived ["sched_process_exec", "existing_process"]
        unproved "it follows from other events"
        sets ["derived"]
        {
            /// The inode number of the user namespace; that of the mount namespace is told of the process.
            user_ns: U32, tracer("sched_process_exec, existing_process, or /proc/PID/ns/user");
            /// The user, in the initial user namespace.
            uid: Uid, tracer("the header of any record");
            /// The group, in the initial user namespace.
            gid: Uid, tracer("the same");
            /// The user in that namespace. Absent where it is not mapped there.
            own_uid: Uid, tracer("/proc/PID/uid_map").opt();
            /// The group in that namespace. Absent where it is not mapped there.
            own_gid: Uid, tracer("/proc/PID/gid_map").opt();
            /// What /etc/passwd calls the user there. Absent where it does not.
            user: Str, told("/proc/PID/root/etc/passwd").opt();
            /// What /etc/group calls the group there. Absent where it does not.
            group: Str, told("/proc/PID/root/etc/group").opt();
            /// Why a file was not read. Absent where both were.
            why: Str, tracer("the attempt").opt();
        }
        page {
            purpose: "Reads /etc/passwd and /etc/group as a process has them, a moment after the first record of a user there, and when they have changed.",
            use_case: "Tell what a container calls its users.",
            command: "sudo tracehound -e user_named -- true",
            example: [uid = Number(1000), gid = Number(1000), own_uid = Number(0), own_gid = Number(0),
                user = Text(b"root"), group = Text(b"root"), why = Absent],
            issues: [
                "Names are what these files say; other sources of names (NSS: LDAP, systemd) are not asked. Whoever may write the files can put any name there.",
                "The files are opened below the root of the tracer, the process or its parent, whichever is in the same mount and user namespace; links do not lead out of it. Where a process has another root (chroot(2)), that of who is asked first counts.",
                "A file that is larger than 1 MiB or no plain file is not read. Of a file system that does not answer, nothing of any namespace is told any more.",
                "Where all that a record tells of have ended before they can be looked at, the next of that namespace is asked.",
                "Files are looked at again when a program begins, at most once a second.",
                "Kernels before 5.6 have no openat2(2); nothing is read there.",
            ],
            related: ["sched_process_exec", "existing_process", "init_namespaces"],
            sources: ["passwd(5)", "group(5)", "user_namespaces(7)"],
        }
}
