/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * udp_socket_close by tracepoints. None tells that a socket ends, so descriptors are looked at when a
 * call is about to close one and when a process exits: a file that has no other reference ends then.
 */
#pragma once

#define SOCKETCALL_SOCKET 1
#define DESCRIPTORS_OF_WORD 64
#define MOST_WORDS 64
/* Close when a program is run, instead of now. */
#define CLOSE_RANGE_CLOEXEC 4

static __always_inline bool is_last_of_file(u64 file)
{
	struct file___count *counted = (void *)file;
	struct file___ref *ref = (void *)file;

	if (bpf_core_field_exists(struct file___ref, f_ref))
		return !BPF_CORE_READ(ref, f_ref.refcnt.counter);
	return BPF_CORE_READ(counted, f_count.counter) == 1;
}

/* A descriptor of a file is about to be closed. */
__noinline int udp_closes(u64 file, u32 how)
{
	struct task_struct *current = current_task();
	u64 socket;
	struct sock *sk;

	if (!file || !is_last_of_file(file) ||
	    BPF_CORE_READ((struct file *)file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return 0;
	socket = (u64)LOAD(file, file, private_data);
	sk = socket ? sock_of((struct socket *)socket) : NULL;
	if (sk && is_udp(sk) && udp_life_of(current, sk))
		udp_tell((u64)sk, how);
	return 0;
}

/* Descriptors are about to be closed: those from one to another of 64 in a row. */
__noinline int udp_closes_some(u32 first, u32 from, u32 to, u32 how)
{
	struct task_struct *current = current_task();
	u64 open_fds = (u64)BPF_CORE_READ(current, files, fdt, open_fds), word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (void *)(open_fds + first / 8));
	if (!word)
		return 0;
	for (u32 i = 0; i < DESCRIPTORS_OF_WORD; i++) {
		u32 fd = first + i;

		if (word >> i & 1 && fd >= from && fd <= to)
			udp_closes(plain((u64)file_behind(current, fd)), how);
	}
	return 0;
}

/* Descriptors are about to be closed, from one to another. */
__noinline int udp_closes_all(u32 from, u32 to, u32 how)
{
	struct task_struct *current = current_task();
	u32 most = BPF_CORE_READ(current, files, fdt, max_fds);
	u32 first = from & ~(DESCRIPTORS_OF_WORD - 1);

	for (u32 i = 0; i < MOST_WORDS; i++) {
		if (first >= most || first > to)
			break;
		udp_closes_some(first, from, to, how);
		first += DESCRIPTORS_OF_WORD;
	}
	return 0;
}

/* A call begins that may close descriptors. */
static __always_inline void udp_call_begins(struct task_struct *task, u32 number, u32 how)
{
	u64 old, fd;

	number &= ~X32_BIT;
	if (number != NR_X86_64_close && number != NR_I386_close && number != NR_X86_64_dup2 &&
	    number != NR_I386_dup2 && number != NR_X86_64_dup3 && number != NR_I386_dup3 &&
	    number != NR_X86_64_close_range && number != NR_I386_close_range)
		return;
	if (!keeps(task))
		return;
	if (in_call(task, NR_X86_64_close, NR_I386_close)) {
		fd = (s32)call_argument(task, 0);
	} else if (in_call(task, NR_X86_64_dup2, NR_I386_dup2) ||
		   in_call(task, NR_X86_64_dup3, NR_I386_dup3)) {
		old = (s32)call_argument(task, 0);
		fd = (s32)call_argument(task, 1);
		if (old == fd || !file_behind(task, old))
			return;
	} else {
		if (in_call(task, NR_X86_64_close_range, NR_I386_close_range) &&
		    !(call_argument(task, 2) & CLOSE_RANGE_CLOEXEC))
			udp_closes_all(call_argument(task, 0), call_argument(task, 1), how);
		return;
	}
	udp_closes(plain((u64)file_behind(task, fd)), how);
}

/* A call ends that may have made a socket. */
static __always_inline void udp_call_ends(struct task_struct *task, u64 number, s64 ret)
{
	struct socket *socket;

	number &= ~X32_BIT;
	if (ret < 0 || (number != NR_X86_64_socket && number != NR_I386_socket &&
			number != NR_I386_socketcall))
		return;
	if (!in_call(task, NR_X86_64_socket, NR_I386_socket) &&
	    !in_socketcall(task, SOCKETCALL_SOCKET))
		return;
	socket = socket_behind(task, ret);
	if (socket)
		udp_made(task, socket, 0);
}

/*
 * A thread exits. The last of its process closes all descriptors, unless other processes share their
 * table.
 */
static __always_inline void udp_exits(struct task_struct *task, u32 how)
{
	struct files_struct *files = BPF_CORE_READ(task, files);

	if (!files || BPF_CORE_READ(task, signal, live.counter) || !keeps(task) ||
	    BPF_CORE_READ(files, count.counter) > BPF_CORE_READ(task, signal, nr_threads))
		return;
	udp_closes_all(0, (u32)-1, how);
}
