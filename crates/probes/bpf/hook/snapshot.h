/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of snapshots name. */
#pragma once

#define PF_KTHREAD 0x00200000

/* Under names of their own: other families read other members of the same types. */
enum bpf_prog_type___there { A_PROGRAM_TYPE };
enum bpf_map_type___there { A_MAP_TYPE };
enum bpf_link_type___there { A_LINK_TYPE };

struct bpf_prog;
struct bpf_map;
struct bpf_link;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct mm_struct___there {
	struct file *exe_file;
};
struct signal_struct___there {
	int nr_threads;
};
struct user_struct___there {
	kuid_t uid;
};
struct bpf_prog_aux___there {
	u32 id;
	u64 load_time;
	struct user_struct___there *user;
	const char *attach_func_name;
	char name[16];
};
struct bpf_prog___there {
	enum bpf_prog_type___there type;
	u8 tag[8];
	struct bpf_prog_aux___there *aux;
};
struct bpf_map___there {
	enum bpf_map_type___there map_type;
	u32 id, key_size, value_size, max_entries;
	char name[16];
};
struct bpf_link___there {
	u32 id;
	enum bpf_link_type___there type;
	struct bpf_prog *prog;
};
struct cgroup_namespace___there {
	struct ns_common ns;
};
struct ipc_namespace___there {
	struct ns_common ns;
};
struct net___there {
	struct ns_common ns;
};
struct time_namespace___there {
	struct ns_common ns;
};
struct uts_namespace___there {
	struct ns_common ns;
};
struct nsproxy___there {
	struct cgroup_namespace___there *cgroup_ns;
	struct ipc_namespace___there *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct net___there *net_ns;
	struct pid_namespace *pid_ns_for_children;
	struct time_namespace___there *time_ns, *time_ns_for_children;
	struct uts_namespace___there *uts_ns;
};
struct task_struct___there {
	unsigned int flags;
	struct nsproxy___there *nsproxy;
};
#pragma clang attribute pop

#define PROG(prog, ...) BPF_CORE_READ((struct bpf_prog___there *)(prog), __VA_ARGS__)
#define MAP(map, member) BPF_CORE_READ((struct bpf_map___there *)(map), member)
#define LINK(link, member) BPF_CORE_READ((struct bpf_link___there *)(link), member)
/* The inode number of one of a task's namespaces. */
#define NAMESPACE_OF(task, member) \
	BPF_CORE_READ((struct task_struct___there *)(task), nsproxy, member, ns.inum)

static __always_inline struct file *task_exe(struct task_struct *task)
{
	struct mm_struct___there *mm = (void *)BPF_CORE_READ(task, mm);

	return mm ? BPF_CORE_READ(mm, exe_file) : NULL;
}

static __always_inline u64 program_dev(struct task_struct *task)
{
	struct file *exe = task_exe(task);

	return exe ? inode_dev(inode_of(exe)) : ABSENT;
}

static __always_inline u64 program_inode(struct task_struct *task)
{
	struct file *exe = task_exe(task);

	return exe ? inode_number(inode_of(exe)) : ABSENT;
}

static __always_inline u64 program_ctime(struct task_struct *task)
{
	struct file *exe = task_exe(task);

	return exe ? inode_ctime(inode_of(exe)) : ABSENT;
}

static __always_inline u64 program_mode(struct task_struct *task)
{
	struct file *exe = task_exe(task);

	return exe ? inode_mode(inode_of(exe)) : ABSENT;
}

static __always_inline bool task_is_kernels(struct task_struct *task)
{
	struct task_struct___there *flags = (void *)task;

	return BPF_CORE_READ(flags, flags) & PF_KTHREAD;
}

static __always_inline u32 task_threads(struct task_struct *task)
{
	struct signal_struct___there *signal = (void *)BPF_CORE_READ(task, signal);

	return BPF_CORE_READ(signal, nr_threads);
}

/* The socket that a file is, NULL if it is something else. */
static __always_inline struct socket *socket_of(struct file *file)
{
	if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return NULL;
	return BPF_CORE_READ(file, private_data);
}

static __always_inline u32 socket_state(struct socket *socket)
{
	return BPF_CORE_READ(socket, sk, __sk_common.skc_state);
}

static __always_inline u64 prog_name(struct bpf_prog *prog)
{
	return (u64)PROG(prog, aux) + bpf_core_field_offset(struct bpf_prog_aux___there, name);
}

static __always_inline struct where prog_tag(struct bpf_prog *prog)
{
	return bytes_at((void *)((u64)prog + bpf_core_field_offset(struct bpf_prog___there, tag)), 8);
}

/* Programs that the kernel itself loads have no user. */
static __always_inline u64 prog_uid(struct bpf_prog *prog)
{
	struct user_struct___there *user = prog ? PROG(prog, aux, user) : NULL;

	return user ? BPF_CORE_READ(user, uid.val) : ABSENT;
}

static __always_inline u64 map_name(struct bpf_map *map)
{
	return (u64)map + bpf_core_field_offset(struct bpf_map___there, name);
}

static __always_inline u64 link_prog_id(struct bpf_link *link)
{
	struct bpf_prog *prog = LINK(link, prog);

	return prog ? PROG(prog, aux, id) : ABSENT;
}

static __always_inline u64 link_prog_name(struct bpf_link *link)
{
	struct bpf_prog *prog = LINK(link, prog);

	return prog ? prog_name(prog) : 0;
}

/* The namespace that a task has its id in; that of its children can be another. */
static __always_inline u32 pid_namespace_of(struct task_struct *task)
{
	u32 inum = 0;

	own_ns_id(task, 0, &inum);
	return inum;
}

/* Kernels before 5.6 have none. */
static __always_inline u64 time_namespace_of(struct task_struct *task, const bool children)
{
	if (!bpf_core_field_exists(struct nsproxy___there, time_ns))
		return ABSENT;
	return children ? NAMESPACE_OF(task, time_ns_for_children) : NAMESPACE_OF(task, time_ns);
}
