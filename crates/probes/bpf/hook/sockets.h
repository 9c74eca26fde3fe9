/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of socket events name. */
#pragma once

#define SOCKETCALL_BIND 2
#define SOCKETCALL_CONNECT 3
#define SOCKETCALL_LISTEN 4

/* The socket behind one of the task's descriptors, NULL if it is something else. */
static __always_inline struct socket *socket_behind(struct task_struct *task, s64 fd)
{
	struct file *file = file_behind(task, fd);

	if (!file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != SOCKFS_MAGIC)
		return NULL;
	return BPF_CORE_READ(file, private_data);
}

/* The first argument of a call on a socket, if the task is in it. */
static __always_inline u64 descriptor_in(struct task_struct *task, s32 native, s32 compat,
					 u32 meaning)
{
	if (!in_call(task, native, compat) && !in_socketcall(task, meaning))
		return ABSENT;
	return (s64)(s32)call_argument(task, 0);
}

static __always_inline u64 connect_descriptor(struct task_struct *task)
{
	return descriptor_in(task, NR_X86_64_connect, NR_I386_connect, SOCKETCALL_CONNECT);
}

static __always_inline u64 bind_descriptor(struct task_struct *task)
{
	return descriptor_in(task, NR_X86_64_bind, NR_I386_bind, SOCKETCALL_BIND);
}

static __always_inline u64 listen_descriptor(struct task_struct *task)
{
	return descriptor_in(task, NR_X86_64_listen, NR_I386_listen, SOCKETCALL_LISTEN);
}

static __always_inline u32 socket_family(struct socket *socket)
{
	return BPF_CORE_READ(socket, sk, __sk_common.skc_family);
}

static __always_inline u32 socket_protocol(struct socket *socket)
{
	return BPF_CORE_READ(socket, sk, sk_protocol);
}

static __always_inline u32 socket_type(struct socket *socket)
{
	return BPF_CORE_READ(socket, sk, sk_type);
}

static __always_inline struct where sockaddr_at(struct sockaddr *address, s32 length)
{
	return bytes_at(address, length);
}

static __always_inline struct where peer_of(struct socket *socket)
{
	struct where where = { (u64)BPF_CORE_READ(socket, sk), 0, OF_PEER };

	return where;
}

static __always_inline struct where name_of(struct socket *socket)
{
	struct where where = { (u64)BPF_CORE_READ(socket, sk), 0, OF_SOCKET };

	return where;
}
