//! Cgroups, and what runs when. Ids among those of processes.

use super::{events, facts};
use crate::field::kernel;
use crate::kind::Kind::{Pid, Str, U32, U64};

facts! {
    /// Its id, the inode number of its directory.
    CGROUP_ID: U64, kernel("cgroup_id(cgroup)").ctype("u64");
    /// Its path below the root of its hierarchy.
    CGROUP_PATH: Str, kernel("path").ctype("const char*");
    /// Its hierarchy, as /proc/cgroups numbers them; 0 for version 2.
    HIERARCHY_ID: U32, kernel("cgroup_hierarchy(cgroup)").ctype("u32");
}

events! {
    /// A cgroup was created.
    cgroup_mkdir = 202 by Hook
        on ["tp_btf/cgroup_mkdir", "raw_tp/cgroup_mkdir"]
        (cgroup: "struct cgroup *", path: "const char *")
        sets []
        {
            cgroup_id: CGROUP_ID;
            cgroup_path: CGROUP_PATH;
            hierarchy_id: HIERARCHY_ID;
        }
        page {
            purpose: "Sees containers and services come: each has a cgroup of its own.",
            use_case: "See when a container is made, and by whom.",
            command: "sudo tracehound -e cgroup_mkdir -- unshare -m sh -c 'mount -t cgroup2 none /mnt && mkdir /mnt/demo; rmdir /mnt/demo'",
            issues: [],
            related: ["mkdir", "mkdirat"],
            sources: ["cgroups(7)", "include/trace/events/cgroup.h (v6.18)"],
        }

    /// A cgroup was removed.
    cgroup_rmdir = 203 by Hook
        on ["tp_btf/cgroup_rmdir", "raw_tp/cgroup_rmdir"]
        (cgroup: "struct cgroup *", path: "const char *")
        sets []
        {
            cgroup_id: CGROUP_ID;
            cgroup_path: CGROUP_PATH;
            hierarchy_id: HIERARCHY_ID;
        }
        page {
            purpose: "Sees containers and services go.",
            use_case: "See when the last of a container is gone.",
            command: "sudo tracehound -e cgroup_rmdir -- unshare -m sh -c 'mount -t cgroup2 none /mnt && mkdir /mnt/demo; rmdir /mnt/demo'",
            issues: [],
            related: ["cgroup_mkdir", "rmdir", "unlinkat"],
            sources: ["cgroups(7)", "include/trace/events/cgroup.h (v6.18)"],
        }

    /// A thread or process was moved to a cgroup.
    ///
    /// Fires in the one that moves it, which can be somebody else.
    cgroup_attach_task = 204 by Hook
        on ["tp_btf/cgroup_attach_task", "raw_tp/cgroup_attach_task"]
        (cgroup: "struct cgroup *", path: "const char *", task: "struct task_struct *")
        sets []
        {
            /// The path of its new cgroup below the root of the hierarchy.
            cgroup_path: Str, kernel("path").ctype("const char*");
            /// The name of who is moved.
            comm: Str, kernel("task_comm(task)").ctype("const char*");
            /// The id of who is moved, in the initial namespace; of a process that of its first thread.
            pid: Pid, kernel("READ(task, pid)").ctype("pid_t");
        }
        page {
            purpose: "Sees who is put into which container or service, and by whom.",
            use_case: "Find processes that leave the cgroup that limits them.",
            command: "sudo tracehound -e cgroup_attach_task -- unshare -m sh -c 'mount -t cgroup2 none /mnt && mkdir /mnt/demo && sh -c \"echo 0 >/mnt/demo/cgroup.procs\"; rmdir /mnt/demo'",
            issues: [
                "A child that is created in a cgroup (clone3 with CLONE_INTO_CGROUP) is not moved and not told.",
            ],
            related: ["cgroup_mkdir", "cgroup_rmdir"],
            sources: ["cgroups(7)", "include/trace/events/cgroup.h (v6.18)"],
        }

    /// A processor went from one thread to another.
    ///
    /// Fires in the one that ceases to run.
    sched_switch = 205 by Hook
        on ["tp_btf/sched_switch", "raw_tp/sched_switch"]
        (preempt: "bool", prev: "struct task_struct *", next: "struct task_struct *")
        sets []
        {
            /// The processor.
            cpu: U32, kernel("bpf_get_smp_processor_id()").ctype("int");
            /// Who ceases to run, in the initial namespace.
            prev_tid: Pid, kernel("READ(prev, pid)").ctype("pid_t");
            /// Its name.
            prev_comm: Str, kernel("task_comm(prev)").ctype("const char*");
            /// Who begins to; 0 for the idle task.
            next_tid: Pid, kernel("READ(next, pid)").ctype("pid_t");
            /// Its name.
            next_comm: Str, kernel("task_comm(next)").ctype("const char*");
        }
        page {
            purpose: "Sees when each thread runs, and where.",
            use_case: "Find out what a thread has to wait for.",
            command: "sudo tracehound -e sched_switch -- sleep 0.1",
            issues: [
                "With a command only the switches away from its threads are told. Without one it is one of the most frequent events there are.",
            ],
            related: ["sched_process_exit"],
            sources: ["sched(7)", "include/trace/events/sched.h (v6.18)"],
        }
}
