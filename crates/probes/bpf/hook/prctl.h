/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of security_task_prctl name: what some of its options are about to replace. */
#pragma once

#define PR_SET_SECUREBITS 28
#define PR_SET_MM 35
#define PR_SET_MM_AUXV 12
#define PR_SET_MM_EXE_FILE 13
#define PR_SET_MM_MAP 14
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0

/* X(member of struct mm_struct, PR_SET_MM_ of its own, place in struct prctl_mm_map) */
#define MM_ADDRESSES(X)         \
	X(start_code, 1, 0)     \
	X(end_code, 2, 1)       \
	X(start_data, 3, 2)     \
	X(end_data, 4, 3)       \
	X(start_brk, 6, 4)      \
	X(brk, 7, 5)            \
	X(start_stack, 5, 6)    \
	X(arg_start, 8, 7)      \
	X(arg_end, 9, 8)        \
	X(env_start, 10, 9)     \
	X(env_end, 11, 10)

/* Behind the addresses of struct prctl_mm_map, which is the same for 32-bit programs. */
#define MAP_AUXV 88
#define MAP_AUXV_SIZE 96
#define MAP_EXE_FD 100

static __always_inline bool sets_mm(s32 option, u64 what, s32 wanted)
{
	/* The kernel looks at an int of it. */
	return option == PR_SET_MM && ((s32)what == wanted || (s32)what == PR_SET_MM_MAP);
}

/* An address before the call, whether the call's end comes too late for it, and the new one. */
#define MM_ADDRESS(member, wanted, place)                                                        \
	static __always_inline struct maybe old_##member(struct task_struct *task, s32 option,  \
							 u64 what)                               \
	{                                                                                        \
		if (!sets_mm(option, what, wanted))                                              \
			return lacking(IS_ABSENT);                                               \
		return there(BPF_CORE_READ(task, mm, member));                                   \
	}                                                                                        \
	static __always_inline struct maybe gone_##member(s32 option, u64 what)                  \
	{                                                                                        \
		return lacking(sets_mm(option, what, wanted) ? IS_UNREAD : IS_ABSENT);           \
	}                                                                                        \
	static __always_inline struct maybe new_##member(s32 option, u64 what, u64 from)         \
	{                                                                                        \
		u64 value = 0;                                                                   \
												 \
		if (!sets_mm(option, what, wanted))                                              \
			return lacking(IS_ABSENT);                                               \
		if ((s32)what == wanted)                                                         \
			return there(from);                                                      \
		if (bpf_probe_read_user(&value, sizeof(value), (void *)(from + (place) * 8)))    \
			return lacking(IS_UNREAD);                                               \
		return there(value);                                                             \
	}
MM_ADDRESSES(MM_ADDRESS)

/* How many bytes of an auxiliary vector the call sets; 0 for none. */
static __always_inline struct maybe auxv_set(s32 option, u64 what, u64 from, u64 length)
{
	u32 size = 0;

	if (!sets_mm(option, what, PR_SET_MM_AUXV))
		return there(0);
	if ((s32)what == PR_SET_MM_AUXV)
		return there((u32)length);
	if (bpf_probe_read_user(&size, sizeof(size), (void *)(from + MAP_AUXV_SIZE)))
		return lacking(IS_UNREAD);
	return there(size);
}

static __always_inline struct where old_auxv(struct task_struct *task, s32 option, u64 what,
					     u64 from, u64 length)
{
	struct maybe set = auxv_set(option, what, from, length);
	u64 mm = (u64)BPF_CORE_READ(task, mm);

	if (set.state == IS_THERE && !set.value)
		return bytes_at(NULL, 0);
	return bytes_at((void *)(mm + bpf_core_field_offset(struct mm_struct, saved_auxv)),
			bpf_core_field_size(struct mm_struct, saved_auxv));
}

static __always_inline struct maybe gone_auxv(s32 option, u64 what, u64 from, u64 length)
{
	struct maybe set = auxv_set(option, what, from, length);

	return lacking(set.state == IS_THERE && !set.value ? IS_ABSENT : IS_UNREAD);
}

static __always_inline struct where new_auxv(s32 option, u64 what, u64 from, u64 length)
{
	struct maybe set = auxv_set(option, what, from, length);
	u64 address = from;

	if (set.state == IS_THERE && !set.value)
		return user_bytes_at(NULL, 0);
	/* Of a map that cannot be read the vector cannot either: nothing is where the map would be. */
	if ((s32)what == PR_SET_MM_MAP &&
	    (set.state != IS_THERE ||
	     bpf_probe_read_user(&address, sizeof(address), (void *)(from + MAP_AUXV))))
		return user_bytes_at((void *)-1ull, 1);
	return user_bytes_at((void *)address, set.value);
}

/* The descriptor of the program's new file, -1 for none. */
static __always_inline struct maybe exe_descriptor(s32 option, u64 what, u64 from)
{
	s32 fd = -1;

	if (!sets_mm(option, what, PR_SET_MM_EXE_FILE))
		return there(-1);
	if ((s32)what == PR_SET_MM_EXE_FILE)
		return there((s64)(s32)from);
	if (bpf_probe_read_user(&fd, sizeof(fd), (void *)(from + MAP_EXE_FD)))
		return lacking(IS_UNREAD);
	return there((s64)fd);
}

/* The program's file before the call, and after it; that it is replaced. */
static __always_inline struct maybe old_exe(struct task_struct *task, s32 option, u64 what,
					    u64 from)
{
	struct maybe fd = exe_descriptor(option, what, from);

	if (fd.state == IS_THERE && (s64)fd.value == -1)
		return lacking(IS_ABSENT);
	return there((u64)BPF_CORE_READ(task, mm, exe_file));
}

static __always_inline struct maybe gone_exe(s32 option, u64 what, u64 from)
{
	struct maybe fd = exe_descriptor(option, what, from);

	return lacking(fd.state == IS_THERE && (s64)fd.value == -1 ? IS_ABSENT : IS_UNREAD);
}

static __always_inline struct maybe new_exe(struct task_struct *task, s32 option, u64 what,
					    u64 from)
{
	struct maybe fd = exe_descriptor(option, what, from);
	u64 file;

	if (fd.state != IS_THERE)
		return fd;
	file = (u64)file_behind(task, fd.value);
	return file ? there(file) : lacking(IS_ABSENT);
}

#define OF_EXE(name, source)                                                     \
	static __always_inline struct maybe exe_##name(struct maybe maybe)       \
	{                                                                        \
		struct file *file = (void *)maybe.value;                         \
										 \
		return maybe.state == IS_THERE ? there(source(inode_of(file))) : maybe; \
	}
OF_EXE(dev, inode_dev)
OF_EXE(inode, inode_number)
OF_EXE(ctime, inode_ctime)
OF_EXE(mode, inode_mode)

/* The name that anonymous memory gets, in user memory. */
static __always_inline u64 vma_name(s32 option, u64 what, u64 name)
{
	return option == PR_SET_VMA && what == PR_SET_VMA_ANON_NAME ? name : 0;
}

static __always_inline struct maybe old_securebits(struct task_struct *task, s32 option)
{
	if (option != PR_SET_SECUREBITS)
		return lacking(IS_ABSENT);
	return there(BPF_CORE_READ(task, real_cred, securebits));
}

static __always_inline struct maybe gone_securebits(s32 option)
{
	return lacking(option == PR_SET_SECUREBITS ? IS_UNREAD : IS_ABSENT);
}
