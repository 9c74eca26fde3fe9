/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of execution events name. */
#pragma once

/* What is kept of an exec until it is told: the kernel has let go of it by then. */
struct kept_exec {
	char comm[16];
	u64 binary, interpreter;	/* struct file */
	u32 renamed, pad;
};

#ifdef TH_LEGACY
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, u32);
	__type(value, struct kept_exec);
} kept_execs SEC(".maps");

static __always_inline struct kept_exec *kept_of(struct task_struct *task, bool create)
{
	static const struct kept_exec zero;
	u32 tid = BPF_CORE_READ(task, pid);
	struct kept_exec *found = bpf_map_lookup_elem(&kept_execs, &tid);

	if (found || !create)
		return found;
	bpf_map_update_elem(&kept_execs, &tid, &zero, BPF_ANY);
	return bpf_map_lookup_elem(&kept_execs, &tid);
}

static __always_inline void kept_drop(struct task_struct *task)
{
	u32 tid = BPF_CORE_READ(task, pid);

	bpf_map_delete_elem(&kept_execs, &tid);
}
#else
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct kept_exec);
} kept_execs SEC(".maps");

#define kept_of(task, create)                                                  \
	((struct kept_exec *)bpf_task_storage_get(&kept_execs, task, NULL,          \
		(create) ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0))

static __always_inline void kept_drop(struct task_struct *task) {}
#endif

/* An exec renames its thread before it is told: keeps the name that the thread has. */
static __always_inline void keep_name(struct task_struct *task)
{
	struct kept_exec *kept;

	if (!is_chosen(LIFE_EXEC))
		return;
	kept = kept_of(task, true);
	if (!kept)
		return;
	bpf_probe_read_kernel(kept->comm, sizeof(kept->comm), (void *)task_comm(task));
	kept->renamed = 1;
}

/* The name that the thread had before its last exec, NULL if that was not seen. */
static __always_inline u64 name_before(struct task_struct *task)
{
	struct kept_exec *kept = kept_of(task, false);

	return kept && kept->renamed ? (u64)kept->comm : 0;
}

static __always_inline u64 bprm_interp(struct linux_binprm *bprm)
{
	return (u64)BPF_CORE_READ(bprm, interp);
}

#define S_IFMT 0170000

static __always_inline u64 file_mode_if(struct file *file)
{
	return file ? inode_mode(inode_of(file)) : ABSENT;
}

static __always_inline u64 file_type_if(struct file *file)
{
	return file ? inode_mode(inode_of(file)) & S_IFMT : ABSENT;
}

/* The same of a loader, of which it may be unknown whether there is one. */
#define loader_fact(file, fact) ((file) == NOT_HAD ? UNREAD : fact(file))

/*
 * Every exec of a task and its ancestors is counted. User mode begins with an exec from the kernel;
 * what user mode executes has counted that one before.
 */
static __always_inline bool executed_by_kernel(struct task_struct *task)
{
	return BPF_CORE_READ(task, self_exec_id) == 1;
}

static __always_inline struct path *pwd_of(struct task_struct *task)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	return fs ? (void *)fs + bpf_core_field_offset(struct fs_struct, pwd) : NULL;
}

#define LAST_ERROR (-4095)
enum { SOURCE_MEMFD = 1, SOURCE_DELETED = 2, SOURCE_UPPER = 4 };

/* A mount that no namespace has, but the kernel for itself, with a name that memfd_create(2) gives. */
static __always_inline bool is_memfd(struct file *file)
{
	u64 mnt = (u64)BPF_CORE_READ(file, f_path.mnt);
	u64 ns = (u64)LOAD(mount, mnt - bpf_core_field_offset(struct mount, mnt), mnt_ns);
	char name[8] = {};

	if (ns < (u64)LAST_ERROR)
		return false;
	bpf_probe_read_kernel_str(name, sizeof(name),
				  BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return !__builtin_memcmp(name, "memfd:", 6);
}

/* What is unusual about where a program comes from. */
static __always_inline u32 exec_source(struct file *file)
{
	u32 source = 0;

	if (is_memfd(file))
		source |= SOURCE_MEMFD;
	else if (!BPF_CORE_READ(file, f_path.dentry, d_hash.pprev))
		source |= SOURCE_DELETED;
	if (is_of_upper_layer(inode_of(file)))
		source |= SOURCE_UPPER;
	return source;
}

/*
 * Whether this is the thread with which its process ends. Kernels of late say so; of before, two that
 * end at once can both seem to be it.
 */
typedef void (*btf_trace_sched_process_exit___told)(void *, struct task_struct *, bool);

#define ends_group(task, ctx)                                                   \
	(bpf_core_type_matches(btf_trace_sched_process_exit___told) ?           \
	 (bool)word_of(ctx, 1) : group_dead(task))

static __always_inline bool in_execveat(struct task_struct *task)
{
	return in_call(task, NR_X86_64_execveat, NR_I386_execveat);
}

static __always_inline bool in_exec(struct task_struct *task)
{
	return in_call(task, NR_X86_64_execve, NR_I386_execve) || in_execveat(task);
}

/* Keeps the files that an exec comes to, until its call ends. */
static __always_inline void keep_files(struct task_struct *task, u64 given)
{
	struct linux_binprm *bprm = (void *)given;
	u64 file = (u64)BPF_CORE_READ(bprm, file);
	struct kept_exec *kept;

	/* What the kernel itself executes has no call at whose end it could be told. */
	if (!in_exec(task))
		return;
	kept = kept_of(task, true);
	if (!kept)
		return;
	/* The first file has the name that was given; those that it names come after. */
	if (BPF_CORE_READ(bprm, interp) == BPF_CORE_READ(bprm, filename)) {
		kept->binary = file;
		kept->interpreter = 0;
	} else {
		kept->interpreter = file;
	}
}

/*
 * The kernel puts files off that it is done with until the thread returns to user mode, so they are
 * still there when the call ends.
 */
static __always_inline u64 kept_binary(struct task_struct *task)
{
	struct kept_exec *kept = kept_of(task, false);
	u64 file = kept ? kept->binary : 0;

	if (kept)
		kept->binary = 0;
	return file;
}

static __always_inline u64 kept_interpreter(struct task_struct *task)
{
	struct kept_exec *kept = kept_of(task, false);
	u64 file = kept ? kept->interpreter : 0;

	if (kept)
		kept->interpreter = 0;
	return file;
}

/*
 * Whether an exec that failed had given up the old program, so that what the call was given is gone.
 * The stack of a new program has no end before all of it is in place.
 */
static __always_inline bool program_is_lost(struct task_struct *task)
{
	return !BPF_CORE_READ(task, mm, arg_end);
}

static __always_inline u64 exec_dirfd(struct task_struct *task)
{
	if (program_is_lost(task))
		return UNREAD;
	return in_execveat(task) ? (s64)(s32)call_argument(task, 0) : AT_FDCWD;
}

static __always_inline u64 exec_flags(struct task_struct *task)
{
	if (program_is_lost(task))
		return UNREAD;
	return in_execveat(task) ? (u32)call_argument(task, 4) : 0;
}

/* The path that an exec was given, in user memory. */
static __always_inline u64 exec_path(struct task_struct *task)
{
	return program_is_lost(task) ? 0 : call_path(task);
}

/* Its arguments, or with 1 its environment, in the caller's memory; nothing outside of a call. */
static __always_inline struct where exec_strings(struct task_struct *task, const u32 which)
{
	struct where where = { 0, abi_of(task, 0) == ABI_I386 ? 4 : 8, LISTED };

	if (!in_exec(task))
		return where;
	if (in_execveat(task))
		where.at = call_argument(task, 2 + which);
	else
		where.at = call_argument(task, 1 + which);
	return where;
}

/* The same at the end of a call that failed. */
static __always_inline struct where failed_strings(struct task_struct *task, const u32 which)
{
	struct where where = exec_strings(task, which);

	if (program_is_lost(task))
		where.at = 1;
	return where;
}
