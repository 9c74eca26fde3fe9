/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of socket events name. */
#pragma once

#define SOCKETCALL_BIND 2
#define SOCKETCALL_CONNECT 3
#define SOCKETCALL_LISTEN 4
#define SOCKETCALL_ACCEPT 5
#define SOCKETCALL_SETSOCKOPT 14
#define SOCKETCALL_ACCEPT4 18
#define EAGAIN 11
#define F_DUPFD 0
#define F_DUPFD_CLOEXEC 1030
#define MOST_ERRORS 4095

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

/* i386 has accept(2) as a meaning of socketcall(2) alone. */
static __always_inline u64 accept_descriptor(struct task_struct *task)
{
	u64 fd = descriptor_in(task, NR_X86_64_accept, -1, SOCKETCALL_ACCEPT);

	if (fd == ABSENT)
		fd = descriptor_in(task, NR_X86_64_accept4, NR_I386_accept4, SOCKETCALL_ACCEPT4);
	return fd;
}

static __always_inline u64 setsockopt_descriptor(struct task_struct *task)
{
	return descriptor_in(task, NR_X86_64_setsockopt, NR_I386_setsockopt, SOCKETCALL_SETSOCKOPT);
}

/* The socket that an accept gave: of a call its descriptor, of the kernel's function its file. */
static __always_inline struct socket *accepted(struct task_struct *task, s64 ret)
{
	/* As a number: the verifier knows what the function returns and lets nobody compare it. */
	u64 number = plain(ret);
	struct file *file = (struct file *)number;

	if (number >= (u64)-MOST_ERRORS)
		return NULL;
	if ((s64)number >= 0)
		return socket_behind(task, number);
	return BPF_CORE_READ(file, private_data);
}

/* Whether the call that ends has made a descriptor of another. */
static __always_inline bool duplicated(struct task_struct *task, s64 ret)
{
	s32 command = call_argument(task, 1);

	if (ret < 0)
		return false;
	if (in_call(task, NR_X86_64_fcntl, NR_I386_fcntl) || in_call(task, -1, NR_I386_fcntl64))
		return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
	return (s32)call_argument(task, 0) != ret;
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
