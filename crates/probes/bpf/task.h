/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The current task: its state of ours, and its identity for the record's header. */
#pragma once

/*
 * TASK_READ(task, member...) follows pointers. With typed pointers (5.11 on) they
 * are plain loads; four namespace numbers cost nothing so and 250 ns as helper calls.
 */
#ifdef TH_LEGACY
#define TASK_READ(task, ...) BPF_CORE_READ(task, __VA_ARGS__)
#define current_task() ((struct task_struct *)bpf_get_current_task())
#else
#define TASK_READ(task, ...) ___arrow(task, __VA_ARGS__)
#define current_task() bpf_get_current_task_btf()
#endif

/* Typed pointers to registers can be loaded from directly; other rungs need a helper per value. */
#ifdef TH_LEGACY
#define REGS(regs, direct, member) BPF_CORE_READ(regs, member)
#else
#define REGS(regs, direct, member) ((direct) ? (regs)->member : BPF_CORE_READ(regs, member))
#endif

/* One sigprocmask call under way. */
struct mask_call {
	u64 set_ptr;
	u64 oldset_ptr;
	u64 sigsetsize;
	u64 before;
	u64 set;
	u64 set_user;
	u64 switches;
	s32 how;
	s32 nr;
	u8 active;	/* entry was seen */
	u8 abi;
	u8 set_read;	/* set_user is valid */
	u8 inner;	/* set holds the kernel's copy */
	u32 pad;
};

/* What the end of a system call must know of its beginning. */
struct open_call {
	u32 failed;	/* steps that could not be read, a bit each */
	s16 nr;
	u8 abi;
	u8 kept;	/* the call's end does not show its number: it is the one here */
};

struct task_state {
	struct mask_call mask;
	struct open_call call;
	u64 uts_told;	/* which name of its machine was told of it (hook/uts.h) */
	/* User space writes the end of this (src/scope.rs). */
	u32 in_scope;	/* 0, 1 or SCOPE_HELD */
	u32 pad;
};

/* In scope, and waiting in a read of the tracer's making, whose end is not the command's. */
enum { SCOPE_HELD = 2, NR_HELD_READ = 0 };

#ifdef TH_LEGACY
/*
 * 5.10 has no task storage in tracing programs: a table by thread id, emptied at exit. It is
 * allocated beforehand (10 MB): otherwise 5.10 loads the programs but warns in its log, which
 * ends a machine with panic_on_warn (check_map_prog_compatibility, kernel/bpf/verifier.c).
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, u32);
	__type(value, struct task_state);
} tasks SEC(".maps");

static __always_inline struct task_state *task_state_of(struct task_struct *task, bool create)
{
	static const struct task_state zero;
	u32 tid = BPF_CORE_READ(task, pid);
	struct task_state *state = bpf_map_lookup_elem(&tasks, &tid);

	if (state || !create)
		return state;
	bpf_map_update_elem(&tasks, &tid, &zero, BPF_ANY);
	return bpf_map_lookup_elem(&tasks, &tid);
}

static __always_inline void task_state_drop(struct task_struct *task)
{
	u32 tid = BPF_CORE_READ(task, pid);

	bpf_map_delete_elem(&tasks, &tid);
}

/*
 * A thread that executes a program gets the id of its process's first thread, whose exit has emptied
 * that place: what was kept under the old id is the thread's own.
 */
static __always_inline void task_state_move(struct task_struct *task, u32 old)
{
	u32 tid = BPF_CORE_READ(task, pid);
	struct task_state *state = bpf_map_lookup_elem(&tasks, &old);

	if (!state || old == tid)
		return;
	bpf_map_update_elem(&tasks, &tid, state, BPF_ANY);
	bpf_map_delete_elem(&tasks, &old);
}
#else
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
} tasks SEC(".maps");

#define task_state_of(task, create) \
	((struct task_state *)bpf_task_storage_get(&tasks, task, NULL, \
		(create) ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0))

/* The kernel frees task storage with the task. */
static __always_inline void task_state_drop(struct task_struct *task) {}
static __always_inline void task_state_move(struct task_struct *task, u32 old) {}
#endif

/*
 * The same task as a pointer that may only be read through. At each pointer that is
 * followed from a trusted one, kernels from 6.3 on search all of their types by name, four
 * times: 28 ms of loading per program, 2 ms this way. The verifier turns the call into
 * a move, and kernels without it do not search.
 */
#ifdef TH_LEGACY
#define bare(task) (task)
#else
extern void *bpf_rdonly_cast(const void *object, u32 type) __ksym __weak;

/*
 * The structures that numbers are read as, for the kernel's own numbers of them: the tracer gives libbpf a
 * selection of the kernel's types, which are numbered anew, and this enumeration with it (src/types).
 */
enum th_type_id {
	th_id_cred = 1,
	th_id_dentry,
	th_id_fdtable,
	th_id_file,
	th_id_files_struct,
	th_id_fs_struct,
	th_id_inet_sock,
	th_id_inode,
	th_id_mount,
	th_id_netlink_sock,
	th_id_pid,
	th_id_sock,
	th_id_socket,
	th_id_socket_alloc,
	th_id_super_block,
	th_id_task_struct,
	th_id_unix_address,
	th_id_unix_sock,
	th_id_vfsmount,
	th_id_xa_node,
};

/* The kernel's number of a structure. */
#define KERNEL_TYPE(name) ((u32)bpf_core_enum_value(enum th_type_id, th_id_##name))

static __always_inline struct task_struct *bare(struct task_struct *task)
{
	if (bpf_ksym_exists(bpf_rdonly_cast))
		return bpf_rdonly_cast(task, KERNEL_TYPE(task_struct));
	return task;
}
#endif

/*
 * A member of a kernel structure, named without `struct`, whose address is a number: a plain load where
 * the kernel lets us name its type (6.2 on), a helper's call before.
 */
#ifdef TH_LEGACY
#define LOAD(name, at, member)                                                        \
	({                                                                            \
		/* By itself, lest the place it comes from be relocated too. */       \
		u64 __at = (u64)(at);                                                 \
									              \
		BPF_CORE_READ((struct name *)__at, member);                           \
	})
#else
#define LOAD(name, at, member)                                                        \
	({                                                                            \
		u64 __at = (u64)(at);                                                 \
		typeof(((struct name *)0)->member) __value;                           \
									              \
		if (bpf_ksym_exists(bpf_rdonly_cast))                                 \
			__value = ((struct name *)bpf_rdonly_cast((void *)__at,       \
				KERNEL_TYPE(name)))->member;                          \
		else                                                                  \
			__value = BPF_CORE_READ((struct name *)__at, member);         \
		__value;                                                              \
	})
#endif

/* The id of a task in its own pid namespace, and that namespace's inode number. */
static __always_inline u32 own_ns_id(struct task_struct *task, u32 host_id, u32 *inum)
{
	struct pid *pid = TASK_READ(task, thread_pid);
	u32 level = TASK_READ(pid, level);
	struct upid upid = {};

	if (!level) {
		/* The initial namespace: no need to read what is known. */
		if (inum)
			*inum = 0xEFFFFFFC; /* PROC_PID_INIT_INO, include/linux/proc_ns.h */
		return host_id;
	}
	/*
	 * The index is not a constant, so no direct load. The product is masked, since 6.1's
	 * verifier forgets the bounds of a 32-bit multiplication.
	 */
	bpf_probe_read_kernel(&upid, sizeof(upid),
		(char *)pid + bpf_core_field_offset(struct pid, numbers) +
		(((level & 63) * bpf_core_type_size(struct upid)) & 0xfff));
	if (inum)
		*inum = BPF_CORE_READ(upid.ns, ns.inum);
	return upid.nr;
}

static __always_inline u8 abi_of(struct task_struct *task, long nr)
{
	if (TASK_READ(task, thread_info.status) & TS_COMPAT)
		return ABI_I386;
	return nr & X32_BIT ? ABI_X32 : ABI_X86_64;
}

/* The registers with which a task entered the kernel from user mode. */
static __always_inline struct pt_regs *user_regs(struct task_struct *task)
{
#ifndef TH_LEGACY
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs))
		return (struct pt_regs *)bpf_task_pt_regs(task);
#endif
	return BPF_CORE_READ(task, stack) + THREAD_SIZE - bpf_core_type_size(struct pt_regs);
}

/*
 * Whether the current task is only whoever was interrupted when `target` was meant. The
 * kernel's preempt count would say it, but kernels without CONFIG_KALLSYMS_ALL hide it.
 * An interrupt of kernel mode has a stack of its own, and a tracepoint's arguments lie
 * on the stack it fired on; an interrupt of user mode stays on the task's stack, like an
 * exception, which however means the task itself. Neither leaves a call's number.
 */
static __always_inline bool in_interrupt(struct task_struct *task, void *ctx,
					 struct task_struct *target)
{
	u64 at = 0;

	/* Read back as a number: the verifier does not let a context pointer be compared. */
	bpf_probe_read_kernel(&at, sizeof(at), &ctx);
	if (at - (u64)BPF_CORE_READ(task, stack) >= THREAD_SIZE)
		return true;
	return (s64)BPF_CORE_READ(user_regs(task), orig_ax) == -1 &&
	       TASK_READ(task, tgid) != BPF_CORE_READ(target, tgid);
}

/* A thread's name, two words. */
static __always_inline void read_comm(u64 *comm, struct task_struct *task)
{
#ifdef TH_LEGACY
	bpf_probe_read_kernel(comm, sizeof(task->comm), task->comm);
#else
	/* Two typed loads instead of a 60 ns helper; the cast keeps the kernel's type. */
	comm[0] = *(u64 *)&task->comm[0];
	comm[1] = *(u64 *)&task->comm[8];
#endif
}

/* What is written before loading, so that the verifier drops what is not meant. */
struct fixed {
	/* Whose cgroup is told: 0 for version 2, else that of a controller, its index in css_set from 1. */
	u32 cgroup_controller;
	/* The bits that control.chosen can ever have. */
	u32 choosable;
	/* What is told beside events (beside.h). */
	u32 beside;
};

const volatile struct fixed fixed SEC(".rodata.fixed");

/* The id of a task's cgroup in the hierarchy that containers are in. */
static __always_inline u64 cgroup_of(struct task_struct *task)
{
	u64 at = fixed.cgroup_controller;
	struct cgroup_subsys_state *state = NULL;
	struct css_set *set;

	if (!at)
		return TASK_READ(task, cgroups, dfl_cgrp, kn, id);
	set = TASK_READ(task, cgroups);
	at = bpf_core_field_offset(struct css_set, subsys) + (at - 1) * sizeof(state);
#ifndef TH_LEGACY
	/* A constant to the verifier, so a load from the kernel's type. 6.1 takes it, and reads nothing. */
	if (bpf_ksym_exists(bpf_rdonly_cast)) {
		state = *(struct cgroup_subsys_state **)((void *)set + at);
		return TASK_READ(state, cgroup, kn, id);
	}
#endif
	bpf_probe_read_kernel(&state, sizeof(state), (void *)set + at);
	return BPF_CORE_READ(state, cgroup, kn, id);
}

static __always_inline void fill_header(struct th_record *rec, struct task_struct *trusted)
{
	struct task_struct *task = bare(trusted);
	struct task_struct *leader = TASK_READ(task, group_leader);
	/* real_parent is the thread that forked, which may end before its process does. */
	struct task_struct *parent = TASK_READ(task, real_parent, group_leader);
	u32 pid_ns = 0, parent_ns = 0;

	rec->time = bpf_ktime_get_boot_ns();
	rec->cpu = bpf_get_smp_processor_id();
	rec->host_tid = TASK_READ(task, pid);
	rec->host_pid = TASK_READ(task, tgid);
	rec->host_ppid = TASK_READ(parent, tgid);
	rec->tid = own_ns_id(task, rec->host_tid, &pid_ns);
	rec->pid = rec->tid;
	if (rec->host_tid != rec->host_pid)
		rec->pid = own_ns_id(leader, rec->host_pid, NULL);
	rec->ppid = own_ns_id(parent, rec->host_ppid, &parent_ns);
	if (parent_ns != pid_ns)
		rec->ppid = 0;
	rec->pid_ns = pid_ns;
	rec->start = TASK_READ(task, start_boottime);
	rec->leader_start = TASK_READ(leader, start_boottime);
	rec->parent_start = TASK_READ(parent, start_boottime);
	rec->cgroup = cgroup_of(task);
	rec->uid = TASK_READ(task, real_cred, uid.val);
	rec->gid = TASK_READ(task, real_cred, gid.val);
	rec->mnt_ns = TASK_READ(task, nsproxy, mnt_ns, ns.inum);
	read_comm((u64 *)rec->comm, task);
}
