/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of mount events name. */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct file_system_type {
	const char *name;
};
struct super_block___typed {
	struct file_system_type *s_type;
};
struct vfsmount___typed {
	struct super_block___typed *mnt_sb;
};
struct mount___named {
	struct vfsmount mnt;
	const char *mnt_devname;
};
#pragma clang attribute pop

#define MS_MGC_VAL 0xc0ed0000
#define MS_MGC_MSK 0xffff0000
#define MOVE_MOUNT_F_EMPTY_PATH 4

/* The type of a mount's file system. */
static __always_inline u64 mount_type(struct vfsmount *mnt)
{
	struct vfsmount___typed *typed = (void *)mnt;

	return mnt ? (u64)BPF_CORE_READ(typed, mnt_sb, s_type, name) : 0;
}

/* What it was said to be mounted from. */
static __always_inline u64 mount_source(struct vfsmount *mnt)
{
	struct mount___named *mount;

	if (!mnt)
		return 0;
	mount = (void *)((u64)mnt - bpf_core_field_offset(struct mount___named, mnt));
	return (u64)BPF_CORE_READ(mount, mnt_devname);
}

static __always_inline struct vfsmount *mount_at(struct path *path)
{
	return path ? BPF_CORE_READ(path, mnt) : NULL;
}

/* The flags that the mount(2) under way was given, without the old magic number, as the kernel has them. */
static __always_inline u64 mount_flags(struct task_struct *task)
{
	u64 flags = call_argument(task, 3);

	return (flags & MS_MGC_MSK) == MS_MGC_VAL ? flags & ~(u64)MS_MGC_MSK : flags;
}

static __always_inline u32 umount_flags(struct task_struct *task)
{
	return in_call(task, -1, NR_I386_umount) ? 0 : call_argument(task, 1);
}

/* The mount that the move_mount(2) under way has moved, if it was given by a descriptor alone. */
static __always_inline struct vfsmount *moved_mount(struct task_struct *task)
{
	char first = 1;

	if (!(call_argument(task, 4) & MOVE_MOUNT_F_EMPTY_PATH))
		return NULL;
	if (bpf_probe_read_user(&first, 1, (void *)call_argument(task, 1)) || first)
		return NULL;
	return mount_at(path_behind(task, (s32)call_argument(task, 0)));
}
