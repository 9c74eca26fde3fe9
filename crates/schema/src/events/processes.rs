//! Processes: names, credentials, cgroups. Ids 200 to 229.

use super::events;
use crate::field::kernel;
use crate::kind::Kind::{Cred, Str, U32, U64};

events! {
    /// A thread got another name.
    task_rename = 200 by Hook
        on ["tp_btf/task_rename", "raw_tp/task_rename"]
        (task: "struct task_struct *", comm: "const char *")
        sets ["proc"]
        {
            /// The name it had.
            old_name: Str, kernel("task_comm(task)").ctype("const char*");
            /// The name it gets.
            new_name: Str, kernel("comm").ctype("const char*");
        }
        page {
            purpose: "Sees a thread's name change: by prctl(2), by a write to /proc, or by an exec.",
            use_case: "Find processes that take the name of another.",
            command: "sudo tracehound -e task_rename -- sh -c true",
            issues: ["A name is at most 15 bytes."],
            related: ["sched_process_exec"],
            sources: ["prctl(2), PR_SET_NAME", "include/trace/events/task.h (v6.18)"],
        }

    /// The credentials of a thread are replaced.
    ///
    /// Users, groups, capabilities and the user namespace before and after, as the kernel has them.
    /// Calls that set what is set already may come by too.
    commit_creds = 201 by Hook
        on ["fentry/commit_creds", "kprobe/commit_creds"]
        (cred: "struct cred *")
        sets []
        {
            /// The credentials it had.
            old_cred: Cred, kernel("task_cred(current)").ctype("slim_cred_t");
            /// The credentials it gets.
            new_cred: Cred, kernel("cred").ctype("slim_cred_t");
        }
        page {
            purpose: "Sees every change of a thread's credentials, whatever call or exec it comes from.",
            use_case: "Find processes that gain privileges.",
            command: "sudo tracehound -e commit_creds -- setpriv --clear-groups true",
            issues: ["No tracepoint tells the same, and the old credentials are gone when a call ends: none on a kernel without trampolines and probes."],
            related: ["setuid", "setresuid", "capset"],
            sources: ["credentials(7)", "kernel/cred.c (v6.18): commit_creds()"],
        }

    /// A cgroup was created.
    cgroup_mkdir = 202 by Hook
        on ["tp_btf/cgroup_mkdir", "raw_tp/cgroup_mkdir"]
        (cgroup: "struct cgroup *", path: "const char *")
        sets []
        {
            /// Its id, the inode number of its directory.
            cgroup_id: U64, kernel("cgroup_id(cgroup)").ctype("u64");
            /// Its path below the root of its hierarchy.
            cgroup_path: Str, kernel("path").ctype("const char*");
            /// Its hierarchy, as /proc/cgroups numbers them; 0 for version 2.
            hierarchy_id: U32, kernel("cgroup_hierarchy(cgroup)").ctype("u32");
        }
        page {
            purpose: "Sees containers and services come: each has a cgroup of its own.",
            use_case: "See when a container is made, and by whom.",
            command: "sudo tracehound -e cgroup_mkdir -- unshare -m sh -c 'mount -t cgroup2 none /mnt && mkdir /mnt/demo; rmdir /mnt/demo'",
            issues: [],
            related: ["mkdir", "mkdirat"],
            sources: ["cgroups(7)", "include/trace/events/cgroup.h (v6.18)"],
        }
}
