/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of process events name. */
#pragma once

static __always_inline u64 task_comm(struct task_struct *task)
{
	return (u64)task + bpf_core_field_offset(struct task_struct, comm);
}

/* The id of a thread in its own pid namespace, and that of its process. */
static __always_inline u32 own_tid(struct task_struct *trusted)
{
	struct task_struct *task = bare(trusted);

	return own_ns_id(task, TASK_READ(task, pid), NULL);
}

static __always_inline u32 own_pid(struct task_struct *trusted)
{
	struct task_struct *task = bare(trusted);

	return own_ns_id(TASK_READ(task, group_leader), TASK_READ(task, tgid), NULL);
}

static __always_inline struct task_struct *first_thread(struct task_struct *trusted)
{
	struct task_struct *task = bare(trusted);

	return TASK_READ(task, group_leader);
}

/* The first thread of the process whose child a task's process is. */
static __always_inline struct task_struct *parent_process(struct task_struct *trusted)
{
	struct task_struct *task = bare(trusted);

	return TASK_READ(task, group_leader, real_parent, group_leader);
}

static __always_inline u64 task_cred(struct task_struct *task)
{
	return (u64)BPF_CORE_READ(task, real_cred);
}

static __always_inline u64 cgroup_id(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, kn, id);
}

static __always_inline u32 cgroup_hierarchy(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, root, hierarchy_id);
}
