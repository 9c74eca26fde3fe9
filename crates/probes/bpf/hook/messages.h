/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What sources of events of unix and netlink sockets name. */
#pragma once

#define SOCKETCALL_SEND 9
#define SOCKETCALL_SENDTO 11
#define SOCKETCALL_SENDMSG 16
#define SOCKETCALL_RECVMSG 17
#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define MOST_CONTROL 4
/* Members of struct nlmsghdr. */
#define MESSAGE_TYPE 4
#define MESSAGE_FLAGS 6
#define MESSAGE_HEAD 16
/* Members of struct msghdr, which lie a word apart. */
enum { MSG_IOV = 2, MSG_IOVLEN = 3, MSG_CONTROL = 4, MSG_CONTROLLEN = 5 };

/* The descriptor of the connection that a call has made; an accept gives a new one. */
static __always_inline s64 unix_descriptor(struct task_struct *task, s64 ret)
{
	if (ret < 0)
		return -1;
	return accept_descriptor(task) != ABSENT ? ret : (s32)call_argument(task, 0);
}

static __always_inline struct socket *unix_socket(struct task_struct *task, s64 ret)
{
	return socket_behind(task, unix_descriptor(task, ret));
}

/* The process that the kernel noted as the peer of a unix socket, by its id in the initial
 * namespace. */
static __always_inline u64 peer_pid(struct socket *socket)
{
	struct sock *sk = socket ? BPF_CORE_READ(socket, sk) : NULL;
	struct pid *pid;

	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_family) != AF_UNIX)
		return ABSENT;
	pid = BPF_CORE_READ(sk, sk_peer_pid);
	return pid ? (u64)BPF_CORE_READ(pid, numbers[0].nr) : ABSENT;
}

static __always_inline u32 peer_uid(struct socket *socket)
{
	return BPF_CORE_READ(socket, sk, sk_peer_cred, euid.val);
}

static __always_inline u32 peer_gid(struct socket *socket)
{
	return BPF_CORE_READ(socket, sk, sk_peer_cred, egid.val);
}

static __always_inline u64 recvmsg_descriptor(struct task_struct *task)
{
	return descriptor_in(task, NR_X86_64_recvmsg, NR_I386_recvmsg, SOCKETCALL_RECVMSG);
}

static __always_inline struct socket *receiving_socket(struct task_struct *task)
{
	u64 fd = recvmsg_descriptor(task);

	return fd == ABSENT ? NULL : socket_behind(task, fd);
}

/* A word of user memory, as wide as the program's. */
static __always_inline u64 user_word(struct task_struct *task, u64 at, u32 index)
{
	u64 word = 0;
	u32 half = 0;

	if (abi_of(task, 0) == ABI_I386) {
		bpf_probe_read_user(&half, sizeof(half), (void *)(at + index * 4));
		return half;
	}
	bpf_probe_read_user(&word, sizeof(word), (void *)(at + index * 8));
	return word;
}

/*
 * The first descriptor that a message has brought, -1 for none. The kernel has written the control
 * messages and how long they are; other kinds may stand before.
 */
static __always_inline s32 received_descriptor(struct task_struct *task)
{
	u64 message = call_argument(task, 1);
	u64 at = user_word(task, message, MSG_CONTROL);
	u64 left = user_word(task, message, MSG_CONTROLLEN);
	u32 word = abi_of(task, 0) == ABI_I386 ? 4 : 8;

	for (int i = 0; i < MOST_CONTROL; i++) {
		u64 length = user_word(task, at, 0), whole;
		u32 kind[2] = {};
		s32 fd = -1;

		if (left < word + 8 || length < word + 8 || length > left)
			break;
		bpf_probe_read_user(kind, sizeof(kind), (void *)(at + word));
		if (kind[0] == SOL_SOCKET && kind[1] == SCM_RIGHTS && length >= word + 12) {
			if (bpf_probe_read_user(&fd, sizeof(fd), (void *)(at + word + 8)))
				return -1;
			return fd;
		}
		whole = (length + word - 1) & ~((u64)word - 1);
		if (whole > left)
			break;
		at += whole;
		left -= whole;
	}
	return -1;
}

static __always_inline u64 skb_length(struct sk_buff *skb)
{
	return BPF_CORE_READ(skb, len);
}

/* A member of the first message's header. */
static __always_inline u64 kernel_message(struct sk_buff *skb, u32 member)
{
	u16 value = 0;
	unsigned char *data = BPF_CORE_READ(skb, data);

	if (BPF_CORE_READ(skb, len) < MESSAGE_HEAD ||
	    bpf_probe_read_kernel(&value, sizeof(value), data + member))
		return ABSENT;
	return value;
}

/* Whether the call that ends has a vector of what is sent. */
static __always_inline bool in_sendmsg(struct task_struct *task)
{
	return in_call(task, NR_X86_64_sendmsg, NR_I386_sendmsg) ||
	       in_socketcall(task, SOCKETCALL_SENDMSG);
}

static __always_inline u64 user_message(struct task_struct *task, u32 member)
{
	u64 at = call_argument(task, 1), length = call_argument(task, 2);
	u16 value = 0;

	if (in_sendmsg(task)) {
		u64 vector = user_word(task, at, MSG_IOV);

		if (!user_word(task, at, MSG_IOVLEN))
			return ABSENT;
		at = user_word(task, vector, 0);
		length = user_word(task, vector, 1);
	}
	if (length < MESSAGE_HEAD || bpf_probe_read_user(&value, sizeof(value), (void *)(at + member)))
		return ABSENT;
	return value;
}

static __always_inline struct sock *sending_sock(struct task_struct *task)
{
	struct socket *socket = socket_behind(task, (s32)call_argument(task, 0));

	return socket ? BPF_CORE_READ(socket, sk) : NULL;
}

static __always_inline bool sk_is_netlink(struct sock *sk)
{
	return sk && BPF_CORE_READ(sk, __sk_common.skc_family) == AF_NETLINK;
}
