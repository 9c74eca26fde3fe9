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

/* The task that has an id in the pid namespace of another, NULL for none. */
static __always_inline struct task_struct *task_of_id(struct task_struct *asking, s32 id)
{
	struct pid *own = BPF_CORE_READ(asking, thread_pid);
	u32 level = BPF_CORE_READ(own, level);
	struct upid upid = {};
	u64 entry, first;

	bpf_probe_read_kernel(&upid, sizeof(upid),
		(char *)own + bpf_core_field_offset(struct pid, numbers) +
		(((level & 63) * bpf_core_type_size(struct upid)) & 0xfff));
	entry = (u64)BPF_CORE_READ(upid.ns, idr.idr_rt.xa_head);
	/* 64 entries a node, and ids have at most 22 bits. Nodes are marked by their address. */
	for (u32 depth = 0; depth < 4; depth++) {
		u64 node = entry & ~3ull;
		u32 shift;

		if ((entry & 3) != 2)
			break;
		shift = LOAD(xa_node, node, shift) & 31;
		if (!depth && (u32)id >> shift > 63)
			return NULL;
		entry = 0;
		bpf_probe_read_kernel(&entry, sizeof(entry),
			(void *)(node + bpf_core_field_offset(struct xa_node, slots) +
				 ((u32)id >> shift & 63) * 8));
	}
	if (id <= 0 || !entry || entry & 3)
		return NULL;
	first = (u64)LOAD(pid, entry, tasks[0].first);
	return first ? (void *)(first - bpf_core_field_offset(struct task_struct, pid_links)) : NULL;
}

/* Ids in the initial namespace; of a task that is gone by now there are none. */
static __always_inline struct maybe host_pid_of(struct task_struct *task)
{
	return task ? there(BPF_CORE_READ(task, tgid)) : lacking(IS_UNREAD);
}

static __always_inline struct maybe host_tid_of(struct task_struct *task)
{
	return task ? there(BPF_CORE_READ(task, pid)) : lacking(IS_UNREAD);
}

static __always_inline bool in_prlimit(struct task_struct *task)
{
	return in_call(task, NR_X86_64_prlimit64, NR_I386_prlimit64);
}

/* Whether the call under way sets a limit, and does not only ask for one. */
static __always_inline bool sets_limit(struct task_struct *task)
{
	return !in_prlimit(task) || call_argument(task, 2);
}

/* Whose limit it sets. */
static __always_inline struct task_struct *limited_task(struct task_struct *task)
{
	s32 id = in_prlimit(task) ? call_argument(task, 0) : 0;

	return id ? task_of_id(task, id) : (void *)plain((u64)task);
}

static __always_inline u32 limited_resource(struct task_struct *task)
{
	return call_argument(task, in_prlimit(task) ? 1 : 0);
}

/* The limit that a task has now. */
static __always_inline struct rlimit *limit_of(struct task_struct *task, u32 resource)
{
	if (!task)
		return NULL;
	return (void *)((u64)BPF_CORE_READ(task, signal) +
			bpf_core_field_offset(struct signal_struct, rlim) +
			(resource & 15) * sizeof(struct rlimit));
}

static __always_inline struct maybe limit_soft(struct rlimit *limit)
{
	return limit ? there(BPF_CORE_READ(limit, rlim_cur)) : lacking(IS_UNREAD);
}

static __always_inline struct maybe limit_hard(struct rlimit *limit)
{
	return limit ? there(BPF_CORE_READ(limit, rlim_max)) : lacking(IS_UNREAD);
}

/* The path that chdir(2) was given, in user memory; NULL in other calls. */
static __always_inline u64 chdir_path(struct task_struct *task)
{
	return in_call(task, NR_X86_64_chdir, NR_I386_chdir) ? call_argument(task, 0) : 0;
}

static __always_inline const struct path *working_directory(struct task_struct *task)
{
	return (void *)((u64)BPF_CORE_READ(task, fs) + bpf_core_field_offset(struct fs_struct, pwd));
}

static __always_inline struct maybe time_sec(const struct timespec64 *time)
{
	return time ? there(BPF_CORE_READ(time, tv_sec)) : lacking(IS_ABSENT);
}

static __always_inline struct maybe time_nsec(const struct timespec64 *time)
{
	return time ? there(BPF_CORE_READ(time, tv_nsec)) : lacking(IS_ABSENT);
}

static __always_inline struct maybe zone_minutes(const struct timezone *zone)
{
	return zone ? there((s64)BPF_CORE_READ(zone, tz_minuteswest)) : lacking(IS_ABSENT);
}

static __always_inline struct maybe zone_dst(const struct timezone *zone)
{
	return zone ? there((s64)BPF_CORE_READ(zone, tz_dsttime)) : lacking(IS_ABSENT);
}

static __always_inline bool in_settimeofday(struct task_struct *task)
{
	return in_call(task, NR_X86_64_settimeofday, NR_I386_settimeofday);
}

/* Whether the call that ends has come to the question whether the clock may be set. */
static __always_inline bool asks_for_time(struct task_struct *task, s64 ret)
{
	bool other = in_call(task, NR_X86_64_clock_settime, NR_I386_clock_settime) ||
		     in_call(task, -1, NR_I386_clock_settime32);

	return (!ret || ret == -EPERM) && !(other && (u32)call_argument(task, 0));
}

/* A number of a call's time or time zone: the first or the second, in so many bytes each. */
static __always_inline struct maybe time_word(u64 address, u32 which, u32 size)
{
	s64 word = 0;
	s32 half = 0;

	if (!address)
		return lacking(IS_ABSENT);
	if (size == 8) {
		if (bpf_probe_read_user(&word, sizeof(word), (void *)(address + which * 8)))
			return lacking(IS_UNREAD);
		return there(word);
	}
	if (bpf_probe_read_user(&half, sizeof(half), (void *)(address + which * 4)))
		return lacking(IS_UNREAD);
	return there((s64)half);
}

/* The time that the call under way sets, from the caller's memory. */
static __always_inline struct maybe asked_time(struct task_struct *task, u32 which)
{
	bool compat = abi_of(task, 0) == ABI_I386;
	struct maybe part;

	if (in_call(task, -1, NR_I386_stime))
		return which ? there(0) : time_word(call_argument(task, 0), 0, 4);
	if (in_settimeofday(task)) {
		part = time_word(call_argument(task, 0), which, compat ? 4 : 8);
		part.value *= which ? 1000 : 1;
		return part;
	}
	if (!compat)
		return time_word(call_argument(task, 1), which, 8);
	if (in_call(task, -1, NR_I386_clock_settime32))
		return time_word(call_argument(task, 1), which, 4);
	part = time_word(call_argument(task, 1), which, 8);
	/* What 32-bit programs have above the nanoseconds is padding. */
	part.value = which ? (u32)part.value : part.value;
	return part;
}

static __always_inline struct maybe asked_sec(struct task_struct *task)
{
	return asked_time(task, 0);
}

static __always_inline struct maybe asked_nsec(struct task_struct *task)
{
	return asked_time(task, 1);
}

/* Its time zone. */
static __always_inline struct maybe asked_zone(struct task_struct *task, u32 which)
{
	return time_word(in_settimeofday(task) ? call_argument(task, 1) : 0, which, 4);
}

static __always_inline bool is_vm_write(struct task_struct *task)
{
	return in_call(task, NR_X86_64_process_vm_writev, NR_I386_process_vm_writev);
}

#define PTRACE_ATTACH 16
#define PTRACE_SEIZE 0x4206

/* Whether ptrace(2) has found whom to attach to, and what came of it. */
static __always_inline bool attaches(struct task_struct *task, s64 ret)
{
	u64 request = call_argument(task, 0);

	return (request == PTRACE_ATTACH || request == PTRACE_SEIZE) && ret != -ESRCH;
}

/* Options come with PTRACE_SEIZE only. */
static __always_inline u64 seize_options(s64 request, u64 flags)
{
	return request == PTRACE_SEIZE ? flags : ABSENT;
}

static __always_inline u32 thread_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, pid);
}

static __always_inline u32 thread_group_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, tgid);
}
