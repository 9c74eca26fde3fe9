/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of process events name. */
#pragma once

static __always_inline u64 task_comm(struct task_struct *task)
{
	return (u64)task + bpf_core_field_offset(struct task_struct, comm);
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
