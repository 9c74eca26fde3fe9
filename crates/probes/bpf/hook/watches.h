/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is watched, as the kernel holds it: the marks of inotify, found by their number. */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct inotify_group_private_data {
	struct idr idr;
};
struct fsnotify_group {
	struct inotify_group_private_data inotify_data;
};
struct fsnotify_mark_connector {
	void *obj;
};
struct fsnotify_mark {
	struct fsnotify_mark_connector *connector;
};
struct inotify_inode_mark {
	struct fsnotify_mark fsn_mark;
	int wd;
};
struct inode___watched {
	struct fsnotify_mark_connector *i_fsnotify_marks;
	struct hlist_head i_dentry;
};
/* In a union of its own up to 7.2. */
struct dentry___named {
	union {
		struct hlist_node d_alias;
	} d_u;
};
struct dentry___unnamed {
	union {
		struct hlist_node d_alias;
	};
};
#pragma clang attribute pop

#define F_NOTIFY 1026
#define FAN_MARK_KIND 0x110
#define FAN_MARK_MOUNT 0x10
#define FAN_MARK_FILESYSTEM 0x100
#define FAN_MARK_FLUSH 0x80
#define IN_ALL_EVENTS 0xfff

enum { OBJ_INODE, OBJ_VFSMOUNT, OBJ_SB, OBJ_MNTNS };

/* Levels of 64 slots: enough for any number. */
#define XARRAY_LEVELS 6

/* What an xarray has under a number. Inner nodes are marked in the lowest bits of their address. */
static __always_inline u64 xarray_at(u64 xarray, u32 number)
{
	u64 entry = (u64)BPF_CORE_READ((struct xarray *)xarray, xa_head);

	for (int i = 0; i < XARRAY_LEVELS; i++) {
		u64 node = entry - 2, slot;

		if ((entry & 3) != 2 || entry < 4096)
			break;
		slot = number >> (BPF_CORE_READ((struct xa_node *)node, shift) & 31);
		if (!i && slot > 63)
			return 0;
		entry = 0;
		bpf_probe_read_kernel(&entry, sizeof(entry),
				      (void *)(node + bpf_core_field_offset(struct xa_node, slots) +
					       (slot & 63) * 8));
	}
	return entry & 3 ? 0 : entry;
}

/* An inode that says itself that this connector is its own. */
static __always_inline bool connects(u64 connector, u64 inode)
{
	return (u64)BPF_CORE_READ((struct inode___watched *)inode, i_fsnotify_marks) == connector;
}

/* The inode that a watch of inotify is on, NULL where it is gone. */
static __always_inline struct inode *watched_inode(struct task_struct *task, s64 fd, s64 wd)
{
	struct file *file = file_behind(task, fd);
	struct inotify_inode_mark *mark;
	u64 group, connector, object;

	if (!file || wd <= 0)
		return NULL;
	group = (u64)BPF_CORE_READ(file, private_data);
	mark = (void *)xarray_at(group + bpf_core_field_offset(struct fsnotify_group,
							       inotify_data.idr.idr_rt), wd);
	if (!mark || BPF_CORE_READ(mark, wd) != wd)
		return NULL;
	connector = (u64)BPF_CORE_READ(mark, fsn_mark.connector);
	object = (u64)BPF_CORE_READ((struct fsnotify_mark_connector *)connector, obj);
	if (!connector || !object)
		return NULL;
	/* Up to 6.9 it is the place in the inode where the connector stands. */
	if (!connects(connector, object))
		object -= bpf_core_field_offset(struct inode___watched, i_fsnotify_marks);
	return connects(connector, object) ? (struct inode *)object : NULL;
}

/* The one name by which an inode is known; NULL where there are several, or none any more. */
static __noinline struct dentry *only_name(u64 inode)
{
	u64 first, offset;

	if (!inode)
		return NULL;
	first = (u64)BPF_CORE_READ((struct inode___watched *)inode, i_dentry.first);
	if (!first || BPF_CORE_READ((struct hlist_node *)first, next))
		return NULL;
	if (bpf_core_field_exists(struct dentry___named, d_u.d_alias))
		offset = bpf_core_field_offset(struct dentry___named, d_u.d_alias);
	else
		offset = bpf_core_field_offset(struct dentry___unnamed, d_alias);
	return (struct dentry *)(first - offset);
}

static __always_inline u64 number_of(struct inode *inode)
{
	return inode ? inode_number(inode) : UNREAD;
}

static __always_inline u64 dev_of(struct inode *inode)
{
	return inode ? inode_dev(inode) : UNREAD;
}

/* What the inotify_add_watch under way has put a watch on. */
static __always_inline struct inode *inotify_inode(struct task_struct *task, s64 ret)
{
	return watched_inode(task, (s32)call_argument(task, 0), ret);
}

static __always_inline struct dentry *inotify_name(struct task_struct *task, s64 ret)
{
	return only_name((u64)inotify_inode(task, ret));
}

static __always_inline bool is_fcntl(struct task_struct *task)
{
	return CALL_IS(task, fcntl) || in_call(task, -1, NR_I386_fcntl64);
}

/* Whether the call has asked to watch something, or to cease. */
static __always_inline bool watches(struct task_struct *task, s64 ret)
{
	if (ret < 0)
		return false;
	if (is_fcntl(task))
		return (u32)call_argument(task, 1) == F_NOTIFY && (u32)call_argument(task, 2);
	return !CALL_IS(task, fanotify_mark) || !(call_argument(task, 1) & FAN_MARK_FLUSH);
}

/* fanotify_mark(2) takes the mask in two arguments in 32-bit programs. */
static __always_inline bool is_wide(struct task_struct *task)
{
	return abi_of(task, 0) != ABI_I386;
}

/* The name of what a descriptor stands for that fanotify or dnotify is to watch. */
static __always_inline struct path *notify_path(struct task_struct *task)
{
	u64 path;
	s32 fd;

	if (is_fcntl(task))
		return path_behind(task, (s32)call_argument(task, 0));
	if (!CALL_IS(task, fanotify_mark))
		return NULL;
	path = is_wide(task) ? call_argument(task, 4) : call_argument(task, 5);
	fd = is_wide(task) ? call_argument(task, 3) : call_argument(task, 4);
	return path ? NULL : path_behind(task, fd);
}

static __always_inline struct dentry *notify_name(struct task_struct *task, s64 ret)
{
	struct path *path = notify_path(task);

	if (CALL_IS(task, inotify_add_watch))
		return inotify_name(task, ret);
	return path ? BPF_CORE_READ(path, dentry) : NULL;
}

static __always_inline struct inode *notify_inode(struct task_struct *task, s64 ret)
{
	struct path *path = notify_path(task);

	if (CALL_IS(task, inotify_add_watch))
		return inotify_inode(task, ret);
	return path ? inode_at(path) : NULL;
}

/* The events that the kernel is asked for; dnotify's are told in another form. */
static __always_inline u64 notify_mask(struct task_struct *task)
{
	u64 mask;

	if (is_fcntl(task))
		return UNREAD;
	if (CALL_IS(task, inotify_add_watch))
		return call_argument(task, 2) & IN_ALL_EVENTS;
	mask = call_argument(task, 2);
	if (!is_wide(task))
		mask |= call_argument(task, 3) << 32;
	return mask;
}

static __always_inline u32 notify_kind(struct task_struct *task)
{
	if (!CALL_IS(task, fanotify_mark))
		return OBJ_INODE;
	switch (call_argument(task, 1) & FAN_MARK_KIND) {
	case FAN_MARK_MOUNT: return OBJ_VFSMOUNT;
	case FAN_MARK_FILESYSTEM: return OBJ_SB;
	case FAN_MARK_KIND: return OBJ_MNTNS;
	default: return OBJ_INODE;
	}
}
