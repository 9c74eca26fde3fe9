/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Plans before there is a record: what is known of the task that would make it. */
#pragma once

/* What a fact of the current task's header will be, as fill_header() has it. */
static __always_inline u32 narrow_early_fact(struct narrow_step *step, struct task_struct *task)
{
	u32 ns = 0;

	switch (step->place) {
	case __builtin_offsetof(struct th_record, cpu):
		return narrow_fact(step, bpf_get_smp_processor_id());
	case __builtin_offsetof(struct th_record, host_tid):
		return narrow_fact(step, TASK_READ(task, pid));
	case __builtin_offsetof(struct th_record, host_pid):
		return narrow_fact(step, TASK_READ(task, tgid));
	case __builtin_offsetof(struct th_record, host_ppid):
		return narrow_fact(step, TASK_READ(task, real_parent, group_leader, tgid));
	case __builtin_offsetof(struct th_record, tid):
		return narrow_fact(step, own_ns_id(task, TASK_READ(task, pid), NULL));
	case __builtin_offsetof(struct th_record, pid):
		return narrow_fact(step, own_ns_id(TASK_READ(task, group_leader),
						   TASK_READ(task, tgid), NULL));
	case __builtin_offsetof(struct th_record, pid_ns):
		own_ns_id(task, 0, &ns);
		return narrow_fact(step, ns);
	case __builtin_offsetof(struct th_record, cgroup):
		return narrow_fact(step, cgroup_of(task));
	case __builtin_offsetof(struct th_record, uid):
		return narrow_fact(step, TASK_READ(task, real_cred, uid.val));
	case __builtin_offsetof(struct th_record, gid):
		return narrow_fact(step, TASK_READ(task, real_cred, gid.val));
	case __builtin_offsetof(struct th_record, mnt_ns):
		return narrow_fact(step, TASK_READ(task, nsproxy, mnt_ns, ns.inum));
	}
	return NARROW_UNKNOWN;
}

static __always_inline u32 narrow_early_comm(struct narrow *plan, struct narrow_step *step,
					     struct task_struct *task)
{
	u64 comm[2];

	read_comm(comm, task);
	return narrow_comm(plan, step, comm[0], comm[1]);
}

static __always_inline u32 narrow_early_truth(struct narrow *plan, struct narrow_step *step,
					      u32 has_ret, s64 ret)
{
	struct task_struct *task = bare(current_task());

	if (step->flags & NARROW_OF_THREAD && !TASK_READ(task, pid))
		return NARROW_UNKNOWN;
	switch (step->source) {
	case NARROW_HEADER:
		return narrow_early_fact(step, task);
	case NARROW_COMM:
		return narrow_early_comm(plan, step, task);
	case NARROW_RET:
		return has_ret ? narrow_number(step, ret) : NARROW_UNKNOWN;
	}
	return NARROW_UNKNOWN;
}

/* Runs a step on the current task. Returns where to go on. */
__noinline int narrow_early_step(u32 number, u32 at, u32 has_ret, s64 ret)
{
	struct narrow *plan = narrow_plan_of(number);
	struct narrow_step *step;

	if (!plan)
		return NARROW_PASS;
	step = narrow_step_at(plan, at);
	return narrow_next(step, narrow_early_truth(plan, step, has_ret, ret));
}

/* Whether one that the current task would make may be. */
__noinline int narrow_early_keeps(u32 number, u32 has_ret, s64 ret)
{
	u32 at = 0;

	for (u32 i = 0; i < NARROW_STEPS; i++) {
		at = narrow_early_step(number, at, has_ret, ret);
		if (at >= NARROW_STEPS)
			break;
	}
	return at != NARROW_DROP;
}

/* Whether to begin a record of the current task's; counts it as filtered if not. */
static __always_inline bool keeps_task(u32 index, u32 has_ret, s64 ret)
{
	u32 plan = narrow_of(index);

	return !(plan & NARROW_EARLY) ||
	       narrow_early_keeps(plan & NARROW_NUMBER, has_ret, ret) || count_filtered(index);
}
