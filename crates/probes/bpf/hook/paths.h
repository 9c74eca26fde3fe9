/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of events on names of files name. */
#pragma once

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct inode___plain_times {
	struct timespec64 i_atime, i_mtime;
};
struct inode___hidden_times {
	struct timespec64 __i_atime, __i_mtime;
};
struct inode___split_times {
	s64 i_atime_sec, i_mtime_sec;
	u32 i_atime_nsec, i_mtime_nsec;
};
struct unix_sock___bound {
	struct path path;
};
/* From 5.12 to 6.2, and since. */
struct vfsmount___userns {
	struct user_namespace *mnt_userns;
};
struct vfsmount___idmap {
	struct mnt_idmap *mnt_idmap;
};
#pragma clang attribute pop

#define CALL_IS(task, name) in_call(task, NR_X86_64_##name, NR_I386_##name)

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define S_IFREG 0100000
#define S_IFBLK 0060000
#define S_IFCHR 0020000
#define S_IFIFO 0010000

#define FMODE_CREATED 0x100000
#define O_TMPFILE_BIT 020000000
#define AT_REMOVEDIR 0x200
#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe

/* The path of what one of the task's descriptors stands for, NULL for none. */
static __always_inline struct path *path_behind(struct task_struct *task, s64 fd)
{
	struct file *file = file_behind(task, fd);

	return file ? (struct path *)((u64)file + bpf_core_field_offset(struct file, f_path)) : NULL;
}

/* That of the descriptor that a call was given first, if the task is in this call. */
static __always_inline struct path *path_in(struct task_struct *task, s32 native, s32 compat)
{
	return in_call(task, native, compat) ? path_behind(task, (s32)call_argument(task, 0)) : NULL;
}

static __always_inline struct inode *inode_at(struct path *path)
{
	return BPF_CORE_READ(path, dentry, d_inode);
}

static __always_inline u64 number_at(struct path *path)
{
	return path ? inode_number(inode_at(path)) : UNREAD;
}

static __always_inline u64 dev_at(struct path *path)
{
	return path ? inode_dev(inode_at(path)) : UNREAD;
}

/* The first path of the call under way, in user memory; 0 for calls that are given none. */
static __always_inline u64 first_path(struct task_struct *task)
{
	if (CALL_IS(task, mkdir) || CALL_IS(task, rmdir) || CALL_IS(task, link) ||
	    CALL_IS(task, mknod) || CALL_IS(task, pivot_root))
		return call_argument(task, 0);
	if (CALL_IS(task, mkdirat) || CALL_IS(task, unlinkat) || CALL_IS(task, linkat) ||
	    CALL_IS(task, mknodat))
		return call_argument(task, 1);
	return call_path(task);
}

/* Its second one. */
static __always_inline u64 second_path(struct task_struct *task)
{
	if (CALL_IS(task, link) || CALL_IS(task, pivot_root))
		return call_argument(task, 1);
	return CALL_IS(task, linkat) ? call_argument(task, 3) : 0;
}

static __always_inline u32 rename_flags(struct task_struct *task)
{
	return CALL_IS(task, renameat2) ? call_argument(task, 4) : 0;
}

/* Where symlink(2) and symlinkat(2) are given what the link is to say. */
static __always_inline u64 link_target(struct task_struct *task)
{
	return call_argument(task, 0);
}

static __always_inline bool is_bind(struct task_struct *task)
{
	return CALL_IS(task, bind) || in_socketcall(task, SOCKETCALL_BIND);
}

/* The name that bind(2) has made for a socket, NULL in other calls and for other addresses. */
static __always_inline struct path *bound_path(struct task_struct *task)
{
	struct unix_sock___bound *bound;
	struct socket *socket;
	struct sock *sk;

	if (!is_bind(task))
		return NULL;
	socket = socket_behind(task, (s32)call_argument(task, 0));
	sk = socket ? BPF_CORE_READ(socket, sk) : NULL;
	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_family) != AF_UNIX)
		return NULL;
	bound = (void *)sk;
	if (!BPF_CORE_READ(bound, path.dentry))
		return NULL;
	return (struct path *)((u64)sk + bpf_core_field_offset(struct unix_sock___bound, path));
}

/* The mode that mknod(2) or mknodat(2) was given. */
static __always_inline u32 mknod_mode(struct task_struct *task)
{
	return (u16)(CALL_IS(task, mknod) ? call_argument(task, 1) : call_argument(task, 2));
}

static __always_inline bool is_device(u32 mode)
{
	return (mode & S_IFMT) == S_IFBLK || (mode & S_IFMT) == S_IFCHR;
}

/* Whether the call that succeeded has made a node, and no regular file. */
static __always_inline bool makes_node(struct task_struct *task)
{
	u32 mode;

	if (is_bind(task))
		return bound_path(task);
	mode = mknod_mode(task);
	return is_device(mode) || (mode & S_IFMT) == S_IFIFO || (mode & S_IFMT) == S_IFSOCK;
}

static __always_inline u32 node_mode(struct task_struct *task)
{
	struct path *path = bound_path(task);

	return path ? inode_mode(inode_at(path)) : mknod_mode(task);
}

/* A device's number as the call was given it is in another order than the kernel keeps it. */
static __always_inline u32 node_dev(struct task_struct *task)
{
	u32 given;

	if (is_bind(task) || !is_device(mknod_mode(task)))
		return 0;
	given = CALL_IS(task, mknod) ? call_argument(task, 2) : call_argument(task, 3);
	return (given & 0xfff00) >> 8 << 20 | (given & 0xff) | (given >> 12 & 0xfff00);
}

/* The path of the file that an open under way has created, NULL for what was there. */
static __always_inline struct path *created_path(struct task_struct *task, s64 fd)
{
	struct file *file;

	if (CALL_IS(task, mknod) || CALL_IS(task, mknodat))
		return NULL;
	file = file_behind(task, fd);
	if (!file || !(BPF_CORE_READ(file, f_mode) & FMODE_CREATED) ||
	    BPF_CORE_READ(file, f_flags) & O_TMPFILE_BIT)
		return NULL;
	return path_behind(task, fd);
}

/* Whether the call has created a regular file. */
static __always_inline bool creates(struct task_struct *task, s64 ret)
{
	u32 kind;

	if (!CALL_IS(task, mknod) && !CALL_IS(task, mknodat))
		return created_path(task, ret);
	kind = mknod_mode(task) & S_IFMT;
	return !ret && (!kind || kind == S_IFREG);
}

static __always_inline u32 created_mode(struct task_struct *task, s64 ret)
{
	struct path *path = created_path(task, ret);

	return path ? inode_mode(inode_at(path)) : S_IFREG | mknod_mode(task);
}

/* Without the type, which not every kernel says of a directory. */
static __always_inline u32 permissions(u32 mode)
{
	return mode & ~S_IFMT;
}

static __always_inline u32 mkdir_mode(struct task_struct *task)
{
	return 01777 & (CALL_IS(task, mkdir) ? call_argument(task, 1) : call_argument(task, 2));
}

static __always_inline bool removes_directory(struct task_struct *task)
{
	return CALL_IS(task, rmdir) || call_argument(task, 2) & AT_REMOVEDIR;
}

static __always_inline u32 chmod_mode(struct task_struct *task)
{
	if (CALL_IS(task, chmod) || CALL_IS(task, fchmod))
		return (u16)call_argument(task, 1);
	return (u16)call_argument(task, 2);
}

/* Of -1, which leaves a user or group, there is no value. */
static __always_inline u64 id_given(u32 id)
{
	return id == (u32)-1 ? ABSENT : id;
}

/* The user (0) or group (1) that the chown under way was given. */
static __always_inline u32 chown_id(struct task_struct *task, u32 which)
{
	bool narrow = in_call(task, -1, NR_I386_chown16) || in_call(task, -1, NR_I386_fchown16) ||
		      in_call(task, -1, NR_I386_lchown16);
	bool later = CALL_IS(task, fchownat);
	u32 id;

	if (which)
		id = later ? call_argument(task, 3) : call_argument(task, 2);
	else
		id = later ? call_argument(task, 2) : call_argument(task, 1);
	if (!narrow)
		return id;
	return (u16)id == (u16)-1 ? (u32)-1 : (u16)id;
}

static __always_inline struct path *chown_path(struct task_struct *task)
{
	if (in_call(task, -1, NR_I386_fchown16))
		return path_behind(task, (s32)call_argument(task, 0));
	return path_in(task, NR_X86_64_fchown, NR_I386_fchown);
}

/* A time as it was given: none where it is to be the present one, or to stay. */
static __always_inline u64 given_time(struct timespec64 *times, u32 which)
{
	long nsec;

	if (!times)
		return ABSENT;
	times += which;
	nsec = BPF_CORE_READ(times, tv_nsec);
	if (nsec == UTIME_NOW || nsec == UTIME_OMIT)
		return ABSENT;
	return BPF_CORE_READ(times, tv_sec) * NSEC + nsec;
}

#define INODE_TIME(name)                                                                   \
	static __always_inline u64 name##_at(struct path *path)                            \
	{                                                                                  \
		struct inode *inode = path ? inode_at(path) : NULL;                        \
		struct inode___split_times *split = (void *)inode;                         \
		struct inode___hidden_times *hidden = (void *)inode;                       \
		struct inode___plain_times *plain = (void *)inode;                         \
											   \
		if (!inode)                                                                \
			return UNREAD;                                                     \
		if (bpf_core_field_exists(struct inode___split_times, i_##name##_sec))     \
			return BPF_CORE_READ(split, i_##name##_sec) * NSEC +               \
			       BPF_CORE_READ(split, i_##name##_nsec);                      \
		if (bpf_core_field_exists(struct inode___hidden_times, __i_##name))        \
			return BPF_CORE_READ(hidden, __i_##name.tv_sec) * NSEC +           \
			       BPF_CORE_READ(hidden, __i_##name.tv_nsec);                  \
		return BPF_CORE_READ(plain, i_##name.tv_sec) * NSEC +                      \
		       BPF_CORE_READ(plain, i_##name.tv_nsec);                             \
	}
INODE_TIME(atime)
INODE_TIME(mtime)

/* The file whose times a call sets by its descriptor, which it is given with no path. */
static __always_inline struct path *timed_path(struct task_struct *task)
{
	if (CALL_IS(task, utime) || CALL_IS(task, utimes) || call_argument(task, 1))
		return NULL;
	return path_behind(task, (s32)call_argument(task, 0));
}

/* Since 5.12 the functions on attributes are told first how the mount maps ids. */
static __always_inline u64 behind_ids(const void *plain, const void *told)
{
	if (bpf_core_field_exists(struct vfsmount___idmap, mnt_idmap) ||
	    bpf_core_field_exists(struct vfsmount___userns, mnt_userns))
		return (u64)told;
	return (u64)plain;
}

static __always_inline struct dentry *attributed(const void *first, const void *second)
{
	return (struct dentry *)behind_ids(first, second);
}

struct xattr_args {
	u64 value;
	u32 size, flags;
};

/* What a setxattr under way was given to set. */
static __always_inline struct xattr_args xattr_args_of(struct task_struct *task)
{
	struct xattr_args args = {};

	if (CALL_IS(task, setxattrat)) {
		bpf_probe_read_user(&args, sizeof(args), (void *)call_argument(task, 4));
		return args;
	}
	args.value = call_argument(task, 2);
	args.size = call_argument(task, 3);
	args.flags = call_argument(task, 4);
	return args;
}

static __always_inline struct where xattr_value(struct task_struct *task)
{
	struct xattr_args args = xattr_args_of(task);

	/* Of an empty value the kernel makes no copy. */
	return user_bytes_at((void *)(args.size ? args.value : 0), args.size);
}

static __always_inline u32 xattr_flags(struct task_struct *task)
{
	return xattr_args_of(task).flags;
}

static __always_inline u64 xattr_name(struct task_struct *task)
{
	if (CALL_IS(task, setxattrat) || CALL_IS(task, removexattrat))
		return call_argument(task, 3);
	return call_argument(task, 1);
}

#define MOST_ENTRIES 1024

/* How a run of entries ends, beside where. */
#define ENTRY_ZEROED (1ull << 32)
#define ENTRIES_END (1ull << 33)

/* Goes on from `at` in a list of entries for a program. */
__noinline u64 entries_run(u64 list, u32 at, u32 length, u32 word)
{
	for (int i = 0; i < RUN; i++) {
		u64 inode = 0;
		u16 size = 0;

		if (at >= length)
			return ENTRIES_END;
		/* No entry is shorter; of a number of four bytes the rest is another. */
		bpf_probe_read_user(&inode, 8, (void *)(list + at));
		if (word == 4)
			inode = (u32)inode;
		/* Without a size it could not be read. */
		bpf_probe_read_user(&size, 2, (void *)(list + at + 2 * word));
		if (!size)
			return ENTRIES_END;
		if (!inode)
			return ENTRY_ZEROED | at;
		at += size;
	}
	return at;
}

/* Where the first is whose inode number is 0; -1 for none. */
__noinline int zeroed_entry(u64 list, u32 length, u32 word)
{
	u64 end = 0;

	for (int i = 0; i < MOST_ENTRIES / RUN; i++) {
		end = entries_run(list, end, length, word);
		if (end >= ENTRY_ZEROED)
			break;
	}
	return end & ENTRY_ZEROED ? (s32)end : -1;
}

/* The name of that entry in what the call has written; 0 where there is none. */
static __always_inline const char *zeroed_name(struct task_struct *task, s64 ret)
{
	bool wide = CALL_IS(task, getdents64);
	u32 word = wide || abi_of(task, 0) != ABI_I386 ? 8 : 4;
	u64 list = call_argument(task, 1);
	s32 at = zeroed_entry(list, ret, word);

	if (at < 0)
		return NULL;
	/* Behind number, place and size, which getdents64(2) lets the kind follow. */
	return (const char *)(list + at + 2 * word + 2 + wide);
}
