/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What field sources of hooks name, whatever the family: the call under way, files, inodes. */
#pragma once

#define EINPROGRESS 115
#define FMODE_PATH 0x4000

/* A call's number without the mark of x32; what is negative is no number, and kept. */
static __always_inline u32 bare_number(u64 number)
{
	return (s32)number < 0 ? (u32)number : (u32)number & ~X32_BIT;
}

/*
 * The registers with which the task is in a system call, NULL outside of one. Threads that the kernel
 * made for a process (io_uring, vhost) never were in user mode: they have no instruction there.
 */
static __always_inline struct pt_regs *call_regs(struct task_struct *task)
{
	struct pt_regs *regs = user_regs(task);

	if (!BPF_CORE_READ(task, mm) || !BPF_CORE_READ(regs, ip))
		return NULL;
	return (s64)BPF_CORE_READ(regs, orig_ax) < 0 ? NULL : regs;
}

/* The number of the system call that the task is in, -1 outside of one. */
static __always_inline s32 call_number(struct task_struct *task)
{
	struct pt_regs *regs = call_regs(task);

	return regs ? (s32)(BPF_CORE_READ(regs, orig_ax) & ~X32_BIT) : -1;
}

/* Tells in which call it happens; what an interrupt does happens in none. */
static __always_inline void tell_call(struct th_record *rec, struct task_struct *task)
{
	struct pt_regs *regs = rec->flags & TH_IN_INTERRUPT ? NULL : call_regs(task);

	if (!regs)
		return;
	rec->nr = bare_number(BPF_CORE_READ(regs, orig_ax));
	rec->abi = abi_of(task, BPF_CORE_READ(regs, orig_ax));
}

/* The number of a call at its end; a return from a signal handler has put other registers there. */
static __always_inline u64 ended_call(u32 number)
{
	return (s32)number < 0 ? UNREAD : number;
}

/* Whether the task is in a call, by its number for 64-bit and for 32-bit programs; -1 for none. */
static __always_inline bool in_call(struct task_struct *task, s32 native, s32 compat)
{
	s32 number = call_number(task);

	if (number < 0)
		return false;
	return number == (abi_of(task, 0) == ABI_I386 ? compat : native);
}

#define PF_EXITING 0x4
/* A thread that io_uring made: the bit is another up to 5.11. */
#define PF_IO_WORKER 0x10
#define PF_IO_WORKER_PLAIN 0x20000000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
/* From 5.12 to 5.16, and since. */
struct task_struct___own {
	void *pf_io_worker;
};
struct task_struct___worker {
	void *worker_private;
};
#pragma clang attribute pop

/*
 * Whether the task carries out requests of io_uring, as a thread of io_uring's or inside
 * io_uring_enter(2), which runs at once what need not wait.
 */
static __always_inline bool via_io_uring(struct task_struct *task)
{
	u32 flags = BPF_CORE_READ(task, flags), thread = PF_IO_WORKER_PLAIN;

	if (flags & PF_EXITING)
		return false;
	if (bpf_core_field_exists(struct task_struct___own, pf_io_worker) ||
	    bpf_core_field_exists(struct task_struct___worker, worker_private))
		thread = PF_IO_WORKER;
	return flags & thread || in_call(task, NR_X86_64_io_uring_enter, NR_I386_io_uring_enter);
}

/* Whether the task is in socketcall(2) with this meaning. */
static __always_inline bool in_socketcall(struct task_struct *task, u32 meaning)
{
	return in_call(task, -1, NR_I386_socketcall) &&
	       (u32)BPF_CORE_READ(user_regs(task), bx) == meaning;
}

/* An argument of the system call that the task is in; of socketcall(2) one of the call it means. */
static __always_inline u64 call_argument(struct task_struct *task, const u32 index)
{
	struct pt_regs *regs = user_regs(task);
	u32 word = 0;

	if (abi_of(task, 0) != ABI_I386) {
		switch (index) {
		case 0: return BPF_CORE_READ(regs, di);
		case 1: return BPF_CORE_READ(regs, si);
		case 2: return BPF_CORE_READ(regs, dx);
		case 3: return BPF_CORE_READ(regs, r10);
		case 4: return BPF_CORE_READ(regs, r8);
		default: return BPF_CORE_READ(regs, r9);
		}
	}
	if (BPF_CORE_READ(regs, orig_ax) == NR_I386_socketcall) {
		u64 array = (u32)BPF_CORE_READ(regs, cx);

		bpf_probe_read_user(&word, sizeof(word), (void *)(array + index * 4));
		return word;
	}
	switch (index) {
	case 0: return (u32)BPF_CORE_READ(regs, bx);
	case 1: return (u32)BPF_CORE_READ(regs, cx);
	case 2: return (u32)BPF_CORE_READ(regs, dx);
	case 3: return (u32)BPF_CORE_READ(regs, si);
	case 4: return (u32)BPF_CORE_READ(regs, di);
	default: return (u32)BPF_CORE_READ(regs, bp);
	}
}

/* The open file of one of the task's descriptors, NULL for none. */
static __always_inline struct file *file_behind(struct task_struct *task, s64 fd)
{
	struct file *file = NULL;
	struct files_struct *files = BPF_CORE_READ(task, files);
	struct fdtable *table;

	if (fd < 0 || !files)
		return NULL;
	table = BPF_CORE_READ(files, fdt);
	if ((u64)fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file),
			      (void *)((u64)BPF_CORE_READ(table, fd) + (u32)fd * 8ull));
	return file;
}

/* Not by O_PATH, which opens no more than the name. */
static __always_inline bool file_is_open(struct file *file)
{
	return file && !(BPF_CORE_READ(file, f_mode) & FMODE_PATH);
}

static __always_inline u64 file_flags(struct file *file)
{
	return BPF_CORE_READ(file, f_flags);
}

static __always_inline struct inode *inode_of_file(const void *of)
{
	const struct file *file = of;

	return BPF_CORE_READ(file, f_inode);
}

static __always_inline struct inode *inode_of_dentry(const void *of)
{
	const struct dentry *dentry = of;

	return BPF_CORE_READ(dentry, d_inode);
}

#define inode_of(of)                                 \
	_Generic((of),                               \
		struct file *: inode_of_file,        \
		struct dentry *: inode_of_dentry)(of)

static __always_inline u64 inode_number(struct inode *inode)
{
	return BPF_CORE_READ(inode, i_ino);
}

static __always_inline u32 inode_dev(struct inode *inode)
{
	return BPF_CORE_READ(inode, i_sb, s_dev);
}

static __always_inline u32 inode_mode(struct inode *inode)
{
	return BPF_CORE_READ(inode, i_mode);
}

/* The time is one member up to 6.5, another up to 6.10, two since. */
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};
struct inode___plain {
	struct timespec64 i_ctime;
};
struct inode___hidden {
	struct timespec64 __i_ctime;
};
struct inode___split {
	s64 i_ctime_sec;
	u32 i_ctime_nsec;
};
#pragma clang attribute pop

#define NSEC 1000000000ull
/* Since 6.13 the nanoseconds say in their highest bit that somebody has asked for the time. */
#define CTIME_QUERIED (1u << 31)

static __always_inline u64 inode_ctime(struct inode *inode)
{
	struct inode___split *split = (void *)inode;
	struct inode___hidden *hidden = (void *)inode;
	struct inode___plain *plain = (void *)inode;

	if (bpf_core_field_exists(struct inode___split, i_ctime_sec))
		return BPF_CORE_READ(split, i_ctime_sec) * NSEC +
		       (BPF_CORE_READ(split, i_ctime_nsec) & ~CTIME_QUERIED);
	if (bpf_core_field_exists(struct inode___hidden, __i_ctime))
		return BPF_CORE_READ(hidden, __i_ctime.tv_sec) * NSEC +
		       BPF_CORE_READ(hidden, __i_ctime.tv_nsec);
	return BPF_CORE_READ(plain, i_ctime.tv_sec) * NSEC + BPF_CORE_READ(plain, i_ctime.tv_nsec);
}

static __always_inline struct where bytes_at(const void *address, u32 length)
{
	struct where where = { (u64)address, length, IN_KERNEL };

	return where;
}

static __always_inline struct where user_bytes_at(const void *address, u32 length)
{
	struct where where = { (u64)address, length, IN_USER };

	return where;
}

/* The program's arguments on its stack. */
static __always_inline struct where arguments_of(struct task_struct *task)
{
	u64 start = BPF_CORE_READ(task, mm, arg_start);

	return user_bytes_at((void *)start, BPF_CORE_READ(task, mm, arg_end) - start);
}

/* Its environment. */
static __always_inline struct where environment_of(struct task_struct *task)
{
	u64 start = BPF_CORE_READ(task, mm, env_start);

	return user_bytes_at((void *)start, BPF_CORE_READ(task, mm, env_end) - start);
}
