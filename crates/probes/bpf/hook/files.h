/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of file events name. */
#pragma once

/* The path that the open or exec call under way was given, in user memory; NULL in other calls. */
static __always_inline u64 call_path(struct task_struct *task)
{
	if (in_call(task, NR_X86_64_open, NR_I386_open) ||
	    in_call(task, NR_X86_64_creat, NR_I386_creat) ||
	    in_call(task, NR_X86_64_execve, NR_I386_execve))
		return call_argument(task, 0);
	if (in_call(task, NR_X86_64_openat, NR_I386_openat) ||
	    in_call(task, NR_X86_64_openat2, NR_I386_openat2) ||
	    in_call(task, NR_X86_64_execveat, NR_I386_execveat))
		return call_argument(task, 1);
	return 0;
}

/*
 * Where what a finished transfer moved began: the kernel has moved the position by what it did, but
 * for devices that have no places.
 */
static __always_inline s64 place_before(const void *pos, s64 ret)
{
	s64 place = 0;

	if (!pos || bpf_probe_read_kernel(&place, sizeof(place), pos))
		return 0;
	return ret > 0 && place >= ret ? place - ret : place;
}

#define O_TRUNC 01000
#define O_APPEND 02000
#define __O_TMPFILE 020000000
#define FMODE_PREAD 0x8
#define FMODE_PWRITE 0x10
#define FMODE_CREATED 0x100000
#define FMODE_STREAM 0x200000
#define RWF_APPEND 0x10
#define S_IFMT 0170000
#define S_IFREG 0100000

static __always_inline bool inode_is_regular(struct inode *inode)
{
	return (inode_mode(inode) & S_IFMT) == S_IFREG;
}

static __always_inline bool file_is_regular(struct file *file)
{
	return file && inode_is_regular(inode_of(file));
}

/* The file behind the first argument of the call under way. */
static __always_inline struct file *file_of_call(struct task_struct *task)
{
	return file_behind(task, (s32)call_argument(task, 0));
}

enum place_of { PLACE_OF_FILE, PLACE_OF_CALL, PLACE_OF_EITHER };

/* Whether the call under way says where in the file, which with -1 some let the file say. */
static __always_inline enum place_of who_says_place(struct task_struct *task)
{
	s32 number = call_number(task);

	if (abi_of(task, 0) == ABI_I386) {
		switch (number) {
		case NR_I386_pread64:
		case NR_I386_pwrite64:
		case NR_I386_preadv:
		case NR_I386_pwritev:
			return PLACE_OF_CALL;
		case NR_I386_preadv2:
		case NR_I386_pwritev2:
			return PLACE_OF_EITHER;
		}
		return PLACE_OF_FILE;
	}
	switch (number) {
	case NR_X86_64_pread64:
	case NR_X86_64_pwrite64:
	case NR_X86_64_preadv:
	case NR_X86_64_pwritev:
		return PLACE_OF_CALL;
	case NR_X86_64_preadv2:
	case NR_X86_64_pwritev2:
		return PLACE_OF_EITHER;
	}
	return PLACE_OF_FILE;
}

/* The place that the call under way was given: one register, or two halves. */
static __always_inline s64 place_given(struct task_struct *task)
{
	u64 low = call_argument(task, 3);

	return abi_of(task, 0) == ABI_I386 ? low | call_argument(task, 4) << 32 : low;
}

/* Whether the call got as far as the file: it must be open, and have places where one was given. */
static __always_inline bool call_reaches(struct task_struct *task, struct file *file, u32 needs)
{
	enum place_of who = who_says_place(task);
	s64 place = place_given(task);

	if (!file_is_open(file))
		return false;
	if (who == PLACE_OF_FILE || (who == PLACE_OF_EITHER && place == -1))
		return true;
	return place >= 0 && BPF_CORE_READ(file, f_mode) & needs;
}

/* Whether what is written goes behind what is there, wherever the call said. */
static __always_inline bool call_appends(struct task_struct *task, struct file *file)
{
	return BPF_CORE_READ(file, f_flags) & O_APPEND ||
	       (in_call(task, NR_X86_64_pwritev2, NR_I386_pwritev2) &&
		call_argument(task, 5) & RWF_APPEND);
}

/* Where what the call moved began, at its end. What has no places begins at 0, as in vfs_read(). */
static __always_inline s64 place_of_call(struct task_struct *task, struct file *file, s64 ret,
					 bool writes)
{
	enum place_of who = who_says_place(task);
	s64 given = place_given(task), place;

	if (who != PLACE_OF_FILE && !(who == PLACE_OF_EITHER && given == -1)) {
		if (ret > 0 && writes && call_appends(task, file))
			return BPF_CORE_READ(file, f_inode, i_size) - ret;
		return given;
	}
	if (BPF_CORE_READ(file, f_mode) & FMODE_STREAM)
		return 0;
	place = BPF_CORE_READ(file, f_pos);
	return ret > 0 && place >= ret ? place - ret : place;
}

#define HEADER 32

/* The first bytes that were written. */
static __always_inline struct where header_of(const void *buf, u32 how, s64 ret)
{
	struct where where = { (u64)buf, ret < HEADER ? ret : HEADER, how };

	return where;
}

static __always_inline u32 how_called(struct task_struct *task)
{
	return in_call(task, NR_X86_64_write, NR_I386_write) ||
	       in_call(task, NR_X86_64_pwrite64, NR_I386_pwrite64) ? IN_USER : IN_VECTOR;
}

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct kiocb {
	struct file *ki_filp;
};
struct mnt_idmap {
	int unused;
};
struct vfsmount___owned {
	struct user_namespace *mnt_userns;
};
struct file_lock_core {
	unsigned int flc_flags;
	unsigned char flc_type;
	int flc_pid;
	struct file *flc_file;
};
struct file_lock {
	struct file_lock_core c;
	s64 fl_start, fl_end;
};
struct file_lock___plain {
	unsigned int fl_flags;
	unsigned char fl_type;
	unsigned int fl_pid;
	struct file *fl_file;
	s64 fl_start, fl_end;
};
struct file_lease {
	struct file_lock_core c;
};
#pragma clang attribute pop

/* The file that a request to read or write is about. */
static __always_inline struct file *file_of_request(u64 request)
{
	return BPF_CORE_READ((struct kiocb *)request, ki_filp);
}

/* From 5.12 on do_truncate() is told first by which mount's owners it goes. */
static __always_inline bool has_owners(void)
{
	return bpf_core_type_exists(struct mnt_idmap) ||
	       bpf_core_field_exists(struct vfsmount___owned, mnt_userns);
}

static __always_inline struct place truncated_place(const void *first, const void *second,
						    const void *fourth, const void *fifth)
{
	struct place place = { (void *)fourth, (void *)first };

	if (has_owners()) {
		place.file = (void *)fifth;
		place.dentry = (void *)second;
	}
	return place;
}

static __always_inline struct inode *truncated_inode(const void *first, const void *second)
{
	return inode_of_dentry(has_owners() ? second : first);
}

static __always_inline u64 truncated_length(const void *second, const void *third)
{
	return (u64)(has_owners() ? third : second);
}

static __always_inline struct place place_of_file(struct file *file)
{
	struct place place = { file, NULL };

	return place;
}

static __always_inline bool is_truncate(struct task_struct *task)
{
	return in_call(task, NR_X86_64_ftruncate, NR_I386_ftruncate) ||
	       in_call(task, -1, NR_I386_ftruncate64);
}

/* The flags that the call to open under way was given. */
static __always_inline u64 flags_to_open(struct task_struct *task)
{
	u64 flags = 0;

	if (in_call(task, NR_X86_64_creat, NR_I386_creat))
		return O_TRUNC;
	if (in_call(task, NR_X86_64_open, NR_I386_open))
		return call_argument(task, 1);
	if (in_call(task, NR_X86_64_openat, NR_I386_openat))
		return call_argument(task, 2);
	bpf_probe_read_user(&flags, sizeof(flags), (void *)call_argument(task, 2));
	return flags;
}

/* The file that the call at its end has truncated, NULL for none. */
static __always_inline struct file *truncated_file(struct task_struct *task, s64 ret)
{
	struct file *file;

	if (ret < 0)
		return NULL;
	if (is_truncate(task))
		return file_of_call(task);
	if (!(flags_to_open(task) & O_TRUNC))
		return NULL;
	file = file_behind(task, ret);
	/* What was made by the call was empty before. */
	if (!file_is_open(file) || !file_is_regular(file) ||
	    BPF_CORE_READ(file, f_mode) & FMODE_CREATED ||
	    BPF_CORE_READ(file, f_flags) & __O_TMPFILE)
		return NULL;
	return file;
}

static __always_inline u64 truncated_to(struct task_struct *task)
{
	if (!is_truncate(task))
		return 0;
	if (in_call(task, -1, NR_I386_ftruncate64))
		return call_argument(task, 1) | call_argument(task, 2) << 32;
	return call_argument(task, 1);
}

/* Locks and leases begin alike; up to 6.8 they are one. */
static __always_inline struct file *lock_file(const void *of)
{
	const struct file_lock_core *lock = of;
	const struct file_lock___plain *plain = of;

	if (bpf_core_type_exists(struct file_lock_core))
		return BPF_CORE_READ(lock, flc_file);
	return BPF_CORE_READ(plain, fl_file);
}

static __always_inline u32 lock_flags(const void *of)
{
	const struct file_lock_core *lock = of;
	const struct file_lock___plain *plain = of;

	if (bpf_core_type_exists(struct file_lock_core))
		return BPF_CORE_READ(lock, flc_flags);
	return BPF_CORE_READ(plain, fl_flags);
}

static __always_inline u8 lock_type(const void *of)
{
	const struct file_lock_core *lock = of;
	const struct file_lock___plain *plain = of;

	if (bpf_core_type_exists(struct file_lock_core))
		return BPF_CORE_READ(lock, flc_type);
	return BPF_CORE_READ(plain, fl_type);
}

static __always_inline s32 lock_pid(const void *of)
{
	const struct file_lock_core *lock = of;
	const struct file_lock___plain *plain = of;

	if (bpf_core_type_exists(struct file_lock_core))
		return BPF_CORE_READ(lock, flc_pid);
	return BPF_CORE_READ(plain, fl_pid);
}

#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#define MNT_READONLY 0x40

/* A file with its path and its inode's own account of itself. */
static __always_inline bool is_whole_file(const void *of)
{
	const struct file *file = of;
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	return inode && inode == BPF_CORE_READ(file, f_path.dentry, d_inode) &&
	       BPF_CORE_READ(inode, i_sb) == BPF_CORE_READ(file, f_path.dentry, d_sb);
}

/* Whether it is a layer's file that bears the overlay's path, as up to 6.7: only its inode is its own. */
static __always_inline bool bears_path_of(struct file *file, const void *of)
{
	const struct file *real = of;
	struct inode *inode = BPF_CORE_READ(real, f_inode);

	return inode && inode != BPF_CORE_READ(file, f_inode) &&
	       BPF_CORE_READ(real, f_path.dentry) == BPF_CORE_READ(file, f_path.dentry);
}

/*
 * The file of a layer that stands behind one of overlayfs: its private data up to 6.12, the first
 * member of that since. overlayfs may be a module whose types are not known.
 */
static __always_inline struct file *layer_file(struct file *file)
{
	void *data = BPF_CORE_READ(file, private_data);
	void *first = NULL;

	if (!data || !file_is_regular(file) ||
	    BPF_CORE_READ(file, f_inode, i_sb, s_magic) != OVERLAYFS_SUPER_MAGIC)
		return NULL;
	if (is_whole_file(data) || bears_path_of(file, data))
		return data;
	bpf_probe_read_kernel(&first, sizeof(first), data);
	return first && is_whole_file(first) ? first : NULL;
}

static __always_inline struct dentry *file_dentry(struct file *file)
{
	return BPF_CORE_READ(file, f_path.dentry);
}

/* The name of a layer's file there; one that bears the overlay's path has it by its inode. */
static __always_inline struct dentry *layer_dentry(struct file *real)
{
	struct dentry *dentry = file_dentry(real);
	struct inode *inode = BPF_CORE_READ(real, f_inode);
	u64 alias;

	if (BPF_CORE_READ(dentry, d_inode) == inode || !bpf_core_field_exists(dentry->d_u.d_alias))
		return dentry;
	alias = (u64)BPF_CORE_READ(inode, i_dentry.first);
	return alias ? (void *)(alias - bpf_core_field_offset(dentry->d_u.d_alias)) : NULL;
}

/*
 * Overlay file systems keep the file of the upper layer in a structure around the inode, right behind
 * it on all kernels; its type is a module's, which is not to be had.
 */
static __always_inline bool is_of_upper_layer(struct inode *inode)
{
	u64 upper = 0;

	if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAYFS_SUPER_MAGIC)
		return false;
	bpf_probe_read_kernel(&upper, sizeof(upper),
			      (void *)((u64)inode + bpf_core_type_size(struct inode)));
	return upper;
}

/*
 * overlayfs mounts lower layers read-only for itself, and refuses an upper layer that is. A file that bears
 * the overlay's path has no such mount.
 */
static __always_inline u32 layer_of(struct file *file, struct file *real)
{
	if (bears_path_of(file, real))
		return is_of_upper_layer(BPF_CORE_READ(file, f_inode));
	return BPF_CORE_READ(real, f_path.mnt, mnt_flags) & MNT_READONLY ? 0 : 1;
}
