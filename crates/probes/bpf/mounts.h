/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The path of a name that comes without its mount: the mounts of its file system are looked through. */
#pragma once

/* Up to 6.16 the mounts of a file system are a list of another kind. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct list_head {
	struct list_head *next;
};
struct super_block___list {
	struct list_head s_mounts;
};
struct mount___list {
	struct list_head mnt_instance;
};
struct super_block___chain {
	struct mount *s_mounts;
};
struct mount___chain {
	struct mount *mnt_next_for_sb;
};
#pragma clang attribute pop

#define MOST_MOUNTS 32

/*
 * Notes a mount if it is in the namespace, and says whether to look no further. Of a file system's
 * mounts the first will do, but one of the whole file system is better.
 */
static __always_inline bool mount_suits(u64 mount, u64 ns, u64 root, u64 *found)
{
	if ((u64)LOAD(mount, mount, mnt_ns) != ns)
		return false;
	if ((u64)LOAD(mount, mount, mnt.mnt_root) == root) {
		*found = mount;
		return true;
	}
	if (!*found)
		*found = mount;
	return false;
}

/*
 * A function each, and not inlined: clang would take what only one kind of kernel has out of its
 * branch.
 */
static __noinline u64 mount_of_list(u64 sb, u64 ns, u64 root)
{
	u64 head = sb + bpf_core_field_offset(struct super_block___list, s_mounts);
	u64 at = (u64)BPF_CORE_READ((struct list_head *)head, next);
	u64 found = 0;

	for (int i = 0; i < MOST_MOUNTS; i++) {
		if (!at || at == head)
			break;
		if (mount_suits(at - bpf_core_field_offset(struct mount___list, mnt_instance), ns,
				root, &found))
			break;
		at = (u64)BPF_CORE_READ((struct list_head *)at, next);
	}
	return found;
}

static __noinline u64 mount_of_chain(u64 sb, u64 ns, u64 root)
{
	u64 mount = (u64)BPF_CORE_READ((struct super_block___chain *)sb, s_mounts);
	u64 found = 0;

	for (int i = 0; i < MOST_MOUNTS; i++) {
		if (!mount || mount_suits(mount, ns, root, &found))
			break;
		mount = (u64)BPF_CORE_READ((struct mount___chain *)mount, mnt_next_for_sb);
	}
	return found;
}

static __always_inline u64 mount_of(u64 sb, u64 ns, u64 root)
{
	if (bpf_core_field_exists(struct mount___chain, mnt_next_for_sb))
		return mount_of_chain(sb, ns, root);
	return mount_of_list(sb, ns, root);
}

#define MOST_PARENTS 32

/* The mount namespace of the first process of all, as far as parents lead there. */
static __noinline u64 first_mounts(u64 task)
{
	for (int i = 0; i < MOST_PARENTS; i++) {
		u64 leader = (u64)LOAD(task_struct, task, group_leader);

		if (LOAD(task_struct, leader, pid) == 1)
			return (u64)BPF_CORE_READ((struct task_struct *)leader, nsproxy, mnt_ns);
		task = (u64)LOAD(task_struct, leader, real_parent);
	}
	return 0;
}

/*
 * The path of a name whose mount the hook does not tell: by a mount of its file system in the
 * task's mount namespace, one of the whole file system if there is one; in a container that
 * has none by one of the first process's namespace.
 */
__noinline int tail_dentry(RECORD handed, u32 index, u64 dentry)
{
	struct call_record *rec = record_of(handed);
	struct task_struct *task = bare(current_task());
	u64 sb, ns, root, found;

	if (!rec)
		return 0;
	if (!dentry) {
		tail_missing(rec, index, dentry);
		return 0;
	}
	ns = (u64)TASK_READ(task, nsproxy, mnt_ns);
	sb = (u64)LOAD(dentry, dentry, d_sb);
	root = (u64)LOAD(super_block, sb, s_root);
	found = mount_of(sb, ns, root);
	if (!found)
		found = mount_of(sb, first_mounts((u64)task), root);
	if (found)
		found += bpf_core_field_offset(struct mount, mnt);
	return tail_path(handed, index, found, dentry);
}
