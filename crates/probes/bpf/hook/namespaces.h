/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of switch_task_ns name: namespaces before and after. */
#pragma once

#define NSFS_MAGIC 0x6e736673
#define CLONE_NEWTIME 0x80
#define CLONE_NEWNS 0x20000
#define CLONE_NEWCGROUP 0x2000000
#define CLONE_NEWUTS 0x4000000
#define CLONE_NEWIPC 0x8000000
#define CLONE_NEWPID 0x20000000
#define CLONE_NEWNET 0x40000000

/* X(name, member of struct nsproxy, flag) */
#define NAMESPACES(X)                                  \
	X(mnt, mnt_ns, CLONE_NEWNS)                    \
	X(pid, pid_ns_for_children, CLONE_NEWPID)      \
	X(uts, uts_ns, CLONE_NEWUTS)                   \
	X(ipc, ipc_ns, CLONE_NEWIPC)                   \
	X(net, net_ns, CLONE_NEWNET)                   \
	X(cgroup, cgroup_ns, CLONE_NEWCGROUP)          \
	X(time, time_ns_for_children, CLONE_NEWTIME)

#define FLAG_OF(name, member, flag) flag |
#define NAMESPACE_FLAGS (NAMESPACES(FLAG_OF) 0)

/*
 * What the call that ends has renewed: flags of namespaces, or in `entered` the number of one whose
 * file setns(2) was given, which says by itself what it is.
 */
struct renewal {
	u64 entered;
	u32 flags;
	bool unknown;	/* the descriptor is closed by now */
};

static __always_inline struct renewal renewal_of(struct task_struct *task)
{
	bool set = in_call(task, NR_X86_64_setns, NR_I386_setns);
	struct renewal renewal = { .flags = call_argument(task, set ? 1 : 0) };
	struct file *file;

	if (!set)
		return renewal;
	file = file_behind(task, (s32)call_argument(task, 0));
	if (!file) {
		renewal.unknown = !renewal.flags;
	} else if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) == NSFS_MAGIC) {
		renewal.entered = BPF_CORE_READ(file, f_inode, i_ino);
		renewal.flags = 0;
	}
	return renewal;
}

/*
 * Per namespace: its number if a task is about to get another, and its number if the call that
 * ends has set it. Kernels built without one of them have no such member.
 */
#define NAMESPACE(name, member, flag)                                                         \
	static __always_inline u64 new_##name(struct task_struct *task, struct nsproxy *to)  \
	{                                                                                     \
		if (!bpf_core_field_exists(struct nsproxy, member))                           \
			return ABSENT;                                                        \
		if (BPF_CORE_READ(task, nsproxy, member) == BPF_CORE_READ(to, member))        \
			return ABSENT;                                                        \
		return BPF_CORE_READ(to, member, ns.inum);                                    \
	}                                                                                     \
	static __always_inline struct maybe renewed_##name(struct task_struct *task)         \
	{                                                                                     \
		struct renewal renewal = renewal_of(task);                                    \
		u32 inum;                                                                     \
											      \
		if (!bpf_core_field_exists(struct nsproxy, member))                           \
			return lacking(IS_ABSENT);                                            \
		if (renewal.unknown)                                                          \
			return lacking(IS_UNREAD);                                            \
		inum = BPF_CORE_READ(task, nsproxy, member, ns.inum);                         \
		if (renewal.flags & (flag) || renewal.entered == inum)                        \
			return there(inum);                                                   \
		return lacking(IS_ABSENT);                                                    \
	}
NAMESPACES(NAMESPACE)

#define GETS_ANOTHER(name, member, flag) new_##name(task, to) != ABSENT ||

/* Whether a task gets another namespace; at its end it loses all, and gets none. */
static __always_inline bool gets_another(struct task_struct *task, struct nsproxy *to)
{
	return to && (NAMESPACES(GETS_ANOTHER) false);
}

#define HAS_RENEWED(name, member, flag) renewed_##name(task).state == IS_THERE ||

/* Whether the call that ends has set any but the user namespace. */
static __always_inline bool has_renewed(struct task_struct *task)
{
	return renewal_of(task).unknown || NAMESPACES(HAS_RENEWED) false;
}
