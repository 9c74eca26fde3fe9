/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The kernel types and members that the probes touch, and no others. CO-RE
 * relocates every access, so order and size here mean nothing.
 */
#pragma once

typedef unsigned char __u8;
typedef signed short __s16;
typedef unsigned short __u16;
typedef signed int __s32;
typedef unsigned int __u32;
typedef signed long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __u64 u64;
typedef __s64 s64;
typedef __u32 u32;
typedef __s32 s32;
typedef __u16 u16;
typedef __s16 s16;
typedef __u8 u8;
typedef int pid_t;
typedef _Bool bool;
#define true 1
#define false 0
#define NULL ((void *)0)

enum {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

/* Asked for by name: helpers that came after 5.10, or that programs of 5.10 may not call. */
enum bpf_func_id {
	BPF_FUNC_get_task_stack = 141,
	BPF_FUNC_task_pt_regs = 175,
	BPF_FUNC_find_vma = 180,
};

#define BPF_ANY 0
#define BPF_F_NO_PREALLOC 1
#define BPF_RB_NO_WAKEUP 1
#define BPF_LOCAL_STORAGE_GET_F_CREATE 1

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Only the registers that carry system call numbers, arguments and results on x86. */
struct pt_regs {
	unsigned long bx, cx, dx, si, di, bp, ax, orig_ax, r10, r9, r8, sp, ip, cs;
};

struct thread_info {
	u32 status;
};

typedef struct {
	unsigned long sig[1];
} sigset_t;

struct ns_common {
	unsigned int inum;
};
/* An xarray by its older name; its nodes lead to what has the number. */
struct xarray {
	void *xa_head;
};
struct idr {
	struct xarray idr_rt;
};
struct xa_node {
	unsigned char shift;
	void *slots[64];
};
struct pid_namespace {
	struct ns_common ns;
	struct idr idr;
};
struct mnt_namespace {
	struct ns_common ns;
};
struct new_utsname {
	char nodename[65];
};
struct uts_namespace {
	struct new_utsname name;
	struct ns_common ns;
};
struct ipc_namespace {
	struct ns_common ns;
};
struct net {
	struct ns_common ns;
};
struct time_namespace {
	struct ns_common ns;
};
struct cgroup_namespace {
	struct ns_common ns;
};
struct upid {
	int nr;
	struct pid_namespace *ns;
};
struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **pprev;
};
struct hlist_head {
	struct hlist_node *first;
};
struct pid {
	unsigned int level;
	struct hlist_head tasks[1];
	struct upid numbers[1];
};
struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
	struct time_namespace *time_ns_for_children;
	struct cgroup_namespace *cgroup_ns;
};
typedef struct {
	u32 val;
} kuid_t;
typedef struct {
	u32 val;
} kgid_t;
struct user_namespace {
	struct ns_common ns;
};
/* Two words up to 6.2, one number since: the same bytes. */
typedef struct {
	u64 val;
} kernel_cap_t;
struct cred {
	kuid_t uid, suid, euid, fsuid;
	kgid_t gid, sgid, egid, fsgid;
	unsigned int securebits;
	kernel_cap_t cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
	struct user_namespace *user_ns;
};
struct kernfs_node {
	u64 id;
};
struct cgroup_root {
	int hierarchy_id;
};
struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};
struct cgroup_subsys_state {
	struct cgroup *cgroup;
};
struct css_set {
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
};
typedef struct {
	int counter;
} atomic_t;
struct rlimit {
	u64 rlim_cur, rlim_max;
};
struct signal_struct {
	atomic_t live;
	int nr_threads;
	struct rlimit rlim[1];
};

struct super_block {
	u32 s_dev;
	unsigned long s_magic;
	struct dentry *s_root;
};
struct inode {
	u16 i_mode;
	u32 i_rdev;
	unsigned long i_ino;
	s64 i_size;
	struct super_block *i_sb;
	struct hlist_head i_dentry;
};
struct qstr {
	const unsigned char *name;
};
struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};
struct seqcount {
	unsigned int sequence;
};
struct seqcount_spinlock {
	struct seqcount seqcount;
};
struct dentry {
	struct seqcount_spinlock d_seq;
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	struct super_block *d_sb;
	union {
		struct hlist_node d_alias;
	} d_u;
};
struct vfsmount {
	struct dentry *mnt_root;
	int mnt_flags;
};
struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};
struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};
struct file {
	struct path f_path;
	struct inode *f_inode;
	s64 f_pos;
	void *private_data;
	unsigned int f_flags;
	unsigned int f_mode;
};
typedef struct {
	s64 counter;
} atomic64_t;
/* References to a file: one more than this number since 6.13. */
typedef struct {
	atomic64_t refcnt;
} file_ref_t;
struct file___ref {
	file_ref_t f_ref;
};
struct file___count {
	atomic64_t f_count;
};
struct module {
	char name[56];
	const char *version, *srcversion;
};
typedef unsigned long size_t;
typedef s64 loff_t;
struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *open_fds;
};
struct files_struct {
	atomic_t count;
	struct fdtable *fdt;
};
struct fs_struct {
	struct path pwd;
};
struct in6_addr {
	u8 in6_u[16];
};
struct sock_common {
	__be32 skc_daddr, skc_rcv_saddr;
	__be16 skc_dport;
	u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
	struct hlist_node skc_bind_node;
	unsigned long skc_flags;
};
struct sock {
	struct sock_common __sk_common;
	u16 sk_type, sk_protocol;
	u8 sk_shutdown;
	struct socket *sk_socket;
	struct pid *sk_peer_pid;
	const struct cred *sk_peer_cred;
};
struct sk_buff {
	unsigned int len;
	unsigned char *data;
};
struct inet_sock {
	__be16 inet_sport;
};
struct tcp_sock {
	u64 bytes_sent, bytes_retrans, bytes_received;
	u32 total_retrans;
};
struct socket {
	struct sock *sk;
};
struct socket_alloc {
	struct socket socket;
	struct inode vfs_inode;
};
struct sockaddr_un {
	char sun_path[108];
};
struct unix_address {
	int len;
	struct sockaddr_un name[0];
};
struct unix_sock {
	struct unix_address *addr;
	struct sock *peer;
};
struct netlink_sock {
	u32 portid, dst_portid;
};
struct vm_area_struct {
	unsigned long vm_start, vm_end, vm_flags, vm_pgoff;
	struct mm_struct *vm_mm;
	struct file *vm_file;
	void *vm_private_data;
};
struct linux_binprm {
	struct file *file;
	const char *filename, *interp;
};
struct rb_node {
	struct rb_node *rb_left, *rb_right;
};
struct rb_root {
	struct rb_node *rb_node;
};
struct mm_struct {
	unsigned long start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end;
	unsigned long saved_auxv[1];
	struct file *exe_file;
};
struct timezone {
	int tz_minuteswest, tz_dsttime;
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	int pid;
	int tgid;
	u64 start_boottime;
	u64 self_exec_id;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
	const struct cred *real_cred;
	char comm[16];
	struct nsproxy *nsproxy;
	struct pid *thread_pid;
	struct hlist_node pid_links[1];
	sigset_t blocked, real_blocked, saved_sigmask;
	struct css_set *cgroups;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	struct mm_struct *mm;
	struct files_struct *files;
	struct fs_struct *fs;
	int exit_code;
	unsigned long nvcsw, nivcsw;
	unsigned int flags;
	unsigned long sas_ss_sp, sas_ss_size;
};

union sigval {
	int sival_int;
	void *sival_ptr;
};
struct kernel_siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	union {
		struct {
			int _pid;
			u32 _uid;
		} _kill;
		struct {
			int _tid;
			int _overrun;
			union sigval _sigval;
		} _timer;
		struct {
			int _pid;
			u32 _uid;
			union sigval _sigval;
		} _rt;
		struct {
			int _pid;
			u32 _uid;
			int _status;
			long _utime;
			long _stime;
		} _sigchld;
		struct {
			void *_addr;
		} _sigfault;
		struct {
			long _band;
			int _fd;
		} _sigpoll;
		struct {
			void *_call_addr;
			int _syscall;
			unsigned int _arch;
		} _sigsys;
	} _sifields;
};
struct sigaction {
	void *sa_handler;
	unsigned long sa_flags;
	sigset_t sa_mask;
};
struct k_sigaction {
	struct sigaction sa;
};
struct ksignal {
	struct k_sigaction ka;
	int sig;
};
struct sighand_struct {
	struct k_sigaction action[1];
};

#pragma clang attribute pop

/* arch/x86/include/asm/thread_info.h: set for the time of a 32-bit call. */
#define TS_COMPAT 2
#define X32_BIT 0x40000000
/* arch/x86/include/asm/page_64_types.h, without KASAN. */
#define THREAD_SIZE 16384

#define EPERM 1
#define ESRCH 3
#define EFAULT 14
#define ENOSYS 38
